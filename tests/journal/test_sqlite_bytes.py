"""The SQLite journal over entries that something has changed: an entry, or `Unusable` that names the position."""

import random
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from belfry.domain.facts import Entry, Received
from belfry.domain.signal import Method
from belfry.journal.sqlite import SqliteJournal
from belfry.ports import Unusable

AT = datetime(2026, 3, 14, 8, 0, 5, tzinfo=UTC)


def entry(n: int) -> Entry:
    fact = Received(method=Method.EQUIPMENT, receiver="panels", received_at=AT, account=f"{n:04d}", code="BA")
    return Entry(id=n.to_bytes(16, "big"), subject=f"account/panels//{n:04d}", at=AT, facts=(fact,))


async def written(folder: Path) -> bytes:
    """Write three entries; return the second as stored."""
    journal = await SqliteJournal.open(folder)
    await journal.append([entry(n) for n in range(1, 4)])
    await journal.close()
    with closing(sqlite3.connect(folder / "journal.sqlite3")) as database:
        (body,) = database.execute("select body from entry where position = 2").fetchone()
    return bytes(body)


def spoil(folder: Path, body: bytes) -> None:
    with closing(sqlite3.connect(folder / "journal.sqlite3")) as database:
        database.execute("update entry set body = ? where position = 2", (body,))
        database.commit()


async def opened_and_read(folder: Path) -> str:
    """Open it and read everything; what it complained of, or nothing."""
    try:
        journal = await SqliteJournal.open(folder)
    except Unusable as error:
        return str(error)
    try:
        assert len(await journal.page(0, 10)) == 3
    except Unusable as error:
        return str(error)
    finally:
        await journal.close()
    return ""


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"{}", b'{"id":"\xff"}', b'{"id":"AA==","x":' + b"[" * 50_000, b'{"id":1}', b"null"],
    ids=["empty", "noise", "no fields", "no UTF-8", "nested too deep", "another type", "null"],
)
async def test_an_entry_that_is_none_is_named_by_its_position(tmp_path: Path, body: bytes) -> None:
    await written(tmp_path)
    spoil(tmp_path, body)
    said = await opened_and_read(tmp_path)
    assert "position 2" in said


async def test_an_entry_with_changed_bytes_is_read_or_named(tmp_path: Path) -> None:
    good, chance = await written(tmp_path), random.Random(4)
    complaints = set()
    for _ in range(40):
        bad = bytearray(good)
        bad[chance.randrange(len(bad))] = chance.randrange(256)
        spoil(tmp_path, bytes(bad))
        complaints.add(await opened_and_read(tmp_path))
    assert all("position 2" in said for said in complaints - {""})
    assert complaints - {""}
