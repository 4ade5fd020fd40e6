"""Handing a shift over: what is open, held, on test, owed and left out now, written down with words, and signed by who
comes next."""

import logging
from collections.abc import Awaitable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from litestar import Response, Router, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody

from belfry.centre.handovers import (
    IDS_MOST,
    LISTED_MOST,
    CannotHandOver,
    Handover,
    HandoverDesk,
    NoSuchHandover,
)
from belfry.domain.facts import IncidentState, Part, Sealed
from belfry.domain.handover_facts import HandoverWritten
from belfry.domain.incident import Incident
from belfry.domain.notices import TRAINING, Notice, Stage
from belfry.ports import KeysUnavailable
from belfry.safeguards.sealing import SealError
from belfry.web import notices as outbox
from belfry.web import on_test, storms
from belfry.web.bodies import Asked, takes
from belfry.web.front import front
from belfry.web.handover_views import HandoverView, SheetList, SheetView, SignBody, SkippedLine, WriteBody
from belfry.web.house import House
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import rows_of
from belfry.web.problems import Refused, refused, told
from belfry.web.rights import Right
from belfry.web.sight import sees
from belfry.web.tenants import tenants_of

log = logging.getLogger(__name__)

OUTAGE: Final = "TECH.OUTAGE"
SHEETS_MOST: Final = 50
NOTICES_LOOKED_AT: Final = 2_000

_REFUSALS: Final = {
    403: told("The role may not"),
    404: told("There is no such sheet"),
    409: told("A newer one was written, it is signed, or it is one's own"),
}
_ACT: Final[dict[str, Any]] = {"guards": [need(Right.ACT)], "responses": _REFUSALS}


# -- reading ----------------------------------------------------------------------------------------------------------


@get("/handover", **_ACT, summary="What there is to hand over now")
async def draft(request: Asked) -> HandoverView:
    """A draft: everything as it is at this moment, since the last sheet that was signed."""
    house = front(request).house
    now = house.clock()
    return await _view(request, None, now)


@get("/handovers", **_ACT, summary="The last sheets, newest first")
async def sheets(request: Asked) -> SheetList:
    book = _desk(request).book
    return SheetList([await _sheet(front(request).house, one) for one in book.newest()[:SHEETS_MOST]])


@get(
    "/handover/waiting",
    guards=[need(Right.ACT)],
    responses={**_REFUSALS, 204: ResponseSpec(None, description="There is nothing for you to sign")},
    summary="The sheet that waits to be signed",
)
async def waiting(request: Asked) -> Response[SheetView | None]:
    """204 where none does, or where whoever asks has written it."""
    found = _desk(request).book.to_sign
    if found is None or found.written.by == visitor_of(request).user.name:
        return Response(None, status_code=204)
    return Response(await _sheet(front(request).house, found), status_code=200)


@get("/handover/{sheet_id:str}", **_ACT, summary="One sheet")
async def sheet(request: Asked, sheet_id: FromPath[str]) -> HandoverView:
    """What it names, as that is now."""
    found = _desk(request).book.get(sheet_id)
    if found is None:
        raise _nothing()
    return await _view(request, found, front(request).house.clock())


# -- acting -----------------------------------------------------------------------------------------------------------


@post("/handover", status_code=201, opt=takes(WriteBody), **_ACT, summary="Write the sheet")
async def write(request: Asked, data: JSONBody[WriteBody]) -> HandoverView:
    """As the draft is at this moment, with words. 409 where somebody has written one since."""
    desk, house = _desk(request), front(request).house
    now = house.clock()
    since = desk.book.since(now)
    open_ = _open(request)
    named = sorted(open_, key=_gravest_and_newest)[:IDS_MOST]
    fact = HandoverWritten(
        handover="",
        by=visitor_of(request).user.name,
        since=since,
        incidents=tuple(one.id for one in named),
        tests=tuple(one.id for one in house.tests.on_test.running() if on_test.sees_test(request, one))[:LISTED_MOST],
        storms=tuple(one.id for one in _storms(house))[:LISTED_MOST],
        follow_ups=tuple(one.id for one in _follow_ups(request))[:LISTED_MOST],
        counts=tuple(_counts(request, open_, since, now).items()),
    )
    return await _done(request, desk.write(fact, data.words, after=data.after))


@post("/handover/{sheet_id:str}/sign", status_code=200, opt=takes(SignBody), **_ACT, summary="Sign it")
async def sign(request: Asked, sheet_id: FromPath[str], data: JSONBody[SignBody]) -> HandoverView:
    """The next shift has read it; never who wrote it."""
    return await _done(request, _desk(request).sign(sheet_id, data.words, by=visitor_of(request).user.name))


async def _done(request: Asked, doing: Awaitable[Handover]) -> HandoverView:
    try:
        found = await doing
    except CannotHandOver as error:
        raise refused(409, str(error), kind="belfry:handover") from error
    except NoSuchHandover:
        raise _nothing() from None
    return await _view(request, found, front(request).house.clock())


# -- telling ----------------------------------------------------------------------------------------------------------


async def _view(request: Asked, found: Handover | None, now: datetime) -> HandoverView:
    desk = front(request)
    house, book = desk.house, _desk(request).book
    since, upto = (book.since(now), now) if found is None else (found.written.since, found.at)
    if found is None:
        incidents = _open(request)
        tests = [one for one in house.tests.on_test.running() if on_test.sees_test(request, one)]
        storms_here, follow_ups = _storms(house), _follow_ups(request)
        counts = _counts(request, incidents, since, now)
    else:
        incidents = _known(request, found.written.incidents)
        named = set(found.written.tests)
        known = (*house.tests.on_test.running(), *house.tests.on_test.ended())
        tests = [one for one in known if one.id in named and on_test.sees_test(request, one)]
        storm_desk = house.storms
        storms_here = [] if storm_desk is None else [s for s in storm_desk.storms.all() if s.id in found.written.storms]
        follow_ups = _known(request, found.written.follow_ups)
        counts = dict(found.written.counts)
    shown = sorted(incidents, key=_gravest_and_newest)[:IDS_MOST]
    held = sorted((one for one in shown if one.state is IncidentState.HELD), key=lambda one: one.held_until or now)
    others = [one for one in shown if one.state is not IncidentState.HELD]
    follow_ups = follow_ups[:LISTED_MOST]
    rows = await rows_of(desk, request, [*held, *others, *follow_ups])
    return HandoverView(
        now=now,
        since=since,
        sheet=None if found is None else await _sheet(house, found),
        counts=counts,
        held=rows[: len(held)],
        open=rows[len(held) : len(held) + len(others)],
        more=max(counts.get("open", 0) - len(shown), 0),
        tests=[await on_test.view(request, one) for one in tests[:LISTED_MOST]],
        storms=[await storms.view(request, one, items=False) for one in storms_here[:LISTED_MOST]],
        follow_ups=rows[len(held) + len(others) :],
        skipped=_skipped(request, since, upto)[:LISTED_MOST],
        notices=[outbox.told(desk, one) for one in _failed(request, since, upto)[:LISTED_MOST]],
        last=None if book.last is None else await _sheet(house, book.last),
    )


def _open(request: Asked) -> list[Incident]:
    board = front(request).house.board
    return [one for one in board.queue() if sees(request, one) and TRAINING not in one.flags]


def _known(request: Asked, ids: Sequence[str]) -> list[Incident]:
    board = front(request).house.board
    found = (board.get(one) for one in ids)
    return [one for one in found if one is not None and sees(request, one)]


def _gravest_and_newest(incident: Incident) -> tuple[int, int, float]:
    return (incident.priority, incident.rank or 9, -incident.opened_at.timestamp())


def _storms(house: House) -> list[Any]:
    """Those that run, and those that nobody has answered for."""
    return [] if house.storms is None else [one for one in house.storms.storms.all() if one.reviewed_at is None]


def _follow_ups(request: Asked) -> list[Incident]:
    return [one for one in front(request).house.board.all_following() if sees(request, one)]


def _skipped(request: Asked, since: datetime, upto: datetime) -> list[SkippedLine]:
    house = front(request).house
    found: list[SkippedLine] = []
    for one in house.skipped():
        incident = house.board.get(one.incident)
        if incident is not None and since <= one.deed.at <= upto and sees(request, incident):
            deed = one.deed
            found.append(
                SkippedLine(
                    incident=incident.id,
                    number=incident.number,
                    at=deed.at,
                    by=deed.by or "",
                    do=deed.do,
                    demanded=deed.demanded,
                )
            )
    return found


def _failed(request: Asked, since: datetime, upto: datetime) -> list[Notice]:
    """Notices that were given up: nobody was reached by them."""
    house = front(request).house
    may_know = partial(outbox.may_know, request)
    newest: Iterable[Notice] = house.notices.newest(NOTICES_LOOKED_AT)
    return [one for one in newest if one.stage is Stage.GIVEN_UP and since <= one.at <= upto and may_know(one)]


def _counts(request: Asked, open_: Sequence[Incident], since: datetime, now: datetime) -> dict[str, int]:
    house = front(request).house
    closed = 0
    opened = sum(one.opened_at >= since for one in open_)
    for one in house.board.closed():
        if (one.closed_at or one.opened_at) < since:
            break
        if sees(request, one) and TRAINING not in one.flags:
            closed += 1
            opened += one.opened_at >= since
    tests = sum(on_test.sees_test(request, one) for one in house.tests.on_test.running())
    counts = {
        "open": len(open_),
        "held": sum(one.state is IncidentState.HELD for one in open_),
        "untouched": sum(one.first_taken_at is None for one in open_),
        "on_test": tests,
        "storms": len(_storms(house)),
        "follow_ups": len(_follow_ups(request)),
        "outages": sum(one.kind == OUTAGE for one in open_),
        "skipped": len(_skipped(request, since, now)),
        "notices_failed": len(_failed(request, since, now)),
        "opened": opened,
        "closed": closed,
    }
    return counts | {f"p{priority}": sum(one.priority == priority for one in open_) for priority in range(1, 6)}


async def _sheet(house: House, found: Handover) -> SheetView:
    written = found.written
    return SheetView(
        id=found.id,
        by=written.by,
        at=found.at,
        since=written.since,
        counts=dict(written.counts),
        words=await _words(house, written.sealed),
        signed_by=found.signed_by,
        signed_at=found.signed_at,
        signed_words=await _words(house, found.sealed),
    )


async def _words(house: House, sealed: Sequence[Sealed]) -> str | None:
    if not sealed:
        return None
    try:
        return (await house.seals.open(sealed)).get(Part.NOTE)
    except (KeysUnavailable, SealError) as error:
        log.error("The words of a handover cannot be read: %s", type(error).__name__)
        return None


def _desk(request: Asked) -> HandoverDesk:
    """A sheet is of the whole room, its words about any site: whoever is of some tenants has none. Raises Refused."""
    if tenants_of(visitor_of(request).user) is not None:
        raise refused(403, "A sheet is of all tenants, and you are of some", kind="belfry:role")
    desk = front(request).house.handovers
    if desk is None:
        raise _nothing()
    return desk


def _nothing() -> Refused:
    return refused(404, "There is no such sheet", kind="belfry:handover")


def router() -> Router:
    return Router("/", route_handlers=[draft, sheets, waiting, sheet, write, sign], tags=["handover"])
