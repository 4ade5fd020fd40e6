"""The SQLite journal keeps the promise of a journal, and keeps it on the disk."""

from pathlib import Path

from belfry.journal.sqlite import SqliteJournal
from belfry.ports import Journal
from belfry.testing.journal_suite import JournalSuite


class TestSqlite(JournalSuite):
    async def open(self, folder: Path) -> Journal:
        return await SqliteJournal.open(folder)
