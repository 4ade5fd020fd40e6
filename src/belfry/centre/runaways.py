"""The points that run away now: they repeat themselves without end, and count on without ringing (RULES 3).

What runs away is the live state's to say (`domain.condition`); this finds it again without looking through a million
accounts.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from belfry.domain.condition import Condition, point_key
from belfry.domain.facts import Received
from belfry.domain.presets import Rules, span
from belfry.domain.signal import AccountKey, Wire

MOST: Final = 10_000
"""Points that are listed; a centre that has more has other troubles."""


class Runaway(Struct, frozen=True):
    """A point that runs away: how often it spoke since, and when last."""

    account: AccountKey
    wire: Wire | None
    code: str | None
    area: str | None
    zone: str | None
    count: int
    since: datetime
    last_at: datetime
    device: str | None = None


class Runaways:
    def __init__(self, conditions: Mapping[AccountKey, Condition], rules: Rules) -> None:
        self._conditions, self._rules = conditions, rules
        self._points: dict[tuple[AccountKey, str], tuple[Wire | None, str | None]] = {}

    def note(self, key: AccountKey, signal: Received) -> None:
        """A point runs away, or still does."""
        if len(self._points) < MOST:
            self._points.setdefault((key, point_key(signal)), (signal.wire, signal.code))

    def recall(self) -> None:
        """Find them in what a snapshot knew."""
        for key, condition in self._conditions.items():
            for point, repeats in condition.repeats.items():
                if repeats.runaway and len(self._points) < MOST:
                    code = point.split("/", 1)[0]
                    self._points.setdefault((key, point), (_wire(code), code))

    def now(self, now: datetime) -> Iterator[Runaway]:
        """Those that have not been quiet for long enough, the first to run away first."""
        quiet = span(self._rules.runaway_quiet_s)
        for (key, point), (wire, code) in list(self._points.items()):
            condition = self._conditions.get(key)
            repeats = None if condition is None else condition.repeats.get(point)
            if repeats is None or not repeats.runaway or now - repeats.last_at > quiet:
                del self._points[key, point]
                continue
            area, zone, device = (*(part or None for part in point.split("/")[1:]), None)[:3]
            yield Runaway(key, wire, code, area, zone, repeats.count, repeats.window_from, repeats.last_at, device)


def _wire(code: str) -> Wire | None:
    """The list that a code is of, by its look; a subtype that stands in its place is of none."""
    if code.isdigit():
        return Wire.CID
    return Wire.SIA if code.isupper() and len(code) == 2 else None
