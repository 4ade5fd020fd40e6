"""Plans of a building: pictures of its floors, and where their four corners lie on the map.

A plan belongs to its site as notes and hazards do. It shows walls and doors, never what happens there now; the picture
itself is the registry's.
"""

from itertools import pairwise
from math import isfinite
from typing import Final

from msgspec import Struct

from belfry.domain.earth import DEGREE_M, narrowed
from belfry.domain.flaws import Flaw, Flaws

FLOOR_PLANS_MOST: Final = 20
"""Of one site."""
LABEL_MOST: Final = 60
SPAN_MOST_M: Final = 5_000.0
"""From one corner to any other: no building is longer."""
SPAN_LEAST_M: Final = 1.0
LATITUDE_MOST: Final = 85.0
"""The map's projection ends there."""

Place = tuple[float, float]
Corners = tuple[Place, Place, Place, Place]
"""Latitude and longitude of the picture's upper left corner, then clockwise on the picture."""


class FloorPlan(Struct, frozen=True, kw_only=True):
    """A plan without its picture. `width` and `height` are the picture's, in pixels; `mark` changes with it."""

    id: str
    account_id: str
    label: str
    width: int
    height: int
    mark: str
    corners: Corners | None = None
    """None: nobody has placed it yet."""
    version: int = 1


def flaws_of(label: str, corners: Corners | None) -> list[Flaw]:
    """What cannot be kept of a plan's label and place."""
    flaws = Flaws()
    flaws.line("label", label, LABEL_MOST, least=1)
    flaws.unless(label == label.strip(), "label", label, "no blanks at its ends")
    if corners is not None:
        flaws.found += _unplaced(corners)
    return flaws.found


def _unplaced(corners: Corners) -> list[Flaw]:
    flaws = Flaws()
    for n, (latitude, longitude) in enumerate(corners):
        on_map = isfinite(latitude) and isfinite(longitude)
        on_map = on_map and abs(latitude) <= LATITUDE_MOST and abs(longitude) <= 180
        flaws.unless(on_map, f"corners[{n}]", f"{latitude}, {longitude}", "a latitude and a longitude on the map")
    if flaws.found:
        return flaws.found
    metres = _metres(corners)
    spans = [abs(complex(*one) - complex(*other)) for n, one in enumerate(metres) for other in metres[n + 1 :]]
    flaws.unless(max(spans) <= SPAN_MOST_M, "corners", f"{max(spans):.0f} m", f"at most {SPAN_MOST_M:.0f} m across")
    flaws.unless(min(spans) >= SPAN_LEAST_M, "corners", f"{min(spans):.1f} m", "corners a metre apart")
    if not flaws.found:
        flaws.unless(
            _is_convex(metres), "corners", "crossed", "four corners in the order of the picture's, one way round"
        )
    return flaws.found


def _metres(corners: Corners) -> list[tuple[float, float]]:
    """East and north of the first corner."""
    (south, west), *_ = corners
    wide = DEGREE_M * narrowed(south)
    return [((longitude - west) * wide, (latitude - south) * DEGREE_M) for latitude, longitude in corners]


def _is_convex(metres: list[tuple[float, float]]) -> bool:
    """Whether all turns go the same way; a picture may lie mirrored, and never folded."""
    around = [*metres, *metres[:2]]
    sides = [(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(around)]
    turns = [x1 * y2 - y1 * x2 for (x1, y1), (x2, y2) in pairwise(sides)]
    return all(turn > 0 for turn in turns) or all(turn < 0 for turn in turns)
