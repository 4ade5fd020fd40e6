"""The memory journal keeps the promise of a journal, as long as its process lives."""

from pathlib import Path

from belfry.journal.memory import MemoryJournal
from belfry.ports import Journal
from belfry.testing.journal_suite import JournalSuite


class TestMemory(JournalSuite):
    durable = False

    async def open(self, folder: Path) -> Journal:
        return await MemoryJournal.open(folder)
