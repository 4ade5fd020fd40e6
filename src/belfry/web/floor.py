"""The supervisor's board: what waits longest, who has what since when, who is free, every clock that runs.

It shows the room as it is now and keeps nothing: no number of anybody, no order but that of the names. Exercises are
not on it.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nsmallest
from itertools import islice
from typing import Any, Final

from litestar import Router, get
from msgspec import Struct

from belfry.centre.feed import Duty
from belfry.domain.abilities import is_overdue
from belfry.domain.clocks import ACT, ARRIVE, TAKE, TOLD, Clock, clocks
from belfry.domain.incident import Incident, State
from belfry.domain.unreached import unreached_since
from belfry.web.bodies import Asked
from belfry.web.duty import duty_of
from belfry.web.front import Front, front
from belfry.web.identity import need
from belfry.web.languages import language_of
from belfry.web.outlet import Audience
from belfry.web.rights import Right
from belfry.web.sight import sees, viewer_of
from belfry.web.together_views import FloorView, OldestView, OnFloor, PersonView, ReadyView, RunningClock, SkippedStep

CLOCKS_MOST: Final = 200
HELD_MOST: Final = 50
"""Incidents listed of one person."""
SKIPPED_MOST: Final = 50
UNREACHED_MOST: Final = 50
REST_AFTER: Final = 250
"""Incidents that are looked at in one turn of the loop."""

Running = tuple[Incident, str, Clock]

_RUNS_IN: Final[Mapping[str, frozenset[State]]] = {
    TAKE: frozenset({State.WAITING}),
    ACT: frozenset({State.WAITING, State.TAKEN}),
    TOLD: frozenset({State.WAITING, State.TAKEN, State.HELD}),
    ARRIVE: frozenset({State.TAKEN, State.HELD}),
}
NOBODY_HERE: Final = "nobody_here"
NOBODY_READY: Final = "nobody_ready"


@get("/floor", guards=[need(Right.FLOOR)], summary="The room at this moment")
async def floor(request: Asked) -> FloorView:
    """To a supervisor of some tenants what he may know of, and the people of those tenants."""
    desk, now = front(request), front(request).house.clock()
    room, language = await room_of(request, desk), language_of(request)
    running = await _running(desk, room.seen, now)
    people = people_here(desk, viewer_of(request).audience, room, language)
    return FloorView(
        now=now,
        oldest=[_oldest(desk, room, priority, language, now) for priority in range(1, 6)],
        people=people,
        clocks=[_clock(desk, one, language, now) for one in running.first],
        clocks_count=running.count,
        missed_count=running.missed,
        skipped=list(islice(_skipped(desk, request, language), SKIPPED_MOST)),
        unreached=[_on_floor(desk, one, language, since) for one, since in _unreached(room)],
        warnings=warnings_of(people),
    )


@dataclass
class Room:
    """What is open and no exercise, of what somebody may know of, in the order of the queue."""

    seen: list[Incident] = field(default_factory=list)
    had: list[Incident] = field(default_factory=list)
    """Those of them that somebody has, or holds."""
    waiting: dict[int, int] = field(default_factory=dict)
    """How many wait, by priority."""
    longest: dict[int, Incident] = field(default_factory=dict)
    """Which of them has waited longest."""


async def room_of(request: Asked, desk: Front) -> Room:
    """Alarms have their turn in between: there may be thousands."""
    room, viewer, may_know = Room(), viewer_of(request), desk.tenants.incident
    for n, one in enumerate(list(desk.house.board.queue()), 1):
        if one.merged_into is None and one.trainee is None and may_know(viewer, one):
            _place(room, one)
        if n % REST_AFTER == 0:
            await asyncio.sleep(0)
    return room


def _place(room: Room, one: Incident) -> None:
    room.seen.append(one)
    if one.state is State.WAITING:
        room.waiting[one.priority] = room.waiting.get(one.priority, 0) + 1
        before = room.longest.get(one.priority)
        if before is None or one.queued_at < before.queued_at:
            room.longest[one.priority] = one
    elif one.state is State.TAKEN or one.state is State.HELD:
        room.had.append(one)


def warnings_of(people: Sequence[PersonView]) -> list[str]:
    """Nobody at a console at all; or all of those who are there take a break, or nobody of a room that is handed its
    incidents is ready."""
    here = [one for one in people if one.presence != "away"]
    if not here:
        return [NOBODY_HERE]
    by_feed = any(one.presence in (Duty.READY, Duty.PAUSED) for one in people)
    return [NOBODY_READY] if by_feed and all(one.presence != Duty.READY for one in here) else []


class OldestWaiting(Struct, frozen=True):
    """What nobody has of one priority."""

    waiting: int
    first: Incident | None
    overdue: bool


def oldest_waiting(desk: Front, room: Room, priority: int, now: datetime) -> OldestWaiting:
    first = room.longest.get(priority)
    overdue = first is not None and is_overdue(first, now, desk.house.rules)
    return OldestWaiting(room.waiting.get(priority, 0), first, overdue)


def _oldest(desk: Front, room: Room, priority: int, language: str, now: datetime) -> OldestView:
    found = oldest_waiting(desk, room, priority, now)
    return OldestView(
        priority=priority,
        waiting=found.waiting,
        oldest=None if found.first is None else _on_floor(desk, found.first, language, found.first.queued_at),
        overdue=found.overdue,
    )


def people_here(desk: Front, audience: Audience, room: Room, language: str) -> list[PersonView]:
    """Everybody who is at a console or has something, in the order of the names, with what they have."""
    held: dict[str, list[Incident]] = {}
    for one in room.had:
        who = one.taken_by if one.state is State.TAKEN else one.held_by
        if who is not None:
            held.setdefault(who, []).append(one)
    present = desk.hub.present()
    standings = {} if desk.house.feed is None else desk.house.feed.all()
    names = {name for name, theirs in present.items() if _of_his_own(audience, theirs)} | set(held)
    names |= {name for name in standings if audience.tenants is None and standings[name].duty is not Duty.BY_HAND}
    return [_person(desk, name, present, held.get(name, []), language) for name in sorted(names, key=str.casefold)]


def _of_his_own(audience: Audience, theirs: Audience) -> bool:
    if audience.tenants is None:
        return True
    return theirs.tenants is not None and theirs.tenants <= audience.tenants


def _person(
    desk: Front, name: str, present: Mapping[str, Audience], has: Sequence[Incident], language: str
) -> PersonView:
    duty = ReadyView(duty=Duty.BY_HAND) if desk.house.feed is None else duty_of(desk.house.feed, name)
    here = name in present
    busy = any(one.state is State.TAKEN for one in has)
    return PersonView(
        name=name,
        presence=str(duty.duty) if here else "away",
        why=duty.why,
        since=duty.since,
        free=here and not busy and duty.duty is not Duty.PAUSED,
        holds=[_on_floor(desk, one, language, _had_since(one)) for one in has[:HELD_MOST]],
    )


def _had_since(one: Incident) -> datetime:
    return one.taken_at if one.state is State.TAKEN and one.taken_at is not None else one.queued_at


@dataclass
class _Clocks:
    """The clocks that run: how many, how many of them are past their limit, and those that run out first."""

    first: list[Running] = field(default_factory=list)
    count: int = 0
    missed: int = 0


async def _running(desk: Front, seen: Sequence[Incident], now: datetime) -> _Clocks:
    found, some = _Clocks(), list[Running]()
    for n, one in enumerate(seen, 1):
        some += [
            (one, name, clock)
            for name, clock in clocks(one, desk.house.rules).items()
            if clock.done_at is None and one.state in _RUNS_IN[name]
        ]
        if n % REST_AFTER == 0 or n == len(seen):
            found.count += len(some)
            found.missed += sum(now >= clock.limit_at for _, _, clock in some)
            found.first = nsmallest(CLOCKS_MOST, [*found.first, *some], key=_urgency)
            some = []
            await asyncio.sleep(0)
    return found


def _clock(desk: Front, running: Running, language: str, now: datetime) -> RunningClock:
    one, name, clock = running
    return RunningClock(
        incident=_on_floor(desk, one, language, one.queued_at),
        clock=name,
        target_at=clock.target_at,
        limit_at=clock.limit_at,
        stage="missed" if now >= clock.limit_at else "due" if now >= clock.target_at else "ahead",
        by=one.taken_by or one.held_by,
    )


def _urgency(running: Running) -> tuple[datetime, int, int]:
    one, _, clock = running
    return (clock.limit_at, one.priority, one.number)


def _unreached(room: Room) -> list[tuple[Incident, datetime]]:
    known = ((one, unreached_since(one)) for one in room.had)
    found = [(one, since) for one, since in known if since is not None]
    return nsmallest(UNREACHED_MOST, found, key=lambda pair: (pair[1], pair[0].number))


def _skipped(desk: Front, request: Asked, language: str) -> Iterator[SkippedStep]:
    for one in desk.house.skipped():
        incident = desk.house.board.get(one.incident)
        if incident is not None and sees(request, incident):
            yield SkippedStep(
                incident=incident.id,
                number=incident.number,
                kind=incident.kind,
                label=desk.house.kinds.words(incident.kind, language).label,
                by=one.deed.by or "",
                at=one.deed.at,
                step=one.deed.step,
                demanded=one.deed.demanded,
            )


def _on_floor(desk: Front, one: Incident, language: str, since: datetime) -> OnFloor:
    account = None if one.account_id is None else desk.house.accounts.by_id(one.account_id)
    return OnFloor(
        id=one.id,
        number=one.number,
        kind=one.kind,
        label=desk.house.kinds.words(one.kind, language).label,
        priority=one.priority,
        state=one.state,
        site=None if account is None else account.name,
        since=since,
    )


def router() -> Router:
    handlers: list[Any] = [floor]
    return Router("/", route_handlers=handlers, tags=["together"])
