"""The responder's phone over HTTP: with which unit somebody is on duty, where it is sent, what its crew may read there,
and what it writes back.

What a site says of its dangers and of its key safe is shown to the crew of a unit that has accepted, and each showing
is a fact of the incident. The phone sends again whatever it has no answer to, so a note has a key and is kept once.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from belfry.centre.units import UnitNow
from belfry.domain.commands import Conflict, Invalid
from belfry.domain.coordinates import coordinates
from belfry.domain.field_sight import has_accepted, sent_there
from belfry.domain.sent import here
from belfry.domain.unit import Shift, Unit
from belfry.web.bodies import Asked, takes
from belfry.web.front import Front, front
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import nothing, staff_of
from belfry.web.languages import language_of
from belfry.web.places import LIST_WITHIN_S
from belfry.web.problems import Refused, refused, refused_field, told
from belfry.web.responder_views import CrewIncident, CrewNoteBody, CrewNoteTaken, CrewSite, DutyNow, JoinView
from belfry.web.rights import Right
from belfry.web.sight import sees, viewer_of
from belfry.web.telling import account_of
from belfry.web.tenants import tenants_of
from belfry.web.units import dispatch_of, sent_views, view_of

AHEAD: Final = timedelta(hours=12)
"""How long before it begins a shift is offered to sign on to."""
UNITS_MOST: Final = 200
KEY_HEADER: Final = "Idempotency-Key"
KEY_MOST: Final = 200

_REFUSED: Final = {
    400: told("A field is outside its limit"),
    404: told("There is no such incident"),
    409: told("The unit is not sent there, not any more, or has not accepted yet"),
}


@get("/me/duty", guards=[need(Right.ON_DUTY)], summary="My unit, and where it is sent")
async def my_duty(request: Asked) -> DutyNow:
    desk, viewer = front(request), viewer_of(request)
    dispatch = dispatch_of(desk)
    now = dispatch.now.of(viewer.name)
    unit = None if now is None else dispatch.book.by_id(now.unit)
    if now is None or unit is None:
        joins = await _joins(request)
        return DutyNow(user=viewer.name, now=desk.house.clock(), unit=None, incident=None, units=joins)
    return DutyNow(
        user=viewer.name,
        now=desk.house.clock(),
        unit=view_of(desk, viewer, unit, now),
        incident=await _incident(request, now),
        units=[],
    )


@post(
    "/incidents/{incident_id:str}/crew/site",
    status_code=200,
    guards=[need(Right.ON_DUTY)],
    responses=_REFUSED,
    summary="Dangers of the site, and the way in",
)
async def crew_site(request: Asked, incident_id: FromPath[str]) -> CrewSite:
    """For the crew of a unit that has accepted; that it was shown stands in the incident's story."""
    desk, by = front(request), staff_of(request)
    house, unit = desk.house, _my_unit(request)
    crew = dispatch_of(desk).crew
    try:
        incident = crew.may_enter(incident_id, unit)
        account = account_of(house.accounts, incident)
        file = None if account is None else await house.sites.site(account.id)
        if file is None:
            raise refused(404, "Nothing is known of a site there")
        await crew.access_shown(incident_id, unit, file.account.id, by)
    except Conflict as error:
        raise _not_there(request, incident_id, error) from None
    has_code = file.details.has_access_code and house.words is not None
    code = await house.words.access(file.account.id, by=by.name) if has_code and house.words is not None else None
    return CrewSite(
        incident=incident_id,
        name=file.account.name,
        address=file.account.address,
        notes=file.details.notes,
        hazards=file.details.hazards,
        access=file.details.access,
        access_code=code,
    )


@post(
    "/incidents/{incident_id:str}/crew/note",
    status_code=200,
    guards=[need(Right.ON_DUTY)],
    opt=takes(CrewNoteBody),
    responses=_REFUSED,
    summary="A note from the crew",
)
async def crew_note(request: Asked, incident_id: FromPath[str], data: JSONBody[CrewNoteBody]) -> CrewNoteTaken:
    """Sealed as any note; under one `Idempotency-Key` it is kept once. It may come after the unit has left."""
    key = request.headers.get(KEY_HEADER.lower(), "")
    if not 0 < len(key) <= KEY_MOST:
        raise refused_field(KEY_HEADER, f"{KEY_HEADER}: 1 to {KEY_MOST} characters")
    crew = dispatch_of(front(request)).crew
    try:
        new = await crew.note(incident_id, _my_unit(request), data.text, staff_of(request), key=key)
    except Conflict as error:
        raise _not_there(request, incident_id, error) from None
    except Invalid as error:
        raise refused_field(error.field, error.title, value=error.value, limit=error.limit) from None
    return CrewNoteTaken(incident_id, again=not new)


# -- saying -----------------------------------------------------------------------------------------------------------


def _not_there(request: Asked, incident_id: str, error: Conflict) -> Refused:
    """Why not, to whoever may know of the incident; to others there is none."""
    found = front(request).house.board.get(incident_id)
    if found is None or not sees(request, found):
        return nothing()
    return refused(409, error.title, kind="belfry:unit")


def _my_unit(request: Asked) -> str:
    """Raises Refused for whoever is on duty with none, as if there were no incident."""
    now = dispatch_of(front(request)).now.of(visitor_of(request).user.name)
    if now is None:
        raise nothing()
    return now.unit


async def _joins(request: Asked) -> list[JoinView]:
    """What one may sign on to: the units of one's shifts, then those of one's tenants."""
    desk, user = front(request), visitor_of(request).user
    units, at = desk.house.units, desk.house.clock()
    book = dispatch_of(desk).book
    shifts = [] if units is None else await units.rota(at, at + AHEAD, user=user.name)
    mine = {one.unit: one for one in reversed(shifts) if one.user.casefold() == user.name.casefold()}
    tenants = tenants_of(user)
    open_to = [
        one for one in book.all() if one.enabled and (one.id in mine or tenants is None or one.tenant in tenants)
    ]
    open_to.sort(key=lambda one: one.id not in mine)
    return [_join(desk, one, mine.get(one.id)) for one in open_to[:UNITS_MOST]]


def _join(desk: Front, one: Unit, shift: Shift | None) -> JoinView:
    dispatch = dispatch_of(desk)
    station = None if one.station is None else dispatch.book.station(one.station)
    return JoinView(
        unit=one.id,
        call_sign=one.call_sign,
        type=one.type,
        station_name=None if station is None else station.name,
        crew=len(dispatch.now.get(one.id).crew),
        since=None if shift is None else shift.since,
        until=None if shift is None else shift.until,
        on_call=shift is not None and shift.on_call,
    )


async def _incident(request: Asked, now: UnitNow) -> CrewIncident | None:
    desk = front(request)
    found = None if now.incident is None else desk.house.board.get(now.incident)
    sent = None if found is None else sent_there(found, now.unit)
    if found is None or sent is None or not desk.tenants.incident(viewer_of(request), found):
        return None
    await desk.places.read([found], within_s=LIST_WITHIN_S)
    site = account_of(desk.house.accounts, found)
    where = desk.places.of(found) if site is None else ", ".join(_given(site.name, site.address))
    at = coordinates(where or "") if site is None else site
    return CrewIncident(
        id=found.id,
        number=found.number,
        kind=found.kind,
        label=desk.house.kinds.words(found.kind, language_of(request)).label,
        priority=found.priority,
        open=found.open,
        opened_at=found.opened_at,
        place=where or None,
        latitude=None if at is None else at.latitude,
        longitude=None if at is None else at.longitude,
        silent=found.silent,
        has_site=site is not None,
        accepted=has_accepted(sent),
        assignment=sent.assignment,
        sent_at=sent.sent_at,
        eta_at=sent.eta_at,
        needs_more=sent.needs_more,
        others=sent_views([one for one in here(found.units) if one.unit != now.unit]),
    )


def _given(*words: str) -> Iterator[str]:
    return (one for one in words if one)


def router() -> Router:
    handlers: list[Any] = [my_duty, crew_site, crew_note]
    return Router("/", route_handlers=handlers, tags=["responder"])
