"""The deadlines of an incident: when it is to be taken, acted on and passed on, and when somebody is there (RULES 4).

`take`: an operator has it. `act`: the first thing he writes down; at a care account the voice that the caller hears,
and at a closed valve the call to the site. `told`: the service knows. `arrive`: whoever said that he would come is
there, or has to be. All is derived from the incident as it is, so that a restart changes no deadline. What follows
where one is missed: `domain.escalation`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from belfry.domain import own_services
from belfry.domain.fire_order import FireOrder, order_of
from belfry.domain.incident import Incident, State
from belfry.domain.plan import StepType
from belfry.domain.plan_run import ahead, told_at
from belfry.domain.presets import Rules, span

TAKE: Final = "take"
ACT: Final = "act"
TOLD: Final = "told"
"""The service: brigade, police, ambulance; by a call, or since a unit of it that is ours accepted."""
ARRIVE: Final = "arrive"
"""Somebody who accepted to come, or who has to be there by the kind's own rule."""

CLOCKS: Final = (TAKE, ACT, TOLD, ARRIVE)
"""In the order in which they usually run out."""

CARE: Final = ("MED.ALARM.CARE", "MED.ALARM.FALL", "MED.ALARM.INACTIVITY", "MED.WELFARE", "MED.CARE.EXIT")
"""Kinds of social care: whoever pressed hears a voice."""
FIRE: Final = "FIRE."
SUPERVISORY: Final = "FIRE.SUPERVISORY"
FAULT: Final = "FIRE.FAULT"
OF_THE_CENTRE: Final = "TECH.CENTRE"
"""Its own fault, which no service is told of."""


class Clock(Struct, frozen=True):
    """Wanted by `target_at`, at the latest by `limit_at`; `done_at` is None while it runs."""

    target_at: datetime
    limit_at: datetime
    done_at: datetime | None = None


class Limits(Struct, frozen=True):
    """Seconds from when an incident first stood in the queue. A target of 0: at once."""

    target_s: int
    limit_s: int


def limits(kind: str, priority: int, rules: Rules) -> Mapping[str, Limits]:
    """The clocks that a kind has at a priority, by name, in the order of CLOCKS; what the incident itself adds, such as
    the time at which somebody said he would come, is not in it. None of priority 5."""
    found: dict[str, Limits] = {}
    if priority == 5:
        return found
    found[TAKE] = _take(priority, rules)
    care = kind in CARE
    if care:
        found[ACT] = Limits(rules.care_voice_s, rules.care_voice_limit_s)
    elif kind == SUPERVISORY:
        found[ACT] = Limits(0, rules.supervisory_contact_s)
    elif priority == 1:
        found[ACT] = Limits(rules.act_1_s, rules.act_1_s)
    if priority == 1 and not care and kind != OF_THE_CENTRE:
        told_s = rules.fire_told_s if kind.startswith(FIRE) else rules.told_1_s
        found[TOLD] = Limits(told_s, told_s)
    if kind == SUPERVISORY:
        found[ARRIVE] = Limits(rules.runner_s, rules.runner_s)
    elif kind == FAULT:
        found[ARRIVE] = Limits(rules.fault_service_s, rules.fault_service_s)
    return found


def clocks(incident: Incident, rules: Rules) -> Mapping[str, Clock]:
    """Return the clocks that an incident has, by name, in the order of CLOCKS; done ones too. None of one that is
    merged into another: those of that one count."""
    if incident.merged_into is not None and incident.open:
        return {}
    wanted = limits(incident.kind, incident.priority, rules)
    found: dict[str, Clock] = {}
    if TAKE in wanted:
        taken_at = None if incident.state is State.WAITING else incident.first_taken_at
        found[TAKE] = _from(_waits_since(incident), wanted[TAKE], taken_at or incident.closed_at)
    if ACT in wanted:
        found[ACT] = _from(began_at(incident), wanted[ACT], acted_at(incident) or incident.closed_at)
    told = _told(incident, wanted.get(TOLD), rules)
    if told is not None:
        found[TOLD] = told
    arrive = _arrive(incident, wanted.get(ARRIVE), rules)
    if arrive is not None:
        found[ARRIVE] = arrive
    return found


_SPOKEN: Final = frozenset({StepType.CALL_PREMISES, StepType.CALL_CONTACT, StepType.NOTIFY, StepType.SEND})


def acted_at(incident: Incident) -> datetime | None:
    """When somebody acted on it first. Where a voice is what is waited for, that is the first call that was made,
    whatever came of it, or help that was sent without one - never a note, nor another kind."""
    if incident.kind not in CARE and incident.kind != SUPERVISORY:
        return incident.first_act_at
    return next((one.at for one in incident.deeds if one.do in _SPOKEN), None)


def began_at(incident: Incident) -> datetime:
    """From when its clocks count: its first standing in the queue, or later, when its priority rose."""
    due_at = incident.due_at or incident.pending_until or incident.opened_at
    return due_at if incident.raised_at is None else max(due_at, incident.raised_at)


def _take(priority: int, rules: Rules) -> Limits:
    if priority == 1:
        return Limits(rules.take_1_s, rules.take_1_limit_s)
    if priority == 4:
        return Limits(rules.take_4_s, rules.take_4_limit_s)
    return Limits(rules.take_2_s, rules.take_2_limit_s)


def _from(since: datetime, wanted: Limits, done_at: datetime | None) -> Clock:
    return Clock(since + span(wanted.target_s), since + span(wanted.limit_s), done_at)


def _told(incident: Incident, wanted: Limits | None, rules: Rules) -> Clock | None:
    """A fire has its own order, which says whether it may be verified first. Of all others the clock runs as long as
    the plan still leads to a service: what turned out to need none is not late."""
    order = order_of(incident)
    if order is not None:
        target_s = 0 if order is FireOrder.AT_ONCE else rules.fire_told_s
        wanted = Limits(target_s, rules.fire_told_s)
    if wanted is None:
        return None
    by_unit = own_services.told_at(incident)
    known_at = min((at for at in (told_at(incident.deeds), by_unit) if at is not None), default=None)
    done_at = known_at or _spared_at(incident) or incident.closed_at
    if done_at is None and order is None and not _leads_to_a_service(incident):
        return None
    return _from(began_at(incident), wanted, done_at)


def _spared_at(incident: Incident) -> datetime | None:
    """When a person skipped the telling, with a reason."""
    return next((one.at for one in incident.deeds if one.do is StepType.NOTIFY and one.outcome is None), None)


def _leads_to_a_service(incident: Incident) -> bool:
    run = incident.plan
    if run is None:
        return True
    may_come = ahead(run)
    return any(step.do is StepType.NOTIFY and step.id in may_come and step.id not in run.settled for step in run.steps)


def _arrive(incident: Incident, wanted: Limits | None, rules: Rules) -> Clock | None:
    """Who said he would come is there at that time; where the kind wants somebody by a time of its own, by that."""
    done_at = incident.arrived_at or incident.closed_at
    said = [*(one.at for one in incident.coming), own_services.promised_at(incident)]
    promised = min((at for at in said if at is not None), default=None)
    began = began_at(incident)
    if wanted is not None:
        limit = began + span(wanted.limit_s)
        return Clock(limit if promised is None else min(promised, limit), limit, done_at)
    if promised is not None:  # somebody is still awaited, whoever is there already
        return Clock(promised, promised + span(rules.arrive_late_s), incident.closed_at)
    last = next((one for one in reversed(incident.deeds) if one.arrives_at is not None), None)
    given = own_services.given_at(incident) if last is None else last.arrives_at
    if incident.arrived_at is None or given is None:
        return None
    return Clock(given, given + span(rules.arrive_late_s), incident.arrived_at)


def _waits_since(incident: Incident) -> datetime:
    """From when the take clock counts: one that came back to the queue waits anew, though it keeps its age."""
    if incident.state is State.WAITING and incident.first_taken_at is not None and incident.waiting_since is not None:
        return max(began_at(incident), incident.waiting_since)
    return began_at(incident)
