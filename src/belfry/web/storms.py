"""Storms and runaways over HTTP: what is held back now, what was and waits for an answer, and what repeats itself."""

import logging
from collections.abc import Awaitable, Sequence
from typing import Any, Final

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from belfry.centre.storms.desk import CannotStorm, NoSuchStorm, NotNow, StormDesk
from belfry.domain import code_names
from belfry.domain.codes import pair_key
from belfry.domain.condition import RUNAWAY
from belfry.domain.facts import Part, Sealed
from belfry.domain.signal import RESTORING, AccountKey
from belfry.domain.site import Account
from belfry.domain.storm import Kept, Storm, is_restored, listed
from belfry.ports import KeysUnavailable
from belfry.safeguards.sealing import SealError
from belfry.web.bodies import Asked, takes
from belfry.web.front import front
from belfry.web.house import House
from belfry.web.identity import need, visitor_of
from belfry.web.languages import language_of
from belfry.web.problems import Refused, refused, refused_field, told
from belfry.web.rights import Right
from belfry.web.sight import sees, sees_site
from belfry.web.storm_asks import RenewBody, ReviewBody, StormBody
from belfry.web.storm_views import (
    FloodView,
    HeldView,
    RunawayList,
    RunawayView,
    StormList,
    StormView,
)
from belfry.web.telling import account_of, site_view
from belfry.web.tenants import tenants_of

log = logging.getLogger(__name__)

LISTED_MOST: Final = 2_000
"""Points of one storm, and runaways, that are shown; the numbers count all."""

_REFUSALS: Final = {
    400: told("A field is unknown, missing or outside its limit"),
    403: told("The role may not, or the user is of some tenants only"),
    404: told("There is no such storm"),
    409: told("A storm runs already, has ended, runs still, or was reviewed"),
}
_ACT: Final[dict[str, Any]] = {"guards": [need(Right.STORM)], "responses": _REFUSALS}


# -- reading ----------------------------------------------------------------------------------------------------------


@get("/storms", guards=[need(Right.SILENCE)], responses={403: _REFUSALS[403]}, summary="Storms, newest first")
async def storms(request: Asked) -> StormList:
    """Those that run, those that nobody has answered for yet, and the last that were; without their lists."""
    desk = front(request).house.storms
    found = [] if desk is None else list(desk.storms.all())
    items = [await view(request, one, items=False) for one in found]
    return StormList(items, started=0 if desk is None else desk.storms.started)


@get("/storms/{storm_id:str}", guards=[need(Right.SILENCE)], responses=_REFUSALS, summary="One storm")
async def storm(request: Asked, storm_id: FromPath[str]) -> StormView:
    """With all that it held back, the newest first."""
    desk = front(request).house.storms
    found = None if desk is None else desk.storms.get(storm_id)
    if found is None:
        raise _nothing()
    return await view(request, found, items=True)


@get("/runaways", guards=[need(Right.SILENCE)], summary="What repeats itself without end")
async def runaways(request: Asked) -> RunawayList:
    """Points that count on without ringing, and panels that say too much at once."""
    house = front(request).house
    found: list[RunawayView] = []
    for one in house.runaways():
        account = house.accounts.by_key(one.account)
        meaning = None if one.wire is None or one.code is None else house.codes.meaning(one.wire, one.code)
        if not sees_site(request, account) or len(found) == LISTED_MOST:
            continue
        if meaning is not None and meaning.state in RESTORING:
            continue  # the point is listed by its alarm
        found.append(
            RunawayView(
                account_id=None if account is None else account.id,
                account=one.account.account,
                receiver=one.account.receiver,
                site=None if account is None else site_view(account),
                area=one.area,
                zone=one.zone,
                zone_name=_zone_name(request, account, one.area, one.zone),
                code=one.code,
                said=None if meaning is None else code_names.said(meaning.name, language_of(request)),
                count=one.count,
                since=one.since,
                last_at=one.last_at,
                incident=_incident(house, one.account, one.area, one.zone),
            )
        )
    floods = [one for one in house.board.queue() if one.kind == RUNAWAY and sees(request, one)]
    return RunawayList(
        found,
        [
            FloodView(
                incident=one.id,
                account_id=one.account_id,
                account=None if one.account is None else one.account.account,
                site=None if (of := account_of(house.accounts, one)) is None else site_view(of),
                since=one.opened_at,
                signals=one.signals_seq,
            )
            for one in floods[:LISTED_MOST]
        ],
    )


def _incident(house: House, key: AccountKey, area: str | None, zone: str | None) -> str | None:
    for incident in house.board.of_account(key):
        if any((point.area, point.zone) == (area, zone) for point in incident.in_alarm):
            return incident.id
    return None


# -- acting -----------------------------------------------------------------------------------------------------------


@post("/storms", status_code=201, opt=takes(StormBody), summary="Start a storm", **_ACT)
async def start(request: Asked, data: JSONBody[StormBody]) -> StormView:
    """A few technical kinds of equipment signals are held back, at every site alike; never an alarm, never a life."""
    by, desk = _of_all(request), _desk(request)
    return await _done(request, desk.begin(data.groups, data.minutes, data.reason, by=by))


@post("/storms/{storm_id:str}/renew", status_code=200, opt=takes(RenewBody), summary="Let it run on", **_ACT)
async def renew(request: Asked, storm_id: FromPath[str], data: JSONBody[RenewBody]) -> StormView:
    """By hand alone; at most two hours from now."""
    by, desk = _of_all(request), _desk(request)
    return await _done(request, desk.renew(storm_id, data.minutes, by=by))


@post("/storms/{storm_id:str}/end", status_code=200, summary="End it now", **_ACT)
async def end(request: Asked, storm_id: FromPath[str]) -> StormView:
    """What is in trouble still becomes incidents; all that was held back waits to be answered for."""
    by, desk = _of_all(request), _desk(request)
    return await _done(request, desk.end(storm_id, by=by))


@post(
    "/storms/{storm_id:str}/review",
    status_code=200,
    opt=takes(ReviewBody),
    summary="Answer for all that it held back",
    **_ACT,
)
async def review(request: Asked, storm_id: FromPath[str], data: JSONBody[ReviewBody]) -> StormView:
    by, desk = _of_all(request), _desk(request)
    return await _done(request, desk.review(storm_id, data.words, by=by))


async def _done(request: Asked, doing: Awaitable[Storm]) -> StormView:
    try:
        found = await doing
    except NotNow as error:
        raise refused(409, str(error).capitalize(), kind="belfry:storm-over") from error
    except CannotStorm as error:
        raise refused_field(error.field, str(error)) from error
    except NoSuchStorm:
        raise _nothing() from None
    return await view(request, found, items=True)


def _desk(request: Asked) -> StormDesk:
    desk = front(request).house.storms
    if desk is None:
        raise _nothing()
    return desk


def _of_all(request: Asked) -> str:
    """A storm is of every site, so whoever is of some tenants starts none. Raises Refused."""
    user = visitor_of(request).user
    if tenants_of(user) is not None:
        raise refused(403, "A storm holds for all tenants, and you are of some", kind="belfry:role")
    return user.name


def _nothing() -> Refused:
    return refused(404, "There is no such storm", kind="belfry:storm")


# -- telling ----------------------------------------------------------------------------------------------------------


async def view(request: Asked, found: Storm, *, items: bool) -> StormView:
    """What whoever asks may know of a storm: whoever is of some tenants sees and counts what it held of theirs."""
    house = front(request).house
    seen: list[tuple[Kept, Account | None]] = []
    for kept in listed(found):
        account = _account(house, kept)
        if sees_site(request, account):
            seen.append((kept, account))
    state = {id(kept): _state(house, found, kept) for kept, _ in seen}
    return StormView(
        id=found.id,
        running=found.ended_at is None,
        groups=list(found.groups),
        by=found.by,
        reason=await _words(house, found.sealed),
        since=found.since,
        until=found.until,
        renewed=found.renewed,
        held=len(seen),
        signals=sum(kept.count for kept, _ in seen),
        in_trouble=sum(one in ("in_trouble", "left") for one in state.values()),
        ended_at=found.ended_at,
        ended_by=found.ended_by,
        how=found.how,
        reviewed_at=found.reviewed_at,
        reviewed_by=found.reviewed_by,
        review=await _words(house, found.review),
        items=[_held(request, kept, account, state[id(kept)]) for kept, account in seen[:LISTED_MOST]] if items else [],
    )


def _state(house: House, found: Storm, kept: Kept) -> str:
    if kept.left:
        return "left"
    if not kept.in_trouble:
        return "told"
    return "restored" if found.ended_at is not None or is_restored(found, kept, house.codes) else "in_trouble"


def _held(request: Asked, kept: Kept, account: Account | None, now: str) -> HeldView:
    house, signal = front(request).house, kept.signal
    code = None if signal.wire is None or signal.code is None else pair_key(signal.wire, signal.code)
    return HeldView(
        position=str(kept.position),
        account_id=None if account is None else account.id,
        account=signal.account,
        site=None if account is None else site_view(account),
        group=kept.group,
        kind=kept.kind,
        label=house.kinds.words(kept.kind, language_of(request)).label,
        area=signal.area,
        zone=signal.zone,
        zone_name=_zone_name(request, account, signal.area, signal.zone),
        code=code,
        first_at=kept.first_at,
        at=signal.received_at,
        count=kept.count,
        now=now,
    )


def _zone_name(request: Asked, account: Account | None, area: str | None, zone: str | None) -> str | None:
    if account is None:
        return None
    desk = front(request)
    site = desk.teller.maps.of(account.id, desk.house.accounts.parts(account.id))
    found = None if site is None else site.zone(area, zone)
    return None if found is None else found.name or None


def _account(house: House, kept: Kept) -> Account | None:
    account = None if kept.signal.account_id is None else house.accounts.by_id(kept.signal.account_id)
    if account is None and (key := kept.signal.account_key) is not None:
        account = house.accounts.by_key(key)
    return account


async def _words(house: House, sealed: Sequence[Sealed]) -> str | None:
    if not sealed:
        return None
    try:
        return (await house.seals.open(sealed)).get(Part.NOTE)
    except (KeysUnavailable, SealError) as error:
        log.error("The words of a storm cannot be read: %s", type(error).__name__)
        return None


def router() -> Router:
    handlers: list[Any] = [storms, storm, runaways, start, renew, end, review]
    return Router("/", route_handlers=handlers, tags=["storms"])
