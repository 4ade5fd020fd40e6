"""Where units are at this moment: in memory alone, of those on duty alone, and no finer than sending needs.

Nothing here is stored. A position goes into the journal only with a status, sealed; once a unit signs off, or falls
silent for KEPT, nothing of it is left.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from belfry.domain.commands import Invalid
from belfry.domain.earth import metres_between, narrowed
from belfry.domain.signal import Position

KEPT: Final = timedelta(minutes=30)
OLD: Final = timedelta(minutes=5)
"""Older than this it is shown as old (RULES 4)."""
AHEAD_MOST: Final = timedelta(minutes=2)
FINE_DEGREES: Final = 0.0001
"""Some eleven metres: as fine as finding a house needs."""
COARSE_M: Final = 1_000
LEAP_M_S: Final = 140.0
"""Faster than this between two sayings, and one of them is wrong: half the speed of sound leaves helicopters room."""
FAR_M: Final = 1_000_000.0
"""Farther from its station nothing is on duty that was heard nowhere in between."""
_DEGREE_M: Final = 111_320.0


class Whereabouts(Struct, frozen=True):
    position: Position
    at: datetime
    """When it was there, by our clock."""


class Positions:
    def __init__(self) -> None:
        self._known: dict[str, Whereabouts] = {}

    def say(
        self, unit: str, position: Position, at: datetime | None, now: datetime, *, home: Position | None = None
    ) -> bool:
        """Take what a phone says; False where it cannot be: of the future, of another continent than a moment ago or
        than its station (`home`), or older than what is known. Raises Invalid where it is nowhere on earth."""
        if not (-90 <= position.latitude <= 90 and -180 <= position.longitude <= 180):
            raise Invalid("position", f"{position.latitude}, {position.longitude}", "WGS 84 degrees")
        was_at = now if at is None else at
        if was_at > now + AHEAD_MOST or now - was_at > KEPT:
            return False
        known = self._known.get(unit)
        if known is not None and now - KEPT <= known.at <= now + AHEAD_MOST:  # else the clock was set back since
            if was_at < known.at:
                return False
            passed_s = max((was_at - known.at).total_seconds(), 1.0)
            if metres_between(known.position, position) / passed_s > LEAP_M_S:
                return False
        elif home is not None and metres_between(home, position) > FAR_M:
            return False
        self._known[unit] = Whereabouts(fine(position), min(was_at, now))
        return True

    def of(self, unit: str, now: datetime) -> Whereabouts | None:
        known = self._known.get(unit)
        if known is None:
            return None
        if not now - KEPT <= known.at <= now + AHEAD_MOST:
            del self._known[unit]
            return None
        return known

    def forget(self, unit: str) -> None:
        self._known.pop(unit, None)


def fine(position: Position) -> Position:
    return Position(_to(position.latitude, FINE_DEGREES), _to(position.longitude, FINE_DEGREES))


def coarse(position: Position) -> Position:
    """The middle of its square of one kilometre, for whoever looks back."""
    step = COARSE_M / _DEGREE_M
    latitude = _to(position.latitude, step)
    return Position(latitude, _to(position.longitude, step / narrowed(latitude)))


def _to(degrees: float, step: float) -> float:
    return round(round(degrees / step) * step, 6)
