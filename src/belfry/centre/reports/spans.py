"""Spans of time as reports have them: a day, a week or a month by the centre's own clock, and the months of a span."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Literal

from msgspec import Struct

Every = Literal["day", "week", "month"]

LONGEST: Final = timedelta(days=3_660)
"""Of a span that is asked for: ten years."""


class Span(Struct, frozen=True):
    """From `since` on and before `until`, in UTC. `name` is unique among spans of its length: `2026-03-14`, `2026-W11`,
    `2026-03`."""

    name: str
    since: datetime
    until: datetime


def last_before(now: datetime, every: Every, at_minute: int, zone: tzinfo) -> Span:
    """The newest whole span that was due by `now`: it is, `at_minute` minutes into the day behind its last one."""
    local = now.astimezone(zone)
    today = local.date()
    if local < _at(today, at_minute, zone):
        today -= timedelta(days=1)
    end = _begin_of(today, every)
    begin = _begin_of(end - timedelta(days=1), every)
    return Span(_name(begin, every), _at(begin, 0, zone).astimezone(UTC), _at(end, 0, zone).astimezone(UTC))


def span_named(name: str, zone: tzinfo) -> Span:
    """The span of a name that `last_before` gave. Raises ValueError for any other text."""
    every: Every = "day"
    if "W" in name:
        every = "week"
        year, _, week = name.partition("-W")
        begin = date.fromisocalendar(int(year), int(week), 1)
        end = begin + timedelta(days=7)
    elif name.count("-") == 1:
        every = "month"
        begin = date.fromisoformat(f"{name}-01")
        end = (begin + timedelta(days=32)).replace(day=1)
    else:
        begin = date.fromisoformat(name)
        end = begin + timedelta(days=1)
    return Span(_name(begin, every), _at(begin, 0, zone).astimezone(UTC), _at(end, 0, zone).astimezone(UTC))


def months_between(since: datetime, until: datetime, zone: tzinfo) -> Sequence[str]:
    """The months that a span touches, as `2026-03`."""
    day, last = (
        since.astimezone(zone).date().replace(day=1),
        (until - timedelta(microseconds=1)).astimezone(zone).date(),
    )
    found = []
    while day <= last:
        found.append(f"{day:%Y-%m}")
        day = (day + timedelta(days=32)).replace(day=1)
    return found


def days_between(since: datetime, until: datetime, zone: tzinfo) -> Sequence[date]:
    day, last = since.astimezone(zone).date(), (until - timedelta(microseconds=1)).astimezone(zone).date()
    return [day + timedelta(days=n) for n in range((last - day).days + 1)]


def _begin_of(day: date, every: Every) -> date:
    if every == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if every == "month" else day


def _name(begin: date, every: Every) -> str:
    if every == "week":
        year, week, _ = begin.isocalendar()
        return f"{year}-W{week:02}"
    return f"{begin:%Y-%m}" if every == "month" else begin.isoformat()


def _at(day: date, minute: int, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), zone)
