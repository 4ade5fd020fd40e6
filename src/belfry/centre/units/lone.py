"""Watches over whoever works alone: reminds him, then tells the room, then everybody (`domain.lone`).

What is due follows from the units as they are folded, so a restart forgets none. The room is told by a signal whose
name holds the unit, the person and the deadline: said before a crash and again after it, it is one. Who goes off duty
is watched no more.
"""

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

import structlog

from belfry.centre.units.book import UnitNow, UnitsNow
from belfry.domain.facts import Entry, unit_subject
from belfry.domain.field_facts import CheckMissed, Missed
from belfry.domain.lone import Gone, LoneCheck, due_at, next_stage
from belfry.domain.presets import Rules
from belfry.domain.signal import Arrival, Category, Method, Receipt, Signal, SignalState
from belfry.ports import Chance, Clock, Expect, Journal, JournalError, KeysUnavailable, Stale
from belfry.ports.units import UnitBook

log = structlog.get_logger()

LOOK_EVERY_S: Final = 1.0
RECEIVER: Final = "centre"
KIND: Final = {Missed.MISSED: "PERS.LONE.MISSED", Missed.ALARM: "PERS.LONE.ALARM"}


class LoneWatch:
    """`gone`: when nobody was here to hear anybody. `run` is its task, `step` one round of it."""

    def __init__(
        self,
        units: UnitsNow,
        journal: Journal,
        deliver: Callable[[Arrival], "Future[Receipt] | Awaitable[Receipt]"],
        *,
        book: UnitBook,
        gone: Sequence[Gone],
        rules: Rules,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._units, self._journal, self._deliver, self._book = units, journal, deliver, book
        self._gone, self._rules, self._clock, self._chance = gone, rules, clock, chance
        self.beats = 0

    async def run(self) -> None:
        while True:
            try:
                await self.step(self._clock())
            except (JournalError, KeysUnavailable) as error:
                log.warning("the watch over who works alone waits for the journal", error=str(error))
            self.beats += 1
            await asyncio.sleep(LOOK_EVERY_S)

    async def step(self, now: datetime) -> None:
        """Say what is due. Raises what intake and journal raise; what is due stays due."""
        for unit, check in list(self._watched()):
            stage = next_stage(check, due := self.due(check), now, after_s=self._after_s)
            if stage is not None:
                await self._miss(unit, check, stage, due)

    def due(self, check: LoneCheck) -> datetime:
        return due_at(check, self._gone)

    @property
    def _after_s(self) -> Sequence[int]:
        return self._rules.lone_missed_s, self._rules.lone_alarm_s

    def _watched(self) -> Iterable[tuple[UnitNow, LoneCheck]]:
        return ((unit, check) for unit in self._units.on_duty() for check in unit.checks)

    async def _miss(self, unit: UnitNow, check: LoneCheck, stage: Missed, due: datetime) -> None:
        if stage is not Missed.REMINDED:
            await self._deliver(self._arrival(unit.unit, check, stage, due))
        fact = CheckMissed(unit=unit.unit, user=check.user, stage=stage, due_at=due)
        subject = unit_subject(unit.unit)
        entry = Entry(id=self._chance(16), subject=subject, at=self._clock(), facts=(fact,))
        try:
            (position,) = await self._journal.append([entry], Expect(subject, unit.head))
        except Stale:
            return  # he was heard of, or signed off: looked at again by what he is then
        self._units.fold(position, entry)

    def _arrival(self, unit_id: str, check: LoneCheck, stage: Missed, due: datetime) -> Arrival:
        unit = self._book.by_id(unit_id)
        signal = Signal(
            method=Method.SYSTEM,
            receiver=RECEIVER,
            received_at=self._clock(),
            occurred_at=due,
            zone=unit_id if unit is None else unit.call_sign,
            category=Category.PANIC,
            subtype="checkin",
            state=SignalState.ALARM,
            kind=KIND[stage],
            site=check.site,
            part=unit_id,
        )
        name = f"idem lone {unit_id} {check.user} {check.said_at.isoformat()} {stage}"
        return Arrival(signals=(signal,), identity=name.encode())
