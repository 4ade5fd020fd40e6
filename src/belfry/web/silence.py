"""What supervision keeps, over HTTP: what fell silent, what was never heard, what is late and what comes next."""

from typing import Final

from litestar import Router, get

from belfry.centre.schedules import DueNext, Overdue
from belfry.centre.supervision import Silent, Slow
from belfry.centre.triage.openings import same_area
from belfry.domain.presets import Rules, span
from belfry.domain.site import Account
from belfry.ports import Accounts
from belfry.web.bodies import Asked
from belfry.web.centre_views import (
    DueView,
    LostView,
    NotCommissionedView,
    OutageView,
    OverdueView,
    SilenceTotals,
    SilenceView,
    SlowView,
)
from belfry.web.front import front
from belfry.web.house import House
from belfry.web.identity import need
from belfry.web.rights import Right
from belfry.web.sight import viewer_of
from belfry.web.telling import site_view

_CUT_OFF: Final = frozenset({"TECH.COMMS.LOST", "TECH.OUTAGE"})


@get("/supervision", guards=[need(Right.SILENCE)], summary="What fell silent")
async def supervision(request: Asked) -> SilenceView:
    """Lost paths, sites that were never heard, paths that report too seldom, outages, and schedules that are not kept;
    at most 500 of each, with their true numbers; and the deadlines that come next."""
    desk = front(request)
    house, now = desk.house, desk.silences.of(viewer_of(request).audience)
    return SilenceView(
        lost=[_lost(one, house.accounts, house.rules) for one in now.lost],
        not_commissioned=[
            NotCommissionedView(
                receiver=one.receiver,
                prefix=one.prefix,
                account=one.account,
                account_id=one.account_id,
                name=one.name,
                heard_at=one.heard_at,
            )
            for one in now.not_commissioned
        ],
        slow=[_slow(one, house.accounts) for one in now.slow],
        outages=[
            OutageView(
                part=one.part,
                since=one.since,
                silent=one.silent,
                folded=one.folded,
                incident=_outage_row(one.part, house),
            )
            for one in now.outages
        ],
        overdue=[_overdue(one, house) for one in now.overdue],
        due_next=[_due(one, house.accounts) for one in now.due_next],
        totals=SilenceTotals(
            lost=now.lost_count,
            not_commissioned=now.not_commissioned_count,
            slow=now.slow_count,
            outages=now.outage_count,
            overdue=now.overdue_count,
            scheduled=now.scheduled_count,
        ),
    )


def _outage_row(part: str, house: House) -> str | None:
    """The open incident of an outage: those of a cause share a grouping key that ends with it."""
    return next((row.id for row in house.board.in_group(f"centre|TECH.OUTAGE|{part}")), None)


def _overdue(one: Overdue, house: House) -> OverdueView:
    account = house.accounts.by_id(one.account_id)
    here = (row.id for row in house.board.of_account(one.key) if row.kind == one.kind and same_area(row.area, one.area))
    return OverdueView(
        account_id=one.account_id,
        account=_number(account),
        site=None if account is None else site_view(account),
        schedule=one.schedule,
        name=one.name,
        area=one.area,
        point=one.point,
        kind=one.kind,
        wanted_at=one.wanted_at,
        heard_at=one.heard_at,
        incident=next(here, None),
    )


def _due(one: DueNext, accounts: Accounts) -> DueView:
    account = accounts.by_id(one.account_id)
    return DueView(
        account_id=one.account_id,
        account=_number(account),
        site=None if account is None else site_view(account),
        schedule=one.schedule,
        name=one.name,
        area=one.area,
        what=one.what,
        at=one.at,
        put_off=one.moved,
    )


def _lost(one: Silent, accounts: Accounts, rules: Rules) -> LostView:
    account = accounts.by_id(one.account_id)
    return LostView(
        account_id=one.account_id,
        account=_number(account),
        site=None if account is None else site_view(account),
        path=one.path,
        since=one.since,
        heard_at=one.heard_at,
        kind=one.kind,
        outage=one.outage,
        life=one.life,
        call_by=one.since + span(rules.life_call_s) if one.life and one.kind in _CUT_OFF else None,
    )


def _slow(one: Slow, accounts: Accounts) -> SlowView:
    account = accounts.by_id(one.account_id)
    return SlowView(
        account_id=one.account_id,
        account=_number(account),
        site=None if account is None else site_view(account),
        path=one.path,
        observed_s=one.observed.total_seconds(),
        window_s=one.window.total_seconds(),
    )


def _number(account: Account | None) -> str | None:
    return None if account is None else account.account


def router() -> Router:
    return Router("/", route_handlers=[supervision], tags=["centre"])
