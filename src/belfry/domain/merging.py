"""One case of several incidents: what may be merged, by whom, and what the one that leads has to know of the others
(RULES 2, merge and un-merge).

A merged incident keeps its own facts, and what belongs to it keeps joining it. It stands in no queue and has no clock
of its own: whoever has the leading one hears, sees and closes it there. There is no chain: into a merged one means into
the one that leads it. Only an operator's own or what waits is merged; what would hide something graver, something
silent or another hazard wants a supervisor and his reason. A call or a duty report is joined by whoever took it, also
where another one leads: that one rings, and is as grave as what joined it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from belfry.domain.commands import ON_RESTORE, Conflict, Invalid, Merge, Staff, Unmerge, Unseen
from belfry.domain.correlation import BY_PEOPLE, family
from belfry.domain.dispatching import UnitsThere, still_bound
from belfry.domain.facts import Closed
from belfry.domain.incident import Follower, Incident, State
from belfry.domain.step_facts import Merged, MergeHeard, Unmerged

MERGED_MOST: Final = 50
"""Incidents under one; a case of more is an outage or a storm."""
HEADS: Final = frozenset({"supervisor", "administrator"})
"""Who may merge what an operator may not."""
MEDICAL: Final = "MED."


def merge(incident: Incident, lead: Incident, command: Merge, *, by: Staff, apart: bool) -> tuple[Merged, str | None]:
    """Handle `incident` under `lead`. `apart`: they are of different tenants. Raises Refusal."""
    _must_lead(lead, by, offered=is_offered(incident))
    _must_be_free(incident, lead, by)
    if incident.trainee != lead.trainee:
        raise Conflict("An exercise is never one case with what is real")
    if apart:
        raise Conflict("They belong to different tenants: each is handled for itself")
    why = None if is_offered(incident) and _may_be_offered(incident, lead) else graver(incident, lead)
    if why is not None and by.role not in HEADS:
        raise Conflict(f"{why}: only a supervisor merges it, with a reason")
    if why is not None and command.reason is None:
        raise Invalid("reason", None, f"needed: {why}")
    return Merged(incident=incident.id, into=lead.id, by=by.name), command.reason


def is_offered(incident: Incident) -> bool:
    """Whether it is a call or a duty report: who took it says what it is about, and whoever leads keeps the case."""
    return incident.method in BY_PEOPLE


def _may_be_offered(incident: Incident, lead: Incident) -> bool:
    """A graver one lifts what leads (`news`). Silent ones and medical ones stay what they are."""
    medical = (incident.kind.startswith(MEDICAL), lead.kind.startswith(MEDICAL))
    return incident.silent == lead.silent and medical[0] == medical[1]


def _one_hazard(incident: Incident, lead: Incident) -> bool:
    """People name a hazard in their own way: where one of them was called in or reported, its group counts."""
    if BY_PEOPLE & {incident.method, lead.method}:
        return incident.kind.partition(".")[0] == lead.kind.partition(".")[0]
    return family(incident.kind) == family(lead.kind)


def unmerge(incident: Incident, lead: Incident | None, command: Unmerge, *, by: Staff) -> tuple[Unmerged, str | None]:
    """Give a merged incident back. Raises Refusal."""
    if incident.merged_into is None or not incident.open:
        raise Conflict("It is merged into nothing")
    if lead is not None and not _has(lead, by) and not is_offered(incident):
        raise Conflict(f"Number {lead.number} leads it, and you have not taken that one")
    return Unmerged(incident=incident.id, out_of=incident.merged_into, by=by.name), command.reason


def graver(incident: Incident, lead: Incident) -> str | None:
    """Why an operator may not put an incident under another; None: he may."""
    if incident.priority < lead.priority:
        return f"It is of priority {incident.priority}, the leading one of {lead.priority}"
    if incident.silent != lead.silent:
        return "One of them is silent"
    if not _one_hazard(incident, lead):
        return "They are different hazards"
    return None


def still_owed(incident: Incident) -> int:
    """Points of those that are merged into it that must be restored before it may be closed without a word."""
    return sum(one.owed for one in incident.merged)


def news(lead: Incident, others: Iterable[Incident]) -> Sequence[MergeHeard]:
    """What an incident has not heard yet of those that are merged into it. `others` are all that are, or were."""
    found: list[MergeHeard] = []
    known = {one.id: one for one in lead.merged}
    for other in others:
        heard = known.get(other.id)
        if other.merged_into != lead.id:
            if heard is not None:
                found.append(MergeHeard(incident=lead.id, of=other.id, number=other.number, left=True))
        elif other.open and heard != follower_of(other):
            found.append(_news_of(lead, other, heard))
    return found


def follower_of(other: Incident) -> Follower:
    """A merged incident as the one that leads it knows it."""
    owed = other.open_points if other.restore == "required" and not other.restored else 0
    return Follower(other.id, other.number, other.signals_seq, owed, other.rings_at, other.last_alarm_at)


def closed_with(other: Incident, lead: Incident, closed: Closed, *, follow_up_at: datetime) -> Closed:
    """What closing `lead` means for one that is merged into it. Raises UnitsThere, Unseen."""
    units = still_bound(other)
    if units:
        raise UnitsThere(tuple(one.call_sign for one in units))
    heard = next((one.seq for one in lead.merged if one.id == other.id), other.merged_seq)
    if heard < other.signals_seq:
        raise Unseen(other.signals_seq - heard)
    unrestored = other.restore == "required" and not other.restored
    return Closed(
        incident=other.id,
        by=closed.by,
        disposition=closed.disposition,
        cause=closed.cause,
        seen_upto=other.signals_seq,
        unrestored=unrestored,
        follow_up_at=follow_up_at if unrestored else None,
        reasons=(f"closed with number {lead.number}, into which it is merged",),
    )


def follow_up_of(closed: Closed, asked: datetime | None, now: datetime, longest: timedelta) -> datetime:
    """Until when restores are waited for of what is closed with another."""
    return closed.follow_up_at or asked or now + longest


def _news_of(lead: Incident, other: Incident, heard: Follower | None) -> MergeHeard:
    now = follower_of(other)
    rings = (heard is None and is_offered(other)) or (heard is not None and heard.rings_at < now.rings_at)
    woken = heard is not None and heard.alarm_at != now.alarm_at
    more = now.seq - (other.merged_seq if heard is None else heard.seq)
    joined = heard is None and is_offered(other)
    rises = (more > 0 or joined) and (other.priority, other.rank or 9) < (lead.priority, lead.rank or 9)
    return MergeHeard(
        incident=lead.id,
        of=other.id,
        number=other.number,
        seq=now.seq,
        signals=max(more, 0),
        owed=now.owed,
        rings_at=now.rings_at,
        rings=rings,
        alarm_at=now.alarm_at,
        wakes=rings or woken or (heard is None and more > 0) or _ends_its_hold(lead, heard, now),
        priority=other.priority if rises else None,
        rank=other.rank if rises else None,
    )


def _ends_its_hold(lead: Incident, heard: Follower | None, now: Follower) -> bool:
    """It is held until its restore, and the last point of those that are merged into it is right again."""
    owed = 0 if heard is None else heard.owed
    held = lead.held_on == ON_RESTORE and lead.restored
    return held and now.owed < owed and still_owed(lead) - owed + now.owed == 0


def _has(incident: Incident, by: Staff) -> bool:
    return incident.state is State.TAKEN and incident.taken_by == by.name


def _must_lead(lead: Incident, by: Staff, *, offered: bool) -> None:
    if not lead.open:
        raise Conflict(f"Number {lead.number} is closed: nothing is merged into it")
    if not offered and not _has(lead, by):
        raise Conflict(f"Take number {lead.number} first: who has the leading one merges")
    if len(lead.merged) >= MERGED_MOST:
        raise Conflict(f"{MERGED_MOST} are merged into number {lead.number} already")


def _must_be_free(incident: Incident, lead: Incident, by: Staff) -> None:
    if not incident.open:
        raise Conflict("It is closed: it is no part of a case any more")
    if incident.id == lead.id:
        raise Conflict("It leads this case itself")
    if incident.merged_into is not None:
        raise Conflict("It is merged already")
    if incident.merged:
        raise Conflict(f"{len(incident.merged)} are merged into it: it leads a case of its own")
    if incident.state is State.TAKEN and incident.taken_by != by.name:
        raise Conflict(f"Taken by {incident.taken_by}")
    if incident.state is State.HELD and not incident.parked and incident.held_by != by.name:
        raise Conflict(f"Held by {incident.held_by}")
