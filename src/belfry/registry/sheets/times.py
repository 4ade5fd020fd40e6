"""Days, hours and dates as a person writes them into a cell, and back: `Mon-Fri 08:00-18:00; holidays 10:00-12:00`.

Days are Mon to Sun and `holidays`; `Mon-Fri` is a run of them, `daily` is Mon-Sun. Times are of the site's own clock,
`24:00` the end of a day. What is written reads back the same, in the same order.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

from belfry.domain.contacts import MINUTES_OF_DAY, Absence, WeekWindow
from belfry.domain.schedules import HOLIDAY
from belfry.registry.columns import Unfit

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "holidays")
SHARED: Final = 4_096
"""Cells that say the same become one value, which many rows share."""
_DAILY: Final = tuple(range(7))
_BY_NAME: Final = {name.lower(): number for number, name in enumerate(DAYS)} | {"holiday": HOLIDAY}
_SPAN: Final = re.compile(r"(?:(?P<days>[^\d\s][^\d]*?)\s+)?(?P<since>\d{1,2}:\d\d)\s*-\s*(?P<until>\d{1,2}:\d\d)")


@lru_cache(maxsize=SHARED)
def days(cell: str) -> tuple[int, ...]:
    """Read `Mon-Fri`, `Sat,Sun`, `daily`, `holidays`."""
    found: list[int] = []
    for word in re.split(r"[,\s]+", cell.strip().lower()):
        first, dash, last = word.partition("-")
        if word == "daily":
            found += _DAILY
        elif first not in _BY_NAME or (dash and last not in _BY_NAME):
            raise Unfit(f"wants days such as Mon-Fri, Sat or holidays; {word[:20]!r} is none")
        elif not dash:
            found.append(_BY_NAME[first])
        elif _BY_NAME[first] < _BY_NAME[last] < HOLIDAY:
            found += range(_BY_NAME[first], _BY_NAME[last] + 1)
        else:
            raise Unfit(f"wants a run of days that begins before it ends; {word[:20]!r} does not")
    return tuple(found)


def days_text(numbers: Sequence[int]) -> str:
    if tuple(numbers) == _DAILY:
        return "daily"
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1 and number != HOLIDAY:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(_run(run) for run in runs)


def _run(run: Sequence[int]) -> str:
    if len(run) > 2:
        return f"{DAYS[run[0]]}-{DAYS[run[-1]]}"
    return ",".join(DAYS[number] for number in run)


def minutes(most: int = MINUTES_OF_DAY) -> Callable[[str], int]:
    """Return a reader of `17:30` as minutes since midnight, up to `most`."""

    def read(cell: str) -> int:
        hours, colon, rest = cell.partition(":")
        if colon and re.fullmatch(r"\d{1,2}", hours, re.ASCII) and re.fullmatch(r"[0-5]\d", rest, re.ASCII):
            found = int(hours) * 60 + int(rest)
            if found <= most:
                return found
        raise Unfit(f"wants a time from 00:00 to {minutes_text(most)}")

    return read


def minutes_text(value: int | None) -> str:
    return "" if value is None else f"{value // 60:02}:{value % 60:02}"


@lru_cache(maxsize=SHARED)
def hours(cell: str) -> tuple[WeekWindow, ...]:
    """Read `Mon-Fri 08:00-18:00; Sat 09:00-12:00`; without days it is every day of the week."""
    clock, found = minutes(), []
    for span in filter(None, map(str.strip, cell.split(";"))):
        match = _SPAN.fullmatch(span)
        if match is None:
            raise Unfit(f"wants hours such as Mon-Fri 08:00-18:00; {span[:30]!r} is none")
        on = days(match["days"]) if match["days"] else _DAILY
        found.append(WeekWindow(on, clock(match["since"]), clock(match["until"])))
    return tuple(found)


def hours_text(windows: Sequence[WeekWindow]) -> str:
    return "; ".join(f"{days_text(one.days)} {minutes_text(one.since)}-{minutes_text(one.until)}" for one in windows)


def day(cell: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", cell, re.ASCII):
            return date.fromisoformat(cell)
    except ValueError:
        pass
    raise Unfit("wants a day such as 2026-12-24")


def absences(cell: str) -> tuple[Absence, ...]:
    """Read `2026-12-20T08:00Z/2027-01-05T17:00Z`, separated by semicolons."""
    found = []
    for span in filter(None, map(str.strip, cell.split(";"))):
        since, slash, until = span.partition("/")
        if not slash or _instant(since) >= _instant(until):
            raise Unfit(f"wants absences such as 2026-12-20T08:00Z/2027-01-05T17:00Z; {span[:50]!r} is none")
        found.append(Absence(_instant(since), _instant(until)))
    return tuple(found)


def absences_text(spans: Sequence[Absence]) -> str:
    return "; ".join(f"{_instant_text(one.since)}/{_instant_text(one.until)}" for one in spans)


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.strip())
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Unfit(f"wants instants such as 2026-12-20T08:00Z; {text[:30]!r} is none")


def _instant_text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
