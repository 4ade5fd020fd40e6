"""The SQLite journal keeps the promise of a journal, and keeps it on the disk."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from belfry.domain.facts import Entry
from belfry.journal.admission import REPEAT_WINDOW, WAITING_MAX_ENTRIES
from belfry.journal.ring import RING_MAX_ENTRIES
from belfry.journal.sqlite import SqliteJournal
from belfry.journal.subjects import SEGMENT_ENTRIES
from belfry.journal.tables import FILE
from belfry.ports import Expect, Full, InUse, Journal, Newer, Pruned, Refused, Stale, Stored, Unusable
from belfry.testing.journal_suite import JournalSuite, an_entry, entries_of, follow, positions_of


class TestSqlite(JournalSuite):
    async def open(self, folder: Path) -> Journal:
        return await SqliteJournal.open(folder)


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[SqliteJournal]:
    journal = await SqliteJournal.open(tmp_path)
    yield journal
    await journal.close()


async def fill(journal: Journal, upto: int, *, subjects: int) -> None:
    """Append small entries up to a position, their subjects `incident/0`, `incident/1` ... in turn."""
    for start in range(journal.position, upto, 256 * 16):
        some = range(start, min(start + 256 * 16, upto))
        appends = [some[at : at + 256] for at in range(0, len(some), 256)]
        await asyncio.gather(
            *(journal.append([an_entry(f"incident/{n % subjects}", words="") for n in append]) for append in appends)
        )


# -- who may open it --------------------------------------------------------------------------------------------------


async def test_a_journal_has_one_holder(journal: SqliteJournal, tmp_path: Path) -> None:
    with pytest.raises(InUse, match="locked by another process"):
        await SqliteJournal.open(tmp_path)
    await journal.append([an_entry()])
    await journal.close()
    again = await SqliteJournal.open(tmp_path)
    assert again.position == 1
    await again.close()


@pytest.mark.parametrize("name", ["layout", "schema"])
async def test_what_a_newer_version_wrote_is_refused_and_left_alone(tmp_path: Path, name: str) -> None:
    await (await SqliteJournal.open(tmp_path)).close()
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("update meta set value = 99 where name = ?", (name,))
    database.close()
    for _ in range(2):
        with pytest.raises(Newer, match=f"{name} 99"):
            await SqliteJournal.open(tmp_path)


async def test_a_file_that_is_no_journal_is_named_and_not_locked(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"something else entirely, and long enough to be read as a header" * 40)
    for _ in range(2):
        with pytest.raises(Unusable, match=str(tmp_path)):
            await SqliteJournal.open(tmp_path)


async def test_an_entry_that_was_damaged_is_named_and_stops_the_start(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path)
    await journal.append([an_entry(), an_entry()])
    await journal.close()
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("update entry set body = cast('{' as blob) where position = 2")
    database.close()
    with pytest.raises(Unusable, match="position 2"):
        await SqliteJournal.open(tmp_path)


# -- no room ----------------------------------------------------------------------------------------------------------


async def test_without_room_everyone_is_told_and_nothing_is_stored(journal: SqliteJournal) -> None:
    await journal.append([an_entry(words="the first")])
    await journal.limit_size(200_000)
    appends = [[an_entry(words="x" * 10_000) for _ in range(8)] for _ in range(4)]
    outcomes = await asyncio.gather(*map(journal.append, appends), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Full] * 4
    assert journal.usable
    assert positions_of(await journal.page(0, 100)) == [1]


async def test_a_full_journal_works_again_once_there_is_room(journal: SqliteJournal) -> None:
    await journal.limit_size(200_000)
    small, large = an_entry("incident/a"), [an_entry("incident/a", words="x" * 60_000) for _ in range(4)]
    with pytest.raises(Full):
        await journal.append(large)
    assert list(await journal.append([small], Expect("incident/a", 0))) == [1]
    await journal.limit_size(2_000_000)
    assert list(await journal.append(large, Expect("incident/a", 1))) == [2, 3, 4, 5]
    assert entries_of(await journal.read("incident/a")) == [small, *large]
    assert positions_of(await follow(journal, 0, 5)) == [1, 2, 3, 4, 5]


async def test_more_than_may_wait_is_refused_at_once_and_the_rest_is_stored(journal: SqliteJournal) -> None:
    fitting = [journal.append([an_entry(words="") for _ in range(256)]) for _ in range(WAITING_MAX_ENTRIES // 256)]
    beyond = journal.append([an_entry()])
    assert beyond.done()
    with pytest.raises(Full, match=str(WAITING_MAX_ENTRIES)):
        await beyond
    await asyncio.gather(*fitting)
    assert list(await journal.append([an_entry()])) == [WAITING_MAX_ENTRIES + 1]


# -- memory and file agree, however long the history ------------------------------------------------------------------


async def test_a_subject_is_found_across_segments_and_starts(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path)
    total, subjects = 2 * SEGMENT_ENTRIES + 5_000, 1_000
    await fill(journal, total, subjects=subjects)
    everywhere = list(range(8, total + 1, subjects))
    for _ in range(2):
        assert positions_of(await journal.read("incident/7")) == everywhere
        assert positions_of(await journal.read("incident/7", limit=3)) == everywhere[-3:]
        for before in (9, SEGMENT_ENTRIES, SEGMENT_ENTRIES + 1_000, 2 * SEGMENT_ENTRIES, total + 99):
            below = [position for position in everywhere if position < before]
            assert positions_of(await journal.read("incident/7", before=before, limit=2)) == below[-2:]
        assert await journal.read("incident/none") == []
        await journal.close()
        journal = await SqliteJournal.open(tmp_path)
    assert journal.position == total
    await journal.close()


async def test_a_stop_in_the_middle_of_writing_a_segment_loses_no_subject(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path)
    upto = SEGMENT_ENTRIES + 8_000  # every entry has a subject of its own: some are written, most are not yet
    everyone = range(0, SEGMENT_ENTRIES, 4_001)
    for _ in range(3):
        await fill(journal, upto, subjects=10**9)
        await journal.close()
        journal = await SqliteJournal.open(tmp_path)
        assert [positions_of(await journal.read(f"incident/{n}")) for n in everyone] == [[n + 1] for n in everyone]
        upto += SEGMENT_ENTRIES
    await journal.close()


async def test_a_subject_untouched_for_two_segments_still_refuses_a_stale_writer(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path)
    await journal.append([an_entry("incident/old"), an_entry("incident/old")])
    await fill(journal, 2 * SEGMENT_ENTRIES + 2_000, subjects=10)
    for name in ("incident/first", "incident/second"):
        for _ in range(2):
            with pytest.raises(Stale) as refusal:
                await journal.append([an_entry("incident/old")], Expect("incident/old", 1))
            assert refusal.value.actual == 2
        await journal.append([an_entry(name)], Expect(name, 0))
        with pytest.raises(Stale):
            await journal.append([an_entry(name)], Expect(name, 0))
        await journal.close()
        journal = await SqliteJournal.open(tmp_path)
    (position,) = await journal.append([an_entry("incident/old")], Expect("incident/old", 2))
    assert list(await journal.append([an_entry("incident/old")], Expect("incident/old", position))) == [position + 1]
    await journal.close()


async def test_a_repeat_within_the_window_is_known_before_and_after_a_start(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path)
    repeated = [an_entry(), an_entry()]
    await fill(journal, 1_000, subjects=10)
    await journal.append(repeated)
    await fill(journal, 1_002 + REPEAT_WINDOW - 2, subjects=10)
    for _ in range(2):
        assert journal.position == 1_002 + REPEAT_WINDOW - 2
        assert list(await journal.append(repeated)) == [1_001, 1_002]
        await journal.close()
        journal = await SqliteJournal.open(tmp_path)
    await journal.close()


async def test_a_follower_too_far_behind_reads_the_file_and_then_catches_up(journal: SqliteJournal) -> None:
    behind: list[int] = []

    async def crawl() -> None:
        async for batch in journal.tail(0):
            assert [item.position for item in batch] == list(range(len(behind) + 1, len(behind) + 1 + len(batch)))
            behind.extend(positions_of(batch))
            if len(behind) == total:
                return

    total = 2 * RING_MAX_ENTRIES
    await fill(journal, total - 10_000, subjects=10)
    crawler = asyncio.ensure_future(crawl())
    await asyncio.sleep(0)
    await fill(journal, total, subjects=10)
    await crawler
    assert behind == list(range(1, total + 1))


async def test_a_follower_that_keeps_up_is_handed_the_objects_that_were_appended(journal: SqliteJournal) -> None:
    entry = an_entry()
    await journal.append([entry])
    (seen,) = await follow(journal, 0, 1)
    assert isinstance(seen, Stored)
    assert seen.entry is entry


# -- erasing ----------------------------------------------------------------------------------------------------------


async def test_pruned_bytes_are_in_no_file_any_more(journal: SqliteJournal, tmp_path: Path) -> None:
    def words_on_disk(words: bytes) -> list[str]:
        return sorted(path.name for path in tmp_path.iterdir() if words in path.read_bytes())

    large = "largely forgotten " * 600  # longer than a page of the file
    await journal.append([an_entry(words="kept"), an_entry(words="soon forgotten"), an_entry(words=large)])
    await journal.append([an_entry(words="kept too")])
    assert words_on_disk(b"soon forgotten")
    await journal.prune([2, 3])
    assert words_on_disk(b"forgotten") == []
    assert words_on_disk(b"kept too") == [FILE]
    assert [type(item) for item in await journal.page(0, 10)] == [Stored, Pruned, Pruned, Stored]


async def test_a_long_list_is_pruned_among_appends(journal: SqliteJournal) -> None:
    await fill(journal, 2_000, subjects=10)
    pruning = asyncio.ensure_future(journal.prune(range(1, 1_001)))
    await asyncio.gather(*(journal.append([an_entry()]) for _ in range(100)))
    await pruning
    kept: Sequence[Stored | Pruned] = await journal.page(0, 3_000)
    assert [item.position for item in kept if isinstance(item, Pruned)] == list(range(1, 1_001))
    assert len(kept) == 2_100


async def test_an_append_that_its_caller_changes_afterwards_is_stored_as_it_was(journal: SqliteJournal) -> None:
    entries: list[Entry] = [an_entry()]
    kept = list(entries)
    receipt = journal.append(entries)
    entries.clear()
    assert list(await receipt) == [1]
    assert entries_of(await journal.page(0, 10)) == kept


async def test_pruning_nothing_is_nothing(journal: SqliteJournal) -> None:
    await journal.prune([])
    with pytest.raises(Refused):
        await journal.prune([1])
