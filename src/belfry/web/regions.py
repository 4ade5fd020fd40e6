"""What holds for many sites at once: calendars of public holidays, and agencies of every site inside a polygon.

They are of no tenant, so who is of some tenants reads them and changes none.
"""

from typing import Any

from litestar import Router, get, put
from litestar.params import FromPath, JSONBody

from belfry.domain.schedules import Calendar
from belfry.ports.sites import SiteUnfit
from belfry.web.bodies import Asked, takes
from belfry.web.front import front
from belfry.web.identity import need, visitor_of
from belfry.web.problems import refused, told
from belfry.web.rights import Right
from belfry.web.site_asks import CalendarBody, DistrictsBody
from belfry.web.site_views import CalendarList, CalendarView, DistrictList
from belfry.web.sites import unfit
from belfry.web.tenants import tenants_of

_NOT_ALL = {403: told("They are kept for all tenants, and this user is of some")}


@get("/calendars", guards=[need(Right.ACCOUNTS)], summary="Calendars of public holidays")
async def calendars(request: Asked) -> CalendarList:
    found = await front(request).house.sites.calendars()
    return CalendarList([CalendarView(one.name, list(one.days)) for one in found])


@put("/calendars/{name:str}", guards=[need(Right.ADD)], opt=takes(CalendarBody), responses=_NOT_ALL)
async def put_calendar(request: Asked, name: FromPath[str], data: JSONBody[CalendarBody]) -> CalendarView:
    """Keep the public holidays of a region under its name, in place of those before. Schedules name it."""
    by = _of_all(request)
    calendar = Calendar(name=name, days=tuple(sorted(data.days)))
    try:
        await front(request).house.sites.put_calendar(calendar, by=by)
    except SiteUnfit as error:
        raise unfit(error.flaws) from None
    return CalendarView(name, list(calendar.days))


@get("/districts", guards=[need(Right.ACCOUNTS)], summary="Agencies of districts")
async def districts(request: Asked) -> DistrictList:
    """Agencies of every site inside a polygon, in the order in which they are dialled behind a site's own."""
    return DistrictList(list(await front(request).house.sites.districts()))


@put("/districts", guards=[need(Right.ADD)], opt=takes(DistrictsBody), responses=_NOT_ALL)
async def put_districts(request: Asked, data: JSONBody[DistrictsBody]) -> DistrictList:
    """Keep these in place of all before. One that stays keeps its `id`, a new one has none."""
    by = _of_all(request)
    try:
        kept = await front(request).house.sites.put_districts(data.items, by=by)
    except SiteUnfit as error:
        raise unfit(error.flaws) from None
    return DistrictList(list(kept))


def _of_all(request: Asked) -> str:
    """The name of a user of all tenants. Raises Refused for another one."""
    user = visitor_of(request).user
    if tenants_of(user) is not None:
        raise refused(403, "This is kept for all tenants, and you are of some", kind="belfry:role")
    return user.name


def router() -> Router:
    handlers: list[Any] = [calendars, put_calendar, districts, put_districts]
    return Router("/", route_handlers=handlers, tags=["sites"])
