"""The queue over HTTP: the list, one incident with its story, and every act. The desk decides; this says it."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from belfry.centre.board import load
from belfry.centre.desk import NoSuchIncident
from belfry.domain.commands import (
    Close,
    Command,
    Conflict,
    Hold,
    Invalid,
    Merge,
    NotAllowed,
    Note,
    Owed,
    Reclassify,
    Refusal,
    Release,
    Reopen,
    Staff,
    Take,
    TakeOver,
    Unmerge,
    Unseen,
)
from belfry.domain.dispatching import UnitsThere
from belfry.domain.facts import incident_subject
from belfry.domain.incident import Incident
from belfry.domain.site_handling import owner_beside, site_of
from belfry.ports import Stored
from belfry.web.asks import (
    CloseBody,
    HoldBody,
    MergeBody,
    NoteBody,
    ReclassifyBody,
    ReleaseBody,
    ReopenBody,
    TakeBody,
    TakeOverBody,
    UnmergeBody,
)
from belfry.web.bodies import Asked, takes
from belfry.web.front import Front, front
from belfry.web.house import House
from belfry.web.identity import need, visitor_of
from belfry.web.incident_story import story_of
from belfry.web.languages import language_of
from belfry.web.listing import StateFilter, Wanted, cursor_of, from_cursor
from belfry.web.near import items_for, proposals, reasons_for
from belfry.web.places import LIST_WITHIN_S
from belfry.web.problems import Problem, Refused, refused, refused_field, short, told
from belfry.web.rights import Right, may
from belfry.web.sight import reads, sees, viewer_of
from belfry.web.views import Detail, IncidentList, Next, Row, Timeline

REST_AFTER: Final = 200
"""Closed incidents that a list passes by in one turn of the loop: some milliseconds."""
LIMIT: Final = 100
LIMIT_MOST: Final = 1_000
TIMELINE_MOST: Final = 200
SIBLINGS_MOST: Final = 50
NEIGHBOURS_MOST: Final = 20

Limit = Annotated[int, QueryParameter(ge=1, le=LIMIT_MOST)]
Cursor = Annotated[str | None, QueryParameter(max_length=200)]

_REFUSED: Final = {
    400: told("A field is outside its limit"),
    403: told("The role may not"),
    404: told("There is no such incident"),
    410: told("It was erased, since its time was over"),
    409: told("Somebody was quicker, or signals are unseen; `incident` is its detail now"),
}
ACT: Final[dict[str, Any]] = {"status_code": 200, "guards": [need(Right.ACT)], "responses": _REFUSED}


# -- reading ----------------------------------------------------------------------------------------------------------


@get("/incidents", guards=[need(Right.QUEUE)], summary="Incidents by priority, rank and age")
async def incidents(
    request: Asked,
    states: Annotated[list[StateFilter] | None, QueryParameter(name="state")] = None,
    mine: FromQuery[bool] = False,
    kind: FromQuery[list[str] | None] = None,
    limit: Limit = LIMIT,
    after: Cursor = None,
) -> IncidentList:
    """`state` may be repeated, `open` is everything not closed; without it, what is open and then what was closed
    lately, newest first. `kind` is a code or the beginning of one."""
    desk = front(request)
    viewer = viewer_of(request)
    may_see = partial(desk.tenants.incident, viewer)
    wanted = Wanted(states, name=viewer.name if mine else None, kinds=kind, sees=may_see)
    found = await _first(wanted, from_cursor(desk.house, wanted, after), limit + 1)
    rows = await rows_of(desk, request, found[:limit])
    return IncidentList(rows, cursor_of(found[limit - 1]) if len(found) > limit else None)


async def _first(wanted: Wanted, incidents: Iterator[Incident], limit: int) -> list[Incident]:
    """The first that are wanted. Closed ones are read anew, each some microseconds: others have their turn between."""
    found: list[Incident] = []
    closed = 0
    for one in incidents:
        if wanted.fits(one):
            found.append(one)
            if len(found) == limit:
                break
        closed += not one.open
        if closed == REST_AFTER:
            closed = 0
            await asyncio.sleep(0)
    return found


@get("/incidents/{incident_id:str}", guards=[need(Right.QUEUE)], responses=_REFUSED, summary="One incident")
async def incident(request: Asked, incident_id: FromPath[str]) -> Detail:
    """With its story, the acts that are allowed now, and what else is open at the account."""
    desk = front(request)
    found = await seen(desk, request, incident_id)
    desk.house.deadlines.touch(incident_id, visitor_of(request).user.name)
    return await detail(desk, request, found)


@get("/incidents/{incident_id:str}/timeline", guards=[need(Right.QUEUE)], responses=_REFUSED, summary="Older lines")
async def timeline(
    request: Asked, incident_id: FromPath[str], before: Cursor = None, limit: Limit = TIMELINE_MOST
) -> Timeline:
    """The lines of an incident before a cursor, oldest first."""
    desk = front(request)
    found = await seen(desk, request, incident_id)
    under = [one for one in merged_under(desk, found) if sees(request, one)]
    story = await story_of(desk, found, under, before=_position(before), most=limit, reads=partial(reads, request))
    return Timeline(items_for(request, story.items), story.before, unreadable=story.texts is None)


# -- acts -------------------------------------------------------------------------------------------------------------


@post("/incidents/next", status_code=200, guards=[need(Right.ACT)], summary="Take the first that waits")
async def take_next(request: Asked) -> Response[Next | None]:
    """Parks lesser work of one's own for a priority 1. 204 where nothing waits."""
    desk, by = front(request), staff_of(request)
    try:
        sees_it = partial(desk.tenants.incident, viewer_of(request))
        taken = await desk.house.desk.take_next(by, sees_it, desk.house.abilities(by.name))
    except NotAllowed as error:
        raise refused(403, error.title, kind="belfry:role") from error
    if taken is None:
        return Response(None, status_code=204)
    found, parked = taken
    desk.house.deadlines.touch(found.id, by.name)
    return Response(Next(await detail(desk, request, found), list(parked)), status_code=200)


@post("/incidents/{incident_id:str}/take", opt=takes(TakeBody), **ACT)
async def take(request: Asked, incident_id: FromPath[str], data: JSONBody[TakeBody]) -> Detail:
    """Take an incident that waits."""
    return await act_on(request, incident_id, Take(data.version))


@post("/incidents/{incident_id:str}/takeover", opt=takes(TakeOverBody), **ACT)
async def take_over(request: Asked, incident_id: FromPath[str], data: JSONBody[TakeOverBody]) -> Detail:
    """Take what somebody else has, with a reason."""
    return await act_on(request, incident_id, TakeOver(data.reason, data.version))


@post("/incidents/{incident_id:str}/release", opt=takes(ReleaseBody), **ACT)
async def release(request: Asked, incident_id: FromPath[str], data: JSONBody[ReleaseBody]) -> Detail:
    """Give it back to the queue; it keeps its age."""
    return await act_on(request, incident_id, Release(data.version, data.reason))


@post("/incidents/{incident_id:str}/hold", opt=takes(HoldBody), **ACT)
async def hold(request: Asked, incident_id: FromPath[str], data: JSONBody[HoldBody]) -> Detail:
    """Put it aside until a time, the next signal, its restore, or what its plan waits for."""
    return await act_on(request, incident_id, Hold(data.version, data.until, data.on, data.reason, data.step))


@post("/incidents/{incident_id:str}/note", opt=takes(NoteBody), **ACT)
async def note(request: Asked, incident_id: FromPath[str], data: JSONBody[NoteBody]) -> Detail:
    """Write something down; needs no version."""
    return await act_on(request, incident_id, Note(data.text))


@post("/incidents/{incident_id:str}/reclassify", opt=takes(ReclassifyBody), **ACT)
async def reclassify(request: Asked, incident_id: FromPath[str], data: JSONBody[ReclassifyBody]) -> Detail:
    """Give it another kind of the closed list, with a reason."""
    return await act_on(request, incident_id, Reclassify(data.kind, data.reason, data.version))


@post("/incidents/{incident_id:str}/close", opt=takes(CloseBody), **ACT)
async def close(request: Asked, incident_id: FromPath[str], data: JSONBody[CloseBody]) -> Detail:
    """Say what it was. Refused while signals are unseen."""
    command = Close(
        seen_upto=data.seen_upto,
        version=data.version,
        disposition=data.disposition,
        cause=data.cause,
        reason=data.reason,
        follow_up=data.follow_up,
        comment=data.comment,
    )
    return await act_on(request, incident_id, command)


@post("/incidents/{incident_id:str}/reopen", opt=takes(ReopenBody), **ACT)
async def reopen(request: Asked, incident_id: FromPath[str], data: JSONBody[ReopenBody]) -> Detail:
    """Take up again what was closed within a day, with a reason."""
    return await act_on(request, incident_id, Reopen(data.reason, data.version))


async def act_on(request: Asked, incident_id: str, command: Command) -> Detail:
    return await detail(front(request), request, await act(request, incident_id, command))


async def act(request: Asked, incident_id: str, command: Command) -> Incident:
    """Do something with an incident that whoever asks may see; returns it as it is then. Raises Refused."""
    desk, by = front(request), staff_of(request)
    await seen(desk, request, incident_id)
    try:
        found = await desk.house.desk.act(incident_id, command, by)
    except NoSuchIncident:
        raise nothing() from None
    except Refusal as error:
        raise await _refusal(desk, request, incident_id, error) from error
    desk.house.deadlines.touch(incident_id, by.name)
    return found


async def _refusal(desk: Front, request: Asked, incident_id: str, error: Refusal) -> Refused:
    match error:
        case Conflict():
            now = await load(desk.house.board, desk.house.journal, incident_id)
            shown = msgspec.UNSET if now is None else await detail(desk, request, now)
            kind = "belfry:unseen" if isinstance(error, Unseen) else "belfry:conflict"
            kind = "belfry:owed" if isinstance(error, Owed) else kind
            kind = "belfry:units-there" if isinstance(error, UnitsThere) else kind
            steps = [step.id for step in error.steps] if isinstance(error, Owed) else msgspec.UNSET
            return Refused(Problem(status=409, type=kind, title=error.title, incident=shown, steps=steps))
        case NotAllowed():
            return refused(403, error.title, kind="belfry:role")
        case Invalid():
            value = msgspec.UNSET if error.value is None else short(error.value)
            return refused_field(error.field, error.title, value=value, limit=error.limit)
        case _:
            return refused(409, error.title, kind="belfry:conflict")


# -- one incident -----------------------------------------------------------------------------------------------------


def staff_of(request: Asked) -> Staff:
    user = visitor_of(request).user
    return Staff(user.name, user.role)


async def seen(desk: Front, request: Asked, incident_id: str) -> Incident:
    """The incident, if there is one that this person may know of."""
    found = await load(desk.house.board, desk.house.journal, incident_id)
    if found is None and (at := await _erased_at(desk, incident_id)) is not None:
        raise refused(410, f"This incident was erased on {at:%Y-%m-%d}: its time was over", kind="belfry:erased")
    if found is None or not sees(request, found):
        raise nothing()
    return found


async def _erased_at(desk: Front, incident_id: str) -> datetime | None:
    """When what was kept of an incident was erased, where there was one."""
    entries = await desk.house.journal.read(incident_subject(incident_id), limit=1)
    if not entries or isinstance(entries[0], Stored) or desk.house.archive is None:
        return None
    return await desk.house.archive.erased_at(entries[0].position)


def nothing() -> Refused:
    return refused(404, "There is no such incident", kind="belfry:incident")


async def rows_of(desk: Front, request: Asked, found: Sequence[Incident]) -> list[Row]:
    """Rows for whoever asks: with their places for those who may act."""
    language = language_of(request)
    near = {one.id: sum(sees(request, other) for other in desk.neighbours.of(one)) for one in found}
    if not may(visitor_of(request).user.role, Right.ACT):
        desk.hub.shown(viewer_of(request), found)
        return [desk.teller.row(one, language, neighbours=near[one.id]) for one in found]
    await desk.places.read(found, within_s=LIST_WITHIN_S)
    desk.hub.owe(one for one in found if desk.places.unread(one))
    return [desk.teller.row(one, language, desk.places.of(one), near[one.id]) for one in found]


async def detail(desk: Front, request: Asked, found: Incident) -> Detail:
    """An incident as it is now, in the language of whoever asks."""
    under = sorted(filter(partial(sees, request), merged_under(desk, found)), key=lambda one: one.number)
    story = await story_of(desk, found, under, before=None, most=TIMELINE_MOST, reads=partial(reads, request))
    others = list(islice(filter(partial(sees, request), _siblings(desk.house, found)), SIBLINGS_MOST))
    close_by = list(islice(filter(partial(sees, request), desk.neighbours.of(found)), NEIGHBOURS_MOST))
    leads = list(filter(partial(sees, request), lead_of(desk, found)))
    row, *rows = await rows_of(desk, request, [found, *others, *close_by, *under, *leads])
    siblings, rows = rows[: len(others)], rows[len(others) :]
    neighbours, rows = rows[: len(close_by)], rows[len(close_by) :]
    told = desk.teller.detail(
        found,
        language_of(request),
        timeline=items_for(request, story.items),
        before=story.before,
        place=row.place,
        siblings=siblings,
        texts=story.texts,
        by=staff_of(request),
        now=desk.house.clock(),
        owner=owner_beside(found, desk.house.board.of_site(site_of(found))),
        proposals=proposals(desk, request, found),
        neighbours=neighbours,
        merged=rows[: len(under)],
        lead=rows[-1] if leads else None,
    )
    told = msgspec.structs.replace(told, reasons=reasons_for(request, told.reasons), caller=told.caller or story.caller)
    # Who called is the room's to know: what its crew has to be told is told as a note.
    return msgspec.structs.replace(told, caller=None) if viewer_of(request).audience.field else told


def _siblings(house: House, found: Incident) -> Iterator[Incident]:
    """What else is open at the site, in the order of the queue."""
    here = house.board.of_site(site_of(found))
    return (one for one in sorted(here, key=lambda one: one.order) if one.id != found.id)


def merged_under(desk: Front, found: Incident) -> list[Incident]:
    """What is merged into an incident, as far as the board still knows it."""
    known = (desk.house.board.get(one.id) for one in found.merged)
    return [one for one in known if one is not None and one.merged_into == found.id]


def lead_of(desk: Front, found: Incident) -> list[Incident]:
    """What an incident is merged into: one, or none."""
    lead = None if found.merged_into is None else desk.house.board.get(found.merged_into)
    return [] if lead is None else [lead]


def _position(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not cursor.isdecimal() or len(cursor) > 18:
        raise refused_field("before", "before: this is no cursor of ours", value=cursor)
    return int(cursor)


@post("/incidents/{incident_id:str}/merge", opt=takes(MergeBody), **ACT)
async def merge(request: Asked, incident_id: FromPath[str], data: JSONBody[MergeBody]) -> Detail:
    """Handle it as one case with `into`, which one has; answers with that one."""
    lead = await seen(front(request), request, data.into)
    done = await act(request, incident_id, Merge(lead.id, data.version, data.reason))
    desk = front(request)
    return await detail(desk, request, next(iter(lead_of(desk, done)), done))


@post("/incidents/{incident_id:str}/unmerge", opt=takes(UnmergeBody), **ACT)
async def unmerge(request: Asked, incident_id: FromPath[str], data: JSONBody[UnmergeBody]) -> Detail:
    """It was no one case: it is one's own, taken."""
    return await act_on(request, incident_id, Unmerge(data.version, data.reason))


def router() -> Router:
    handlers: list[Any] = [incidents, incident, timeline, take_next, merge, unmerge]
    handlers += [take, take_over, release, hold, note, reclassify, close, reopen]
    return Router("/", route_handlers=handlers, tags=["incidents"])
