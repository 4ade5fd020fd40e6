"""Where people said that an incident is: which sealed part holds it, and how its text reads.

A position is sealed as `52.500000,13.400000`. Whoever opens it keeps it in memory at most, and never logs it.
"""

from itertools import chain

from belfry.domain.incident import Incident
from belfry.domain.sealed import Part, Sealed
from belfry.domain.signal import Position


def position_part(incident: Incident) -> Sealed | None:
    """The newest position that people said."""
    parts = [*incident.first.sealed, *chain.from_iterable(brief.sealed for brief in incident.newest)]
    return next((part for part in reversed(parts) if part.part is Part.POSITION), None)


def position_of(text: str | None) -> Position | None:
    """What an opened part says; None where its key is gone, or it reads as no position."""
    if text is None:
        return None
    latitude, _, longitude = text.partition(",")
    try:
        return Position(float(latitude), float(longitude))
    except ValueError:
        return None
