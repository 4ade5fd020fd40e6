"""OSRM's table service (`/table/v1`): durations in seconds and distances in metres, null where there is no way.

Source: OSRM API documentation, "Table service". Coordinates are longitude first. `distances` comes only where it is
asked for by `annotations`.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from belfry.protocols.roads.table import Ask, BadAnswer, Degrees, Table, check_size, pair, read

PLACES: Final = 6
"""Digits behind the point of a coordinate: a decimetre."""


class _Answer(Struct, frozen=True):
    code: str
    durations: list[list[float | None]] = []
    distances: list[list[float | None]] = []


def ask(origins: Sequence[Degrees], destinations: Sequence[Degrees], profile: str = "driving") -> Ask:
    places = ";".join(f"{lon:.{PLACES}f},{lat:.{PLACES}f}" for lat, lon in (*origins, *destinations))
    sources = ";".join(str(n) for n in range(len(origins)))
    targets = ";".join(str(len(origins) + n) for n in range(len(destinations)))
    asked = f"sources={sources}&destinations={targets}&annotations=duration,distance"
    return Ask(f"/table/v1/{profile}/{places}?{asked}")


def told(body: bytes, origins: int, destinations: int) -> Table:
    """Raises BadAnswer."""
    answer = read(body, _Answer)
    if answer.code != "Ok":
        raise BadAnswer(f"code {answer.code[:40]!r}")
    check_size(answer.durations, origins, destinations, "durations")
    check_size(answer.distances, origins, destinations, "distances")
    return [
        [pair(seconds, metres) for seconds, metres in zip(row, far, strict=True)]
        for row, far in zip(answer.durations, answer.distances, strict=True)
    ]
