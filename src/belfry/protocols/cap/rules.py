"""The rules of CAP 1.2 that its schema does not check: patterns, places, and what asks for what."""

import re
from collections.abc import Iterator
from math import isfinite
from typing import Final

from lxml import etree

from belfry.domain.polygon import Corner
from belfry.domain.warning import AREAS_MOST, Circle
from belfry.protocols.cap.schema import NAMESPACE
from belfry.protocols.common.unreadable import Unreadable

CORNERS_LEAST: Final = 4
PAIRS_MOST: Final = 20_000
"""Of one polygon, as it is written."""
RADIUS_MOST_KM: Final = 20_100.0
"""Half round the earth."""

_NAME: Final = re.compile(r"[^\s,<&]+")
_SENT: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d"
_REFERENCES: Final = re.compile(rf"[^\s,<&]+,[^\s,<&]+,{_SENT}(\s+[^\s,<&]+,[^\s,<&]+,{_SENT})*")
_NEEDS_REFERENCES: Final = frozenset({"Update", "Cancel", "Ack", "Error"})

REFUSED_EVENTS: Final = frozenset({"civil", "civilemerg", "demonstratin", "civilevent", "dangerperson"})
"""Codes of the Australian list that our dictionary leaves out (STANDARDS 5): refused by name, in any case."""


def check(root: etree._Element) -> None:
    """Raises Unreadable with the rule."""
    for name in ("identifier", "sender"):
        if _NAME.fullmatch(text(root, name) or "") is None:
            raise Unreadable(f"{name} has no space, comma, < or &, and is not empty")
    scope = text(root, "scope")
    if scope == "Restricted" and not text(root, "restriction"):
        raise Unreadable("scope Restricted wants restriction")
    if scope == "Private" and not text(root, "addresses"):
        raise Unreadable("scope Private wants addresses")
    references = text(root, "references")
    if references is not None and _REFERENCES.fullmatch(references) is None:
        raise Unreadable("references are sender,identifier,sent with a space between two")
    if references is None and text(root, "msgType") in _NEEDS_REFERENCES:
        raise Unreadable("msgType Update, Cancel, Ack and Error want references")
    areas = list(root.iterfind(f"{{{NAMESPACE}}}info/{{{NAMESPACE}}}area"))
    if len(areas) > AREAS_MOST:
        raise Unreadable(f"at most {AREAS_MOST} areas")
    for area in areas:
        if text(area, "ceiling") is not None and text(area, "altitude") is None:
            raise Unreadable("ceiling wants altitude")
        for polygon in texts(area, "polygon"):
            corners(polygon)
        for one in texts(area, "circle"):
            circle(one)


def is_refused(root: etree._Element) -> bool:
    """Whether it names an event that our dictionary leaves out."""
    codes = root.iterfind(f"{{{NAMESPACE}}}info/{{{NAMESPACE}}}eventCode/{{{NAMESPACE}}}value")
    return any((code.text or "").strip().lower() in REFUSED_EVENTS for code in codes)


def corners(written: str) -> tuple[Corner, ...]:
    """Return a polygon without its last corner, which is the first one again. Raises Unreadable."""
    pairs = written.split()
    if not CORNERS_LEAST <= len(pairs) <= PAIRS_MOST:
        raise Unreadable(f"a polygon has {CORNERS_LEAST} to {PAIRS_MOST} pairs")
    found = [_place(pair) for pair in pairs]
    if found[0] != found[-1]:
        raise Unreadable("the last pair of a polygon is its first one")
    return tuple(found[:-1])


def circle(written: str) -> Circle:
    """Raises Unreadable."""
    parts = written.split()
    if len(parts) != 2:
        raise Unreadable("a circle is a pair and a radius")
    latitude, longitude = _place(parts[0])
    radius = _number(parts[1])
    if not 0 <= radius <= RADIUS_MOST_KM:
        raise Unreadable("the radius of a circle is 0 or more kilometres")
    return Circle(latitude, longitude, radius)


def _place(pair: str) -> Corner:
    latitude, comma, longitude = pair.partition(",")
    place = _number(latitude), _number(longitude)
    if not comma or not (abs(place[0]) <= 90 and abs(place[1]) <= 180):
        raise Unreadable("a pair is latitude,longitude in degrees")
    return place


def _number(written: str) -> float:
    try:
        found = float(written) if len(written) <= 32 and "_" not in written else float("nan")
    except ValueError:
        found = float("nan")
    if not isfinite(found):
        raise Unreadable("a place is written in numbers")
    return found


def text(above: etree._Element, name: str) -> str | None:
    """The text of the first child of a name, trimmed; None where there is none."""
    return next(texts(above, name), None)


def texts(above: etree._Element, name: str) -> Iterator[str]:
    return ((child.text or "").strip() for child in above.iterfind(f"{{{NAMESPACE}}}{name}"))
