"""Valhalla's matrix (`/sources_to_targets`): time in seconds, distance in kilometres, null where there is no way.

Source: Valhalla documentation, "Matrix API". The long form of the answer is read, in which every pair says which it is;
pairs may come in any order of their row.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from belfry.protocols.roads.table import Ask, BadAnswer, Degrees, Pair, Table, check_size, pair, read

PATH: Final = "/sources_to_targets"
METRES: Final = {"kilometers": 1_000.0, "km": 1_000.0, "miles": 1_609.344, "mi": 1_609.344}


class _Pair(Struct, frozen=True):
    from_index: int
    to_index: int
    time: float | None = None
    distance: float | None = None


class _Answer(Struct, frozen=True):
    sources_to_targets: list[list[_Pair]]
    units: str = "kilometers"


def ask(origins: Sequence[Degrees], destinations: Sequence[Degrees], costing: str = "auto") -> Ask:
    def places(some: Sequence[Degrees]) -> list[dict[str, Any]]:
        return [{"lat": round(lat, 6), "lon": round(lon, 6)} for lat, lon in some]

    wanted = {"sources": places(origins), "targets": places(destinations), "costing": costing, "units": "kilometers"}
    return Ask(PATH, msgspec.json.encode(wanted))


def told(body: bytes, origins: int, destinations: int) -> Table:
    """Raises BadAnswer."""
    answer = read(body, _Answer)
    metres = METRES.get(answer.units)
    if metres is None:
        raise BadAnswer(f"units {answer.units[:40]!r}")
    check_size(answer.sources_to_targets, origins, destinations, "sources_to_targets")
    rows: list[list[Pair]] = []
    for n, row in enumerate(answer.sources_to_targets):
        by_target = {one.to_index: one for one in row if one.from_index == n}
        if set(by_target) != set(range(destinations)):
            raise BadAnswer(f"row {n} names other pairs than were asked for")
        found = (by_target[m] for m in range(destinations))
        rows.append([pair(one.time, None if one.distance is None else one.distance * metres) for one in found])
    return rows
