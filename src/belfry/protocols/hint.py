"""What a reader is told beside the bytes: how they came, and what the device's own table says.

Everything in it is either ours (`points`, `now`) or as untrusted as the message itself. Nothing of it may be said on:
no header, no topic, no query goes into a `Said` but as the name of a point or of a field.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from belfry.domain import mapping as declared
from belfry.domain.device import DevicePoint


class Hint(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`Hint()` is what `belfry decode` knows of a file."""

    media_type: str = ""
    """`Content-Type` as it was sent, with charset and boundary; empty: unknown."""
    topic: str = ""
    """Of MQTT, without the prefix of the receiver's settings."""
    retain: bool = False
    """Of MQTT: state as it has been."""
    headers: Mapping[str, str] = {}
    """Of HTTP: those that a wire reads (`ce-type`), names in lower case."""
    query: Mapping[str, str] = {}
    """Of HTTP: the first value of each name."""
    points: tuple[DevicePoint, ...] | None = None
    """The table of the device that speaks; None: every point counts as configured (`belfry decode`)."""
    mapping: declared.Mapping | None = None
    """Of a device of wire `mapping`: what its JSON means."""
    channel_offset: int = 0
    """Of the device: see `Device.channel_offset`."""
    now: datetime | None = None
    """Our time, UTC, where a wire tells times without a year or a zone; None: no time is judged."""

    def point(self, name: str) -> DevicePoint | None:
        """The row of a point, or the one for all others."""
        everything = None
        for row in self.points or ():
            if row.point == name:
                return row
            if row.point == "*":
                everything = row
        return everything


NO_HINT: Final = Hint()
