"""Roll calls on scene over HTTP (RULES 4, PAR). The room begins, calls and ends; a unit answers for itself."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from belfry.centre.dispatch.accounting import AccountingDesk
from belfry.domain.accounting import call_at, called, notice_at, on_scene, runs
from belfry.domain.commands import Conflict
from belfry.domain.incident import Incident
from belfry.domain.presets import span
from belfry.domain.unit import UnitStatus
from belfry.web.bodies import Asked, takes
from belfry.web.field_asks import RollAnswerBody, RollCallBody
from belfry.web.field_views import AccountingView, RollUnitView
from belfry.web.front import Front, front
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import nothing, seen, staff_of
from belfry.web.problems import refused, refused_field, short, told
from belfry.web.rights import Right, may

_REFUSED: Final = {
    403: told("It is another one's unit"),
    404: told("There is no such incident"),
    409: told("Nobody is called there now, or the incident is closed"),
}
_ROOM: Final[dict[str, Any]] = {"status_code": 200, "guards": [need(Right.DISPATCH)], "responses": _REFUSED}


@get("/incidents/{incident_id:str}/accounting", guards=[need(Right.QUEUE)], responses=_REFUSED, summary="Roll calls")
async def accounting(request: Asked, incident_id: FromPath[str]) -> AccountingView:
    """Who is on scene, who was called, who has answered, and when the next call is."""
    desk = front(request)
    return _view(_desk(desk), await seen(desk, request, incident_id))


@post("/incidents/{incident_id:str}/accounting/start", summary="Begin roll calls", **_ROOM)
async def start_roll(request: Asked, incident_id: FromPath[str]) -> AccountingView:
    """Where they do not begin by themselves."""
    return await _act(request, incident_id, lambda: _desk(front(request)).start(incident_id, staff_of(request)))


@post("/incidents/{incident_id:str}/accounting/call", opt=takes(RollCallBody), summary="Call everybody", **_ROOM)
async def call_roll(request: Asked, incident_id: FromPath[str], data: JSONBody[RollCallBody]) -> AccountingView:
    """At once: a mayday, a collapse, an evacuation, another strategy, or since the room wants to know."""
    return await _act(
        request, incident_id, lambda: _desk(front(request)).call(incident_id, data.why, staff_of(request))
    )


@post("/incidents/{incident_id:str}/accounting/end", summary="Under control", **_ROOM)
async def end_roll(request: Asked, incident_id: FromPath[str]) -> AccountingView:
    return await _act(request, incident_id, lambda: _desk(front(request)).end(incident_id, staff_of(request)))


@post(
    "/incidents/{incident_id:str}/accounting/answer",
    status_code=200,
    guards=[need(Right.ON_DUTY)],
    opt=takes(RollAnswerBody),
    responses=_REFUSED,
    summary="All of a unit are well",
)
async def answer_roll(request: Asked, incident_id: FromPath[str], data: JSONBody[RollAnswerBody]) -> AccountingView:
    """By its crew, or by the room that heard it over the radio."""

    def act() -> Awaitable[Incident]:
        return _desk(front(request)).answer(incident_id, _unit(request, data.unit), staff_of(request))

    return await _act(request, incident_id, act)


def _desk(desk: Front) -> AccountingDesk:
    if desk.house.accounting is None:
        raise refused(404, "This centre sends no units")
    return desk.house.accounting


async def _act(request: Asked, incident_id: str, act: Callable[[], Awaitable[Incident]]) -> AccountingView:
    desk = front(request)
    await seen(desk, request, incident_id)
    try:
        return _view(_desk(desk), await act())
    except Conflict as error:
        raise refused(409, error.title, kind="belfry:accounting") from None
    except LookupError:
        raise nothing() from None


def _unit(request: Asked, name: str | None) -> str:
    desk, user = front(request), visitor_of(request).user
    dispatch = desk.house.dispatch
    if dispatch is None:
        raise refused(404, "This centre sends no units")
    mine = dispatch.now.of(user.name)
    if name is None:
        if mine is None:
            raise refused_field("unit", "unit: you are on duty with none")
        return mine.unit
    one = dispatch.book.by_id(name) or dispatch.book.by_sign(name)
    if one is None:
        raise refused_field("unit", "unit: there is no such unit", value=short(name))
    if not may(user.role, Right.DISPATCH) and (mine is None or mine.unit != one.id):
        raise refused(403, "It is another one's unit", kind="belfry:unit")
    return one.id


def _view(desk: AccountingDesk, incident: Incident) -> AccountingView:
    par, rules = incident.accounting, desk.rules
    going = runs(par) and incident.open
    asked = {one.unit for one in called(incident)}
    answered = () if par is None else par.answered
    silent = () if par is None else par.silent
    return AccountingView(
        runs=going,
        may_start=incident.open and not going,
        started_at=None if par is None else par.started_at,
        called_at=None if par is None else par.called_at,
        noticed_at=None if par is None else par.noticed_at,
        notice_at=notice_at(par, rules) if par is not None and going else None,
        call_at=call_at(par, rules) if par is not None and going else None,
        silent_at=par.called_at + span(rules.par_silent_s) if par is not None and going and par.called_at else None,
        ended_at=None if par is None else par.ended_at,
        units=[
            RollUnitView(
                unit=one.unit,
                call_sign=one.call_sign,
                asked=one.unit in asked,
                answered=one.unit in asked and one.unit in answered,
                silent=one.unit in asked and one.unit in silent and one.unit not in answered,
                distress=one.status is UnitStatus.DISTRESS,
            )
            for one in on_scene(incident)
        ],
    )


def router() -> Router:
    return Router("/", route_handlers=[accounting, start_roll, call_roll, end_roll, answer_roll], tags=["field"])
