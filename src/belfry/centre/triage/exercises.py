"""What a signal of an exercise becomes: an incident of its own, marked, whatever is open at real accounts.

It passes by all that triage knows of accounts: nothing is learned from it, and no real signal is judged by it.
"""

from belfry.centre.draft import Draft
from belfry.centre.triage.case import Decision
from belfry.domain.condition import Seen
from belfry.domain.facts import Brief, Effect, Joined, Logged, Opened, Received
from belfry.domain.incident import Incident, State
from belfry.domain.kinds import Kinds
from belfry.domain.signal import RESTORING
from belfry.domain.training import TRAINING

_ALONE = Seen()


def exercised(position: int, signal: Received, draft: Draft, kinds: Kinds) -> Decision:
    """Settle a signal of an exercise."""
    key = signal.account_key
    here = () if key is None else [one for one in draft.of_account(key) if one.group == signal.part]
    kind = None if signal.kind is None or signal.kind not in kinds else signal.kind
    if key is None or kind is None or (not here and signal.state in RESTORING):
        return Decision([Logged(signal=position, reasons=("of an exercise",))], (), _ALONE, key)
    if here:
        return Decision([_joined(position, signal, here[0], kinds)], (), _ALONE, key)
    policy = kinds[kind]
    opened = Opened(
        incident=f"i{position}",
        number=draft.next_number(),
        kind=kind,
        priority=policy.priority,
        rank=policy.rank,
        signal=_brief(position, signal),
        account=key,
        group=signal.part,
        silent=policy.silent,
        life=policy.life,
        restore=policy.restore,
        flags=(TRAINING,),
        reasons=("an exercise",),
        trainee=signal.by,
    )
    return Decision([opened], (), _ALONE, key)


def _joined(position: int, signal: Received, incident: Incident, kinds: Kinds) -> Joined:
    brief = _brief(position, signal)
    if signal.state in RESTORING:
        points = tuple(point for point in incident.in_alarm if (point.area, point.zone) == (signal.area, signal.zone))
        return Joined(incident=incident.id, signal=brief, effect=Effect.RESTORE, restored=points)
    raised = signal.kind is not None and signal.kind != incident.kind
    policy = kinds[signal.kind] if raised and signal.kind is not None else None
    return Joined(
        incident=incident.id,
        signal=brief,
        kind=None if policy is None else policy.code,
        priority=None if policy is None else policy.priority,
        rank=None if policy is None else policy.rank,
        state=State.WAITING if incident.state is State.HELD else None,
        rings=True,
        reasons=("an exercise",),
    )


def _brief(position: int, signal: Received) -> Brief:
    return Brief(
        position=position,
        method=signal.method,
        received_at=signal.received_at,
        area=signal.area,
        zone=signal.zone,
        category=signal.category,
        state=signal.state,
    )
