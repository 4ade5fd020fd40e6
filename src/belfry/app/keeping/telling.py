"""What the status page says of keeping: room and forecast, the last backup, the last restore, what was erased."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from belfry.app.keeping.backup import LastBackup, last_backup
from belfry.domain.facts import Restored
from belfry.domain.forecast import Forecast
from belfry.ports import Journal, Stored
from belfry.ports.archive import Totals
from belfry.web.house import Keeping, RestoredState

LOOKED_BACK: Final = 256
"""Entries of the centre about itself in which a restore is looked for: some months of starts."""


class Telling:
    """`look` reads what lies in files, now and again; `now` is cheap."""

    def __init__(self, folder: Path, forecast: Callable[[], Forecast | None], erased: Callable[[], Totals]) -> None:
        self._folder, self._forecast, self._erased = folder, forecast, erased
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
        self._backup = await asyncio.to_thread(last_backup, self._folder)

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
