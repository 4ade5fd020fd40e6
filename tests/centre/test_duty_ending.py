"""Whose shift is over is asked, then signed off - never while his unit is busy, never before he could be asked."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from belfry.centre.dispatch import DispatchDesk, Send
from belfry.centre.units.ending import ACCOUNT_OVER, ASKED_FOR, SHIFT_OVER, UNIT_GONE, Ending
from belfry.domain.dispatching import Said
from belfry.domain.facts import Closed
from belfry.domain.unit import UnitStatus
from belfry.domain.unit_facts import SignedOff
from tests.centre.staffed import Room, staffed
from tests.centre.test_dispatch import CREW, Book, a_desk, facts_of
from tests.domain.incidents import ANNA

SOON = timedelta(minutes=10)


class Watch:
    """The follower of one desk, whom it asked, and which accounts are active."""

    def __init__(self, room: Room, desk: DispatchDesk) -> None:
        self.asked: list[str] = []
        self.active = {"anna", "cleo", "dora"}
        self.room, self.desk = room, desk
        self.ending = self.made()

    def made(self) -> Ending:
        async def active() -> set[str]:
            return self.active

        return Ending(
            self.desk, clock=self.room.clock, active=active, ask=lambda unit, user: self.asked.append(f"{unit} {user}")
        )

    async def look(self, after: timedelta = timedelta(0)) -> None:
        self.room.wait(after.total_seconds())
        await self.ending.look()

    async def signed_off(self) -> list[tuple[str | None, tuple[str, ...]]]:
        return [(one.by, one.reasons) for one in await facts_of(self.room, "u1") if isinstance(one, SignedOff)]


@pytest.fixture
async def watch(tmp_path: Path) -> AsyncIterator[Watch]:
    async with staffed("memory", tmp_path) as room:
        desk = a_desk(room)
        await desk.sign_on("u1", "cleo", CREW, until=room.clock() + SOON)
        yield Watch(room, desk)


async def test_who_says_nothing_at_the_end_of_his_shift_is_signed_off_by_the_centre(watch: Watch) -> None:
    await watch.look(SOON - timedelta(seconds=1))
    assert watch.asked == []
    await watch.look(timedelta(seconds=1))
    await watch.look(ASKED_FOR - timedelta(seconds=1))
    assert watch.asked == ["u1 cleo"], "once"
    assert watch.desk.now.get("u1").on_duty
    await watch.look(timedelta(seconds=1))
    assert await watch.signed_off() == [(None, (SHIFT_OVER,))]
    assert watch.desk.now.get("u1").status is UnitStatus.OFF_DUTY


async def test_who_stays_on_is_left_on_duty_since_when_he_was(watch: Watch) -> None:
    since = watch.desk.now.get("u1").crew[0].since
    await watch.look(SOON)
    await watch.desk.sign_on("u1", "cleo", CREW, until=watch.room.clock() + timedelta(hours=1))
    await watch.look(ASKED_FOR)
    (member,) = watch.desk.now.get("u1").crew
    assert member.since == since
    assert watch.desk.now.get("u1").status is UnitStatus.AVAILABLE_STATION


async def test_nobody_is_signed_off_while_his_unit_is_busy_and_his_time_counts_from_when_it_is_free(
    watch: Watch,
) -> None:
    incident = await watch.room.open()
    await watch.look(SOON)
    await watch.desk.send(incident.id, Send(unit="u1"), ANNA)
    await watch.look(ASKED_FOR * 3)
    assert await watch.signed_off() == []
    await watch.desk.say("u1", Said(status=UnitStatus.AVAILABLE_MOBILE), CREW)
    await watch.look()
    await watch.look(ASKED_FOR - timedelta(seconds=1))
    assert await watch.signed_off() == []
    await watch.look(timedelta(seconds=1))
    assert await watch.signed_off() == [(None, (SHIFT_OVER,))]


async def test_a_shift_that_ended_while_the_centre_was_down_is_asked_for_first(watch: Watch) -> None:
    watch.room.wait(timedelta(hours=5).total_seconds())
    watch.ending = watch.made()
    await watch.look()
    assert watch.desk.now.get("u1").on_duty
    assert watch.asked == ["u1 cleo"]
    await watch.look(ASKED_FOR)
    assert not watch.desk.now.get("u1").on_duty


async def test_whose_account_is_disabled_goes_off_duty_once_his_unit_is_free(watch: Watch) -> None:
    incident = await watch.room.open()
    await watch.desk.send(incident.id, Send(unit="u1"), ANNA)
    watch.active.discard("cleo")
    await watch.look()
    assert await watch.signed_off() == []
    await watch.desk.release(incident.id, "u1", ANNA)
    await watch.look()
    assert await watch.signed_off() == [(None, (ACCOUNT_OVER,))]


async def test_nobody_stays_on_duty_with_a_unit_that_is_gone(watch: Watch) -> None:
    watch.desk.book = Book()
    await watch.look()
    assert await watch.signed_off() == [(None, (UNIT_GONE,))]


async def test_after_a_crash_in_the_moment_of_a_closing_the_unit_is_freed_at_the_next_look(watch: Watch) -> None:
    incident = await watch.room.open()
    await watch.desk.send(incident.id, Send(unit="u1"), ANNA)
    await watch.room.write(Closed(incident=incident.id, disposition="restored", seen_upto=1))
    await watch.look()
    assert watch.desk.now.get("u1").status is UnitStatus.CANCELLED
    assert watch.room.incident().units[0].left_at is not None


async def test_who_has_a_patient_keeps_his_unit_when_the_incident_is_closed(watch: Watch) -> None:
    incident = await watch.room.open()
    await watch.desk.send(incident.id, Send(unit="u1"), ANNA)
    await watch.desk.say("u1", Said(status=UnitStatus.TRANSPORTING), CREW)
    await watch.room.write(Closed(incident=incident.id, by="anna", disposition="real", seen_upto=1))
    await watch.look(ASKED_FOR + SOON)
    assert watch.desk.now.get("u1").incident == incident.id
