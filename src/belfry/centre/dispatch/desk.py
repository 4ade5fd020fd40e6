"""Where acts on units become facts: on the unit's own subject and, where they concern one, in the incident's story.

Both sides are one append, all or none, under `expect` on the unit's last entry: of two dispatchers who send one unit
the second is told who was quicker, and no incident tells of a unit that does not know. Acts of this desk on one unit go
one after the other; only those of another node can be quicker.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final
from weakref import WeakValueDictionary

from msgspec import Struct

from belfry.centre.board import Board, catch_up, load
from belfry.centre.dispatch.crew import CrewDesk
from belfry.centre.seals import Seals
from belfry.centre.units import UnitNow, UnitsNow
from belfry.centre.units.positions import Positions, coarse
from belfry.domain.commands import REASON_MOST, Conflict, Invalid, Staff
from belfry.domain.dispatch_facts import LevelSet, UnitSent, UnitTold
from belfry.domain.dispatching import Bound, Said, Standing, check_said, judge, may_release, may_send, outlived
from belfry.domain.facts import Entry, Fact, Part, Retention, Sealed, incident_subject, unit_subject
from belfry.domain.incident import Incident, State
from belfry.domain.kinds import Kinds
from belfry.domain.response_order import LEVELS_MOST
from belfry.domain.signal import Position
from belfry.domain.step_facts import MergeHeard
from belfry.domain.unit import (
    BUSY,
    CREW_MOST,
    ORDER,
    SHIELDED,
    WITH_PATIENT,
    Service,
    Unit,
    UnitSkill,
    UnitStatus,
    UnitType,
)
from belfry.domain.unit_facts import SignedOff, SignedOn, StatusSet
from belfry.ports import Chance, Clock, Expect, Journal, Stale, Stored
from belfry.ports.units import NoSuchUnit, UnitBook

TRIES: Final = 8
AT_WORK: Final = frozenset(ORDER) - WITH_PATIENT
READ_BACK: Final = 64
"""Entries of a unit read at first to find what came between."""


class Send(Struct, frozen=True, kw_only=True):
    """A unit is to go to an incident. What stands below `divert` is what the person saw recommended."""

    unit: str
    divert: bool = False
    """It may be on its way elsewhere."""
    role: str | None = None
    rank: int | None = None
    eta_s: int | None = None
    way: str | None = None
    reasons: tuple[str, ...] = ()
    reason: str | None = None
    """Why this one and not the first of the recommendation."""


Decided = Sequence[Entry]
"""What is to be written, the unit's own entry first; empty: it is so already."""


class DispatchDesk:
    """`now` are the units as they are, folded by the walk; this folds what it writes at once."""

    def __init__(
        self,
        now: UnitsNow,
        board: Board,
        journal: Journal,
        seals: Seals,
        *,
        book: UnitBook,
        kinds: Kinds,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self.now, self._board, self._journal, self._seals, self.book = now, board, journal, seals, book
        self._kinds, self._clock, self._chance = kinds, clock, chance
        self.positions = Positions()
        self.crew = CrewDesk(board, journal, seals, clock=clock, chance=chance)
        """What crews write into the incidents to which they are sent."""
        self._acting: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """Acts of this desk on one unit go one after the other, and so do those that put one person on duty."""
        now.news.append(self._heard)

    # -- on duty

    async def sign_on(
        self,
        unit_id: str,
        user: str,
        by: Staff,
        *,
        until: datetime | None = None,
        skills: frozenset[UnitSkill] = frozenset(),
        on_call: bool = False,
    ) -> UnitNow:
        """Put somebody on duty with a unit; the first of a unit makes it available. Once more with another `until` he
        stays longer, or shorter. Raises NoSuchUnit, Conflict, Invalid or a JournalError."""
        unit = self._unit(unit_id)

        async def decide(now: UnitNow, at: datetime) -> Decided:
            elsewhere = self.now.of(user)
            if elsewhere is not None and elsewhere.unit == unit_id:
                known = next(one for one in now.crew if one.user == user)
                if until is None or until == known.until:
                    return ()
                longer = SignedOn(unit=unit_id, user=user, by=by.name, until=_to_come(until, at), skills=known.skills)
                return [self._entry(unit_subject(unit_id), at, [longer])]
            if elsewhere is not None:
                raise Conflict(f"{user} is on duty with {self._sign(elsewhere.unit)}: sign off there first")
            if not unit.enabled:
                raise Conflict(f"{unit.call_sign} is not in use")
            if len(now.crew) >= CREW_MOST:
                raise Conflict(f"{unit.call_sign} has {CREW_MOST} people already")
            _to_come(until, at)
            facts: list[Fact] = [
                SignedOn(unit=unit_id, user=user, by=by.name, until=until, skills=skills, on_call=on_call)
            ]
            if not now.on_duty and now.status in (UnitStatus.OFF_DUTY, UnitStatus.OUT_OF_SERVICE):
                first = UnitStatus.ON_CALL if on_call else UnitStatus.AVAILABLE_STATION
                facts.append(StatusSet(unit=unit_id, status=first, was=now.status, reasons=("signed on",)))
            return [self._entry(unit_subject(unit_id), at, facts)]

        async with self._acting.setdefault(f"user/{user}", asyncio.Lock()):
            return await self._write(unit_id, decide)

    async def sign_off(self, unit_id: str, user: str, by: Staff | None, *, reasons: Sequence[str] = ()) -> UnitNow:
        """End somebody's duty; with the last one of a unit it is off duty, which a busy one never is. `by` None: the
        centre. Raises NoSuchUnit, Conflict or a JournalError."""
        unit = self._unit(unit_id)

        async def decide(now: UnitNow, at: datetime) -> Decided:
            if all(one.user != user for one in now.crew):
                return ()
            last = len(now.crew) == 1
            if last and (now.incident is not None or now.status in BUSY):
                raise Conflict(f"{unit.call_sign} is busy: {now.status}")
            name = None if by is None else by.name
            facts: list[Fact] = [SignedOff(unit=unit_id, user=user, by=name, reasons=tuple(reasons))]
            if last:
                facts.append(
                    StatusSet(unit=unit_id, status=UnitStatus.OFF_DUTY, was=now.status, reasons=("signed off",))
                )
            return [self._entry(unit_subject(unit_id), at, facts)]

        return await self._write(unit_id, decide)

    def _heard(self, now: UnitNow) -> None:
        """Whoever is off duty is nowhere, on whichever node that was said."""
        if not now.on_duty:
            self.positions.forget(now.unit)

    # -- what a unit says

    def moved(self, unit_id: str, position: Position, at: datetime | None) -> None:
        """Take where a unit on duty says that it is; what cannot be is passed over. Raises Invalid."""
        unit = self.book.by_id(unit_id)
        station = None if unit is None or unit.station is None else self.book.station(unit.station)
        home = None if station is None else Position(station.latitude, station.longitude)
        self.positions.say(unit_id, position, at, self._clock(), home=home)

    async def say(self, unit_id: str, said: Said, by: Staff) -> UnitNow:
        """Take a status. The same one again changes nothing, however often a phone sends it. Raises NoSuchUnit,
        Conflict, Invalid or a JournalError."""
        unit, said = self._unit(unit_id), check_said(said, self._clock())
        if said.position is not None and self.now.get(unit_id).on_duty:
            self.moved(unit_id, said.position, said.occurred_at)
        where: tuple[Sealed, ...] | None = None
        words: tuple[Sealed, ...] = ()

        async def decide(now: UnitNow, at: datetime) -> Decided:
            nonlocal where, words
            bound = judge(self._standing(unit, now), said, of_crew=self._is_of(now, by))
            if bound.same:
                return ()
            if bound.incident is not None and said.status in AT_WORK and not self._may_work(bound.incident):
                raise Conflict("The incident is closed")  # what is over holds nobody: they are free, or have a patient
            if where is None:  # whatever is refused is refused before its words are sealed
                where, words = await self._where(unit_id, at), await self._words(said.reason)
            own = StatusSet(
                unit=unit_id,
                status=said.status,
                was=now.status,
                by=by.name,
                occurred_at=said.occurred_at,
                incident=bound.incident,
                assignment=bound.assignment,
                mayday=said.mayday,
                quiet=said.quiet,
                sealed=where if now.incident is not None else (*where, *words),
            )
            return [self._entry(unit_subject(unit_id), at, [own]), *self._told(now, said, bound, by, at, words)]

        after = await self._write(unit_id, decide)
        if after.incident is not None and said.status in AT_WORK and not self._may_work(after.incident):
            return await self.free(unit_id, "it was closed in the same moment")
        return after

    def _may_work(self, incident_id: str) -> bool:
        incident = self._board.get(incident_id)
        return incident is None or incident.open

    def _told(
        self, now: UnitNow, said: Said, bound: Bound, by: Staff, at: datetime, words: tuple[Sealed, ...]
    ) -> Sequence[Entry]:
        if now.incident is None or now.assignment is None:
            return ()
        incident = self._board.get(now.incident)
        fact = UnitTold(
            incident=now.incident,
            assignment=now.assignment,
            unit=now.unit,
            status=said.status,
            by=by.name,
            occurred_at=said.occurred_at,
            eta_s=said.eta_s,
            left=bound.left,
            needs_more=said.needs_more,
            wakes=incident is not None and incident.state is State.HELD,
            sealed=words,
        )
        return [self._entry(incident_subject(now.incident), at, [fact]), *self._wakes_lead(incident, at)]

    def _wakes_lead(self, incident: Incident | None, at: datetime) -> Sequence[Entry]:
        """What is handled under another one waits for nobody: where that is held, it is that which wakes."""
        lead = None if incident is None or incident.merged_into is None else self._board.get(incident.merged_into)
        if incident is None or lead is None or lead.state is not State.HELD:
            return ()
        heard = next((one for one in lead.merged if one.id == incident.id), None)
        if heard is None:
            return ()
        fact = MergeHeard(
            incident=lead.id,
            of=heard.id,
            number=heard.number,
            seq=heard.seq,
            owed=heard.owed,
            rings_at=heard.rings_at,
            alarm_at=heard.alarm_at,
            wakes=True,
        )
        return [self._entry(incident_subject(lead.id), at, [fact])]

    # -- sending

    async def send(self, incident_id: str, send: Send, by: Staff) -> UnitNow:
        """Send a unit. Raises NoSuchUnit, LookupError (no such incident), Conflict, Invalid or a JournalError."""
        unit = self._unit(send.unit)
        _check_reason(send.reason)
        if send.reason is None and self.is_shielded(unit, self._incident(incident_id)):
            raise Invalid("reason", None, "needed: police and guards are told of it only if its crew or caller asks")
        may_send(self._standing(unit, self.now.get(unit.id)), self._incident(incident_id), divert=send.divert)
        words = await self._words(send.reason)
        assignment = f"{incident_id}.{self._chance(6).hex()}"

        async def decide(now: UnitNow, at: datetime) -> Decided:
            incident = self._incident(incident_id)
            left = may_send(self._standing(unit, now), incident, divert=send.divert)
            own = StatusSet(
                unit=unit.id,
                status=UnitStatus.OFFERED,
                was=now.status,
                by=by.name,
                incident=incident_id,
                assignment=assignment,
            )
            sent = UnitSent(
                incident=incident_id,
                assignment=assignment,
                unit=unit.id,
                call_sign=unit.call_sign,
                by=by.name,
                service=unit.service,
                role=send.role,
                rank=send.rank,
                eta_s=send.eta_s,
                way=send.way,
                diverted_from=left,
                reasons=send.reasons,
                sealed=words,
            )
            entries = [
                self._entry(unit_subject(unit.id), at, [own]),
                self._entry(incident_subject(incident_id), at, [sent]),
            ]
            if left is not None and now.assignment is not None:
                gone = UnitTold(
                    incident=left,
                    assignment=now.assignment,
                    unit=unit.id,
                    status=UnitStatus.CANCELLED,
                    by=by.name,
                    left=True,
                    reasons=("diverted",),
                )
                entries.append(self._entry(incident_subject(left), at, [gone]))
            return entries

        after = await self._write(unit.id, decide)
        if after.assignment != assignment:
            return after
        freed = await self.free(unit.id, "it was closed in the same moment")
        if freed.assignment != assignment:  # a closing names no unit, so that one may have come before this
            raise Conflict("The incident is closed")
        return after

    async def free(self, unit_id: str, reason: str) -> UnitNow:
        """Take a unit out of an incident that is over; one that may stay stays. Raises NoSuchUnit or a JournalError."""
        unit = self._unit(unit_id)

        async def decide(now: UnitNow, at: datetime) -> Decided:
            if now.incident is None or not outlived(self._standing(unit, now), await self._load(now.incident)):
                return ()
            own = StatusSet(unit=unit_id, status=UnitStatus.CANCELLED, was=now.status, reasons=(reason,))
            told = UnitTold(
                incident=now.incident,
                assignment=now.assignment or "",
                unit=unit_id,
                status=UnitStatus.CANCELLED,
                left=True,
                reasons=(reason,),
            )
            return [
                self._entry(unit_subject(unit_id), at, [own]),
                self._entry(incident_subject(now.incident), at, [told]),
            ]

        return await self._write(unit_id, decide)

    async def _load(self, incident_id: str) -> Incident | None:
        """From the board, or, of one that is over for long, from the journal."""
        return await load(self._board, self._journal, incident_id)

    async def release(self, incident_id: str, unit_id: str, by: Staff, *, reason: str | None = None) -> UnitNow:
        """Call a unit back. Raises NoSuchUnit, Conflict or a JournalError."""
        unit = self._unit(unit_id)
        may_release(self._standing(unit, self.now.get(unit_id)), incident_id)
        _check_reason(reason)
        words = await self._words(reason)

        async def decide(now: UnitNow, at: datetime) -> Decided:
            may_release(self._standing(unit, now), incident_id)
            own = StatusSet(unit=unit_id, status=UnitStatus.CANCELLED, was=now.status, by=by.name)
            told = UnitTold(
                incident=incident_id,
                assignment=now.assignment or "",
                unit=unit_id,
                status=UnitStatus.CANCELLED,
                by=by.name,
                left=True,
                sealed=words,
            )
            return [
                self._entry(unit_subject(unit_id), at, [own]),
                self._entry(incident_subject(incident_id), at, [told]),
            ]

        return await self._write(unit_id, decide)

    async def set_level(self, incident_id: str, level: int, by: Staff) -> None:
        """Say for how much help an incident calls. The same level again changes nothing. Raises LookupError, Conflict,
        Invalid or a JournalError."""
        incident = self._incident(incident_id)
        if not 1 <= level <= LEVELS_MOST:
            raise Invalid("level", level, f"1 to {LEVELS_MOST}")
        if not incident.open:
            raise Conflict("The incident is closed")
        if level == incident.level:
            return
        fact = LevelSet(incident=incident_id, level=level, was=incident.level, by=by.name)
        await self._journal.append([self._entry(incident_subject(incident_id), self._clock(), [fact])])
        await catch_up(self._board, self._journal, incident_id)

    # -- reading

    def is_shielded(self, unit: Unit, incident: Incident) -> bool:
        """Whether a unit's service is not to know of an incident (SCOPE, medical is nobody's lead)."""
        return unit.service in SHIELDED and bool(self._kinds[incident.kind].audience)

    def standing(self, unit_id: str) -> Standing:
        """Raises NoSuchUnit."""
        return self._standing(self._unit(unit_id), self.now.get(unit_id))

    def _unit(self, unit_id: str) -> Unit:
        unit = self.unit(unit_id)
        if unit is None:
            raise NoSuchUnit(unit_id)
        return unit

    def units(self) -> Sequence[Unit]:
        """Those of the registry, in the order of their call signs; behind them such as were taken out of it while
        somebody was on duty with them."""
        known = self.book.all()
        listed = {one.id for one in known}
        gone = (self.unit(one.unit) for one in self.now.on_duty() if one.unit not in listed)
        return [*known, *(one for one in gone if one is not None)]

    def unit(self, unit_id: str) -> Unit | None:
        """As the registry has it; one that was taken out of it while somebody was on duty with it is still to be
        freed, and is sent nowhere."""
        unit = self.book.by_id(unit_id)
        if unit is None and self.now.get(unit_id).on_duty:
            sign = self._sign(unit_id)
            return Unit(id=unit_id, call_sign=sign, type=UnitType.TEAM, service=Service.SERVICE, enabled=False)
        return unit

    def _sign(self, unit_id: str) -> str:
        unit, now = self.book.by_id(unit_id), self.now.get(unit_id)
        if unit is not None:
            return unit.call_sign
        there = None if now.incident is None else self._board.get(now.incident)
        sent = () if there is None else there.units
        return next((one.call_sign for one in sent if one.assignment == now.assignment), unit_id)

    def _incident(self, incident_id: str) -> Incident:
        incident = self._board.get(incident_id)
        if incident is None:
            raise LookupError(incident_id)
        return incident

    @staticmethod
    def _standing(unit: Unit, now: UnitNow) -> Standing:
        return Standing(
            unit=unit,
            status=now.status,
            on_duty=now.on_duty,
            incident=now.incident,
            assignment=now.assignment,
            patient=now.patient,
        )

    @staticmethod
    def _is_of(now: UnitNow, by: Staff) -> bool:
        return any(one.user == by.name for one in now.crew)

    # -- writing

    async def _where(self, unit_id: str, at: datetime) -> tuple[Sealed, ...]:
        """What is kept of where it was: its square, since nobody who looks back needs the house."""
        known = self.positions.of(unit_id, at)
        if known is None:
            return ()
        return await self._seals.seal([(Part.POSITION, Retention.POSITION, _spoken(coarse(known.position)))])

    async def _words(self, reason: str | None) -> tuple[Sealed, ...]:
        """Why, sealed as a note is."""
        if reason is None:
            return ()
        return await self._seals.seal([(Part.NOTE, Retention.INCIDENT, reason)])

    def _entry(self, subject: str, at: datetime, facts: Sequence[Fact]) -> Entry:
        return Entry(id=self._chance(16), subject=subject, at=at, facts=tuple(facts))

    async def _write(self, unit_id: str, decide: Callable[[UnitNow, datetime], Awaitable[Decided]]) -> UnitNow:
        subject = unit_subject(unit_id)
        async with self._acting.setdefault(unit_id, asyncio.Lock()):
            for _ in range(TRIES):
                now = self.now.get(unit_id)
                entries = await decide(now, self._clock())
                if not entries:
                    return now
                try:
                    positions = await self._journal.append(entries, Expect(subject, now.head))
                except Stale:
                    await self._catch_up(subject)
                    continue
                for position, entry in zip(positions, entries, strict=True):
                    kind, _, key = entry.subject.partition("/")
                    if kind == "unit":
                        self.now.fold(position, entry)
                    else:  # others write about an incident too: nothing of theirs is to be passed over
                        await catch_up(self._board, self._journal, key)
                return self.now.get(unit_id)
        raise Conflict("Somebody was quicker")

    async def _catch_up(self, subject: str) -> None:
        unit_id = subject.partition("/")[2]
        head, limit = self.now.get(unit_id).head, READ_BACK
        entries = await self._journal.read(subject, limit=limit)
        while len(entries) == limit and entries[0].position > head:
            limit *= 8
            entries = await self._journal.read(subject, limit=limit)
        for stored in entries:
            if isinstance(stored, Stored):
                self.now.fold(stored.position, stored.entry)
            else:
                self.now.pass_over(unit_id, stored.position)


def _check_reason(reason: str | None) -> None:
    if reason is not None and not 0 < len(reason.strip()) <= REASON_MOST:
        raise Invalid("reason", len(reason), f"1 to {REASON_MOST} characters")


def _to_come(until: datetime | None, at: datetime) -> datetime | None:
    if until is not None and until <= at:
        raise Invalid("until", until, "wants a time to come")
    return until


def _spoken(position: Position) -> str:
    return f"{position.latitude:.4f},{position.longitude:.4f}"
