"""From a test to what the API says of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from belfry.domain import code_names
from belfry.domain.muting import Asker, same
from belfry.domain.on_test import SIGNALS_SHOWN, Came, Session, longest, stage
from belfry.domain.premises import SiteParts
from belfry.domain.presets import Rules, span
from belfry.domain.site import Account
from belfry.web.on_test_views import AskedView, CameView, ExpectedView, ScopeView, TestView
from belfry.web.telling import site_view

NOBODY: Final[Mapping[str, str]] = {}


def on_test_view(
    session: Session,
    account: Account | None,
    parts: SiteParts,
    *,
    now: datetime,
    rules: Rules,
    language: str,
    names: Mapping[str, str] = NOBODY,
) -> TestView:
    """`names` are those of contacts, by id."""
    asked, scope = session.asked, session.scope
    came = sorted(session.came.values(), key=lambda one: one.at, reverse=True)[:SIGNALS_SHOWN]
    name = session.by if asked.asker is Asker.SUPERVISOR else names.get(asked.contact or "")
    return TestView(
        id=session.id,
        account_id=session.account_id,
        account=None if account is None else account.account,
        site=None if account is None else site_view(account),
        stage=stage(session, now, rules),
        scope=ScopeView(
            reach=scope.reach, areas=list(scope.areas), zones=list(scope.zones), hazards=list(scope.hazards)
        ),
        ticks=list(session.ticks),
        asked=AskedView(asker=asked.asker, proof=asked.proof, name=name),
        by=session.by,
        since=session.since,
        until=session.until,
        warning_at=session.until - span(rules.test_warning_s),
        longest_until=max(session.until, session.since + longest(asked.asker, rules)),
        expected=[
            ExpectedView(
                zone=one.zone,
                area=one.area,
                code=one.code,
                name=zone_name(parts, one.area, one.zone),
                ticked_at=session.ticked.get(n),
            )
            for n, one in enumerate(session.expected)
        ],
        ticked=len(session.ticked),
        missing=len(session.missing),
        came=[_came(one, parts, language) for one in came],
        signals=session.signals,
        ended_at=session.ended_at,
        ended_by=session.ended_by,
        how=session.how,
        still_in_alarm=session.left,
    )


def _came(one: Came, parts: SiteParts, language: str) -> CameView:
    return CameView(
        at=one.at,
        area=one.area,
        zone=one.zone,
        code=one.code,
        said=None if one.name is None else code_names.said(one.name, language),
        name=zone_name(parts, one.area, one.zone),
        count=one.count,
    )


def zone_name(parts: SiteParts, area: str | None, zone: str | None) -> str | None:
    """What the registry calls a zone."""
    if zone is None:
        return None
    for one in parts.zones:
        if same(one.number, zone) and (one.area is None or area is None or same(one.area, area)):
            return one.name or None
    return None
