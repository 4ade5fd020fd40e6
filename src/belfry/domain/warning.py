"""Public warnings of authorities (CAP 1.2), as far as a centre needs them: beside the sites they touch, and never an
alarm by themselves.

Nothing of their words is kept, only what CAP chooses from closed lists, times, and places: whoever wants to read the
warning reads it where it was published. So no text of a stranger stands on a screen, and no list of ours grows by one.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.earth import metres_between
from belfry.domain.polygon import Corner, box, holds
from belfry.domain.signal import Position

AREAS_MOST: Final = 200
SHAPES_MOST: Final = 400
"""Polygons and circles of one warning."""
CORNERS_MOST: Final = 2_000
"""Of one warning, after which each polygon is the box round it: rather warn too many than lose one."""


class WarningCategory(StrEnum):
    """CAP 1.2, info.category."""

    GEO = "geo"
    MET = "met"
    SAFETY = "safety"
    SECURITY = "security"
    RESCUE = "rescue"
    FIRE = "fire"
    HEALTH = "health"
    ENV = "env"
    TRANSPORT = "transport"
    INFRA = "infra"
    CBRNE = "cbrne"
    OTHER = "other"


class Urgency(StrEnum):
    IMMEDIATE = "immediate"
    EXPECTED = "expected"
    FUTURE = "future"
    PAST = "past"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    EXTREME = "extreme"
    SEVERE = "severe"
    MODERATE = "moderate"
    MINOR = "minor"
    UNKNOWN = "unknown"


class Certainty(StrEnum):
    OBSERVED = "observed"
    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"
    UNKNOWN = "unknown"


class MessageType(StrEnum):
    ALERT = "alert"
    UPDATE = "update"
    CANCEL = "cancel"


class Circle(Struct, frozen=True, gc=False):
    """Centre in degrees, WGS 84, and a radius in kilometres."""

    latitude: float
    longitude: float
    radius_km: float


class WarningArea(Struct, frozen=True, omit_defaults=True):
    """Whoever is in one of the polygons or circles. Areas that are only named are nowhere for us."""

    polygons: tuple[tuple[Corner, ...], ...] = ()
    circles: tuple[Circle, ...] = ()


class PublicWarning(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One CAP message with status Actual. `key` is what an update or a cancel names it by: an HMAC or a digest of its
    sender, identifier and time, since those are texts too."""

    key: str
    type: MessageType
    sent: datetime
    refers_to: tuple[str, ...] = ()
    categories: tuple[WarningCategory, ...] = ()
    urgency: Urgency = Urgency.UNKNOWN
    severity: Severity = Severity.UNKNOWN
    certainty: Certainty = Certainty.UNKNOWN
    begins: datetime | None = None
    """Its onset, or from when it holds."""
    expires: datetime | None = None
    area: WarningArea = WarningArea()
    signed: bool = False
    """Its signature holds, and its certificate is one that the settings trust."""


def touches(area: WarningArea, latitude: float, longitude: float) -> bool:
    """Whether a place is in an area."""
    for polygon in area.polygons:
        south, north, west, east = box(polygon)
        if south <= latitude <= north and west <= longitude <= east and holds(polygon, latitude, longitude):
            return True
    place = Position(latitude, longitude)
    return any(metres_between(one, place) <= one.radius_km * 1_000 for one in area.circles)
