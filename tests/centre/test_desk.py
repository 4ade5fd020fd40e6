"""Two people press at once, signals arrive in between: one act is done, and everybody is told the truth."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from belfry.centre.desk import Desk, NoSuchIncident
from belfry.centre.seals import Seals
from belfry.domain.commands import (
    Close,
    Conflict,
    Hold,
    NotAllowed,
    Note,
    Refusal,
    Release,
    Reopen,
    Staff,
    Take,
    TakeOver,
    Unseen,
)
from belfry.domain.facts import Closed, Due, Held, Joined, Noted, Part, Taken
from belfry.domain.incident import Incident, State
from belfry.domain.kinds import load
from belfry.domain.presets import Rules
from belfry.journal.memory import MemoryJournal
from tests.centre.kit import room as triaging_room
from tests.centre.staffed import MemoryKeys, Room, staffed
from tests.domain.incidents import ANNA, BERT, NOON, a_joining, a_signal, after

CROWD: Final = [Staff(f"operator {number}", "operator") for number in range(20)]


@pytest.fixture(params=["memory", "sqlite"])
async def room(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Room]:
    async with staffed(request.param, tmp_path) as one:
        yield one


def told(outcomes: list[Incident | BaseException]) -> list[str]:
    """The titles that those read who were refused; what is no refusal is raised."""
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, Refusal):
            raise outcome
    return [outcome.title for outcome in outcomes if isinstance(outcome, Refusal)]


# -- at once


async def test_of_twenty_takes_at_once_one_wins_and_the_others_read_who(room: Room) -> None:
    incident = await room.open()
    outcomes = await asyncio.gather(*(room.act(Take(1), who) for who in CROWD), return_exceptions=True)
    titles = told(outcomes)
    winner = room.incident().taken_by
    assert winner in [who.name for who in CROWD]
    assert titles == [f"Taken by {winner} 0 s ago"] * 19
    assert [fact.by for fact in await room.facts() if isinstance(fact, Taken)] == [winner]
    assert incident.version == 2


async def test_a_take_that_the_board_has_not_heard_of_is_respected(room: Room) -> None:
    await room.open()
    await room.write_unheard(Taken(incident="i1", by="anna", seen_upto=1))
    room.wait(3)
    with pytest.raises(Conflict, match="Taken by anna 3 s ago"):
        await room.act(Take(1), BERT)


async def test_a_cascade_of_signals_never_blocks_a_take(room: Room) -> None:
    await room.open()
    enough = asyncio.Event()
    cascades = [asyncio.create_task(room.cascade("i1", enough)) for _ in range(3)]
    for acts in range(20):
        await full_flow(room, acts)
        before = room.incident().signals_seq
        await room.act(Release(room.incident().version) if acts % 2 else Take(room.incident().version), ANNA)
        assert room.incident().signals_seq - before < 50
    enough.set()
    joined = sum(await asyncio.gather(*cascades))
    assert room.incident().version == 21
    assert room.incident().signals_seq == joined + 1 == await room.joinings() + 1


async def full_flow(room: Room, turns: int) -> None:
    """Let the cascade write some more, and stop at another moment of it each time."""
    enough = room.incident().signals_seq + 3
    while room.incident().signals_seq < enough:  # noqa: ASYNC110 - no time passes here
        await asyncio.sleep(0)
    for _ in range(turns):
        await asyncio.sleep(0)


async def test_a_cascade_through_triage_blocks_no_take_either() -> None:
    async with triaging_room() as centre:
        await centre.say("BA", zone="001")
        (incident,) = centre.incidents()
        seals = Seals(MemoryKeys(), centre.chance, lambda: centre.now)
        desk = Desk(
            centre.board,
            centre.journal,
            seals,
            kinds=load(),
            rules=Rules(),
            clock=lambda: centre.now,
            chance=centre.chance,
        )
        signals = [centre.signal("BA", zone=f"{zone:03}") for zone in range(2, 60)]
        saying = asyncio.gather(*(centre.keep(signal) for signal in signals))
        await asyncio.sleep(0)
        taken = await desk.act(incident.id, Take(1), ANNA)
        await saying
        assert taken.taken_by == "anna"
        assert taken.signals_seq == 59


async def test_closing_looks_again_when_a_signal_comes_between(room: Room) -> None:
    await room.open()
    await room.act(Take(1), ANNA)
    await room.write_unheard(a_joining())
    with pytest.raises(Unseen, match="1 signal unseen"):
        await room.act(Close(seen_upto=1, version=2, disposition="genuine"), ANNA)
    closed = await room.act(Close(seen_upto=2, version=2, disposition="genuine"), ANNA)
    assert (closed.state, closed.closed_by) == (State.CLOSED, "anna")
    assert [type(fact) for fact in await room.facts()][-2:] == [Joined, Closed]


async def test_a_note_is_written_whoever_has_it_and_whatever_joins(room: Room) -> None:
    await room.open()
    await room.act(Take(1), ANNA)
    await room.write_unheard(a_joining())
    await asyncio.gather(*(room.act(Note("the bell is broken"), who) for who in CROWD))
    assert sum(isinstance(fact, Noted) for fact in await room.facts()) == 20
    assert room.incident().version == 2


async def test_many_entries_unheard_are_all_read(room: Room) -> None:
    await room.open()
    for _ in range(100):
        await room.write_unheard(a_joining())
    taken = await room.act(Take(1), ANNA)
    assert (taken.signals_seq, taken.seen_upto) == (101, 101)


# -- words


async def test_words_are_sealed_and_their_key_is_stored_first(room: Room) -> None:
    await room.open()
    await room.act(Take(1), ANNA)
    await room.act(TakeOver("anna is on the phone", 2), BERT)
    await room.act(Note("caller is Mrs Smith"), BERT)
    (_, _, taken, noted) = await room.facts()
    assert isinstance(taken, Taken)
    assert isinstance(noted, Noted)
    assert "Smith" not in repr(noted)
    assert "phone" not in repr(taken)
    assert await room.seals.open(taken.sealed) == {Part.NOTE: "anna is on the phone"}
    assert await room.seals.open(noted.sealed) == {Part.NOTE: "caller is Mrs Smith"}


async def test_words_whose_key_cannot_be_stored_are_not_written(room: Room) -> None:
    await room.open()
    position = room.journal.position
    room.keys.broken = True
    with pytest.raises(OSError, match="no space"):
        await room.act(Note("caller is Mrs Smith"), ANNA)
    assert room.journal.position == position


async def test_what_is_refused_seals_nothing(room: Room) -> None:
    await room.open()
    with pytest.raises(Conflict):
        await room.act(TakeOver("mine", 1), ANNA)
    with pytest.raises(NotAllowed):
        await room.act(Note("hello"), Staff("eva", "auditor"))
    assert room.keys.commits == 0


# -- what is over


async def test_what_nobody_knows_is_no_incident(room: Room) -> None:
    with pytest.raises(NoSuchIncident):
        await room.act(Take(1), ANNA, "nowhere")


async def test_what_is_over_for_long_is_read_from_the_journal_and_stays_over(room: Room) -> None:
    await room.open()
    await room.act(Take(1), ANNA)
    await room.act(Close(seen_upto=1, version=2, disposition="genuine"), ANNA)
    room.wait(25 * 3_600)
    room.board.forget(room.now)
    assert room.board.get("i1") is None
    with pytest.raises(Conflict, match="Closed by anna 25 h ago"):
        await room.act(Reopen("again", 3), BERT)
    with pytest.raises(Conflict, match="Closed by anna 25 h ago"):
        await room.act(Take(3), BERT)


async def test_reopening_within_the_day_gives_it_to_who_reopens(room: Room) -> None:
    await room.open()
    await room.act(Take(1), ANNA)
    await room.act(Close(seen_upto=1, version=2, disposition="genuine"), ANNA)
    reopened = await room.act(Reopen("smoke again", 3), BERT)
    assert (reopened.state, reopened.taken_by, reopened.version) == (State.TAKEN, "bert", 4)


# -- take next


async def next_of(room: Room, by: Staff) -> tuple[str, tuple[str, ...]] | None:
    found = await room.desk.take_next(by)
    return None if found is None else (found[0].id, found[1])


async def test_next_is_the_first_of_the_queue_that_waits(room: Room) -> None:
    await room.open("low", priority=4)
    await room.open("mine", priority=2, signal=a_signal(at=after(-60)))
    await room.open("second", priority=2, signal=a_signal(at=after(-30)))
    await room.act(Take(1), ANNA, "mine")
    assert await next_of(room, BERT) == ("second", ())
    assert await next_of(room, BERT) == ("low", ())
    assert await next_of(room, BERT) is None


async def test_twenty_operators_at_once_each_get_a_different_one(room: Room) -> None:
    for number in range(15):
        await room.open(f"i{number}")
    outcomes = await asyncio.gather(*(next_of(room, who) for who in CROWD))
    given = [found[0] for found in outcomes if found is not None]
    assert sorted(given) == sorted(f"i{number}" for number in range(15))
    assert outcomes.count(None) == 5


async def test_two_desks_of_one_journal_never_hand_out_the_same(room: Room) -> None:
    await room.open("first", priority=1)
    await room.open("second", priority=2)
    other = Room(room.journal)
    for position, entry in enumerate([one.entry for one in await room.journal.page(0, 9) if hasattr(one, "entry")], 1):
        other.board.fold(position, entry)
    here, there = await asyncio.gather(next_of(room, ANNA), next_of(other, BERT))
    assert {here, there} == {("first", ()), ("second", ())}


async def test_next_parks_lesser_work_for_a_priority_1_only(room: Room) -> None:
    for name, priority in (("high", 2), ("low", 3), ("lower", 5)):
        await room.open(name, priority=priority)
        await room.act(Take(1), ANNA, name)
    await room.open("hers", priority=3)
    await room.act(Take(1), BERT, "hers")
    await room.open("also high", priority=2)
    assert await next_of(room, ANNA) == ("also high", ())
    await room.open("fire", priority=1)
    found = await next_of(room, ANNA)
    assert found is not None
    assert (found[0], set(found[1])) == ("fire", {"low", "lower"})
    low = room.incident("low")
    assert (low.state, low.parked, low.held_by, low.held_on) == (State.HELD, True, "anna", "signal")
    assert low.held_until == after(300)
    assert room.incident("high").taken_by == "anna"
    assert room.incident("hers").taken_by == "bert"


async def test_who_held_it_is_preferred_for_a_moment_after_it_wakes(room: Room) -> None:
    await room.open("woken", priority=1, rank=1)
    await room.open("other", priority=2)
    await room.act(Take(1), ANNA, "woken")
    await room.act(Hold(version=2, on="signal", reason="brigade is coming"), ANNA, "woken")
    await room.write(Due(incident="woken"))
    room.wait(19)
    assert await next_of(room, BERT) == ("other", ())
    assert await next_of(room, ANNA) == ("woken", ())


async def test_nobody_waits_for_who_held_it(room: Room) -> None:
    await room.open("woken")
    await room.act(Take(1), ANNA, "woken")
    await room.act(Hold(version=2, on="signal"), ANNA, "woken")
    await room.write(Due(incident="woken"))
    await room.open("later", priority=4)
    room.wait(20)
    assert await next_of(room, BERT) == ("woken", ())
    await room.act(Release(4), BERT, "woken")
    assert await next_of(room, ANNA) == ("woken", ())


async def test_what_only_another_is_preferred_for_is_better_taken_than_left(room: Room) -> None:
    await room.open("woken")
    await room.act(Take(1), ANNA, "woken")
    await room.act(Hold(version=2, on="signal"), ANNA, "woken")
    await room.write(Due(incident="woken"))
    assert await next_of(room, BERT) == ("woken", ())


async def test_an_auditor_is_handed_nothing(room: Room) -> None:
    await room.open()
    with pytest.raises(NotAllowed):
        await room.desk.take_next(Staff("eva", "auditor"))


async def test_acts_carry_the_time_and_follow_each_other(room: Room) -> None:
    await room.open()
    await room.act(Take(1), ANNA)
    room.wait(5)
    held = await room.act(Hold(version=2, until=after(60)), ANNA)
    assert (held.first_taken_at, held.first_act_at) == (NOON, after(5))
    stored = await room.journal.read("incident/i1")
    assert all(one.position < other.position for one, other in pairwise(stored))
    assert [type(fact) for fact in await room.facts()][1:] == [Taken, Held]
    with pytest.raises(Conflict, match="You hold it: take it first"):
        await room.act(Hold(version=3, until=after(60)), ANNA)


async def test_a_full_journal_is_told_and_nothing_is_done() -> None:
    journal = await MemoryJournal.open()
    room = Room(journal)
    await room.open()
    await journal.close()
    with pytest.raises(Exception, match="journal is closed"):
        await room.act(Take(1), ANNA)
    assert room.incident().state is State.WAITING
