"""How a reader of webhooks and mails ends: with one of five dispositions, and as many readings as fit in."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from belfry.domain.reading import READINGS_MOST, Disposition, Observed, PointState, Quality, Reading, Said
from belfry.protocols.common.jsons import JsonLimits
from belfry.protocols.common.unreadable import rejected

OF_MANY: Final = JsonLimits(most_bytes=4 << 20, items=200_000)
"""Of wires that put many alerts into one message: an outage brings a thousand at once, none may be lost for that."""

TOO_MANY: Final = Reading(
    observed=Observed.FAULT, point="truncated", state=PointState.PULSE, quality=(Quality.TRUNCATED,)
)
"""Beside the readings where some of a message are missing."""

UNREADABLE: Final = Reading(observed=Observed.UNREADABLE, point="part", state=PointState.PULSE)
"""Beside the readings of a message of which one part cannot be read."""


def accepted(readings: Iterable[Reading], dropped: Iterable[str] = (), *, address: str | None = None) -> Said:
    """Readings of one message; beyond `READINGS_MOST` the rest is told as missing."""
    kept = tuple(readings)
    if not kept:
        return ignored("nothing that is listed", dropped, heartbeat=True, address=address)
    if len(kept) > READINGS_MOST:
        kept = tuple(sorted(kept, key=lambda one: one.state is PointState.INACTIVE))  # what ended waits for a repeat
        kept = (*kept[: READINGS_MOST - 1], TOO_MANY)
    if all(reading.observed is Observed.UNREADABLE for reading in kept):
        return rejected("none of its parts can be read")
    return Said(disposition=Disposition.ACCEPT, readings=kept, dropped=tuple(dropped), address=address)


def ignored(reason: str, dropped: Iterable[str] = (), *, heartbeat: bool = False, address: str | None = None) -> Said:
    return Said(
        disposition=Disposition.IGNORE, reason=reason, dropped=tuple(dropped), heartbeat=heartbeat, address=address
    )


def refused(address: str | None = None) -> Said:
    return Said(disposition=Disposition.REFUSE, reason="describes or counts people", address=address)


def unlisted(dropped: Iterable[str] = (), *, reason: str = "unlisted type", address: str | None = None) -> Said:
    return Said(disposition=Disposition.QUARANTINE, reason=reason, dropped=tuple(dropped), address=address)


def active(value: bool) -> PointState:
    return PointState.ACTIVE if value else PointState.INACTIVE


def doubted(reading: Reading, *quality: Quality) -> Reading:
    """The same reading with more doubts."""
    return replace(reading, quality=(*reading.quality, *quality))
