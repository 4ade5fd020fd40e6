"""What leaves the room: asked once, journaled before it is tried, tried until it is sent, answered or given up."""

from asyncio import CancelledError, Event, TaskGroup
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, timedelta
from typing import Final

import pytest

from belfry.centre.asking import Rota, Way
from belfry.centre.notices import recalled
from belfry.centre.outbox import Outbox
from belfry.centre.silent import SilentSites
from belfry.domain import kinds
from belfry.domain.contacts import WeekWindow
from belfry.domain.facts import (
    Closed,
    Entry,
    Escalated,
    Fact,
    IncidentState,
    Opened,
    Released,
    Restored,
    Taken,
    notice_subject,
)
from belfry.domain.notice_facts import NoticeAsked, NoticeDropped, NoticeFailed, NoticeSent, NoticeTried
from belfry.domain.notices import Notice, Stage
from belfry.domain.presets import Rules
from belfry.domain.reach import Audience, Channel
from belfry.domain.rota import OnCall
from belfry.domain.step_facts import Merged
from belfry.ports import Journal, Stored
from belfry.ports.leave import Leave
from belfry.ports.outbox import MayHaveLeft, NotSent, Push, Wanted
from tests.centre.kit import Room, room
from tests.domain.incidents import a_signal

RULES: Final = Rules()
REPEAT: Final = "May be a repeat."
NEVER: Final = (WeekWindow((0,), 0, 1),)
"""A minute of Mondays; the tests begin on a Saturday."""


class Recorder:
    """A notifier that keeps what it sends, beside what the journal held at that moment."""

    def __init__(self, journal: Journal, clock: Callable[[], object], channel: Channel = Channel.PUSH) -> None:
        self._journal, self._clock, self.channel = journal, clock, channel
        self.sent: list[Push] = []
        self.before: list[list[type[Fact]]] = []
        self.raises: list[Exception] = []
        self.meanwhile: Callable[[], object] = lambda: None

    async def send(self, leave: Leave, push: Push, *, audience: Audience) -> None:
        leave.spend(audience, self.channel, self._clock())  # type: ignore[arg-type]  # the room's clock
        stored = await self._journal.page(0, 10_000)
        self.before.append([type(fact) for one in stored if isinstance(one, Stored) for fact in one.entry.facts])
        self.meanwhile()
        if self.raises:
            raise self.raises.pop(0)
        self.sent.append(push)

    async def close(self) -> None: ...


class Paging:
    """A room with an outbox: `turn` is one round of it, with every sending that it begins."""

    def __init__(self, one: Room, rows: Sequence[OnCall], way: dict[str, bool | str], channel: Channel) -> None:
        self.room = one
        self.phone = Recorder(one.journal, lambda: one.now, channel)
        rota = Rota(rows=rows, ways={"phone": Way(notifier=self.phone, **way)}, zone=UTC)  # type: ignore[arg-type]
        self.outbox = Outbox(
            one.notices,
            one.board,
            one.journal,
            rota=rota,
            silent=SilentSites(one.board, one.book, lambda: one.now),
            accounts=one.book,
            kinds=kinds.load(),
            rules=RULES,
            clock=lambda: one.now,
            chance=one.chance,
        )
        one.notices.news = self.outbox._hear  # as `run` does, which these tests do not start

    async def turn(self, **later: float) -> None:
        self.room.wait(**later)
        async with TaskGroup() as sendings:
            await self.outbox.step(self.room.now, sendings)
        await self.room.settled(self.room.journal.position)

    async def escalate(self, level: str = "outside", incident: str | None = None, clock: str = "take") -> str:
        found = incident or self.room.incidents()[0].id
        await self.room.write(Escalated(incident=found, clock=clock, level=level))
        return found

    async def facts(self) -> list[Fact]:
        """What the outbox wrote."""
        wanted = (NoticeAsked, NoticeTried, NoticeSent, NoticeFailed, NoticeDropped)
        return [fact for fact in await self.room.facts() if isinstance(fact, wanted)]

    async def told(self) -> list[str]:
        """The same in short."""
        return [_short(fact) for fact in await self.facts()]

    async def levels(self) -> list[str]:
        return [fact.level for fact in await self.room.facts() if isinstance(fact, Escalated)]

    def notice(self) -> Notice:
        (notice,) = self.room.notices.newest(10)
        return notice


def _short(fact: Fact) -> str:
    match fact:
        case NoticeAsked():
            return f"asked {fact.to}"
        case NoticeTried():
            return f"tried {fact.attempt}"
        case NoticeSent():
            return f"sent {fact.attempt}"
        case NoticeFailed():
            return f"failed {fact.attempt} {fact.reason}{'' if fact.again_at else ', given up'}"
        case NoticeDropped():
            return f"dropped {fact.reason}"
        case _:
            raise AssertionError(fact)


def on_call(name: str = "anna", level: str = "outside", hours: tuple[WeekWindow, ...] = ()) -> OnCall:
    return OnCall(name=name, level=level, notifier="phone", hours=hours)


ANNA: Final = on_call()


@asynccontextmanager
async def paging(
    *rows: OnCall,
    code: str = "1110",
    account: str = "1001",
    channel: Channel = Channel.PUSH,
    way: dict[str, bool | str] | None = None,
) -> AsyncIterator[Paging]:
    """A room in which one alarm waits."""
    async with room() as one:
        await one.say(code, account)
        yield Paging(one, rows or (ANNA,), way or {}, channel)


# -- from an escalation to a telephone


async def test_an_escalation_reaches_who_is_on_call_and_each_attempt_is_journaled_first() -> None:
    async with paging() as it:
        await it.escalate()
        await it.turn()
        assert await it.told() == ["asked anna", "tried 1", "sent 1"]
        ((*_, before),) = it.phone.before
        assert before is NoticeTried
        assert it.phone.sent == [
            Push("Priority 1: incident 1", "Automatic fire alarm, unconfirmed · School\nNobody has taken it.")
        ]
        await it.turn(seconds=1)
        assert len(await it.facts()) == 3


async def test_every_level_reaches_those_of_its_own() -> None:
    async with paging(ANNA, on_call("sam", "supervisor"), on_call("sue", "supervisor")) as it:
        await it.escalate("desk")
        await it.escalate("supervisor")
        await it.turn()
        assert sorted(await it.told()) == ["asked sam", "asked sue", "sent 1", "sent 1", "tried 1", "tried 1"]


async def test_a_room_with_an_empty_rota_writes_nothing() -> None:
    async with room() as one:
        await one.say("1110", "1001")
        it = Paging(one, (), {}, Channel.PUSH)
        await it.escalate("outside")
        await it.turn()
        assert (await it.facts(), await it.levels()) == ([], ["outside"])


async def test_where_nobody_is_on_duty_the_next_level_is_reached_at_once_and_it_is_shown() -> None:
    async with paging(ANNA, on_call("sam", "supervisor", NEVER)) as it:
        await it.escalate("supervisor")
        await it.turn()
        assert await it.levels() == ["supervisor", "outside"]
        await it.turn()
        assert await it.told() == ["asked ", "dropped nobody", "asked anna", "tried 1", "sent 1"]
        assert it.room.incidents()[0].escalated == ("take:supervisor", "take:outside")


async def test_where_nobody_at_all_is_on_duty_that_is_shown_and_ends_there() -> None:
    async with paging(on_call("sam", "supervisor", NEVER)) as it:
        await it.escalate("supervisor")
        for _ in range(3):
            await it.turn()
        assert await it.levels() == ["supervisor", "outside"]
        assert await it.told() == ["asked ", "dropped nobody"] * 2


# -- what is not wanted any more


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (lambda i: Taken(incident=i, by="bert", seen_upto=1), "taken"),
        (lambda i: Closed(incident=i, by="bert", disposition="test"), "closed"),
        (lambda i: Merged(incident=i, into="other", by="bert"), "merged"),
    ],
    ids=["taken", "closed", "merged"],
)
async def test_what_was_answered_before_it_left_does_not_leave(fact: Callable[[str], Fact], reason: str) -> None:
    async with paging() as it:
        it.phone.raises = [NotSent("not_confirmed")]
        incident = await it.escalate()
        await it.turn()
        await it.room.write(fact(incident))  # type: ignore[arg-type]  # a fact of an incident
        await it.turn(seconds=60)
        assert await it.told() == ["asked anna", "tried 1", "failed 1 not_confirmed", f"dropped {reason}"]
        assert it.phone.sent == []


async def test_what_was_answered_before_it_was_asked_for_is_not_asked_for() -> None:
    async with paging() as it:
        incident = await it.escalate()
        await it.room.write(Taken(incident=incident, by="bert", seen_upto=1))
        await it.turn()
        assert await it.facts() == []


async def test_one_that_came_back_to_the_queue_begins_anew() -> None:
    async with paging() as it:
        it.phone.raises = [NotSent("not_confirmed")]
        incident = await it.escalate()
        await it.turn()
        await it.room.write(Taken(incident=incident, by="bert", seen_upto=1))
        await it.room.write(Released(incident=incident, by="bert"))
        await it.turn(seconds=60)
        assert (await it.told())[-1] == "dropped taken"
        await it.escalate()
        await it.turn()
        assert (await it.told())[-3:] == ["asked anna", "tried 1", "sent 1"]


async def test_an_exercise_never_leaves_the_room() -> None:
    async with paging() as it:
        opening = Opened(
            incident="drill",
            number=9,
            kind="FIRE.ALARM.AUTO",
            priority=1,
            state=IncidentState.WAITING,
            signal=a_signal(at=it.room.now),
            flags=("training",),
        )
        await it.room.write(opening)
        await it.escalate(incident="drill")
        await it.turn()
        await it.outbox.want(Wanted(notice="report-1", to="anna", why="report", training=True))
        await it.turn()
        assert await it.told() == ["asked anna", "dropped training"]
        assert it.phone.sent == []


async def test_reminders_come_until_somebody_takes_it_and_never_for_ever() -> None:
    async with paging() as it:
        await it.escalate()
        for _ in range(20):
            await it.turn(seconds=RULES.reminder_s / 2)
        assert len(it.phone.sent) == 1 + RULES.reminders
        assert it.notice().stage is Stage.SENT


async def test_nobody_is_reminded_of_what_was_taken() -> None:
    async with paging() as it:
        incident = await it.escalate()
        await it.turn()
        await it.room.write(Taken(incident=incident, by="bert", seen_upto=1))
        await it.turn(seconds=RULES.reminder_s)
        assert (len(it.phone.sent), it.notice().stage) == (1, Stage.SENT)
        assert (await it.told())[-1] == "sent 1"


# -- what goes wrong


async def test_a_failure_is_tried_again_later_each_time_and_given_up_at_last() -> None:
    async with paging(ANNA, on_call("sam", "supervisor")) as it:
        it.phone.raises = [NotSent("not_confirmed") for _ in range(RULES.notice_tries)]
        await it.escalate("supervisor")
        waits = []
        for _ in range(RULES.notice_tries - 1):
            await it.turn()
            again_at = it.notice().again_at
            assert again_at is not None
            waits.append((again_at - it.room.now).total_seconds())
            await it.turn(seconds=waits[-1] - 0.1)
            it.room.wait(seconds=0.1)
        assert waits == [10, 20, 40, 80]
        await it.turn()
        assert (await it.told())[-1] == "failed 5 not_confirmed, given up"
        await it.turn()  # nobody of the supervisors could be reached: the next level is
        assert await it.levels() == ["supervisor", "outside"]
        await it.turn()
        assert (await it.told())[-3:] == ["asked anna", "tried 1", "sent 1"]


async def test_what_cannot_help_is_not_tried_again() -> None:
    async with paging() as it:
        it.phone.raises = [NotSent("cannot_be_quiet", final=True)]
        await it.escalate()
        await it.turn()
        assert await it.told() == ["asked anna", "tried 1", "failed 1 cannot_be_quiet, given up"]


async def test_a_notifier_that_breaks_ends_nothing_else() -> None:
    async with paging() as it:
        it.phone.raises = [RuntimeError("https://token@carrier.example")]
        await it.escalate()
        await it.turn()
        await it.turn(seconds=10)
        assert await it.told() == ["asked anna", "tried 1", "failed 1 broken", "tried 2", "sent 2"]


async def test_a_report_that_cannot_be_made_ends_nothing_else() -> None:
    async with paging() as it:

        async def broken(notice: str) -> Push | None:
            raise ZeroDivisionError(notice)

        it.outbox.composes["report"] = broken
        await it.outbox.want(Wanted(notice="report-1", to="anna", why="report"))
        await it.escalate()
        await it.turn()
        assert "failed 1 broken" in await it.told()
        assert len(it.phone.sent) == 1


async def test_whoever_the_settings_do_not_know_any_more_is_not_tried() -> None:
    async with paging() as it:
        await it.escalate()
        it.phone.raises = [NotSent("not_confirmed")]
        await it.turn()
        it.outbox._asking.rota = Rota(zone=UTC)
        await it.turn(seconds=60)
        assert (await it.told())[-1] == "dropped unknown_recipient"


async def test_a_siren_says_nothing_while_a_silent_alarm_is_open() -> None:
    async with paging(code="1122", account="3003", channel=Channel.SIREN, way={"persons": True}) as it:
        await it.escalate()
        await it.turn()
        assert await it.told() == ["asked anna", "tried 1", "dropped silent_site"]
        assert it.phone.sent == []


# -- a kill


async def test_what_was_tried_before_a_kill_may_have_left_and_is_tried_again() -> None:
    async with paging() as it:
        await it.escalate()
        it.phone.raises = [NotSent("not_confirmed")]
        await it.turn()
        notice = it.notice()
        tried = NoticeTried(notice=notice.id, attempt=2)  # and here the power went
        await it.room.journal.append([it.outbox._scribe.entry(notice_subject(notice.id), tried)])
        async with room(journal=it.room.journal) as again:
            again.now = it.room.now + timedelta(minutes=5)
            after = Paging(again, (ANNA,), {}, Channel.PUSH)
            await after.turn()
            assert (await after.told())[-1] == "failed 2 may_have_left"
            await after.turn(seconds=20)
            assert (await after.told())[-2:] == ["tried 3", "sent 3"]
            assert len(after.phone.sent) == 1


async def test_it_stays_marked_as_a_repeat_until_it_is_sent_whatever_fails_in_between() -> None:
    async with paging() as it:
        await it.escalate()
        it.phone.raises = [MayHaveLeft("timeout"), NotSent("not_confirmed"), RuntimeError("broken")]
        for _ in range(4):
            await it.turn(seconds=RULES.notice_again_most_s)
        assert (await it.told())[-1] == "sent 4"
        (push,) = it.phone.sent
        assert push.body.endswith(REPEAT)
        await it.turn(minutes=6)
        assert len(it.phone.sent) == 2
        assert not it.phone.sent[1].body.endswith(REPEAT), "a reminder is no repeat"


@pytest.mark.parametrize("error", [MayHaveLeft("timeout"), TimeoutError()], ids=["carrier", "ours"])
async def test_a_report_that_may_have_left_is_not_sent_again(error: Exception) -> None:
    async with paging() as it:

        async def report(notice: str) -> Push | None:
            return Push("Report", notice)

        it.outbox.composes["report"] = report
        await it.outbox.want(Wanted(notice="report-1", to="anna", why="report"))
        it.phone.raises = [error]
        for _ in range(3):
            await it.turn(seconds=RULES.notice_again_most_s)
        assert await it.told() == ["asked anna", "tried 1", "failed 1 may_have_left, given up"]
        assert it.phone.sent == []


async def restored(it: Paging) -> None:
    """What `belfry restore` writes: all that stands here is of the backup, and what was done since is lost."""
    fact = Restored(position=it.room.journal.position, made_at=it.room.now, version="1")
    await it.room.journal.append([Entry(id=it.room.chance(16), subject="centre", at=it.room.now, facts=(fact,))])


async def test_what_was_due_when_a_backup_was_made_may_have_left_in_the_life_that_is_lost() -> None:
    async with paging(ANNA, on_call("sam", "supervisor")) as it:
        it.phone.raises = [NotSent("not_confirmed")]
        await it.escalate("supervisor")
        await it.turn()
        await restored(it)
        async with room(journal=it.room.journal) as again:
            again.now = it.room.now + timedelta(minutes=5)
            after = Paging(again, (ANNA, on_call("sam", "supervisor")), {}, Channel.PUSH)
            await after.turn()
            await after.escalate("outside")  # it was due before, and this life does not know whether it was
            await after.turn()
            assert [push.body.endswith(REPEAT) for push in after.phone.sent] == [True, True]
            await again.say("1110", "2002")
            await after.escalate("outside", incident=again.incidents()[-1].id)
            await after.turn()
            assert not after.phone.sent[-1].body.endswith(REPEAT), "what is new is no repeat"


async def test_a_report_that_a_restored_centre_sends_says_that_it_may_be_a_repeat() -> None:
    async with paging() as it:

        async def report(notice: str) -> Push | None:
            return Push("Report", notice)

        await restored(it)
        await it.outbox.want(Wanted(notice="report-1", to="anna", why="report"))
        it.outbox.composes["report"] = report
        await it.room.settled(it.room.journal.position)
        await it.turn()
        await it.turn(hours=2)
        await it.outbox.want(Wanted(notice="report-2", to="anna", why="report"))
        await it.turn()
        assert [push.body for push in it.phone.sent] == [f"report-1\n{REPEAT}", "report-2"]


async def test_a_flood_that_may_be_a_repeat_says_so() -> None:
    async with paging() as it:
        it.phone.raises = [MayHaveLeft("timeout")]
        await flooded(it)
        await it.turn()
        await it.turn(seconds=RULES.notice_again_s)
        assert [push.body for push in it.phone.sent] == [f"30 incidents wait. Look at the console.\n{REPEAT}"]


async def test_a_kill_between_an_escalation_and_its_notices_asks_once() -> None:
    async with paging() as it:
        await it.escalate()
        for _ in range(2):
            async with room(journal=it.room.journal) as again:
                again.now = it.room.now
                after = Paging(again, (ANNA,), {}, Channel.PUSH)
                await after.turn()
                await after.turn()
        assert await it.told() == ["asked anna", "tried 1", "sent 1"]


async def test_a_second_outbox_beside_it_sends_nothing_twice() -> None:
    async with paging() as it:
        await it.escalate()
        async with room(journal=it.room.journal) as beside:
            beside.now = it.room.now
            other = Paging(beside, (ANNA,), {}, Channel.PUSH)
            await it.turn()
            await other.turn()
            assert await it.told() == ["asked anna", "tried 1", "sent 1"]
            assert (len(it.phone.sent), other.phone.sent) == (1, [])


async def test_a_snapshot_knows_what_the_journal_tells() -> None:
    async with paging(ANNA, on_call("sam", "supervisor", NEVER)) as it:
        await it.escalate("supervisor")
        await it.turn()
        await it.turn()
        await it.escalate("desk")
        async with room(journal=it.room.journal) as again:
            assert again.notices.state() == it.room.notices.state()
        state = it.room.walk.state()
        async with room(journal=it.room.journal) as fresh:
            fresh.notices.__init__()  # type: ignore[misc]  # as at a start
            fresh.notices.restore(state.notices)
            assert {one.id for one in fresh.notices.live()} == {one.id for one in it.room.notices.live()}


async def test_what_the_board_forgot_is_read_from_the_journal() -> None:
    async with paging(ANNA, on_call("bert")) as it:
        await it.escalate()
        await it.turn()
        position = next(
            one.position
            for one in await it.room.journal.page(0, 100)
            if isinstance(one, Stored) and isinstance(one.entry.facts[0], Escalated)
        )
        assert await recalled(it.room.journal, position, 64) == it.room.notices.of(position)
        it.room.notices.forget(lambda _: False)
        assert len(it.room.notices) == 2  # reminders may still come of them
        await it.room.write(Taken(incident=it.room.incidents()[0].id, by="bert", seen_upto=1))
        await it.turn()
        it.room.notices.forget(lambda _: False)
        assert len(it.room.notices) == 0


# -- what a push says


@pytest.mark.parametrize(
    ("code", "account", "way", "body"),
    [
        ("1110", "1001", {}, "Automatic fire alarm, unconfirmed · School\nNobody has taken it."),
        ("1110", "1001", {"carries": "kind"}, "Automatic fire alarm, unconfirmed\nNobody has taken it."),
        ("1110", "1001", {"carries": "number"}, "Nobody has taken it."),
        ("1101", "4004", {}, "Nobody has taken it."),
        ("1101", "4004", {"persons": True}, "Care alarm, pendant or voice · Care block\nNobody has taken it."),
        ("1122", "3003", {}, "Nobody has taken it."),
        ("1199", "2002", {"persons": True}, "Nobody has taken it."),
    ],
    ids=["place", "kind", "number", "medical", "medical on purpose", "of a person", "unknown"],
)
async def test_a_push_carries_kind_and_place_and_no_more_than_it_may(
    code: str, account: str, way: dict[str, bool | str], body: str
) -> None:
    async with paging(code=code, account=account, way=way) as it:
        await it.escalate()
        await it.turn()
        (push,) = it.phone.sent
        assert push.body == body


async def test_in_a_flood_one_push_speaks_for_all() -> None:
    async with paging() as it:
        for number in range(30):
            opening = Opened(
                incident=f"x{number}",
                number=100 + number,
                kind="FIRE.ALARM.AUTO",
                priority=1,
                signal=a_signal(at=it.room.now),
            )
            await it.room.write(opening)
            await it.escalate(incident=f"x{number}")
        await it.turn()
        assert [push.body for push in it.phone.sent] == ["30 incidents wait. Look at the console."]
        assert (await it.told()).count("dropped folded") == 29
        await it.turn(seconds=30)
        assert len(it.phone.sent) == 1


# -- what is about no incident


async def test_others_may_ask_once_under_a_name_and_compose_when_it_is_sent() -> None:
    async with paging() as it:

        async def report(notice: str) -> Push | None:
            return None if notice == "report-2" else Push("Report", f"this is {notice}")

        it.outbox.composes["report"] = report
        assert await it.outbox.want(Wanted(notice="report-1", to="anna", why="report"))
        assert not await it.outbox.want(Wanted(notice="report-1", to="anna", why="report"))
        await it.turn()
        assert it.phone.sent == [Push("Report", "this is report-1")]
        await it.outbox.want(Wanted(notice="report-2", to="anna", why="report"))
        await it.turn()
        assert (await it.told())[-1] == "dropped nothing_to_send"
        with pytest.raises(LookupError, match="nobody of the name 'bert'"):
            await it.outbox.want(Wanted(notice="report-3", to="bert", why="report"))


# -- a flood, and carriers that behave badly


async def flooded(it: Paging, level: str = "outside") -> None:
    for number in range(30):
        opening = Opened(
            incident=f"x{number}",
            number=100 + number,
            kind="FIRE.ALARM.AUTO",
            priority=1,
            signal=a_signal(at=it.room.now),
        )
        await it.room.write(opening)
        await it.escalate(level, incident=f"x{number}")


async def test_nothing_is_folded_into_a_push_that_did_not_leave() -> None:
    async with paging() as it:
        it.phone.raises = [NotSent("not_confirmed")]
        await flooded(it)
        await it.turn()
        assert (await it.told()).count("dropped folded") == 0
        await it.turn(seconds=RULES.notice_again_s)
        assert [push.body for push in it.phone.sent] == ["30 incidents wait. Look at the console."]
        assert (await it.told()).count("dropped folded") == 29


async def test_what_one_speaks_for_is_told_of_by_another_where_that_one_is_taken() -> None:
    async with paging() as it:
        it.phone.raises = [NotSent("not_confirmed")]
        await flooded(it)
        await it.turn()
        await it.room.write(Taken(incident="x0", by="bert", seen_upto=1))
        await it.turn(seconds=RULES.notice_again_s)
        assert [push.body for push in it.phone.sent] == ["29 incidents wait. Look at the console."]


async def test_what_one_spoke_for_is_given_up_with_it_and_reaches_the_next_level() -> None:
    async with paging(ANNA, on_call("sam", "supervisor")) as it:
        it.phone.raises = [NotSent("number_gone", final=True)]
        await flooded(it, "supervisor")
        await it.turn()
        assert (await it.told()).count("failed 0 number_gone, given up") == 29
        await it.turn()
        assert (await it.levels()).count("outside") == 30
        await it.turn()
        assert [push.body for push in it.phone.sent] == ["30 incidents wait. Look at the console."]


async def test_a_text_of_a_carrier_is_not_written_down() -> None:
    async with paging() as it:
        it.phone.raises = [NotSent("https://token@carrier.example says 403"), NotSent("http_503")]
        await it.escalate()
        await it.turn()
        await it.turn(seconds=10)
        assert await it.told() == ["asked anna", "tried 1", "failed 1 not_confirmed", "tried 2", "failed 2 http_503"]


async def test_a_notifier_that_cancels_itself_is_tried_again() -> None:
    async with paging() as it:
        it.phone.raises = [CancelledError()]  # type: ignore[list-item]  # no Exception, and yet raised by libraries
        await it.escalate()
        await it.turn()
        await it.turn(seconds=10)
        assert await it.told() == ["asked anna", "tried 1", "failed 1 broken", "tried 2", "sent 2"]


async def test_a_notifier_that_will_not_be_cancelled_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("belfry.centre.outbox.SEND_WITHIN_S", 0.01)
    async with paging() as it:
        end, deaf = Event(), it.phone.send

        async def hang(leave: Leave, push: Push, *, audience: Audience) -> None:
            while not end.is_set():
                with suppress(CancelledError):
                    await end.wait()

        it.phone.send = hang  # type: ignore[method-assign]  # a library that swallows it
        await it.escalate()
        await it.turn()
        it.phone.send = deaf  # type: ignore[method-assign]
        await it.turn(seconds=10)
        assert await it.told() == ["asked anna", "tried 1", "failed 1 may_have_left", "tried 2", "sent 2"]
        end.set()
