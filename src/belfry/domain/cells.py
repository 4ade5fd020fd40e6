"""Places as coarse as anybody may count by them: cells of a square kilometre or more, with ten incidents or more.

What SCOPE allows of load by place, as two numbers and a grid. Cells are rows of one height, whose cells are at least as
wide as high.
"""

from math import floor
from typing import Final

from belfry.domain.earth import narrowed

CELL_DEGREES: Final = 0.01
"""Height of a cell in degrees of latitude: 1.1 km. Its width is as many kilometres or more."""
PLACE_FROM: Final = 10
"""Incidents in a cell from which on they may be told of it."""

Cell = tuple[int, int]


def cell(latitude: float, longitude: float) -> Cell:
    """The cell of a point, by its row and its place in the row."""
    row = floor(latitude / CELL_DEGREES)
    return row, floor(longitude / width(row))


def width(row: int) -> float:
    """Degrees of longitude: at the edge of the row that is nearer to the pole as wide as a cell is high."""
    edge = max(abs(row), abs(row + 1)) * CELL_DEGREES
    return CELL_DEGREES / narrowed(edge)


def middle(row: int, place: int) -> tuple[float, float]:
    """Latitude and longitude, to three places behind the point."""
    return round((row + 0.5) * CELL_DEGREES, 3), round((place + 0.5) * width(row), 3)
