"""One act on many incidents over HTTP: shown first, then done, with its counts in the answer and over the stream."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from belfry.centre.bulk import Bulk, BulkAsk, More, Outcome
from belfry.domain.bulk import BulkAct, comment_missing
from belfry.domain.commands import NotAllowed, Refusal, Staff
from belfry.domain.incident import Incident
from belfry.web.bodies import Asked, takes
from belfry.web.front import Front, front
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import staff_of
from belfry.web.problems import refused, refused_field, told
from belfry.web.rights import Right
from belfry.web.sight import viewer_of
from belfry.web.stream import Hub
from belfry.web.together_asks import BulkBody
from belfry.web.together_views import BulkView, RefusedGroup

_REFUSED: Final = {
    400: told("A field is missing or outside its limit"),
    403: told("The role may not"),
    409: told("More are meant than were shown, or the id belongs to another act"),
}


def view_of(outcome: Outcome) -> BulkView:
    groups = [RefusedGroup(why, count, outcome.left.get(why, [])) for why, count in sorted(outcome.counts.items())]
    return BulkView(
        id=outcome.ask.id,
        act=outcome.ask.act,
        state=outcome.state,
        matched=outcome.matched,
        done=outcome.done,
        refused=groups,
        upto=outcome.ask.upto,
    )


def tell(hub: Hub, outcome: Outcome) -> None:
    """Progress, to the consoles of whoever does it."""
    hub.tell(outcome.by, "bulk", msgspec.json.encode(view_of(outcome)))


@post("/incidents/bulk", status_code=200, guards=[need(Right.BULK)], opt=takes(BulkBody), responses=_REFUSED,
      summary="One act on many incidents")  # fmt: skip
async def act_on_many(request: Asked, data: JSONBody[BulkBody]) -> BulkView:
    """Never a priority 1, never a life kind, never what owes steps of its plan; those are counted by reason. What is
    done is told chunk by chunk over the stream (`bulk`), and in full in the answer."""
    desk, by = front(request), staff_of(request)
    bulk = _bulk(desk)
    ask = _ask(desk, bulk, data)
    sees = partial(desk.tenants.incident, viewer_of(request))
    try:
        if data.preview:
            return view_of(await bulk.preview(ask, by, sees, _seen_by(desk, data)))
        return view_of(await bulk.run(ask, by, sees, _seen_by(desk, data)))
    except NotAllowed as error:
        raise refused(403, error.title, kind="belfry:role") from error
    except Refusal as error:
        raise refused(
            409, error.title, kind="belfry:count" if isinstance(error, More) else "belfry:conflict"
        ) from error


@get(
    "/incidents/bulk/{act_id:str}",
    guards=[need(Right.BULK)],
    responses={404: told("There is no such act of yours"), 409: told("This centre acts on one at a time")},
    summary="How far an act on many came",
)
async def progress(request: Asked, act_id: FromPath[str]) -> BulkView:
    """Of one's own, while it is remembered."""
    outcome = _bulk(front(request)).outcome(visitor_of(request).user.name, act_id)
    if outcome is None:
        raise refused(404, "There is no such act", kind="belfry:bulk")
    return view_of(outcome)


def _bulk(desk: Front) -> Bulk:
    if desk.house.bulk is None:
        raise refused(409, "This centre acts on one at a time", kind="belfry:bulk")
    return desk.house.bulk


def _ask(desk: Front, bulk: Bulk, data: BulkBody) -> BulkAsk:
    """What is asked for. Raises Refused."""
    if data.act is BulkAct.CLOSE and data.disposition is None:
        raise refused_field("disposition", "disposition: needed to close")
    if data.act is BulkAct.ASSIGN and data.to is None:
        raise refused_field("to", "to: whom they are assigned to is needed")
    if not data.preview:
        if data.upto is None or data.expect_count is None:
            field = "upto" if data.upto is None else "expect_count"
            raise refused_field(field, f"{field}: needed, as the preview said it")
        if data.reason is None or comment_missing(data.cause, data.reason):
            raise refused_field("reason", "reason: needed")
    to = None
    if data.act is BulkAct.ASSIGN and data.to is not None:
        audience = desk.hub.present().get(data.to)
        if audience is None:
            raise refused_field("to", "to: nobody of this name is at a console", value=data.to)
        to = Staff(data.to, "operator")
    return BulkAsk(
        id=data.id,
        act=data.act,
        filter=data.filter,
        upto=bulk.newest if data.upto is None else data.upto,
        expect=data.expect_count or 0,
        reason=data.reason or "",
        disposition=data.disposition,
        cause=data.cause,
        to=to,
    )


def _seen_by(desk: Front, data: BulkBody) -> Callable[[Incident], bool]:
    return (lambda _: True) if data.to is None else partial(desk.hub.sees, data.to)


def router() -> Router:
    handlers: list[Any] = [act_on_many, progress]
    return Router("/", route_handlers=handlers, tags=["together"])
