"""`belfry restore`: a backup into an empty folder, looked through before the first byte is put there.

What was erased stays erased: an older backup of the keys may hold keys that ended since, or that the journal says were
destroyed; they are destroyed again before anybody can ask for one. Positions behind the backup's end will be used a
second time, so the journal says where that begins, and everybody signs in anew.
"""

import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import delete

from belfry.app.keeping import manifest as manifests
from belfry.app.keeping.backup import fingerprint
from belfry.app.keeping.before import put_back
from belfry.app.keeping.copying import copy_file, forget_for_good, hand_over, settle_file
from belfry.app.keeping.errors import KeepingError
from belfry.app.keeping.holding import Holding, differences, examine
from belfry.app.keeping.manifest import JOURNAL, KEYS, REGISTRY, Manifest
from belfry.archive import SqlArchive
from belfry.domain.facts import Entry, Restored
from belfry.journal.sqlite import SqliteJournal
from belfry.keys.errors import KeysError
from belfry.keys.instance import FILE as INSTANCE
from belfry.keys.sqlite import SqliteKeyStore
from belfry.registry import Registry
from belfry.registry.copies import copy_registry, has_rows
from belfry.registry.tables import SESSION
from belfry.settings import Settings
from belfry.sql import SqlError, writing

CLOCK_MAY_DIFFER: Final = timedelta(hours=1)
LOST_AND_FOUND: Final = "lost+found"
"""On a disk of its own, the file system's."""
RESTORING: Final = "restoring"
"""Below the data: where a backup becomes a centre. While there is no journal beside it, nothing starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """What a restore did."""

    manifest: Manifest
    folder: Path
    position: int
    keys: bool
    """Whether personal parts can be read again."""
    expired: int
    """Keys in the backup whose time was over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What a restore of a copy did that an upgrade kept."""

    manifest: Manifest
    folder: Path
    aside: Path
    """Where the stores of the newer version went."""


async def take_back(settings: Settings, source: Path, keys_from: Path | None, *, now: datetime) -> Back | Undone:
    """Restore a backup, or put back what an upgrade kept. Raises as `restore`."""
    folder = manifests.find(source)
    manifest = manifests.read(folder)
    if manifest.kind != "kept":
        return await restore(settings, folder, keys_from, now=now)
    if keys_from is not None:
        raise KeepingError(f"{folder} is what an upgrade kept: it goes back beside the keys that are there")
    return Undone(manifest=manifest, folder=folder, aside=put_back(settings, folder, manifest, now))


async def restore(settings: Settings, source: Path, keys_from: Path | None, *, now: datetime) -> Back:
    """Put a backup in place. Raises KeepingError, a store's own error, or OSError; then nothing is in place."""
    data = settings.data
    _check_settings(settings)
    folder = manifests.find(source)
    manifest = manifests.read(folder)
    if manifest.kind != "backup" or manifest.journal is None:
        raise KeepingError(f"{folder} is no backup of a whole centre but of kind {manifest.kind[:20]!r}")
    if now < manifest.made_at - CLOCK_MAY_DIFFER:
        raise KeepingError(
            f"the clock of this machine says {now:%Y-%m-%d %H:%M} UTC, and the backup was made "
            f"{manifest.made_at:%Y-%m-%d %H:%M}: set the clock first, else what is erased and when is wrong"
        )
    _check_empty(data, keys=keys_from is not None)
    manifests.check_files(folder, manifest)
    holding = examine(folder / JOURNAL)
    if wrong := differences(manifest.journal, holding.held):
        raise KeepingError(f"{folder / JOURNAL} does not hold what its manifest says: {'; '.join(wrong)}")
    if keys_from is not None:
        _check_keys(keys_from, data, manifest)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    work = data / RESTORING
    _clear(work)
    work.mkdir(mode=0o700)
    try:
        _copy(work, data, folder, keys_from)
        expired = await _settle_keys(work, holding, now, keys=keys_from is not None)
        await _settle_registry(settings, work)
        await _say(work, manifest, now, keys=keys_from is not None)
        _put(work, data)
    except BaseException:
        _clear(work)
        raise
    hand_over(data)
    return Back(
        manifest=manifest,
        folder=folder,
        position=manifest.journal.position,
        keys=keys_from is not None,
        expired=expired,
    )


def _check_settings(settings: Settings) -> None:
    if settings.journal != "sqlite":
        raise KeepingError(
            f"journal = {settings.journal_type!r} is on a server, and a backup has a journal of one file: restore with "
            "settings that name none; what nats stream backup wrote, nats stream restore brings back"
        )
    try:
        if settings.database is not None and has_rows(settings.database):
            left = ", and one was broken off here: empty the database first" if broken_off(settings.data) else ""
            raise KeepingError(
                f"the database of these settings has a registry already: a restore overwrites nothing{left}"
            )
    except SqlError as error:
        raise KeepingError(f"the database of these settings cannot be used: {error}") from error


def _check_empty(data: Path, *, keys: bool) -> None:
    """Only the instance key may be there: it comes from a place of its own, by hand."""
    there: Sequence[str] = sorted(one.name for one in data.iterdir()) if data.is_dir() else []
    ours = {INSTANCE, RESTORING, LOST_AND_FOUND}
    if broken_off(data):  # what it had put in place is put there again
        ours |= {KEYS, REGISTRY}
    if others := [name for name in there if name not in ours]:
        raise KeepingError(
            f"{data} is not empty ({others[0]}): a restore overwrites nothing; move it away, or name another folder"
        )
    if keys and INSTANCE not in there:
        raise KeepingError(
            f"{data / INSTANCE} is missing: without it the keys of the backup open nothing; copy it there from where "
            "you keep it (mode 600), or leave out --keys-from"
        )


def _check_keys(keys_from: Path, data: Path, manifest: Manifest) -> None:
    keys = manifests.read(keys_from)
    if keys.kind != "keys" or keys.file(KEYS) is None:
        raise KeepingError(f"{keys_from} is no backup of a key store")
    manifests.check_files(keys_from, keys)
    here = fingerprint(data)
    if keys.instance != here:
        raise KeepingError(
            f"{data / INSTANCE} ({here}) is not the instance key of the keys in {keys_from} ({keys.instance})"
        )
    if manifest.instance != keys.instance:
        raise KeepingError(f"the keys in {keys_from} are of another centre than the backup")


def broken_off(data: Path) -> bool:
    """Whether a restore into this folder was killed: the journal comes last, and nothing starts without it."""
    return (data / RESTORING).exists() and not (data / JOURNAL).exists()


def _clear(work: Path) -> None:
    """Remove what a restore worked on, keys with their bytes. Raises OSError."""
    if work.is_dir():
        for name in (KEYS, f"{KEYS}-wal", INSTANCE):
            forget_for_good(work / name)
        shutil.rmtree(work)


def _copy(work: Path, data: Path, folder: Path, keys_from: Path | None) -> None:
    """All that it takes, beside its place: what is half done never looks like a centre."""
    for name in (REGISTRY, JOURNAL):
        copy_file(folder / name, work / name)
    if keys_from is not None:
        copy_file(keys_from / KEYS, work / KEYS)
    if (data / INSTANCE).exists():
        copy_file(data / INSTANCE, work / INSTANCE)


def _put(work: Path, data: Path) -> None:
    """Rename what is ready: the journal last."""
    stores = [name for name in (KEYS, REGISTRY, JOURNAL) if (work / name).exists()]
    for name in stores:
        settle_file(work / name)
    if (data / INSTANCE).exists():
        forget_for_good(work / INSTANCE)
    else:
        os.replace(work / INSTANCE, data / INSTANCE)
    if REGISTRY not in stores:
        (data / REGISTRY).unlink(missing_ok=True)  # of a restore with other settings that was broken off
    for name in stores:
        if name == JOURNAL:
            manifests.sync_folder(data)
        os.replace(work / name, data / name)
    manifests.sync_folder(data)
    shutil.rmtree(work)


async def _settle_keys(work: Path, holding: Holding, now: datetime, *, keys: bool) -> int:
    """Without keys a store of new ones is made, in which no old part finds its own."""
    try:
        store = await SqliteKeyStore.open(work, secrets.token_bytes)
    except KeysError as error:
        raise KeepingError(f"the keys cannot be used: {error}") from error
    try:
        if not keys:
            return 0
        over = now if holding.erased_at is None else max(now, holding.erased_at)
        gone = await store.expire(over)
        if holding.destroyed:
            await store.destroy(sorted(holding.destroyed))
        return len(gone)
    finally:
        await store.close()


async def _settle_registry(settings: Settings, work: Path) -> None:
    """Bring it up to date, and let everybody sign in anew: their pages know positions that mean something else now."""
    try:
        registry = Registry.open(work)
        try:
            with writing(registry.store.engine) as connection:
                connection.execute(delete(SESSION))
            if settings.database is not None:
                server = Registry.open(settings.database)
                try:
                    copy_registry(registry, server)
                finally:
                    server.close()
                archive = SqlArchive.open(settings.database)
                await archive.clear()
                await archive.close()
        finally:
            registry.close()
    except SqlError as error:
        raise KeepingError(f"the registry cannot be used: {error}") from error
    if settings.database is not None:
        for name in (REGISTRY, f"{REGISTRY}-wal", f"{REGISTRY}-shm"):
            (work / name).unlink(missing_ok=True)


async def _say(work: Path, manifest: Manifest, now: datetime, *, keys: bool) -> None:
    assert manifest.journal is not None
    fact = Restored(position=manifest.journal.position, made_at=manifest.made_at, version=manifest.version, keys=keys)
    journal = await SqliteJournal.open(work)
    try:
        await journal.append([Entry(id=secrets.token_bytes(16), subject="centre", at=now, facts=(fact,))])
    finally:
        await journal.close()
