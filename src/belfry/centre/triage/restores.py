"""A restore matches code and point. It never lowers a priority, never closes life kinds or intrusion (RULES 2)."""

from collections.abc import Iterable, Sequence
from typing import Final

from belfry.centre.triage.case import Case, Decided, wakes
from belfry.domain.closing import Disposition
from belfry.domain.dispatching import still_bound
from belfry.domain.facts import Closed, Effect, Joined, Logged, Mended, OnIncident, Point
from belfry.domain.handling import owed_of
from belfry.domain.incident import Incident, State
from belfry.domain.merging import still_owed
from belfry.domain.panel_modes import ends
from belfry.domain.restoring import restored_points
from belfry.domain.signal import RESTORING

_CLOSED_BY_RESTORE: Final = frozenset({"by_restore", "pending_then_restore"})


def restore(case: Case) -> Decided | None:
    """A restore matches code and point, never lowers a priority, never closes life kinds or intrusion by itself."""
    if case.signal.state not in RESTORING and not ends(case.signal, case.books.codes):
        return None
    mended = _mended(case)
    decided: list[OnIncident | Logged] = [*mended]
    for incident in case.open_here if case.key is not None else _of_part(case):
        points = restored_points(case.signal, incident, case.books.codes, group=_own_group(case))
        if points:
            decided += restored_facts(case, incident, points)
    if len(decided) > len(mended):
        return decided
    if case.signal.state not in RESTORING:
        return None  # the end of a panel's own test mode, of which nobody had to know
    closed = _closed_before(case)
    if closed is not None:
        return [*mended, case.logged(f"restore of incident {closed.number}, already closed", incident=closed.id)]
    return [*mended, case.logged("nothing of it is open")]


def _mended(case: Case) -> list[Mended]:
    """What was closed without its restore, and is restored now: with the last point its follow-up ends."""
    facts = []
    for incident in case.draft.following(case.key):
        points = restored_points(case.signal, incident, case.books.codes)
        if points and case.signal.kind is None:
            left = incident.open_points - len(points)
            words = "everything is restored, its follow-up ends" if left == 0 else f"{left} still in alarm"
            facts.append(
                Mended(incident=incident.id, signal=case.position, restored=points, reasons=(f"restore: {words}",))
            )
    return facts


def _of_part(case: Case) -> Sequence[Incident]:
    group = _own_group(case)
    return () if group is None else case.draft.in_group(group)


def _own_group(case: Case) -> str | None:
    """The grouping key that the centre's own restore names by its kind and part; None for a panel's."""
    if case.signal.kind is None or case.verdict.kind is None:
        return None
    return case.group(case.verdict.kind)


def restored_facts(case: Case, incident: Incident, points: tuple[Point, ...]) -> list[OnIncident]:
    """These points of an incident are right again; where all are, its rule may close it."""
    left = incident.open_points - len(points)
    words = "everything here is restored" if left == 0 else f"{left} still in alarm"
    facts: list[OnIncident] = [
        Joined(
            incident=incident.id,
            signal=case.brief(),
            effect=Effect.RESTORE,
            restored=points,
            state=wakes(incident, ends=left == 0 and not still_owed(incident)),
            flags=("restored",) if left == 0 else (),
            reasons=(f"restore: {words}",),
        )
    ]
    if left == 0 and _closes_itself(incident):
        taken_before = incident.first_taken_at is not None
        facts.append(
            Closed(
                incident=incident.id,
                disposition=Disposition.RESTORED,
                seen_upto=incident.signals_seq + 1,
                reasons=("restored while nobody had it" if taken_before else "restored before anybody took it",),
            )
        )
    return facts


def _closes_itself(incident: Incident) -> bool:
    """Nobody has it, no unit is on its way there or at work, and whoever had it left nothing to do that its plan
    demands."""
    if still_bound(incident):
        return False
    untaken = incident.state in (State.PENDING, State.WAITING)
    return untaken and not incident.life and incident.auto_close in _CLOSED_BY_RESTORE and not owed_of(incident)


def _closed_before(case: Case) -> Incident | None:
    """The newest closed incident that the alarm of this restore may have opened."""
    for kind in _alarm_kinds(case):
        group = case.group(case.books.kinds[kind])
        last = None if group is None else case.draft.last_of_group(group)
        if last is not None and not last.open:
            return last
    return None


def _alarm_kinds(case: Case) -> Iterable[str]:
    """The kinds that the alarm of this restore would have had, under any conditions."""
    signal = case.signal
    if signal.wire is None or signal.code is None:
        return ()
    codes = case.books.codes
    rows = (row for code in codes.restores(signal.wire, signal.code) for row in codes.rows(signal.wire, code))
    return (row.rule.kind for row in rows if row.rule.kind is not None)
