"""Agreements over HTTP: what may leave by machine is made and ended by an administrator, and read by who oversees it.

An agreement counts for all tenants or for one, so only an administrator of all of them makes or ends one; who is of
some tenants reads those that their sites are covered by.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from belfry.domain.agreement import AgreedField, Agreement, check, holds
from belfry.ports.agreements import AgreementOver, Agreements, NoSuchAgreement, TooManyAgreements
from belfry.web.agreement_asks import AgreementBody
from belfry.web.bodies import Asked, takes
from belfry.web.front import front
from belfry.web.identity import need, visitor_of
from belfry.web.problems import Problem, Refused, refused, told
from belfry.web.rights import Right
from belfry.web.sites import unfit
from belfry.web.tenants import tenants_of

_REFUSED: Final = {
    400: told("Something in it cannot be kept: `flaws` names all of it"),
    403: told("The role may not, or the user is of some tenants"),
    404: told("There is no such agreement"),
    409: told("It is over already, or there are too many"),
}
_CHANGE: Final[dict[str, Any]] = {"guards": [need(Right.AGREE)], "responses": _REFUSED}


class AgreementView(Struct, frozen=True, kw_only=True):
    """`holds`: whether anything may leave under it now."""

    id: str
    partner: str
    kinds: Sequence[str]
    fields: Sequence[AgreedField]
    why: str
    begins: datetime
    ends: datetime
    medical: bool
    person: bool
    tenant: str | None
    made_by: str
    ended_at: datetime | None
    ended_by: str | None
    holds: bool


class AgreementList(Struct, frozen=True):
    """The newest first, those that are over too."""

    items: Sequence[AgreementView]
    next: str | None


@get("/agreements", guards=[need(Right.AGREEMENTS)], summary="What may leave by machine, to whom and why")
async def agreements(request: Asked) -> AgreementList:
    now, mine = front(request).house.clock(), tenants_of(visitor_of(request).user)
    found = [one for one in await _kept(request).all() if mine is None or one.tenant is None or one.tenant in mine]
    return AgreementList([_view(one, now) for one in found], None)


@post("/agreements", status_code=201, opt=takes(AgreementBody), summary="Agree that something may leave", **_CHANGE)
async def agree(request: Asked, data: JSONBody[AgreementBody]) -> AgreementView:
    """It is made as it is, and never changed: end it and make another one."""
    house = front(request).house
    _must_be_of_all(request)
    now = house.clock()
    wanted = Agreement(
        partner=data.partner,
        kinds=data.kinds,
        fields=data.fields,
        why=data.why,
        begins=now if data.begins is None else data.begins.astimezone(UTC),
        ends=data.ends.astimezone(UTC),
        medical=data.medical,
        person=data.person,
        tenant=data.tenant,
    )
    flaws = check(wanted, house.kinds.all(), now)
    if flaws:
        raise unfit(flaws)
    try:
        return _view(await _kept(request).make(wanted, by=visitor_of(request).user.name), now)
    except TooManyAgreements:
        raise _conflict("belfry:too-many", "There are too many agreements") from None


@post("/agreements/{agreement_id:str}/end", status_code=200, summary="End an agreement at once", **_CHANGE)
async def end_agreement(request: Asked, agreement_id: FromPath[str]) -> AgreementView:
    _must_be_of_all(request)
    now = front(request).house.clock()
    try:
        return _view(await _kept(request).end(agreement_id, now, by=visitor_of(request).user.name), now)
    except NoSuchAgreement:
        raise refused(404, "There is no such agreement") from None
    except AgreementOver:
        raise _conflict("belfry:over", "It is over already") from None


def _kept(request: Asked) -> Agreements:
    kept = front(request).house.agreements
    if kept is None:
        raise refused(404, "This centre keeps no agreements")
    return kept


def _must_be_of_all(request: Asked) -> None:
    if tenants_of(visitor_of(request).user) is not None:
        raise refused(403, "An agreement is made for all tenants by somebody of all of them")


def _conflict(kind: str, title: str) -> Refused:
    return Refused(Problem(status=409, type=kind, title=title))


def _view(agreement: Agreement, now: datetime) -> AgreementView:
    return AgreementView(
        id=agreement.id,
        partner=agreement.partner,
        kinds=agreement.kinds,
        fields=agreement.fields,
        why=agreement.why,
        begins=agreement.begins,
        ends=agreement.ends,
        medical=agreement.medical,
        person=agreement.person,
        tenant=agreement.tenant,
        made_by=agreement.made_by,
        ended_at=agreement.ended_at,
        ended_by=agreement.ended_by,
        holds=holds(agreement, now),
    )


def router() -> Router:
    return Router("/", route_handlers=[agreements, agree, end_agreement], tags=["agreements"])
