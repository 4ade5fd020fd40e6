"""The deadlines of an incident: when it should be taken and acted on, and whom an untaken one reaches (RULES 4).

All is derived from the incident as it is, so that a restart changes no deadline.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from belfry.domain.fire_order import FireOrder, order_of
from belfry.domain.incident import Incident, State
from belfry.domain.presets import Rules

TAKE: Final = "take"
ACT: Final = "act"
TOLD: Final = "told"
"""The brigade, of a fire alarm."""

DESK: Final = "desk"
"""Every desk hears it."""
SUPERVISOR: Final = "supervisor"
OUTSIDE: Final = "outside"
"""Phones outside the room."""


class Clock(Struct, frozen=True):
    """Wanted by `target_at`, at the latest by `limit_at`; `done_at` is None while it runs."""

    target_at: datetime
    limit_at: datetime
    done_at: datetime | None = None


class Level(Struct, frozen=True):
    """Whom an untaken incident reaches from `at` on."""

    at: datetime
    level: str


def clocks(incident: Incident, rules: Rules) -> Mapping[str, Clock]:
    """Return the clocks that an incident has, by name: `take` for priorities 1 to 4, `act` for 1, none for 5; `told`
    for a fire alarm, wanted at once unless it may be verified first."""
    limits = _take_limits(incident.priority, rules)
    if limits is None:
        return {}
    target, limit = limits
    since = _waits_since(incident)
    taken_at = None if incident.state is State.WAITING else incident.first_taken_at
    found = {TAKE: Clock(since + target, since + limit, taken_at or incident.closed_at)}
    if incident.priority == 1:
        act_by = _began_at(incident) + timedelta(seconds=rules.act_1_s)
        found[ACT] = Clock(act_by, act_by, incident.first_act_at or incident.closed_at)
    order = order_of(incident)
    if order is not None:
        began = _began_at(incident)
        by = began + timedelta(seconds=rules.fire_told_s)
        found[TOLD] = Clock(began if order is FireOrder.AT_ONCE else by, by, incident.closed_at)
    return found


def levels(incident: Incident, rules: Rules) -> Sequence[Level]:
    """Whom an incident reaches while it waits, and when, in that order; nobody more once it is taken."""
    limits = _take_limits(incident.priority, rules)
    if incident.state is not State.WAITING or limits is None:
        return ()
    since, (target, limit) = _waits_since(incident), limits
    reached = (Level(since + target, DESK), Level(since + limit, SUPERVISOR))
    if incident.priority == 1:
        return (*reached, Level(since + timedelta(seconds=rules.outside_1_s), OUTSIDE))
    return reached


def _take_limits(priority: int, rules: Rules) -> tuple[timedelta, timedelta] | None:
    """Target and limit for taking an incident of a priority, None where it has no clock."""
    match priority:
        case 1:
            limits = (rules.take_1_s, rules.take_1_limit_s)
        case 2 | 3:
            limits = (rules.take_2_s, rules.take_2_limit_s)
        case 4:
            limits = (rules.take_4_s, rules.take_4_limit_s)
        case _:
            return None
    return timedelta(seconds=limits[0]), timedelta(seconds=limits[1])


def _began_at(incident: Incident) -> datetime:
    """From when its clocks count: its first standing in the queue, or later, when its priority rose."""
    due_at = incident.due_at or incident.pending_until or incident.opened_at
    return due_at if incident.raised_at is None else max(due_at, incident.raised_at)


def _waits_since(incident: Incident) -> datetime:
    """From when the take clock counts: one that came back to the queue waits anew, though it keeps its age."""
    if incident.state is State.WAITING and incident.first_taken_at is not None and incident.waiting_since is not None:
        return max(_began_at(incident), incident.waiting_since)
    return _began_at(incident)
