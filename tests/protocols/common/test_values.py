"""Loose values: what a device may mean by them, and None for everything else."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.reading import Quality
from belfry.protocols.common.booleans import boolean
from belfry.protocols.common.times import epoch, instant
from belfry.protocols.common.values import name, number, whole

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3),
    max_leaves=5,
)
TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize("yes", [True, 1, 1.0, "1", "true", "TRUE", " True ", "ON", "active", "Yes"])
def test_what_means_true(yes: object) -> None:
    assert boolean(yes) is True


@pytest.mark.parametrize("no", [False, 0, 0.0, "0", "false", "FALSE", "off", "inactive", "No"])
def test_what_means_false(no: object) -> None:
    assert boolean(no) is False


@pytest.mark.parametrize("neither", [None, "", "null", 2, -1, 0.5, float("nan"), [], {}, [True], "t" * 100])
def test_absent_is_not_false(neither: object) -> None:
    assert boolean(neither) is None


def test_numbers_come_as_text_too() -> None:
    assert [number(value) for value in (57.6, "57.6", " -9 ", "1e3", 0)] == [57.6, 57.6, -9.0, 1_000.0, 0.0]
    assert [whole(value) for value in ("34", 34.0, 34, "34.5")] == [34, 34, 34, None]


@pytest.mark.parametrize(
    "none", [True, None, "", "nan", "inf", float("inf"), "1e99", 10**400, "1_0", "9" * 50, [], "C"]
)
def test_what_is_no_number(none: object) -> None:
    assert number(none) is None


def test_a_name_is_short_and_on_one_line() -> None:
    assert [name(value) for value in ("DI_1", " 3 ", 3)] == ["DI_1", "3", "3"]
    assert [name(value) for value in ("", " ", "a\nb", "a" * 81, True, None, 1.5, ["a"], 10**30)] == [None] * 9


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-02T10:00:00Z", TEN),
        ("2026-03-02T10:00:00z", TEN),
        ("2026-03-02T11:00:00+01:00", TEN),
        ("2026-03-02 11:00:00 +0100", TEN),
        ("2026-03-02T03:00:00-07", TEN),
        ("2026-3-2T10:0:0Z", TEN),
        ("2026-03-02T10:00Z", TEN),
        ("2026-03-02T10:00:00.123456789Z", TEN + timedelta(microseconds=123_456)),
        ("2026-03-02T09:59:60Z", TEN - timedelta(seconds=1)),
    ],
)
def test_times_in_their_many_spellings(text: str, at: datetime) -> None:
    assert instant(text) == (at, ())


@pytest.mark.parametrize(
    "text",
    [
        *("0000-00-00T00:00:00Z", "2019-01-01T00:00:00+08:00", "1970-01-01T00:00:00Z", "2026-02-30T00:00:00Z"),
        *("2026-03-02T10:00:00", "2026-03-02T10:00:00+99:00", "9999-12-31T23:59:59-14:00", "now", "1" * 100),
        *(5, [], {}, True, "２０２６-03-02T10:00:00Z"),
    ],
)
def test_a_senseless_time_is_none_and_says_so(text: object) -> None:
    assert instant(text) == (None, (Quality.CLOCK,))


def test_no_time_is_no_fault() -> None:
    assert instant(None) == instant("") == epoch(None) == (None, ())


def test_a_time_without_a_zone_stands_where_its_wire_says() -> None:
    assert instant("2026-03-02T10:00:00", zone=UTC) == (TEN, ())
    assert instant("2026-03-02T11:00:00", zone=timezone(timedelta(hours=1))) == (TEN, ())


def test_nobody_speaks_of_tomorrow() -> None:
    assert instant("2026-03-04T10:00:00Z", now=TEN) == (None, (Quality.CLOCK,))
    assert instant("2026-03-03T10:00:00Z", now=TEN) == (TEN + timedelta(days=1), ())


def test_seconds_and_milliseconds_since_1970() -> None:
    seconds = TEN.timestamp()
    assert epoch(seconds) == epoch(str(seconds)) == epoch(seconds * 1_000) == epoch(int(seconds * 1_000)) == (TEN, ())
    assert [epoch(value) for value in (0, -1, "soon", 10**20, True)] == [(None, (Quality.CLOCK,))] * 5


@given(ANYTHING)
def test_anything_is_a_value_or_none(value: object) -> None:
    assert boolean(value) in (True, False, None)
    assert (found := number(value)) is None or isinstance(found, float)
    assert (text := name(value)) is None or 0 < len(text) <= 80
    for at, quality in (instant(value), epoch(value)):
        assert at is None or (at.tzinfo is UTC and quality == ())
