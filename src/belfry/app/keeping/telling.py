"""What the status page says of keeping: room and forecast, the last backup, the last restore, what was erased."""

import asyncio
from collections.abc import Callable
from typing import Final

from belfry.app.keeping.backup import LastBackup, last_backup
from belfry.app.keeping.before import remove_kept
from belfry.domain.facts import Restored
from belfry.domain.forecast import Forecast
from belfry.ports import Clock, Journal, Stored
from belfry.ports.archive import Totals
from belfry.settings import Settings
from belfry.web.house import Keeping, RestoredState

LOOKED_BACK: Final = 256
"""Entries of the centre about itself in which a restore is looked for: some months of starts."""


class Telling:
    """`look` reads what lies in files, now and again, and removes what an upgrade kept long enough; `now` is cheap."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        forecast: Callable[[], Forecast | None],
        erased: Callable[[], Totals],
    ) -> None:
        self._settings, self._clock, self._forecast, self._erased = settings, clock, forecast, erased
        self._backup: LastBackup | None = None
        self._restored: RestoredState | None = None

    async def load(self, journal: Journal) -> None:
        """Find out whether the centre goes on from a backup."""
        for stored in await journal.read("centre", limit=LOOKED_BACK):
            if isinstance(stored, Stored):
                for fact in stored.entry.facts:
                    if isinstance(fact, Restored):
                        self._restored = RestoredState(stored.entry.at, fact.position, fact.made_at, fact.keys)

    async def look(self) -> None:
        self._backup = await asyncio.to_thread(last_backup, self._settings.data)
        await asyncio.to_thread(remove_kept, self._settings, self._clock())

    def now(self) -> Keeping:
        told, erased, backup = self._forecast(), self._erased(), self._backup
        return Keeping(
            size_bytes=None if told is None else told.size_bytes,
            free_bytes=None if told is None else told.free_bytes,
            bytes_per_day=None if told is None else told.bytes_per_day,
            days_left=None if told is None else told.days_left,
            backup_at=None if backup is None else backup.made_at,
            backup_keys=backup is not None and backup.keys,
            restored=self._restored,
            erased_keys=erased.keys,
            erased_entries=erased.entries,
        )
