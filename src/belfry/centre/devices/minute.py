"""The minute of a human or a vehicle, over a restart: what was said in it is not said again sooner (SCOPE, fences).

A point that is quiet is not saved as one, since what it was before a crash says nothing of what it is after it: only
when it was last said is. What the last saving does not know of is in the journal, which every start reads.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from msgspec import structs

from belfry.domain.device_rules import Meant
from belfry.domain.facts import Received
from belfry.domain.point_state import DETECTIONS_S, Memory, Raised
from belfry.domain.signal import SignalState

MINUTE: Final = timedelta(seconds=DETECTIONS_S)

_Place: TypeAlias = tuple[str, str | None, str | None, str | None, str | None]
"""Device, category, subtype, area and zone: a point's own name is in no signal."""


class LastMinute:
    """Alarms of devices as the journal has them, of the minute before this desk took up its work."""

    def __init__(self) -> None:
        self._said: dict[_Place, float] = {}
        self._until: datetime | None = None

    def heard(self, received: Received, now: datetime) -> None:
        """A signal of the journal, while it is read at the start; later ones the points themselves remember."""
        if self._until is not None or received.device is None or received.state != SignalState.ALARM:
            return
        if timedelta(0) <= now - received.received_at < MINUTE:
            place = (received.device, received.category, received.subtype, received.area, received.zone)
            self._said[place] = received.received_at.timestamp()

    def begin(self, now: datetime) -> None:
        """The work is taken up: nothing more is read."""
        self._until = now + MINUTE

    def look(self, now: datetime) -> None:
        """Forget it once the minute is over."""
        if self._until is not None and now >= self._until:
            self._said.clear()

    def of(self, device: str, raised: Raised) -> float:
        """When the same was last said, in seconds of our clock; 0: not in that minute."""
        return self._said.get((device, raised.category, raised.subtype, raised.area, raised.zone), 0.0)


def since_said(memory: Memory, meant: Meant, said: Iterable[float]) -> Memory:
    """The memory of a point whose last detection may be known from before a restart alone."""
    latest = max((memory.said, *said)) if meant.detection else memory.said
    return memory if latest == memory.said else structs.replace(memory, said=latest)
