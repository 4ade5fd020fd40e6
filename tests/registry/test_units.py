"""Units, stations and the rota: found by call sign, two who change one, nobody at two places at once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from belfry.domain.unit import Service, Shift, Station, Unit, UnitSkill, UnitType
from belfry.ports.staff import Role
from belfry.ports.units import NoSuchUnit, UnitChanged, UnitInUse, UnitTaken, UnitUnfit
from belfry.registry import Registry, shift_rows
from tests.registry.conftest import Clock

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PASSWORD = "a good password"


def a_unit(call_sign: str = "E 1", **other: object) -> Unit:
    unit = Unit(id="", call_sign=call_sign, type=UnitType.ENGINE, service=Service.FIRE)
    return structs.replace(unit, **other)


def a_shift(unit: Unit, user: str = "anna", begins: int = 0, lasts: int = 8, **other: object) -> Shift:
    since = AT + begins * HOUR
    return structs.replace(Shift(id="", unit=unit.id, user=user, since=since, until=since + lasts * HOUR), **other)


@pytest.fixture
def staffed(registry: Registry) -> Registry:
    for name in ("anna", "Bert", "carl"):
        registry.users.add(name, Role.RESPONDER, PASSWORD, by="sue")
    return registry


async def test_a_unit_is_found_by_its_call_sign_however_it_is_written(registry: Registry) -> None:
    door = registry.units_door()
    station = await door.put_station(Station(id="", name="North", latitude=47.1, longitude=8.5), by="sue")
    kept = await door.put_unit(a_unit(station=station.id, skills=frozenset({UnitSkill.FIREFIGHTING})), by="sue")
    for said in ("E 1", "e1", "E-1", "  e - 1 "):
        assert door.book.by_sign(said) == kept
    assert door.book.by_sign("E2") is None
    again = registry.units_door().book
    assert (again.by_id(kept.id), again.stations()) == (kept, [station])
    assert [(one.table, one.fields, one.by) for one in registry.changes(0)] == [
        ("station", ("added",), "sue"),
        ("unit", ("added",), "sue"),
    ]


async def test_no_two_units_have_one_call_sign(registry: Registry) -> None:
    door = registry.units_door()
    await door.put_unit(a_unit("E 1"), by="sue")
    other = await door.put_unit(a_unit("E 2"), by="sue")
    with pytest.raises(UnitTaken):
        await door.put_unit(a_unit("e-1"), by="sue")
    with pytest.raises(UnitTaken):
        await door.put_unit(structs.replace(other, call_sign="E1"), by="sue")
    renamed = await door.put_unit(structs.replace(other, call_sign="E 3"), by="sue")
    assert (door.book.by_sign("e2"), door.book.by_sign("e3")) == (None, renamed)
    assert [one.call_sign for one in door.book.all()] == ["E 1", "E 3"]


async def test_the_second_of_two_who_change_one_unit_is_told(registry: Registry) -> None:
    door = registry.units_door()
    kept = await door.put_unit(a_unit(), by="sue")
    hers = await door.put_unit(structs.replace(kept, turnout_s=90), by="sue")
    with pytest.raises(UnitChanged) as refusal:
        await door.put_unit(structs.replace(kept, turnout_s=30), by="sam")
    assert refusal.value.current == hers
    assert await door.put_unit(hers, by="sam") == hers
    with pytest.raises(UnitChanged):
        await door.remove_unit(kept.id, kept.version, by="sam")
    await door.remove_unit(kept.id, hers.version, by="sam")
    assert door.book.by_sign("E1") is None
    with pytest.raises(NoSuchUnit):
        await door.put_unit(hers, by="sue")
    assert [one.fields for one in registry.changes(0)] == [("added",), ("turnout_s",), ("removed",)]


async def test_every_value_that_cannot_be_kept_is_named_with_its_limit(registry: Registry) -> None:
    door = registry.units_door()
    bad = a_unit("E_1!" * 9, tenant="a b", crew_least=0, turnout_s=-1, on_call_s=9_999, station="tnone")
    with pytest.raises(UnitUnfit) as refusal:
        await door.put_unit(bad, by="sue")
    fields = [flaw.field for flaw in refusal.value.flaws]
    assert fields == ["call_sign", "call_sign", "tenant", "crew_least", "turnout_s", "on_call_s", "station"]
    with pytest.raises(UnitUnfit) as refusal:
        await door.put_station(Station(id="", name=" ", latitude=91, longitude=float("nan")), by="sue")
    assert [flaw.field for flaw in refusal.value.flaws] == ["name", "latitude", "longitude"]
    assert (door.book.all(), door.book.stations(), list(registry.changes(0))) == ([], [], [])


async def test_nobody_is_at_two_places_at_once(staffed: Registry) -> None:
    door = staffed.units_door()
    engine, ladder = await door.put_unit(a_unit("E1"), by="sue"), await door.put_unit(a_unit("L1"), by="sue")
    first = await door.put_shift(a_shift(engine), by="sue")
    with pytest.raises(UnitUnfit) as refusal:
        await door.put_shift(a_shift(ladder, "ANNA", begins=7), by="sue")
    (flaw,) = refusal.value.flaws
    assert flaw.field == "user"
    assert first.id in flaw.wants
    assert "E1, 2026-03-01 12:00 to 2026-03-01 20:00 UTC" in flaw.wants
    after = await door.put_shift(a_shift(ladder, begins=8), by="sue")
    with pytest.raises(UnitUnfit):
        await door.put_shift(structs.replace(after, since=AT + 7 * HOUR), by="sue")
    beside = await door.put_shift(a_shift(ladder, "bert", begins=1), by="sue")
    assert beside.user == "Bert"
    assert await door.rota(AT, AT + 24 * HOUR) == [first, beside, after]
    assert await door.rota(AT, AT + 24 * HOUR, user="anna") == [first, after]
    assert await door.rota(AT + 8 * HOUR, AT + 24 * HOUR, unit=ladder.id) == [beside, after]


async def test_two_who_write_one_person_s_shifts_at_once_leave_one(staffed: Registry) -> None:
    door = staffed.units_door()
    engine, ladder = await door.put_unit(a_unit("E1"), by="sue"), await door.put_unit(a_unit("L1"), by="sue")
    tries = [door.put_shift(a_shift(one), by="sue") for one in (engine, ladder) for _ in range(3)]
    told = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, Shift) for one in told) == 1
    assert sum(isinstance(one, UnitUnfit) for one in told) == 5
    assert len(await door.rota(AT, AT + HOUR)) == 1


async def test_a_shift_wants_a_span_that_can_be_and_somebody_who_is(staffed: Registry) -> None:
    door = staffed.units_door()
    engine = await door.put_unit(a_unit(), by="sue")
    off = await door.put_unit(a_unit("E9", enabled=False), by="sue")
    staffed.users.disable("carl", by="sue")
    for shift, field in (
        (a_shift(engine, lasts=0), "until"),
        (a_shift(engine, lasts=24 * 15), "until"),
        (a_shift(engine, begins=-24 * 9), "until"),
        (a_shift(engine, begins=24 * 401), "until"),
        (a_shift(engine, "nobody"), "user"),
        (a_shift(engine, "carl"), "user"),
        (a_shift(engine, offered_to="nobody"), "offered_to"),
        (a_shift(engine, offered_to="anna"), "offered_to"),
        (a_shift(engine, accepted=True), "accepted"),
        (a_shift(off), "unit"),
        (structs.replace(a_shift(engine), unit="unone"), "unit"),
        (structs.replace(a_shift(engine), since=datetime(2026, 3, 1, 12)), "since"),  # noqa: DTZ001
    ):
        with pytest.raises(UnitUnfit) as refusal:
            await door.put_shift(shift, by="sue")
        assert [flaw.field for flaw in refusal.value.flaws] == [field]
    assert await door.rota(AT - 24 * HOUR, AT + 24 * HOUR) == []


async def test_the_book_knows_the_shifts_that_run(staffed: Registry, clock: Clock) -> None:
    door = staffed.units_door()
    engine = await door.put_unit(a_unit(), by="sue")
    day = await door.put_shift(a_shift(engine), by="sue")
    night = await door.put_shift(a_shift(engine, "Bert", begins=8, lasts=12, on_call=True), by="sue")
    for book in (door.book, staffed.units_door().book):
        assert book.shifts(AT) == [day]
        assert book.shifts(AT + 8 * HOUR) == [night]
        assert book.shifts(AT + 20 * HOUR) == []
    moved = await door.put_shift(
        structs.replace(night, since=night.since + 24 * HOUR, until=night.until + 24 * HOUR), by="sue"
    )
    assert door.book.shifts(AT + 8 * HOUR) == []
    assert door.book.shifts(AT + 32 * HOUR) == [moved]
    await door.remove_shift(moved.id, moved.version, by="sue")
    assert door.book.shifts(AT + 32 * HOUR) == []
    clock.turn(timedelta(days=4))
    assert staffed.units_door().book.shifts(AT) == []
    assert await door.rota(AT, AT + HOUR) == [day]


async def test_what_is_still_named_stays(staffed: Registry, clock: Clock) -> None:
    door = staffed.units_door()
    station = await door.put_station(Station(id="", name="North", latitude=47.1, longitude=8.5), by="sue")
    engine = await door.put_unit(a_unit(station=station.id), by="sue")
    await door.put_shift(a_shift(engine), by="sue")
    with pytest.raises(UnitInUse) as refusal:
        await door.remove_station(station.id, station.version, by="sue")
    assert refusal.value.count == 1
    with pytest.raises(UnitInUse):
        await door.remove_unit(engine.id, engine.version, by="sue")
    clock.turn(9 * HOUR)
    await door.remove_unit(engine.id, engine.version, by="sue")
    await door.remove_station(station.id, station.version, by="sue")
    assert await door.rota(AT, AT + HOUR) == []
    assert (door.book.all(), door.book.stations(), door.book.shifts(AT)) == ([], [], [])


async def test_another_process_s_changes_get_into_the_book(staffed: Registry) -> None:
    door, other = staffed.units_door(), staffed.units_door()
    station = await other.put_station(Station(id="", name="North", latitude=47.1, longitude=8.5), by="sue")
    engine = await other.put_unit(a_unit(), by="sue")
    shift = await other.put_shift(a_shift(engine), by="sue")
    await door.refresh([engine.id], [station.id], [shift.id])
    assert (door.book.by_sign("e1"), door.book.stations(), door.book.shifts(AT)) == (engine, [station], [shift])
    await other.remove_shift(shift.id, shift.version, by="sue")
    await other.remove_unit(engine.id, engine.version, by="sue")
    await other.remove_station(station.id, station.version, by="sue")
    before = door.book.changes
    await door.refresh([engine.id], [station.id], [shift.id])
    assert (door.book.all(), door.book.stations(), door.book.shifts(AT)) == ([], [], [])
    assert door.book.changes > before


async def test_more_than_anybody_reads_at_once_is_refused_and_one_s_own_are_always_found(
    staffed: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = staffed.units_door()
    engine = await door.put_unit(a_unit(), by="sue")
    many = [await door.put_shift(a_shift(engine, begins=n, lasts=1), by="sue") for n in range(4)]
    his = await door.put_shift(a_shift(engine, "bert", begins=6, lasts=1, offered_to="carl"), by="sue")
    monkeypatch.setattr(shift_rows, "LISTED_MOST", 3)
    with pytest.raises(UnitUnfit) as refusal:
        await door.rota(AT, AT + 24 * HOUR)
    assert [flaw.field for flaw in refusal.value.flaws] == ["until"]
    assert await door.rota(AT, AT + 3 * HOUR) == many[:3]
    assert await door.rota(AT, AT + 24 * HOUR, user="Bert") == [his]
    assert await door.rota(AT, AT + 24 * HOUR, user="carl") == [his]


async def test_what_is_over_for_days_is_let_go_from_memory(staffed: Registry, clock: Clock) -> None:
    door = staffed.units_door()
    engine = await door.put_unit(a_unit(), by="sue")
    old = await door.put_shift(a_shift(engine), by="sue")
    long = await door.put_shift(a_shift(engine, "bert", lasts=24 * 5), by="sue")
    clock.turn(timedelta(days=3))
    await door.refresh(shifts=[long.id])
    assert door.book.shifts(AT) == [long]
    assert door.book.shifts(clock()) == [long]
    assert await door.rota(AT, AT + HOUR) in ([old, long], [long, old])


async def test_past_shifts_are_erased_after_their_time_and_no_other_one_is(
    staffed: Registry, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shift_rows, "FORGOTTEN_AT_ONCE", 2)
    door = staffed.units_door()
    unit = await door.put_unit(a_unit(), by="sue")
    kept = [await door.put_shift(a_shift(unit, begins=24 * day), by="sue") for day in range(7)]
    clock.now = AT + timedelta(days=92)
    told = len(staffed.changes(0))
    assert await door.forget_shifts(clock.now - timedelta(days=90)) == 2
    assert await door.rota(AT, AT + timedelta(days=30)) == kept[2:], "one ended 90 days ago and no earlier"
    assert await door.forget_shifts(clock.now) == 5, "in turns"
    assert await door.forget_shifts(clock.now) == 0
    assert (await door.rota(AT, AT + timedelta(days=30)), len(staffed.changes(0))) == ([], told)
