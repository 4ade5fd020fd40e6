"""How long the disk lasts, from how large the stores were."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.forecast import DAYS_MOST, Forecast, Size, forecast, noted, runs_out
from belfry.domain.own_faults import LITTLE_BYTES, Space

GB = 1024**3
ROOM = Space(1000 * GB, 100 * GB)


def test_nothing_is_said_before_a_day_has_passed() -> None:
    today = Size("2026-03-14", GB)
    assert forecast([today], Size("2026-03-14", 2 * GB), ROOM) == Forecast(2 * GB, 100 * GB)
    assert forecast([], today, ROOM).days_left is None


def test_what_grew_by_the_day_says_when_little_is_left() -> None:
    told = forecast([Size("2026-03-10", GB)], Size("2026-03-14", 9 * GB), ROOM)
    assert told.bytes_per_day == 2 * GB
    assert told.days_left == (100 * GB - LITTLE_BYTES) // (2 * GB)


def test_an_hour_round_midnight_is_no_day_and_a_long_day_is_no_short_one() -> None:
    late = Size("2026-03-14", GB, datetime(2026, 3, 14, 23, 30, tzinfo=UTC))
    soon = Size("2026-03-15", 2 * GB, datetime(2026, 3, 15, 0, 30, tzinfo=UTC))
    assert forecast([late], soon, ROOM).bytes_per_day is None
    early = Size("2026-03-14", GB, datetime(2026, 3, 14, 0, 0, tzinfo=UTC))
    next_evening = Size("2026-03-15", 5 * GB, datetime(2026, 3, 16, 0, 0, tzinfo=UTC))
    assert forecast([early], next_evening, ROOM).bytes_per_day == 2 * GB


def test_a_diary_of_before_reckons_by_days() -> None:
    now = Size("2026-03-14", 9 * GB, datetime(2026, 3, 14, 12, tzinfo=UTC))
    assert forecast([Size("2026-03-10", GB)], now, ROOM).bytes_per_day == 2 * GB


def test_stores_that_do_not_grow_last_for_ever() -> None:
    told = forecast([Size("2026-03-10", 9 * GB)], Size("2026-03-14", GB), ROOM)
    assert (told.bytes_per_day, told.days_left) == (0, None)


def test_a_warning_is_not_taken_back_at_once() -> None:
    assert runs_out(Forecast(1, 1, 1, 6), warned=False)
    assert not runs_out(Forecast(1, 1, 1, 8), warned=False)
    assert runs_out(Forecast(1, 1, 1, 8), warned=True)
    assert not runs_out(Forecast(1, 1), warned=True)


@given(st.lists(st.tuples(st.dates(), st.integers(0, 10**12)), max_size=40))
def test_days_run_forward_and_the_first_look_of_each_counts(looks: list[tuple[object, int]]) -> None:
    sizes: tuple[Size, ...] = ()
    for day, size in looks:
        sizes = tuple(noted(sizes, Size(str(day), size)))
    days = [size.day for size in sizes]
    assert days == sorted(set(days))
    assert len(days) <= DAYS_MOST
    if looks:
        assert days[-1] == str(looks[-1][0])
