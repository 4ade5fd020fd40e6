"""Storms end by themselves.

The time is derived from the storms in memory, so a restart forgets none, and one that came due while the centre was
away ends at once. A clock that is set back ends what runs: nobody knows how long it has lasted, and rows that ring too
early are better than signals that nobody hears.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import structlog

from belfry.centre.storms import Storms
from belfry.centre.storms.desk import ended
from belfry.domain.codes import Codes
from belfry.domain.facts import Entry, HowEnded, storm_subject
from belfry.domain.storm import Storm
from belfry.ports import Chance, Clock, Expect, Journal, JournalError, Stale

log = structlog.get_logger()

LOOK_AFTER_S: Final = 0.01
LOOK_EVERY_S: Final = 1.0
"""The longest wait between two looks at the clock, which may be set at any time."""
SET_BACK: Final = timedelta(minutes=1)
"""A clock that is corrected by less makes no storm last too long."""


class StormEnds:
    """Watches the storms that run. `run` is its task, `step` one round of it."""

    def __init__(self, storms: Storms, journal: Journal, *, codes: Codes, clock: Clock, chance: Chance) -> None:
        self._storms, self._journal, self._codes = storms, journal, codes
        self._clock, self._chance = clock, chance
        self._looked = clock()
        self.beats = 0
        """Grows with every step; whoever watches the followers sees that this one goes on."""
        self._sooner = asyncio.Event()
        storms.listen(self._sooner.set)

    async def run(self) -> None:
        """End every storm in time, for ever."""
        while True:
            try:
                await self.step(self._clock())
            except JournalError as error:
                log.warning("a storm that is over waits for the journal", error=str(error))
                await asyncio.sleep(LOOK_EVERY_S)
            await self._wait()

    async def step(self, now: datetime) -> int:
        """End what is over; returns how many. Raises JournalError; what is due stays due."""
        self.beats += 1
        set_back = self._looked - now > SET_BACK
        due = [(one, how) for one in self._storms.running() if (how := _why(one, now, set_back)) is not None]
        for storm, how in due:
            await self._end(storm, how, now)
        self._looked = now
        return len(due)

    async def _wait(self) -> None:
        self._sooner.clear()
        ends = [one.until for one in self._storms.running()]
        ahead = (min(ends) - self._clock()).total_seconds() if ends else LOOK_EVERY_S
        try:
            async with asyncio.timeout(min(max(ahead, LOOK_AFTER_S), LOOK_EVERY_S)):
                await self._sooner.wait()
        except TimeoutError:
            pass

    async def _end(self, storm: Storm, how: HowEnded, now: datetime) -> None:
        subject = storm_subject(storm.id)
        entry = Entry(id=self._chance(16), subject=subject, at=now, facts=(ended(storm, how, self._codes, by=None),))
        try:
            (position,) = await self._journal.append([entry], Expect(subject, storm.head))
        except Stale:  # somebody was quicker: look again
            await self._storms.folded(self._journal.position)
            return
        await self._storms.folded(position)
        log.info("storm ended", storm=storm.id, how=how, position=position)


def _why(storm: Storm, now: datetime, set_back: bool) -> HowEnded | None:
    """Why a storm is over at `now`; None: it goes on."""
    if now >= storm.until:
        return HowEnded.TIME
    if set_back or storm.newest_at - now > SET_BACK:
        return HowEnded.CLOCK
    return None
