"""What a schedule wants, on ordinary days and on those when the clocks are changed."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.due import (
    HORIZON,
    What,
    closes_early,
    deadlines,
    in_schedule,
    next_deadline,
    next_test,
    still_wanted,
    too_quiet,
)
from belfry.domain.local_time import exists, instant
from belfry.domain.schedules import HOLIDAY, Interval, OpeningWindow, Schedule, ScheduleException, ScheduleKind

ZURICH: Final = ZoneInfo("Europe/Zurich")
APIA: Final = ZoneInfo("Pacific/Apia")
LORD_HOWE: Final = ZoneInfo("Australia/Lord_Howe")
ZONES: Final = (
    "Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "Asia/Beirut",
    "Africa/Casablanca", "America/St_Johns", "Asia/Kathmandu", "Pacific/Chatham", "Antarctica/Troll", "UTC",
)  # fmt: skip
TURNS: Final = {
    "Europe/Zurich": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Pacific/Apia": (date(2011, 12, 30), date(2012, 4, 1)),
    "America/Sao_Paulo": (date(2018, 11, 4), date(2018, 2, 18)),
    "Asia/Beirut": (date(2026, 3, 29), date(2026, 10, 25)),
    "Africa/Casablanca": (date(2026, 2, 15), date(2026, 3, 22)),
    "America/St_Johns": (date(2026, 3, 8), date(2010, 11, 7)),
    "Pacific/Chatham": (date(2026, 4, 5), date(2026, 9, 27)),
    "Antarctica/Troll": (date(2026, 3, 29), date(2026, 10, 25)),
}
WEEK: Final = tuple(range(7))
EARLY: Final = timedelta(minutes=30)
SHOP: Final = OpeningWindow(days=WEEK[:5], opens_from=450, opens_until=540, closes_from=1_080, closes_until=1_140)


def at(text: str, zone: ZoneInfo = ZURICH, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def shop(**fields: object) -> Schedule:
    return Schedule(**{"openings": (SHOP,), **fields})  # type: ignore[arg-type]  # a test names fields by word


# -- minutes of a day -------------------------------------------------------------------------------------------------


def test_a_deadline_in_the_missing_hour_falls_on_its_end() -> None:
    turn = date(2026, 3, 29)
    end = datetime(2026, 3, 29, 1, tzinfo=UTC)
    for minute in (120, 121, 150, 179, 180):
        assert instant(turn, minute, ZURICH, later=True) == instant(turn, minute, ZURICH, later=False) == end
    assert instant(turn, 119, ZURICH, later=True) == end - timedelta(minutes=1)


def test_in_the_doubled_hour_late_is_the_second_time_and_early_the_first() -> None:
    turn = date(2026, 10, 25)
    assert instant(turn, 150, ZURICH, later=False) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant(turn, 150, ZURICH, later=True) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_half_an_hour_is_missing_and_doubled_on_lord_howe() -> None:
    assert instant(date(2026, 10, 4), 135, LORD_HOWE, later=True) == datetime(2026, 10, 3, 15, 30, tzinfo=UTC)
    both = {instant(date(2026, 4, 5), 105, LORD_HOWE, later=later) for later in (False, True)}
    assert len(both) == 2
    assert max(both) - min(both) == timedelta(minutes=30)


def test_a_day_that_the_calendar_skips_wants_nothing_and_what_reached_into_it_falls_on_its_end() -> None:
    assert not exists(date(2011, 12, 30), APIA)
    night = OpeningWindow(days=WEEK, opens_from=1_080, opens_until=1_140, closes_from=1_500, closes_until=1_560)
    schedule = Schedule(openings=(night,))
    found = deadlines(schedule, at("2011-12-29T12:00", APIA), at("2012-01-01T12:00", APIA), zone=APIA, holidays=())
    told = [(one.what.value, one.at.astimezone(APIA).strftime("%d %H:%M")) for one in found]
    assert told == [
        ("open", "29 19:00"),
        ("close", "31 00:00"),
        ("open", "31 19:00"),
        ("close", "01 02:00"),
    ]


def zone_and_day() -> st.SearchStrategy[tuple[str, date]]:
    def near(zone: str) -> st.SearchStrategy[tuple[str, date]]:
        some = TURNS.get(zone, (date(2026, 6, 1),))
        day = st.builds(lambda turn, off: turn + timedelta(days=off), st.sampled_from(some), st.integers(-2, 2))
        return st.tuples(st.just(zone), day)

    return st.sampled_from(ZONES).flatmap(near)


@given(zone_and_day(), st.integers(0, 2_880), st.integers(0, 2_880), st.booleans())
def test_a_later_minute_is_never_an_earlier_instant(where: tuple[str, date], one: int, other: int, later: bool) -> None:
    zone, day = ZoneInfo(where[0]), where[1]
    first, second = sorted((one, other))
    assert instant(day, first, zone, later=later) <= instant(day, second, zone, later=later)
    assert instant(day, first, zone, later=False) <= instant(day, first, zone, later=True)


@given(zone_and_day(), st.integers(0, 2_880))
def test_a_minute_that_exists_is_itself_and_a_missing_one_the_first_behind_the_gap(
    where: tuple[str, date], minute: int
) -> None:
    zone, day = ZoneInfo(where[0]), where[1]
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    for later in (False, True):
        found = instant(day, minute, zone, later=later)
        local = found.astimezone(zone).replace(tzinfo=None)
        assert local >= wall
        if local > wall:
            before = (found - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
            assert before < wall


def any_window() -> st.SearchStrategy[OpeningWindow]:
    def build(days: set[int], opens: int, wide: int, stays: int, closing: int, must_open: bool) -> OpeningWindow:
        closes = min(2_880, opens + wide + stays)
        return OpeningWindow(
            days=tuple(sorted(days)), opens_from=opens, opens_until=opens + wide, closes_from=closes,
            closes_until=min(2_880, closes + closing), must_open=must_open,
        )  # fmt: skip

    minutes = st.integers(0, 240)
    return st.builds(
        build, st.sets(st.integers(0, HOLIDAY), min_size=1), st.integers(0, 1_200), minutes, minutes, minutes,
        st.booleans(),
    )  # fmt: skip


@given(zone_and_day(), st.lists(any_window(), min_size=1, max_size=3), st.data())
def test_no_deadline_is_lost_and_none_comes_twice_however_the_time_is_cut(
    where: tuple[str, date], openings: list[OpeningWindow], data: st.DataObject
) -> None:
    zone, day = ZoneInfo(where[0]), where[1]
    schedule = Schedule(openings=tuple(openings))
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=2)
    end = begin + timedelta(days=5)
    whole = deadlines(schedule, begin, end, zone=zone, holidays=(day,))
    assert [one.at for one in whole] == sorted(one.at for one in whole)
    assert len({(one.at, one.what) for one in whole}) == len(whole)
    cuts = sorted(data.draw(st.sets(st.integers(1, 5 * 1_440 - 1), max_size=6)))
    edges = [begin, *(begin + timedelta(minutes=cut) for cut in cuts), end]
    parts = [
        one for since, until in pairwise(edges) for one in deadlines(schedule, since, until, zone=zone, holidays=(day,))
    ]
    assert parts == list(whole)


@given(zone_and_day(), st.lists(any_window(), min_size=1, max_size=3))
def test_one_after_the_other_gives_the_same_as_all_at_once(
    where: tuple[str, date], openings: list[OpeningWindow]
) -> None:
    zone, day = ZoneInfo(where[0]), where[1]
    schedule = Schedule(openings=tuple(openings))
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=2)
    end, now = begin + timedelta(days=5), begin
    steps: list[datetime] = []
    while (one := next_deadline(schedule, now, zone=zone, holidays=())) is not None and one.at <= end:
        assert one.at > now
        now = one.at
        steps.append(now)
    assert steps == sorted({one.at for one in deadlines(schedule, begin, end, zone=zone, holidays=())})


# -- openings and closings --------------------------------------------------------------------------------------------


def test_a_shop_opens_and_closes_inside_its_windows() -> None:
    schedule = shop()
    told = [
        (one.what.value, one.at)
        for one in deadlines(schedule, at("2026-03-13T00:00"), at("2026-03-16T23:00"), zone=ZURICH, holidays=())
    ]
    assert told == [
        ("open", at("2026-03-13T09:00")),
        ("close", at("2026-03-13T19:00")),
        ("open", at("2026-03-16T09:00")),
        ("close", at("2026-03-16T19:00")),
    ]
    for when, inside in (("13T07:29", False), ("13T07:30", True), ("13T12:00", True), ("13T19:01", False),
                         ("14T12:00", False)):  # fmt: skip
        assert in_schedule(schedule, at(f"2026-03-{when}"), zone=ZURICH, holidays=()) is inside


def test_a_closing_after_midnight_belongs_to_the_evening_before() -> None:
    bar = OpeningWindow(days=(4,), opens_from=1_020, opens_until=1_080, closes_from=1_500, closes_until=1_620)
    schedule = Schedule(openings=(bar,))
    found = deadlines(schedule, at("2026-03-13T20:00"), at("2026-03-15T00:00"), zone=ZURICH, holidays=())
    assert [(one.what, one.at) for one in found] == [(What.CLOSE, at("2026-03-14T03:00"))]
    assert in_schedule(schedule, at("2026-03-14T02:00"), zone=ZURICH, holidays=())


def test_a_closing_in_the_missing_hour_is_late_at_its_end_and_in_the_doubled_one_the_second_time() -> None:
    bar = OpeningWindow(days=(5,), opens_from=1_020, opens_until=1_080, closes_from=1_560, closes_until=1_590)
    schedule = Schedule(openings=(bar,))
    for evening, late in (("2026-03-28", datetime(2026, 3, 29, 1, tzinfo=UTC)),
                          ("2026-10-24", datetime(2026, 10, 25, 1, 30, tzinfo=UTC))):  # fmt: skip
        one = next_deadline(schedule, at(f"{evening}T20:00"), zone=ZURICH, holidays=())
        assert one is not None
        assert one.at == late


def test_a_holiday_is_shut_unless_a_window_names_it() -> None:
    holiday = date(2026, 3, 19)
    thursday = at("2026-03-19T12:00")
    assert in_schedule(shop(), thursday, zone=ZURICH, holidays=())
    assert not in_schedule(shop(), thursday, zone=ZURICH, holidays={holiday})
    short = OpeningWindow(days=(HOLIDAY,), opens_from=600, opens_until=660, closes_from=720, closes_until=780)
    named = shop(openings=(SHOP, short))
    assert in_schedule(named, thursday, zone=ZURICH, holidays={holiday})
    assert not in_schedule(named, at("2026-03-19T14:00"), zone=ZURICH, holidays={holiday})


def test_a_temporary_change_holds_from_a_day_until_a_day_and_before_holidays() -> None:
    stocktaking = OpeningWindow(days=(), opens_from=300, opens_until=360, closes_from=1_200, closes_until=1_260)
    first, last = date(2026, 3, 17), date(2026, 3, 18)
    schedule = shop(
        exceptions=(
            ScheduleException(first=first, last=date(2026, 3, 31)),
            ScheduleException(first=first, last=last, openings=(stocktaking,)),
        )
    )
    early = [at(f"2026-03-{day}T05:30") for day in (16, 17, 18, 19)]
    assert [in_schedule(schedule, one, zone=ZURICH, holidays={last}) for one in early] == [False, True, True, False]
    assert not in_schedule(schedule, at("2026-03-20T12:00"), zone=ZURICH, holidays=())
    assert next_deadline(schedule, at("2026-03-18T23:00"), zone=ZURICH, holidays=()) is not None


def test_a_schedule_that_wants_nothing_has_no_next_deadline() -> None:
    shut = shop(exceptions=(ScheduleException(first=date(2026, 1, 1), last=date(2027, 1, 1)),))
    assert next_deadline(shut, at("2026-03-13T12:00"), zone=ZURICH, holidays=()) is None


def test_a_window_that_ends_inside_another_closes_nothing() -> None:
    long = OpeningWindow(days=WEEK, opens_from=480, opens_until=600, closes_from=1_200, closes_until=1_260)
    found = deadlines(
        shop(openings=(SHOP, long)), at("2026-03-13T00:00"), at("2026-03-14T00:00"), zone=ZURICH, holidays=()
    )
    assert [one.at for one in found if one.what is What.CLOSE] == [at("2026-03-13T21:00")]


def test_nobody_is_late_any_more_once_the_next_window_has_begun() -> None:
    schedule = shop()
    opening, closing = deadlines(schedule, at("2026-03-12T00:00"), at("2026-03-13T00:00"), zone=ZURICH, holidays=())
    wanted = [
        (opening, "12T10:00", True), (opening, "12T18:30", False),
        (closing, "13T06:00", True), (closing, "13T08:00", False),
    ]  # fmt: skip
    for deadline, when, still in wanted:
        assert still_wanted(deadline, schedule, at(f"2026-03-{when}"), zone=ZURICH, holidays=()) is still


def test_a_closing_before_its_window_is_early() -> None:
    assert closes_early(shop(), at("2026-03-13T15:00"), zone=ZURICH, holidays=()) is not None
    assert closes_early(shop(), at("2026-03-13T18:30"), zone=ZURICH, holidays=()) is None
    assert closes_early(shop(), at("2026-03-13T22:00"), zone=ZURICH, holidays=()) is None


# -- check-ins --------------------------------------------------------------------------------------------------------


def rounds(**fields: object) -> Schedule:
    interval = Interval(**{"days": WEEK, "since": 1_320, "until": 1_680, "every_s": 3_600, **fields})  # type: ignore[arg-type]
    return Schedule(kind=ScheduleKind.CHECK_IN, intervals=(interval,))


def test_silence_counts_from_what_was_heard_or_from_the_beginning_of_the_watch() -> None:
    for heard, due in (("2026-03-13T12:00", "2026-03-13T23:05"), ("2026-03-13T22:30", "2026-03-13T23:35"),
                       ("2026-03-14T02:59", "2026-03-14T04:04"), ("2026-03-14T03:30", "2026-03-14T23:05")):  # fmt: skip
        found = too_quiet(rounds(), at(heard), zone=ZURICH, holidays=())
        assert found is not None
        assert found.at == at(due)


def test_windows_that_touch_are_one_watch() -> None:
    always = rounds(since=0, until=1_440, every_s=36 * 3_600, grace_s=0)
    found = too_quiet(always, at("2026-03-13T20:00"), zone=ZURICH, holidays=())
    assert found is not None
    assert found.at == at("2026-03-13T20:00") + timedelta(hours=36)


@given(zone_and_day(), st.integers(0, 3 * 1_440), st.integers(5, 600), st.integers(0, 1_440), st.integers(0, 1_440))
def test_nobody_is_missed_before_an_interval_is_over_nor_where_none_fits(
    where: tuple[str, date], minute: int, every: int, since: int, length: int
) -> None:
    zone, day = ZoneInfo(where[0]), where[1]
    heard = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1) + timedelta(minutes=minute)
    schedule = rounds(since=since, until=since + length, every_s=every * 60, grace_s=60)
    found = too_quiet(schedule, heard, zone=zone, holidays=())
    if found is not None:
        assert found.at >= heard + timedelta(minutes=every + 1)
        assert found.at <= found.until + timedelta(minutes=1)
        assert found.at <= heard + HORIZON + timedelta(days=4)
    else:
        assert length < every


# -- tests at a fixed local time --------------------------------------------------------------------------------------


def test_a_test_due_at_two_in_the_night_keeps_the_sites_clock() -> None:
    nightly = Schedule(kind=ScheduleKind.TEST, intervals=(Interval(days=WEEK, since=120),))
    due = [("2026-03-27T02:05", "2026-03-28T01:00"), ("2026-03-28T02:05", "2026-03-29T01:00"),
           ("2026-03-29T03:05", "2026-03-30T00:00")]  # fmt: skip
    for heard, wanted in due:
        found = next_test(nightly, at(heard), zone=ZURICH, early=EARLY)
        assert found == datetime.fromisoformat(wanted).replace(tzinfo=UTC)


def test_a_test_that_comes_a_little_early_is_that_of_its_own_day() -> None:
    nightly = Schedule(kind=ScheduleKind.TEST, intervals=(Interval(days=WEEK, since=120),))
    assert next_test(nightly, at("2026-03-13T01:45"), zone=ZURICH, early=EARLY) == at("2026-03-14T02:00")
    assert next_test(nightly, at("2026-03-13T01:15"), zone=ZURICH, early=EARLY) == at("2026-03-13T02:00")


@pytest.mark.parametrize("zone", ZONES)
def test_every_day_of_a_year_has_its_test_once(zone: str) -> None:
    nightly = Schedule(kind=ScheduleKind.TEST, intervals=(Interval(days=WEEK, since=150),))
    where = ZoneInfo(zone)
    now, found = datetime(2026, 1, 1, tzinfo=UTC), []
    while (due := next_test(nightly, now, zone=where, early=EARLY)) is not None and due.year == 2026:
        found.append(due)
        now = due
    local = [due.astimezone(where).date() for due in found]
    assert len(set(local)) == len(local) >= 364
