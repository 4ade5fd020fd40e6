"""What is over: closed incidents and signals by day, from the archive. Neither says a place, a site's name or a word.

It is a second behind the journal. What was erased is not in it, and nothing here can be searched by what somebody said.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Final

from litestar import Router, get
from litestar.params import FromQuery, QueryParameter

from belfry.ports.archive import Archive, ClosedIncident, Sought
from belfry.web.bodies import Asked
from belfry.web.front import Front, front
from belfry.web.identity import need
from belfry.web.incidents import LIMIT, Cursor, Limit
from belfry.web.instants import check_instant
from belfry.web.languages import language_of
from belfry.web.outlet import Audience
from belfry.web.problems import refused, refused_field
from belfry.web.rights import Right
from belfry.web.sight import viewer_of
from belfry.web.telling import is_medical
from belfry.web.views import ArchivedIncident, ArchivedList, DaySignals, DaySignalsList

PAGE: Final = 500
PASSED_MOST: Final = 20_000
"""Incidents of others that one request is willing to pass by; then it gives a cursor behind them."""
DAYS_MOST: Final = 1_000


@get("/archive/incidents", guards=[need(Right.SIGNALS)], summary="Incidents that are over")
async def archived_incidents(
    request: Asked,
    kind: FromQuery[list[str] | None] = None,
    account: Annotated[str | None, QueryParameter(max_length=60, description="Our id of a site")] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
    limit: Limit = LIMIT,
    after: Cursor = None,
) -> ArchivedList:
    """The newest closing first. `kind` is a code or the beginning of one, up to a dot; closed from `since` on and
    before `until`."""
    desk, audience, language = front(request), viewer_of(request).audience, language_of(request)
    before, passed = _place(after), 0
    if account is not None:
        _check_account(desk, audience, account)
    for name, instant in (("since", since), ("until", until)):
        check_time(name, instant)
    sought = Sought(kinds=tuple(kind or ()), account_id=account, since=since, until=until)
    items: list[ArchivedIncident] = []
    last: ClosedIncident | None = None
    async for one in closed_of(archive_of(desk), before, sought):
        if len(items) == limit or passed >= PASSED_MOST:
            return ArchivedList(items, None if last is None else _cursor(last))
        last = one
        if sees(desk, audience, one):
            items.append(_told(desk, one, language))
        else:
            passed += 1
    return ArchivedList(items)


@get("/archive/signals", guards=[need(Right.SIGNALS)], summary="How many signals an account sent, by day")
async def archived_signals(
    request: Asked,
    account: Annotated[str, QueryParameter(max_length=60, description="Our id of a site")],
) -> DaySignalsList:
    """Days in UTC, the newest first; at most a thousand."""
    desk = front(request)
    _check_account(desk, viewer_of(request).audience, account)
    days = await archive_of(desk).heard_of(account, DAYS_MOST)
    return DaySignalsList([DaySignals(day, count) for day, count in days])


def _check_account(desk: Front, audience: Audience, account: str) -> None:
    found = desk.house.accounts.by_id(account)
    if found is None or not desk.tenants.account(audience, found):
        raise refused(404, "There is no such account", kind="belfry:account")


def check_time(name: str, instant: datetime | None) -> None:
    if instant is not None and instant.tzinfo is None:
        raise refused_field(name, f"{name}: a time of no zone", value=instant)
    check_instant(name, instant)


def archive_of(desk: Front) -> Archive:
    if desk.house.archive is None:
        raise refused(503, "This centre keeps no archive", kind="belfry:no-archive")
    return desk.house.archive


async def closed_of(
    archive: Archive, before: tuple[datetime, str] | None, sought: Sought
) -> AsyncIterator[ClosedIncident]:
    while page := await archive.closed(limit=PAGE, before=before, sought=sought):
        for one in page:
            yield one
        if len(page) < PAGE:
            return
        before = page[-1].closed_at, page[-1].id


def sees(desk: Front, audience: Audience, one: ClosedIncident) -> bool:
    """What was nobody's is for those of all tenants: nothing waits here, so nothing has to be shown to others."""
    if not audience.medical and is_medical(one.kind):
        return False
    account = None if one.account_id is None else desk.house.accounts.by_id(one.account_id)
    return audience.tenants is None if account is None else desk.tenants.account(audience, account)


def _told(desk: Front, one: ClosedIncident, language: str) -> ArchivedIncident:
    kinds = desk.house.kinds
    return ArchivedIncident(
        id=one.id,
        number=one.number,
        kind=one.kind,
        label=kinds.words(one.kind, language).label if one.kind in kinds else one.kind,
        priority=one.priority,
        method=one.method,
        account_id=one.account_id,
        life=one.life,
        silent=one.silent,
        opened_at=one.opened_at,
        due_at=one.due_at,
        first_taken_at=one.first_taken_at,
        first_act_at=one.first_act_at,
        closed_at=one.closed_at,
        signals=one.signals,
        acts=one.acts,
        disposition=one.disposition,
        cause=one.cause,
        by_rule=one.by_rule,
        training=one.training,
        merged=one.merged,
        units=one.units,
        first_sent_at=one.first_sent_at,
        first_on_scene_at=one.first_on_scene_at,
    )


def _cursor(one: ClosedIncident) -> str:
    return f"{one.closed_at.isoformat()} {one.id}"


def _place(after: str | None) -> tuple[datetime, str] | None:
    if after is None:
        return None
    at, space, key = after.partition(" ")
    try:
        closed_at = datetime.fromisoformat(at)
    except ValueError:
        closed_at = None
    if closed_at is None or closed_at.tzinfo is None or not space or not key.isprintable():
        raise refused_field("after", "after: this is no cursor of ours", value=after)
    return closed_at, key


def router() -> Router:
    handlers: list[Any] = [archived_incidents, archived_signals]
    return Router("/", route_handlers=handlers, tags=["archive"])
