"""PIDF-LO: the XML in which a telephone network says where a caller is (RFC 4119, 5139, 5491, 7459).

Every shape becomes a circle that holds it whole: point, circle, polygon, ellipse, arc band, and their bodies with a
height. A civic address is kept in parts. Who it is about (`entity`, device identifiers, contact, notes, the name of a
resident) is dropped where it is read, and only the names of those fields are told.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from math import cos, degrees, radians, sin, sqrt
from typing import Final

from belfry.domain.earth import EARTH_M, metres_between, narrowed
from belfry.domain.location import (
    CIVIC_LONGEST,
    RADIUS_MOST_M,
    Civic,
    Doubt,
    Fix,
    Located,
    Location,
    LocationSource,
)
from belfry.domain.reading import Quality
from belfry.domain.signal import Position
from belfry.protocols.common import xml
from belfry.protocols.common.times import instant
from belfry.protocols.common.unreadable import Unreadable
from belfry.protocols.common.values import number
from belfry.protocols.common.xml import Node

LIMITS: Final = xml.XmlLimits(most_bytes=65_536, depth=24, elements=2_000, attributes=2_000)
CORNERS_MOST: Final = 500
"""RFC 5491 asks for 15 at most; coverage maps of cells have more."""
NUMBERS_LONGEST: Final = 40_000

Circle = tuple[float, float, float | None]
"""Latitude, longitude, radius in metres (None for a point)."""
Corner = tuple[float, float]

_SYSTEMS: Final = ("EPSG::4326", "EPSG::4979", "EPSG:4326", "EPSG:4979")
"""Ends of the names of WGS 84 on the ground and with a height: latitude comes first in both (RFC 5491, 3.1)."""
_METRE: Final = "9001"
_DEGREE: Final = "9102"

_CIVIC: Final[Mapping[str, str]] = {
    "country": "country",
    "A1": "region",
    "A3": "place",
    "A4": "district",
    "PC": "postcode",
    "BLD": "building",
    "FLR": "floor",
    "UNIT": "unit",
    "ROOM": "room",
    "LMK": "landmark",
    "LOC": "details",
}
"""Elements of an address (RFC 5139, 3.1) and where they go; streets and numbers are put together of several."""
_STREET: Final = ("PRD", "STP", "RD", "A6", "STS", "POD")
_NUMBER: Final = ("HNO", "HNS")

_METHODS: Final[Mapping[str, Fix]] = {
    "gps": Fix.SATELLITE,
    "a-gps": Fix.SATELLITE,
    "agnss": Fix.SATELLITE,
    "dgnss": Fix.SATELLITE,
    "gnss": Fix.SATELLITE,
    "device-based_a-gps": Fix.SATELLITE,
    "device-assisted_a-gps": Fix.SATELLITE,
    "802.11": Fix.WIFI,
    "wifi": Fix.WIFI,
    "wlan-ap": Fix.WIFI,
    "cell": Fix.CELL,
    "otdoa": Fix.CELL,
    "e-otd": Fix.CELL,
    "aflt": Fix.CELL,
    "triangulation": Fix.CELL,
    "rssi": Fix.CELL,
    "dhcp": Fix.NETWORK,
    "lldp-med": Fix.NETWORK,
    "snmp": Fix.NETWORK,
    "wiremap": Fix.NETWORK,
    "manual": Fix.TYPED,
}
"""The registry of method tokens, as far as it says something that a call-taker can use."""

_DROPPED: Final = frozenset({
    "deviceID", "contact", "note", "provided-by", "usage-rules", "person", "NAM", "display-name", "class",
    "relationship", "mood", "activities", "icon", "user-input", "service-class",
})  # fmt: skip
"""Elements that name or describe somebody, or say who may read; the document's name and the device's are apart."""


def read(body: bytes, *, now: datetime | None = None) -> Located:
    """Return the first place that a document tells of. Raises Unreadable, without a word of it.

    With `now` a time that lies more than a day ahead is senseless.
    """
    root = xml.parse(body, LIMITS)
    if root.name != "presence":
        raise Unreadable("no PIDF document")
    holders = [node for node in root.children if node.name in ("tuple", "device", "person")]
    told = [(holder, info) for holder in holders for info in holder.walk() if info.name == "location-info"]
    if not told:
        raise Unreadable("PIDF without a location")
    doubts: list[Doubt] = []
    places = [(holder, *_place(info, doubts)) for holder, info in told]
    there = [one for one in places if one[1] is not None or one[2] is not None]
    if not there:
        raise Unreadable("PIDF without a place that can be read")
    if len(there) > 1:
        doubts.append(Doubt.SEVERAL)
    holder, circle, civic, confidence = there[0]
    latitude, longitude, radius_m = circle if circle is not None else (None, None, None)
    location = Location(
        LocationSource.PIDF_LO,
        latitude=latitude,
        longitude=longitude,
        radius_m=radius_m,
        confidence=confidence,
        taken_at=_time(holder, now, doubts),
        method=_method(holder),
        civic=civic,
    )
    return Located(location, dropped=tuple(_dropped(root)), doubts=tuple(dict.fromkeys(doubts)))


def _place(info: Node, doubts: list[Doubt]) -> tuple[Circle | None, Civic | None, int | None]:
    """The first shape and the first address of one `location-info`, which belong together (RFC 5491, 3.4)."""
    circle, civic = None, None
    for node in info.children:
        if node.name in _SHAPES and circle is None:
            try:
                circle = _sane(_SHAPES[node.name](node), doubts)
                _check_system(node, doubts)
            except Unreadable:
                circle = None
                doubts.append(Doubt.SHAPE)
        elif node.name == "civicAddress" and civic is None:
            civic = _civic(node)
    return circle, civic, _confidence(info)


def _sane(circle: Circle, doubts: list[Doubt]) -> Circle:
    latitude, longitude, radius = circle
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise Unreadable("a place that is not on Earth")
    if radius is not None and not 0 < radius <= RADIUS_MOST_M:
        doubts.append(Doubt.RADIUS)
        radius = None
    return round(latitude, 7), round(longitude, 7), None if radius is None else round(radius, 1)


def _check_system(node: Node, doubts: list[Doubt]) -> None:
    """Another system than WGS 84 would put the caller elsewhere."""
    names = [one.attributes["srsName"] for one in node.walk() if "srsName" in one.attributes]
    if not names:
        doubts.append(Doubt.SYSTEM)
    elif not all(name.strip().endswith(_SYSTEMS) for name in names):
        raise Unreadable("another coordinate system than WGS 84")


# -- shapes


def _point(node: Node) -> Circle:
    return *_centre(node), None


def _circle(node: Node) -> Circle:
    return *_centre(node), _metres(node, "radius")


def _ellipse(node: Node) -> Circle:
    """The circle round an ellipse or an ellipsoid: as wide as its longer half."""
    return *_centre(node), max(_metres(node, "semiMajorAxis"), _metres(node, "semiMinorAxis"))


def _arc_band(node: Node) -> Circle:
    """The circle round the part of a ring that one sector of a cell covers.

    It stands on the middle of the chord of the outer arc where that holds the band, else on the mast itself.
    """
    latitude, longitude = _centre(node)
    inner, outer = _metres(node, "innerRadius", least=0.0), _metres(node, "outerRadius")
    start, opening = _angle(node, "startAngle"), _angle(node, "openingAngle")
    if inner > outer:
        raise Unreadable("a ring that is wider inside than outside")
    if opening >= 180:
        return latitude, longitude, outer
    middle = radians(start + opening / 2)
    away, half = outer * cos(radians(opening / 2)), outer * sin(radians(opening / 2))
    # The inner corners lie nearer to the chord's middle than the outer ones, or the circle grows by what is missing.
    corner = sqrt((inner * cos(radians(opening / 2)) - away) ** 2 + (inner * sin(radians(opening / 2))) ** 2)
    radius = max(half, corner, outer - away)
    return *_moved((latitude, longitude), away * cos(middle), away * sin(middle)), radius


def _polygon(node: Node) -> Circle:
    """A circle round all corners, standing in the middle of their box."""
    rings = [one for one in node.walk() if one.name == "LinearRing"]
    if not rings:
        raise Unreadable("a polygon without a ring")
    corners = _corners(rings[0])
    if len(corners) < 3:
        raise Unreadable("a polygon of fewer than three corners")
    east = corners[0][1]
    # Across the 180th meridian the numbers jump; the way round does not.
    turned = [(latitude, east + (longitude - east + 180) % 360 - 180) for latitude, longitude in corners]
    latitudes, longitudes = [one for one, _ in turned], [one for _, one in turned]
    middle = (min(latitudes) + max(latitudes)) / 2, (min(longitudes) + max(longitudes)) / 2
    radius = max(metres_between(Position(*middle), Position(*corner)) for corner in turned)
    return middle[0], (middle[1] + 180) % 360 - 180, radius


_SHAPES: Final[Mapping[str, Callable[[Node], Circle]]] = {
    "Point": _point,
    "Circle": _circle,
    "Sphere": _circle,
    "Ellipse": _ellipse,
    "Ellipsoid": _ellipse,
    "ArcBand": _arc_band,
    "Polygon": _polygon,
    "Prism": _polygon,
}


def _centre(node: Node) -> Corner:
    place = node.first("pos")
    numbers = [] if place is None else _numbers(place.text)
    if len(numbers) not in (2, 3):
        raise Unreadable("a shape without a position")
    return numbers[0], numbers[1]


def _corners(ring: Node) -> Sequence[Corner]:
    if (lists := ring.first("posList")) is not None:
        deep = 3 if lists.attributes.get("srsDimension") == "3" or "4979" in lists.attributes.get("srsName", "") else 2
        numbers = _numbers(lists.text)
        rows = [numbers[at : at + deep] for at in range(0, len(numbers), deep)]
    else:
        rows = [_numbers(one.text) for one in ring.walk() if one.name == "pos"]
    if len(rows) > CORNERS_MOST:
        raise Unreadable(f"a polygon of more than {CORNERS_MOST} corners")
    if any(len(row) not in (2, 3) for row in rows):
        raise Unreadable("a polygon with half a corner")
    found = [(row[0], row[1]) for row in rows]
    if not all(abs(latitude) <= 90 and abs(longitude) <= 180 for latitude, longitude in found):
        raise Unreadable("a place that is not on Earth")
    return found[:-1] if len(found) > 1 and found[0] == found[-1] else found


def _numbers(text: str) -> Sequence[float]:
    if len(text) > NUMBERS_LONGEST:
        raise Unreadable(f"a list of numbers of more than {NUMBERS_LONGEST} characters")
    found = [number(word) for word in text.split()]
    known = [one for one in found if one is not None]
    if len(known) != len(found):
        raise Unreadable("a position that is no number")
    return known


def _metres(node: Node, name: str, *, least: float | None = None) -> float:
    length = node.first(name)
    value = None if length is None else number(length.text)
    if length is None or value is None or (least is not None and value < least):
        raise Unreadable("a shape without its size")
    if not length.attributes.get("uom", _METRE).endswith((_METRE, "meter", "metre")):
        raise Unreadable("a size in another unit than metres")
    return value


def _angle(node: Node, name: str) -> float:
    angle = node.first(name)
    value = None if angle is None else number(angle.text)
    if angle is None or value is None or not 0 <= value <= 360:
        raise Unreadable("a shape without its angle")
    if not angle.attributes.get("uom", _DEGREE).endswith(_DEGREE):
        raise Unreadable("an angle in another unit than degrees")
    return value


def _moved(at: Corner, north_m: float, east_m: float) -> Corner:
    latitude = at[0] + degrees(north_m / EARTH_M)
    longitude = at[1] + degrees(east_m / EARTH_M / narrowed(at[0]))
    return latitude, (longitude + 180) % 360 - 180


# -- what stands beside it


def _civic(node: Node) -> Civic | None:
    parts = {child.name: _text(child.text) for child in node.children}
    found = {field: parts[name] for name, field in _CIVIC.items() if parts.get(name)}
    street = " ".join(parts[name] for name in _STREET if parts.get(name))
    house_number = "".join(parts[name] for name in _NUMBER if parts.get(name))
    if len(found.get("country", "")) != 2:
        found.pop("country", None)
    civic = Civic(**found, street=street[:CIVIC_LONGEST], house_number=house_number[:CIVIC_LONGEST])
    return None if civic == Civic() else civic


def _text(text: str) -> str:
    """One line, as long as a part of an address may be."""
    line = " ".join(text.split())
    return "".join(letter for letter in line if letter.isprintable())[:CIVIC_LONGEST].strip()


def _confidence(info: Node) -> int | None:
    """How probably the caller is inside, in percent (RFC 7459)."""
    for node in info.walk():
        if node.name == "confidence":
            value = number(node.text)
            return round(value) if value is not None and 0.5 <= value <= 100 else None
    return None


def _time(holder: Node, now: datetime | None, doubts: list[Doubt]) -> datetime | None:
    told = next((node.text for node in holder.children if node.name == "timestamp"), None)
    at, qualities = instant(told, now=now)
    if Quality.CLOCK in qualities:
        doubts.append(Doubt.CLOCK)
    return at


def _method(holder: Node) -> Fix:
    told = next((node.text.strip().lower() for node in holder.walk() if node.name == "method"), "")
    return _METHODS.get(told, Fix.UNKNOWN)


def _dropped(root: Node) -> Iterator[str]:
    """Names of what was left out, of our own lists, in the order of the alphabet."""
    found = {node.name for node in root.walk()} & _DROPPED
    if root.attributes.get("entity"):
        found.add("entity")
    if any("id" in child.attributes for child in root.children):
        found.add("id")
    return iter(sorted(found))
