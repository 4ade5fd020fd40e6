"""The rota over HTTP: who is to be with which unit when, and trading it with a colleague.

Supervisors and administrators write it, the room reads it; whoever is in the field sees his own shifts and those that
he is asked to take over.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from litestar import Router, delete, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import structs

from belfry.domain.unit import Shift, Unit
from belfry.domain.unit_trades import TradeRefused, agree, answer, offer
from belfry.ports.staff import fold
from belfry.ports.units import NoSuchUnit, UnitUnfit
from belfry.web.bodies import Asked, takes
from belfry.web.colleagues import colleagues
from belfry.web.front import front
from belfry.web.identity import need, visitor_of
from belfry.web.problems import refused, refused_field
from belfry.web.rights import Right, may
from belfry.web.sites import unfit
from belfry.web.unit_admin import REFUSED, UNIT_ERRORS, Version, as_refused, may_change, nothing, sees, units_of
from belfry.web.unit_admin_asks import RotaShiftBody, ShiftAgreeBody, ShiftAnswerBody, ShiftOfferBody
from belfry.web.unit_admin_views import RotaShiftView, RotaWeekView, shift_view

_WRITE: Final[dict[str, Any]] = {"guards": [need(Right.EDIT_UNITS)], "responses": REFUSED}
_TRADE: Final[dict[str, Any]] = {"status_code": 200, "guards": [need(Right.ROTA)], "responses": REFUSED}

WEEK: Final = timedelta(days=7)
SPAN_MOST: Final = timedelta(days=62)
Instant = Annotated[datetime | None, QueryParameter()]


@get("/shifts", guards=[need(Right.ROTA)], responses={400: REFUSED[400]}, summary="The rota of a span")
async def shifts(
    request: Asked,
    since: Instant = None,
    until: Instant = None,
    unit: Annotated[str | None, QueryParameter(max_length=60)] = None,
) -> RotaWeekView:
    """At most 62 days, from now for a week unless asked otherwise. A responder sees his own, and what he is asked to
    take over."""
    begins = _aware("since", since) or front(request).house.clock()
    ends = _aware("until", until) or begins + WEEK
    if not begins < ends <= begins + SPAN_MOST:
        raise refused_field("until", f"until: behind since, by {SPAN_MOST.days} days at most", value=ends.isoformat())
    mine = None if _sees_all(request) else visitor_of(request).user.name
    try:
        found = await units_of(request).rota(begins, ends, unit=unit, user=mine)
    except UnitUnfit as error:
        raise as_refused(error) from None
    told = [_view(one, of) for one in found if (of := _unit(request, one)) is not None]
    return RotaWeekView(items=told, people=await colleagues(request), trades_agreed=front(request).house.trades_agreed)


@post("/shifts", status_code=201, opt=takes(RotaShiftBody), summary="Put somebody into the rota", **_WRITE)
async def add_shift(request: Asked, data: JSONBody[RotaShiftBody]) -> RotaShiftView:
    """Refused where he is at another place then; the other shift is named."""
    wanted = Shift(
        id="", unit=data.unit, user=data.user, since=data.since, until=data.until, on_call=data.on_call
    )  # fmt: skip
    return await _keep(request, wanted, await _worker(request, "user", data.user))


@put("/shifts/{shift_id:str}", opt=takes(RotaShiftBody), summary="Change a shift", **_WRITE)
async def change_shift(request: Asked, shift_id: FromPath[str], data: JSONBody[RotaShiftBody]) -> RotaShiftView:
    """In place of the version that it names. What was offered to a colleague is taken back."""
    before = await _known(request, shift_id)
    if data.version is None:
        raise refused_field("version", "version: the one that was seen", limit="required")
    fields = {"unit": data.unit, "since": data.since, "until": data.until, "on_call": data.on_call}
    wanted = structs.replace(before, **fields, version=data.version, offered_to=None, accepted=False)
    return await _keep(request, wanted, await _worker(request, "user", data.user))


@delete("/shifts/{shift_id:str}", status_code=204, summary="Take a shift out of the rota", **_WRITE)
async def remove_shift(request: Asked, shift_id: FromPath[str], version: Version) -> None:
    _must_change(request, await _known(request, shift_id))
    try:
        await units_of(request).remove_shift(shift_id, version, by=visitor_of(request).user.name)
    except UNIT_ERRORS as error:
        raise as_refused(error) from None


# -- trading ----------------------------------------------------------------------------------------------------------


@post("/shifts/{shift_id:str}/offer", opt=takes(ShiftOfferBody), summary="Ask a colleague to take it over", **_TRADE)
async def offer_shift(request: Asked, shift_id: FromPath[str], data: JSONBody[ShiftOfferBody]) -> RotaShiftView:
    """One's own, or by a supervisor anybody's."""
    before = await _known(request, shift_id)
    _must_be(request, before.user)
    to = None if data.to is None else await _worker(request, "to", data.to)
    return await _trade(request, before, data.version, lambda one, now: offer(one, to, now))


@post("/shifts/{shift_id:str}/answer", opt=takes(ShiftAnswerBody), summary="Take a shift over, or not", **_TRADE)
async def answer_shift(request: Asked, shift_id: FromPath[str], data: JSONBody[ShiftAnswerBody]) -> RotaShiftView:
    """By who was asked. Where the centre wants it, a supervisor has to agree before it counts."""
    before, agreed = await _known(request, shift_id), front(request).house.trades_agreed
    if before.offered_to is not None and fold(before.offered_to) != fold(visitor_of(request).user.name):
        raise refused(403, "Somebody else was asked")
    return await _trade(request, before, data.version, lambda one, now: answer(one, data.take, now, agreed=agreed))


@post(
    "/shifts/{shift_id:str}/agree",
    status_code=200,
    opt=takes(ShiftAgreeBody),
    summary="Agree to a trade, or not",
    **_WRITE,
)
async def agree_shift(request: Asked, shift_id: FromPath[str], data: JSONBody[ShiftAgreeBody]) -> RotaShiftView:
    before = await _known(request, shift_id)
    _must_change(request, before)
    return await _trade(request, before, data.version, lambda one, now: agree(one, data.agree, now))


# -- pieces -----------------------------------------------------------------------------------------------------------


def _sees_all(request: Asked) -> bool:
    return may(visitor_of(request).user.role, Right.FLEET)


def _unit(request: Asked, shift: Shift) -> Unit | None:
    """The unit of a shift; None where whoever asks may not know of it. One's own shift is always one's own."""
    unit = units_of(request).book.by_id(shift.unit)
    return unit if unit is not None and (not _sees_all(request) or sees(request, unit)) else None


async def _known(request: Asked, shift_id: str) -> Shift:
    """Raises Refused where there is none that whoever asks may know of."""
    try:
        found = await units_of(request).shift(shift_id)
    except NoSuchUnit:
        raise nothing() from None
    name = visitor_of(request).user.name
    if _unit(request, found) is None or not (_sees_all(request) or name in (found.user, found.offered_to)):
        raise nothing()
    return found


def _must_change(request: Asked, shift: Shift) -> None:
    unit = _unit(request, shift)
    if unit is None:
        raise nothing()
    if not may_change(request, unit):
        raise refused(403, "It is of the whole centre: somebody of all tenants changes it")


def _must_be(request: Asked, name: str) -> None:
    user = visitor_of(request).user
    if fold(user.name) != fold(name) and not may(user.role, Right.EDIT_UNITS):
        raise refused(403, "It is somebody else's shift")


async def _keep(request: Asked, shift: Shift, user: str) -> RotaShiftView:
    unit = _unit(request, shift)
    if unit is None:
        raise refused_field("unit", "unit: there is no such unit", value=shift.unit)
    _must_change(request, shift)
    return await _put(request, structs.replace(shift, user=user), unit)


async def _trade(
    request: Asked, before: Shift, version: int, turn: Callable[[Shift, datetime], Shift]
) -> RotaShiftView:
    unit = _unit(request, before)
    assert unit is not None
    try:
        after = turn(structs.replace(before, version=version), front(request).house.clock())
    except TradeRefused as error:
        raise unfit([error.flaw]) from None
    return await _put(request, after, unit)


async def _put(request: Asked, shift: Shift, unit: Unit) -> RotaShiftView:
    try:
        return _view(await units_of(request).put_shift(shift, by=visitor_of(request).user.name), unit)
    except UNIT_ERRORS as error:
        raise as_refused(error) from None


async def _worker(request: Asked, field: str, name: str) -> str:
    """Somebody's name as it is written. Raises Refused for one whom whoever asks may not know of."""
    found = next((one for one in await colleagues(request) if fold(one) == fold(name)), None)
    if found is None:
        raise refused_field(field, f"{field}: nobody of this name can be in the rota", value=name)
    return found


def _view(shift: Shift, unit: Unit) -> RotaShiftView:
    return shift_view(shift, unit.call_sign)


def _aware(field: str, at: datetime | None) -> datetime | None:
    if at is not None and at.tzinfo is None:
        raise refused_field(field, f"{field}: a time with its zone", value=at.isoformat())
    return None if at is None else at.astimezone(UTC)


def router() -> Router:
    handlers = [shifts, add_shift, change_shift, remove_shift, offer_shift, answer_shift, agree_shift]
    return Router("/", route_handlers=handlers, tags=["units"])
