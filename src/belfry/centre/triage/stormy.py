"""What a storm holds back: a signal that would open an incident of its own, and does nothing else.

What joins, restores, confirms, wakes or ends a wait is never held back: only a step that opened something new is asked
about, and only where it did nothing beside.
"""

from collections.abc import Sequence

from belfry.centre.storms import Storms
from belfry.centre.triage.case import Case, Decided
from belfry.domain.condition import RUNAWAY
from belfry.domain.facts import Act, Logged, OnIncident, Opened
from belfry.domain.incident import Incident
from belfry.domain.storm_cover import storm_group
from belfry.domain.verdict import was_armed


def held_back(case: Case, settled: Decided, beside: Sequence[OnIncident], storms: Storms) -> Logged | None:
    """The line in the log for what a storm holds back; None: it is an operator's."""
    if len(settled) != 1 or case.account is None or case.verdict.kind is None or case.verdict.second_point:
        return None
    if case.via is not None:  # one panel, several customers: whose it is may be of another tenant
        return None
    (opened,) = settled
    if type(opened) is not Opened or opened.kind != case.verdict.kind.code:
        return None
    if any(type(fact) is not Opened or fact.kind != RUNAWAY for fact in beside):
        return None
    if any(_is_grave(incident) for incident in case.open_here):
        return None
    signal, kind = case.signal, case.verdict.kind
    zone = None if case.site is None else case.site.zone(signal.area, signal.zone)
    group = storm_group(
        signal.method,
        signal.category,
        kind,
        min(opened.priority, case.verdict.priority),
        armed=was_armed(case.condition, signal, case.books.rules),
        hazard=None if zone is None else zone.hazard,
    )
    storm = None if group is None else storms.holding(group, case.position, signal.received_at)
    if storm is None:
        return None
    return Logged(
        signal=case.position,
        act=Act.STORM,
        kind=kind.code,
        quality=case.marks,
        reasons=(*case.verdict.reasons, "held back by a storm"),
        in_alarm=case.verdict.restore != "none",
        storm=storm.id,
        storm_group=group,
    )


def _is_grave(incident: Incident) -> bool:
    """An alarm is open at the site: whatever equipment says beside it may be part of its story."""
    return incident.priority == 1 or incident.life or incident.silent
