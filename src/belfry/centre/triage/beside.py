"""What a signal does beside its own incident: evidence for others, waking what is held, telling of a flood."""

from collections.abc import Sequence
from typing import Final

from msgspec import structs

from belfry.centre.triage.case import Case, Decided, key_behind, wakes
from belfry.domain import condition as live
from belfry.domain.condition import RUNAWAY, Condition
from belfry.domain.correlation import family, within_reach
from belfry.domain.facts import Due, Effect, Joined, Logged, OnIncident, Opened, Received
from belfry.domain.incident import Incident, State
from belfry.domain.kinds import Kinds
from belfry.domain.presets import Rules, span
from belfry.domain.signal import Category
from belfry.domain.site_map import SiteMap
from belfry.domain.verdict import ALARMS, TROUBLES, Verdict, is_outdoor, is_pointless, was_armed

CONFIRMED = "PROP.ALARM.INTR.CONF"
OF_CONCERN: Final = ALARMS | TROUBLES
_PATHS: Final = frozenset({"path", "jam"})
_RESTING: Final = frozenset({State.PENDING, State.HELD})


def path_evidence(
    signal: Received,
    condition: Condition,
    verdict: Verdict,
    kinds: Kinds,
    rules: Rules,
    site: SiteMap | None = None,
) -> Verdict:
    """Alarm and path fault in one set period count as confirmed (RULES 2, path loss is evidence); none of an outdoor
    detector is."""
    if not condition.faults or verdict.kind is None or verdict.kind.code != "PROP.ALARM.INTR":
        return verdict
    if verdict.act != "open_or_join" or is_outdoor(signal, site):
        return verdict
    if not was_armed(condition, signal, rules):
        return verdict
    if not live.path_faults(condition, live.arm_changed_at(condition, signal.area)):
        return verdict
    reason = "a transmission path is lost in the same set period"
    if verdict.pending_s is not None:
        return structs.replace(verdict, pending_s=None, auto_close="never", reasons=(*verdict.reasons, reason))
    kind = kinds[CONFIRMED]
    return structs.replace(
        verdict, kind=kind, priority=kind.priority, rank=kind.rank, reasons=(*verdict.reasons, reason)
    )


def beside(case: Case, settled: Decided) -> Sequence[OnIncident]:
    """Tamper, path loss or a second point ends a pending wait; path loss confirms an intrusion; news wakes the held."""
    signal = case.signal
    path = signal.subtype in _PATHS and signal.category is Category.COMMUNICATION
    around = _around(case) if path else case.open_here
    if not around or signal.state not in OF_CONCERN or case.unknown or _only_logged(settled):
        return _runaway_account(case)
    facts: list[OnIncident] = []
    for incident in around:
        if not path and incident.state not in _RESTING:
            continue
        if any(fact.incident == incident.id for fact in settled):
            continue
        if path and _confirms(case, incident):
            facts.append(_confirmed_by_path(case, incident))
        elif incident.state is State.PENDING:
            why = _why_due(case, incident, path=path)
            facts += [] if why is None else [Due(incident=incident.id, reasons=(why,))]
        elif incident.state is State.HELD:
            facts.append(Due(incident=incident.id, reasons=("a new alarm or trouble at the site",)))
    facts += _runaway_account(case)
    return facts


def _around(case: Case) -> Sequence[Incident]:
    """A lost line is evidence for all whose areas it speaks for: the account's own incidents and its sub-accounts'."""
    if case.site is None or not case.site.parted or case.line is None:
        return case.open_here
    found = list(case.open_here)
    for account_id in dict.fromkeys(case.site.sub_accounts()):
        sub = case.books.accounts.by_id(account_id)
        if sub is not None:
            found += [one for one in case.draft.of_account(key_behind(sub, case.line)) if one.via == case.line]
    return found


def _only_logged(settled: Decided) -> bool:
    return all(type(fact) is Logged for fact in settled)


def _why_due(case: Case, incident: Incident, *, path: bool) -> str | None:
    """Why a pending incident need not wait for its delay."""
    signal = case.signal
    if signal.category is Category.TAMPER or path:
        return "tamper or path loss at the account"
    if signal.category is not Category.INTRUSION or is_outdoor(signal, case.site) or is_pointless(signal):
        return None
    if signal.state in ALARMS and family(incident.kind) == "intrusion":
        return "a second point at the account"
    return None


def _confirms(case: Case, incident: Incident) -> bool:
    since = live.arm_changed_at(case.condition, incident.area)
    return (
        incident.kind == "PROP.ALARM.INTR"
        and live.is_armed(case.condition, incident.area)
        and within_reach(incident, case.now, set_since=since, rules=case.books.rules)
        and not all(is_outdoor(point, case.site) for point in incident.in_alarm)
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
        life=kind.life,
        silent=kind.silent,
        restore=kind.restore,
        auto_close="never",
        state=State.WAITING,
        rings=True,
        reasons=("alarm and path loss in one set period count as confirmed",),
    )


def _runaway_account(case: Case) -> Sequence[Opened | Joined]:
    """Over 100 a minute from an account: a person is told once (RULES 3, runaway)."""
    most = case.books.rules.runaway_account_per_minute
    if case.condition.minute_count <= most or case.key is None:
        return ()
    if case.via is not None:  # it is the panel that runs away, whosever area it names
        case = structs.replace(case, key=case.via, via=None, open_here=case.draft.of_account(case.via))
    kind = case.books.kinds[RUNAWAY]
    group = case.group(kind)
    for incident in case.open_here:
        if incident.group == group:
            return (_floods_again(case, incident),) if incident.restored else ()
    if group is None or _just_told(case, case.draft.last_of_group(group)):
        return ()
    opened = case.opened(
        kind=kind.code,
        priority=kind.priority,
        rank=kind.rank,
        group=group,
        reasons=(f"more than {most} signals in a minute",),
        restore=kind.restore,
        auto_close=kind.auto_close,
        flags=("runaway",),
        suffix="r",
    )
    return (opened,)


def _floods_again(case: Case, incident: Incident) -> Joined:
    """Whoever has it was told that it is over."""
    reason = f"more than {case.books.rules.runaway_account_per_minute} signals in a minute, again"
    return Joined(
        incident=incident.id, signal=case.brief(), state=wakes(incident, ends=True), rings=True, reasons=(reason,)
    )


def _just_told(case: Case, told: Incident | None) -> bool:
    """A person closed it while the flood goes on: quiet as long as a runaway needs to end."""
    if told is None or told.closed_at is None:
        return False
    return case.now - told.closed_at < span(case.books.rules.runaway_quiet_s)
