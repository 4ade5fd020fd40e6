"""Killed at any write to the disk, a backup, a restore or an upgrade leaves what can be gone on from, and nothing that
looks whole and is not.

A child of this process is forked for each place and ends itself there without a word (`os._exit`), as `kill -9` would.
"""

import asyncio
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from belfry.app.keeping import KeepingError
from belfry.app.keeping import manifest as manifests
from belfry.app.keeping.backup import back_up
from belfry.app.keeping.before import FOLDER, keep, remove_kept
from belfry.app.keeping.drill import drill
from belfry.app.keeping.rebuild import rebuild
from belfry.app.keeping.restore import Undone, restore, take_back
from belfry.app.stores import StoreMissing, Stores
from belfry.archive import SqlArchive
from belfry.domain.facts import Restored
from belfry.keys.sqlite import SqliteKeyStore
from belfry.registry import Registry
from belfry.registry.tables import SESSION
from belfry.settings import Settings
from tests.app.test_keeping import NOW, a_small_centre, elsewhere, entries_of, give_instance_key
from tests.app.test_upgrade import an_older_centre

KILLED: Final = 9
STEPS: Final = ("fsync", "replace", "rename", "unlink", "link", "rmdir")
"""What a process asks the system for when it settles something; it ends itself before one of them."""


def kills(act: Callable[[], object]) -> Iterator[int]:
    """Do something in a child that is killed before its first step, then before its second, until it gets through."""
    for n in range(1, 200):
        child = os.fork()
        if child == 0:
            _die_before(n)
            try:
                act()
            except BaseException:
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        assert code in (0, KILLED), f"it failed at step {n}, and was not killed"
        yield n
        if code == 0:
            return
    raise AssertionError("it never got through")


def _die_before(step: int) -> None:
    left = [step]

    def dying(of: Callable[..., Any]) -> Callable[..., Any]:
        def act(*args: Any, **options: Any) -> Any:
            left[0] -= 1
            if not left[0]:
                os._exit(KILLED)
            return of(*args, **options)

        return act

    for name in STEPS:
        setattr(os, name, dying(getattr(os, name)))


def fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


async def starts(at: Settings) -> bool:
    """Whether a centre begins on a folder; what it refuses it refuses with a reason."""
    try:
        stores = await Stores.open(at, clock=lambda: NOW, chance=os.urandom)
    except (KeepingError, StoreMissing):
        return False
    await stores.close()
    return True


def test_a_restore_that_is_killed_anywhere_is_no_centre_and_can_be_repeated(tmp_path: Path) -> None:
    source, name = asyncio.run(a_small_centre(tmp_path / "a", signals=12))
    backups, keys = tmp_path / "backups", tmp_path / "keys"
    made = back_up(source, backups, keys, now=NOW)
    assert made.manifest.journal is not None
    later = NOW + timedelta(days=40)  # the one key has ended, so that every restore destroys it again
    whole = 0
    place = tmp_path / "elsewhere"
    there = elsewhere(place)

    def again() -> None:
        asyncio.run(restore(there, backups, keys, now=later))

    def begun() -> None:
        fresh(place)
        give_instance_key(there, source)

    begun()
    for _ in kills(again):
        if asyncio.run(starts(there)):
            whole += 1
        else:
            again()
        entries = asyncio.run(entries_of(there.data))
        assert len(entries) >= made.manifest.journal.position + 1
        assert sum(isinstance(fact, Restored) for one in entries for fact in one.facts) == 1
        assert asyncio.run(_opens(there.data, name)) is False
        registry = Registry.open(there.data)
        with registry.store.engine.connect() as connection:
            assert not connection.execute(SESSION.select()).all()
        registry.close()
        begun()
    assert whole, "a centre is whole from the moment on at which its journal is there, and not before"


async def _opens(data: Path, name: bytes) -> bool:
    store = await SqliteKeyStore.open(data, os.urandom)
    try:
        return bool(await store.get([name]))
    finally:
        await store.close()


async def test_a_start_after_a_broken_restore_says_what_to_do(tmp_path: Path) -> None:
    source, _ = await a_small_centre(tmp_path / "a", signals=2)
    there = elsewhere(tmp_path / "b")
    give_instance_key(there, source)
    (there.data / "restoring").mkdir()
    with pytest.raises(KeepingError, match="was broken off: run belfry restore again"):
        await Stores.open(there, clock=lambda: NOW, chance=os.urandom)
    assert sorted(one.name for one in there.data.iterdir()) == ["instance.key", "restoring"]


def test_a_backup_that_is_killed_anywhere_leaves_the_one_before_and_the_next_cleans_up(tmp_path: Path) -> None:
    source, _ = asyncio.run(a_small_centre(tmp_path / "a", signals=12))
    backups, keys = tmp_path / "backups", tmp_path / "keys"
    back_up(source, backups, keys, now=NOW)
    at = [NOW]

    def again() -> None:
        back_up(source, backups, keys, now=at[0])

    at[0] += timedelta(minutes=1)
    for n in kills(again):
        for folder in manifests.backups_in(backups):
            manifests.check_files(folder, manifests.read(folder))
        at[0] += timedelta(minutes=1)
        again()
        assert sorted(one.name for one in keys.iterdir()) == ["SHA256SUMS", "keys.sqlite3", "manifest.json"], n
        assert not list(backups.glob("*.partial"))
        manifests.check_files(keys, manifests.read(keys))
        at[0] += timedelta(minutes=1)
    asyncio.run(drill(backups, now=at[0], below=tmp_path))


async def test_two_backups_to_one_place_do_not_take_each_others_files_away(tmp_path: Path) -> None:
    source, _ = await a_small_centre(tmp_path / "a", signals=2)
    (tmp_path / "backups").mkdir()
    held = os.open(tmp_path / "backups", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    with pytest.raises(KeepingError, match="another backup goes to"):
        back_up(source, tmp_path / "backups", None, now=NOW)
    os.close(held)
    back_up(source, tmp_path / "backups", None, now=NOW)


def test_a_start_that_is_killed_while_it_keeps_copies_leaves_none_of_the_keys_behind(tmp_path: Path) -> None:
    at = asyncio.run(an_older_centre(tmp_path))
    now = [NOW]
    for _ in kills(lambda: keep(at, now[0])):
        now[0] += timedelta(minutes=1)
        kept = keep(at, now[0])
        assert kept is not None
        assert not list((at.data / FOLDER).glob("*.partial"))
        for folder in manifests.backups_in(at.data / FOLDER):
            manifests.check_files(folder, manifests.read(folder))
        now[0] += timedelta(minutes=1)
    remove_kept(at, now[0] + timedelta(days=365))
    assert not list((at.data / FOLDER).iterdir())


def test_a_way_back_that_is_killed_anywhere_is_repeated_and_loses_nothing(tmp_path: Path) -> None:
    at = asyncio.run(an_older_centre(tmp_path / "template"))
    kept = keep(at, NOW)
    assert kept is not None
    Registry.open(at.data).close()
    entries = asyncio.run(entries_of(at.data))
    before = (kept / "registry.sqlite3").read_bytes()
    now = NOW + timedelta(hours=1)
    place = tmp_path / "case"
    case = msgspec.structs.replace(at, data=place / "data")

    def back(seconds: int = 0) -> object:
        folder = case.data / FOLDER / kept.name
        return asyncio.run(take_back(case, folder, None, now=now + timedelta(seconds=seconds)))

    shutil.copytree(at.data.parent, place)
    for _ in kills(back):
        assert isinstance(back(1), Undone)
        assert asyncio.run(entries_of(case.data)) == entries
        assert (case.data / "registry.sqlite3").read_bytes() == before
        shutil.rmtree(place)
        shutil.copytree(at.data.parent, place)


def test_a_rebuild_that_is_killed_anywhere_is_made_up_for_by_the_next_start(tmp_path: Path) -> None:
    at, _ = asyncio.run(a_small_centre(tmp_path, signals=12))
    asyncio.run(rebuild(at))
    whole = asyncio.run(counted(at.data))
    for n in kills(lambda: asyncio.run(rebuild(at))):
        assert asyncio.run(starts(at)), n
        assert asyncio.run(counted(at.data)) == whole
    assert not (at.data / "rebuilding").exists()


async def counted(data: Path) -> tuple[int, object]:
    archive = SqlArchive.open(data)
    try:
        return await archive.position(), await archive.heard()
    finally:
        await archive.close()
