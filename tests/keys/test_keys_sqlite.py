"""The key store on the disk: what it keeps, what it forgets without a trace, and when it opens at all."""

import asyncio
import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from belfry.domain.facts import Retention
from belfry.keys import instance, tables
from belfry.keys.errors import InstanceKeyError, KeysNewer, KeysUnusable
from belfry.keys.sqlite import SqliteKeyStore

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY = bytes(range(32))
NAME = sha256(KEY).digest()


async def opened(folder: Path, seed: int = 1) -> SqliteKeyStore:
    return await SqliteKeyStore.open(folder, Random(seed).randbytes)


def is_on_disk(folder: Path, secret: bytes) -> bool:
    return any(secret in path.read_bytes() for path in folder.iterdir())


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_keys_and_days_are_there_again_after_a_start(tmp_path: Path) -> None:
    store = await opened(tmp_path)
    await store.put([(KEY, Retention.SIGNAL, NOON)])
    day = await store.daily("2026-11-23")
    await store.close()
    store = await opened(tmp_path, seed=2)
    assert await store.get([NAME]) == {NAME: KEY}
    assert await store.daily("2026-11-23") == day
    await store.close()


async def test_close_keeps_what_was_handed_over(tmp_path: Path) -> None:
    store = await opened(tmp_path)
    putting = asyncio.ensure_future(store.put([(KEY, Retention.SIGNAL, NOON)]))
    await asyncio.sleep(0)
    await store.close()
    await putting
    store = await opened(tmp_path)
    assert await store.get([NAME]) == {NAME: KEY}
    await store.close()


async def test_the_instance_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    await (await opened(tmp_path, seed=1)).close()
    path = tmp_path / instance.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = path.read_bytes()
    assert len(key) == 32
    await (await opened(tmp_path, seed=2)).close()
    assert path.read_bytes() == key
    assert files(tmp_path) == [instance.FILE, tables.FILE]


async def test_no_key_lies_open_in_the_file(tmp_path: Path) -> None:
    store = await opened(tmp_path)
    await store.put([(KEY, Retention.SIGNAL, NOON)])
    day = await store.daily("2026-11-23")
    assert not is_on_disk(tmp_path, KEY)
    assert not is_on_disk(tmp_path, day)
    assert is_on_disk(tmp_path, NAME)
    await store.close()


async def test_a_destroyed_key_leaves_no_trace_in_any_file(tmp_path: Path) -> None:
    store = await opened(tmp_path)
    others = [(n.to_bytes(32, "little"), Retention.SIGNAL, NOON + timedelta(days=1)) for n in range(1_000)]
    await store.put([(KEY, Retention.SIGNAL, NOON), *others])
    with sqlite3.connect(tmp_path / tables.FILE) as beside:
        (wrapped,) = beside.execute("select wrapped from data_key where name = ?", (NAME,)).fetchone()
    beside.close()
    assert is_on_disk(tmp_path, wrapped)
    await store.expire(NOON)
    assert not is_on_disk(tmp_path, wrapped)
    assert not is_on_disk(tmp_path, NAME)
    assert len(await store.get([sha256(key).digest() for key, _, _ in others])) == 1_000
    await store.close()


async def test_without_its_instance_key_a_store_is_not_opened(tmp_path: Path) -> None:
    await (await opened(tmp_path)).close()
    path = tmp_path / instance.FILE
    key = path.read_bytes()
    path.unlink()
    with pytest.raises(InstanceKeyError, match="missing"):
        await opened(tmp_path)
    assert not path.exists()
    for wrong in (bytes(32), key[:31], key + b"\n"):
        path.write_bytes(wrong)
        path.chmod(0o600)
        with pytest.raises(InstanceKeyError):
            await opened(tmp_path)
    path.write_bytes(key)
    await (await opened(tmp_path)).close()


async def test_an_instance_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    await (await opened(tmp_path)).close()
    (tmp_path / instance.FILE).chmod(0o640)
    with pytest.raises(InstanceKeyError, match="0640"):
        await opened(tmp_path)


async def test_a_first_start_that_was_cut_short_is_a_first_start_again(tmp_path: Path) -> None:
    (tmp_path / instance.FILE).with_suffix(".new").write_bytes(b"half a k")
    store = await opened(tmp_path)
    await store.put([(KEY, Retention.SIGNAL, NOON)])
    assert await store.get([NAME]) == {NAME: KEY}
    await store.close()
    assert not (tmp_path / instance.FILE).with_suffix(".new").exists()


async def test_what_a_newer_version_wrote_is_refused(tmp_path: Path) -> None:
    await (await opened(tmp_path)).close()
    with sqlite3.connect(tmp_path / tables.FILE) as database:
        database.execute("update meta set value = 99 where name = 'layout'")
    database.close()
    with pytest.raises(KeysNewer, match="layout 99"):
        await opened(tmp_path)


async def test_a_file_that_is_no_key_store_is_named(tmp_path: Path) -> None:
    await (await opened(tmp_path)).close()
    (tmp_path / tables.FILE).write_bytes(b"something else entirely, long enough for a header" * 40)
    with pytest.raises(KeysUnusable, match=str(tmp_path)):
        await opened(tmp_path)
