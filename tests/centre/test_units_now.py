"""Units as they are, folded from the journal."""

from datetime import UTC, datetime, timedelta

from belfry.centre.units import UnitsNow
from belfry.domain.facts import Entry, unit_subject
from belfry.domain.unit import UnitStatus
from belfry.domain.unit_facts import AboutUnit, SignedOff, SignedOn, StatusSet

T0 = datetime(2026, 3, 14, 2, 12, tzinfo=UTC)


def entry(at: datetime, *facts: AboutUnit) -> Entry:
    return Entry(id=bytes(16), subject=unit_subject("u1"), at=at, facts=facts)


def status(to: UnitStatus, assignment: str | None = None) -> StatusSet:
    incident = None if assignment is None else "i1"
    return StatusSet(unit="u1", status=to, was=UnitStatus.OFF_DUTY, by="anna", incident=incident, assignment=assignment)


def test_the_work_of_a_shift_counts_from_the_first_who_signs_on_to_an_empty_unit() -> None:
    units = UnitsNow()
    steps: list[tuple[int, AboutUnit]] = [
        (0, SignedOn(unit="u1", user="anna", by="anna")),
        (0, status(UnitStatus.AVAILABLE_STATION)),
        (10, status(UnitStatus.OFFERED, "a1")),
        (11, status(UnitStatus.EN_ROUTE, "a1")),
        (40, status(UnitStatus.AVAILABLE_MOBILE)),
        (50, SignedOn(unit="u1", user="ben", by="ben")),
    ]
    for position, (minute, fact) in enumerate(steps, start=1):
        units.fold(position, entry(T0 + timedelta(minutes=minute), fact))
    now = units.get("u1")
    assert (now.sent, now.busy) == (1, timedelta(minutes=30))
    assert [one.user for one in now.crew] == ["anna", "ben"]
    assert units.of("ben") == now
    units.fold(7, entry(T0, SignedOff(unit="u1", user="anna", by="anna"), SignedOff(unit="u1", user="ben", by="ben")))
    units.fold(8, entry(T0, SignedOn(unit="u1", user="cleo", by="cleo")))
    assert (units.get("u1").sent, units.get("u1").busy) == (0, timedelta(0))


def test_what_a_unit_was_before_its_distress_is_known_until_a_person_ends_it() -> None:
    units = UnitsNow()
    for position, to in enumerate((UnitStatus.ON_SCENE, UnitStatus.DISTRESS, UnitStatus.DISTRESS), start=1):
        units.fold(position, entry(T0, status(to, "a1")))
    assert units.get("u1").before_distress is UnitStatus.ON_SCENE
    units.fold(4, entry(T0, status(UnitStatus.ON_SCENE, "a1")))
    assert units.get("u1").before_distress is None


def test_an_entry_that_is_heard_twice_changes_nothing_and_a_snapshot_says_the_same() -> None:
    units, again = UnitsNow(), UnitsNow()
    units.fold(5, entry(T0, SignedOn(unit="u1", user="anna", by="anna"), status(UnitStatus.ON_CALL)))
    known = units.get("u1")
    units.fold(4, entry(T0, SignedOff(unit="u1", user="anna")))
    assert units.get("u1") == known
    again.restore(units.state())
    assert again.get("u1") == known
