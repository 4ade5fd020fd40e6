"""What people say belongs together: a call or a duty report that a person joined to an open incident, and what a caller
says after the first words went out. By themselves neither ever joins anything (RULES 2)."""

from belfry.centre.triage.case import Case, Decided, wakes
from belfry.domain.facts import Effect, Joined
from belfry.domain.incident import Incident, State
from belfry.domain.kinds import Kind
from belfry.domain.signal import OfCall


def said_to(case: Case) -> Decided | None:
    """None: nobody named an incident, or the one that was named is over, so that it opens its own."""
    told = case.signal.of_call
    if told is None or case.verdict.kind is None:
        return None
    if told.first is not None:
        return _later(case, told, case.verdict.kind)
    into = None if told.into is None else case.draft.get(told.into)
    if into is None or not into.open or into.silent != case.verdict.kind.silent:
        return None
    return [_joined(case, into, "joined by a person")]


def _later(case: Case, told: OfCall, kind: Kind) -> Decided:
    """More of a call that is known: it opens nothing, whatever has become of its incident."""
    own = case.draft.get(f"i{told.first}")
    if own is not None and own.open:
        return [_more(case, own, told, kind)]
    into = None if told.into is None else case.draft.get(told.into)
    if into is not None and into.open:
        graver = case.verdict.priority < (told.was_priority or 9)
        return [_joined(case, into, "more of a call") if graver else case.context(into, "more of a call")]
    over = own or into
    return [case.logged("said after it was closed", incident=None if over is None else over.id)]


def _joined(case: Case, incident: Incident, why: str) -> Joined:
    """It rings again and wakes what is held; its kind stays, and it is never less urgent than it was."""
    verdict = case.verdict
    graver = (verdict.priority, verdict.rank or 9) < (incident.priority, incident.rank or 9)
    return Joined(
        incident=incident.id,
        signal=case.brief(),
        effect=Effect.ALARM,
        priority=verdict.priority if graver else None,
        rank=verdict.rank if graver else None,
        state=State.WAITING if incident.state in (State.HELD, State.PENDING) else None,
        rings=True,
        reasons=(*verdict.reasons, why),
    )


def _more(case: Case, incident: Incident, told: OfCall, kind: Kind) -> Joined:
    """Later answers say kind and priority anew, unless somebody has judged the incident otherwise since."""
    verdict = case.verdict
    same = (verdict.kind is not None and kind.code == told.was) and verdict.priority == told.was_priority
    if same or (incident.kind, incident.priority) != (told.was, told.was_priority):
        return case.context(incident, "more of a call")
    graver = verdict.priority < incident.priority
    return Joined(
        incident=incident.id,
        signal=case.brief(),
        effect=Effect.CONTEXT,
        kind=kind.code,
        priority=verdict.priority,
        rank=verdict.rank,
        life=kind.life,
        silent=kind.silent,
        restore=verdict.restore,
        auto_close=verdict.auto_close,
        state=(State.WAITING if graver and incident.state is State.HELD else None) or wakes(incident),
        rings=graver,
        reasons=(*verdict.reasons, "more of a call"),
    )
