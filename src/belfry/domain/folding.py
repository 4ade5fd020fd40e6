"""How facts make an incident what it is: `fold` takes them entry by entry, in the order of their positions.

An entry at or below `head` is ignored, so that hearing one twice changes nothing. What may be done to an incident is
not asked here: that was decided when the fact was written.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, assert_never

from belfry.domain.codes import pair_key
from belfry.domain.dispatch_facts import AlertAnswered, Alerted, LevelSet, RollCall, UnitSent, UnitTold
from belfry.domain.facts import (
    SITE,
    AccessShown,
    Assigned,
    Brief,
    Closed,
    Due,
    Effect,
    Escalated,
    Held,
    Joined,
    Mended,
    Noted,
    OnIncident,
    Opened,
    Overdue,
    Point,
    RareOnIncident,
    Received,
    Reclassified,
    RecordShown,
    Released,
    Reopened,
    Taken,
    WordChecked,
)
from belfry.domain.field_facts import PictureAdded, PictureShown, Withdrawn
from belfry.domain.incident import PARKED, WRONG_WORDS, Follower, Incident, State
from belfry.domain.pictures import added, shown
from belfry.domain.plan_run import begin, coming, noted, settle, taken_back
from belfry.domain.sent import accounted, alerted, answered, sent, told
from belfry.domain.step_facts import Arrived, Merged, MergeHeard, PlanChosen, ScoreSet, StepDone, TakenBack, Unmerged
from belfry.domain.unit import UnitStatus

WRONG_WORD: Final = "wrong_word"
"""The flag that says that a wrong word was heard WRONG_WORDS times."""

WITHDRAWN: Final = "withdrawn"
"""The flag of a report that was taken back."""

NEWEST_SIGNALS: Final = 3
"""Signals an incident carries in its row; the others are read from its subject."""

POINTS_MOST: Final = 1_024
"""Points in alarm that an incident tells apart; a panel has fewer, a hostile one shall not fill the memory."""

_ALARM: Final = Effect.ALARM
"""Asked of every signal, so looked up once: CPython 3.11 takes long to find a member of an enum."""


def point_of(signal: Brief | Received) -> Point:
    code = None if signal.wire is None or signal.code is None else pair_key(signal.wire, signal.code)
    return Point(signal.area, signal.zone, signal.subtype, code, signal.device)


def opened(fact: Opened, position: int) -> Incident:
    """The incident that an `Opened` at `position` begins."""
    signal = fact.signal
    return Incident(
        id=fact.incident,
        number=fact.number,
        kind=fact.kind,
        priority=fact.priority,
        rank=fact.rank,
        state=fact.state,
        opened_at=signal.received_at,
        account=fact.account,
        account_id=fact.account_id,
        via=fact.via,
        area=signal.area,
        zone=signal.zone,
        method=signal.method,
        group=fact.group,
        silent=fact.silent,
        life=fact.life,
        restore=fact.restore,
        auto_close=fact.auto_close,
        first=signal,
        head=position,
        signals_seq=1,
        pending_until=fact.pending_until,
        due_at=signal.received_at if fact.state is State.WAITING else None,
        waiting_since=signal.received_at if fact.state is State.WAITING else None,
        previous=fact.previous,
        fire_order=fact.fire_order,
        near=fact.near,
        site=fact.site,
        trainee=fact.trainee,
        flags=fact.flags,
        reasons=fact.reasons,
        newest=(signal,),
        in_alarm={point_of(signal): True},
        open_points=1,
        rings_at=position,
        rang_at=signal.received_at,
        last_alarm_at=signal.received_at,
    )


def fold(incident: Incident | None, facts: Sequence[OnIncident], position: int, at: datetime) -> Incident | None:
    """Fold the facts of one entry into their incident; the first `Opened` begins it. `at` is the time of the entry."""
    if incident is not None and position <= incident.head:
        return incident
    for fact in facts:
        if type(fact) is Opened:
            incident = opened(fact, position)
        elif incident is None:
            continue
        elif type(fact) is Joined:
            _join(incident, fact, position, at)
        else:
            _apply(incident, fact, position, at)
    if incident is not None:
        incident.head = position
    return incident


def _apply(incident: Incident, fact: RareOnIncident, position: int, at: datetime) -> None:
    match fact:
        case Due():
            _to_queue(incident, at)
            incident.rings_at = position
        case Taken():
            _take(incident, fact, position, at)
        case Released():
            _to_queue(incident, at)
            incident.held_by = None
            incident.bulk = fact.bulk or incident.bulk
            incident.version += 1
        case Held():
            _hold(incident, fact, at)
        case Noted():
            _acted(incident, at)  # a note raises no version: two operators may write at once
        case Reclassified():
            _reclassify(incident, fact, at)
        case Closed():
            _close(incident, fact, at)
        case Reopened():
            _reopen(incident, fact, position, at)
        case Escalated():
            incident.escalated = (*incident.escalated, f"{fact.clock}:{fact.level}")
        case WordChecked():
            _word(incident, fact, at)
        case AccessShown():
            if fact.floor_plan is None:  # a map on the way there shows its plan by itself
                _acted(incident, at)
        case RecordShown():
            pass  # who reads does nothing to it
        case Mended():
            _restore_points(incident, fact.restored)
            if incident.restored:
                incident.follow_up_at = None
        case Overdue():
            incident.follow_up_at = None
        case Assigned():
            _assign(incident, fact, at)
        case PlanChosen():
            incident.plan = begin(fact, incident.plan, at)
        case StepDone():
            _done(incident, fact, position, at)
        case TakenBack():
            _take_back(incident, fact, at)
        case Arrived():
            _acted(incident, at)
            incident.coming = coming(incident.coming, fact, at)
            if not fact.given_up:
                incident.arrived_at = incident.arrived_at or at
            incident.version += 1
        case ScoreSet():
            _acted(incident, at)
            incident.score_set, incident.score_was = fact.level, fact.was
            incident.version += 1
        case Merged():
            _merge(incident, fact, at)
        case Unmerged():
            _unmerge(incident, fact, position, at)
        case MergeHeard():
            _hear(incident, fact, position, at)
        case LevelSet():
            _acted(incident, at)
            incident.level = fact.level
        case UnitSent():
            _acted(incident, at)
            incident.units = sent(incident.units, fact, at)
        case UnitTold():
            incident.units = told(incident.units, fact, at)
            if fact.status is UnitStatus.ON_SCENE:
                incident.arrived_at = incident.arrived_at or at
            if fact.wakes and incident.state is State.HELD:
                _to_queue(incident, at)
        case Alerted():
            incident.alerts = alerted(incident.alerts, fact, at)
        case AlertAnswered():
            incident.alerts = answered(incident.alerts, fact)
        case RollCall():
            incident.accounting = accounted(incident.accounting, fact, at)
        case Withdrawn():
            incident.withdrawn_by = fact.by
            incident.flags = (*incident.flags, WITHDRAWN)
        case PictureAdded():
            incident.pictures = added(incident.pictures, fact, position, at)
        case PictureShown():
            incident.pictures = shown(incident.pictures, fact, at)
        case _:
            assert_never(fact)


def _join(incident: Incident, fact: Joined, position: int, at: datetime) -> None:
    signal = fact.signal
    incident.signals_seq += 1
    incident.newest = (*incident.newest[1 - NEWEST_SIGNALS :], signal)
    if fact.effect is _ALARM:
        incident.last_alarm_at = signal.received_at
        _uncancel(incident)
        _raise_point(incident, point_of(signal))
    elif fact.effect is Effect.RESTORE:
        _restore_points(incident, fact.restored)
    elif fact.effect is Effect.CANCEL:
        incident.cancelled = True
    if fact.kind is not None:
        incident.kind = fact.kind
    if fact.priority is not None:
        _prioritise(incident, fact.priority, fact.rank, at)
    if fact.life is not None:
        incident.life = fact.life
    if fact.silent is not None:
        incident.silent = fact.silent
    if fact.restore is not None:
        incident.restore = fact.restore
    if fact.auto_close is not None:
        incident.auto_close = fact.auto_close
    if fact.rings:
        incident.rings_at, incident.rang_at = position, signal.received_at
    if fact.state is not None and fact.state is State.WAITING and incident.state in (State.PENDING, State.HELD):
        _to_queue(incident, at)
    if fact.flags:
        incident.flags = incident.flags + tuple(flag for flag in fact.flags if flag not in incident.flags)
    if fact.kind is not None or fact.priority is not None:
        incident.reasons = fact.reasons


def _assign(incident: Incident, fact: Assigned, at: datetime) -> None:
    incident.account_id, incident.assigned, incident.site = fact.account_id, True, fact.site
    incident.fire_order = fact.fire_order or incident.fire_order
    incident.restore = fact.restore or incident.restore
    if fact.by is not None:
        _acted(incident, at)
        incident.version += 1


def _word(incident: Incident, fact: WordChecked, at: datetime) -> None:
    _acted(incident, at)
    if fact.right and fact.cancels:
        incident.word_at = at
    if not fact.right:
        incident.wrong_words += 1
        if incident.wrong_words == WRONG_WORDS:
            incident.flags = (*incident.flags, WRONG_WORD)


def _done(incident: Incident, fact: StepDone, position: int, at: datetime) -> None:
    if fact.by is not None:  # what the plan passed by itself is no act of a person
        _acted(incident, at)
        incident.version += 1
    if fact.authorised:
        incident.word_at = at
    if incident.plan is not None:
        incident.plan = settle(incident.plan, fact, at)
    incident.deeds = noted(incident.deeds, fact, position, at)
    incident.coming = coming(incident.coming, fact, at)


def _take_back(incident: Incident, fact: TakenBack, at: datetime) -> None:
    """With it goes what the plan has passed by itself since."""
    gone = [
        deed for deed in incident.deeds if deed.position == fact.deed or (deed.position > fact.deed and not deed.by)
    ]
    incident.deeds = tuple(deed for deed in incident.deeds if deed not in gone)
    if incident.plan is not None:
        incident.plan = taken_back(incident.plan, {deed.step for deed in gone if deed.step is not None}, at)
    if any(deed.at == incident.word_at for deed in gone):
        incident.word_at = None
    incident.version += 1


def _raise_point(incident: Incident, point: Point) -> None:
    points = incident.in_alarm
    if point in points:
        incident.open_points += not points[point]
    elif len(points) < POINTS_MOST:
        incident.open_points += 1
    else:
        incident.more_points = True
        return
    points[point] = True


def _restore_points(incident: Incident, restored: Sequence[Point]) -> None:
    points = incident.in_alarm
    for point in restored:
        if points.get(point):
            incident.open_points -= 1
        points[point] = False


def _uncancel(incident: Incident) -> None:
    """A new alarm after a cancel: it is not cancelled any more, and not restored."""
    incident.cancelled = False
    if incident.flags:
        incident.flags = tuple(flag for flag in incident.flags if flag not in ("cancelled", "restored"))


def _to_queue(incident: Incident, at: datetime) -> None:
    """Back among the waiting; age and first-take stamp stay. One that was held comes behind what is there already."""
    if incident.state is State.HELD and not incident.parked:
        incident.woke_at = at
    incident.state = State.WAITING
    incident.waiting_since = at
    incident.due_at = incident.due_at or at
    incident.escalated = ()
    incident.held_by = incident.taken_by or incident.held_by
    incident.taken_by = incident.taken_at = incident.held_until = incident.held_on = incident.pending_until = None


def _prioritise(incident: Incident, priority: int, rank: int | None, at: datetime) -> None:
    """Set priority and rank; who did not answer the lesser one has to be told of the higher one."""
    if priority < incident.priority:
        incident.raised_at = at
        incident.escalated = ()
    incident.priority, incident.rank = priority, rank


def _acted(incident: Incident, at: datetime) -> None:
    if incident.first_taken_at is not None:
        incident.first_act_at = incident.first_act_at or at


def _take(incident: Incident, fact: Taken, position: int, at: datetime) -> None:
    incident.state = State.TAKEN
    incident.taken_by, incident.taken_at = fact.by, at
    if incident.first_taken_at is None:
        incident.first_taken_at, incident.first_team = at, fact.team
    incident.due_at = incident.due_at or at
    incident.held_until = incident.held_on = incident.held_by = incident.pending_until = None
    incident.seen_upto = max(incident.seen_upto, fact.seen_upto)
    incident.parked = False
    incident.bulk = fact.bulk or incident.bulk
    if fact.reason != SITE:
        incident.claimed = position
    incident.version += 1


def _hold(incident: Incident, fact: Held, at: datetime) -> None:
    incident.state = State.HELD
    incident.held_until, incident.held_on, incident.held_by = fact.until, fact.on, fact.by
    incident.parked = fact.reason == PARKED
    if not incident.parked and fact.reason != SITE:
        _acted(incident, at)
    incident.taken_by = incident.taken_at = None
    incident.seen_upto = max(incident.seen_upto, fact.seen_upto)
    incident.version += 1


def _reclassify(incident: Incident, fact: Reclassified, at: datetime) -> None:
    _acted(incident, at)
    _prioritise(incident, fact.priority, fact.rank, at)
    incident.kind = fact.kind
    incident.silent, incident.life = fact.silent, fact.life
    incident.restore, incident.auto_close = fact.restore, fact.auto_close
    incident.version += 1


def _merge(incident: Incident, fact: Merged, at: datetime) -> None:
    """From here on it is handled elsewhere: it waits for nobody, and no clock of its own runs."""
    incident.state = State.TAKEN
    incident.taken_by, incident.taken_at = fact.by, at
    incident.first_taken_at = incident.first_taken_at or at
    incident.due_at = incident.due_at or at
    _acted(incident, at)
    incident.held_until = incident.held_on = incident.held_by = incident.pending_until = None
    incident.parked = False
    incident.merged_into, incident.merged_seq = fact.into, incident.signals_seq
    incident.seen_upto = incident.signals_seq
    incident.version += 1


def _unmerge(incident: Incident, fact: Unmerged, position: int, at: datetime) -> None:
    incident.merged_into = None
    incident.version += 1
    if fact.by is None:
        _to_queue(incident, at)
        incident.rings_at = position
        return
    incident.state = State.TAKEN
    incident.taken_by, incident.taken_at, incident.claimed = fact.by, at, position


def _hear(incident: Incident, fact: MergeHeard, position: int, at: datetime) -> None:
    """Signals of one that is merged into it count as its own: they ring here, wake it, and are to be seen."""
    others = tuple(one for one in incident.merged if one.id != fact.of)
    if fact.left or len(others) == len(incident.merged):
        incident.version += 1
    incident.merged = others
    if not fact.left:
        heard = Follower(fact.of, fact.number, fact.seq, fact.owed, fact.rings_at, fact.alarm_at)
        incident.merged = (*others, heard)
    incident.signals_seq += fact.signals
    if fact.priority is not None:
        _prioritise(incident, fact.priority, fact.rank, at)
    if fact.rings:
        incident.rings_at, incident.rang_at = position, at
    if fact.wakes and incident.state is State.HELD:
        _to_queue(incident, at)


def _close(incident: Incident, fact: Closed, at: datetime) -> None:
    if fact.by is not None:
        _acted(incident, at)
    incident.state = State.CLOSED
    incident.closed_at, incident.closed_by = at, fact.by
    incident.disposition, incident.cause = fact.disposition, fact.cause
    incident.bulk = fact.bulk or incident.bulk
    incident.follow_up_at = fact.follow_up_at
    incident.taken_by = incident.taken_at = incident.pending_until = None
    incident.held_until = incident.held_on = incident.held_by = None
    incident.seen_upto = max(incident.seen_upto, fact.seen_upto)
    incident.version += 1


def _reopen(incident: Incident, fact: Reopened, position: int, at: datetime) -> None:
    incident.state = State.TAKEN
    incident.taken_by, incident.taken_at = fact.by, at
    incident.claimed = position
    incident.closed_at = incident.closed_by = incident.disposition = incident.cause = incident.follow_up_at = None
    incident.merged_into = None  # one that was closed with another stands for itself when it is taken up again
    incident.version += 1
