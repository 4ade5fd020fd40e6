"""When a site opens and closes, and when somebody has to be heard: the shapes. Minutes are of the site's own clock.

What is due at an instant, across holidays, exceptions and the hours that do not exist or exist twice, is asked of
`domain.due`.
"""

from datetime import date
from enum import StrEnum
from typing import Final

from msgspec import Struct

SCHEDULES_MOST: Final = 50
WINDOWS_MOST: Final = 64
EXCEPTIONS_MOST: Final = 400
HOLIDAY: Final = 7
"""The day of a public holiday, beside 0 Monday to 6 Sunday. A holiday that no window names is shut."""


class ScheduleKind(StrEnum):
    OPENING = "opening"
    """Opened and closed (disarmed and armed) inside windows."""
    CHECK_IN = "check_in"
    """Somebody says that all is well at least every so often: lone workers, and whom a care service calls."""
    TOUR = "tour"
    """A guard reaches a check point at least every so often."""
    ACTIVITY = "activity"
    """Something must be heard of the site at least every so often: enrolled care accounts."""
    TEST = "test"
    """The panel sends its test report at `since` of an interval's days; half an hour later it is missed. On public
    holidays too: a panel knows none."""


class OpeningWindow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """On these days it opens between `opens_from` and `opens_until`, and closes between `closes_from` and
    `closes_until`. Minutes since midnight; a closing up to 2 880 is of the next day."""

    days: tuple[int, ...]
    opens_from: int
    opens_until: int
    closes_from: int
    closes_until: int
    must_open: bool = True
    """Not opened by `opens_until` is told (PROP.OPEN.LATE); False: it may stay closed."""


class Interval(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Within this window something is heard at least every `every_s` seconds; silence is told `grace_s` later. Windows
    that touch, as of a whole day and the next, are one. Of a test only `since` counts."""

    days: tuple[int, ...]
    since: int = 0
    until: int = 1_440
    every_s: int = 86_400
    grace_s: int = 300


class ScheduleException(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """From a day until a day, both included, other windows hold; none: it stays closed, or nothing is expected.

    A window without days holds on each of them. Of several exceptions for a day the last counts, before holidays too.
    """

    first: date
    last: date
    openings: tuple[OpeningWindow, ...] = ()
    intervals: tuple[Interval, ...] = ()
    label: str = ""


class Schedule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: str = ""
    name: str = ""
    kind: ScheduleKind = ScheduleKind.OPENING
    area: str | None = None
    """None: the whole site."""
    point: str | None = None
    """Of a check-in or a tour: the zone number that has to be heard; None: any. User numbers are sealed."""
    openings: tuple[OpeningWindow, ...] = ()
    intervals: tuple[Interval, ...] = ()
    holidays: str = ""
    """Name of a calendar of public holidays; empty: none."""
    exceptions: tuple[ScheduleException, ...] = ()


class Calendar(Struct, frozen=True, kw_only=True):
    """Public holidays of a region."""

    name: str
    days: tuple[date, ...]
