"""Looking ahead: what the units that are free now reach in time, and where some of them had better stand by.

Looked at are the cells that somebody could reach in the time from where he is or might stand by, and those with a load
of their own. Roads come from the travel port, load from the archive; both say how far they are to be believed.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from belfry.centre.stand_by import NoSolver, stand_by
from belfry.domain.cells import Cell, cell, width
from belfry.domain.cover import (
    AREA_MOST,
    CoveredCell,
    FreeUnit,
    HazardCounts,
    PastLoad,
    Problem,
    Solution,
    StandByPoint,
    covered,
    middle_of,
    past_load,
    reached,
    weights,
)
from belfry.domain.earth import DEGREE_M, metres_between, narrowed
from belfry.domain.travel import How, Leg, Point
from belfry.domain.unit import Travels
from belfry.ports.travel import Travel

SOONEST_M_S: Final = 16.0
"""Metres of straight line that are driven in a second at best: what is farther is not looked at."""
FAR_MOST_M: Final = 35_000.0
"""So far about AREA_MOST cells lie round a single place."""
LOOKS_BACK: Final = timedelta(days=365)
UNITS_MOST: Final = 200
POINTS_MOST: Final = 100
DRIVE_MOST_S: Final = 1_200.0

Where = Callable[[str], Point | None]
"""The place of a site, by its id."""


class TooWide(ValueError):
    """More cells, units or points than are looked at; the message names the limit."""


class Looked(Struct, frozen=True, kw_only=True):
    cells: Sequence[CoveredCell]
    load: PastLoad
    share: float
    """Of the weight of all cells, 0 to 1; 0 where there are none."""
    how: Sequence[How]
    """How the travel times were found, all ways that occur."""
    fell_back: str | None
    moves: Solution | None
    why_none: str | None = None
    """Why no moves could be reckoned."""


class Asked(Struct, frozen=True, kw_only=True):
    """What is asked: who is free, where one can wait, in how much time, and how many moves at most (0: none)."""

    units: Sequence[FreeUnit]
    points: Sequence[StandByPoint]
    within_s: float
    moves_most: int = 0


async def look(asked: Asked, counts: HazardCounts, *, where: Where, travel: Travel) -> Looked:
    """Raises TooWide."""
    if len(asked.units) > UNITS_MOST or len(asked.points) > POINTS_MOST:
        raise TooWide(f"at most {UNITS_MOST} free units and {POINTS_MOST} points")
    places = {one.account_id: at for one in counts.sites if (at := where(one.account_id)) is not None}
    load = past_load(counts, places)
    starts = [*(one.point for one in asked.units), *(one.point for one in asked.points)]
    area = await _area(starts, [one.cell for one in load.cells], asked.within_s)
    weight = weights(area, load)
    ways = [one.travels for one in asked.units]
    # Whoever will stand by at a point is not known yet: as most of those who are free get about.
    usual = Counter(ways).most_common(1)[0][0] if ways else Travels.CAR
    starting = [*ways, *[usual] * len(asked.points)]
    travelled = await travel.times(starts, [middle_of(one) for one in area], travels=starting)
    seconds, cells, how = await asyncio.to_thread(_reckoned, asked, area, weight, travelled.legs)
    moves, why = await _moves(asked, weight, seconds, travel)
    whole = sum(weight)
    return Looked(
        cells=cells,
        load=load,
        share=sum(one.weight for one in cells if one.unit is not None) / whole if whole else 0.0,
        how=how,
        fell_back=travelled.fell_back,
        moves=moves,
        why_none=why,
    )


def _reckoned(
    asked: Asked, area: Sequence[Cell], weight: Sequence[float], legs: Sequence[Sequence[Leg]]
) -> tuple[Sequence[Sequence[float]], Sequence[CoveredCell], Sequence[How]]:
    """Seconds from each start to each cell, turning out included, and who is where first: beside the loop, since there
    may be a million pairs."""
    begin_s = [*(one.turnout_s for one in asked.units), *[0.0] * len(asked.points)]
    seconds = [[turnout + leg.seconds for leg in row] for turnout, row in zip(begin_s, legs, strict=True)]
    cells = covered(area, weight, asked.units, seconds[: len(asked.units)], asked.within_s)
    return seconds, cells, sorted({leg.how for row in legs for leg in row})


def looks_back(now: datetime) -> tuple[datetime, datetime]:
    """The span of past load that is looked at."""
    return now - LOOKS_BACK, now


async def _area(starts: Iterable[Point], loaded: Iterable[Cell], within_s: float) -> Sequence[Cell]:
    found, far = set(loaded), within_s * SOONEST_M_S
    if far > FAR_MOST_M:
        raise TooWide(f"more than {AREA_MOST} cells: ask for fewer minutes")
    for start in dict.fromkeys(starts):
        found |= _around(start, far)
        if len(found) > AREA_MOST:
            raise TooWide(f"more than {AREA_MOST} cells: ask for fewer minutes")
        await asyncio.sleep(0)
    return sorted(found)


def _around(start: Point, far_m: float) -> set[Cell]:
    """The cells whose middles are nearer than so much."""
    row, _ = cell(start.latitude, start.longitude)
    step = round(width(0) * DEGREE_M)
    rows = int(far_m / step) + 1
    found = set()
    for r in range(row - rows, row + rows + 1):
        wide_m = width(r) * DEGREE_M * narrowed(min(89.0, abs(r * width(0))))
        _, place = cell((r + 0.5) * width(0), start.longitude)
        columns = int(far_m / wide_m) + 1
        for p in range(place - columns, place + columns + 1):
            if metres_between(start, middle_of((r, p))) <= far_m:
                found.add((r, p))
    return found


async def _moves(
    asked: Asked, weight: Sequence[float], seconds: Sequence[Sequence[float]], travel: Travel
) -> tuple[Solution | None, str | None]:
    if not asked.moves_most or not asked.units or not asked.points:
        return None, None
    drives = await travel.times(
        [one.point for one in asked.units],
        [one.point for one in asked.points],
        travels=[one.travels for one in asked.units],
    )
    reaches = await asyncio.to_thread(lambda: [reached(row, asked.within_s) for row in seconds])
    problem = Problem(
        units=[one.id for one in asked.units],
        points=[one.id for one in asked.points],
        weights=weight,
        from_unit=reaches[: len(asked.units)],
        from_point=reaches[len(asked.units) :],
        drives=[[leg.seconds for leg in row] for row in drives.legs],
        moves_most=asked.moves_most,
        drive_most_s=DRIVE_MOST_S,
    )
    try:
        return await stand_by(problem), None
    except NoSolver as error:
        return None, str(error)
