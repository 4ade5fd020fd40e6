"""What changes in the registry gets into the journal: every change row once, whatever happens in between."""

import asyncio
import secrets
from asyncio import Future
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from shutil import copy

import pytest

from belfry.app.registry_follower import Record
from belfry.domain.contacts import Contact, Number
from belfry.domain.facts import REGISTRY_SUBJECT, Changed, Entry
from belfry.domain.site_file import SiteChange, SiteDetails
from belfry.journal.sqlite import SqliteJournal
from belfry.ports import Expect, Full, Journal, JournalError, Stored
from belfry.registry import Registry, parse_sheet

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
A_SITE = SiteChange(
    details=SiteDetails(notes="the spare key lies there"),
    contacts=(Contact(order=1, name="Frau Muster", numbers=(Number("044 123 45 67"),)),),
)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    registry = Registry.open(tmp_path / "data", clock=lambda: NOW)
    yield registry
    registry.close()


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[SqliteJournal]:
    journal = await SqliteJournal.open(tmp_path / "journal")
    yield journal
    await journal.close()


def a_record(registry: Registry, journal: Journal) -> Record:
    return Record(registry=registry, journal=journal, clock=lambda: NOW, chance=secrets.token_bytes)


async def written(journal: Journal) -> Sequence[Changed]:
    stored = await journal.read(REGISTRY_SUBJECT)
    entries = [one.entry for one in stored if isinstance(one, Stored)]
    return [fact for entry in entries for fact in entry.facts if isinstance(fact, Changed)]


async def test_every_change_is_written_once_with_who_what_and_no_value(
    registry: Registry, journal: SqliteJournal
) -> None:
    file = registry.add({"account": "1234", "name": "Harbour"}, by="anna")
    site = registry.edit(file.account.id, A_SITE, version=1, by="bert")
    record = a_record(registry, journal)
    await record.look()
    await record.look()
    await a_record(registry, journal).look()  # after a restart
    facts = await written(journal)
    assert [(fact.change, fact.by, fact.table, fact.version) for fact in facts] == [
        (1, "anna", "account", 1),
        (2, "bert", "detail", 2),
        (3, "bert", "contact", 2),
    ]
    assert facts[1].fields == ("notes",)
    assert facts[2].row == site.contacts[0].id
    assert {fact.account_id for fact in facts} == {site.account.id}
    kept = b"".join([repr(fact).encode() for fact in facts])
    for value in (b"Harbour", b"spare key", b"Muster", b"123 45"):
        assert value not in kept


async def test_two_followers_write_no_change_twice(registry: Registry, journal: SqliteJournal) -> None:
    registry.import_accounts(parse_sheet("account\n" + "".join(f"{n:05}\n" for n in range(1_500))), by="import")
    one, other = a_record(registry, journal), a_record(registry, journal)
    await asyncio.gather(one.look(), other.look())
    registry.add({"account": "last"}, by="anna")
    await asyncio.gather(other.look(), one.look())
    assert [fact.change for fact in await written(journal)] == list(range(1, 1_502))


class LosesAnswers:
    """A journal whose disk fills up, or that is killed between storing an append and answering it."""

    def __init__(self, journal: SqliteJournal, error: type[JournalError], *, stores: bool) -> None:
        self._journal, self._error, self._stores = journal, error, stores
        self.failed = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._journal, name)

    def append(self, entries: Sequence[Entry], expect: Expect | None = None) -> "Future[Sequence[int]]":
        self.failed += 1
        return asyncio.ensure_future(self._fail(entries, expect))

    async def _fail(self, entries: Sequence[Entry], expect: Expect | None) -> Sequence[int]:
        if self._stores:
            await self._journal.append(entries, expect)
        raise self._error("told by the test")


@pytest.mark.parametrize("stores", [True, False])
async def test_an_append_of_which_nothing_is_known_is_neither_lost_nor_repeated(
    registry: Registry, journal: SqliteJournal, stores: bool
) -> None:
    registry.add({"account": "1"}, by="anna")
    record = a_record(registry, journal)
    record.journal = failing = LosesAnswers(journal, Full, stores=stores)  # type: ignore[assignment]  # wraps a real one
    with pytest.raises(Full):
        await record.look()
    assert failing.failed == 1
    record.journal = journal
    registry.add({"account": "2"}, by="anna")
    await record.look()
    assert [fact.change for fact in await written(journal)] == [1, 2]


async def test_changes_of_a_registry_from_a_backup_get_into_the_journal_too(
    registry: Registry, journal: SqliteJournal, tmp_path: Path
) -> None:
    registry.add({"account": "1"}, by="anna")
    registry.close()
    copy(tmp_path / "data" / "registry.sqlite3", tmp_path / "backup")
    later = Registry.open(tmp_path / "data", clock=lambda: NOW)
    later.add({"account": "2"}, by="anna")
    await a_record(later, journal).look()
    later.close()

    copy(tmp_path / "backup", tmp_path / "data" / "registry.sqlite3")
    restored = Registry.open(tmp_path / "data", clock=lambda: NOW)
    record = a_record(restored, journal)
    await record.look()
    restored.add({"account": "3"}, by="bert")
    await record.look()
    assert [(fact.change, fact.by) for fact in await written(journal)] == [(1, "anna"), (2, "anna"), (3, "bert")]
    restored.close()
