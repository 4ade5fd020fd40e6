"""When a fire alarm is passed to the brigade (RULES 2, fire order).

A commercial fire is passed at once, and nobody calls the premises first. A home may be verified for 90 seconds where
its account says so, and an authority may require it. What several detectors or a hand said is verified by nobody.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.correlation import family
from belfry.domain.incident import Incident
from belfry.domain.site import Account

_FIRES: Final = frozenset({"fire", "gas", "co"})
_VERIFIABLE: Final = "FIRE.ALARM.AUTO"
_HOMES: Final = frozenset({"dwelling", "multi_dwelling"})


class FireOrder(StrEnum):
    """What an incident says of it."""

    AT_ONCE = "pass_at_once"
    """To the brigade at once; no call to the premises first."""
    VERIFY_90S = "verify_90s"
    """The premises may be called, for at most 90 seconds."""
    VERIFY_FIRST = "verify_required"
    """The authority wants it verified before it is passed on."""


class Ordered(Struct, frozen=True):
    order: FireOrder
    reason: str | None = None
    """Where the account says something of its own."""


def fire_order(kind: str, account: Account | None, *, priority: int) -> Ordered | None:
    """What holds for a new alarm of a kind at an account; None where it is no fire alarm, or nobody knows its site."""
    if account is None or priority != 1 or family(kind) not in _FIRES:
        return None
    if kind == _VERIFIABLE:
        if account.verify_fire == "authority_requires":
            return Ordered(FireOrder.VERIFY_FIRST, "the authority wants a fire verified before it is passed on")
        if account.verify_fire == "home_90s" and account.type in _HOMES:
            return Ordered(FireOrder.VERIFY_90S, "a home: may be verified within 90 s, then it is passed on")
    return Ordered(FireOrder.AT_ONCE)


def order_at(incident: Incident, account: Account) -> str | None:
    """What holds for an incident whose account is known only now."""
    ordered = fire_order(incident.kind, account, priority=incident.priority)
    return None if ordered is None else str(ordered.order)


def order_of(incident: Incident) -> FireOrder | None:
    """What holds for an incident now: a second point, or another kind, ends the verifying."""
    if incident.fire_order is None or family(incident.kind) not in _FIRES:
        return None
    return FireOrder(incident.fire_order) if incident.kind == _VERIFIABLE else FireOrder.AT_ONCE
