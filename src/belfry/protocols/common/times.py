"""Times as devices write them, to UTC. Device clocks lie: ours stands, and theirs is a note beside it.

Seen: year 0000 (ONVIF), 2019-01-01 after a power cut (ISAPI), no zone, single digits, nine digits of fractions.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from belfry.domain.reading import Quality
from belfry.protocols.common.values import number

Told = tuple[datetime | None, tuple[Quality, ...]]
"""The time in UTC and what is doubtful about it. Without a time: (None, ()); with a senseless one: (None, CLOCK)."""

EARLIEST: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""A clock that stands before it was never set: factories begin at 1970, 2000 and 2019."""
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
AHEAD_MOST: Final = timedelta(days=1)
"""No device speaks of tomorrow; less may be a zone that was never set."""

LONGEST: Final = 40
"""Characters of a time."""

_ISO: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ,](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,12}))?)?"
    r" ?(Z|UTC|[+-]\d{1,2}(?::?\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
_NONE: Final[Told] = (None, ())
_SENSELESS: Final[Told] = (None, (Quality.CLOCK,))


def instant(value: object, *, zone: tzinfo | None = None, now: datetime | None = None) -> Told:
    """Read a time such as `2026-03-02T10:00:00.5+01:00`.

    `zone` is where a time without one stands; without it such a time is senseless, since half a day may lie between.
    Where `now` is known, a time that is more than a day ahead of it is senseless too.
    """
    if value is None or value == "":
        return _NONE
    if not isinstance(value, str) or len(value) > LONGEST:
        return _SENSELESS
    found = _ISO.fullmatch(value.strip())
    if found is None:
        return _SENSELESS
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    stands = zone if offset is None else _zone(offset)
    if stands is None:
        return _SENSELESS
    microsecond = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        at = datetime(
            int(year),
            int(month),
            int(day),
            int(hour),
            int(minute),
            min(int(second or 0), 59),
            microsecond,
            tzinfo=stands,
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return _SENSELESS
    return _judged(at, now)


def epoch(value: object, *, now: datetime | None = None) -> Told:
    """Read seconds since 1970 (`1727612345.25`), or milliseconds where the number is too large for seconds."""
    if value is None:
        return _NONE
    seconds = number(value)
    if seconds is None:
        return _SENSELESS
    if seconds > 1e11:
        seconds /= 1_000
    if seconds < 0:
        return _SENSELESS
    return _judged(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds), now)


def _judged(at: datetime, now: datetime | None) -> Told:
    if not EARLIEST <= at < LATEST or (now is not None and at - now > AHEAD_MOST):
        return _SENSELESS
    return at, ()


def _zone(offset: str) -> tzinfo | None:
    if offset.upper() in ("Z", "UTC"):
        return UTC
    digits = offset[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    if hours > 14 or minutes > 59:
        return None
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(-ahead if offset[0] == "-" else ahead)
