"""Reaches people outside the console: each level of an escalation becomes notices, and each notice is tried until it is
sent, answered or given up.

Nothing leaves that is not in the journal as tried, with the entry that was seen last named in `expect`; right behind
that it is asked once more whether it is still wanted, and `centre.silent` for leave. What was tried before a kill and
has no outcome may have left: that is written down at the next start, and it is tried again. A level that has nobody on
call, or whose people could not be reached, reaches the next one at once.
"""

import asyncio
import re
from asyncio import TaskGroup
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from msgspec import structs

from belfry.centre.asking import Asking, People, Rota, Scribe, Way
from belfry.centre.board import Board
from belfry.centre.flood import Flood
from belfry.centre.notices import NoticeBook, escalation_of
from belfry.centre.silent import SilentSites, Withheld
from belfry.domain.facts import notice_subject
from belfry.domain.incident import Incident
from belfry.domain.kinds import Kinds
from belfry.domain.notice_facts import (
    NoticeAsked,
    NoticeDelivered,
    NoticeDropped,
    NoticeFailed,
    NoticeSent,
    NoticeTried,
)
from belfry.domain.notices import (
    ALERT,
    CHECK,
    FOLDED,
    MAY_HAVE_LEFT,
    REPORT,
    SILENT_SITE,
    UNKNOWN,
    WITHDRAWN,
    Notice,
    Stage,
    again_at,
    is_personal,
    next_try,
    why_not,
)
from belfry.domain.presets import Rules
from belfry.domain.site_handling import site_of
from belfry.ports import Accounts, Chance, Clock, Expect, Journal, JournalError
from belfry.ports.leave import NoLeave
from belfry.ports.outbox import SEND_WITHIN_S, Composes, MayHaveLeft, NotSent, Push, Wanted
from belfry.ports.push import PushTarget
from belfry.safeguards import push

log = structlog.get_logger()

LOOK_EVERY_S: Final = 1.0
"""The longest wait between two looks at the clock, which may be set at any time."""
LOOK_AFTER_S: Final = 0.01
REST_EACH_S: Final = 0.0001
"""Rest after a round for each notice that it looked at, several times as long as the look took: a flood of alarms that
nobody takes must not keep the loop from those that come."""
WORD: Final = re.compile(r"[a-z0-9_]{1,40}", re.ASCII)
TOGETHER: Final = 64
"""Notices that share one outcome whose entries are on their way to the disk together."""
AT_ONCE: Final = 8
"""Sendings under way by one notifier: one that hangs keeps no other from sending."""
PEOPLE_AT_ONCE: Final = 400
"""The same by web push, where each goes to a phone of its own: one that hangs must not keep its neighbour's silent."""
DELIVERED_TRIES: Final = 100
NO_WAY: Final = "no_phone"
"""Neither a phone of his nor another way is known: what he has open tells him, or nothing does."""
OFF_DUTY: Final = "off_duty"


class Outbox:
    """`run` is its task, `step` one round of it; only once the board is folded."""

    def __init__(
        self,
        book: NoticeBook,
        board: Board,
        journal: Journal,
        *,
        rota: Rota,
        silent: SilentSites,
        accounts: Accounts,
        kinds: Kinds,
        rules: Rules,
        clock: Clock,
        chance: Chance,
        people: People | None = None,
    ) -> None:
        self._book, self._board, self._people = book, board, people
        self._silent, self._accounts, self._kinds = silent, accounts, kinds
        self._rules, self._clock = rules, clock
        self._scribe = Scribe(book, board, journal, clock=clock, chance=chance)
        self._asking = Asking(book, board, self._scribe, rota=rota, rules=rules)
        self.composes: dict[str, Composes] = {}
        """Who makes what is sent about something that is no incident, by `why`."""
        self.hears: Callable[[str, bool], None] = lambda way, works: None
        """Told whether a personal way works, after each sending."""
        self._under_way: dict[str, str] = {}
        """Notices that are being sent, and by which notifier."""
        self._flood = Flood()
        self._news = asyncio.Event()
        self._recovered = False
        self._looked = clock()
        self.beats = 0

    @property
    def rota(self) -> Rota:
        return self._asking.rota

    # -- what others want

    async def want(self, wanted: Wanted) -> bool:
        """As `ports.outbox.Outbox` says."""
        return await self._asking.want(wanted)

    async def reach(self, level: str, why: str, name: str) -> None:
        """Want whoever is on call at a level now to be reached, each once under a name that is given once. Raises
        JournalError."""
        await self._asking.reach(level, why, name, self._clock())

    async def delivered(self, notice_id: str) -> bool:
        """A phone says that it has a notice. False: nobody knows that, or it was said before. Raises JournalError."""
        for _ in range(DELIVERED_TRIES):
            notice = self._book.get(notice_id)
            if notice is None or notice.over or notice.asked.alert is None or notice.delivered_at is not None:
                return False
            if await self._say(notice, NoticeDelivered(notice=notice_id)) is not None:
                return True
            await asyncio.sleep(LOOK_AFTER_S)  # its outcome is on its way to the disk
        return False

    # -- the task

    async def run(self) -> None:
        """Reach people, for ever."""
        self._book.news = self._hear
        stop = self._board.listen(self._changed)
        try:
            async with TaskGroup() as sendings:
                while True:
                    try:
                        await self.step(self._clock(), sendings)
                    except JournalError as error:
                        log.warning("the outbox waits for the journal", error=str(error))
                        await asyncio.sleep(LOOK_EVERY_S)
                    self.beats += 1
                    await self._wait()
        finally:
            stop()

    async def step(self, now: datetime, sendings: TaskGroup) -> None:
        """Write down and begin everything that is due. Raises JournalError; what is due stays due."""
        self._looked = now
        if not self._recovered:
            await self._recover(now)
            self._recovered = True
        for reached in list(self._book.reached.values()):
            await self._asking.ask(reached, now)
        for position in list(self._asking.given_up):
            await self._asking.reach_further(position)
        await self._drop_answered()
        await self._begin_sending(now, sendings)

    async def _wait(self) -> None:
        """Until something new is to be done. What is due and still waits (for its turn, in a flood) is no reason to
        look again at once."""
        self._news.clear()
        live = self._book.live()
        times = [at for one in live if (at := next_try(one, self._rules)) is not None and at > self._looked]
        ahead = (min(times) - self._clock()).total_seconds() if times else LOOK_EVERY_S
        await asyncio.sleep(min(len(live) * REST_EACH_S, LOOK_EVERY_S))
        try:
            async with asyncio.timeout(min(max(ahead, LOOK_AFTER_S), LOOK_EVERY_S)):
                await self._news.wait()
        except TimeoutError:
            pass

    def _changed(self, incident: Incident, _: int) -> None:
        """Only what somebody is being reached about is looked at; a board changes a thousand times a second."""
        if self._book.is_concerned(incident.id):
            self._news.set()

    def _hear(self, notice: Notice | None) -> None:
        if notice is not None and notice.stage is Stage.GIVEN_UP and (at := escalation_of(notice.id)) is not None:
            self._asking.given_up.add(at)
        self._news.set()

    async def _recover(self, now: datetime) -> None:
        """Of what was tried before the last end and has no outcome nobody knows whether it left."""
        for notice in self._book.live():
            if notice.stage is Stage.TRIED:
                await self._say(notice, self._failed(notice, MAY_HAVE_LEFT, now))
        self._asking.given_up.update(
            at for notice in self._book.newest(len(self._book)) if (at := escalation_of(notice.id)) is not None
        )

    # -- what is not wanted any more

    def _incident(self, asked: NoticeAsked) -> Incident | None:
        return None if asked.incident is None else self._board.get(asked.incident)

    async def _drop_answered(self) -> None:
        for notice in self._book.live():
            reason = why_not(notice.asked, self._incident(notice.asked), self._rules)
            if notice.asked.why in (WITHDRAWN, CHECK) and notice.stage is Stage.SENT:
                self._book.answered(notice)
            if reason is None or notice.id in self._under_way:
                continue
            if notice.stage in (Stage.SENT, Stage.DELIVERED):
                self._book.answered(notice)
            else:
                await self._drop(notice, reason)

    async def _drop(self, notice: Notice, reason: str) -> None:
        await self._say(notice, NoticeDropped(notice=notice.id, reason=reason))

    # -- sending

    async def _begin_sending(self, now: datetime, sendings: TaskGroup) -> None:
        self._flood.part_all(lambda one: one not in self._under_way and self._is_over(one))
        due = [one for one in self._book.live() if self._is_free(one) and self._is_due(one, now)]
        for to, notices in _by_recipient(self._urgent_first(due)).items():
            name, way = self._way(notices[0].asked)
            if way is None:
                for notice in notices:
                    await self._drop(notice, name)
                continue
            most = PEOPLE_AT_ONCE if way.personal else AT_ONCE
            for notice in self._in_turn(to, notices, now):
                if list(self._under_way.values()).count(name) >= most:
                    break
                self._under_way[notice.id] = name
                self._flood.sent(to, now)
                sendings.create_task(self._send(notice, way))

    def _way(self, asked: NoticeAsked) -> tuple[str, Way | None]:
        """The way that a notice goes, and its name; without one, why."""
        if not is_personal(asked):
            row = self.rota.row(asked.to)
            way = None if row is None else self.rota.ways.get(row.notifier)
            return (UNKNOWN, None) if row is None or way is None else (row.notifier, way)
        if self._people is None:
            return NO_WAY, None
        if asked.why in (ALERT, CHECK) and not self._people.may_be_told(asked, self._incident(asked)):
            return OFF_DUTY, None
        return self._people.way(asked) or (NO_WAY, None)

    def _is_due(self, notice: Notice, now: datetime) -> bool:
        at = next_try(notice, self._rules)
        if at is None or self._rests(notice.asked, now):
            return False
        behind = notice.at - now > timedelta(minutes=1)  # the clock was set back: too early rather than never
        return at <= now or behind

    def _rests(self, asked: NoticeAsked, now: datetime) -> bool:
        if asked.why != ALERT or asked.alert is None or self._people is None:
            return False
        incident = self._incident(asked)
        return incident is not None and self._people.rests(incident, now)

    def _is_free(self, notice: Notice) -> bool:
        return notice.id not in self._under_way and not self._flood.waits(notice.id)

    def _is_over(self, notice_id: str) -> bool:
        notice = self._book.get(notice_id)
        return notice is None or notice.over or notice.stage in (Stage.SENT, Stage.DELIVERED)

    def _in_turn(self, to: str, notices: Sequence[Notice], now: datetime) -> Sequence[Notice]:
        """What is sent to a recipient now. In a flood one tells of all; the others wait for what comes of it."""
        if notices[0].asked.why == WITHDRAWN or self._flood.takes(to, len(notices), now):
            return notices
        if not self._flood.summary_due(to, now):
            return ()
        self._flood.fold(notices[0].id, [notice.id for notice in notices[1:]])
        return notices[:1]

    def _others(self, first: str) -> Sequence[Notice]:
        """Those that a notice speaks for, as far as they are wanted still."""
        known = (self._book.get(one) for one in self._flood.spoken_for(first))
        return [one for one in known if one is not None and not one.over]

    def _urgent_first(self, notices: Sequence[Notice]) -> Sequence[Notice]:
        def place(notice: Notice) -> tuple[object, ...]:
            incident = self._incident(notice.asked)
            return (1, notice.asked_at) if incident is None else (0, *incident.order)

        return sorted(notices, key=place)

    async def _send(self, notice: Notice, way: Way) -> None:
        """One attempt from its first word in the journal to its outcome, which those share that it speaks for."""
        try:
            tried = await self._say(notice, NoticeTried(notice=notice.id, attempt=notice.attempts + 1))
            if tried is None:
                return
            outcome = await self._attempt(tried, way, 1 + len(self._others(notice.id)))
            while True:
                if await self._say(tried, outcome) is not None or not self._is_untold(tried):
                    break
                await asyncio.sleep(LOOK_EVERY_S)
            await self._share(notice.id, outcome)
        finally:
            del self._under_way[notice.id]
            self._news.set()

    async def _share(self, first: str, outcome: NoticeSent | NoticeFailed | NoticeDropped) -> None:
        """What comes of one that spoke for others: they were told of with it, or are given up with it."""
        if isinstance(outcome, NoticeDropped) or (isinstance(outcome, NoticeFailed) and outcome.again_at is not None):
            return
        others = self._others(first)
        for start in range(0, len(others), TOGETHER):
            await asyncio.gather(*(self._say(one, _shared(one, outcome)) for one in others[start : start + TOGETHER]))
        self._flood.part(first)

    def _is_untold(self, tried: Notice) -> bool:
        """Whether what came of an attempt is still not in the journal."""
        now = self._book.get(tried.id)
        return now is not None and now.head == tried.head

    async def _attempt(self, notice: Notice, way: Way, count: int) -> NoticeSent | NoticeFailed | NoticeDropped:
        asked = notice.asked
        incident = self._incident(asked)
        reason = why_not(asked, incident, self._rules)
        if reason is not None:
            return NoticeDropped(notice=notice.id, reason=reason)
        site = asked.account_id if incident is None else site_of(incident)
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                said = await self._push(notice, incident, way, count)
                if said is None:
                    return NoticeDropped(notice=notice.id, reason="nothing_to_send")
                leave = self._silent.may_reach(site, asked.audience, asked.channel)
                await _alone(way.notifier.send(leave, said, audience=asked.audience))
                self._hear_way(asked, works=True)
        except Withheld:
            return NoticeDropped(notice=notice.id, reason=SILENT_SITE)
        except NoLeave:
            return self._failed(notice, "no_leave", self._clock())
        except TimeoutError:
            return self._failed(notice, MAY_HAVE_LEFT, self._clock())
        except NotSent as error:
            left = MAY_HAVE_LEFT if isinstance(error, MayHaveLeft) else _word(error.reason)
            if not error.final:
                self._hear_way(asked, works=False)
            return self._failed(notice, left, self._clock(), final=error.final, again_s=error.again_s)
        except Exception as error:  # what others compose and carry may raise anything; that is written down
            log.error("a notice cannot be sent", to=asked.to, why=asked.why, error=type(error).__name__)
            return self._failed(notice, "broken", self._clock())
        return NoticeSent(notice=notice.id, attempt=notice.attempts)

    def _hear_way(self, asked: NoticeAsked, *, works: bool) -> None:
        if asked.way:
            self.hears(asked.way, works)

    async def _push(self, notice: Notice, incident: Incident | None, way: Way, count: int) -> Push | None:
        asked = notice.asked
        language, again = self.rota.language, notice.doubt
        if incident is None:
            compose = self.composes.get(asked.why)
            made = None if compose is None else await compose(asked.notice)
            return self._marked(made) if made is not None and again else made
        if asked.alert is not None:
            return await self._alert_push(notice, incident, way, count, again=again)
        title = push.title(incident.number, incident.priority, language)
        if count > 1:
            many = push.of_many(count, language)
            return Push(title, push.repeated(many, language) if again else many)
        body = push.body(
            asked.why,
            label=self._kinds.words(incident.kind, language).label,
            place=self._place(incident),
            carries=push.carried(incident.kind, way.carries, persons=way.persons),
            language=language,
        )
        return Push(title, push.repeated(body, language) if again else body)

    def _marked(self, made: Push) -> Push:
        target = None if made.target is None else structs.replace(made.target, again=True)
        return structs.replace(made, body=push.repeated(made.body, self.rota.language), target=target)

    async def _alert_push(self, notice: Notice, incident: Incident, way: Way, count: int, *, again: bool) -> Push:
        """What one person on duty is told, and what his phone needs beside the words."""
        asked, language = notice.asked, self.rota.language
        carries = push.carried(incident.kind, way.carries, persons=way.persons)
        alert = next((one for one in incident.alerts if one.alert == asked.alert), None)
        target = PushTarget(
            why="many" if count > 1 else asked.why,
            alert=asked.alert,
            incident=incident.id,
            number=incident.number,
            kind=None if carries == "number" else incident.kind,
            priority=incident.priority,
            quiet=asked.why == WITHDRAWN or (alert is not None and alert.quiet),
            again=again,
            notice=notice.id,
            token="" if self._people is None else self._people.token(notice.id),
        )
        if asked.why == WITHDRAWN:
            return Push(push.withdrawn(incident.number, language), "", target=target)
        title = push.title(incident.number, incident.priority, language)
        if count > 1:
            many = push.of_many(count, language)
            return Push(title, push.repeated(many, language) if again else many, target=target)
        place = self._place(incident)
        if place is None and self._people is not None and carries == "place":
            place = await self._people.place(incident)
        label = self._kinds.words(incident.kind, language).label
        body = push.alert_body(label=label, place=place, carries=carries)
        return Push(title, push.repeated(body, language) if again else body, target=target)

    def _place(self, incident: Incident) -> str | None:
        """The site's name and address. What a caller said of a place is sealed, and stays so."""
        account = None if incident.account_id is None else self._accounts.by_id(incident.account_id)
        if account is None:
            return None
        return ", ".join(part for part in (account.name, account.address) if part) or None

    # -- writing it down

    def _failed(
        self, notice: Notice, reason: str, now: datetime, *, final: bool = False, again_s: int | None = None
    ) -> NoticeFailed:
        once = notice.asked.why == REPORT and reason == MAY_HAVE_LEFT
        again = None if final or once else again_at(notice, now, self._rules)
        if again is not None and again_s is not None:
            again = max(again, now + timedelta(seconds=again_s))
        return NoticeFailed(notice=notice.id, attempt=notice.attempts, reason=reason, again_at=again)

    async def _say(
        self, notice: Notice, fact: NoticeTried | NoticeSent | NoticeFailed | NoticeDropped | NoticeDelivered
    ) -> Notice | None:
        """Write down what becomes of a notice; returns it as it is then. None: it could not be written, or somebody
        was quicker."""
        subject = notice_subject(notice.id)
        try:
            await self._scribe.store([self._scribe.entry(subject, fact)], Expect(subject, notice.head))
        except JournalError as error:
            log.warning("what becomes of a notice cannot be written", notice=notice.id, error=str(error))
            return None
        return self._book.get(notice.id)


def _word(reason: str) -> str:
    """What is no word of ours may be a carrier's text, or an address: it is not written down."""
    return reason if WORD.fullmatch(reason) else "not_confirmed"


class Broken(Exception):
    """What others carry was cancelled by itself."""


async def _alone(sending: Coroutine[None, None, None]) -> None:
    """Let something of others run in a task of its own, and leave it behind where this one is cancelled: it may not
    listen to that, nor end this task by cancelling itself."""
    task = asyncio.ensure_future(sending)
    try:
        await asyncio.wait({task})
    finally:
        task.cancel()
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
    if task.cancelled():
        raise Broken
    task.result()


def _shared(notice: Notice, outcome: NoticeSent | NoticeFailed) -> NoticeFailed | NoticeDropped:
    if isinstance(outcome, NoticeSent):
        return NoticeDropped(notice=notice.id, reason=FOLDED)
    return NoticeFailed(notice=notice.id, attempt=notice.attempts, reason=outcome.reason)


def _by_recipient(notices: Sequence[Notice]) -> Mapping[str, list[Notice]]:
    found: dict[str, list[Notice]] = {}
    for notice in notices:
        found.setdefault(_recipient(notice.asked), []).append(notice)
    return found


def _recipient(asked: NoticeAsked) -> str:
    """A phone of the rota, or one way to a person on duty; taking back goes beside it, uncounted, and so does asking
    who works alone: no flood of alerts speaks for that."""
    if not is_personal(asked):
        return asked.to
    beside = "" if asked.why == ALERT else f"-{asked.why}"
    return f"@{asked.to}/{asked.way}{beside}"
