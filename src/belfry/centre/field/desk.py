"""Acts of people in the field that are more than a status: distress, taking a report back, the lone worker's watch.

Distress is said first and bound to anything afterwards: the signal is on the disk before the unit's status is, and a
phone that repeats either gets the same.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final
from weakref import WeakValueDictionary

from msgspec import Struct, structs

from belfry.centre.board import Board, catch_up, expect_of, load
from belfry.centre.dispatch import DispatchDesk
from belfry.centre.dispatch.accounting import AccountingDesk
from belfry.centre.units import UnitNow
from belfry.domain.accounting import Why, on_scene
from belfry.domain.commands import Conflict, Invalid, Staff
from belfry.domain.dispatching import Said, check_said
from belfry.domain.facts import Entry, Fact, Received, incident_subject, unit_subject
from belfry.domain.field_facts import CheckBegan, CheckConfirmed, CheckEnded, Withdrawn
from belfry.domain.incident import Incident
from belfry.domain.lone import EVERY_LEAST_S, EVERY_MOST_S, LoneCheck
from belfry.domain.presets import Rules, span
from belfry.domain.signal import API_PATH, Arrival, Method, Position, Receipt, Signal
from belfry.domain.unit import FREE, UnitStatus
from belfry.ports import Chance, Clock, Expect, Journal, Stale, Stored

MAYDAY: Final = "RES.MAYDAY"
RECEIVER: Final = "api"
TRIES: Final = 8


class NotYet(Exception):
    """The report is kept, and what becomes of it is being decided."""


class TooLate(Conflict):
    """A report is taken back within minutes; then the room decides."""


class Report(Struct, frozen=True):
    """Somebody's own report, and the incident that it opened or joined; None: that is not decided yet."""

    position: int
    received_at: datetime
    kind: str | None
    incident: Incident | None


class FieldDesk:
    def __init__(
        self,
        dispatch: DispatchDesk,
        accounting: AccountingDesk,
        board: Board,
        journal: Journal,
        deliver: Callable[[Arrival], Awaitable[Receipt]],
        *,
        rules: Rules,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._dispatch, self._accounting, self._board, self._journal = dispatch, accounting, board, journal
        self._deliver, self._rules, self._clock, self._chance = deliver, rules, clock, chance
        self._alarming: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """Of one unit distress is said once, whoever says it."""

    # -- distress

    async def distress(
        self, by: Staff, position: Position | None = None, *, quiet: bool = False, name: str | None = None
    ) -> tuple[Receipt, UnitNow | None]:
        """Raise RES.MAYDAY, and put the unit of whoever asks in distress. While it is, or under one `name`, it is
        said once. Who is on duty with no unit is heard too. Raises what intake, journal and key store raise."""
        now = self._dispatch.now.of(by.name)
        if now is None:
            return await self._deliver(self._mayday(by, None, position, name)), None
        said = Said(status=UnitStatus.DISTRESS, position=position, quiet=quiet)
        return await self._in_distress(now.unit, said, by, name)

    async def say(self, unit: str, said: Said, by: Staff, *, name: str | None = None) -> UnitNow:
        """Take a status of a unit from its crew, the room or another system. Distress is an alarm by whatever way it
        is said: the mayday that the button raises, once. Raises as `DispatchDesk.say`, and as `distress`."""
        if said.status is not UnitStatus.DISTRESS:
            return await self._dispatch.say(unit, said, by)
        return (await self._in_distress(unit, said, by, name))[1]

    async def _in_distress(self, unit: str, said: Said, by: Staff, name: str | None) -> tuple[Receipt, UnitNow]:
        said = structs.replace(check_said(said, self._clock()), assignment=None)  # help comes wherever it was sent
        async with self._alarming.setdefault(unit, asyncio.Lock()):  # its phone and its radio may say so at once
            now = self._dispatch.now.get(unit)
            if said.position is not None and now.on_duty:
                self._dispatch.moved(unit, said.position, said.occurred_at)
            if now.mayday is not None:
                return Receipt(now.mayday, repeated=True), now
            if self._dispatch.unit(unit) is None or not now.on_duty:
                return Receipt(0), await self._dispatch.say(unit, said, by)  # which says why not
            receipt = await self._deliver(self._mayday(by, now, said.position, name))
            after = await self._dispatch.say(unit, structs.replace(said, mayday=receipt.position), by)
        if after.incident is not None:
            await self._call_again(after.incident, after.unit, by)
        return receipt, after

    async def end_distress(self, unit: str, reason: str, by: Staff) -> UnitNow:
        """The room says that it is over, and why. Raises as `DispatchDesk.say`."""
        now = self._dispatch.now.get(unit)
        if now.status is not UnitStatus.DISTRESS:
            raise Conflict("It is in no distress")
        if not reason.strip():
            raise Invalid("reason", reason, "wants a word")
        before = now.before_distress
        if now.incident is None and (before is None or before not in FREE):
            before = UnitStatus.AVAILABLE_MOBILE
        said = Said(status=UnitStatus.ON_SCENE if before is None else before, reason=reason)
        return await self._dispatch.say(unit, said, by)

    def _mayday(self, by: Staff, now: UnitNow | None, position: Position | None, name: str | None) -> Arrival:
        unit = None if now is None else self._dispatch.book.by_id(now.unit)
        where = position
        if where is None and now is not None:
            known = self._dispatch.positions.of(now.unit, self._clock())
            where = None if known is None else known.position
        incident = None if now is None or now.incident is None else self._board.get(now.incident)
        words = [by.name if unit is None else unit.call_sign]
        words += [] if incident is None else [f"#{incident.number}"]
        signal = Signal(
            method=Method.DUTY,
            receiver=RECEIVER,
            received_at=self._clock(),
            path=API_PATH,
            authenticated=True,
            kind=MAYDAY,
            site=None if incident is None else incident.account_id,
            by=by.name,
            text=" ".join(words),
            position=where,
        )
        said = f"{by.name} {name}"
        if name is None and now is not None:  # whoever says it, and once more after a crash: of the unit as it was
            said = f"unit {now.unit} {now.head}"
        elif name is None:  # a finger that presses again and again
            said = f"{by.name} at {self._clock():%Y-%m-%dT%H:%M}"
        return Arrival(signals=(signal,), identity=f"idem distress {said}".encode())

    async def _call_again(self, incident_id: str, unit: str, by: Staff) -> None:
        """A unit's first distress at an incident is seen there (`domain.accounting`); a second one is said."""
        incident = self._board.get(incident_id)
        if incident is None or not incident.open:
            return
        there = next((one for one in on_scene(incident) if one.unit == unit), None)
        first = None if there is None else there.times.get(UnitStatus.DISTRESS)
        if first is not None and self._clock() - first > span(self._rules.par_silent_s):
            await self._accounting.call(incident_id, Why.MAYDAY, by)

    # -- reports

    async def report(self, position: int, user: str) -> Report:
        """Somebody's own report. Raises LookupError where there is none."""
        for stored in await self._journal.page(position - 1, 1):
            if not isinstance(stored, Stored) or stored.position != position:
                continue
            for fact in stored.entry.facts:
                if isinstance(fact, Received) and fact.method is Method.DUTY and fact.by == user:
                    return Report(position, fact.received_at, fact.kind, self._about(position))
        raise LookupError(position)

    async def withdraw(self, position: int, by: Staff) -> Report:
        """Take one's own report back, within minutes. Raises LookupError, NotYet, TooLate or a JournalError."""
        report = await self.report(position, by.name)
        if report.incident is None:
            raise NotYet(position)
        if report.incident.withdrawn_by is not None:
            return report
        if self._clock() - report.received_at > span(self._rules.withdraw_s):
            raise TooLate("It is too late to take it back: tell the control room")

        def decide(now: Incident) -> Fact | None:
            if now.withdrawn_by is not None or not now.open:
                return None
            return Withdrawn(incident=now.id, by=by.name, signal=position)

        await self._on_incident(report.incident.id, decide)
        return await self.report(position, by.name)

    def _about(self, position: int) -> Incident | None:
        """The incident that a report opened, or that a person joined it to."""
        for incident in (*self._board.every(), *self._board.closed(position)):
            if incident.first.position == position or any(one.position == position for one in incident.newest):
                return incident
        return None

    async def _on_incident(self, incident_id: str, decide: Callable[[Incident], Fact | None]) -> None:
        for _ in range(TRIES):
            incident = await load(self._board, self._journal, incident_id)
            fact = None if incident is None else decide(incident)
            if incident is None or fact is None:
                return
            entry = Entry(id=self._chance(16), subject=incident_subject(incident_id), at=self._clock(), facts=(fact,))
            try:
                (position,) = await self._journal.append([entry], expect_of(incident))
            except Stale:
                await catch_up(self._board, self._journal, incident_id)
                continue
            self._board.fold(position, entry)
            return
        raise Conflict("Somebody was quicker")

    # -- who works alone

    def unit_of(self, by: Staff) -> UnitNow | None:
        """The unit that somebody is on duty with."""
        return self._dispatch.now.of(by.name)

    async def begin_check(self, by: Staff, every_s: int, site: str | None = None) -> UnitNow:
        """Watch over somebody on duty from now on. Raises Conflict, Invalid or a JournalError."""
        if not EVERY_LEAST_S <= every_s <= EVERY_MOST_S:
            raise Invalid("minutes", every_s // 60, f"{EVERY_LEAST_S // 60} to {EVERY_MOST_S // 60}")
        return await self._on_unit(
            by, lambda now, _: CheckBegan(unit=now.unit, user=by.name, every_s=every_s, site=site)
        )

    async def confirm_check(self, by: Staff) -> UnitNow:
        """All is well. Raises as `begin_check`."""

        def decide(now: UnitNow, check: LoneCheck | None) -> Fact | None:
            if check is None:
                raise Conflict("Nobody watches over you")
            return CheckConfirmed(unit=now.unit, user=by.name)

        return await self._on_unit(by, decide)

    async def end_check(self, by: Staff) -> UnitNow:
        """Not alone any more. Raises as `begin_check`."""

        def decide(now: UnitNow, check: LoneCheck | None) -> Fact | None:
            return None if check is None else CheckEnded(unit=now.unit, user=by.name, by=by.name)

        return await self._on_unit(by, decide)

    async def _on_unit(self, by: Staff, decide: Callable[[UnitNow, LoneCheck | None], Fact | None]) -> UnitNow:
        units = self._dispatch.now
        for _ in range(TRIES):
            now = units.of(by.name)
            if now is None:
                raise Conflict("You are not on duty: sign on first")
            fact = decide(now, next((one for one in now.checks if one.user == by.name), None))
            if fact is None:
                return now
            subject = unit_subject(now.unit)
            entry = Entry(id=self._chance(16), subject=subject, at=self._clock(), facts=(fact,))
            try:
                (position,) = await self._journal.append([entry], Expect(subject, now.head))
            except Stale:
                for stored in await self._journal.read(subject, limit=64):
                    if isinstance(stored, Stored):
                        units.fold(stored.position, stored.entry)
                continue
            units.fold(position, entry)
            return units.get(now.unit)
        raise Conflict("Somebody was quicker")
