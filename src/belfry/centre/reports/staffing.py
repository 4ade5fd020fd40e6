"""The load of the room by quarter hour of a weekday, out of what is over, and how many people it wants.

An incident arrives when it first stood in the queue, and keeps somebody busy from its taking to its closing, at most
half an hour: what was open longer was waited for, not worked on. Of persons nothing is counted, neither of those who
handled it nor of those it was about; what a camera detected is in no count by hour (SCOPE, fences).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from msgspec import Struct

from belfry.domain.points import is_detection
from belfry.domain.staffing import Demand, Outlook, Target, needed, outlook
from belfry.ports.archive import ClosedIncident

QUARTERS: Final = 96
QUARTER_S: Final = 900
HANDLED_MOST_S: Final = 1_800.0
HANDLED_LEAST: Final = 20
"""Of fewer incidents the mean handling time says little."""


class Quarter(Struct, frozen=True, kw_only=True):
    """One quarter of an hour, `begins` minutes after midnight by the centre's own clock. None: no handling time is
    known, or more people are wanted than anybody has."""

    begins: int
    per_hour: float
    """Mean arrivals, over the quarter and its two neighbours."""
    erlang: float | None
    waiting: Outlook | None
    """What is needed where everything waits until it is taken (Erlang C)."""
    patient: Outlook | None
    """What is needed where whoever waits gives up in the end (Erlang A)."""
    given: Outlook | None
    """What the people who were named will make of it."""


class DayStaffing(Struct, frozen=True, kw_only=True):
    days: int
    """Such weekdays in the span."""
    arrivals: int
    handled: int
    """Of which the handling time is known."""
    handling_s: float | None
    thin: bool
    """Too few to rely on."""
    quarters: Sequence[Quarter]


class Room(Struct, frozen=True, kw_only=True):
    """What is asked: a target, the patience of callers, and how many will be there."""

    target: Target
    patience_s: float
    people: int | None = None


def staffing(
    incidents: Iterable[ClosedIncident], room: Room, *, weekday: int, since: date, until: date, zone: tzinfo
) -> DayStaffing:
    """`weekday` from Monday, 0; the span runs from `since` up to and without `until`, by the dates of `zone`."""
    real = [one for one in incidents if _is_work(one)]
    arrived = [(one.due_at or one.opened_at).astimezone(zone) for one in real]
    counted = Counter(_quarter(at) for at in arrived if at.weekday() == weekday and since <= at.date() < until)
    days = sum((since + timedelta(days=n)).weekday() == weekday for n in range((until - since).days))
    handled = [span for one in real if (span := _handled_s(one)) is not None]
    handling_s = sum(handled) / len(handled) if handled else None
    known: dict[float, Quarter] = {}
    quarters = []
    for n in range(QUARTERS):
        near = sum(counted[(n + step) % QUARTERS] for step in (-1, 0, 1))
        per_hour = near / 3 / days * 4 if days else 0.0
        if per_hour not in known:
            known[per_hour] = _told(per_hour, handling_s, room)
        quarters.append(_at(known[per_hour], n))
    return DayStaffing(
        days=days,
        arrivals=counted.total(),
        handled=len(handled),
        handling_s=handling_s,
        thin=len(handled) < HANDLED_LEAST,
        quarters=quarters,
    )


def _is_work(one: ClosedIncident) -> bool:
    """Whether it came for the room: no exercise, no part of another, nothing that its kind's own rule closed."""
    by_itself = one.by_rule and one.first_taken_at is None
    return not (one.training or one.merged or by_itself or is_detection(one.kind))


def _quarter(at: datetime) -> int:
    return (at.hour * 60 + at.minute) // 15


def _handled_s(one: ClosedIncident) -> float | None:
    if one.first_taken_at is None or one.closed_at < one.first_taken_at:
        return None
    return min(HANDLED_MOST_S, max(1.0, (one.closed_at - one.first_taken_at).total_seconds()))


def _told(per_hour: float, handling_s: float | None, room: Room) -> Quarter:
    if handling_s is None:
        return Quarter(begins=0, per_hour=per_hour, erlang=None, waiting=None, patient=None, given=None)
    waiting = Demand(per_hour=per_hour, handling_s=handling_s)
    patient = Demand(per_hour=per_hour, handling_s=handling_s, patience_s=room.patience_s)
    return Quarter(
        begins=0,
        per_hour=per_hour,
        erlang=waiting.erlang,
        waiting=needed(waiting, room.target),
        patient=needed(patient, room.target),
        given=None if room.people is None else outlook(waiting, room.people, room.target.within_s),
    )


def _at(quarter: Quarter, n: int) -> Quarter:
    return Quarter(
        begins=n * 15,
        per_hour=quarter.per_hour,
        erlang=quarter.erlang,
        waiting=quarter.waiting,
        patient=quarter.patient,
        given=quarter.given,
    )
