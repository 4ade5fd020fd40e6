"""Gives another plan to whatever signals made something else: a second detector confirms a fire that somebody has. A
wait of a plan that a signal ended is passed here too: the restore came while somebody sits before it.

Triage decides signals and nothing more; it must not wait for plans. So this listens to the board, and writes behind
what triage wrote. What was settled stays settled (`plan_run.begin`), so an operator in the middle of it loses nothing.
It also remembers which steps were skipped lately, for the supervisor; not those of an exercise.
"""

import asyncio
from collections import deque
from typing import Final

import structlog
from msgspec import Struct

from belfry.centre.board import Board, catch_up, expect_of
from belfry.centre.plans import Planner, outdated
from belfry.domain.facts import Entry, incident_subject
from belfry.domain.incident import Incident
from belfry.domain.plan_by_itself import passed
from belfry.domain.plan_run import Deed
from belfry.ports import Chance, Clock, Full, Journal, Stale

log = structlog.get_logger()

TRIES: Final = 8
SKIPPED_MOST: Final = 1_000
AGAIN_S: Final = 1.0


class Skipped(Struct, frozen=True):
    """A step that somebody left out."""

    incident: str
    deed: Deed


class Replanning:
    """Build it once the board is folded; `run` is its task."""

    def __init__(self, board: Board, journal: Journal, planner: Planner, *, clock: Clock, chance: Chance) -> None:
        self._board, self._journal, self._planner = board, journal, planner
        self._clock, self._chance = clock, chance
        self._due: dict[str, None] = {}
        self._woken = asyncio.Event()
        self._skipped: deque[Skipped] = deque(maxlen=SKIPPED_MOST)
        board.listen(self._heard)

    def recall(self) -> None:
        """Look at what was there before the start."""
        found = [*self._board.every(), *self._board.closed()]
        real = [one for one in found if one.trainee is None]
        skipped = [Skipped(one.id, deed) for one in real for deed in one.deeds if deed.outcome is None]
        self._skipped.extend(sorted(skipped, key=lambda each: each.deed.position))
        for incident in found:
            if outdated(incident) or passed(incident, self._clock()):
                self._ask(incident.id)

    def skipped(self) -> list[Skipped]:
        """Newest first, of the last day or so."""
        return list(reversed(self._skipped))

    async def run(self) -> None:
        """Raises JournalError when the journal closes."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            while self._due:
                incident_id = next(iter(self._due))
                del self._due[incident_id]
                try:
                    await self.look_at(incident_id)
                except Full:  # nothing can be kept now; it is told elsewhere
                    self._ask(incident_id)
                    await asyncio.sleep(AGAIN_S)

    async def look_at(self, incident_id: str) -> None:
        for _ in range(TRIES):
            incident = self._board.get(incident_id)
            facts = () if incident is None else self._planner.anew(incident, self._clock())
            if incident is None or not facts:
                return
            subject = incident_subject(incident_id)
            entry = Entry(id=self._chance(16), subject=subject, at=self._clock(), facts=facts)
            try:
                (position,) = await self._journal.append([entry], expect_of(incident))
            except Stale:
                await catch_up(self._board, self._journal, incident_id)
                continue
            self._board.fold(position, entry)
            return
        log.warning("an incident keeps the plan of what it was", incident=incident_id)

    def _heard(self, incident: Incident, position: int) -> None:
        if incident.plan is None:
            return
        if outdated(incident) or passed(incident, self._clock()):
            self._ask(incident.id)
        last = incident.deeds[-1] if incident.deeds else None
        skipped = last is not None and last.position == position and last.outcome is None
        if last is not None and skipped and incident.trainee is None:
            self._skipped.append(Skipped(incident.id, last))

    def _ask(self, incident_id: str) -> None:
        self._due[incident_id] = None
        self._woken.set()
