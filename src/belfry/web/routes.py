"""The API's addresses, all below one prefix. Made anew at each call, since a router belongs to one application."""

from typing import Final

from litestar import Router, get, route
from litestar.datastructures import ResponseHeader
from litestar.exceptions import NotFoundException

from belfry.ports.staff import StaffUnavailable, User
from belfry.web import (
    abilities,
    account_record,
    accounting,
    agreements,
    alerts,
    archive,
    arrivals,
    at_sites,
    bulk_acts,
    call_taking,
    calls,
    centre,
    cover,
    device_listening,
    devices,
    duty,
    field,
    floor,
    floor_plans,
    gazetteer,
    handover,
    incident_record,
    incidents,
    looks,
    mappings,
    maps,
    notices,
    on_test,
    pictures,
    plan_acts,
    plans,
    push,
    recommending,
    regions,
    reports,
    responder,
    response_report,
    rota,
    schedule,
    scores,
    sheets,
    signals,
    silence,
    sites,
    staff,
    staffing,
    storms,
    technician,
    technician_codes,
    training,
    unit_admin,
    unit_statuses,
    units,
    wall,
    warnings,
    words,
)
from belfry.web.bodies import Asked
from belfry.web.event_stream import EventStream
from belfry.web.front import front
from belfry.web.identity import need, visitor_of
from belfry.web.outlet import Audience, Lasts, Stream
from belfry.web.problems import refused
from belfry.web.rights import Right, may
from belfry.web.sight import audience_of, viewer_of

PREFIX: Final = "/api/v1"


@get(
    "/stream",
    guards=[need(Right.QUEUE)],
    media_type="text/event-stream",
    tags=["incidents"],
    summary="Every change, as it happens",
)
async def stream(request: Asked) -> EventStream:
    """Server-sent events: `incident` with a Row, `centre` with a Pulse, `reset` where the queue has to be loaded anew,
    and an id alone every 10 s; to oneself `duty`, whether one is handed incidents, and `bulk`, how far an act on many
    came. The id is a journal position; send the last one back as `Last-Event-ID`."""
    desk, visitor = front(request), visitor_of(request)
    if desk.hub.full(visitor.user.name):
        raise refused(503, "Too many streams are open", headers={"Retry-After": "10"})
    audience = viewer_of(request).audience
    if visitor.secret is None:
        lasts = _bearer_lasts(request, audience)
    else:
        lasts = _session_lasts(request, audience, visitor.secret)
    one = Stream(audience, visitor.user.name, lasts, visitor.secret)
    return EventStream(desk.hub, one, request.headers.get("last-event-id"))


def _session_lasts(request: Asked, audience: Audience, secret: str) -> Lasts:
    house = front(request).house

    async def lasts() -> Audience | None:
        session = house.sessions.find(secret, house.clock())
        return None if session is None else _listening(session.user, audience)

    return lasts


def _bearer_lasts(request: Asked, audience: Audience) -> Lasts:
    house, secret = front(request).house, request.headers["authorization"].partition(" ")[2].strip()
    known = audience

    async def lasts() -> Audience | None:
        nonlocal known
        try:
            user = await house.tokens.find(secret, house.clock())
        except StaffUnavailable:  # whoever was let in stays while nobody can say otherwise
            return known
        listening = None if user is None else _listening(user, audience)
        known = listening or known
        return listening

    return lasts


def _listening(user: User, before: Audience) -> Audience | None:
    """The audience that a listener is of now; None where the role may not listen any more."""
    return audience_of(user, before.language) if may(user.role, Right.QUEUE) else None


@route(["/api", "/api/{path:path}"], http_method=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
async def nowhere() -> None:
    """Whatever else is asked of the API; without this the console's page would answer."""
    raise NotFoundException


def api() -> Router:
    return Router(
        PREFIX,
        route_handlers=[
            staff.router(),
            arrivals.router(),
            call_taking.router(),
            bulk_acts.router(),
            duty.router(),
            floor.router(),
            wall.router(),
            maps.router(),
            floor_plans.router(),
            gazetteer.router(),
            abilities.router(),
            incidents.router(),
            units.router(),
            unit_statuses.router(),
            alerts.router(),
            push.router(),
            recommending.router(),
            accounting.router(),
            field.router(),
            pictures.router(),
            looks.router(),
            responder.router(),
            unit_admin.router(),
            rota.router(),
            at_sites.router(),
            signals.router(),
            archive.router(),
            response_report.router(),
            reports.router(),
            staffing.router(),
            cover.router(),
            account_record.router(),
            incident_record.router(),
            notices.router(),
            handover.router(),
            training.router(),
            centre.router(),
            silence.router(),
            sites.router(),
            regions.router(),
            words.router(),
            sheets.router(),
            schedule.router(),
            on_test.router(),
            technician_codes.router(),
            technician.router(),
            storms.router(),
            plans.router(),
            devices.router(),
            device_listening.router(),
            mappings.router(),
            warnings.router(),
            agreements.router(),
            plan_acts.router(),
            calls.router(),
            scores.router(),
            stream,
        ],
        response_headers=[
            ResponseHeader(name="Cache-Control", value="no-store"),
            ResponseHeader(name="X-Content-Type-Options", value="nosniff"),
        ],
    )
