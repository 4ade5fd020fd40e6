"""Whose account an unknown number may be: what is proposed to who handles it, and who else may read of it."""

from collections.abc import Sequence
from typing import Final

from msgspec import structs

from belfry.domain import reasons as catalogue
from belfry.domain.handling import assignable
from belfry.domain.incident import Incident
from belfry.domain.nearness import near_accounts
from belfry.web.bodies import Asked
from belfry.web.front import Front
from belfry.web.in_words import item_in
from belfry.web.languages import language_of
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


def reasons_for(request: Asked, reasons: Sequence[str]) -> list[str]:
    """Reasons in the language of whoever asks; without the numbers that are like an unknown one, where he may not know
    of every account."""
    return catalogue.say_all(_known_to(request, reasons), language_of(request))


def items_for(request: Asked, items: Sequence[TimelineItem]) -> list[TimelineItem]:
    """The same of the lines of a story, with the names of their signals."""
    language = language_of(request)
    return [item_in(structs.replace(item, reasons=_known_to(request, item.reasons)), language) for item in items]


def _known_to(request: Asked, reasons: Sequence[str]) -> list[str]:
    if viewer_of(request).audience.tenants is None:
        return list(reasons)
    return [reason for reason in reasons if not reason.startswith(NEAR)]
