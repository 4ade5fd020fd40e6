"""The time of a DC-09 frame: `HH:MM:SS,MM-DD-YYYY`, in UTC (message format clause, timestamp).

Well formed and possible are two things: panels without a clock send month 0, and their alarm must not be lost.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

STAMP: Final = re.compile(rb"(\d\d):(\d\d):(\d\d),(\d\d)-(\d\d)-(\d{4})")

STAMP_BYTES: Final = 19


@lru_cache(maxsize=256)  # frames of one second share their stamp
def instant(stamp: bytes) -> datetime | None:
    """Return the instant of a well-formed stamp, UTC; None where there is no such date or time."""
    match = STAMP.fullmatch(stamp)
    if match is None:
        return None
    hour, minute, second, month, day, year = map(int, match.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def stamp(at: datetime) -> bytes:
    """Return an aware instant as a frame carries it, cut to whole seconds."""
    return _written(at.replace(microsecond=0))


@lru_cache(maxsize=64)
def _written(at: datetime) -> bytes:
    utc = at.astimezone(UTC)
    return b"%02d:%02d:%02d,%02d-%02d-%04d" % (utc.hour, utc.minute, utc.second, utc.month, utc.day, utc.year)
