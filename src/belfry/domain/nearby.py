"""Open incidents of the same hazard at neighbouring sites: shown together, never merged.

Near is what the registry says: within `neighbour_m` of each other and begun within `neighbour_s`, or in one building.
A call or a duty report never joins by itself, and people name a hazard in their own way: it is offered whatever else is
open near it in place and time (RULES 2, grouping keys). Medical incidents are nobody's neighbours (SCOPE, medical is
nobody's lead).
"""

from datetime import timedelta
from math import floor
from typing import Final

from msgspec import Struct

from belfry.domain.correlation import BY_PEOPLE, family
from belfry.domain.earth import DEGREE_M, metres_between, narrowed
from belfry.domain.incident import Incident
from belfry.domain.presets import Rules
from belfry.domain.signal import Position
from belfry.domain.site import Account

_MEDICAL: Final = "MED."

Cell = tuple[int, int]


class Spot(Struct, frozen=True):
    """What makes an incident somebody's neighbour. Latitude and longitude in degrees, None where nobody knows them;
    `account_id` is a name of its own where it has no site."""

    hazard: str
    account_id: str
    latitude: float | None
    longitude: float | None
    building: str
    by_person: bool = False
    """Somebody called, or reported it from the field."""


def spot_of(incident: Incident, account: Account | None, said: Position | None = None) -> Spot | None:
    """None: an incident that is nobody's neighbour. `said` is where people say that it is, of one without a site."""
    if incident.kind.startswith(_MEDICAL):
        return None
    if account is None:
        if said is None:
            return None
        return Spot(
            family(incident.kind), f"incident/{incident.id}", said.latitude, said.longitude, "", _by_person(incident)
        )
    if not account.building and (account.latitude is None or account.longitude is None):
        return None
    return Spot(
        family(incident.kind),
        account.id,
        account.latitude,
        account.longitude,
        account.building,
        _by_person(incident),
    )


def _by_person(incident: Incident) -> bool:
    return incident.method in BY_PEOPLE


def distance_m(one: Spot, other: Spot) -> float | None:
    """Metres on the ground; None where one of them has no coordinates."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    return metres_between(Position(one.latitude, one.longitude), Position(other.latitude, other.longitude))


def are_neighbours(one: Spot, other: Spot, apart: timedelta, rules: Rules) -> bool:
    """Whether two open incidents, begun so far apart, belong beside each other. One site's own are no neighbours."""
    same = one.hazard == other.hazard
    if one.account_id == other.account_id or not (same or one.by_person or other.by_person):
        return False
    together = bool(one.building) and one.building == other.building
    if together and same:
        return True
    metres = distance_m(one, other)
    near = together or (metres is not None and metres <= rules.neighbour_m)
    return near and abs(apart).total_seconds() <= rules.neighbour_s


def cell_of(spot: Spot, metres: float) -> Cell | None:
    """The cell of a grid as wide as `metres`: whoever is within so much stands in it or in one of `cells_around`."""
    if spot.latitude is None or spot.longitude is None:
        return None
    row = floor(spot.latitude * DEGREE_M / metres)
    return row, _column(row, spot.longitude, metres)


def cells_around(spot: Spot, metres: float) -> list[Cell]:
    """The cells in which neighbours may stand."""
    if spot.latitude is None or spot.longitude is None:
        return []
    middle = floor(spot.latitude * DEGREE_M / metres)
    found: list[Cell] = []
    for row in (middle - 1, middle, middle + 1):
        column = _column(row, spot.longitude, metres)
        columns = dict.fromkeys((column + step) % _columns(row, metres) for step in (-1, 0, 1))
        found += [(row, one) for one in columns]
    return found


def _columns(row: int, metres: float) -> int:
    """How many cells a row of the grid has around the earth."""
    nearer_pole = max(abs(row), abs(row + 1)) * metres / DEGREE_M
    return max(1, floor(360 * DEGREE_M * narrowed(nearer_pole) / metres))


def _column(row: int, longitude: float, metres: float) -> int:
    return floor((longitude % 360) / 360 * _columns(row, metres)) % _columns(row, metres)
