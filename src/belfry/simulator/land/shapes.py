"""What a town is made of, as values. Places are latitude and longitude in degrees, WGS 84."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

At = tuple[float, float]
"""Latitude and longitude, degrees."""

PLACE_NAME: Final = "Anderby"


class Way(StrEnum):
    """The class of a street, most important first; names are those of OpenStreetMap's highway values."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    TERTIARY = "tertiary"
    RESIDENTIAL = "residential"
    SERVICE = "service"
    PEDESTRIAN = "pedestrian"
    TRACK = "track"
    RAIL = "rail"
    """A railway line; no street, but a line of the map."""


class Cover(StrEnum):
    """What an area is."""

    WATER = "water"
    PARK = "park"
    WOOD = "wood"
    SAND = "sand"
    INDUSTRY = "industry"
    BUILDING = "building"


class SpotKind(StrEnum):
    """What a named point is."""

    SCHOOL = "school"
    HOSPITAL = "hospital"
    FIRE_STATION = "fire_station"
    AMBULANCE_STATION = "ambulance_station"
    POLICE_STATION = "police_station"
    GUARD_OFFICE = "guard_office"
    HARBOUR = "harbour"
    STATION = "station"
    LANDMARK = "landmark"
    PARK = "park"
    HYDRANT = "hydrant"
    CHECK_POINT = "check_point"


class House(Struct, frozen=True):
    """A house with its number, or with a name and no number."""

    number: str
    at: At
    outline: Sequence[At]
    """Corners of the building, without the first one again."""
    name: str = ""


class Street(Struct, frozen=True):
    """A street as one line of at least two points; of a square the line closes."""

    name: str
    way: Way
    line: Sequence[At]
    postcode: str
    houses: Sequence[House] = ()
    names: Sequence[str] = ()
    """What else people call it."""


class Area(Struct, frozen=True):
    """A polygon, without the first corner again. Houses are not among the areas."""

    name: str
    """Empty where it has none."""
    cover: Cover
    outline: Sequence[At]


class Spot(Struct, frozen=True):
    """A named point. `code` is what a check point's plate says."""

    name: str
    kind: SpotKind
    at: At
    street: str = ""
    number: str = ""
    code: str = ""
    names: Sequence[str] = ()


class Crossing(Struct, frozen=True):
    """Where two streets meet, in the order of their names."""

    first: str
    second: str
    at: At


class Town(Struct, frozen=True):
    """The whole town."""

    name: str
    middle: At
    """The market place."""
    streets: Sequence[Street]
    areas: Sequence[Area]
    spots: Sequence[Spot]
    crossings: Sequence[Crossing]
