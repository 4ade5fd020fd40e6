"""Which places units can reach in time, and where it would help to stand by: the maximal covering location problem.

A place is a cell of a square kilometre or more (`domain.cells`). What it counts is the past load of two hazards alone,
fires and technical alarms, where there were ten or more; of medical alarms only the total is known, and it counts the
same everywhere. That is all that fits into these types: nothing of property, of persons, of whoever lives somewhere
(SCOPE, no prediction about people or neighbourhoods). Every place counts something, so none is given up for lack of
alarms.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from belfry.domain.cells import PLACE_FROM, Cell, cell, middle
from belfry.domain.travel import Point
from belfry.domain.unit import Travels

FIRE_COUNTS: Final = 3.0
"""So much more than a technical alarm a fire counts."""
BASE: Final = 1.0
"""What a place counts where nothing ever happened."""
AREA_MOST: Final = 4_000
"""Cells that are looked at; a larger area is refused."""


class SiteHazards(Struct, frozen=True):
    """Alarms of two hazards at one site, for real."""

    account_id: str
    fires: int
    technical: int


class HazardCounts(Struct, frozen=True):
    """What the archive tells: sites with fires and technical alarms, and how many medical alarms there were in all."""

    sites: Sequence[SiteHazards]
    medical: int


class CellLoad(Struct, frozen=True):
    """Past load of a cell. Raises ValueError for fewer than ten: that would tell of single alarms."""

    cell: Cell
    fires: int
    technical: int

    def __post_init__(self) -> None:
        if self.fires < 0 or self.technical < 0 or self.fires + self.technical < PLACE_FROM:
            raise ValueError(f"{self.fires} and {self.technical}: wants {PLACE_FROM} alarms or more in a cell")


class PastLoad(Struct, frozen=True):
    """`elsewhere`: fires and technical alarms in cells with fewer than ten, or at sites without a position."""

    cells: Sequence[CellLoad]
    elsewhere: int
    medical: int


class FreeUnit(Struct, frozen=True):
    """A unit that can be sent now. Latitude and longitude in degrees."""

    id: str
    latitude: float
    longitude: float
    turnout_s: float = 0.0
    """From the alarm to wheels rolling; whoever stands by somewhere rolls at once."""
    travels: Travels = Travels.CAR

    @property
    def point(self) -> Point:
        return Point(self.latitude, self.longitude)


class StandByPoint(Struct, frozen=True):
    """A station, or a place where a unit may wait."""

    id: str
    latitude: float
    longitude: float

    @property
    def point(self) -> Point:
        return Point(self.latitude, self.longitude)


class CoveredCell(Struct, frozen=True):
    """`seconds`: of the unit that is there first; None: none reaches it in time."""

    cell: Cell
    weight: float
    seconds: float | None
    unit: str | None


class Move(Struct, frozen=True):
    """A unit that might stand by elsewhere. `seconds`: how long it drives there."""

    unit: str
    to: str
    seconds: float


class Problem(Struct, frozen=True, kw_only=True):
    """MCLP, as what a solver wants. Units may stay (place `None`) or move to one point; a cell counts once, if any
    place taken reaches it. All indices are positions in `units`, `points` and `weights`."""

    units: Sequence[str]
    points: Sequence[str]
    weights: Sequence[float]
    from_unit: Sequence[frozenset[int]]
    """Cells that each unit reaches from where it is."""
    from_point: Sequence[frozenset[int]]
    drives: Sequence[Sequence[float]]
    """Seconds from each unit to each point."""
    moves_most: int
    drive_most_s: float


class Solution(Struct, frozen=True, kw_only=True):
    """`before` and `after`: weight that is covered. `proven`: nothing better exists; else it was found in time."""

    moves: Sequence[Move]
    before: float
    after: float
    whole: float
    won: int
    lost: int
    """Cells that would be covered, and would be no longer."""
    proven: bool


def past_load(counts: HazardCounts, places: Mapping[str, Point]) -> PastLoad:
    """Gather the alarms of sites in cells; what is told of a cell is told of ten alarms or more."""
    fires: dict[Cell, int] = {}
    technical: dict[Cell, int] = {}
    elsewhere = 0
    for site in counts.sites:
        at = places.get(site.account_id)
        if at is None:
            elsewhere += site.fires + site.technical
            continue
        where = cell(at.latitude, at.longitude)
        fires[where] = fires.get(where, 0) + site.fires
        technical[where] = technical.get(where, 0) + site.technical
    cells = []
    for where in sorted(fires):
        if fires[where] + technical[where] < PLACE_FROM:
            elsewhere += fires[where] + technical[where]
        else:
            cells.append(CellLoad(where, fires[where], technical[where]))
    return PastLoad(cells, elsewhere, counts.medical)


def weights(area: Sequence[Cell], load: PastLoad) -> Sequence[float]:
    """What each cell of an area counts. Whatever has no place of its own counts the same in all of them."""
    if not area:
        return []
    even = BASE + (load.medical + load.elsewhere) / len(area)
    own = {one.cell: FIRE_COUNTS * one.fires + one.technical for one in load.cells}
    return [even + own.get(one, 0.0) for one in area]


def area_of(points: Iterable[Point]) -> Sequence[Cell]:
    """The cells in which some points lie, in order."""
    return sorted({cell(one.latitude, one.longitude) for one in points})


def middle_of(one: Cell) -> Point:
    """The place to which it is reckoned."""
    latitude, longitude = middle(*one)
    return Point(min(90.0, max(-90.0, latitude)), min(180.0, max(-180.0, longitude)))


def reached(seconds: Sequence[float], within_s: float) -> frozenset[int]:
    return frozenset(n for n, one in enumerate(seconds) if one <= within_s)


def covered(
    area: Sequence[Cell], weight: Sequence[float], units: Sequence[FreeUnit], seconds: Sequence[Sequence[float]],
    within_s: float,
) -> Sequence[CoveredCell]:  # fmt: skip
    """Who is where first, if in time; of two at once, whoever is named first. `seconds[unit][cell]`."""
    found = []
    for n, one in enumerate(area):
        first = min(range(len(units)), key=lambda unit: seconds[unit][n], default=None)
        if first is None or seconds[first][n] > within_s:
            found.append(CoveredCell(one, weight[n], None, None))
        else:
            found.append(CoveredCell(one, weight[n], seconds[first][n], units[first].id))
    return found


def told(problem: Problem, places: Sequence[int | None], *, proven: bool) -> Solution:
    """What a choice of places comes to: `places[unit]` is a point, None where it stays."""
    before = frozenset[int]().union(*problem.from_unit)
    after = frozenset[int]().union(
        *(problem.from_unit[n] if to is None else problem.from_point[to] for n, to in enumerate(places))
    )
    return Solution(
        moves=[
            Move(problem.units[n], problem.points[to], problem.drives[n][to])
            for n, to in enumerate(places)
            if to is not None
        ],
        before=sum(problem.weights[n] for n in before),
        after=sum(problem.weights[n] for n in after),
        whole=sum(problem.weights),
        won=len(after - before),
        lost=len(before - after),
        proven=proven,
    )
