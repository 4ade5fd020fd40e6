"""One handling per site under one owner (RULES 2): which incidents belong together, whose they are, and what an act on
one of them means for the others.

Every incident keeps its own facts and rings for itself. What belongs to a person and not to a site - medical, care,
lift, lone worker - is handled by itself: sixty flats may share one account.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from belfry.domain.facts import SITE, Assigned, Held, OnIncident, Released, Taken
from belfry.domain.fire_order import order_at
from belfry.domain.incident import Incident, State
from belfry.domain.kinds import Kind
from belfry.domain.site import Account
from belfry.domain.training import site_of_exercise

_OF_PERSONS: Final = ("MED", "RES.LIFT", "PERS.LONE")


def site_of(incident: Incident) -> str | None:
    """The site that an incident is at: its account, or what that is one site with; None where it has none (an outage,
    the centre itself)."""
    if incident.site is not None:
        return incident.site
    if incident.account_id is not None:
        return incident.account_id
    key = incident.account
    if incident.trainee is not None and key is not None:
        return site_of_exercise(incident.group, key.account)
    return None if key is None else f"{key.receiver}/{key.prefix or ''}/{key.account}"


def together(incident: Incident) -> bool:
    """Whether it is handled together with what else is open at its site."""
    kind = incident.kind
    return not any(kind == one or kind.startswith(f"{one}.") for one in _OF_PERSONS)


def owner(incidents: Iterable[Incident]) -> str | None:
    """Who handles a site, of its incidents: who took one last by an act of his own; None where nobody does."""
    taken = [one for one in incidents if one.state is State.TAKEN and together(one)]
    return max(taken, key=lambda one: one.claimed).taken_by if taken else None


def owner_beside(incident: Incident, incidents: Iterable[Incident]) -> str | None:
    """Who handles what else is open at the site of an incident, as far as that concerns the incident."""
    if not together(incident):
        return None
    return owner(one for one in incidents if one.id != incident.id)


def brought_along(lead: Incident, other: Incident) -> OnIncident | None:
    """What taking `lead` means for another one of the site; None: nothing.

    Whatever is open goes to who took `lead`; what is held stays held, by him. Where two took at once, who was later has
    it all in the end.
    """
    by = lead.taken_by
    if by is None or lead.state is not State.TAKEN or not together(other):
        return None
    match other.state:
        case State.WAITING:
            return Taken(incident=other.id, by=by, seen_upto=other.seen_upto, reason=SITE)
        case State.TAKEN if other.taken_by != by and other.claimed < lead.claimed:
            return Taken(incident=other.id, by=by, seen_upto=other.seen_upto, over=other.taken_by, reason=SITE)
        case State.HELD if other.parked:
            return Taken(incident=other.id, by=by, seen_upto=other.seen_upto, reason=SITE)
        case State.HELD if other.held_by != by and other.held_until is not None:
            return Held(
                incident=other.id,
                by=by,
                until=other.held_until,
                on=other.held_on,
                reason=SITE,
                seen_upto=other.seen_upto,
            )
        case _:
            return None


def handed(lead: Incident, other: Incident) -> OnIncident | None:
    """An incident that comes to a site is its owner's, who has `lead`."""
    if lead.taken_by is None or other.taken_by in (None, lead.taken_by):
        return None
    return Taken(incident=other.id, by=lead.taken_by, seen_upto=other.seen_upto, over=other.taken_by, reason=SITE)


def given_back(by: str, other: Incident) -> OnIncident | None:
    """What releasing one incident means for another one of its site."""
    if other.state is State.TAKEN and other.taken_by == by and together(other):
        return Released(incident=other.id, by=by, reason=SITE)
    return None


def attached(incident: Incident, account: Account, kind: Kind, site: str) -> Assigned:
    """What is written of an incident of a kind whose very number was registered since it opened."""
    return Assigned(
        incident=incident.id,
        account_id=account.id,
        fire_order=order_at(incident, account),
        restore=kind.restore,
        site=None if site == account.id else site,
    )


def beside(lead: Incident, incidents: Sequence[Incident]) -> Sequence[Incident]:
    """The others that are handled together with `lead`."""
    return [one for one in incidents if one.id != lead.id and together(one)] if together(lead) else ()
