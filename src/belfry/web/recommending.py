"""Which units to send to an incident, over HTTP. It only reckons: a person decides (`units.send`)."""

from typing import Annotated, Any, Final

from litestar import Router, get
from litestar.params import FromPath, QueryParameter

from belfry.domain import reasons
from belfry.domain.facts import Part
from belfry.domain.incident import Incident
from belfry.domain.response_order import LEVELS_MOST
from belfry.domain.said_place import position_of, position_part
from belfry.domain.travel import Point
from belfry.ports import KeysUnavailable
from belfry.safeguards.sealing import SealError
from belfry.web.bodies import Asked
from belfry.web.front import Front, front
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import seen
from belfry.web.languages import language_of
from belfry.web.problems import refused, told
from belfry.web.rights import Right
from belfry.web.telling import account_of
from belfry.web.tenants import tenants_of
from belfry.web.unit_views import ChoiceView, NeedView, RecommendationView

OTHERS: Final = 10

_REFUSED: Final = {404: told("There is no such incident, or this centre sends no units")}


@get(
    "/incidents/{incident_id:str}/recommendation",
    guards=[need(Right.DISPATCH)],
    responses=_REFUSED,
    summary="Which units to send, in which order, and why",
)
async def recommendation(
    request: Asked,
    incident_id: FromPath[str],
    level: Annotated[int | None, QueryParameter(ge=1, le=LEVELS_MOST)] = None,
) -> RecommendationView:
    """For an alarm level; left out: the one that the incident has. What is on its way already fills its role.
    `unfilled` are roles for mutual aid."""
    desk = front(request)
    recommending = desk.house.recommending
    if recommending is None:
        raise refused(404, "This centre sends no units")
    incident = await seen(desk, request, incident_id)
    site = account_of(desk.house.accounts, incident)
    place = await place_of(desk, incident)
    found = await recommending.of(
        incident,
        place,
        level=level or incident.level,
        tenant=None if site is None else site.tenant or None,
        others=OTHERS,
    )
    mine, language = tenants_of(visitor_of(request).user), language_of(request)
    return RecommendationView(
        level=found.level,
        needs=[NeedView(one.role, one.count) for one in found.needs],
        items=[
            ChoiceView(
                unit=one.unit.id,
                call_sign=one.unit.call_sign,
                role=one.role,
                eta_s=one.eta_s,
                way=one.way,
                reasons=reasons.say_all(one.reasons, language),
            )
            for one in found.found.choices
            if mine is None or not one.unit.tenant or one.unit.tenant in mine
        ],
        unfilled=list(found.found.unfilled),
        complete_s=found.found.complete_s,
        place_known=place is not None,
        fell_back=found.fell_back,
        next=None,
    )


async def place_of(desk: Front, incident: Incident) -> Point | None:
    """Where an incident is: its site, else the position that a caller or a report gave. None: nobody knows, or nobody
    can read it now."""
    site = account_of(desk.house.accounts, incident)
    if site is not None and site.latitude is not None and site.longitude is not None:
        return Point(site.latitude, site.longitude)
    part = position_part(incident)
    try:
        said = None if part is None else position_of((await desk.house.seals.open([part])).get(Part.POSITION))
        return None if said is None else Point(said.latitude, said.longitude)
    except (KeysUnavailable, SealError, ValueError):
        return None


def router() -> Router:
    handlers: list[Any] = [recommendation]
    return Router("/", route_handlers=handlers, tags=["units"])
