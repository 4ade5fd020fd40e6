"""Who is reached at which step of an escalation, and at what hours: the rota, by the centre's own clock.

A row names a person or a room as the staff call it and the way out that reaches it; the number or address is a secret
of that way out and stands nowhere else.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from belfry.domain.contacts import MINUTES_OF_DAY, WeekWindow
from belfry.domain.escalation import LEVELS

NAME_MOST: Final = 60
REPORT: Final = "report"
"""The level of who is reached by reports alone; no escalation comes to it."""
DAYS: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")

_HOURS: Final = re.compile(
    r"(?:(?P<first>[a-z]{2})(?:-(?P<last>[a-z]{2}))?(?: +|$))?(?:(?P<since>\d\d:\d\d)-(?P<until>\d\d:\d\d))?"
)


class OnCall(Struct, frozen=True, kw_only=True):
    """One row. `hours` empty: always; `kinds` empty: any, else codes or beginnings of codes up to a dot."""

    name: str
    level: str
    notifier: str
    hours: tuple[WeekWindow, ...] = ()
    kinds: tuple[str, ...] = ()


def on_call(rows: Sequence[OnCall], level: str, kind: str, local: datetime) -> Sequence[OnCall]:
    """Whom a level reaches about a kind at a time of the centre's own clock."""
    return [row for row in rows if row.level == level and _of_kind(row, kind) and is_on_duty(row, local)]


def is_configured(rows: Sequence[OnCall], level: str) -> bool:
    """Whether the rota knows anybody at all for a level."""
    return any(row.level == level for row in rows)


def is_on_duty(row: OnCall, local: datetime) -> bool:
    return not row.hours or is_within(row.hours, local)


def is_within(windows: Sequence[WeekWindow], local: datetime) -> bool:
    return any(_within(window, local) for window in windows)


def hours(text: str) -> WeekWindow:
    """Read `mo-fr 06:00-18:00`, `sa`, `22:00-06:00`. An end before or at its beginning is on the next day. Raises
    ValueError."""
    found = _HOURS.fullmatch(text.strip().lower())
    if found is None or not text.strip():
        raise ValueError(f"{text!r}: wants hours such as 'mo-fr 06:00-18:00', 'sa' or '22:00-06:00'")
    first, last = found["first"], found["last"]
    since, until = _minute(found["since"] or "00:00", text), _minute(found["until"] or "24:00", text)
    return WeekWindow(_days(first, last or first, text), since, until)


def _days(first: str | None, last: str | None, text: str) -> tuple[int, ...]:
    if first is None or last is None:
        return tuple(range(len(DAYS)))
    if first not in DAYS or last not in DAYS:
        raise ValueError(f"{text!r}: wants days of {' '.join(DAYS)}")
    begin, end = DAYS.index(first), DAYS.index(last)
    return tuple((begin + n) % len(DAYS) for n in range((end - begin) % len(DAYS) + 1))


def _minute(clock: str, text: str) -> int:
    hour, minute = int(clock[:2]), int(clock[3:])
    if minute > 59 or hour * 60 + minute > MINUTES_OF_DAY:
        raise ValueError(f"{text!r}: wants times from 00:00 to 24:00")
    return hour * 60 + minute


def _of_kind(row: OnCall, kind: str) -> bool:
    return not row.kinds or any(kind == one or kind.startswith(f"{one}.") for one in row.kinds)


def _within(window: WeekWindow, local: datetime) -> bool:
    day, minute = local.weekday(), local.hour * 60 + local.minute
    if window.since < window.until:
        return day in window.days and window.since <= minute < window.until
    begins, yesterday = day in window.days, (day - 1) % len(DAYS) in window.days
    return (begins and minute >= window.since) or (yesterday and minute < window.until)


def check(row: OnCall) -> None:
    """Raises ValueError with what is wrong."""
    if not row.name.strip() or len(row.name) > NAME_MOST or not row.name.isprintable():
        raise ValueError(f"name = {row.name!r}: wants 1 to {NAME_MOST} characters in one line")
    if row.level not in (*LEVELS, REPORT):
        raise ValueError(f"level = {row.level!r}: wants one of {', '.join((*LEVELS, REPORT))}")
