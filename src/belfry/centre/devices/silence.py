"""Who has not been heard in time. Our own absence is nobody's silence."""

from datetime import datetime, timedelta
from typing import Final

from belfry.centre.devices.kept import SILENT, Kept
from belfry.domain.device import Device

STALL: Final = timedelta(seconds=10)
"""A look that comes this much later than it should: we were away, and nobody was silent."""
GONE_GRACE_S: Final = 60.0
"""How long a device may be gone by its receiver's word before it is said: connections come back."""


class Silence:
    def __init__(self, now: datetime) -> None:
        self.count_from(now)
        self._turned = now

    def count_from(self, now: datetime) -> None:
        """What was before it was our own absence."""
        self._floor = now.timestamp()

    def turn(self, now: datetime) -> None:
        """A look begins."""
        if not timedelta(0) <= now - self._turned <= STALL:
            self.count_from(now)
        self._turned = now

    def turned(self, now: datetime) -> None:
        """It ended, or none was due before."""
        self._turned = now

    def is_of(self, device: Device, kept: Kept | None, now: float) -> bool:
        """Whether a device is silent and was not said to be. `now` is seconds of our clock."""
        if kept is None or not device.enabled or kept.memory(SILENT).raised:
            return False
        if kept.gone_at and now - kept.gone_at >= GONE_GRACE_S:
            return True
        if device.interval_s is None or not kept.heard_at:
            return False  # never heard: it is listed as not proved, and is nobody's loss
        return now - max(kept.heard_at, self._floor) > device.interval_s
