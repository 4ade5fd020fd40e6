"""From the field over HTTP: distress, the lone worker's watch, and one's own reports."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, Final

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from belfry.centre.field import FieldDesk
from belfry.centre.field.desk import NotYet, Report
from belfry.centre.units import UnitNow
from belfry.domain.commands import Conflict, Invalid
from belfry.domain.pictures import takes_pictures
from belfry.domain.signal import Position
from belfry.ports.units import NoSuchUnit
from belfry.web.arrivals import KEY_HEADER, KEY_MOST
from belfry.web.bodies import Asked, takes
from belfry.web.field_asks import CheckBody, DistressBody, DistressEndBody
from belfry.web.field_views import CheckView, DistressView, ReportView
from belfry.web.front import Front, front
from belfry.web.identity import need
from belfry.web.incidents import staff_of
from belfry.web.problems import Refused, refused, refused_field, told
from belfry.web.rights import Right
from belfry.web.sight import sees_site, viewer_of
from belfry.web.unit_views import UnitView
from belfry.web.units import dispatch_of, sees_unit, view_of

_REFUSED: Final = {400: told("A field is outside its limit"), 409: told("It cannot be as things are now")}
_REPORT: Final = {404: told("There is no such report of yours"), 409: told("It is too late, or not decided yet")}
_DUTY: Final[dict[str, Any]] = {"status_code": 200, "guards": [need(Right.ON_DUTY)], "responses": _REFUSED}


# -- distress ---------------------------------------------------------------------------------------------------------


@post("/me/distress", opt=takes(DistressBody), summary="I am in distress", **_DUTY)
async def distress(request: Asked, data: JSONBody[DistressBody]) -> DistressView:
    """A mayday and one's unit in distress, in one go; pressed again it is the same. Whoever is with no unit is heard
    too. The control room alone ends it."""
    at = data.position
    position = None if at is None else Position(at.latitude, at.longitude)
    desk = field_of(front(request))
    receipt, unit = await desk.distress(staff_of(request), position, quiet=data.quiet, name=key_of(request))
    return DistressView(signal=str(receipt.position), unit=None if unit is None else unit.unit)


@post(
    "/units/{unit_id:str}/distress/end",
    status_code=200,
    guards=[need(Right.DISPATCH)],
    opt=takes(DistressEndBody),
    responses={**_REFUSED, 404: told("There is no such unit")},
    summary="The distress of a unit is over",
)
async def end_distress(request: Asked, unit_id: FromPath[str], data: JSONBody[DistressEndBody]) -> UnitView:
    """The room says so, with a reason."""
    desk, viewer = front(request), viewer_of(request)
    book = dispatch_of(desk).book
    one = book.by_id(unit_id) or book.by_sign(unit_id)
    if one is None or not sees_unit(desk, viewer, one):
        raise refused(404, "There is no such unit")
    now = await _done(field_of(desk).end_distress(one.id, data.reason, staff_of(request)))
    return view_of(desk, viewer, one, now)


# -- who works alone --------------------------------------------------------------------------------------------------


@get("/me/check", guards=[need(Right.ON_DUTY)], summary="The watch over oneself")
async def lone_check(request: Asked) -> CheckView:
    return _check(request, field_of(front(request)).unit_of(staff_of(request)))


@post("/me/check", opt=takes(CheckBody), summary="Watch over me", **_DUTY)
async def begin_check(request: Asked, data: JSONBody[CheckBody]) -> CheckView:
    """From now on one says every so many minutes that all is well. Begun again, it begins anew."""
    if data.site is not None:
        site = front(request).house.accounts.by_id(data.site)
        if site is None or not sees_site(request, site):
            raise refused_field("site", "site: there is no such site", value=data.site)
    begun = field_of(front(request)).begin_check(staff_of(request), data.minutes * 60, data.site)
    return _check(request, await _done(begun))


@post("/me/check/confirm", summary="All is well", **_DUTY)
async def confirm_check(request: Asked) -> CheckView:
    return _check(request, await _done(field_of(front(request)).confirm_check(staff_of(request))))


@post("/me/check/end", summary="Not alone any more", **_DUTY)
async def end_check(request: Asked) -> CheckView:
    return _check(request, await _done(field_of(front(request)).end_check(staff_of(request))))


# -- one's own reports ------------------------------------------------------------------------------------------------


@get("/reports/{signal:int}", guards=[need(Right.REPORT)], responses=_REPORT, summary="What became of one's report")
async def reported(request: Asked, signal: FromPath[int]) -> ReportView:
    return _report(request, await own_report(request, signal))


@post(
    "/reports/{signal:int}/withdraw",
    status_code=200,
    guards=[need(Right.REPORT)],
    responses=_REPORT,
    summary="Take one's report back",
)
async def withdraw(request: Asked, signal: FromPath[int]) -> ReportView:
    """Within minutes; the incident then says so wherever it was told, and the room decides what becomes of it."""
    await own_report(request, signal)
    try:
        found = await field_of(front(request)).withdraw(signal, staff_of(request))
    except NotYet:
        raise not_yet() from None
    except Conflict as error:
        raise refused(409, error.title, kind="belfry:report") from None
    return _report(request, found)


async def own_report(request: Asked, signal: int) -> Report:
    """Raises Refused where there is no such report of whoever asks."""
    try:
        return await field_of(front(request)).report(signal, staff_of(request).name)
    except LookupError:
        raise refused(404, "There is no such report of yours", kind="belfry:report") from None


def not_yet() -> Refused:
    return refused(409, "What becomes of it is being decided", kind="belfry:undecided", headers={"Retry-After": "1"})


# --


def field_of(desk: Front) -> FieldDesk:
    if desk.house.field_desk is None:
        raise refused(404, "This centre sends no units")
    return desk.house.field_desk


def key_of(request: Asked) -> str | None:
    """The Idempotency-Key of a request. Raises Refused where it is none."""
    key = request.headers.get(KEY_HEADER)
    if key is not None and not 0 < len(key) <= KEY_MOST:
        raise refused_field(KEY_HEADER, f"{KEY_HEADER}: 1 to {KEY_MOST} characters")
    return key


async def _done(act: Awaitable[UnitNow]) -> UnitNow:
    try:
        return await act
    except NoSuchUnit:
        raise refused(404, "There is no such unit") from None
    except Conflict as error:
        raise refused(409, error.title, kind="belfry:unit") from None
    except Invalid as error:
        raise refused_field(error.field, error.title, value=error.value, limit=error.limit) from None


def _check(request: Asked, now: UnitNow | None) -> CheckView:
    name, desk = staff_of(request).name, front(request)
    found = next((one for one in now.checks if one.user == name), None) if now is not None else None
    if found is None:
        return CheckView(watched=False)
    return CheckView(
        watched=True,
        minutes=found.every_s // 60,
        said_at=found.said_at,
        due_at=desk.house.lone_due(found),
        stage=found.stage,
        site=found.site,
    )


def _report(request: Asked, found: Report) -> ReportView:
    incident, rules = found.incident, front(request).house.rules
    return ReportView(
        signal=str(found.position),
        kind=found.kind or "",
        at=found.received_at,
        incident=None if incident is None else incident.id,
        incident_number=None if incident is None else incident.number,
        state=None if incident is None else incident.state,
        taken_by=None if incident is None else incident.taken_by,
        withdrawn_by=None if incident is None else incident.withdrawn_by,
        may_withdraw_until=found.received_at + timedelta(seconds=rules.withdraw_s),
        takes_pictures=incident is not None and incident.open and takes_pictures(incident.kind),
    )


def router() -> Router:
    handlers: list[Any] = [
        distress,
        end_distress,
        lone_check,
        begin_check,
        confirm_check,
        end_check,
        reported,
        withdraw,
    ]
    return Router("/", route_handlers=handlers, tags=["field"])
