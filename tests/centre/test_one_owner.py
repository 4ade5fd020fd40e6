"""One handling per site under one owner: taken together, given back together, and one owner however two press."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from belfry.centre.board import Board
from belfry.centre.desk import Desk
from belfry.domain.commands import Close, Conflict, Hold, Refusal, Release, Reopen, Take, TakeOver
from belfry.domain.facts import Held, Released, Taken
from belfry.domain.handling import allowed
from belfry.domain.incident import Incident, State
from belfry.domain.kinds import load
from belfry.domain.site_handling import owner
from belfry.ports import Stored
from tests.centre.staffed import Room, staffed
from tests.domain.incidents import ANNA, BERT, SCHOOL, a_joining

HOLDUP: Final = {"kind": "PERS.ALARM.HOLDUP", "priority": 1, "rank": 1, "silent": True, "life": True}
FIRE: Final = {"kind": "FIRE.ALARM.AUTO", "priority": 1, "rank": 3, "life": True, "restore": "required"}


@pytest.fixture(params=["memory", "sqlite"])
async def room(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Room]:
    async with staffed(request.param, tmp_path) as one:
        yield one


async def three(room: Room) -> list[Incident]:
    """An intrusion, a hold-up and a lost path at one site."""
    return [
        await room.open("i1", account=SCHOOL),
        await room.open("i2", account=SCHOOL, **HOLDUP),
        await room.open("i3", account=SCHOOL, kind="TECH.COMMS.PATH", priority=3),
    ]


def whose(room: Room, *ids: str) -> list[tuple[str, str | None]]:
    found = (room.incident(one) for one in ids)
    return [(one.state.value, one.taken_by or one.held_by) for one in found]


async def test_who_takes_one_has_everything_that_is_open_at_the_site(room: Room) -> None:
    await three(room)
    await room.open("other")
    taken = await room.act(Take(1), ANNA, "i1")
    assert taken.id == "i1"
    assert whose(room, "i1", "i2", "i3") == [("taken", "anna")] * 3
    assert whose(room, "other") == [("waiting", None)]
    (fact,) = [fact for fact in await room.facts("i2") if isinstance(fact, Taken)]
    assert (fact.by, fact.reason, fact.seen_upto) == ("anna", "site", 0)


async def test_flats_that_share_an_account_are_sixty_sites(room: Room) -> None:
    for flat in ("i1", "i2"):
        await room.open(flat, account=SCHOOL, kind="MED.ALARM.CARE", priority=1, life=True)
    await room.open("i3", account=SCHOOL)
    await room.act(Take(1), ANNA, "i1")
    await room.act(Take(1), BERT, "i2")
    assert whose(room, "i1", "i2", "i3") == [("taken", "anna"), ("taken", "bert"), ("waiting", None)]


async def test_of_two_who_take_two_incidents_of_a_site_at_once_one_has_it_all(room: Room) -> None:
    await three(room)
    outcomes = await asyncio.gather(
        room.act(Take(1), ANNA, "i1"), room.act(Take(1), BERT, "i2"), return_exceptions=True
    )
    (winner,) = {by for _, by in whose(room, "i1", "i2", "i3")}
    refused = [one for one in outcomes if isinstance(one, Refusal)]
    assert len(refused) == 1
    assert refused[0].title == f"Taken by {winner} 0 s ago"


async def test_two_desks_of_one_journal_agree_on_one_owner(room: Room) -> None:
    await three(room)
    boards = [room.board, Board()]
    for stored in await room.journal.page(0, 100):
        assert isinstance(stored, Stored)
        boards[1].fold(stored.position, stored.entry)
    other = Desk(
        boards[1],
        room.journal,
        room.seals,
        kinds=load(),
        rules=room.rules,
        clock=room.clock,
        chance=room.chance,
    )
    for _ in range(5):
        await asyncio.gather(
            room.desk.act("i1", Take(room.incident("i1").version), ANNA),
            other.act("i2", Take(room.incident("i2").version), BERT),
            return_exceptions=True,
        )
        await level(room, *boards)
        holders = {one.taken_by for board in boards for one in board.of_site("panels//4711")}
        assert len(holders) == 1
        (holder,) = holders
        await room.act(Release(room.incident("i1").version), ANNA if holder == "anna" else BERT, "i1")
        await level(room, *boards)
        assert whose(room, "i1", "i2", "i3") == [("waiting", None)] * 3


async def level(room: Room, *boards: Board) -> None:
    """Let every board hear all that is stored."""
    for stored in await room.journal.page(0, 1_000):
        assert isinstance(stored, Stored)
        for board in boards:
            board.fold(stored.position, stored.entry)


async def test_taking_over_moves_the_whole_site_and_what_is_held_stays_held(room: Room) -> None:
    await three(room)
    await room.act(Take(1), ANNA, "i1")
    until = room.now.replace(hour=20)
    await room.act(Hold(room.incident("i3").version, until=until), ANNA, "i3")
    await room.act(TakeOver("goes home", room.incident("i1").version), BERT, "i1")
    assert whose(room, "i1", "i2", "i3") == [("taken", "bert"), ("taken", "bert"), ("held", "bert")]
    assert room.incident("i3").held_until == until
    (moved,) = [fact for fact in await room.facts("i2") if isinstance(fact, Taken) and fact.over is not None]
    assert (moved.over, moved.reason) == ("anna", "site")
    assert [fact.by for fact in await room.facts("i3") if isinstance(fact, Held)] == ["anna", "bert"]


async def test_releasing_one_gives_back_all(room: Room) -> None:
    await three(room)
    await room.act(Take(1), ANNA, "i1")
    await room.act(Release(room.incident("i2").version), ANNA, "i2")
    assert whose(room, "i1", "i2", "i3") == [("waiting", None)] * 3
    (fact,) = [fact for fact in await room.facts("i3") if isinstance(fact, Released)]
    assert (fact.by, fact.reason) == ("anna", "site")


async def test_what_comes_to_a_site_that_is_handled_rings_and_is_left_to_its_owner(room: Room) -> None:
    await room.open("i1", account=SCHOOL)
    await room.act(Take(1), ANNA, "i1")
    new = await room.open("i2", account=SCHOOL, **FIRE)
    assert (new.state, new.rings_at) == (State.WAITING, new.head)
    with pytest.raises(Conflict, match="anna handles the site: take it over, with a reason"):
        await room.act(Take(1), BERT, "i2")
    assert await room.desk.take_next(BERT) is None
    got = await room.desk.take_next(ANNA)
    assert got is not None
    assert (got[0].id, got[1]) == ("i2", ())


async def test_a_priority_1_that_the_owner_leaves_waiting_goes_to_who_asks_with_the_whole_site(room: Room) -> None:
    await room.open("i1", account=SCHOOL)
    await room.act(Take(1), ANNA, "i1")
    await room.open("i2", account=SCHOOL, **FIRE)
    room.wait(29)
    assert await room.desk.take_next(BERT) is None
    room.wait(1)
    got = await room.desk.take_next(BERT)
    assert got is not None
    assert whose(room, "i1", "i2") == [("taken", "bert")] * 2
    (fact,) = [fact for fact in await room.facts("i2") if isinstance(fact, Taken)]
    assert (fact.over, fact.reason) == ("anna", "left_waiting")


async def test_lesser_work_of_a_handled_site_is_never_handed_to_another(room: Room) -> None:
    await room.open("i1", account=SCHOOL)
    await room.act(Take(1), ANNA, "i1")
    await room.open("i2", account=SCHOOL, kind="TECH.FAULT", priority=4)
    room.wait(3_600)
    assert await room.desk.take_next(BERT) is None


@pytest.mark.parametrize(("by", "acts"), [(ANNA, ("take", "note")), (BERT, ("takeover", "note"))], ids=["hers", "his"])
async def test_the_acts_on_offer_say_whose_the_site_is(room: Room, by: Any, acts: tuple[str, ...]) -> None:
    await room.open("i1", account=SCHOOL)
    await room.act(Take(1), ANNA, "i1")
    new = await room.open("i2", account=SCHOOL)
    held = owner(room.board.of_site("panels//4711"))
    assert held == "anna"
    assert allowed(new, by=by, now=room.now, owner=held) == acts


async def test_what_waits_for_its_delay_is_left_alone(room: Room) -> None:
    await room.open("i1", account=SCHOOL)
    await room.open("i2", account=SCHOOL, state=State.PENDING, pending_until=room.now.replace(hour=13))
    await room.act(Take(1), ANNA, "i1")
    assert whose(room, "i2") == [("pending", None)]


async def test_signals_that_join_meanwhile_keep_nothing_behind(room: Room) -> None:
    await three(room)
    for n in range(6):
        await room.write_unheard(a_joining("i2", position=50 + n))
    await room.act(Take(1), ANNA, "i1")
    assert room.incident("i2").taken_by == "anna"
    assert room.incident("i2").signals_seq == 7


async def test_reopening_at_a_site_that_somebody_else_handles_is_his(room: Room) -> None:
    await room.open("i1", account=SCHOOL)
    await room.act(Take(1), ANNA, "i1")
    await room.act(Close(1, 2, disposition="test"), ANNA, "i1")
    await room.open("i2", account=SCHOOL)
    await room.act(Take(1), BERT, "i2")
    with pytest.raises(Conflict, match="bert handles the site"):
        await room.act(Reopen("was not over", room.incident("i1").version), ANNA, "i1")
    await room.act(Reopen("was not over", room.incident("i1").version), BERT, "i1")
    assert whose(room, "i1", "i2") == [("taken", "bert")] * 2


async def test_a_site_goes_back_to_the_queue_as_a_whole_when_its_owner_is_gone(room: Room) -> None:
    await three(room)
    await room.act(Take(1), ANNA, "i3")
    watched = room.watched()
    room.wait(100)
    watched.touch("i3", "anna")
    room.wait(100)
    await watched.step(room.now)
    assert whose(room, "i1", "i2", "i3") == [("taken", "anna")] * 3
    watched.console_lost("anna")
    room.wait(15)
    await watched.step(room.now)
    assert {state for state, _ in whose(room, "i1", "i2", "i3")} == {"waiting"}
