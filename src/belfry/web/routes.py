"""The API's addresses, all below one prefix. Made anew at each call, since a router belongs to one application."""

from typing import Final

from litestar import Router, get, route
from litestar.datastructures import ResponseHeader
from litestar.exceptions import NotFoundException

from belfry.ports.staff import StaffUnavailable
from belfry.web import arrivals, centre, incidents, signals, silence, staff
from belfry.web.bodies import Asked
from belfry.web.front import front
from belfry.web.identity import need, visitor_of
from belfry.web.languages import language_of
from belfry.web.outlet import Audience, Lasts, Stream
from belfry.web.problems import refused
from belfry.web.rights import Right, may
from belfry.web.stream import EventStream

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
    and an id alone every 10 s. The id is a journal position; send the last one back as `Last-Event-ID`."""
    desk, visitor = front(request), visitor_of(request)
    if desk.hub.full(visitor.user.name):
        raise refused(503, "Too many streams are open", headers={"Retry-After": "10"})
    role = visitor.user.role
    audience = Audience(language_of(request), medical=may(role, Right.MEDICAL), acts=may(role, Right.ACT))
    lasts = _bearer_lasts(request) if visitor.secret is None else _session_lasts(request, visitor.secret)
    one = Stream(audience, visitor.user.name, lasts, visitor.secret)
    return EventStream(desk.hub, one, request.headers.get("last-event-id"))


def _session_lasts(request: Asked, secret: str) -> Lasts:
    house = front(request).house

    async def lasts() -> bool:
        return house.sessions.find(secret, house.clock()) is not None

    return lasts


def _bearer_lasts(request: Asked) -> Lasts:
    house, secret = front(request).house, request.headers["authorization"].partition(" ")[2].strip()

    async def lasts() -> bool:
        try:
            return await house.tokens.find(secret, house.clock()) is not None
        except StaffUnavailable:  # whoever was let in stays while nobody can say otherwise
            return True

    return lasts


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
            incidents.router(),
            signals.router(),
            centre.router(),
            silence.router(),
            stream,
        ],
        response_headers=[
            ResponseHeader(name="Cache-Control", value="no-store"),
            ResponseHeader(name="X-Content-Type-Options", value="nosniff"),
        ],
    )
