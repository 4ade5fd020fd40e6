"""How many people the room wants on a weekday, for whoever plans its shifts (`centre.reports.staffing`)."""

import asyncio
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Final

from litestar import Router, get
from litestar.params import QueryParameter

from belfry.centre.reports.staffing import Room, staffing
from belfry.domain.staffing import Target
from belfry.ports.archive import ClosedIncident, Sought
from belfry.web.archive import archive_of, closed_of, sees
from belfry.web.bodies import Asked
from belfry.web.front import Front, front
from belfry.web.identity import need
from belfry.web.outlet import Audience
from belfry.web.problems import refused
from belfry.web.rights import Right
from belfry.web.sight import viewer_of
from belfry.web.staffing_views import StaffingPlan

WEEKS: Final = 8
INCIDENTS_MOST: Final = 200_000
"""A plan out of more is refused, rather than made from some of them."""

Weekday = Annotated[int | None, QueryParameter(ge=0, le=6, description="0 is Monday; without it, today's")]
Percent = Annotated[float, QueryParameter(ge=1, le=99.9, description="Per cent that are answered in time")]
Seconds = Annotated[float, QueryParameter(ge=1, le=3_600)]
Patience = Annotated[float, QueryParameter(ge=1, le=86_400, description="Mean seconds after which a caller gives up")]
Lost = Annotated[float, QueryParameter(ge=0.1, le=100, description="Per cent of whom may give up")]
People = Annotated[int | None, QueryParameter(ge=0, le=1_000, description="Who will be there: what they make of it")]


@get("/staffing", guards=[need(Right.FLOOR)], summary="How many people the room wants, by quarter hours")
async def staffing_plan(
    request: Asked,
    day: Weekday = None,
    target: Percent = 80.0,
    within: Seconds = 30.0,
    patience: Patience = 120.0,
    lost: Lost = 5.0,
    people: People = None,
    weeks: Annotated[int, QueryParameter(ge=1, le=52)] = WEEKS,
) -> StaffingPlan:
    """From what arrived on such days of the last weeks, of what one may know of: Erlang C where everything waits until
    it is taken, Erlang A where whoever waits gives up in the end."""
    desk, audience = front(request), viewer_of(request).audience
    zone = desk.house.zone
    until = desk.house.clock().astimezone(zone).date()
    since, weekday = until - timedelta(weeks=weeks), until.weekday() if day is None else day
    found = await _arrived(desk, audience, datetime.combine(since, time(), zone))
    room = Room(target=Target(share=target / 100, within_s=within, lost=lost / 100), patience_s=patience, people=people)
    told = await asyncio.to_thread(staffing, found, room, weekday=weekday, since=since, until=until, zone=zone)
    return StaffingPlan(
        weekday=weekday,
        since=since,
        until=until,
        time_zone=str(zone),
        days=told.days,
        arrivals=told.arrivals,
        handled=told.handled,
        handling_s=told.handling_s,
        thin=told.thin,
        target=target,
        within_s=within,
        patience_s=patience,
        lost=lost,
        quarters=list(told.quarters),
    )


async def _arrived(desk: Front, audience: Audience, since: datetime) -> list[ClosedIncident]:
    found: list[ClosedIncident] = []
    async for one in closed_of(archive_of(desk), None, Sought(since=since)):
        if sees(desk, audience, one):
            found.append(one)
        if len(found) > INCIDENTS_MOST:
            raise refused(422, f"More than {INCIDENTS_MOST} incidents: ask for fewer weeks", kind="belfry:too-many")
    return found


def router() -> Router:
    handlers: list[Any] = [staffing_plan]
    return Router("/", route_handlers=handlers, tags=["reports"])
