"""An act on many: honest counts, nothing twice, nobody kept waiting, and nothing lost where it breaks off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from belfry.centre.bulk import CHUNK, Bulk, BulkAsk, More, Outcome
from belfry.domain.bulk import BulkAct, Filter, Why
from belfry.domain.commands import Conflict, NotAllowed, Note, Staff, Take
from belfry.domain.facts import Closed, IncidentState
from belfry.ports import JournalError
from tests.centre.staffed import Room, staffed
from tests.domain.incidents import ANNA, BERT

BOSS = Staff("boss", "supervisor")
CHIEF = Staff("chief", "administrator")
WAITING = Filter(states=(IncidentState.WAITING,))


@pytest.fixture(params=["memory", "sqlite"])
async def room(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Room]:
    async with staffed(request.param, tmp_path) as room:
        yield room


def bulk_of(room: Room) -> Bulk:
    return Bulk(
        room.board, room.journal, room.seals, planner=None, rules=room.rules, clock=room.clock, chance=room.chance
    )


def an_ask(room: Room, expect: int, **other: Any) -> BulkAsk:
    fields: dict[str, Any] = {
        "id": "storm-of-march",
        "act": BulkAct.CLOSE,
        "filter": WAITING,
        "upto": room.board.next_number - 1,
        "reason": "the power is back in the whole district",
        "disposition": "technical_fault",
        "cause": "mains_failure",
    }
    return BulkAsk(**{**fields, "expect": expect, **other})


async def many(room: Room, count: int, *others: dict[str, Any]) -> None:
    for n in range(count):
        await room.open(f"t{n}", kind="TECH.POWER", priority=4, restore="none")
    for n, other in enumerate(others):
        await room.open(f"o{n}", **{"kind": "TECH.POWER", "priority": 4, "restore": "none", **other})


def everything(_: object) -> bool:
    return True


async def run(room: Room, ask: BulkAsk, by: Staff = BOSS) -> Outcome:
    return await bulk_of(room).run(ask, by, everything)


async def test_the_preview_counts_and_changes_nothing(room: Room) -> None:
    await many(room, 3, {"priority": 1}, {"life": True})
    before = room.journal.position
    found = await bulk_of(room).preview(an_ask(room, 0), BOSS, everything)
    assert (found.matched, found.done, found.counts) == (5, 3, {Why.PRIORITY_1: 1, Why.LIFE: 1})
    assert room.journal.position == before


async def test_what_is_done_and_what_is_left_adds_up_and_each_has_its_reason(room: Room) -> None:
    await many(room, 3, {"priority": 1}, {"life": True}, {"kind": "PROP.ALARM.INTR"})
    found = await run(room, an_ask(room, 6, disposition="false_alarm", cause=None))
    assert (found.matched, found.done, found.state) == (6, 3, "done")
    assert found.left == {Why.PRIORITY_1: ["o0"], Why.LIFE: ["o1"], Why.FIELDS: ["o2"]}
    facts = [fact for fact in await room.facts("t1") if isinstance(fact, Closed)]
    assert [(fact.by, fact.disposition, fact.bulk) for fact in facts] == [("boss", "false_alarm", "storm-of-march")]


async def test_ten_thousand_of_which_three_are_left(tmp_path: Path) -> None:
    async with staffed("memory", tmp_path) as room:
        await many(room, 9_997, {"priority": 1}, {"life": True}, {"priority": 1})
        bulk, told, turns = bulk_of(room), list[int](), 0
        bulk.tell = lambda outcome: told.append(outcome.done)
        running = asyncio.create_task(bulk.run(an_ask(room, 10_000), BOSS, everything))
        while not running.done():
            await asyncio.sleep(0)
            turns += 1
        found = await running
        assert (found.matched, found.done, found.counts) == (10_000, 9_997, {Why.PRIORITY_1: 2, Why.LIFE: 1})
        assert told == sorted(told)
        assert len(told) > 10_000 // CHUNK < turns
        assert len(room.board) == 3


async def test_the_same_again_is_told_of_the_first_time_and_done_once(room: Room) -> None:
    await many(room, 5)
    ask = an_ask(room, 5)
    bulk = bulk_of(room)
    first, again = await asyncio.gather(bulk.run(ask, BOSS, everything), bulk.run(ask, BOSS, everything))
    position = room.journal.position
    later = await bulk.run(ask, BOSS, everything)
    after_a_restart = await run(room, ask)
    assert [one.done for one in (first, again, later, after_a_restart)] == [5] * 4
    assert room.journal.position == position


async def test_an_id_belongs_to_one_act(room: Room) -> None:
    await many(room, 2)
    bulk = bulk_of(room)
    await bulk.run(an_ask(room, 2), BOSS, everything)
    with pytest.raises(Conflict, match="another act"):
        await bulk.run(an_ask(room, 2, disposition="weather"), BOSS, everything)


async def test_what_broke_off_goes_on_where_it_was(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    await many(room, 3 * CHUNK)
    append, left = room.journal.append, 2 * CHUNK - 5

    async def full(*words: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise JournalError("the disk is full")
        return await append(*words)

    ask = an_ask(room, 3 * CHUNK)
    bulk = bulk_of(room)
    with monkeypatch.context() as patch:
        patch.setattr(room.journal, "append", full)
        with pytest.raises(JournalError):
            await bulk.run(ask, BOSS, everything)
    done = 3 * CHUNK - len(room.board)
    assert 0 < done < 3 * CHUNK
    found = await bulk.run(ask, BOSS, everything)
    assert (found.matched, found.done, len(room.board)) == (3 * CHUNK, 3 * CHUNK, 0)


async def test_what_came_since_it_was_shown_is_left_alone(room: Room) -> None:
    await many(room, 2)
    ask = an_ask(room, 2)
    await room.open("late", kind="TECH.POWER", priority=4)
    assert (await run(room, ask)).done == 2
    assert [one.id for one in room.board.queue()] == ["late"]


async def test_more_than_were_shown_are_never_done(room: Room) -> None:
    await many(room, 3)
    with pytest.raises(More, match="3 incidents are meant by now, you saw 2"):
        await run(room, an_ask(room, 2))
    assert len(room.board) == 3


async def test_two_supervisors_at_once_close_each_one_once_and_both_counts_are_true(room: Room) -> None:
    await many(room, 4 * CHUNK)
    bulk, count = bulk_of(room), 4 * CHUNK
    one, other = await asyncio.gather(
        bulk.run(an_ask(room, count, id="of-the-boss"), BOSS, everything),
        bulk.run(an_ask(room, count, id="of-the-chief"), CHIEF, everything),
    )
    assert one.done + other.done == count
    for each in (one, other):
        assert each.done + sum(each.counts.values()) == each.matched
        assert set(each.counts) <= {Why.CLOSED}
    assert len(room.board) == 0


async def test_what_somebody_takes_meanwhile_stays_his(room: Room) -> None:
    await many(room, CHUNK + 1)
    last = f"t{CHUNK}"
    bulk = bulk_of(room)
    power = Filter(kinds=("TECH.POWER",))
    running = asyncio.create_task(bulk.run(an_ask(room, CHUNK + 1, filter=power), BOSS, everything))
    await room.act(Take(1), ANNA, last)
    found = await running
    assert (found.done, found.counts) == (CHUNK, {Why.TAKEN: 1})
    assert room.incident(last).taken_by == "anna"


async def test_a_signal_that_joins_meanwhile_does_not_keep_it_open(room: Room) -> None:
    await many(room, 1)
    enough = asyncio.Event()
    cascade = asyncio.create_task(room.cascade("t0", enough, most=20))
    found = await run(room, an_ask(room, 1))
    enough.set()
    with suppress(JournalError):
        await cascade
    assert found.done + found.counts.get(Why.CHANGED, 0) == 1


async def test_many_go_back_to_the_queue_or_to_one_person(room: Room) -> None:
    await many(room, 3)
    for n in range(3):
        await room.act(Take(1), ANNA, f"t{n}")
    taken = Filter(states=(IncidentState.TAKEN,), taken_by="anna")
    back = await run(room, an_ask(room, 3, act=BulkAct.RELEASE, filter=taken, id="shift-is-over"))
    assert (back.done, [one.taken_by for one in room.board.queue()]) == (3, [None] * 3)
    to_bert = await run(room, an_ask(room, 3, act=BulkAct.ASSIGN, to=BERT, id="bert-does-it"))
    assert (to_bert.done, [one.taken_by for one in room.board.queue()]) == (3, ["bert"] * 3)
    await room.act(Note("on it"), BERT, "t0")


async def test_an_operator_acts_on_one_at_a_time(room: Room) -> None:
    await many(room, 1)
    for act in (bulk_of(room).preview, bulk_of(room).run):
        with pytest.raises(NotAllowed):
            await act(an_ask(room, 1), ANNA, everything)


async def test_only_what_somebody_may_know_of_is_meant(room: Room) -> None:
    await many(room, 3)
    found = await bulk_of(room).run(an_ask(room, 1), BOSS, lambda one: one.id == "t1")
    assert (found.matched, found.done, len(room.board)) == (1, 1, 2)
