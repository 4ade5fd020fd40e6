"""Personal words leave the room sealed, their keys are on the disk first, and what is erased stays silent."""

import asyncio
from datetime import timedelta

import pytest
from msgspec import structs

from belfry.centre.seals import Seals
from belfry.domain.facts import Part, Retention
from belfry.journal.memory import MemoryJournal
from belfry.safeguards.sealing import Damaged
from tests.centre.staffed import PERIODS, MemoryKeys, Room
from tests.domain.incidents import NOON

NOTE = (Part.NOTE, Retention.INCIDENT, "the key is under the mat")
CALLER = (Part.CALLER, Retention.CALLER, "Mrs Smith, 555-0100")


@pytest.fixture
async def room() -> Room:
    return Room(await MemoryJournal.open())


async def test_what_is_sealed_opens_again_by_part(room: Room) -> None:
    sealed = await room.seals.seal([NOTE, CALLER])
    assert [(one.part, one.retention) for one in sealed] == [NOTE[:2], CALLER[:2]]
    assert "mat" not in repr(sealed)
    assert await room.seals.open(sealed) == {Part.NOTE: NOTE[2], Part.CALLER: CALLER[2]}


async def test_every_part_has_a_key_of_its_own_that_is_stored_on_return(room: Room) -> None:
    sealed = await room.seals.seal([NOTE, NOTE, CALLER])
    assert len({one.key for one in sealed}) == 3
    assert set(room.keys.keys) == {one.key for one in sealed}


async def test_a_key_lives_as_long_as_its_class(room: Room) -> None:
    keys = MemoryKeys()
    periods = {**PERIODS, Retention.CALLER: timedelta(days=2)}
    await Seals(keys, room.chance, room.clock, periods).seal([NOTE, CALLER])
    assert [(retention, at - NOON) for _, retention, at in keys.rows] == [
        (Retention.INCIDENT, timedelta(days=30)),
        (Retention.CALLER, timedelta(days=2)),
    ]


async def test_what_was_erased_is_none_and_the_rest_stays(room: Room) -> None:
    note, caller = await room.seals.seal([NOTE, CALLER])
    del room.keys.keys[caller.key]
    assert await room.seals.open([note, caller]) == {Part.NOTE: NOTE[2], Part.CALLER: None}


async def test_many_at_once_cost_one_commit(room: Room) -> None:
    await room.seals.seal([NOTE] * 100)
    assert room.keys.commits == 1
    await asyncio.gather(*(room.seals.seal([NOTE, CALLER]) for _ in range(100)))
    assert room.keys.commits == 2
    assert len(room.keys.keys) == 300


async def test_who_asks_while_others_are_stored_goes_with_the_next(room: Room) -> None:
    first = asyncio.create_task(room.seals.seal([NOTE]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    later = [asyncio.create_task(room.seals.seal([NOTE])) for _ in range(5)]
    await asyncio.gather(first, *later)
    assert room.keys.commits == 2


async def test_a_key_that_could_not_be_stored_seals_nothing_and_blocks_nobody(room: Room) -> None:
    room.keys.broken = True
    outcomes = await asyncio.gather(*(room.seals.seal([NOTE]) for _ in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [OSError] * 3
    room.keys.broken = False
    assert len(await room.seals.seal([NOTE])) == 1


async def test_who_gives_up_disturbs_nobody(room: Room) -> None:
    patient = asyncio.create_task(room.seals.seal([NOTE]))
    given_up = asyncio.create_task(room.seals.seal([CALLER]))
    await asyncio.sleep(0)
    given_up.cancel()
    (sealed,) = await patient
    assert await room.seals.open([sealed]) == {Part.NOTE: NOTE[2]}


async def test_a_page_of_facts_costs_one_look(room: Room) -> None:
    sealed = await room.seals.seal([NOTE, CALLER])
    assert await room.seals.open_each([sealed, (), sealed[:1]]) == [
        {Part.NOTE: NOTE[2], Part.CALLER: CALLER[2]},
        {},
        {Part.NOTE: NOTE[2]},
    ]
    assert room.keys.looks == 1


async def test_nothing_to_seal_or_open_asks_nobody(room: Room) -> None:
    assert await room.seals.seal([]) == ()
    assert await room.seals.open([]) == {}
    assert (room.keys.commits, room.keys.looks) == (0, 0)


async def test_a_box_that_was_changed_is_no_text(room: Room) -> None:
    (sealed,) = await room.seals.seal([NOTE])
    changed = structs.replace(sealed, box=sealed.box[:-1] + bytes([sealed.box[-1] ^ 1]))
    with pytest.raises(Damaged):
        await room.seals.open([changed])
