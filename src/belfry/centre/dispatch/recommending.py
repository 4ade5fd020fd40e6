"""The recommendation for one incident, from what is known at this moment: units, where they are, roads, the order."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct, structs

from belfry.centre.board import Board
from belfry.centre.dispatch.desk import DispatchDesk
from belfry.centre.units import UnitNow
from belfry.centre.units.positions import OLD
from belfry.domain.dispatching import DIVERTED_FROM
from belfry.domain.incident import Incident
from belfry.domain.kinds import Kind, Kinds
from belfry.domain.recommend import Candidate, Leaves, Recommendation, fits, recommend
from belfry.domain.response_order import Need, Order, needs_of
from belfry.domain.sent import SentUnit, here
from belfry.domain.travel import How, Leg, Point
from belfry.domain.unit import FREE, SHIELDED, Service, Unit
from belfry.ports import Clock
from belfry.ports.travel import Travel


class Recommended(Struct, frozen=True, kw_only=True):
    """`level` is the alarm level that was reckoned for, `fell_back` why a server of roads said nothing."""

    found: Recommendation
    level: int
    needs: Sequence[Need]
    """What is asked for still."""
    fell_back: str | None = None


class Recommending:
    def __init__(
        self,
        desk: DispatchDesk,
        board: Board,
        travel: Travel,
        *,
        kinds: Kinds,
        clock: Clock,
        orders: Sequence[Order] = (),
    ) -> None:
        self._desk, self._board, self._travel = desk, board, travel
        self._kinds, self._clock, self._orders = kinds, clock, tuple(orders)

    async def of(
        self, incident: Incident, place: Point | None, *, level: int = 1, tenant: str | None = None, others: int = 5
    ) -> Recommended:
        """Reckon for an incident at a place; None: nobody knows where. `tenant` is that of its site: units of another
        tenant are not looked at."""
        kind = self._kinds[incident.kind]
        now = self._clock()
        needs = self._open_needs(needs_of(kind, level, self._orders), incident, now)
        barred = barred_from(kind)
        looked_at = [
            (unit, state)
            for unit, state in self._able(incident, now)
            if unit.service not in barred and (not unit.tenant or tenant is None or unit.tenant == tenant)
        ]
        legs, fell_back = await self._ways(looked_at, place, now)
        free = Counter((unit.service, unit.station) for unit, state in looked_at if state.status in FREE)
        candidates = [
            self._candidate(unit, state, leg, now, last=free[unit.service, unit.station] == 1)
            for (unit, state), leg in zip(looked_at, legs, strict=True)
        ]
        found = recommend(needs, candidates, priority=incident.priority, others=others, barred=barred)
        return Recommended(found=found, level=level, needs=needs, fell_back=fell_back)

    def _open_needs(self, needs: Sequence[Need], incident: Incident, now: datetime) -> Sequence[Need]:
        """What is still to be sent: roles that are on their way are filled. Who was sent as nothing in particular, by
        call sign or by a drawn line, fills the first role that he is fit for."""
        there = self._there(incident)
        left = _less(needs, Counter(one.role for one in there if one.role is not None))
        for sent in there:
            unit = None if sent.role is not None else self._desk.book.by_id(sent.unit)
            if unit is None:
                continue
            candidate = self._candidate(unit, self._desk.now.get(unit.id), None, now, last=False)
            role = next((need.role for need in left if fits(need, candidate)), None)
            if role is not None:
                left = _less(left, Counter([role]))
        return left

    def _there(self, incident: Incident) -> Sequence[SentUnit]:
        """Units that are with it, or were sent to what is handled under it before it was merged."""
        under = [self._board.get(one.id) for one in incident.merged]
        return [*here(incident.units), *(unit for one in under if one is not None for unit in here(one.units))]

    def _able(self, incident: Incident, now: datetime) -> Sequence[tuple[Unit, UnitNow]]:
        """Units on duty that are free, or on their way to something else."""
        found: list[tuple[Unit, UnitNow]] = []
        for state in self._desk.now.on_duty():
            unit = self._desk.book.by_id(state.unit)
            if unit is None or not unit.enabled or state.incident == incident.id:
                continue
            if (state.status in FREE and state.incident is None) or state.status in DIVERTED_FROM:
                found.append((unit, state))
        return found

    async def _ways(
        self, units: Sequence[tuple[Unit, UnitNow]], place: Point | None, now: datetime
    ) -> tuple[Sequence[Leg | None], str | None]:
        origins = [self._origin(unit, now) for unit, _ in units]
        known = [origin for origin in origins if origin is not None]
        if place is None or not known:
            return [None] * len(units), None
        ways = [unit.travels for (unit, _), origin in zip(units, origins, strict=True) if origin is not None]
        travelled = await self._travel.times(known, [place], travels=ways)
        legs = iter(row[0] for row in travelled.legs)
        return [None if origin is None else next(legs) for origin in origins], travelled.fell_back

    def _origin(self, unit: Unit, now: datetime) -> Point | None:
        known = self._desk.positions.of(unit.id, now)
        if known is not None:
            return Point(known.position.latitude, known.position.longitude)
        station = None if unit.station is None else self._desk.book.station(unit.station)
        return None if station is None else Point(station.latitude, station.longitude)

    def _candidate(self, unit: Unit, state: UnitNow, leg: Leg | None, now: datetime, *, last: bool) -> Candidate:
        known = self._desk.positions.of(unit.id, now)
        return Candidate(
            unit=unit,
            status=state.status,
            skills=unit.skills.union(*(member.skills for member in state.crew)),
            drive_s=None if leg is None else leg.seconds,
            way=How.STRAIGHT if leg is None else leg.how,
            old_position=known is not None and now - known.at > OLD,
            from_station=known is None and leg is not None,
            short=len(state.crew) < unit.crew_least,
            sent=state.sent,
            busy_s=state.busy.total_seconds(),
            last_cover=last,
            leaves=self._leaves(state),
        )

    def _leaves(self, state: UnitNow) -> Leaves | None:
        left = None if state.incident is None else self._board.get(state.incident)
        return None if left is None else Leaves(left.number, left.priority, self._kinds[left.kind].label)


def barred_from(kind: Kind) -> frozenset[Service]:
    """Services that are not to know of an incident of a kind."""
    return SHIELDED if kind.audience else frozenset()


def _less(needs: Sequence[Need], filled: Counter[str]) -> Sequence[Need]:
    left = [(need, need.count - filled[need.role]) for need in needs]
    return [need if count == need.count else structs.replace(need, count=count) for need, count in left if count > 0]
