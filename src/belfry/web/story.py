"""An incident's story, line by line, as its facts tell it; and what the entries behind a signal settled about it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, assert_never, get_args

from belfry.domain.dispatch_facts import AlertAnswered, Alerted, LevelSet, RollCall, UnitSent, UnitTold
from belfry.domain.facts import (
    AccessShown,
    Act,
    Assigned,
    Closed,
    Due,
    Effect,
    Escalated,
    Held,
    IncidentState,
    Joined,
    Logged,
    Mended,
    Noted,
    OnIncident,
    Opened,
    Overdue,
    Part,
    Reclassified,
    RecordShown,
    Released,
    Reopened,
    Sealed,
    Taken,
    WordChecked,
)
from belfry.domain.field_facts import PictureAdded, PictureShown, Withdrawn
from belfry.domain.incident import Incident
from belfry.domain.step_facts import Arrived, Merged, MergeHeard, PlanChosen, ScoreSet, StepDone, TakenBack, Unmerged
from belfry.ports import Pruned, Stored
from belfry.web.telling import Decision, Teller, Texts
from belfry.web.views import TimelineItem

_INCIDENT_FACTS: Final = get_args(OnIncident)


def timeline(
    teller: Teller,
    entries: Iterable[Stored | Pruned],
    incident: Incident,
    texts: Texts,
    erased: Mapping[int, datetime] = MappingProxyType({}),
) -> list[TimelineItem]:
    """Return the lines of an incident's entries, in their order. `erased` says when those went that are gone."""
    items: list[TimelineItem] = []
    delayed = False  # stands in its first delay: what falls due then was never held
    for stored in entries:
        if isinstance(stored, Pruned):
            at = erased.get(stored.position)
            shown_at = incident.opened_at if at is None else at
            data = _given(erased_at=at)
            items.append(TimelineItem(position=str(stored.position), index=0, at=shown_at, type="erased", data=data))
            continue
        for index, fact in enumerate(stored.entry.facts):
            if not isinstance(fact, _INCIDENT_FACTS) or isinstance(fact, MergeHeard):
                continue  # what it heard of is told by the lines of the one that it heard of
            if isinstance(fact, Mended) and not fact.reasons:
                continue  # the first points of a restore of very many, which its own line tells
            if isinstance(fact, Opened):
                delayed = fact.state is IncidentState.PENDING
            told = _line(teller, fact, incident, texts, delayed=delayed)
            if isinstance(fact, Due | Taken):
                delayed = False
            items.append(TimelineItem(position=str(stored.position), index=index, at=stored.entry.at, **told))
    return items


def _line(teller: Teller, fact: OnIncident, incident: Incident, texts: Texts, *, delayed: bool) -> dict[str, Any]:
    match fact:
        case Opened():
            return {
                "type": "opened",
                "text": _first_said(fact.signal.sealed, texts),
                "reasons": list(fact.reasons),
                "signal": teller.line(fact.signal, incident, Act.OPEN),
                "data": {"kind": fact.kind, "priority": fact.priority, "state": fact.state},
            }
        case Joined():
            return {
                "type": _joined_type(fact),
                "text": _first_said(fact.signal.sealed, texts),
                "reasons": list(fact.reasons),
                "signal": teller.line(fact.signal, incident, act_of_join(fact)),
                "data": _given(kind=fact.kind, priority=fact.priority, state=fact.state, rings=fact.rings or None),
            }
        case Due():
            return {"type": "due" if delayed else "woken", "reasons": list(fact.reasons)}
        case Taken():
            return {
                "type": "taken" if fact.over is None else "takeover",
                "by": fact.by,
                "text": _first_said(fact.sealed, texts),
                "data": _given(
                    over=fact.over,
                    reason=fact.reason,
                    parked=fact.parked or None,
                    handed_by=fact.handed_by,
                    bulk=fact.bulk,
                ),
            }
        case Released():
            return {
                "type": "released",
                "by": fact.by,
                "text": _first_said(fact.sealed, texts),
                "data": _given(reason=fact.reason, bulk=fact.bulk),
            }
        case Held():
            return {
                "type": "held",
                "by": fact.by,
                "text": _first_said(fact.sealed, texts),
                "data": _given(until=fact.until, on=fact.on, reason=fact.reason),
            }
        case Noted():
            return {"type": "note", "by": fact.by, "text": _first_said(fact.sealed, texts)}
        case Reclassified():
            return {
                "type": "reclassified",
                "by": fact.by,
                "text": _first_said(fact.sealed, texts),
                "data": _given(kind=fact.kind, was=fact.was, priority=fact.priority),
            }
        case Closed():
            return {
                "type": "closed",
                "by": fact.by,
                "text": _first_said(fact.sealed, texts),
                "reasons": list(fact.reasons),
                "data": _given(
                    disposition=fact.disposition,
                    cause=fact.cause,
                    unrestored=fact.unrestored or None,
                    follow_up_at=fact.follow_up_at,
                    bulk=fact.bulk,
                ),
            }
        case Reopened():
            return {"type": "reopened", "by": fact.by, "text": _first_said(fact.sealed, texts)}
        case Mended():
            return {"type": "mended", "reasons": list(fact.reasons)}
        case Overdue():
            return {"type": "overdue", "reasons": list(fact.reasons)}
        case Assigned():
            return {
                "type": "assigned",
                "by": fact.by,
                "text": _first_said(fact.sealed, texts),
                "data": _given(account_id=fact.account_id, was=fact.was),
            }
        case Escalated():
            return {
                "type": "escalated",
                "reasons": list(fact.reasons),
                "data": {"clock": fact.clock, "level": fact.level},
            }
        case WordChecked():
            return {"type": "word", "by": fact.by, "data": _given(right=fact.right, contact=fact.contact)}
        case AccessShown():
            return {"type": "access", "by": fact.by, "data": _given(floor_plan=fact.floor_plan)}
        case RecordShown():
            return {"type": "record", "by": fact.by, "data": {"form": fact.form}}
        case PlanChosen():
            counts = next(iter(fact.refs), None)
            named = {} if counts is None else {"plan": counts.id, "version": counts.version}
            return {"type": "plan", "reasons": list(fact.reasons), "data": _given(**named)}
        case StepDone():
            return {
                "type": "step" if fact.outcome is not None else "skipped",
                "by": fact.by,
                "text": _first_said(fact.sealed, texts),
                "reasons": list(fact.reasons),
                "data": _given(
                    step=fact.step,
                    do=fact.do,
                    outcome=fact.outcome,
                    contact=fact.contact,
                    agency=fact.agency,
                    number=fact.number,
                    arrives_at=fact.arrives_at,
                    score=fact.score,
                    unverified=fact.unverified or None,
                ),
            }
        case TakenBack():
            data = {"step": fact.step, "do": fact.do, "outcome": fact.outcome}
            return {"type": "taken_back", "by": fact.by, "data": data}
        case Arrived():
            return {
                "type": "arrived",
                "by": fact.by,
                "text": _first_said(fact.sealed, texts),
                "data": _given(contact=fact.contact, given_up=fact.given_up or None),
            }
        case ScoreSet():
            return {
                "type": "score",
                "by": fact.by,
                "text": _first_said(fact.sealed, texts),
                "data": _given(level=fact.level, was=fact.was),
            }
        case Merged():
            return {
                "type": "merged",
                "by": fact.by,
                "text": _first_said(fact.sealed, texts),
                "data": {"into": fact.into},
            }
        case Unmerged():
            return {
                "type": "unmerged",
                "by": fact.by,
                "text": _first_said(fact.sealed, texts),
                "data": {"out_of": fact.out_of},
            }
        case MergeHeard():
            return {"type": "merge_heard"}
        case LevelSet():
            return {"type": "level", "by": fact.by, "data": {"level": fact.level, "was": fact.was}}
        case UnitSent():
            return {
                "type": "unit_sent",
                "by": fact.by,
                "text": _first_said(fact.sealed, texts),
                "reasons": list(fact.reasons),
                "data": _given(
                    unit=fact.unit,
                    call_sign=fact.call_sign,
                    role=fact.role,
                    rank=fact.rank,
                    eta_s=fact.eta_s,
                    way=fact.way,
                    diverted_from=fact.diverted_from,
                ),
            }
        case UnitTold():
            sign = next((one.call_sign for one in incident.units if one.assignment == fact.assignment), None)
            return {
                "type": "unit_told",
                "by": fact.by,
                "text": _first_said(fact.sealed, texts),
                "reasons": list(fact.reasons),
                "data": _given(
                    unit=fact.unit,
                    call_sign=sign,
                    status=fact.status,
                    occurred_at=fact.occurred_at,
                    eta_s=fact.eta_s,
                    left=fact.left or None,
                    needs_more=fact.needs_more or None,
                ),
            }
        case Alerted():
            return {
                "type": "alerted",
                "reasons": list(fact.reasons),
                "data": _given(
                    reach=fact.reach, count=len(fact.to), needs=fact.needs or None, again=fact.again or None
                ),
            }
        case AlertAnswered():
            return {"type": "alert_answered", "by": fact.by, "data": _given(answer=fact.answer, eta_s=fact.eta_s)}
        case RollCall():
            return {
                "type": "roll_call",
                "by": fact.by,
                "data": _given(
                    what=fact.what,
                    unit=fact.unit,
                    call_sign=_sign(incident, fact.unit),
                    why=next(iter(fact.reasons), None),
                ),
            }
        case Withdrawn():
            return {"type": "withdrawn", "by": fact.by}
        case PictureAdded():
            return {"type": "picture", "by": fact.by, "data": {"picture": fact.picture, "until": fact.until}}
        case PictureShown():
            return {"type": "picture_shown", "by": fact.by, "data": {"picture": fact.picture, "purpose": fact.purpose}}
        case _:
            assert_never(fact)


def _sign(incident: Incident, unit: str | None) -> str | None:
    return next((one.call_sign for one in incident.units if one.unit == unit), None)


def sealed_parts(entries: Iterable[Stored | Pruned]) -> list[Sealed]:
    """Return every sealed part of an incident's entries."""
    parts: list[Sealed] = []
    for stored in entries:
        if isinstance(stored, Pruned):
            continue
        for fact in stored.entry.facts:
            match fact:
                case Opened() | Joined():
                    parts.extend(fact.signal.sealed)
                case Taken() | Released() | Held() | Noted() | Reclassified() | Closed() | Reopened() | Assigned():
                    parts.extend(fact.sealed)
                case StepDone() | Arrived() | ScoreSet() | Merged() | Unmerged() | UnitSent() | UnitTold():
                    parts.extend(fact.sealed)
                case _:
                    pass
    return parts


def decisions(entries: Iterable[Stored | Pruned]) -> dict[int, Decision]:
    """What entries settle, by the position of the signal. The first that names a signal counts."""
    found: dict[int, Decision] = {}
    for stored in entries:
        if isinstance(stored, Pruned):
            continue
        for fact in stored.entry.facts:
            match fact:
                case Opened():
                    found.setdefault(fact.signal.position, Decision(Act.OPEN, fact.incident, fact.signal.quality))
                case Joined():
                    found.setdefault(
                        fact.signal.position, Decision(act_of_join(fact), fact.incident, fact.signal.quality)
                    )
                case Logged():
                    found.setdefault(fact.signal, Decision(fact.act, fact.incident, fact.quality))
                case _:
                    pass
    return found


def act_of_join(fact: Joined) -> Act:
    return Act.JOIN if fact.effect is Effect.ALARM else Act.ANNOTATE


def _joined_type(fact: Joined) -> str:
    if fact.effect is Effect.RESTORE:
        return "restored"
    if fact.effect is Effect.CANCEL:
        return "cancelled"
    if fact.kind is not None or fact.priority is not None:
        return "raised"
    return "joined" if fact.effect is Effect.ALARM else "signal"


def _first_said(parts: Sequence[Sealed], texts: Texts) -> str | None:
    """What was typed: a note or reason, else the zone's text."""
    for part in (Part.NOTE, Part.ZONE_TEXT):
        for sealed in parts:
            if sealed.part is part and sealed.key in texts:
                return texts[sealed.key]
    return None


def _given(**fields: object) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}
