"""What comes by itself comes in time, once, and never over somebody who was quicker."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec import structs

from belfry.centre.deadlines import Deadlines
from belfry.domain.commands import Close, Hold, Note, Reclassify, Take, TakeOver
from belfry.domain.facts import Due, Escalated, Fact, IncidentState, Noted, Released, Taken
from belfry.domain.incident import State
from belfry.domain.plan import Step, StepType
from belfry.domain.step_facts import PlanChosen, StepDone
from belfry.journal.memory import MemoryJournal
from belfry.ports import JournalError
from tests.centre.staffed import Room, staffed
from tests.domain.incidents import ANNA, BERT, a_joining, after


@pytest.fixture(params=["memory", "sqlite"])
async def room(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Room]:
    async with staffed(request.param, tmp_path) as one:
        yield one


async def at(room: Room, watch: Deadlines, seconds: float) -> list[Fact]:
    """What the deadlines wrote about the incident `i1` at a time."""
    before = len(await room.facts())
    room.now = after(seconds)
    await watch.step(room.now)
    return (await room.facts())[before:]


def told(facts: list[Fact]) -> list[str]:
    return [fact.level for fact in facts if isinstance(fact, Escalated)]


# -- delays and holds


async def test_a_delay_that_ends_puts_the_incident_in_the_queue(room: Room) -> None:
    watch = room.watched()
    await room.open(state=IncidentState.PENDING, pending_until=after(120))
    assert await at(room, watch, 119) == []
    assert [type(fact) for fact in await at(room, watch, 120)] == [Due]
    assert room.incident().state is State.WAITING
    assert await at(room, watch, 121) == []


async def test_a_delay_that_triage_ended_is_not_ended_again(room: Room) -> None:
    watch = room.watched()
    await room.open(state=IncidentState.PENDING, pending_until=after(120))
    await room.write(a_joining(state=IncidentState.WAITING))
    assert await at(room, watch, 60) == []
    assert told(await at(room, watch, 120)) == ["desk"]


async def test_a_hold_that_ends_wakes_it(room: Room) -> None:
    watch = room.watched()
    await room.open(priority=3)
    await room.act(Take(1), ANNA)
    await room.act(Hold(version=2, until=after(600)), ANNA)
    assert await at(room, watch, 599) == []
    assert [type(fact) for fact in await at(room, watch, 600)] == [Due]
    woken = room.incident()
    assert (woken.state, woken.held_by, woken.waiting_since) == (State.WAITING, "anna", after(600))
    assert told(await at(room, watch, 690)) == ["desk"]


# -- waits of a plan


async def test_a_wait_whose_time_is_over_before_somebody_is_passed_once_and_without_a_name(room: Room) -> None:
    wait = Step(id="out", do=StepType.WAIT, text="Wait", wait_s=60)
    again = structs.replace(wait, id="again", wait_s=30)
    watch = room.watched()
    await room.open(priority=3)
    await room.act(Take(1), ANNA)
    await room.write(PlanChosen(incident="i1", steps=(wait, again), refs=()))
    assert await at(room, watch, 59) == []
    (passed,) = await at(room, watch, 60)
    assert isinstance(passed, StepDone)
    assert (passed.by, passed.step, passed.next) == (None, "out", "again")
    assert await at(room, watch, 89) == []
    assert [type(fact) for fact in await at(room, watch, 90)] == [StepDone]
    assert await at(room, watch, 91) == []
    assert room.incident().version == 2  # an act that is under way counts all the same


# -- limits


async def test_an_untaken_priority_1_goes_to_desk_supervisor_and_outside(room: Room) -> None:
    watch = room.watched()
    await room.open(priority=1)
    levels = {second: told(await at(room, watch, second)) for second in (29, 30, 31, 60, 90, 900)}
    assert levels == {29: [], 30: ["desk"], 31: [], 60: ["supervisor"], 90: ["outside"], 900: []}
    assert room.incident().version == 1


@pytest.mark.parametrize(("priority", "target", "limit"), [(2, 90, 180), (3, 90, 180), (4, 900, 3600)], ids=str)
async def test_the_others_go_to_the_desk_and_then_to_the_supervisor(
    room: Room, priority: int, target: int, limit: int
) -> None:
    watch = room.watched()
    await room.open(priority=priority)
    assert await at(room, watch, target - 1) == []
    assert told(await at(room, watch, target)) == ["desk"]
    assert told(await at(room, watch, limit)) == ["supervisor"]


async def test_a_priority_5_goes_to_nobody(room: Room) -> None:
    watch = room.watched()
    await room.open(priority=5)
    assert await at(room, watch, 86_400) == []


async def test_what_was_taken_in_time_goes_to_nobody(room: Room) -> None:
    watch = room.watched()
    await room.open(priority=1)
    room.wait(29)
    await room.act(Take(1), ANNA)
    assert await at(room, watch, 59) == []
    await room.act(Note("on the phone"), ANNA)
    assert await at(room, watch, 89) == []


async def test_a_rise_to_priority_1_shortens_the_limit(room: Room) -> None:
    watch = room.watched()
    await room.open(priority=4)
    room.wait(50)
    await room.write(a_joining(priority=1))
    assert await at(room, watch, 79) == []
    assert told(await at(room, watch, 80)) == ["desk"]


async def test_somebody_quicker_is_respected(room: Room) -> None:
    watch = room.watched()
    await room.open(priority=1)
    await room.write_unheard(Taken(incident="i1", by="anna", seen_upto=1))
    assert await at(room, watch, 30) == []
    assert room.incident().taken_by == "anna"


async def test_a_signal_that_came_between_delays_nothing(room: Room) -> None:
    watch = room.watched()
    await room.open(priority=1)
    await room.write_unheard(a_joining())
    assert told(await at(room, watch, 30)) == ["desk"]


# -- who is gone


async def test_who_does_nothing_loses_what_was_taken(room: Room) -> None:
    watch = room.watched()
    await room.open(priority=3)
    await room.act(Take(1), ANNA)
    assert await at(room, watch, 119) == []
    assert await at(room, watch, 120) == [Released(incident="i1", reason="idle")]
    released = room.incident()
    assert (released.state, released.taken_by, released.first_taken_at) == (State.WAITING, None, after(0))


async def test_who_is_there_keeps_it(room: Room) -> None:
    watch = room.watched()
    await room.open()
    await room.act(Take(1), ANNA)
    for second in (100, 200, 300):
        assert await at(room, watch, second) == []
        watch.touch("i1", "anna")
    assert await at(room, watch, 419) == []
    assert len(await at(room, watch, 420)) == 1


async def test_others_cannot_keep_it_for_somebody(room: Room) -> None:
    watch = room.watched()
    await room.open()
    await room.act(Take(1), ANNA)
    room.wait(100)
    watch.touch("i1", "bert")
    watch.touch("nowhere", "bert")
    assert len(await at(room, watch, 120)) == 1


async def test_who_takes_over_has_time_of_his_own(room: Room) -> None:
    watch = room.watched()
    await room.open()
    await room.act(Take(1), ANNA)
    room.wait(100)
    await room.act(TakeOver("anna is away", 2), BERT)
    assert await at(room, watch, 219) == []
    assert len(await at(room, watch, 220)) == 1


@pytest.mark.parametrize(("priority", "wait_s"), [(1, 15), (2, 30)], ids=str)
async def test_a_lost_console_gives_back_what_it_had(room: Room, priority: int, wait_s: int) -> None:
    watch = room.watched()
    await room.open(priority=priority)
    await room.act(Take(1), ANNA)
    room.wait(10)
    watch.console_lost("anna")
    room.wait(1)
    watch.console_lost("anna")
    assert await at(room, watch, 9 + wait_s) == []
    assert await at(room, watch, 10 + wait_s) == [Released(incident="i1", reason="console_lost")]


async def test_a_console_that_comes_back_in_time_loses_nothing(room: Room) -> None:
    watch = room.watched()
    await room.open()
    await room.act(Take(1), ANNA)
    watch.console_lost("anna")
    watch.console_lost("bert")
    room.wait(29)
    watch.console_back("anna")
    watch.console_back("nobody")
    assert await at(room, watch, 60) == []


async def test_who_acts_without_a_console_is_there(room: Room) -> None:
    watch = room.watched()
    watch.console_lost("anna")
    room.wait(600)
    await room.open(signal=a_joining().signal)
    await room.act(Take(1), ANNA)
    assert await at(room, watch, 629) == []
    watch.touch("i1", "anna")
    assert await at(room, watch, 658) == []
    assert len(await at(room, watch, 659)) == 1


async def test_what_is_closed_or_held_is_nobodys_to_lose(room: Room) -> None:
    watch = room.watched()
    for name in ("i1", "i2"):
        await room.open(name, priority=3)
        await room.act(Take(1), ANNA, name)
    await room.act(Hold(version=2, until=after(9_000)), ANNA)
    await room.act(Close(seen_upto=1, version=2, disposition="test"), ANNA, "i2")
    watch.console_lost("anna")
    assert await at(room, watch, 8_999) == []
    assert len(await room.facts("i2")) == 3


# -- all together


async def test_a_restart_keeps_every_deadline_and_gives_operators_time(room: Room) -> None:
    await room.open(priority=1)
    await room.open("pending", state=IncidentState.PENDING, pending_until=after(50))
    await room.open("taken", priority=2)
    await room.act(Take(1), ANNA, "taken")
    room.wait(300)
    watch = room.watched()
    assert told(await at(room, watch, 300)) == ["desk", "supervisor", "outside"]
    assert len(await room.journal.read("incident/i1")) == 2
    assert room.incident("pending").state is State.WAITING
    assert room.incident("taken").taken_by == "anna"
    await at(room, watch, 420)
    assert room.incident("taken").state is State.WAITING


async def test_hundreds_at_once_are_all_told(room: Room) -> None:
    watch = room.watched()
    for number in range(300):
        await room.open(f"i{number}", priority=1)
    assert await watch.step(after(30)) == 300
    assert await watch.step(after(30)) == 0


async def test_acts_of_people_make_no_deadline_twice(room: Room) -> None:
    watch = room.watched()
    await room.open(priority=3)
    await room.act(Take(1), ANNA)
    await room.act(Note("rang twice"), ANNA)
    await room.act(Reclassify("PROP.ALARM.INTR.CONF", "two points", 2), ANNA)
    await room.write(Noted(incident="i1", by="bert"))
    assert [type(fact) for fact in await at(room, watch, 120)] == [Released]
    assert told(await at(room, watch, 150)) == ["desk"]


async def test_what_could_not_be_written_stays_due() -> None:
    journal = await MemoryJournal.open()
    room = Room(journal)
    watch = room.watched()
    await room.open(priority=1)
    await journal.close()
    for _ in range(2):
        with pytest.raises(JournalError):
            await watch.step(after(30))


async def test_what_is_due_sooner_wakes_the_task(room: Room) -> None:
    watch = room.watched()
    watching = asyncio.create_task(watch.run())
    await room.open(state=IncidentState.PENDING, pending_until=after(120))
    room.wait(120)
    await room.open("another", priority=1)  # due sooner than what the task sleeps for, so it looks at its clock
    while room.incident().state is State.PENDING:  # noqa: ASYNC110 - until the task has had its turn
        await asyncio.sleep(0)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert room.incident().state is State.WAITING
