"""What holds for many sites at once: calendars of public holidays, and agencies of every site inside a polygon.

They are of no tenant, so who is of some tenants reads them and changes none. Two who edit one list do not overwrite
each other: each answer has a mark of what it shows, and a change goes through only while that is still so.
"""

from collections.abc import Awaitable
from typing import Annotated, Any, Final, TypeVar

from litestar import Router, delete, get, put
from litestar.params import FromPath, JSONBody, QueryParameter

from belfry.domain.marks import mark_of
from belfry.domain.schedules import Calendar
from belfry.ports.sites import ListChanged, NoSuchList, SiteUnfit, StillNamed
from belfry.web.bodies import Asked, takes
from belfry.web.front import front
from belfry.web.identity import need, visitor_of
from belfry.web.problems import refused, told
from belfry.web.rights import Right, may
from belfry.web.site_asks import CalendarBody, DistrictsBody
from belfry.web.site_views import CalendarList, CalendarView, DistrictList
from belfry.web.sites import unfit
from belfry.web.tenants import tenants_of

T = TypeVar("T")

_WRITING: Final = {
    403: told("They are kept for all tenants, and this user is of some"),
    409: told("Somebody else changed it since it was read: nothing was written"),
}
_REMOVING: Final = {
    403: _WRITING[403],
    404: told("There is no such calendar"),
    409: told("Somebody else changed it since it was read, or schedules still name it"),
}


@get("/calendars", guards=[need(Right.ACCOUNTS)], summary="Calendars of public holidays")
async def calendars(request: Asked) -> CalendarList:
    found = await front(request).house.sites.calendars()
    return CalendarList([_view(one) for one in found], may_edit=_may_edit(request))


@put("/calendars/{name:str}", guards=[need(Right.ADD)], opt=takes(CalendarBody), responses=_WRITING)
async def put_calendar(request: Asked, name: FromPath[str], data: JSONBody[CalendarBody]) -> CalendarView:
    """Keep the public holidays of a region under its name, in place of those that were seen. Schedules name it."""
    by = _of_all(request)
    calendar = Calendar(name=name, days=tuple(data.days))
    return _view(await _asked(front(request).house.sites.put_calendar(calendar, seen=data.mark, by=by)))


@delete("/calendars/{name:str}", guards=[need(Right.ADD)], responses=_REMOVING, summary="Forget a calendar")
async def remove_calendar(
    request: Asked, name: FromPath[str], mark: Annotated[str, QueryParameter(max_length=40)]
) -> None:
    """Refused while a schedule names it: its holidays would be days like others, and nobody would be told."""
    await _asked(front(request).house.sites.remove_calendar(name, seen=mark, by=_of_all(request)))


@get("/districts", guards=[need(Right.EDIT)], summary="Agencies of districts")
async def districts(request: Asked) -> DistrictList:
    """Agencies of every site inside a polygon, in the order in which they are dialled behind a site's own."""
    found = list(await front(request).house.sites.districts())
    return DistrictList(found, mark_of(found), may_edit=_may_edit(request))


@put("/districts", guards=[need(Right.ADD)], opt=takes(DistrictsBody), responses=_WRITING)
async def put_districts(request: Asked, data: JSONBody[DistrictsBody]) -> DistrictList:
    """Keep these in place of those that were seen. One that stays keeps its `id`, a new one has none."""
    by = _of_all(request)
    kept = list(await _asked(front(request).house.sites.put_districts(data.items, seen=data.mark, by=by)))
    return DistrictList(kept, mark_of(kept), may_edit=True)


def _view(calendar: Calendar) -> CalendarView:
    return CalendarView(calendar.name, list(calendar.days), mark_of(calendar))


def _may_edit(request: Asked) -> bool:
    user = visitor_of(request).user
    return may(user.role, Right.ADD) and tenants_of(user) is None


def _of_all(request: Asked) -> str:
    """The name of a user of all tenants. Raises Refused for another one."""
    user = visitor_of(request).user
    if tenants_of(user) is not None:
        raise refused(403, "This is kept for all tenants, and you are of some", kind="belfry:role")
    return user.name


async def _asked(answer: Awaitable[T]) -> T:
    try:
        return await answer
    except SiteUnfit as error:
        raise unfit(error.flaws) from None
    except ListChanged:
        raise refused(409, "Somebody else changed it since you read it", kind="belfry:changed") from None
    except NoSuchList:
        raise refused(404, "There is no such calendar", kind="belfry:calendar") from None
    except StillNamed as error:
        title = f"{error.schedules} schedules still name it"
        raise refused(409, title, kind="belfry:in-use") from None


def router() -> Router:
    handlers: list[Any] = [calendars, put_calendar, remove_calendar, districts, put_districts]
    return Router("/", route_handlers=handlers, tags=["sites"])
