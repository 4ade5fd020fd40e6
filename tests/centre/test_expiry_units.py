"""Who was on duty with a unit goes when its time is over, and the unit is as it was to whoever folds what is left."""

import random
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belfry.centre.carrying import Known
from belfry.centre.expiry import Expiry
from belfry.centre.seals import Seals
from belfry.centre.units import UnitNow, UnitsNow, carried
from belfry.domain.codec import decode, encode
from belfry.domain.facts import Entry, Part, Retention, unit_subject
from belfry.domain.sealed import Sealed
from belfry.domain.unit import UnitStatus
from belfry.domain.unit_facts import AboutUnit, SignedOff, SignedOn, StatusSet, UnitCarried
from belfry.ports import Stored
from belfry.safeguards.retention import DEFAULT_PERIODS
from tests.centre.kit import START, Room, room
from tests.centre.test_expiry import PERIODS, House, folded_anew, furnish

DAY = timedelta(days=1)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with room() as one:
        made = await with_units(one, tmp_path)
        yield made
        await made.archive.close()


async def with_units(one: Room, folder: Path) -> House:
    made = await furnish(one, folder)
    made.expiry = Expiry(
        keys=made.keys,
        journal=one.journal,
        archive=made.archive,
        known=Known(
            condition=one.triage.conditions.get,
            folded=lambda: one.walk.position,
            next_number=lambda: one.board.next_number,
            unit=one.walk.units.get,
        ),
        periods=PERIODS,
        clock=lambda: one.now,
        chance=one.chance,
    )
    return made


async def say(one: Room, *facts: AboutUnit, unit: str = "u1") -> int:
    entry = Entry(id=one.chance(16), subject=unit_subject(unit), at=one.now, facts=facts)
    (position,) = await one.journal.append([entry])
    await one.settled(position)
    return position


def on(user: str) -> SignedOn:
    return SignedOn(unit="u1", user=user, by=user)


def off(user: str) -> SignedOff:
    return SignedOff(unit="u1", user=user, by=user)


def status(to: UnitStatus, assignment: str | None = None, sealed: tuple[Sealed, ...] = ()) -> StatusSet:
    incident = None if assignment is None else "gone"
    was = UnitStatus.OFF_DUTY
    return StatusSet(unit="u1", status=to, was=was, incident=incident, assignment=assignment, sealed=sealed)


async def left_of(one: Room, unit: str = "u1") -> list[Stored]:
    return [each for each in await one.journal.read(unit_subject(unit)) if isinstance(each, Stored)]


def known(one: UnitNow) -> UnitNow:
    """What is to be the same; where a unit was is sealed, and gone long before."""
    return UnitNow(**{**{name: getattr(one, name) for name in UnitNow.__struct_fields__}, "at": (), "base": 0})


async def test_of_a_unit_that_went_off_duty_only_that_is_left(house: House) -> None:
    one = house.room
    await say(one, on("anna"), status(UnitStatus.AVAILABLE_STATION))
    await say(one, status(UnitStatus.OFFERED, "a1"))
    await say(one, status(UnitStatus.AVAILABLE_MOBILE))
    last = await say(one, off("anna"), status(UnitStatus.OFF_DUTY))
    before = one.walk.units.get("u1")
    one.now += PERIODS.log - timedelta(hours=1)
    await house.erase()
    assert len(await left_of(one)) == 4
    one.now += DAY
    await house.erase()
    left = await left_of(one)
    assert last not in [stored.position for stored in left]
    assert b"anna" not in b"".join(encode(stored.entry) for stored in left), "who was on duty is known no more"
    assert [type(fact) for stored in left for fact in stored.entry.facts] == [UnitCarried]
    other = await folded_anew(one)
    assert other.walk.units.get("u1") == one.walk.units.get("u1")
    assert known(one.walk.units.get("u1")).since == before.since
    one.now += PERIODS.log * 2
    assert (await house.erase())[1] == 0, "what was carried is not carried again and again"


async def test_of_a_unit_with_which_somebody_always_is_it_is_written_down_again_how_it_is(house: House) -> None:
    one = house.room
    await say(one, on("anna"), status(UnitStatus.AVAILABLE_STATION))
    await say(one, on("ben"), off("anna"))
    await say(one, status(UnitStatus.TRANSPORTING, "a1"))
    before = one.walk.units.get("u1")
    one.now += PERIODS.log + DAY
    await house.erase()
    assert [type(fact) for stored in await left_of(one) for fact in stored.entry.facts] == [UnitCarried]
    other = await folded_anew(one)
    for units in (one.walk.units, other.walk.units):
        now = units.get("u1")
        assert (now.status, now.since, now.crew, now.patient) == (before.status, before.since, before.crew, True)
        assert (now.incident, now.assignment, now.sent, now.busy) == ("gone", "a1", before.sent, before.busy)
        assert units.of("ben") == now
        assert units.of("anna") is None


async def test_where_a_unit_was_ends_with_its_key_and_with_the_entry(house: House) -> None:
    one = house.room
    seals = Seals(house.keys, one.chance, lambda: one.now, DEFAULT_PERIODS)
    sealed = await seals.seal([(Part.POSITION, Retention.POSITION, "53.5,9.9")])
    await say(one, on("anna"), status(UnitStatus.AVAILABLE_MOBILE, sealed=tuple(sealed)))
    one.now += DAY * 3 - timedelta(hours=1)
    await house.erase()
    assert await house.keys.get([sealed[0].key]) != {}
    one.now += timedelta(hours=2)
    await house.erase()
    assert await house.keys.get([sealed[0].key]) == {}, "after 72 hours nobody can read it"
    one.now += PERIODS.log
    await house.erase()
    assert [type(fact) for each in await left_of(one) for fact in each.entry.facts] == [UnitCarried]


def test_what_is_carried_is_read_as_it_was_written() -> None:
    units = UnitsNow()
    facts = (on("anna"), status(UnitStatus.ON_SCENE, "a1"))
    at = START
    units.fold(1, Entry(id=bytes(16), subject=unit_subject("u1"), at=at, facts=facts))
    entry = Entry(id=bytes(16), subject=unit_subject("u1"), at=at, facts=(carried(units.get("u1")),))
    assert decode(encode(entry)) == entry


WORDS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 9)), max_size=25)


@settings(max_examples=25, deadline=None)
@given(WORDS)
def test_whatever_was_said_a_unit_is_the_same_to_whoever_folds_what_is_left(
    words: Sequence[tuple[int, int, int]],
) -> None:
    """Everything before the base of a unit may go at any time."""
    units, said = UnitsNow(), list[tuple[int, Entry]]()
    chance = random.Random(3).randbytes
    at = START
    for position, (what, who, days) in enumerate(words, start=1):
        at += DAY * days
        user = ("anna", "ben", "cleo")[who]
        now = units.get("u1")
        facts: Sequence[AboutUnit]
        match what:
            case 0:
                facts = (on(user), *(() if now.crew else (status(UnitStatus.AVAILABLE_STATION),)))
            case 1:
                last = {one.user for one in now.crew} == {user}
                facts = (off(user), *((status(UnitStatus.OFF_DUTY),) if last else ()))
            case 2:
                facts = (status(UnitStatus.OFFERED, f"a{position}"),)
            case 3:
                facts = (status(UnitStatus.TRANSPORTING, now.assignment),)
            case _:
                facts = (carried(now),)
        entry = Entry(id=chance(16), subject=unit_subject("u1"), at=at, facts=tuple(facts))
        units.fold(position, entry)
        said.append((position, entry))
        rebuilt = UnitsNow()
        for kept in said:
            if kept[0] >= units.get("u1").base:
                rebuilt.fold(*kept)
        assert rebuilt.get("u1") == units.get("u1")
