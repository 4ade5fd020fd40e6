"""What the centre remembers of devices over a restart: the states of their points, when each was heard, and how much of
what they said was refused or stripped - by day, and as none, some or many (SCOPE, refusals are no counters)."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol

from msgspec import Struct

STATE_MOST: Final = 60_000
"""Characters of one device's remembered state."""


class Amount(StrEnum):
    NONE = "none"
    SOME = "some"
    MANY = "many"


class DeviceState(Struct, frozen=True, gc=False):
    """One device. `state` is the desk's own matter, to be given back as it was."""

    device: str
    heard_at: datetime | None
    """Aware UTC; None where it was never heard."""
    state: str = ""


class DeviceDay(Struct, frozen=True, gc=False):
    """What was refused and stripped of a device's messages in one UTC day."""

    device: str
    day: date
    refused: Amount = Amount.NONE
    stripped: Amount = Amount.NONE


class DeviceMemory(Protocol):
    """Tables of one row a device, and one a device and day. They need not be durable at once: after a crash the last
    rows may be missing, which at worst raises an alarm again."""

    async def load(self) -> Sequence[DeviceState]: ...

    async def save(self, batch: Sequence[DeviceState]) -> None:
        """Insert or replace rows: all of the batch or none, and raises where none. Rows of devices that are gone are
        left out."""
        ...

    async def days(self, *, device: str | None = None, since: date) -> Sequence[DeviceDay]: ...

    async def save_days(self, batch: Sequence[DeviceDay]) -> None:
        """The same of days; those older than 90 days are taken out."""
        ...
