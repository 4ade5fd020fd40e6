"""What supervision keeps, over HTTP: what fell silent, what was never heard, what is about to fall silent."""

from litestar import Router, get

from belfry.centre.supervision import Silent, Slow
from belfry.domain.site import Account
from belfry.ports import Accounts
from belfry.web.bodies import Asked
from belfry.web.front import front
from belfry.web.identity import need
from belfry.web.rights import Right
from belfry.web.sight import viewer_of
from belfry.web.telling import site_view
from belfry.web.views import LostView, NotCommissionedView, OutageView, SilenceTotals, SilenceView, SlowView


@get("/supervision", guards=[need(Right.SILENCE)], summary="What fell silent")
async def supervision(request: Asked) -> SilenceView:
    """Lost paths, sites that were never heard, paths that report too seldom, and outages; at most 500 of each, with
    their true numbers."""
    desk = front(request)
    house, now = desk.house, desk.silences.of(viewer_of(request).audience)
    return SilenceView(
        lost=[_lost(one, house.accounts) for one in now.lost],
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
            OutageView(part=one.part, since=one.since, silent=one.silent, folded=one.folded) for one in now.outages
        ],
        totals=SilenceTotals(
            lost=now.lost_count,
            not_commissioned=now.not_commissioned_count,
            slow=now.slow_count,
            outages=now.outage_count,
        ),
    )


def _lost(one: Silent, accounts: Accounts) -> LostView:
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
