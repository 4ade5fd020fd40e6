"""One act on many incidents (RULES 2): which are meant, and which are left as they are, each with its reason.

Whoever does it has not looked at each, so what could cost somebody dearly is never among them: no priority 1, no life
kind, nothing that owes steps of a plan. What is meant was shown beforehand, with its number; what came since is not.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.closing_rules import CAUSE, TOLD, comment_needed, needed
from belfry.domain.dispatching import still_bound
from belfry.domain.incident import Incident, State
from belfry.domain.site_handling import site_of

ROLES: Final = frozenset({"supervisor", "administrator"})
"""Who may act on many at once."""


class BulkAct(StrEnum):
    CLOSE = "close"
    RELEASE = "release"
    """Take away from whoever has it, back to the queue."""
    ASSIGN = "assign"
    """Hand what waits to one person."""


class Why(StrEnum):
    """Why one is left as it is."""

    PRIORITY_1 = "priority_1"
    LIFE = "life"
    UNITS = "units"
    """Units are on their way or at work there."""
    OWES_STEPS = "owes_steps"
    FIELDS = "fields"
    """Its kind wants something said that was not."""
    TAKEN = "taken"
    HELD = "held"
    PENDING = "pending"
    NOT_TAKEN = "not_taken"
    MERGED = "merged"
    LEADS = "leads"
    """Others are merged into it: whoever closes it closes them, and looks at them."""
    CLOSED = "closed"
    """Somebody was quicker."""
    ELSEWHERE = "elsewhere"
    """Somebody else handles its site."""
    UNSEEN = "unseen"
    """Whoever it would be handed to may not know of it."""
    CHANGED = "changed"
    """It changes faster than this can be written."""


class Filter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which incidents are meant: all that are open, no exercise, and fit every field that is given. `kinds` are codes
    or their beginnings; `untouched`: never taken."""

    states: tuple[State, ...] = ()
    kinds: tuple[str, ...] = ()
    priorities: tuple[int, ...] = ()
    site: str | None = None
    taken_by: str | None = None
    untouched: bool = False

    def fits(self, incident: Incident) -> bool:
        return (
            incident.open
            and incident.trainee is None
            and (not self.states or incident.state in self.states)
            and (not self.kinds or any(_is_of(incident.kind, one) for one in self.kinds))
            and (not self.priorities or incident.priority in self.priorities)
            and (self.site is None or self.site in (incident.account_id, site_of(incident)))
            and (self.taken_by is None or self.taken_by in (incident.taken_by, incident.held_by))
            and (not self.untouched or incident.first_taken_at is None)
        )


def refused(incident: Incident, act: BulkAct, by: str) -> Why | None:
    """Why an incident is left as it is, whatever its plan wants; None: it may be done."""
    if not incident.open:
        return Why.CLOSED
    if incident.priority == 1:
        return Why.PRIORITY_1
    if incident.life:
        return Why.LIFE
    if incident.merged_into is not None:
        return Why.MERGED
    if incident.merged and act is BulkAct.CLOSE:
        return Why.LEADS
    if act is BulkAct.CLOSE and still_bound(incident):
        return Why.UNITS
    match incident.state:
        case State.PENDING:
            return Why.PENDING
        case State.HELD:
            return Why.HELD
        case State.TAKEN if act is BulkAct.ASSIGN or (act is BulkAct.CLOSE and incident.taken_by != by):
            return Why.TAKEN
        case State.WAITING if act is BulkAct.RELEASE:
            return Why.NOT_TAKEN
        case _:
            return None


def unsaid(incident: Incident, disposition: str, cause: str | None) -> bool:
    """Whether closing an incident like this wants more said than one act on many can say."""
    fields = needed(incident.kind, disposition)
    return (CAUSE in fields and cause is None) or TOLD in fields


def comment_missing(cause: str | None, reason: str) -> bool:
    return comment_needed(cause) and not reason.strip()


def _is_of(kind: str, wanted: str) -> bool:
    return kind == wanted or kind.startswith(f"{wanted}.")
