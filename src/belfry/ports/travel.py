"""The door to roads: how long it takes to drive from many places to a few, and how that was found."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from belfry.domain.travel import Leg, Point
from belfry.domain.unit import Travels


class Travelled(Struct, frozen=True):
    """`legs[origin][destination]`, in the order of the question. `fell_back` says why a server that the settings name
    gave none or not all of them ("osrm: answered 500"); the legs concerned say `straight` themselves."""

    legs: Sequence[Sequence[Leg]]
    fell_back: str | None = None


class Travel(Protocol):
    async def times(
        self, origins: Sequence[Point], destinations: Sequence[Point], *, travels: Sequence[Travels] | None = None
    ) -> Travelled:
        """Always answers, for every pair, and soon: what no server says in time is an estimate and says so. `travels`
        is how whoever starts at each origin gets there; None: all of them by car."""
        ...
