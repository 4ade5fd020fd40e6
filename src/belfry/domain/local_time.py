"""From a minute of a site's own day to an instant, also where that minute does not exist or exists twice.

A minute inside a gap (clocks go forward, or a whole day is skipped) is the end of the gap. A minute that exists twice
is the earlier one where it opens something and the later one where it makes somebody late, so that nobody is late by
the clock alone. Either way later minutes never give earlier instants.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final

INSTANTS_KEPT: Final = 65_536
"""A hundred thousand sites share few zones and few minutes of a day; each instant of these days is found once."""

_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)


@lru_cache(maxsize=INSTANTS_KEPT)
def instant(day: date, minute: int, zone: tzinfo, *, later: bool) -> datetime:
    """Return the instant of a minute since midnight (1 440 and more: of the next day), in UTC."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if second < first:  # the offset before the gap gives the later instant, that behind it the earlier one
        return _gap_end(second, first, zone)
    return second if later else first


def _gap_end(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The first second at which the offset is the one behind the gap."""
    wanted = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle <= before:
            middle = before + _SECOND
        if middle.astimezone(zone).utcoffset() == wanted:
            after = middle
        else:
            before = middle
    return after


@lru_cache(maxsize=INSTANTS_KEPT)
def exists(day: date, zone: tzinfo) -> bool:
    """Whether the site's calendar has this day; Apia had no 30 December 2011."""
    return local_day(instant(day, 0, zone, later=False), zone) == day


def local_day(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()


def days(first: date, last: date) -> Iterable[date]:
    """Every day from one to another, both included."""
    while first <= last:
        yield first
        first += _DAY
