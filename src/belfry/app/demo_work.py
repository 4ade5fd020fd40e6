"""Units of the demo's town at work: patrols on their round, and whoever is sent goes there, works and comes home.

They speak as crews do, through the dispatch desk. A unit whose crew looks at a phone of the visitor's is the visitor's.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import cos, sin
from typing import Final

from belfry.app.centre import Centre
from belfry.centre.units import UnitNow
from belfry.domain.commands import Refusal, Staff
from belfry.domain.dispatching import Said
from belfry.domain.earth import metres_between
from belfry.domain.signal import Position
from belfry.domain.unit import Service, Unit, UnitStatus
from belfry.ports import Clock
from belfry.ports.staff import Role
from belfry.simulator.land import SpotKind
from belfry.simulator.land import town as ground

EVERY_S: Final = 2.0
METRES: Final = 55.0
"""In each step: a visitor has a minute, so the town's streets are driven at a hundred kilometres an hour."""
THERE_M: Final = 60.0
ANSWERS: Final = timedelta(seconds=6)
TURNS_OUT: Final = timedelta(seconds=8)
WORKS: Final = timedelta(seconds=75)
PATIENT: Final = timedelta(seconds=30)
AT_HOSPITAL: Final = timedelta(seconds=20)
SAYS_AGAIN: Final = timedelta(minutes=2)
BESIDE: Final = 0.0004
"""Degrees: some forty metres, so that what stands at one station can be told apart."""
NOWHERE: Final = timedelta(seconds=25)
"""How long it takes to where nobody knows the way."""

S = UnitStatus
_STANDS: Final = frozenset({S.AVAILABLE_STATION, S.ON_CALL, S.OFFERED, S.ACCEPTED})


@dataclass
class Field:
    """Where each unit is, and which point of its round a patrol goes to."""

    at: dict[str, Position] = field(default_factory=dict)
    turn: dict[str, int] = field(default_factory=dict)


async def work(centre: Centre, *, now: Clock) -> None:
    """Let them work until the demo ends."""
    here = Field()
    while True:
        await asyncio.sleep(EVERY_S)
        for unit in centre.units.book.all():
            state = centre.dispatch.now.get(unit.id)
            if not state.crew or _is_visited(centre, state):
                continue
            try:
                await step(centre, here, unit, state, now())
            except Refusal:
                continue  # somebody in the room was quicker


async def step(centre: Centre, here: Field, unit: Unit, state: UnitNow, now: datetime) -> None:
    """What a unit does in this moment. Raises Refusal."""
    for_s = now - (state.since or now)
    home = _home(centre, unit)
    if home is not None and state.status in _STANDS:
        _stand(centre, here, unit, home, now)
    match state.status:
        case S.OFFERED if for_s >= ANSWERS:
            await _say(centre, unit, state, S.ACCEPTED)
        case S.ACCEPTED if for_s >= TURNS_OUT:
            await _say(centre, unit, state, S.EN_ROUTE)
        case S.EN_ROUTE:
            there = _target(centre, state)
            if (there is None and for_s >= NOWHERE) or (there is not None and _drive(centre, here, unit, there, now)):
                await _say(centre, unit, state, S.ON_SCENE)
        case S.ON_SCENE if unit.service is Service.EMS and for_s >= PATIENT:
            await _say(centre, unit, state, S.TRANSPORTING)
        case S.TRANSPORTING if _drive(centre, here, unit, _hospital(), now):
            await _say(centre, unit, state, S.AT_DESTINATION)
        case S.AT_DESTINATION if for_s >= AT_HOSPITAL:
            await _say(centre, unit, state, S.AVAILABLE_MOBILE)
        case S.ON_SCENE if for_s >= WORKS:
            await _say(centre, unit, state, S.AVAILABLE_MOBILE)
        case S.CANCELLED | S.REFUSED:
            await _say(centre, unit, state, S.AVAILABLE_MOBILE)
        case S.AVAILABLE_STATION if unit.service is Service.GUARD:
            await _say(centre, unit, state, S.AVAILABLE_MOBILE)
        case S.AVAILABLE_MOBILE if unit.service is Service.GUARD:
            _patrol(centre, here, unit, now)
        case S.AVAILABLE_MOBILE if home is not None and _drive(centre, here, unit, home, now):
            await _say(centre, unit, state, S.AVAILABLE_STATION)
        case _:
            pass


async def _say(centre: Centre, unit: Unit, state: UnitNow, status: UnitStatus) -> None:
    speaker = Staff(state.crew[0].user, Role.RESPONDER)
    await centre.dispatch.say(unit.id, Said(status=status, assignment=state.assignment), speaker)


def _drive(centre: Centre, here: Field, unit: Unit, there: Position, now: datetime) -> bool:
    """Come nearer; True on arrival."""
    at = here.at.get(unit.id) or _home(centre, unit) or there
    left = metres_between(at, there)
    if left > THERE_M:
        share = min(METRES / left, 1.0)
        at = Position(
            at.latitude + (there.latitude - at.latitude) * share,
            at.longitude + (there.longitude - at.longitude) * share,
        )
    here.at[unit.id] = at
    centre.dispatch.positions.say(unit.id, at, now, now)
    if centre.console is not None:
        centre.console.unit_moved(unit.id)
    return left <= THERE_M


def _stand(centre: Centre, here: Field, unit: Unit, home: Position, now: datetime) -> None:
    """Say from time to time where it waits: beside its station, each on a spot of its own."""
    known = centre.dispatch.positions.of(unit.id, now)
    if known is not None and now - known.at < SAYS_AGAIN:
        return
    turn = sum(unit.call_sign.encode()) * 1.3
    beside = Position(home.latitude + BESIDE * sin(turn), home.longitude + BESIDE * cos(turn))
    centre.dispatch.positions.say(unit.id, here.at.setdefault(unit.id, beside), now, now)
    if centre.console is not None:
        centre.console.unit_moved(unit.id)


def _patrol(centre: Centre, here: Field, unit: Unit, now: datetime) -> None:
    """From check point to check point, each patrol its own way round."""
    points = _round()
    turn = here.turn.setdefault(unit.id, sum(unit.call_sign.encode()))
    if _drive(centre, here, unit, points[turn % len(points)], now):
        here.turn[unit.id] = turn + 1


def _round() -> Sequence[Position]:
    return [Position(*spot.at) for spot in ground().spots if spot.code]


def _hospital() -> Position:
    return next(Position(*spot.at) for spot in ground().spots if spot.kind is SpotKind.HOSPITAL)


def _home(centre: Centre, unit: Unit) -> Position | None:
    station = None if unit.station is None else centre.units.book.station(unit.station)
    return None if station is None else Position(station.latitude, station.longitude)


def _target(centre: Centre, state: UnitNow) -> Position | None:
    """The site of what it is sent to; what a caller said of a place is sealed."""
    incident = None if state.incident is None else centre.board.get(state.incident)
    account_id = None if incident is None else incident.account_id
    account = None if account_id is None else centre.book.by_id(account_id)
    if account is None or account.latitude is None or account.longitude is None:
        return None
    return Position(account.latitude, account.longitude)


def _is_visited(centre: Centre, state: UnitNow) -> bool:
    console = centre.console
    return console is not None and any(console.listens(one.user) for one in state.crew)
