"""How quick the room was: percentiles of the four clocks over what ended in a span of time, from the archive.

By kind, priority, shift or group of operators, and never by person. What was an exercise, or handled under another
incident, is not in it; nor is what its kind's own rule closed before anybody had it.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Final

from litestar import Router, get
from litestar.params import FromQuery, QueryParameter

from belfry.domain.percentiles import RANKS, By, Handled, response
from belfry.domain.teams import NO_TEAM
from belfry.ports.archive import ClosedIncident, Sought
from belfry.web.archive import archive_of, check_time, closed_of, sees
from belfry.web.bodies import Asked
from belfry.web.front import Front, front
from belfry.web.identity import need
from belfry.web.languages import language_of
from belfry.web.notice_views import ResponseGroup, ResponseReport
from belfry.web.outlet import Audience
from belfry.web.paper.words import Say
from belfry.web.problems import refused, refused_field
from belfry.web.rights import Right
from belfry.web.sight import viewer_of

INCIDENTS_MOST: Final = 200_000
"""A report over more is refused, rather than made from some of them."""


@get("/reports/response", guards=[need(Right.SIGNALS)], summary="Percentiles of the clocks")
async def response_report(
    request: Asked,
    since: Annotated[datetime, QueryParameter(name="from")],
    until: FromQuery[datetime],
    by: FromQuery[By] = "priority",
) -> ResponseReport:
    """Over what was closed in between, of what one may know of. Seconds count from an incident's first standing in the
    queue. A value is one that occurred (nearest rank); shares are held against the rules as they are now."""
    desk, audience = front(request), viewer_of(request).audience
    for name, instant in (("from", since), ("until", until)):
        check_time(name, instant)
    if until <= since:
        raise refused_field("until", "until: wants a time behind from", value=until)
    handled: list[Handled] = []
    left_out = 0
    async for one in _closed(desk, audience, since, until):
        if counts(one):
            handled.append(handled_of(one))
        else:
            left_out += 1
        if len(handled) > INCIDENTS_MOST:
            raise refused(422, f"More than {INCIDENTS_MOST} incidents: ask for a shorter time", kind="belfry:too-many")
    house, language = desk.house, language_of(request)
    # A year's incidents take a second to reckon, and no alarm shall wait for that.
    groups = await asyncio.to_thread(response, handled, by, rules=house.rules, shifts=house.shifts, zone=house.zone)
    return ResponseReport(
        since=since,
        until=until,
        by=by,
        ranks=list(RANKS),
        left_out=left_out,
        groups=[
            ResponseGroup(
                key=group.key,
                label=label_of(desk, by, group.key, language),
                incidents=group.incidents,
                figures=list(group.figures),
            )
            for group in groups
        ],
    )


async def _closed(desk: Front, audience: Audience, since: datetime, until: datetime) -> AsyncIterator[ClosedIncident]:
    sought = Sought(since=since, until=until)
    async for one in closed_of(archive_of(desk), None, sought):
        if sees(desk, audience, one):
            yield one


def counts(one: ClosedIncident) -> bool:
    """Whether an incident says anything of how quick the room was."""
    return not (one.training or one.merged or (one.by_rule and one.first_taken_at is None))


def handled_of(one: ClosedIncident) -> Handled:
    return Handled(
        kind=one.kind,
        priority=one.priority,
        since=one.due_at or one.opened_at,
        taken_at=one.first_taken_at,
        acted_at=one.first_act_at,
        told_at=one.told_at,
        arrived_at=one.arrived_at,
        team=one.team,
    )


def label_of(desk: Front, by: By, key: str, language: str) -> str:
    """How a group of the report is called."""
    if by == "team" and key == NO_TEAM:
        return Say(language).t("reports.no_team")
    kinds = desk.house.kinds
    return kinds.words(key, language).label if by == "kind" and key in kinds else key


def router() -> Router:
    handlers: list[Any] = [response_report]
    return Router("/", route_handlers=handlers, tags=["reports"])
