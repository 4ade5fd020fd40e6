"""Follows the board: whoever must know of an incident is told once, and again in rounds while nobody accepts.

Alert and notices are one append, all or none, under the name of the first notice: names follow from what the incident
remembers, so neither a crash nor another node tells anybody twice. Nothing is remembered here that the board does not
know; a start looks at everything that is open.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from msgspec import structs

from belfry.centre.alerts.reaching import Reaching
from belfry.centre.alerts.ways import PersonalWays
from belfry.centre.board import Board, catch_up, expect_of
from belfry.centre.notices import NoticeBook, other_way
from belfry.domain import chains
from belfry.domain.alerting import (
    ASSIGNED,
    TO_MOST,
    Reach,
    can_still,
    is_enough,
    is_over,
    reaches_by_itself,
    sent_of,
    waiting_for,
)
from belfry.domain.chains import Chain, Round
from belfry.domain.dispatch_facts import Alerted, Answer
from belfry.domain.escalation import SUPERVISOR, mark
from belfry.domain.facts import Entry, Escalated, Fact, incident_subject, notice_subject
from belfry.domain.incident import Incident, State
from belfry.domain.kinds import Kind, Kinds
from belfry.domain.notice_facts import NoticeAsked
from belfry.domain.notices import ALERT, WITHDRAWN, Stage
from belfry.domain.reach import Audience, Channel
from belfry.domain.sent import Alert, here
from belfry.domain.unit import UnitStatus
from belfry.ports import Chance, Clock, Expect, Journal, JournalError, Stale

log = structlog.get_logger()

LOOK_EVERY_S: Final = 1.0
"""The longest wait between two looks at the clock, which may be set at any time."""
LOOK_AFTER_S: Final = 0.01
CAN_WAIT: Final = 4
"""From this priority on nobody is called again by himself where the settings name no chain."""

Told = Callable[[Incident, Sequence[str], Sequence[str]], None]
"""Hears of an incident whose alerts changed: who is told for the first time, and everybody else."""


class Alerting:
    """`run` is its task, `step` one round of it; only once the board is folded."""

    def __init__(
        self,
        reaching: Reaching,
        board: Board,
        journal: Journal,
        notices: NoticeBook,
        *,
        kinds: Kinds,
        clock: Clock,
        chance: Chance,
        chains: Sequence[Chain] = (),
        personal: PersonalWays | None = None,
    ) -> None:
        self._reaching, self._board, self._journal, self._notices = reaching, board, journal, notices
        self._kinds, self._clock, self._chance, self._chains = kinds, clock, chance, tuple(chains)
        self._personal = personal
        self._look: dict[str, None] = {}
        """Incidents to look at."""
        self._due: dict[str, datetime] = {}
        """When the next round of an incident may be due."""
        self._seen: dict[str, tuple[object, ...]] = {}
        """What an open incident looked like when it was last looked at; a signal that joins changes none of it."""
        self.alerted: dict[str, tuple[Alert, ...]] = {}
        """Open incidents of which people were told, and whom."""
        self.news: list[Told] = []
        self._news = asyncio.Event()
        self.beats = 0
        board.listen(self._changed)
        for incident in (*board.every(), *board.closed()):
            if incident.open or incident.alerts:
                self._changed(incident, 0)

    # -- the task

    async def run(self) -> None:
        """Tell people, for ever."""
        while True:
            try:
                await self.step(self._clock())
            except JournalError as error:
                log.warning("alerts wait for the journal", error=str(error))
                await asyncio.sleep(LOOK_EVERY_S)
            self.beats += 1
            await self._wait()

    async def step(self, now: datetime) -> None:
        """Write down everything that is due. Raises JournalError; what is due stays due."""
        for key, at in list(self._due.items()):
            if at <= now or at - now > timedelta(days=2):  # the clock was set back: too early rather than never
                self._look[key] = None
        while self._look:
            key = next(iter(self._look))
            del self._look[key]  # what changes meanwhile is looked at again
            self._due.pop(key, None)
            incident = self._board.get(key)
            try:
                if incident is not None:
                    await self._consider(incident, now)
            except JournalError:
                self._look[key] = None
                raise

    async def _wait(self) -> None:
        if self._look:
            await asyncio.sleep(LOOK_AFTER_S)
            return
        self._news.clear()
        ahead = (min(self._due.values()) - self._clock()).total_seconds() if self._due else LOOK_EVERY_S
        try:
            async with asyncio.timeout(min(max(ahead, LOOK_AFTER_S), LOOK_EVERY_S)):
                await self._news.wait()
        except TimeoutError:
            pass

    def _changed(self, incident: Incident, _: int) -> None:
        """A board changes a thousand times a second: only what may lead to an alert is looked at."""
        seen = (
            incident.open,
            incident.state is State.PENDING,
            incident.kind,
            incident.merged_into,
            incident.units,
            incident.alerts,
        )
        before = self._seen.get(incident.id)
        if before == seen:
            return
        if incident.open:
            self._seen[incident.id] = seen
        else:
            self._seen.pop(incident.id, None)
        self._tell(incident)
        self._look[incident.id] = None
        self._news.set()

    def _tell(self, incident: Incident) -> None:
        before = self.alerted.get(incident.id, ())
        if incident.open and incident.alerts:
            self.alerted[incident.id] = incident.alerts
        else:
            self.alerted.pop(incident.id, None)
        if not before and not incident.alerts:
            return
        known = {(one.alert, name) for one in before for name in one.to}
        new = [name for one in incident.alerts for name in one.to if (one.alert, name) not in known]
        others = dict.fromkeys(name for one in incident.alerts for name in one.to if name not in new)
        for tell in self.news:
            tell(incident, tuple(dict.fromkeys(new)), tuple(others))

    # -- what is to be done about an incident

    async def _consider(self, incident: Incident, now: datetime) -> None:
        kind = self._kinds[incident.kind]
        if _is_untold(incident, kind):
            await self._begin(incident, kind)
        for one in here(incident.units):
            if one.status is UnitStatus.OFFERED and all(each.assignment != one.assignment for each in incident.alerts):
                reach = self._reaching.crew(kind, one)
                if reach.to:
                    await self._write(incident, self._fact(incident, f"{one.assignment}.a", reach, one.assignment))
        for alert in incident.alerts:
            if is_over(alert, incident) is not None:
                await self._withdraw(incident, alert)
            elif not alert.needs or not (is_enough(alert, incident) or self._has_help(incident, alert)):
                await self._fall_back(incident, alert, now)
                await self._go_on(incident, kind, alert, now)

    async def _begin(self, incident: Incident, kind: Kind) -> None:
        """Tell whom the kind reaches; a group with nobody on duty is said, and the supervisor is reached at once."""
        told = {name for alert in incident.alerts for name in alert.to}
        reach = await self._reaching.by_kind(incident, kind, told)
        if told and not reach.to:  # it became something else: whoever is told already is told once more
            reach = await self._reaching.by_kind(incident, kind, ())
        alert = f"{incident.id}.r{sum(one.assignment is None for one in incident.alerts)}"
        if reach.to or told:
            await self._write(incident, self._fact(incident, alert, reach, None))
        elif self._reaching.has_group(incident, kind):
            fact = self._fact(incident, alert, reach, None)
            await self._escalate(incident, structs.replace(fact, reasons=("nobody is on duty",)), SUPERVISOR)

    def _has_help(self, incident: Incident, alert: Alert) -> bool:
        """Whether units that accepted since are what a group was asked for."""
        if alert.assignment is not None:
            return False
        coming = sum(one.status not in (UnitStatus.OFFERED, UnitStatus.REFUSED) for one in here(incident.units))
        return alert.accepted + coming >= alert.needs

    async def _go_on(self, incident: Incident, kind: Kind, alert: Alert, now: datetime) -> None:
        """The next round, when its time has come."""
        ahead = chains.rounds(chains.named(alert.chain, self._chains))
        if not alert.needs or alert.rounds - 1 >= len(ahead):
            return
        due = (alert.round_at or alert.at) + timedelta(seconds=ahead[alert.rounds - 1].after_s)
        if now < due and can_still(alert) >= min(alert.needs, max(len(alert.to), 1)):
            self._due[incident.id] = min(due, self._due.get(incident.id, due))
            return
        await self._call(incident, kind, alert, ahead)

    async def _fall_back(self, incident: Incident, alert: Alert, now: datetime) -> None:
        """Try whoever has not got it by push by his other ways, each once."""
        if self._personal is None or not self._personal.fallbacks or incident.priority >= CAN_WAIT:
            return
        notices = self._notices.of_alert(alert.alert)
        for notice, fallback, at in self._personal.other_ways(notices, alert):
            if at > now:
                self._due[incident.id] = min(at, self._due.get(incident.id, at))
                continue
            asked = structs.replace(
                notice.asked,
                notice=other_way(notice.id, fallback.number),
                channel=self._personal.channel(fallback.notifier),
                way=fallback.notifier,
            )
            await self._store(incident, [self._notice(asked)], Expect(notice_subject(asked.notice), 0))

    async def _call(self, incident: Incident, kind: Kind, alert: Alert, ahead: Sequence[Round]) -> None:
        """Write the first round from here on that reaches somebody; those before it have nobody to call."""
        skipped = 0
        for each in ahead[alert.rounds - 1 :]:
            fact = self._fact(incident, alert.alert, Reach(how=alert.reach), alert.assignment)
            if each.who in chains.LEVELS:
                said = _again(fact, skipped, reasons=(f"not enough accepted: {each.who}",))
                await self._escalate(incident, said, each.who)
                return
            reach = await self._reach(incident, kind, alert, each)
            if reach.to:
                fact = self._fact(incident, alert.alert, reach, alert.assignment)
                await self._write(incident, _again(fact, skipped))
                return
            skipped += 1
        said = _again(
            self._fact(incident, alert.alert, Reach(how=alert.reach), alert.assignment),
            max(skipped - 1, 0),
            reasons=("nobody is left to be called",),
        )
        await self._store(incident, [self._entry(incident, said)], expect_of(incident))

    async def _reach(self, incident: Incident, kind: Kind, alert: Alert, each: Round) -> Reach:
        if each.who == chains.AGAIN:
            return self._reaching.still(incident, kind, alert, waiting_for(alert))
        if alert.assignment is None:
            return await self._reaching.by_kind(incident, kind, alert.to)
        sent = sent_of(alert, incident)
        return Reach(how=ASSIGNED) if sent is None else self._reaching.crew(kind, sent, alert.to)

    # -- writing

    def _fact(self, incident: Incident, alert: str, reach: Reach, assignment: str | None) -> Alerted:
        chain = chains.chain_of(incident.kind, self._chains)
        needs = 0 if chain is chains.DEFAULT and incident.priority >= CAN_WAIT else chain.needs
        return Alerted(
            incident=incident.id,
            alert=alert,
            reach=reach.how,
            to=reach.to,
            units=reach.units,
            assignment=assignment,
            needs=needs if assignment is None else min(needs, 1),
            chain=chain.name or None,
            quiet=reach.quiet or (self._personal is not None and self._personal.rests(incident, self._clock())),
            kind=incident.kind,
        )

    async def _escalate(self, incident: Incident, said: Alerted, level: str) -> None:
        """Reach whoever is on call at a level, once."""
        facts: list[Fact] = [said]
        if mark(ALERT, level) not in incident.escalated:
            facts.append(Escalated(incident=incident.id, clock=ALERT, level=level, reasons=said.reasons))
        await self._store(incident, [self._entry(incident, *facts)], expect_of(incident))

    async def _write(self, incident: Incident, fact: Alerted) -> None:
        """An alert with a notice for each of its people; of very many in several appends."""
        first = sum(one.id.rpartition(".")[0] == fact.alert for one in self._notices.of_alert(fact.alert))
        for start in range(0, max(len(fact.to), 1), TO_MOST):
            some = fact.to[start : start + TO_MOST]
            part = _part(fact, some, first=not start)
            asked = [
                NoticeAsked(
                    notice=f"{fact.alert}.{first + start + number}",
                    audience=Audience.UNIT,
                    channel=Channel.PUSH,
                    to=name,
                    why=ALERT,
                    incident=incident.id,
                    account_id=incident.account_id,
                    alert=fact.alert,
                )
                for number, name in enumerate(some)
            ]
            entries = [self._entry(incident, part), *(self._notice(one) for one in asked)]
            expect = Expect(notice_subject(asked[0].notice), 0) if asked else expect_of(incident)
            await self._store(incident, entries, expect)

    async def _withdraw(self, incident: Incident, alert: Alert) -> None:
        """Take an alert back on every phone that may have it."""
        notices = self._notices.of_alert(alert.alert)
        back = {one.id for one in notices if one.asked.why == WITHDRAWN}
        asked: dict[str, NoticeAsked] = {}
        for one in notices:
            mine = one.asked
            may_have_it = one.sends > 0 or one.stage is Stage.TRIED or one.attempts > 0
            if mine.why != ALERT or mine.way or not may_have_it or f"{one.id}.w" in back:
                continue
            if alert.answers.get(mine.to) is Answer.REFUSED:
                continue
            asked[one.id] = NoticeAsked(
                notice=f"{one.id}.w",
                audience=Audience.UNIT,
                channel=Channel.PUSH,
                to=mine.to,
                why=WITHDRAWN,
                incident=incident.id,
                account_id=mine.account_id,
                alert=alert.alert,
            )
        wanted = list(asked.values())
        for start in range(0, len(wanted), TO_MOST):
            some = wanted[start : start + TO_MOST]
            await self._store(incident, [self._notice(one) for one in some], Expect(notice_subject(some[0].notice), 0))

    def _entry(self, incident: Incident, *facts: Fact) -> Entry:
        return Entry(id=self._chance(16), subject=incident_subject(incident.id), at=self._clock(), facts=facts)

    def _notice(self, asked: NoticeAsked) -> Entry:
        return Entry(id=self._chance(16), subject=notice_subject(asked.notice), at=self._clock(), facts=(asked,))

    async def _store(self, incident: Incident, entries: Sequence[Entry], expect: Expect) -> None:
        """All or none; where somebody was quicker it is looked at again. Raises JournalError."""
        try:
            positions = await self._journal.append(entries, expect)
        except Stale:
            await catch_up(self._board, self._journal, incident.id)
            self._seen.pop(incident.id, None)
            await asyncio.sleep(0)
            changed = self._board.get(incident.id)
            if changed is not None:
                self._due[incident.id] = self._clock()
            return
        for position, entry in zip(positions, entries, strict=True):
            if entry.subject.startswith("notice/"):
                self._notices.fold(position, entry)
        await catch_up(self._board, self._journal, incident.id)


def _is_untold(incident: Incident, kind: Kind) -> bool:
    """Whether nobody was told yet of what it is now."""
    told = any(one.assignment is None and one.kind == kind.code for one in incident.alerts)
    return not told and reaches_by_itself(incident, kind)


def _part(fact: Alerted, some: tuple[str, ...], *, first: bool) -> Alerted:
    if first:
        return structs.replace(fact, to=some)
    return structs.replace(fact, to=some, units=(), again=False, rounds=1)


def _again(fact: Alerted, skipped: int, reasons: tuple[str, ...] = ()) -> Alerted:
    """A later round; `skipped` before it had nobody to call."""
    return structs.replace(fact, again=True, rounds=1 + skipped, reasons=reasons)
