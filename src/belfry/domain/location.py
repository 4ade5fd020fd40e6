"""Where a caller is, as a telephone network or a phone says it: a circle, a civic address, or both, and how sure it is.

What names a person, a subscription or a device is no part of it: those who read it off a wire drop that at once and
tell only its field's name. A location is itself personal; its repr shows nothing of it.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

CIVIC_LONGEST: Final = 120
"""Characters of one part of an address."""
RADIUS_MOST_M: Final = 20_100_000.0
"""Half way round the Earth: a circle of more is a mistake, and never taken for a point."""


class Fix(StrEnum):
    """How a position was found."""

    SATELLITE = "satellite"
    WIFI = "wifi"
    CELL = "cell"
    NETWORK = "network"
    """By the access network otherwise: a cable, a switch, a server."""
    TYPED = "typed"
    """Somebody entered it: the place where a telephone is said to stand."""
    NONE = "none"
    """The sender says that it has none."""
    UNKNOWN = "unknown"


class LocationSource(StrEnum):
    """The form in which it came."""

    AML = "aml"
    PIDF_LO = "pidf-lo"


class Doubt(StrEnum):
    """What was odd about a message that was read all the same."""

    LENGTH = "length"
    """It is not as long as it says."""
    SIGN = "sign"
    """A coordinate without its sign."""
    CLOCK = "clock"
    """Its time is senseless, so it has none."""
    SYSTEM = "system"
    """It names no coordinate system; WGS 84 is assumed."""
    RADIUS = "radius"
    """Its radius is senseless, so it has none."""
    SHAPE = "shape"
    """A shape that cannot be read stands beside one that can."""
    SEVERAL = "several"
    """It tells of more places than one; the first is taken."""


class Civic(Struct, frozen=True, omit_defaults=True):
    """An address in parts, as far as they are known; empty where not."""

    country: str = ""
    """Two letters."""
    region: str = ""
    place: str = ""
    district: str = ""
    postcode: str = ""
    street: str = ""
    house_number: str = ""
    building: str = ""
    floor: str = ""
    unit: str = ""
    room: str = ""
    landmark: str = ""
    details: str = ""

    def __repr__(self) -> str:
        return f"Civic(of {sum(bool(getattr(self, name)) for name in self.__struct_fields__)} parts)"


class Location(Struct, frozen=True, omit_defaults=True):
    """A location. Without coordinates it has a civic address, or says that there is none (`Fix.NONE`)."""

    source: LocationSource
    latitude: float | None = None
    """Degrees, WGS 84; the middle of the circle."""
    longitude: float | None = None
    radius_m: float | None = None
    """None: not told. A point has none."""
    confidence: int | None = None
    """Percent: how probably the caller is inside the circle."""
    taken_at: datetime | None = None
    method: Fix = Fix.UNKNOWN
    civic: Civic | None = None

    @property
    def has_position(self) -> bool:
        return self.latitude is not None and self.longitude is not None

    def __repr__(self) -> str:
        return f"Location({self.source.value}, {self.method.value})"


class Located(Struct, frozen=True, omit_defaults=True):
    """What a message of location came to."""

    location: Location
    dropped: Sequence[str] = ()
    """Names of the fields that were left out; never what they held."""
    unlisted: int = 0
    """Fields that no list of ours has; their names may be words."""
    doubts: Sequence[Doubt] = ()
