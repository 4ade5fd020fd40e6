"""Who is on duty at this moment, and whom of them an incident reaches. Nobody else is ever asked for."""

from collections.abc import Collection, Sequence
from typing import Final

from belfry.centre.dispatch import DispatchDesk
from belfry.centre.seals import Seals
from belfry.centre.units import UnitNow
from belfry.domain.alerting import NEAREST, NEAREST_UNITS, OnDuty, Reach, crew_of, may_be_told, sent_of, whom
from belfry.domain.facts import Part
from belfry.domain.incident import Incident
from belfry.domain.kinds import Kind
from belfry.domain.said_place import position_of, position_part
from belfry.domain.sent import Alert, SentUnit
from belfry.domain.signal import Position
from belfry.domain.site import Account
from belfry.domain.travel import Point
from belfry.domain.unit import Unit
from belfry.ports import Accounts, Clock, KeysUnavailable
from belfry.ports.travel import Travel
from belfry.safeguards.sealing import SealError

UNKNOWN_WAY: Final = None


class Reaching:
    """`nearest`: so many units are told where a kind reaches the nearest."""

    def __init__(
        self,
        desk: DispatchDesk,
        travel: Travel,
        accounts: Accounts,
        seals: Seals,
        clock: Clock,
        *,
        nearest: int = NEAREST_UNITS,
    ) -> None:
        self._desk, self._travel, self._accounts, self._seals = desk, travel, accounts, seals
        self._clock, self._nearest = clock, nearest

    def is_on_duty(self, user: str) -> bool:
        return self._desk.now.of(user) is not None

    def has_group(self, incident: Incident, kind: Kind) -> bool:
        """Whether this centre has units at all that the kind is for: if not, nobody is missed."""
        tenant = self.tenant_of(incident)
        return any(may_be_told(kind, unit, tenant) for unit in self._desk.book.all())

    async def by_kind(self, incident: Incident, kind: Kind, told: Collection[str]) -> Reach:
        """Whom its kind reaches now, but for those who were told already."""
        there = self._on_duty()
        tenant = self.tenant_of(incident)
        if kind.reach == NEAREST:
            able = [one for one in there if may_be_told(kind, one.unit, tenant)]
            there = await self._with_ways(able, await self._place(incident))
        return whom(kind, there, tenant=tenant, told=told, nearest=self._nearest)

    def still(self, incident: Incident, kind: Kind, alert: Alert, names: Collection[str]) -> Reach:
        """Those of some names who may be called again: on duty still, with a unit that may know of what it is now."""
        if alert.assignment is not None:
            crew = self._crew(alert.units[0] if alert.units else "")
            return Reach(how=alert.reach, to=tuple(name for name in crew if name in names), quiet=kind.silent)
        tenant = self.tenant_of(incident)
        to = [name for name in names if (unit := self._unit_of(name)) is not None and may_be_told(kind, unit, tenant)]
        return Reach(how=alert.reach, to=tuple(to), quiet=kind.silent)

    def crew(self, kind: Kind, sent: SentUnit, told: Collection[str] = ()) -> Reach:
        """The crew of a unit that was sent, as it is now."""
        unit, now = self._desk.book.by_id(sent.unit), self._desk.now.get(sent.unit)
        if unit is None:
            return Reach(how="assigned")
        crew = tuple(one.user for one in now.crew if one.user not in told)
        return crew_of(kind, OnDuty(unit=unit, status=now.status, crew=crew))

    def tenant_of(self, incident: Incident) -> str | None:
        """Whose site it is at; None: at no site of the registry, or at one of nobody's."""
        site = self._site(incident)
        return None if site is None else site.tenant or None

    def may_know(self, user: str, incident: Incident, kind: Kind, alert: Alert) -> bool:
        """Whether somebody who was told may still be shown it: on duty, and of a service that may know of it; with the
        unit that was sent, where he was told since that was."""
        unit = self._unit_of(user)
        if unit is None or user not in alert.to:
            return False
        if alert.assignment is not None:
            sent = sent_of(alert, incident)
            return sent is not None and sent.unit == unit.id
        return may_be_told(kind, unit, self.tenant_of(incident))

    async def point(self, incident: Incident) -> Point | None:
        """Where it is: its site, else the position that a caller or a report gave; None: nobody can tell."""
        return await self._place(incident)

    # -- pieces

    def _site(self, incident: Incident) -> Account | None:
        site = None if incident.account_id is None else self._accounts.by_id(incident.account_id)
        if site is None and incident.account is not None:
            site = self._accounts.by_key(incident.account)
        return site

    def _unit_of(self, user: str) -> Unit | None:
        now = self._desk.now.of(user)
        return None if now is None else self._desk.book.by_id(now.unit)

    def _crew(self, unit: str) -> tuple[str, ...]:
        return tuple(one.user for one in self._desk.now.get(unit).crew)

    def _on_duty(self) -> Sequence[OnDuty]:
        found: list[OnDuty] = []
        for now in self._desk.now.on_duty():
            unit = self._desk.book.by_id(now.unit)
            if unit is not None:
                found.append(OnDuty(unit=unit, status=now.status, crew=_names(now)))
        return found

    async def _with_ways(self, there: Sequence[OnDuty], place: Point | None) -> Sequence[OnDuty]:
        origins = [self._origin(one.unit) for one in there]
        known = [one for one in origins if one is not None]
        if place is None or not known:
            return there
        ways = [one.unit.travels for one, origin in zip(there, origins, strict=True) if origin is not None]
        travelled = await self._travel.times(known, [place], travels=ways)
        legs = iter(row[0].seconds for row in travelled.legs)
        return [
            OnDuty(unit=one.unit, status=one.status, crew=one.crew, far=UNKNOWN_WAY if origin is None else next(legs))
            for one, origin in zip(there, origins, strict=True)
        ]

    def _origin(self, unit: Unit) -> Point | None:
        known = self._desk.positions.of(unit.id, self._clock())
        if known is not None:
            return _point(known.position)
        station = None if unit.station is None else self._desk.book.station(unit.station)
        return None if station is None else Point(station.latitude, station.longitude)

    async def _place(self, incident: Incident) -> Point | None:
        site = self._site(incident)
        if site is not None and site.latitude is not None and site.longitude is not None:
            return Point(site.latitude, site.longitude)
        part = position_part(incident)
        try:
            said = None if part is None else position_of((await self._seals.open([part])).get(Part.POSITION))
            return None if said is None else _point(said)
        except (KeysUnavailable, SealError, ValueError):
            return None


def _names(now: UnitNow) -> tuple[str, ...]:
    return tuple(one.user for one in now.crew)


def _point(position: Position) -> Point:
    return Point(position.latitude, position.longitude)
