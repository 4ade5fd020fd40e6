"""What a signal does beside its own incident: evidence for others, waking what is held, telling of a flood."""

from collections.abc import Sequence

from msgspec import structs

from belfry.centre.triage.case import Case, Decided
from belfry.domain import condition as live
from belfry.domain.condition import Condition
from belfry.domain.correlation import within_reach
from belfry.domain.facts import Due, Effect, Joined, OnIncident, Opened, Received
from belfry.domain.incident import Incident, State
from belfry.domain.kinds import Kinds
from belfry.domain.signal import Category
from belfry.domain.verdict import ALARMS, TROUBLES, Verdict

CONFIRMED = "PROP.ALARM.INTR.CONF"


def path_evidence(signal: Received, condition: Condition, verdict: Verdict, kinds: Kinds) -> Verdict:
    """Alarm and path fault in one set period count as confirmed (RULES 2, path loss is evidence)."""
    if verdict.kind is None or verdict.kind.code != "PROP.ALARM.INTR" or not verdict.armed:
        return verdict
    if not live.path_faults(condition) or verdict.pending_s is not None:
        return verdict
    kind = kinds[CONFIRMED]
    reason = "a transmission path is lost in the same set period"
    return structs.replace(
        verdict, kind=kind, priority=kind.priority, rank=kind.rank, reasons=(*verdict.reasons, reason)
    )


def beside(case: Case, decided: Decided) -> Sequence[OnIncident]:
    """Tamper or path loss ends a pending wait and confirms an intrusion; a new alarm wakes what is held."""
    signal, facts = case.signal, list[OnIncident]()
    if case.unknown or not case.open_here or signal.state not in ALARMS | TROUBLES:
        return _runaway_account(case)
    tamper = signal.category is Category.TAMPER
    path = signal.category is Category.COMMUNICATION and signal.subtype in ("path", "jam")
    settled = {fact.incident for fact in decided}
    for incident in case.open_here:
        if incident.id in settled:
            continue
        if incident.state is State.PENDING and (tamper or path):
            facts.append(Due(incident=incident.id, reasons=("tamper or path loss at the account",)))
        elif incident.state is State.HELD:
            facts.append(Due(incident=incident.id, reasons=("a new alarm or trouble at the site",)))
        if path and _confirms(case, incident):
            facts.append(_confirmed_by_path(case, incident))
    return [*facts, *_runaway_account(case)]


def _confirms(case: Case, incident: Incident) -> bool:
    since = live.arm_changed_at(case.condition, incident.area)
    return (
        incident.kind == "PROP.ALARM.INTR"
        and live.is_armed(case.condition, incident.area)
        and within_reach(incident, case.now, set_since=since, rules=case.books.rules)
    )


def _confirmed_by_path(case: Case, incident: Incident) -> Joined:
    kind = case.books.kinds[CONFIRMED]
    return Joined(
        incident=incident.id,
        signal=case.brief(),
        effect=Effect.CONTEXT,
        kind=kind.code,
        priority=kind.priority,
        rank=kind.rank,
        state=State.WAITING if incident.state is State.HELD else None,
        rings=True,
        reasons=("alarm and path loss in one set period count as confirmed",),
    )


def _runaway_account(case: Case) -> Sequence[Opened]:
    """Over 100 a minute from an account: a person is told once (RULES 3, runaway)."""
    most = case.books.rules.runaway_account_per_minute
    if case.key is None or case.condition.minute_count != most + 1:
        return ()
    group = f"{case.who}|TECH.RUNAWAY"
    if any(incident.group == group for incident in case.open_here):
        return ()
    kind = case.books.kinds["TECH.RUNAWAY"]
    opened = case.opened(
        kind=kind.code,
        priority=kind.priority,
        rank=kind.rank,
        group=group,
        reasons=(f"more than {most} signals in a minute",),
        restore=kind.restore,
        flags=("runaway",),
        suffix="r",
    )
    return [opened]
