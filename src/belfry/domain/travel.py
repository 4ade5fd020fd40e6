"""How long it takes to drive where no server of roads says it: straight line, way round, a speed by road class.

An estimate for a choice between units, never a promise to whoever waits. The first kilometres of a way count as streets
in town and the rest as roads between places, since no map is looked at. Those are the times of a car that waits at
lights; `going` makes of them what blue lights, a cycle or feet need. The presets are settings, and were not measured
anywhere: a service knows its own.
"""

from enum import StrEnum
from math import floor, isfinite
from typing import Annotated, Final, assert_never

from msgspec import Meta, Struct, structs

from belfry.domain.earth import DEGREE_M, metres_between, narrowed
from belfry.domain.unit import Travels

CELL_M: Final = 100.0
"""How coarse the memory of travel times is: nobody's arrival is known better."""
M_PER_S: Final = 1 / 3.6


class How(StrEnum):
    """How a travel time was found."""

    OSRM = "osrm"
    VALHALLA = "valhalla"
    STRAIGHT = "straight"
    """From the straight line, with a factor for the way round and a speed by road class."""


class Point(Struct, frozen=True, order=True, gc=False):
    """A place in degrees. Raises ValueError where there is none such on earth."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (isfinite(self.latitude) and -90 <= self.latitude <= 90):
            raise ValueError(f"latitude = {self.latitude}: wants -90 to 90")
        if not (isfinite(self.longitude) and -180 <= self.longitude <= 180):
            raise ValueError(f"longitude = {self.longitude}: wants -180 to 180")


class Leg(Struct, frozen=True, gc=False):
    """One way from a place to another, by car."""

    seconds: float
    metres: float
    how: How


class Speeds(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Presets for `How.STRAIGHT`."""

    detour: Annotated[float, Meta(ge=1, le=5)] = 1.35
    """Metres of road for each metre of straight line."""
    urban_kmh: Annotated[float, Meta(ge=1, le=200)] = 32.0
    rural_kmh: Annotated[float, Meta(ge=1, le=200)] = 60.0
    urban_km: Annotated[float, Meta(ge=0, le=100)] = 5.0
    """Kilometres of road that count as streets in town; whatever a way has more is driven at `rural_kmh`."""
    lights: Annotated[float, Meta(ge=0.3, le=1)] = 0.9
    """Share of a car's time that a vehicle with blue lights needs, also where a server of roads says the car's."""
    cycle_kmh: Annotated[float, Meta(ge=1, le=60)] = 15.0
    foot_kmh: Annotated[float, Meta(ge=1, le=20)] = 5.0
    """Along the same way as a car's."""


def estimate(origin: Point, destination: Point, speeds: Speeds) -> Leg:
    """Return what the straight line says."""
    metres = metres_between(origin, destination) * speeds.detour
    town = min(metres, speeds.urban_km * 1_000)
    seconds = town / (speeds.urban_kmh * M_PER_S) + (metres - town) / (speeds.rural_kmh * M_PER_S)
    return Leg(seconds, metres, How.STRAIGHT)


def going(leg: Leg, travels: Travels, speeds: Speeds) -> Leg:
    """Return the way of a car as whoever travels so needs for it. How it was found stays as it is."""
    match travels:
        case Travels.CAR:
            return leg
        case Travels.LIGHTS:
            return structs.replace(leg, seconds=leg.seconds * speeds.lights)
        case Travels.CYCLE:
            return structs.replace(leg, seconds=leg.metres / (speeds.cycle_kmh * M_PER_S))
        case Travels.FOOT:
            return structs.replace(leg, seconds=leg.metres / (speeds.foot_kmh * M_PER_S))
    assert_never(travels)


def is_plausible(origin: Point, destination: Point, seconds: float, metres: float) -> bool:
    """Whether a car could have done it: what a server says of another continent, or of no time at all, is no answer."""
    if not (isfinite(seconds) and isfinite(metres)) or seconds < 0 or metres < 0 or seconds > LONGEST_S:
        return False
    return metres_between(origin, destination) <= SNAPPED_M + seconds * FASTEST_M_PER_S


FASTEST_M_PER_S: Final = 70.0
"""250 km/h, along the straight line."""
SNAPPED_M: Final = 2_000.0
"""So far off the next road a place may be: servers reckon from the road."""
LONGEST_S: Final = 86_400.0
"""A day: whoever is farther away is not asked."""


def cell(point: Point) -> tuple[int, int]:
    """The square of about a hundred metres in which a place lies, by its row and its place in the row."""
    row = floor(point.latitude * DEGREE_M / CELL_M)
    edge = max(abs(row), abs(row + 1)) * CELL_M / DEGREE_M
    return row, floor(point.longitude * DEGREE_M * narrowed(edge) / CELL_M)
