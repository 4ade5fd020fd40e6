"""What schedules, calendars and weekly hours may say: windows inside a day, and never two at once."""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final

from belfry.domain.flaws import Flaws
from belfry.domain.schedules import (
    EXCEPTIONS_MOST,
    HOLIDAY,
    SCHEDULES_MOST,
    WINDOWS_MOST,
    Calendar,
    Interval,
    OpeningWindow,
    Schedule,
    ScheduleKind,
)

DAY: Final = 1_440
WEEK: Final = 7 * DAY
EVERY_S: Final = (60, 2_678_400)
GRACE_MOST_S: Final = 86_400
NAME_MOST: Final = 80
CALENDAR_NAME: Final = re.compile(r"[0-9A-Za-z_.-]{1,60}")
CALENDAR_DAYS_MOST: Final = 1_000
ADDRESS: Final = re.compile(r"[0-9A-Za-z_.:-]{1,16}")
ADDRESS_WANTS: Final = "1 to 16 letters, digits or _ . : -, as the panel sends it"

Span = tuple[int, int]
"""Minutes of a week, from and until; the latter may lie behind the week's end."""


def check_schedules(schedules: Sequence[Schedule], calendars: Collection[str], flaws: Flaws) -> None:
    flaws.at_most("schedules", len(schedules), SCHEDULES_MOST)
    for n, schedule in enumerate(schedules):
        _check_schedule(schedule, f"schedules[{n}]", calendars, flaws)


def check_calendar(calendar: Calendar, flaws: Flaws) -> None:
    flaws.pattern("name", calendar.name, CALENDAR_NAME, "1 to 60 letters, digits or _ . -")
    flaws.at_most("days", len(calendar.days), CALENDAR_DAYS_MOST)
    flaws.once("days", calendar.days)


def _check_schedule(schedule: Schedule, at: str, calendars: Collection[str], flaws: Flaws) -> None:
    flaws.line(f"{at}.name", schedule.name, NAME_MOST)
    for name in ("area", "point"):
        value = getattr(schedule, name)
        if value is not None:
            flaws.pattern(f"{at}.{name}", value, ADDRESS, ADDRESS_WANTS)
    if schedule.kind is ScheduleKind.TEST:
        flaws.unless(not schedule.holidays, f"{at}.holidays", schedule.holidays, "none: a panel tests on holidays too")
    elif schedule.holidays:
        known = f"a calendar that is kept: {', '.join(sorted(calendars)) or 'there is none'}"
        flaws.unless(schedule.holidays in calendars, f"{at}.holidays", schedule.holidays, known)
    _check_windows(schedule.kind, schedule.openings, schedule.intervals, at, flaws)
    flaws.unless(bool(schedule.openings or schedule.intervals), at, schedule.kind, "at least one window")
    flaws.at_most(f"{at}.exceptions", len(schedule.exceptions), EXCEPTIONS_MOST)
    for n, exception in enumerate(schedule.exceptions):
        where = f"{at}.exceptions[{n}]"
        flaws.unless(exception.first <= exception.last, f"{where}.last", exception.last, f"{exception.first} or later")
        flaws.line(f"{where}.label", exception.label, NAME_MOST)
        _check_windows(schedule.kind, exception.openings, exception.intervals, where, flaws, days=False)


def _check_windows(
    kind: ScheduleKind,
    openings: Sequence[OpeningWindow],
    intervals: Sequence[Interval],
    at: str,
    flaws: Flaws,
    *,
    days: bool = True,
) -> None:
    """`days` False: windows without days hold on each of the days of their exception."""
    flaws.at_most(f"{at}.openings", len(openings), WINDOWS_MOST)
    flaws.at_most(f"{at}.intervals", len(intervals), WINDOWS_MOST)
    is_opening = kind is ScheduleKind.OPENING
    flaws.unless(is_opening or not openings, f"{at}.openings", len(openings), f"none: {kind} has intervals")
    flaws.unless(not is_opening or not intervals, f"{at}.intervals", len(intervals), f"none: {kind} has openings")
    before = len(flaws.found)
    for n, opening in enumerate(openings):
        _check_days(opening.days, f"{at}.openings[{n}].days", flaws, needed=days)
        _check_opening(opening, f"{at}.openings[{n}]", flaws)
    for n, interval in enumerate(intervals):
        _check_days(interval.days, f"{at}.intervals[{n}].days", flaws, needed=days)
        on_holidays = kind is ScheduleKind.TEST and HOLIDAY in interval.days
        flaws.unless(
            not on_holidays, f"{at}.intervals[{n}].days", list(interval.days), "0 to 6: a panel tests on holidays too"
        )
        _check_interval(interval, f"{at}.intervals[{n}]", flaws)
    if len(flaws.found) == before:  # of windows that are none, whether two meet cannot be said
        every = (*range(HOLIDAY + 1),)
        spans = [(one.days or every, one.opens_from, one.closes_until) for one in openings]
        flaws.unless(not _overlap(spans), f"{at}.openings", len(openings), "windows that do not overlap")
        if kind is not ScheduleKind.TEST:
            spans = [(one.days or every, one.since, one.until) for one in intervals]
            flaws.unless(not _overlap(spans), f"{at}.intervals", len(intervals), "windows that do not overlap")


def _check_opening(window: OpeningWindow, at: str, flaws: Flaws) -> None:
    flaws.whole(f"{at}.opens_from", window.opens_from, 0, DAY - 1, "minutes")
    flaws.whole(f"{at}.opens_until", window.opens_until, window.opens_from, DAY, "minutes")
    flaws.whole(f"{at}.closes_from", window.closes_from, window.opens_until, 2 * DAY, "minutes")
    flaws.whole(f"{at}.closes_until", window.closes_until, window.closes_from, 2 * DAY, "minutes")
    flaws.unless(
        window.closes_until - window.opens_from <= DAY,
        f"{at}.closes_until",
        window.closes_until,
        "at most a day in all",
    )


def _check_interval(window: Interval, at: str, flaws: Flaws) -> None:
    flaws.whole(f"{at}.since", window.since, 0, DAY - 1, "minutes")
    flaws.whole(f"{at}.until", window.until, window.since + 1, DAY, "minutes")
    flaws.whole(f"{at}.every_s", window.every_s, *EVERY_S, unit="seconds")
    flaws.whole(f"{at}.grace_s", window.grace_s, 0, GRACE_MOST_S, "seconds")


def _check_days(days: Sequence[int], at: str, flaws: Flaws, *, needed: bool) -> None:
    flaws.unless(bool(days) or not needed, at, "none", "at least one day, 0 Monday to 6 Sunday, 7 public holidays")
    flaws.unless(all(0 <= day <= HOLIDAY for day in days), at, list(days), "0 Monday to 6 Sunday, 7 public holidays")
    flaws.once(at, days)


def _overlap(windows: Sequence[tuple[Sequence[int], int, int]]) -> bool:
    """Whether two of the windows hold at the same minute of a week, or of a holiday; touching is not."""
    holidays = sorted((since, until) for days, since, until in windows if HOLIDAY in days)
    week = sorted((day * DAY + since, day * DAY + until) for days, since, until in windows for day in days if day < 7)
    return _meet(holidays) or _meet([*week, *((since + WEEK, until + WEEK) for since, until in week[:1])])


def _meet(spans: Sequence[Span]) -> bool:
    return any(until > since for (_, until), (since, _) in pairwise(spans))
