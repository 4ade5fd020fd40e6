"""A message of location in words, for `belfry decode aml` and `belfry decode pidf-lo`.

It shows what a call-taker would get: the place, and of everything else the names of its fields.
"""

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import to_builtins

from belfry.domain.location import Located
from belfry.protocols import aml, pidf_lo
from belfry.protocols.common.unreadable import Unreadable

LocationReader = Callable[[bytes], Located]

LOCATION_READERS: Final[Mapping[str, LocationReader]] = {"aml": aml.read, "pidf-lo": pidf_lo.read}


def described(read: LocationReader, body: bytes) -> dict[str, object]:
    """Return the object that `belfry decode` prints: `valid`, `error`, `location`, `dropped`, `unlisted`, `doubts`."""
    try:
        located = read(body)
    except Unreadable as error:
        return {"valid": False, "error": str(error), "location": None, "dropped": [], "unlisted": 0, "doubts": []}
    return {
        "valid": True,
        "error": None,
        "location": to_builtins(located.location),
        "dropped": list(located.dropped),
        "unlisted": located.unlisted,
        "doubts": [doubt.value for doubt in located.doubts],
    }
