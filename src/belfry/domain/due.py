"""What a schedule wants at an instant: who has to be set or unset by when, and who has to be heard from (RULES 3).

An opening window is four instants. Before `opens_from` and after `closes_until` an opening is irregular; not opened by
`opens_until` or not closed by `closes_until` is late. Which day's windows hold is decided by exceptions first, the last
listed before the others, then by public holidays, then by the weekday. A day that the site's calendar skips wants
nothing; what reached into it from the day before falls on its end.

`zone` and `holidays` are arguments, and so is every instant: nothing here knows the time.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.local_time import days, exists, instant, local_day
from belfry.domain.schedules import HOLIDAY, Interval, OpeningWindow, Schedule

Holidays = Collection[date]

HORIZON: Final = timedelta(days=40)
"""How far ahead the next deadline is looked for; a schedule that wants nothing until then is looked at again there."""
REACH: Final = timedelta(days=2)
"""A window reaches at most into the second day behind its own."""
NO_HOLIDAYS: Final[Holidays] = ()


class What(StrEnum):
    OPEN = "open"
    CLOSE = "close"


class Window(Struct, frozen=True, gc=False):
    """One day's opening window in UTC."""

    opens_from: datetime
    opens_until: datetime
    closes_from: datetime
    closes_until: datetime
    must_open: bool

    def holds(self, at: datetime) -> bool:
        return self.opens_from <= at <= self.closes_until


class Deadline(Struct, frozen=True, gc=False):
    """By `at` the area is to be set (`close`) or unset (`open`)."""

    at: datetime
    what: What
    window: Window


class Watch(Struct, frozen=True, gc=False):
    """Between these instants something has to be heard every so often."""

    since: datetime
    until: datetime
    every: timedelta
    grace: timedelta


class Silence(Struct, frozen=True, gc=False):
    """At `at` nobody has been heard for too long; the watch goes on until `until`."""

    at: datetime
    until: datetime


# -- which windows a day has ------------------------------------------------------------------------------------------


def openings_of(schedule: Schedule, day: date, holidays: Holidays) -> Sequence[OpeningWindow]:
    """The opening windows of a day of the site's calendar."""
    for exception in reversed(schedule.exceptions):
        if exception.first <= day <= exception.last:
            return [one for one in exception.openings if not one.days or day.weekday() in one.days]
    number = HOLIDAY if day in holidays else day.weekday()
    return [one for one in schedule.openings if number in one.days]


def intervals_of(schedule: Schedule, day: date, holidays: Holidays) -> Sequence[Interval]:
    """The intervals of a day of the site's calendar."""
    for exception in reversed(schedule.exceptions):
        if exception.first <= day <= exception.last:
            return [one for one in exception.intervals if not one.days or day.weekday() in one.days]
    number = HOLIDAY if day in holidays else day.weekday()
    return [one for one in schedule.intervals if number in one.days]


def windows(schedule: Schedule, first: date, last: date, *, zone: tzinfo, holidays: Holidays) -> Sequence[Window]:
    """The opening windows of some days, in order of their closing."""
    found = [
        Window(
            instant(day, one.opens_from, zone, later=False),
            instant(day, one.opens_until, zone, later=True),
            instant(day, one.closes_from, zone, later=False),
            instant(day, one.closes_until, zone, later=True),
            one.must_open,
        )
        for day in days(first, last)
        if exists(day, zone)
        for one in openings_of(schedule, day, holidays)
    ]
    return sorted(found, key=lambda window: (window.closes_until, window.opens_from))


def watches(schedule: Schedule, first: date, last: date, *, zone: tzinfo, holidays: Holidays) -> Iterator[Watch]:
    """The check-in windows of some days, day by day."""
    for day in days(first, last):
        if exists(day, zone):
            for one in intervals_of(schedule, day, holidays):
                yield Watch(
                    instant(day, one.since, zone, later=True),
                    instant(day, one.until, zone, later=True),
                    timedelta(seconds=one.every_s),
                    timedelta(seconds=one.grace_s),
                )


# -- openings and closings --------------------------------------------------------------------------------------------


def in_schedule(schedule: Schedule, at: datetime, *, zone: tzinfo, holidays: Holidays) -> bool:
    """Whether the area may be open at an instant."""
    day = local_day(at, zone)
    return any(one.holds(at) for one in windows(schedule, day - REACH, day + REACH, zone=zone, holidays=holidays))


def closes_early(schedule: Schedule, at: datetime, *, zone: tzinfo, holidays: Holidays) -> Window | None:
    """The window that a closing ends before its time; None where it is in time, or in no window."""
    day = local_day(at, zone)
    held = [one for one in windows(schedule, day - REACH, day + REACH, zone=zone, holidays=holidays) if one.holds(at)]
    return held[0] if held and all(at < one.closes_from for one in held) else None


def deadlines(
    schedule: Schedule, after: datetime, until: datetime, *, zone: tzinfo, holidays: Holidays
) -> Sequence[Deadline]:
    """Every deadline behind an instant, up to and with another, in order.

    Where one window ends inside another it closes nothing, and what opened for both need open only once.
    """
    listed = windows(
        schedule, local_day(after, zone) - REACH, local_day(until, zone) + REACH, zone=zone, holidays=holidays
    )
    found: dict[tuple[datetime, What], Deadline] = {}
    for one in listed:
        if after < one.closes_until <= until and not any(
            other.opens_from <= one.closes_until < other.closes_until for other in listed
        ):
            found.setdefault((one.closes_until, What.CLOSE), Deadline(one.closes_until, What.CLOSE, one))
        if one.must_open and after < one.opens_until <= until and one.opens_until < one.closes_until:
            found.setdefault((one.opens_until, What.OPEN), Deadline(one.opens_until, What.OPEN, one))
    return [found[key] for key in sorted(found)]


def next_deadline(schedule: Schedule, after: datetime, *, zone: tzinfo, holidays: Holidays) -> Deadline | None:
    """The first deadline behind an instant; None where HORIZON has none."""
    near = after + REACH  # most have one tomorrow at the latest
    for since, until in ((after, near), (near, after + HORIZON)):
        if found := deadlines(schedule, since, until, zone=zone, holidays=holidays):
            return found[0]
    return None


def still_wanted(deadline: Deadline, schedule: Schedule, now: datetime, *, zone: tzinfo, holidays: Holidays) -> bool:
    """Whether what a deadline wanted is still wanted: nobody is late to close once it may open again, nor to open once
    it may close."""
    if deadline.what is What.OPEN:
        return now < deadline.window.closes_from
    listed = windows(
        schedule, local_day(deadline.at, zone) - REACH, local_day(now, zone) + REACH, zone=zone, holidays=holidays
    )
    return not any(deadline.at < one.opens_from <= now for one in listed)


# -- check-ins --------------------------------------------------------------------------------------------------------


def too_quiet(schedule: Schedule, heard: datetime, *, zone: tzinfo, holidays: Holidays) -> Silence | None:
    """When silence since `heard` is too long; None where nothing has to be heard within HORIZON.

    The interval counts from what was heard or from the beginning of the watch, and a watch that ends before an interval
    is over wants nothing more.
    """
    first = local_day(heard, zone) - REACH
    running: dict[tuple[timedelta, timedelta], Watch] = {}
    for day in days(first, first + HORIZON):
        due: list[Silence] = []
        for one in watches(schedule, day, day, zone=zone, holidays=holidays):
            key = (one.every, one.grace)
            before = running.get(key)
            if before is not None and before.until >= one.since:
                one = Watch(before.since, max(before.until, one.until), one.every, one.grace)
            running[key] = one
            asked = max(one.since, heard) + one.every
            if heard < one.until and asked <= one.until:
                due.append(Silence(asked + one.grace, one.until))
        if due:
            return min(due, key=lambda silence: silence.at)
    return None


# -- tests at a fixed local time --------------------------------------------------------------------------------------


def next_test(schedule: Schedule, heard: datetime, *, zone: tzinfo, early: timedelta) -> datetime | None:
    """When the test after `heard` is due; one that comes at most so `early` is that of its own day.

    A panel's clock knows no public holidays, so a test is due on them as on every day; an exception says otherwise.
    """
    first = local_day(heard, zone) - timedelta(days=1)
    for watch in watches(schedule, first, first + HORIZON, zone=zone, holidays=NO_HOLIDAYS):
        if watch.since > heard + early:
            return watch.since
    return None
