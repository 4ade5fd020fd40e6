"""What looking ahead costs: travel times for 500 units, cover with stand-by moves, and a day of staffing.

    python -m bench.ahead [--units 40] [--points 30]

Travel times are estimates, as without a server of roads. Beside each look at cover runs a loop that wants its turn
every millisecond: `worst_turn_ms` is how long it waited for one at most. Prints one JSON object.
"""

import argparse
import asyncio
import json
import random
import resource
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any, Final
from zoneinfo import ZoneInfo

from belfry.centre.cover import Asked, look
from belfry.centre.reports.staffing import Room, staffing
from belfry.domain.cover import FreeUnit, HazardCounts, SiteHazards, StandByPoint
from belfry.domain.staffing import Target
from belfry.domain.travel import Point, Speeds
from belfry.ports.archive import ClosedIncident
from belfry.roads import Roads

NOW: Final = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)
UNITS: Final = 500
TURNS: Final = 50
SITES: Final = 2_000
INCIDENTS: Final = 50_000


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Measure what looking ahead costs.")
    parser.add_argument("--units", type=int, default=40)
    parser.add_argument("--points", type=int, default=30)
    asked = parser.parse_args(words)
    dice = random.Random(7)
    told: dict[str, Any] = {"units": asked.units, "points": asked.points, "rss_before_mb": resident_mb()}
    told |= asyncio.run(driven(dice))
    told |= asyncio.run(covered(dice, asked.units, asked.points))
    told |= {"rss_after_mb": resident_mb(), "staffing_ms": staffed(dice)}
    print(json.dumps(told))
    return 0


def places(dice: random.Random, count: int) -> list[Point]:
    """Somewhere in a county of some 30 km."""
    return [Point(50 + dice.random() * 0.3, 8 + dice.random() * 0.4) for _ in range(count)]


async def driven(dice: random.Random) -> dict[str, Any]:
    roads, units, spans = Roads(lambda: NOW, Speeds()), places(dice, UNITS), list[float]()
    for _ in range(TURNS):
        began = time.perf_counter()
        await roads.times(units, places(dice, 1))
        spans.append(time.perf_counter() - began)
    return {"travel_500_ms": [ms(median(spans)), ms(max(spans))]}


async def covered(dice: random.Random, units: int, points: int) -> dict[str, Any]:
    roads = Roads(lambda: NOW, Speeds())
    free = [FreeUnit(f"u{n}", at.latitude, at.longitude) for n, at in enumerate(places(dice, units))]
    waits = [StandByPoint(f"p{n}", at.latitude, at.longitude) for n, at in enumerate(places(dice, points))]
    sites = [SiteHazards(str(n), dice.randint(0, 20), dice.randint(0, 20)) for n in range(SITES)]
    where = {str(n): at for n, at in enumerate(places(dice, SITES))}
    told: dict[str, Any] = {}
    for name, moves in (("map", 0), ("first_moves", 2), ("moves", 2)):  # the first one imports the solver
        ear = Ear()
        began = time.perf_counter()
        asked = Asked(units=free, points=waits, within_s=480, moves_most=moves)
        async with ear:
            seen = await look(asked, HazardCounts(sites, 100), where=where.get, travel=roads)
        told |= {f"cover_{name}_ms": ms(time.perf_counter() - began), f"{name}_worst_turn_ms": ms(ear.worst_s)}
        told["cells"] = len(seen.cells)
        if seen.moves is not None:
            told["proven"] = seen.moves.proven
    return told


class Ear:
    """Wants its turn every millisecond."""

    worst_s = 0.0

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._listen())

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    async def _listen(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            self.worst_s = max(self.worst_s, time.perf_counter() - began)


def staffed(dice: random.Random) -> list[float]:
    """Milliseconds to read a day's plan out of so many incidents."""
    incidents = [incident(dice, n) for n in range(INCIDENTS)]
    room = Room(target=Target(), patience_s=120.0, people=3)
    began = time.perf_counter()
    staffing(incidents, room, weekday=0, since=date(2026, 1, 5), until=date(2026, 3, 2), zone=ZoneInfo("Europe/Berlin"))
    return [INCIDENTS, ms(time.perf_counter() - began)]


def incident(dice: random.Random, number: int) -> ClosedIncident:
    at = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(seconds=dice.random() * 56 * 86_400)
    return ClosedIncident(
        id=str(number),
        number=number,
        kind="FIRE.ALARM.AUTO",
        priority=1,
        method="equipment",
        account_id=None,
        life=True,
        silent=False,
        opened_at=at,
        due_at=at,
        first_taken_at=at,
        first_act_at=at,
        closed_at=at + timedelta(seconds=dice.expovariate(1 / 120)),
        signals=1,
        acts=1,
        disposition="genuine",
        cause=None,
        by_rule=False,
    )


def ms(seconds: float) -> float:
    return round(seconds * 1e3, 1)


def resident_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
