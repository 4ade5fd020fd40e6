"""How long the disk lasts: what the stores grew by in the last days, and the room that is left until it is little."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct

from belfry.domain.own_faults import LITTLE_BYTES, LITTLE_SHARE, Space

DAYS_MOST: Final = 15
"""Days that are remembered: two weeks smooth a weekend and an import."""
WARN_DAYS: Final = 7
"""Fewer days than this left, and somebody should make room; DAYS_AGAIN takes it back."""
DAYS_AGAIN: Final = 10

A_DAY: Final = timedelta(days=1)


class Size(Struct, frozen=True):
    """How large all stores were when they were first looked at on a UTC day (`2026-03-14`)."""

    day: str
    size_bytes: int
    at: datetime | None = None
    """When that look was; days alone would reckon an hour round midnight as a day. None: noted by an older version."""


class Forecast(Struct, frozen=True):
    """`bytes_per_day` and `days_left` are None until a day has passed; so is the latter where nothing grows."""

    size_bytes: int
    free_bytes: int
    bytes_per_day: int | None = None
    days_left: int | None = None


def noted(sizes: Sequence[Size], now: Size) -> Sequence[Size]:
    """Return what is to be remembered after a look; the first look of a day counts, and days run forward."""
    kept = [size for size in sizes if size.day < now.day]
    today = next((size for size in sizes if size.day == now.day), now)
    return [*kept, today][-DAYS_MOST:]


def forecast(sizes: Sequence[Size], now: Size, space: Space) -> Forecast:
    """Reckon from the oldest day that is remembered to now."""
    told = Forecast(now.size_bytes, space.free_bytes)
    if not sizes:
        return told
    passed = _between(sizes[0], now)
    if passed < A_DAY:
        return told
    per_day = int(max(0, now.size_bytes - sizes[0].size_bytes) / (passed / A_DAY))
    if not per_day:
        return Forecast(now.size_bytes, space.free_bytes, per_day)
    little = min(LITTLE_BYTES, int(space.total_bytes * LITTLE_SHARE))
    return Forecast(now.size_bytes, space.free_bytes, per_day, max(0, space.free_bytes - little) // per_day)


def _between(first: Size, now: Size) -> timedelta:
    if first.at is not None and now.at is not None:
        return now.at - first.at
    return date.fromisoformat(now.day) - date.fromisoformat(first.day)


def runs_out(told: Forecast, *, warned: bool) -> bool:
    """Whether somebody should be warned, or the warning still holds."""
    return told.days_left is not None and told.days_left < (DAYS_AGAIN if warned else WARN_DAYS)
