"""Where is it: addresses, streets, crossings, places, coordinates and one's own sites, over HTTP.

For whoever may act in the room, and for responders while they are on duty. Nothing of a question is kept or logged.
"""

from typing import Annotated, Any, Final

from litestar import Router, get
from litestar.params import QueryParameter
from msgspec import structs

from belfry.domain.coordinates import coordinates
from belfry.domain.earth import metres_between
from belfry.domain.place_words import QUERY_LONGEST
from belfry.domain.signal import Position
from belfry.domain.site import Account
from belfry.ports.places import LIMIT_MOST, FoundPlace, GazetteerState, PlaceKind, PlacesFound
from belfry.web.bodies import Asked
from belfry.web.front import front
from belfry.web.gazetteer_views import PlaceList
from belfry.web.identity import need, visitor_of
from belfry.web.problems import refused, refused_field, told
from belfry.web.rights import Right, may
from belfry.web.tenants import tenants_of

LIMIT: Final = 10
SITES_LEAST: Final = 3
"""Characters of a question that sites are searched for."""
NEAR_LONGEST: Final = 60

_REFUSED: Final = {400: told("`near` is no place, or neither `q` nor `near` was given"), 403: told("Not on duty")}
_Question = Annotated[str | None, QueryParameter(max_length=QUERY_LONGEST)]
_Near = Annotated[str | None, QueryParameter(max_length=NEAR_LONGEST)]
_Limit = Annotated[int, QueryParameter(ge=1, le=LIMIT_MOST)]


@get("/places", guards=[need(Right.PLACES)], responses=_REFUSED, summary="Where an address or a place is")
async def places(request: Asked, q: _Question = None, near: _Near = None, limit: _Limit = LIMIT) -> PlaceList:
    """The best first, nearer ones before others; `near` is `54.0725,-0.2108`. Without `q`, the addresses nearest to it.

    `exact` false: near what was asked for, and `asked` is the house number that is not known. `gazetteer` other than
    `ready`: no addresses, only sites and coordinates.
    """
    desk = front(request)
    _check_on_duty(request)
    at = place_of(near)
    if q is None or not q.strip():
        if at is None:
            raise refused_field("q", "q: wants an address, a place or coordinates; or near alone", value=q or "")
        found = await desk.house.gazetteer.nearest(at, limit=limit) if desk.house.gazetteer else _NONE
        return _list(found, found.items)
    found = _NONE
    if desk.house.gazetteer is not None:
        found = await desk.house.gazetteer.search(q, near=at, limit=limit)
    elif (typed := coordinates(q)) is not None:
        label = f"{typed.latitude:.5f}, {typed.longitude:.5f}"
        position = FoundPlace(kind=PlaceKind.POSITION, label=label, latitude=typed.latitude, longitude=typed.longitude)
        found = structs.replace(_NONE, items=[position])
    sites = await _sites(request, q, at, limit)
    return _list(found, [*sites, *found.items][:limit])


_NONE: Final = PlacesFound(state=GazetteerState.NONE)


def _list(found: PlacesFound, items: Any) -> PlaceList:
    return PlaceList(items=list(items), ignored=list(found.ignored), gazetteer=found.state)


def _check_on_duty(request: Asked) -> None:
    """The room is on duty while it is signed in; whoever is in the field, while he is of a unit's crew."""
    desk, user = front(request), visitor_of(request).user
    if may(user.role, Right.ACT):
        return
    if desk.house.dispatch is None or desk.house.dispatch.now.of(user.name) is None:
        raise refused(403, "Places are for whoever is on duty: sign on to a unit", kind="belfry:off-duty")


async def _sites(request: Asked, text: str, near: Position | None, limit: int) -> list[FoundPlace]:
    """Registered sites that whoever asks may know of, by number, name and address."""
    desk, user = front(request), visitor_of(request).user
    if not may(user.role, Right.ACCOUNTS) or len(text.strip()) < SITES_LEAST or coordinates(text) is not None:
        return []
    most = max(1, limit // 2)
    found = await desk.house.sites.search(text, tenants=tenants_of(user), limit=most, phones=False)
    return [place for one in found.items if (place := _site(one, near)) is not None]


def _site(site: Account, near: Position | None) -> FoundPlace | None:
    if site.latitude is None or site.longitude is None:
        return None
    metres = None if near is None else metres_between(near, Position(site.latitude, site.longitude))
    return FoundPlace(
        kind=PlaceKind.SITE,
        label=", ".join(part for part in (site.name, site.address) if part),
        latitude=site.latitude,
        longitude=site.longitude,
        name=site.name,
        site=site.id,
        distance_m=None if metres is None else round(metres),
    )


def place_of(near: str | None) -> Position | None:
    if near is None or not near.strip():
        return None
    latitude, comma, longitude = near.partition(",")
    try:
        at = Position(float(latitude), float(longitude))
    except ValueError:
        comma = ""
        at = Position(0.0, 0.0)
    if not comma or not (abs(at.latitude) <= 90 and abs(at.longitude) <= 180):
        raise refused_field("near", "near: wants latitude and longitude such as 54.0725,-0.2108", value=near)
    return at


def router() -> Router:
    return Router("/", route_handlers=[places], tags=["places"])
