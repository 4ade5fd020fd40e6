"""Whose account an unknown number may be: what is proposed to who handles it."""

from collections.abc import Sequence
from typing import Final

from msgspec import structs

from belfry.domain.handling import assignable
from belfry.domain.incident import Incident
from belfry.domain.nearness import near_accounts
from belfry.web.bodies import Asked
from belfry.web.front import Front
from belfry.web.sight import sees_site, viewer_of
from belfry.web.views import ProposalView, TimelineItem

NEAR: Final = "near: "
"""How triage begins the reason that names such a number."""


def proposals(desk: Front, request: Asked, incident: Incident) -> Sequence[ProposalView]:
    """The registered accounts that an unknown number may mean, as far as this person may know of them."""
    key, accounts = incident.account, desk.house.accounts
    if key is None or not incident.open or not assignable(incident):
        return ()
    exact = accounts.by_key(key)
    if exact is not None and exact.id == incident.account_id:
        return ()
    by_number = (accounts.by_key(structs.replace(key, account=number)) for number in near_accounts(key, accounts))
    by_address = [accounts.by_id(account_id) for account_id in incident.near]
    candidates = (exact, *by_number, *by_address)
    found = {one.id: one for one in candidates if one is not None and sees_site(request, one)}
    return [
        ProposalView(
            account_id=one.id,
            account=one.account,
            name=one.name,
            address=one.address,
            same_source=one.id in incident.near,
        )
        for one in sorted(found.values(), key=lambda one: one.id not in incident.near)
    ]


def own_reasons(request: Asked, reasons: Sequence[str]) -> list[str]:
    """Reasons without the numbers that are like an unknown one, for who may not know of every account."""
    if viewer_of(request).audience.tenants is None:
        return list(reasons)
    return [reason for reason in reasons if not reason.startswith(NEAR)]


def without_near(request: Asked, items: Sequence[TimelineItem]) -> list[TimelineItem]:
    """The same of the lines of a story."""
    return [structs.replace(item, reasons=own_reasons(request, item.reasons)) for item in items]
