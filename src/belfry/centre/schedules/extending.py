"""A closing is put off: by a person who may, and where the site asks by phone only for its pass-word."""

from datetime import timedelta
from typing import Final

from belfry.centre.schedules import Schedules
from belfry.domain.facts import ClosingExtended, Entry
from belfry.ports import Chance, Clock, Journal

EXTENSIONS: Final = "schedules"
"""The subject of every closing that was put off: few, and all of them are read at the start."""


class ScheduleDesk:
    """Where people put closings off. What is planned is answered at once; only what is kept holds."""

    def __init__(self, schedules: Schedules, journal: Journal, *, clock: Clock, chance: Chance) -> None:
        self._schedules, self._journal, self._clock, self._chance = schedules, journal, clock, chance

    def planned(
        self, account_id: str, schedule: str | None, span: timedelta, by: str, *, word: bool = False
    ) -> ClosingExtended:
        """What would hold: of the closing that is late, or of the next one. Raises NoSuchSchedule."""
        return self._schedules.extension(account_id, schedule, span, by, word=word)

    async def keep(self, fact: ClosingExtended) -> None:
        """It holds from now on; durable on return. Raises a JournalError where nothing can be stored."""
        entry = Entry(id=self._chance(16), subject=EXTENSIONS, at=self._clock(), facts=(fact,))
        await self._journal.append([entry])
        self._schedules.moved(fact)
