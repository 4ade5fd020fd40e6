"""The wall: what is open by priority, what waits longest, storms, outages, tests and how many are here. For the room.

A wall is asked for again and again and opens no stream, so that a screen on a wall is never taken for somebody who is
there. It tells nothing that was sealed, names no site of what is medical or of a person, and has no exercises on it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from litestar import Router, get

from belfry.domain.incident import Incident, State
from belfry.safeguards.retention import PERSON_GROUPS
from belfry.web.bodies import Asked
from belfry.web.centre import pulse_of
from belfry.web.floor import Room, oldest_waiting, people_here, room_of, warnings_of
from belfry.web.front import Front, front
from belfry.web.identity import need, visitor_of
from belfry.web.languages import language_of
from belfry.web.on_test import sees_test
from belfry.web.rights import Right, may
from belfry.web.sight import viewer_of
from belfry.web.telling import clocks_view
from belfry.web.together_views import PersonView
from belfry.web.wall_views import WallPeople, WallPriority, WallRow, WallView

ROWS_MOST: Final = 40
"""More than stand on any wall."""


@get("/wall", guards=[need(Right.WALL)], summary="The room at a glance")
async def wall(request: Asked) -> WallView:
    """For a screen that everybody in the room reads: to a user of some tenants what he may know of."""
    desk, now = front(request), front(request).house.clock()
    audience, language = viewer_of(request).audience, language_of(request)
    room = await room_of(request, desk)
    seen = room.seen
    pulse = pulse_of(desk.house, desk.silences, audience)
    silent = desk.silences.of(audience)
    storms = [] if desk.house.storms is None else list(desk.house.storms.storms.running())
    tests = [one for one in desk.house.tests.on_test.running() if sees_test(request, one)]
    people = people_here(desk, audience, room, language)
    return WallView(
        now=now,
        name=desk.house.name,
        journal=pulse.journal,
        faults=pulse.faults,
        priorities=[_priority(desk, room, priority, now) for priority in range(1, 6)],
        rows=[_row(desk, one, language) for one in seen[:ROWS_MOST]],
        more=max(0, len(seen) - ROWS_MOST),
        held=sum(one.state is State.HELD for one in seen),
        storms=len(storms),
        storm_until=max((one.until for one in storms), default=None),
        outages=silent.outage_count,
        outage_silent=sum(one.silent for one in silent.outages),
        lost=pulse.lost,
        on_test=len(tests),
        test_ends=min((one.until for one in tests), default=None),
        people=_people(people, names=may(visitor_of(request).user.role, Right.FLOOR)),
        warnings=warnings_of(people),
    )


def _priority(desk: Front, room: Room, priority: int, now: datetime) -> WallPriority:
    oldest = oldest_waiting(desk, room, priority, now)
    return WallPriority(
        priority=priority,
        open=sum(one.priority == priority for one in room.seen),
        waiting=oldest.waiting,
        oldest_at=None if oldest.first is None else oldest.first.queued_at,
        overdue=oldest.overdue,
    )


def _row(desk: Front, one: Incident, language: str) -> WallRow:
    kind = desk.house.kinds[one.kind]
    account = None if one.account_id is None else desk.house.accounts.by_id(one.account_id)
    named = account is not None and kind.group not in PERSON_GROUPS
    return WallRow(
        id=one.id,
        number=one.number,
        kind=one.kind,
        label=desk.house.kinds.words(one.kind, language).label,
        priority=one.priority,
        state=one.state,
        site=account.name if account is not None and named else None,
        since=one.queued_at,
        clocks=clocks_view(one, desk.house.rules),
        by=one.taken_by or one.held_by,
        silent=one.silent,
    )


def _people(people: Sequence[PersonView], *, names: bool) -> WallPeople:
    here = [one for one in people if one.presence != "away"]
    return WallPeople(
        here=len(here),
        free=sum(one.free for one in here),
        paused=sum(one.presence == "paused" for one in here),
        names=[one.name for one in here] if names else None,
    )


def router() -> Router:
    handlers: list[Any] = [wall]
    return Router("/", route_handlers=handlers, tags=["together"])
