"""Follows the units on scene and writes down their roll calls; `domain.accounting` says when.

Everything is derived from the incident on the board, so a restart forgets nothing: a call that fell due meanwhile goes
out at the first look. What a person does to it goes through the same door.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import structlog

from belfry.centre.board import Board, catch_up, expect_of
from belfry.domain.accounting import Why, called, due, runs
from belfry.domain.commands import Conflict, Staff
from belfry.domain.dispatch_facts import Roll, RollCall
from belfry.domain.facts import Entry, incident_subject
from belfry.domain.incident import Incident
from belfry.domain.presets import Rules
from belfry.ports import Chance, Clock, Journal, JournalError, Stale

log = structlog.get_logger()

LOOK_EVERY_S: Final = 1.0
TRIES: Final = 8

Decide = Callable[[Incident, datetime], Sequence[RollCall]]


class AccountingDesk:
    """Build it once the board is folded; `run` is its task, `step` one round of it."""

    def __init__(self, board: Board, journal: Journal, *, rules: Rules, clock: Clock, chance: Chance) -> None:
        self._board, self._journal, self.rules = board, journal, rules
        self._clock, self._chance = clock, chance
        self._watched = {one.id for one in board.every() if one.units or one.accounting}
        self._woken = asyncio.Event()
        self.beats = 0
        board.listen(lambda incident, _: self._heard(incident))

    async def run(self) -> None:
        """Look for ever; a full disk is tried again."""
        while True:
            try:
                await self.step(self._clock())
            except JournalError as error:
                log.warning("roll calls wait for the journal", error=str(error))
                await asyncio.sleep(LOOK_EVERY_S)
            self.beats += 1
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def step(self, now: datetime) -> None:
        """Write down what is due. Raises JournalError; what is due stays due."""
        self._woken.clear()
        for incident_id in sorted(self._watched):
            incident = self._board.get(incident_id)
            if incident is None or not incident.open:
                self._watched.discard(incident_id)
            elif due(incident, now, self.rules):
                await self._write(incident_id, lambda one, at: due(one, at, self.rules))

    # -- what a person does

    async def start(self, incident_id: str, by: Staff) -> Incident:
        """Begin where it does not begin by itself. Raises LookupError, Conflict or a JournalError."""

        def decide(incident: Incident, _: datetime) -> Sequence[RollCall]:
            return () if runs(incident.accounting) else [RollCall(incident=incident.id, what=Roll.STARTED, by=by.name)]

        return await self._write(incident_id, decide)

    async def call(self, incident_id: str, why: Why, by: Staff) -> Incident:
        """Call everybody now, and begin where it did not run. Raises as `start`."""

        def decide(incident: Incident, _: datetime) -> Sequence[RollCall]:
            begins = [] if runs(incident.accounting) else [RollCall(incident=incident.id, what=Roll.STARTED)]
            call = RollCall(incident=incident.id, what=Roll.CALLED, by=by.name, reasons=(str(why),))
            return [*begins, call]

        return await self._write(incident_id, decide)

    async def answer(self, incident_id: str, unit: str, by: Staff) -> Incident:
        """A unit is well; once said it stays said until the next call. Raises as `start`."""

        def decide(incident: Incident, _: datetime) -> Sequence[RollCall]:
            par = incident.accounting
            if par is None or par.called_at is None or not runs(par):
                raise Conflict("Nobody is called there now")
            if unit in par.answered:
                return ()
            if all(one.unit != unit for one in called(incident)):
                raise Conflict("That unit was not on scene when everybody was called")
            return [RollCall(incident=incident.id, what=Roll.ANSWERED, unit=unit, by=by.name)]

        return await self._write(incident_id, decide)

    async def end(self, incident_id: str, by: Staff) -> Incident:
        """Under control. Raises as `start`."""

        def decide(incident: Incident, _: datetime) -> Sequence[RollCall]:
            return [RollCall(incident=incident.id, what=Roll.ENDED, by=by.name)] if runs(incident.accounting) else ()

        return await self._write(incident_id, decide)

    # -- writing

    def _heard(self, incident: Incident) -> None:
        if incident.units or incident.accounting:
            self._watched.add(incident.id)
            self._woken.set()

    async def _write(self, incident_id: str, decide: Decide) -> Incident:
        for _ in range(TRIES):
            incident = self._board.get(incident_id)
            if incident is None:
                raise LookupError(incident_id)
            if not incident.open:
                raise Conflict("The incident is closed")
            facts = decide(incident, self._clock())
            if not facts:
                return incident
            subject = incident_subject(incident_id)
            entry = Entry(id=self._chance(16), subject=subject, at=self._clock(), facts=tuple(facts))
            try:
                (position,) = await self._journal.append([entry], expect_of(incident))
            except Stale:
                await catch_up(self._board, self._journal, incident_id)
                continue
            self._board.fold(position, entry)
            return self._board.get(incident_id) or incident
        raise Conflict("Somebody was quicker")
