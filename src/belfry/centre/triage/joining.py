"""The plain steps: heard twice, lifted, annotated, logged - and at last opened or joined."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from belfry.centre.triage.case import Case, Decided
from belfry.centre.triage.openings import late_already
from belfry.domain import condition as live
from belfry.domain.correlation import family, may_join, within_reach
from belfry.domain.facts import Act, Joined, Opened, Received
from belfry.domain.incident import Incident, State
from belfry.domain.signal import Category, SignalState
from belfry.domain.verdict import Verdict, is_outdoor, is_pointless

# Asked of every signal, so looked up once: CPython 3.11 takes long to find a member of an enum.
_HELD: Final = State.HELD
_PENDING: Final = State.PENDING

RINGS_AGAIN_AT: Final = frozenset({3, 10, 30})
RINGS_EVERY: Final = timedelta(minutes=5)
"""A life kind that is said again rings at these repeats of one point, and every five minutes (RULES 3, runaway)."""


def heard_on_another_path(case: Case) -> Decided | None:
    """The same on path B just after, while it is still in alarm: context, never a second incident."""
    if not case.seen.doubled:
        return None
    for incident in case.open_here:
        if incident.in_alarm.get(case.point()):
            return [case.context(incident, f"also heard on {case.signal.path}")]
    return None


def lift(case: Case) -> Decided | None:
    """`More help asked for` lifts the site's incident to priority 1 (RULES 1, 646)."""
    if case.verdict.act != "annotate" or case.verdict.priority != 1 or not case.open_here:
        return None
    incident = min(case.open_here, key=lambda one: one.order)
    lifted = Joined(
        incident=incident.id,
        signal=case.brief(),
        priority=1 if incident.priority > 1 else None,
        rank=incident.rank,
        state=State.WAITING,
        rings=True,
        flags=("more_help",),
        reasons=case.verdict.reasons,
    )
    return [lifted]


def annotate(case: Case) -> Decided | None:
    """Context for an open incident of the same hazard; without one, a line in the log."""
    if case.verdict.act not in ("annotate", "banner"):
        return None
    if case.verdict.act == "banner":
        return [case.logged(act=Act.BANNER)]
    for incident in case.open_here:
        if _same_hazard(case.signal, incident):
            return [case.context(incident)]
    return [case.logged("nothing of it is open")]


def log(case: Case) -> Decided | None:
    if case.verdict.act == "open_or_join" and case.verdict.kind is not None:
        return None
    return [case.logged()]


def open_or_join(case: Case) -> Decided:
    verdict = case.verdict
    assert verdict.kind is not None
    group = case.group(verdict.kind)
    here = _same_group(case, group)
    if verdict.second_point and len(here) > 1:  # it confirms the fire, not the pre-alarm before it
        here = sorted(here, key=lambda one: (not _is_more(verdict, one), one.order))
    for incident in here:
        if case.signal.previous and incident.in_alarm.get(case.point()):
            return [case.context(incident, "still present, reported before")]
        if verdict.second_point or may_join(incident, verdict.kind, verdict.priority):
            return [_joined(case, incident)]
    if case.seen.runaway and not verdict.kind.life and _somebody_was_told(case, group):
        return [case.logged(f"repeating: {case.seen.count} times", marks=("runaway",))]
    reasons = verdict.reasons
    if case.signal.previous:
        reasons = (*reasons, "first report never seen")
    return [_opened_by_verdict(case, group, reasons)]


def _somebody_was_told(case: Case, group: str | None) -> bool:
    """Whether what repeats itself has been an incident since it does. What was said in a test, held back in a storm or
    meant nothing by the rules of that time has told nobody: then the next one has to."""
    repeats = case.condition.repeats.get(live.point_key(case.signal))
    if group is None or repeats is None:
        return True
    last = case.draft.last_of_group(group)
    return last is not None and (last.closed_at is None or last.closed_at >= repeats.window_from)


def _same_group(case: Case, group: str | None) -> Sequence[Incident]:
    if group is None:
        return ()
    listed = case.open_here if case.key is not None else case.draft.in_group(group)
    since = live.arm_changed_at(case.condition, case.signal.area)
    now, rules = case.now, case.books.rules
    found = [
        incident
        for incident in listed
        if incident.group == group and within_reach(incident, now, set_since=since, rules=rules)
    ]
    return [*late_already(case), *found]


def _joined(case: Case, incident: Incident) -> Joined:
    verdict = case.verdict
    kind = verdict.kind
    assert kind is not None
    flags = ("runaway",) if case.seen.runaway else ()
    if verdict.second_point and _is_more(verdict, incident):
        return Joined(
            incident=incident.id,
            signal=case.brief(),
            kind=kind.code,
            priority=min(verdict.priority, incident.priority),
            rank=verdict.rank,
            life=kind.life,
            silent=kind.silent,
            restore=verdict.restore,
            auto_close=verdict.auto_close,
            state=_moves(case, incident),
            rings=True,
            flags=flags,
            reasons=verdict.reasons,
        )
    again = kind.life and (case.seen.count in RINGS_AGAIN_AT or _quiet_for_long(case, incident))
    return Joined(
        incident=incident.id,
        signal=case.brief(),
        state=_moves(case, incident),
        rings=again or incident.state is _HELD,
        flags=flags,
        reasons=verdict.reasons,
    )


def _is_more(verdict: Verdict, incident: Incident) -> bool:
    """What a second point makes is more urgent than what is open; it never takes a safe or a confirmed one back."""
    return (verdict.priority, verdict.rank or 9) < (incident.priority, incident.rank or 9)


def _quiet_for_long(case: Case, incident: Incident) -> bool:
    return incident.rang_at is not None and case.now - incident.rang_at >= RINGS_EVERY


def _is_no_second_point(case: Case, incident: Incident) -> bool:
    """An outdoor detector confirms no intrusion, and an exit error that names no point is none (RULES 4)."""
    intrusion = family(incident.kind) == "intrusion"
    return intrusion and (is_outdoor(case.signal, case.site) or is_pointless(case.signal))


def _moves(case: Case, incident: Incident) -> State | None:
    """A held incident wakes; a pending one waits no longer for the delay once another point speaks."""
    if incident.state is _HELD:
        return State.WAITING
    if incident.state is _PENDING and case.point() not in incident.in_alarm:
        return None if _is_no_second_point(case, incident) else State.WAITING
    return None


def _opened_by_verdict(case: Case, group: str | None, reasons: tuple[str, ...]) -> Opened:
    verdict = case.verdict
    assert verdict.kind is not None
    return case.opened(
        kind=verdict.kind.code,
        priority=verdict.priority,
        rank=verdict.rank,
        group=group,
        reasons=reasons,
        restore=verdict.restore,
        flags=tuple(mark for mark in case.marks if mark in ("late", "clock")),
        auto_close=verdict.auto_close,
        pending_s=verdict.pending_s if verdict.auto_close == "pending_then_restore" else None,
    )


def _same_hazard(signal: Received, incident: Incident) -> bool:
    """A signal that only annotates belongs to an incident of its own category; a cancel belongs to any."""
    if signal.state in (SignalState.CANCEL, SignalState.ABORT):
        return True
    if signal.subtype == "context" and signal.category is Category.OPEN_CLOSE:
        return family(incident.kind) == "intrusion"  # armed shortly before
    return incident.first.category == signal.category
