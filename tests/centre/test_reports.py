"""Reports reckon honestly: of nothing there is no rate, a place is no household, and nothing is by person or camera."""

from datetime import UTC, datetime, timedelta
from math import cos, radians
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from belfry.centre.reports.accounts import AccountLine, account_lines, whole
from belfry.centre.reports.false_alarms import FalseRecord, false_record
from belfry.centre.reports.load import Load, load
from belfry.centre.reports.spans import last_before, span_named
from belfry.domain.cells import PLACE_FROM, cell
from belfry.ports.archive import ClosedIncident

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
MARCH = {"since": datetime(2026, 3, 1, tzinfo=UTC), "until": datetime(2026, 4, 1, tzinfo=UTC)}
BERLIN = ZoneInfo("Europe/Berlin")


def over(number: int = 1, **more: Any) -> ClosedIncident:
    fields: dict[str, Any] = {
        "id": f"i{number}",
        "number": number,
        "kind": "PROP.ALARM.INTR",
        "priority": 2,
        "method": "equipment",
        "account_id": "shop",
        "life": False,
        "silent": False,
        "opened_at": NOON,
        "due_at": NOON,
        "first_taken_at": NOON + timedelta(seconds=20),
        "first_act_at": None,
        "closed_at": NOON + timedelta(minutes=10),
        "signals": 1,
        "acts": 2,
        "disposition": "false_alarm",
        "cause": "animal",
        "by_rule": False,
        "zone": "7",
    }
    return ClosedIncident(**{**fields, **more})


def record(*incidents: ClosedIncident) -> FalseRecord:
    return false_record(incidents, **MARCH, zone=UTC)


def of(*incidents: ClosedIncident, at: tuple[float, float] | None = (52.105, 13.205)) -> Load:
    return load(incidents, **MARCH, zone=UTC, where=lambda _: at)


# -- false alarms


def test_a_month_without_an_alarm_has_no_rate() -> None:
    found = record()
    assert (found.alarms, found.rate, found.zones, found.repairs) == (0, None, [], [])
    assert [(month.month, month.alarms, month.rate) for month in found.months] == [("2026-03", 0, None)]


def test_zone_7_caused_14_of_20() -> None:
    found = record(*(over(n, zone="7" if n < 14 else str(n)) for n in range(20)))
    (repair,) = found.repairs
    assert (repair.zone, repair.false, repair.of, repair.advice) == ("7", 14, 20, "move")


def test_a_zone_is_named_from_three_false_alarms_and_a_fifth_of_all_on() -> None:
    assert record(*(over(n) for n in range(2))).repairs == []
    assert len(record(*(over(n) for n in range(3))).repairs) == 1
    many = [over(n, zone=str(n)) for n in range(100, 120)]
    assert record(*many, *(over(n) for n in range(3))).repairs == []


@pytest.mark.parametrize(
    "more",
    [
        {"training": True},
        {"merged": True},
        {"by_rule": True},
        {"disposition": "test"},
        {"disposition": "duplicate"},
        {"kind": "TECH.POWER"},
    ],
)
def test_what_was_no_alarm_or_was_not_judged_is_left_out_and_counted(more: dict[str, Any]) -> None:
    found = record(over(1), over(2, **more))
    assert (found.incidents, found.alarms, found.left_out) == (2, 1, 1)


def test_a_detection_of_a_camera_is_counted_by_no_point() -> None:
    found = record(over(1, kind="PROP.ALARM.VIDEO", zone="4"))
    assert (found.false, found.zones) == (1, [])


def test_months_are_by_the_clock_of_the_site() -> None:
    late = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    (found,) = [month for month in false_record([over(opened_at=late)], **MARCH, zone=BERLIN).months if month.alarms]
    assert found.month == "2026-04"


# -- load


def test_of_nothing_there_is_no_busiest_hour() -> None:
    found = of()
    assert (found.incidents, found.busiest, sum(found.hours), found.places) == (0, None, 0, [])
    assert len(found.days) == 31


def test_hours_are_by_the_clock_of_the_centre() -> None:
    found = load([over(1), over(2)], **MARCH, zone=BERLIN, where=lambda _: None)
    assert (found.hours[13], found.busiest, found.weekdays) == (2, 13, [0, 0, 0, 0, 0, 2, 0])


def test_what_a_camera_detected_is_in_no_hour_and_no_day() -> None:
    found = of(over(1), over(2, kind="PROP.ALARM.VIDEO"))
    assert (found.incidents, sum(found.hours), sum(day.incidents for day in found.days)) == (2, 1, 1)
    assert (sum(found.weekdays), found.detections) == (1, 1)


def test_a_cell_of_fewer_than_ten_incidents_is_not_told() -> None:
    nine = [over(n) for n in range(PLACE_FROM - 1)]
    assert (of(*nine).places, of(*nine).elsewhere) == ([], 9)
    (place,) = of(*nine, over(10)).places
    assert place.incidents == 10
    assert place.latitude == pytest.approx(52.105, abs=0.01)


def test_medical_incidents_are_a_total_and_no_place() -> None:
    found = of(*(over(n, kind="MED.ALARM.CARE") for n in range(20)))
    assert (found.places, found.elsewhere, found.medical) == ([], 0, 20)


@pytest.mark.parametrize("latitude", [-89.0, -60.4, -0.01, 0.0, 12.3, 52.1, 70.0, 88.9])
def test_a_cell_is_a_square_kilometre_or_more(latitude: float) -> None:
    row, place = cell(latitude, 13.2)
    east = 13.2
    while cell(latitude, east) == (row, place):
        east += 0.0005
    west = 13.2
    while cell(latitude, west) == (row, place):
        west -= 0.0005
    wide_km = (east - west) * 111.32 * cos(radians(latitude))
    assert wide_km * 0.01 * 110.57 >= 1.0


def test_no_report_has_a_field_for_a_person() -> None:
    """Never a ranking of persons: neither who acted nor who was named is in anything that is reckoned."""
    for shape in (Load, FalseRecord, AccountLine, ClosedIncident):
        names = {field.name for field in msgspec.structs.fields(shape)}
        assert not names & {"by", "user", "operator", "taken_by", "closed_by", "contact", "caller", "name"}


# -- accounts


def test_accounts_stand_by_their_false_alarms_and_unknown_ones_are_one_line() -> None:
    found = account_lines(
        [over(1), over(2), over(3, account_id="bank", disposition="genuine", cause=None), over(4, account_id=None)],
        {"shop": 12, "quiet": 3},
    )
    assert [(line.account_id, line.signals, line.incidents, line.false, line.rate) for line in found] == [
        ("shop", 12, 2, 2, 1.0),
        ("", 0, 1, 1, 1.0),
        ("bank", 0, 1, 0, 0.0),
        ("quiet", 3, 0, 0, None),
    ]
    assert (found[0].taken_p50, found[3].taken_p90) == (20, None)


def test_the_whole_of_no_account_has_no_rate() -> None:
    assert (whole([], []).rate, whole([], []).taken_p90) == (None, None)


# -- spans


@pytest.mark.parametrize(
    ("now", "every", "name", "days"),
    [
        ("2026-03-14T05:59:00+01:00", "day", "2026-03-12", 1),
        ("2026-03-14T06:00:00+01:00", "day", "2026-03-13", 1),
        ("2026-03-16T06:00:00+01:00", "week", "2026-W11", 7),
        ("2026-03-16T05:00:00+01:00", "week", "2026-W10", 7),
        ("2026-03-01T06:00:00+01:00", "month", "2026-02", 28),
        ("2026-01-01T06:00:00+01:00", "month", "2025-12", 31),
    ],
)
def test_the_newest_span_that_is_due(now: str, every: Any, name: str, days: int) -> None:
    span = last_before(datetime.fromisoformat(now), every, 360, BERLIN)
    assert (span.name, (span.until - span.since).days) == (name, days)
    assert span_named(span.name, BERLIN) == span


def test_a_day_of_23_hours_is_a_day() -> None:
    span = span_named("2026-03-29", BERLIN)
    assert span.until - span.since == timedelta(hours=23)
