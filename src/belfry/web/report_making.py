"""Reports made: for whoever asks, of what he may know of; and for the schedule, of all that the centre has.

Reckoning over a year's incidents takes a second or two, so it is done beside the loop.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from belfry.centre.reports.accounts import AccountLine, account_lines, whole
from belfry.centre.reports.load import load
from belfry.domain.percentiles import RANKS, By, response
from belfry.ports.archive import ClosedIncident, Sought
from belfry.safeguards.retention import is_of_person
from belfry.web.archive import archive_of, closed_of, sees
from belfry.web.front import Front
from belfry.web.groups import label as group_label
from belfry.web.notice_views import ResponseGroup, ResponseReport
from belfry.web.outlet import Audience
from belfry.web.problems import refused
from belfry.web.report_views import AccountsReport, GroupCount, LoadReport, SiteLine
from belfry.web.response_report import INCIDENTS_MOST, counts, handled_of, label_of


class Asked(Struct, frozen=True):
    """What a report is over, and for whom. Without `persons` nothing medical or of a person is in it: so it is where it
    leaves the house by a way that may not carry those (SCOPE, one door out)."""

    audience: Audience
    since: datetime
    until: datetime
    persons: bool = True


async def load_report(desk: Front, asked: Asked, language: str) -> LoadReport:
    found, house = await _closed(desk, asked), desk.house
    since, until = asked.since, asked.until
    reckoned = await asyncio.to_thread(load, found, since=since, until=until, zone=house.zone, where=_where(desk))
    return LoadReport(
        since=since,
        until=until,
        time_zone=str(house.zone),
        incidents=reckoned.incidents,
        left_out=reckoned.left_out,
        hours=list(reckoned.hours),
        weekdays=list(reckoned.weekdays),
        detections=reckoned.detections,
        busiest=reckoned.busiest,
        days=list(reckoned.days),
        groups=[GroupCount(one.key, group_label(one.key, language), one.incidents) for one in reckoned.groups],
        priorities=list(reckoned.priorities),
        places=list(reckoned.places),
        elsewhere=reckoned.elsewhere,
        medical=reckoned.medical,
        sendings=reckoned.sendings,
    )


async def accounts_report(desk: Front, asked: Asked, limit: int) -> AccountsReport:
    found, house = await _closed(desk, asked), desk.house
    since, until = asked.since, asked.until
    last = (until - timedelta(microseconds=1)).date()
    heard = await archive_of(desk).heard_in(since.date().isoformat(), last.isoformat())
    mine = {account_id: n for account_id, n in heard.items() if _may_know(desk, asked.audience, account_id)}
    lines = await asyncio.to_thread(account_lines, found, mine)
    return AccountsReport(
        since=since,
        until=until,
        whole=await asyncio.to_thread(whole, lines, found),
        items=[_site_line(house.accounts.by_id, line) for line in lines[:limit]],
        more=max(0, len(lines) - limit),
        left_out=sum(one.training or one.merged for one in found),
    )


async def response_of(desk: Front, asked: Asked, by: By, language: str) -> ResponseReport:
    """The same as `/reports/response`, for files."""
    house, found = desk.house, await _closed(desk, asked)
    handled = [handled_of(one) for one in found if counts(one)]
    groups = await asyncio.to_thread(response, handled, by, rules=house.rules, shifts=house.shifts, zone=house.zone)
    return ResponseReport(
        since=asked.since,
        until=asked.until,
        by=by,
        ranks=list(RANKS),
        left_out=len(found) - len(handled),
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


async def _closed(desk: Front, asked: Asked) -> Sequence[ClosedIncident]:
    """What was closed in a span, of what one may know of. Raises Refused where it is too much."""
    found: list[ClosedIncident] = []
    async for one in _each(desk, asked):
        found.append(one)
        if len(found) > INCIDENTS_MOST:
            raise refused(422, f"More than {INCIDENTS_MOST} incidents: ask for a shorter time", kind="belfry:too-many")
    return found


async def _each(desk: Front, asked: Asked) -> AsyncIterator[ClosedIncident]:
    async for one in closed_of(archive_of(desk), None, Sought(since=asked.since, until=asked.until)):
        if sees(desk, asked.audience, one) and (asked.persons or not is_of_person(one.kind)):
            yield one


def _may_know(desk: Front, audience: Audience, account_id: str) -> bool:
    account = desk.house.accounts.by_id(account_id) if account_id else None
    return audience.tenants is None if account is None else desk.tenants.account(audience, account)


def _where(desk: Front) -> Callable[[ClosedIncident], tuple[float, float] | None]:
    accounts = desk.house.accounts

    def where(one: ClosedIncident) -> tuple[float, float] | None:
        account = None if one.account_id is None else accounts.by_id(one.account_id)
        if account is None or account.latitude is None or account.longitude is None:
            return None
        return account.latitude, account.longitude

    return where


def _site_line(by_id: Callable[[str], object], line: AccountLine) -> SiteLine:
    account = by_id(line.account_id) if line.account_id else None
    fields = {name: getattr(line, name) for name in AccountLine.__struct_fields__}
    return SiteLine(account=getattr(account, "account", ""), name=getattr(account, "name", ""), **fields)
