"""Units over HTTP: who is on duty, what each unit is doing, and sending them. `domain.dispatching` judges every act.

The room sees the units of its tenants and those of the whole centre. Whoever is in the field sees his own unit and
those that are at the same incident, and says nothing but for his own.
"""

from collections.abc import Awaitable, Collection, Sequence
from typing import Any, Final

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from belfry.centre.dispatch import DispatchDesk, Send
from belfry.centre.units import UnitNow
from belfry.centre.units.positions import OLD
from belfry.domain.commands import Conflict, Invalid
from belfry.domain.dispatching import Said
from belfry.domain.incident import Incident
from belfry.domain.sent import SentUnit, here
from belfry.domain.signal import Position
from belfry.domain.status_timers import overdue_at
from belfry.domain.unit import FREE, Unit
from belfry.ports.units import NoSuchUnit, UnitBook
from belfry.web.bodies import Asked, takes
from belfry.web.colleagues import colleagues
from belfry.web.front import Front, front
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import seen, staff_of
from belfry.web.outlet import Viewer
from belfry.web.problems import Problem, Refused, refused, refused_field, short, told
from belfry.web.rights import Right, may
from belfry.web.sight import viewer_of
from belfry.web.tenants import tenants_of
from belfry.web.unit_asks import CallBackBody, LevelBody, SendBody, SignOffBody, SignOnBody, StatusBody, WhereBody
from belfry.web.unit_views import CrewView, SentList, SentView, UnitsView, UnitView, WhereView

_REFUSED: Final = {
    400: told("A field is outside its limit"),
    403: told("It is another one's unit"),
    404: told("There is no such unit or incident"),
    409: told("It cannot be as the unit is now; `unit` is what it is now"),
}
_SAY: Final[dict[str, Any]] = {"status_code": 200, "guards": [need(Right.ON_DUTY)], "responses": _REFUSED}
_SEND: Final[dict[str, Any]] = {"status_code": 200, "guards": [need(Right.DISPATCH)], "responses": _REFUSED}


# -- reading ----------------------------------------------------------------------------------------------------------


@get("/units", guards=[need(Right.ON_DUTY)], summary="Units, and what each is doing")
async def units(request: Asked) -> UnitsView:
    """In the order of their call signs. The stream says each change as `unit`."""
    desk, viewer = front(request), viewer_of(request)
    house = dispatch_of(desk)
    known = [one for one in house.units() if sees_unit(desk, viewer, one)]
    return UnitsView([view_of(desk, viewer, one, house.now.get(one.id)) for one in known])


@get("/units/{unit_id:str}", guards=[need(Right.ON_DUTY)], responses=_REFUSED, summary="One unit")
async def unit(request: Asked, unit_id: FromPath[str]) -> UnitView:
    return _told(request, _unit(request, unit_id))


@get("/incidents/{incident_id:str}/units", guards=[need(Right.QUEUE)], responses=_REFUSED, summary="Units at it")
async def units_at(request: Asked, incident_id: FromPath[str]) -> SentList:
    return _list(await seen(front(request), request, incident_id))


# -- what a unit says -------------------------------------------------------------------------------------------------


@post("/units/{unit_id:str}/crew", opt=takes(SignOnBody), summary="Sign on", **_SAY)
async def sign_on(request: Asked, unit_id: FromPath[str], data: JSONBody[SignOnBody]) -> UnitView:
    """Himself, or by the room whoever told it so. Whoever is in the field signs on to units of his tenants."""
    one, by = _unit(request, unit_id, signing_on=True), staff_of(request)
    user = data.user or by.name
    _himself(request, user)
    known = await _known_user(request, user)
    desk = dispatch_of(front(request))
    return await _done(
        request,
        one,
        desk.sign_on(one.id, known, by, until=data.until, skills=frozenset(data.skills), on_call=data.on_call),
    )


@post("/units/{unit_id:str}/crew/leave", opt=takes(SignOffBody), summary="Sign off", **_SAY)
async def sign_off(request: Asked, unit_id: FromPath[str], data: JSONBody[SignOffBody]) -> UnitView:
    """Never while the unit is busy, where nobody else of it stays."""
    one, by = _unit(request, unit_id), staff_of(request)
    user = data.user or by.name
    _himself(request, user)
    return await _done(request, one, dispatch_of(front(request)).sign_off(one.id, user, by))


@post("/units/{unit_id:str}/status", opt=takes(StatusBody), summary="Say a status", **_SAY)
async def status(request: Asked, unit_id: FromPath[str], data: JSONBody[StatusBody]) -> UnitView:
    """The same one again changes nothing. A time that cannot be is left out. Distress raises a mayday, once."""
    one = _own(request, unit_id)
    where = data.position
    said = Said(
        status=data.status,
        assignment=data.assignment,
        occurred_at=data.occurred_at,
        position=None if where is None else Position(where.latitude, where.longitude),
        eta_s=data.eta_s,
        needs_more=data.needs_more,
        reason=data.reason,
    )
    house = front(request).house
    sayer = dispatch_of(front(request)) if house.field_desk is None else house.field_desk
    return await _done(request, one, sayer.say(one.id, said, staff_of(request)))


@post(
    "/units/{unit_id:str}/position",
    status_code=204,
    guards=[need(Right.ON_DUTY)],
    responses=_REFUSED,
    opt=takes(WhereBody),
    summary="Say where the unit is",
)
async def position(request: Asked, unit_id: FromPath[str], data: JSONBody[WhereBody]) -> None:
    """Of units on duty alone; kept in memory and nowhere else. One that cannot be is passed over."""
    one = _own(request, unit_id)
    desk = front(request)
    house = dispatch_of(desk)
    if house.now.get(one.id).on_duty:
        where = Position(data.latitude, data.longitude)
        house.moved(one.id, where, data.at)
        desk.hub.unit_moved(one.id)


# -- sending ----------------------------------------------------------------------------------------------------------


@post("/incidents/{incident_id:str}/units", opt=takes(SendBody), summary="Send a unit", **_SEND)
async def send(request: Asked, incident_id: FromPath[str], data: JSONBody[SendBody]) -> SentList:
    """A person decides, whatever is recommended; why another one was chosen is kept, sealed."""
    desk = front(request)
    await seen(desk, request, incident_id)
    one = _unit(request, data.unit)
    sending = Send(
        unit=one.id,
        divert=data.divert,
        role=data.role,
        rank=data.rank,
        eta_s=data.eta_s,
        way=data.way,
        reason=data.reason,
    )
    await _done(request, one, dispatch_of(desk).send(incident_id, sending, staff_of(request)))
    desk.house.deadlines.touch(incident_id, visitor_of(request).user.name)
    return _list(await seen(desk, request, incident_id))


@post("/incidents/{incident_id:str}/units/{unit_id:str}/release", opt=takes(CallBackBody), summary="Call back", **_SEND)
async def call_back(
    request: Asked, incident_id: FromPath[str], unit_id: FromPath[str], data: JSONBody[CallBackBody]
) -> SentList:
    """Who has a patient is not called back."""
    desk = front(request)
    await seen(desk, request, incident_id)
    one = _unit(request, unit_id)
    await _done(request, one, dispatch_of(desk).release(incident_id, one.id, staff_of(request), reason=data.reason))
    desk.house.deadlines.touch(incident_id, visitor_of(request).user.name)
    return _list(await seen(desk, request, incident_id))


@post("/incidents/{incident_id:str}/level", opt=takes(LevelBody), summary="Set the alarm level", **_SEND)
async def set_level(request: Asked, incident_id: FromPath[str], data: JSONBody[LevelBody]) -> SentList:
    """For how much help it calls: the recommendation goes by it from here on. Sends nobody."""
    desk = front(request)
    await seen(desk, request, incident_id)
    try:
        await dispatch_of(desk).set_level(incident_id, data.level, staff_of(request))
    except Conflict as error:
        raise refused(409, error.title, kind="belfry:conflict") from None
    except LookupError:
        raise refused(404, "There is no such incident") from None
    return _list(await seen(desk, request, incident_id))


# -- saying -----------------------------------------------------------------------------------------------------------


def dispatch_of(desk: Front) -> DispatchDesk:
    """Raises Refused where this centre sends nobody."""
    dispatch = desk.house.dispatch
    if dispatch is None:
        raise refused(404, "This centre sends no units")
    return dispatch


def is_of_room(viewer: Viewer) -> bool:
    return viewer.audience.acts


def sees_unit(desk: Front, viewer: Viewer, one: Unit) -> bool:
    """Whether somebody may know of a unit: the room of its tenants' and the centre's own, its crew, and whoever is at
    the same incident."""
    tenants = viewer.audience.tenants
    if viewer.audience.acts:
        return tenants is None or not one.tenant or one.tenant in tenants or _is_at_theirs(desk, viewer, one)
    now = dispatch_of(desk).now
    mine = now.of(viewer.name)
    if mine is None:
        return False
    there = now.get(one.id)
    return mine.unit == one.id or (mine.incident is not None and mine.incident == there.incident)


def _is_at_theirs(desk: Front, viewer: Viewer, one: Unit) -> bool:
    """A unit that went to another tenant while it is at an incident of theirs is theirs to call back."""
    at = dispatch_of(desk).now.get(one.id).incident
    incident = None if at is None else desk.house.board.get(at)
    return incident is not None and desk.tenants.by_rule(viewer.audience, incident)


def view_of(desk: Front, viewer: Viewer, one: Unit, now: UnitNow) -> UnitView:
    house = dispatch_of(desk)
    at = desk.house.clock()
    incident = None if now.incident is None else desk.house.board.get(now.incident)
    shown = incident if incident is not None and desk.tenants.incident(viewer, incident) else None
    own = any(member.user == viewer.name for member in now.crew)
    known = house.positions.of(one.id, at) if viewer.audience.acts or own else None
    station = None if one.station is None else house.book.station(one.station)
    skills = one.skills.union(*(member.skills for member in now.crew))
    sent = next((each for each in shown.units if each.assignment == now.assignment), None) if shown else None
    return UnitView(
        id=one.id,
        call_sign=one.call_sign,
        type=one.type,
        service=one.service,
        tenant=one.tenant,
        station=one.station,
        station_name=None if station is None else station.name,
        skills=sorted(skills),
        equipment=sorted(one.equipment),
        travels=one.travels,
        enabled=one.enabled,
        status=now.status,
        since=now.since,
        free=now.on_duty and one.enabled and now.status in FREE,
        on_duty=now.on_duty,
        crew=[CrewView(member.user, member.since, member.until) for member in now.crew],
        short=now.on_duty and len(now.crew) < one.crew_least,
        incident=None if shown is None else shown.id,
        incident_number=None if shown is None else shown.number,
        incident_kind=None if shown is None else shown.kind,
        assignment=now.assignment if shown is not None or own else None,
        eta_at=None if sent is None else sent.eta_at,
        overdue_at=overdue_at(now.status, now.since, None if sent is None else sent.eta_at, desk.house.rules),
        needs_more=sent is not None and sent.needs_more,
        where=None
        if known is None
        else WhereView(known.position.latitude, known.position.longitude, known.at, old=at - known.at > OLD),
        sent=now.sent,
        busy_s=int(now.busy.total_seconds()),
    )


class Witnesses:
    """Who in the field may know of a unit: its crew and those of the units at its incident, and of the one it left."""

    def __init__(self, desk: Front) -> None:
        self._desk = desk
        self._left: dict[str, str] = {}
        """The incident at which a unit was last told."""

    def __call__(self, unit_id: str) -> Collection[str]:
        house = dispatch_of(self._desk)
        now = house.now.get(unit_id)
        before = self._left.get(unit_id)
        if now.incident is None:
            self._left.pop(unit_id, None)
        else:
            self._left[unit_id] = now.incident
        units = {unit_id}
        for incident_id in {now.incident, before} - {None}:
            incident = self._desk.house.board.get(str(incident_id))
            units.update(one.unit for one in (() if incident is None else here(incident.units)))
        return {member.user for one in units for member in house.now.get(one).crew}


def encoded(desk: Front, viewer: Viewer, unit_id: str) -> bytes | None:
    """The unit for the stream; None: it is not for this viewer."""
    if desk.house.dispatch is None:
        return None
    one = dispatch_of(desk).unit(unit_id)
    if one is None or not sees_unit(desk, viewer, one):
        return None
    return msgspec.json.encode(view_of(desk, viewer, one, dispatch_of(desk).now.get(unit_id)))


def sent_views(units: Sequence[SentUnit]) -> list[SentView]:
    return [
        SentView(
            assignment=one.assignment,
            unit=one.unit,
            call_sign=one.call_sign,
            status=one.status,
            sent_at=one.sent_at,
            by=one.by,
            role=one.role,
            eta_at=one.eta_at,
            times=one.times,
            needs_more=one.needs_more,
            left_at=one.left_at,
        )
        for one in units
    ]


def _list(incident: Incident) -> SentList:
    return SentList(sent_views(incident.units))


def _told(request: Asked, one: Unit) -> UnitView:
    desk = front(request)
    return view_of(desk, viewer_of(request), one, dispatch_of(desk).now.get(one.id))


# -- judging ----------------------------------------------------------------------------------------------------------


def _unit(request: Asked, name: str, *, signing_on: bool = False) -> Unit:
    """A unit by its id or call sign, as far as this person may know of it. Raises Refused."""
    desk, viewer = front(request), viewer_of(request)
    book: UnitBook = dispatch_of(desk).book
    one = book.by_id(name) or book.by_sign(name) or dispatch_of(desk).unit(name)
    tenants = tenants_of(visitor_of(request).user)
    may_join = signing_on and one is not None and (tenants is None or one.tenant in tenants)
    if one is None or not (may_join or sees_unit(desk, viewer, one)):
        raise refused(404, "There is no such unit")
    return one


def _own(request: Asked, name: str) -> Unit:
    """The same, and whoever is no dispatcher speaks for his own alone."""
    one = _unit(request, name)
    user = visitor_of(request).user
    crew = dispatch_of(front(request)).now.get(one.id).crew
    if not may(user.role, Right.DISPATCH) and all(member.user != user.name for member in crew):
        raise refused(403, "It is another one's unit", kind="belfry:unit")
    return one


def _himself(request: Asked, user: str) -> None:
    me = visitor_of(request).user
    if user != me.name and not may(me.role, Right.DISPATCH):
        raise refused(403, "Only the control room signs others on and off", kind="belfry:unit")


async def _known_user(request: Asked, name: str) -> str:
    """The name as its account has it, of somebody whom whoever asks may know of. Raises Refused."""
    me = visitor_of(request).user
    if name == me.name:
        return name
    for one in await colleagues(request):
        if one.casefold() == name.casefold():
            _not_out_of_sight(request, one)
            return one
    raise refused_field("user", "user: there is no such staff account", value=short(name))


def _not_out_of_sight(request: Asked, user: str) -> None:
    """Whoever is on duty with a unit of which nobody here may know is so elsewhere, and no more is said."""
    desk, viewer = front(request), viewer_of(request)
    now = dispatch_of(desk).now.of(user)
    one = None if now is None else dispatch_of(desk).unit(now.unit)
    if one is not None and not sees_unit(desk, viewer, one):
        raise refused(409, f"{user} is on duty elsewhere: he has to sign off there first", kind="belfry:conflict")


async def _done(request: Asked, one: Unit, act: Awaitable[UnitNow]) -> UnitView:
    """Do an act on a unit, and say what it is then. Raises Refused."""
    try:
        await act
    except NoSuchUnit:
        raise refused(404, "There is no such unit") from None
    except Conflict as error:
        problem = Problem(status=409, title=error.title, type="belfry:unit", unit=_told(request, one))
        raise Refused(problem) from None
    except Invalid as error:
        raise refused_field(error.field, error.title, value=error.value, limit=error.limit) from None
    except LookupError:
        raise refused(404, "There is no such incident") from None
    return _told(request, one)


def router() -> Router:
    handlers: list[Any] = [units, unit, units_at, sign_on, sign_off, status, position, send, call_back, set_level]
    return Router("/", route_handlers=handlers, tags=["units"])
