"""Travel times for the house (`ports.travel`): remembered, asked of a server, or estimated - and each says which.

A server is asked in pieces it bears, all at once and with one time limit. One that failed is left alone for a while, so
that a dispatcher never waits for it twice in a row.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final
from urllib.parse import SplitResult, urlsplit

import structlog

from belfry.domain.travel import How, Leg, Point, Speeds, cell, estimate, going, is_plausible
from belfry.domain.unit import Travels
from belfry.ports import Clock
from belfry.ports.travel import Travelled
from belfry.protocols.roads import osrm, valhalla
from belfry.protocols.roads.table import Ask, BadAnswer, Degrees, Table
from belfry.roads.http import NoAnswer, fetch

log = structlog.get_logger()

REMEMBERED_MOST: Final = 100_000
REST: Final = timedelta(seconds=15)
"""So long a server that failed is not asked."""
REST_AFTER: Final = 2_000
"""Pairs that are estimated in one turn of the loop."""
REQUESTS_MOST: Final = 32
"""Of one question. What would need more is estimated: no server answers that in time."""

Key = tuple[tuple[int, int], tuple[int, int]]
Known = dict[Key, Leg]
Wire = tuple[Callable[[Sequence[Degrees], Sequence[Degrees]], Ask], Callable[[bytes, int, int], Table]]
WIRES: Final[dict[How, Wire]] = {How.OSRM: (osrm.ask, osrm.told), How.VALHALLA: (valhalla.ask, valhalla.told)}


class Roads:
    """`server` is a base address (`http://127.0.0.1:5000`) that speaks `how`; None: everything is estimated."""

    def __init__(
        self,
        clock: Clock,
        speeds: Speeds,
        *,
        how: How = How.STRAIGHT,
        server: str | None = None,
        within_s: float = 0.3,
        at_most: int = 100,
    ) -> None:
        self._clock, self._speeds = clock, speeds
        self._how, self._within_s, self._at_most = how, within_s, at_most
        self._server: SplitResult | None = None if server is None else urlsplit(server)
        self._minute: datetime | None = None
        self._known: Known = {}
        self._rests_until: datetime | None = None
        self._why: str | None = None

    async def times(
        self, origins: Sequence[Point], destinations: Sequence[Point], *, travels: Sequence[Travels] | None = None
    ) -> Travelled:
        """See `ports.travel.Travel`. Remembered are the times of a car, whoever asked."""
        found = await self._by_car(origins, destinations)
        if travels is None:
            return found
        legs, done = list[list[Leg]](), 0
        for row, way in zip(found.legs, travels, strict=True):
            legs.append([going(leg, way, self._speeds) for leg in row])
            done = await _breathe(done + len(row))
        return Travelled(legs, found.fell_back)

    async def _by_car(self, origins: Sequence[Point], destinations: Sequence[Point]) -> Travelled:
        if self._server is None:
            return Travelled(await self._filled({}, origins, destinations))
        known = self._of_this_minute()
        missing = [one for one in origins if any((cell(one), cell(to)) not in known for to in destinations)]
        why = await self._learn(known, list(dict.fromkeys(missing)), destinations) if missing else None
        legs = await self._filled(known, origins, destinations)
        some = any(leg.how is How.STRAIGHT for row in legs for leg in row)
        return Travelled(legs, (why or f"{self._how}: knows no way for some") if some else None)

    # -- what is known

    def _of_this_minute(self) -> Known:
        """Times of another minute of the day are no longer believed: roads fill and empty. A question that is under way
        keeps those that it began with."""
        minute = self._clock().replace(second=0, microsecond=0)
        if minute != self._minute or len(self._known) > REMEMBERED_MOST:
            self._minute, self._known = minute, {}
        return self._known

    async def _filled(
        self, known: Mapping[Key, Leg], origins: Sequence[Point], destinations: Sequence[Point]
    ) -> list[list[Leg]]:
        """What is known, and estimates of the rest."""
        rows, done = list[list[Leg]](), 0
        targets = [(to, cell(to)) for to in destinations]
        for origin in origins:
            at = cell(origin)
            rows.append([known.get((at, to_cell)) or estimate(origin, to, self._speeds) for to, to_cell in targets])
            done = await _breathe(done + len(targets))
        return rows

    # -- the server

    async def _learn(self, known: Known, origins: Sequence[Point], destinations: Sequence[Point]) -> str | None:
        """Ask what is not known. Says why something is missing afterwards."""
        now = self._clock()
        if self._rests_until is not None and now < self._rests_until:
            return self._why
        pieces = self._pieces(origins, destinations)
        if len(pieces) > REQUESTS_MOST:
            return f"{self._how}: too many places for one question"
        asked = [asyncio.ensure_future(self._ask(known, *piece)) for piece in pieces]
        try:
            said = await asyncio.gather(*asked)
        finally:
            for one in asked:
                one.cancel()
        why = next((one for one in said if one is not None), None)
        self._tell(why, now)
        return why

    def _pieces(self, origins: Sequence[Point], destinations: Sequence[Point]) -> list[tuple[list[Point], list[Point]]]:
        """Cut a question so that origins and destinations of a piece are no more than the server bears."""
        across = min(len(destinations), max(1, self._at_most // 2))
        return [
            (some, to) for to in _cut(destinations, across) for some in _cut(origins, max(1, self._at_most - len(to)))
        ]

    async def _ask(self, known: Known, origins: Sequence[Point], destinations: Sequence[Point]) -> str | None:
        assert self._server is not None
        ask, told = WIRES[self._how]
        wanted = ask(
            [(one.latitude, one.longitude) for one in origins], [(one.latitude, one.longitude) for one in destinations]
        )
        try:
            body = await fetch(self._server, wanted.path, wanted.body, self._within_s)
            table = told(body, len(origins), len(destinations))
        except (NoAnswer, BadAnswer) as error:
            return f"{self._how}: {error}"
        for origin, row in zip(origins, table, strict=True):
            for to, pair in zip(destinations, row, strict=True):
                # What the server knows no way for is remembered too, or it would be asked for again at every look.
                leg = (
                    Leg(*pair, self._how)
                    if pair and is_plausible(origin, to, *pair)
                    else estimate(origin, to, self._speeds)
                )
                known[cell(origin), cell(to)] = leg
        return None

    def _tell(self, why: str | None, now: datetime) -> None:
        if (why is None) != (self._why is None):
            log.warning("travel times are estimated", why=why) if why else log.info("travel times are asked for again")
        self._why, self._rests_until = why, None if why is None else now + REST


def _cut(some: Sequence[Point], size: int) -> list[list[Point]]:
    rest = iter(some)
    return list(iter(lambda: list(islice(rest, size)), []))


async def _breathe(done: int) -> int:
    if done < REST_AFTER:
        return done
    await asyncio.sleep(0)
    return 0
