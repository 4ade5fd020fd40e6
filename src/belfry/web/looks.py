"""Who looked at what is sealed of a site, for whoever holds it: pictures, the way in, plans, whole records (SCOPE 5).

It is read from the facts of the site's incidents, where each look was written before anything was shown.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any, Final

from litestar import Router, get
from litestar.params import FromPath

from belfry.centre.board import incident_of
from belfry.domain.facts import AccessShown, RecordShown, incident_subject
from belfry.domain.field_facts import PictureShown
from belfry.domain.incident import Incident
from belfry.ports import Stored
from belfry.ports.archive import Sought
from belfry.web.archive import archive_of, closed_of
from belfry.web.bodies import Asked
from belfry.web.field_views import Looked, SiteLookList, SiteLookView
from belfry.web.front import Front, front
from belfry.web.identity import need, visitor_of
from belfry.web.problems import told
from belfry.web.rights import Right, may
from belfry.web.sites import site_of

LOOKS_BACK: Final = timedelta(days=30)
LOOKS_MOST: Final = 200
INCIDENTS_MOST: Final = 500


@get(
    "/accounts/{account_id:str}/looks",
    guards=[need(Right.ACCOUNTS)],
    responses={404: told("There is no such site, or it is another tenant's")},
    summary="Who looked at what is sealed of a site",
)
async def looks(request: Asked, account_id: FromPath[str]) -> SiteLookList:
    """Of the last thirty days, the newest first: for whoever holds the site. What was looked at since a silent alarm is
    open there is for the room alone until that is closed: nobody at the site may notice that somebody acts."""
    account = (await site_of(request, account_id)).account
    desk = front(request)
    room = may(visitor_of(request).user.role, Right.ACT)
    until = None if room else desk.silent.since(account.id)
    found = [
        one
        async for incident, entries in _of_site(desk, account.id)
        for one in _looks(account.id, incident, entries)
        if until is None or one.at < until
    ]
    return SiteLookList(sorted(found, key=lambda one: one.at, reverse=True)[:LOOKS_MOST])


def _looks(account_id: str, incident: Incident, entries: list[Stored]) -> Iterator[SiteLookView]:
    for stored in entries:
        for fact in stored.entry.facts:
            match fact:
                case PictureShown():
                    what = Looked.PICTURE
                case AccessShown() if fact.account_id == account_id:
                    what = Looked.ACCESS if fact.floor_plan is None else Looked.PLAN
                case RecordShown():
                    what = Looked.RECORD
                case _:
                    continue
            shown = fact if isinstance(fact, PictureShown) else None
            yield SiteLookView(
                at=stored.entry.at,
                by=fact.by,
                what=what,
                purpose=None if shown is None else shown.purpose,
                incident=incident.id,
                incident_number=incident.number,
                picture=None if shown is None else shown.picture,
            )


async def _of_site(desk: Front, account_id: str) -> AsyncIterator[tuple[Incident, list[Stored]]]:
    """Its incidents of the last thirty days, open and closed, each with what is written of it."""
    board, told_of, now = desk.house.board, set[str](), desk.house.clock()
    for incident in (*board.every(), *board.closed()):
        if incident.account_id == account_id:
            told_of.add(incident.id)
            yield incident, await _written(desk, incident.id)
    if desk.house.archive is None:
        return
    sought = Sought(account_id=account_id, since=now - LOOKS_BACK, until=now + timedelta(microseconds=1))
    async for closed in closed_of(archive_of(desk), None, sought):
        if closed.id in told_of:
            continue
        told_of.add(closed.id)
        if len(told_of) > INCIDENTS_MOST:
            return
        entries = await _written(desk, closed.id)
        whole = incident_of(entries)
        if whole is not None:
            yield whole, entries


async def _written(desk: Front, incident_id: str) -> list[Stored]:
    read = await desk.house.journal.read(incident_subject(incident_id))
    return [stored for stored in read if isinstance(stored, Stored)]


def router() -> Router:
    handlers: list[Any] = [looks]
    return Router("/", route_handlers=handlers, tags=["sites"])
