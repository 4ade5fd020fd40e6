"""`belfry backup`: copies of the stores of a centre that goes on meanwhile.

The journal first, up to whatever it holds at that moment, then the registry, so that every change the journal tells of
is in it; the key store last and elsewhere, so that every key that an entry names is in it. There is one backup of the
keys, overwritten each time: else what was erased could be read again from an older one. The instance key is in none.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from belfry import __version__
from belfry.app.keeping import manifest as manifests
from belfry.app.keeping.copying import copy_database, forget_for_good, hand_over, set_aside, settle_file
from belfry.app.keeping.errors import KeepingError
from belfry.app.keeping.holding import examine
from belfry.app.keeping.manifest import JOURNAL, KEYS, REGISTRY, Held, Manifest, store_file, synced
from belfry.keys.instance import FILE as INSTANCE
from belfry.registry import Registry, registry_state
from belfry.registry.copies import copy_registry
from belfry.settings import Settings
from belfry.sql import SchemaState, SqlError

LAST: Final = "backup.json"
"""In the folder of the data: when the last backup was made, for the Overview."""
PARTIAL: Final = ".partial"


class LastBackup(Struct, frozen=True, kw_only=True):
    made_at: datetime
    position: int
    keys: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a backup did."""

    folder: Path
    manifest: Manifest
    keys: Path | None
    removed: Sequence[Path]
    instance: Path
    """Where the instance key is, which is in no backup."""


def back_up(settings: Settings, to: Path, keys_to: Path | None, *, now: datetime) -> Made:
    """Make one, then remove those that are too old. Raises KeepingError or OSError."""
    _check_settings(settings)
    _check_places(settings.data, to, keys_to)
    for place in (to, *([] if keys_to is None else [keys_to])):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(to, *([] if keys_to is None else [keys_to])):
        made = _stores(settings, to, now)
        keys = None if keys_to is None else _keys(settings, keys_to, now)
        removed = remove_old(to, now - timedelta(days=settings.backup.keep_days))
    held = _held(made[1])
    note(settings.data, LastBackup(made_at=now, position=held.position, keys=keys is not None))
    for place in (settings.data, to, *([] if keys_to is None else [keys_to])):
        hand_over(place)
    return Made(
        folder=made[0], manifest=made[1], keys=keys, removed=removed, instance=(settings.data / INSTANCE).absolute()
    )


@contextmanager
def _alone(*places: Path) -> Iterator[None]:
    """One backup at a time goes to a place: two would take each other's unfinished files away."""
    with ExitStack() as held:
        for place in places:
            folder = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
            held.callback(os.close, folder)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise KeepingError(f"another backup goes to {place} just now") from error
        yield


def _held(manifest: Manifest) -> Held:
    if manifest.journal is None:
        raise KeepingError("the manifest says nothing of a journal")
    return manifest.journal


def _check_settings(settings: Settings) -> None:
    if settings.journal != "sqlite":
        raise KeepingError(elsewhere(settings))
    for name in (JOURNAL, KEYS, *([REGISTRY] if settings.database is None else [])):
        if not (settings.data / name).is_file():
            raise KeepingError(f"{settings.data / name} is missing: there is nothing whole to back up")


def elsewhere(settings: Settings) -> str:
    """What to do about a journal that is no file of this machine. Its address may hold a password."""
    said = f"journal = {settings.journal_type!r} is no file of this machine, and belfry backup cannot copy it"
    if settings.journal_type != "nats":
        return f"{said}: back it up with the tools of its server, and the folder of the data with this centre stopped"
    stream = urlsplit(settings.journal_address or "").path.strip("/") or "STREAM"
    return (
        f"{said}: stop this centre, copy both streams with the tools of its server (nats stream backup {stream} FOLDER,"
        f" nats stream backup {stream}-pruned FOLDER2) and then {settings.data}, of which {KEYS} and {INSTANCE} belong "
        "elsewhere each; docs/keeping.md tells the way back"
    )


def _check_places(data: Path, to: Path, keys_to: Path | None) -> None:
    """The keys never lie with what they open."""
    places = [("--to", to), *([] if keys_to is None else [("--keys-to", keys_to)])]
    for option, place in places:
        if _within(place, data) or _within(data, place):
            raise KeepingError(
                f"{option} {place} and the data in {data} lie in one another: a backup belongs elsewhere"
            )
        if (place / INSTANCE).exists():
            raise KeepingError(f"{place / INSTANCE} lies where backups go: take the instance key to a place of its own")
    if keys_to is not None and (_within(keys_to, to) or _within(to, keys_to)):
        raise KeepingError(
            f"--to {to} and --keys-to {keys_to} lie in one another: whoever finds both could read what was erased; "
            "take another disk or machine for the keys"
        )


def _within(one: Path, other: Path) -> bool:
    return one.resolve().is_relative_to(other.resolve())


def _stores(settings: Settings, to: Path, now: datetime) -> tuple[Path, Manifest]:
    """Journal and registry, whole under their name or not at all."""
    for left in to.glob(f"belfry-*{PARTIAL}"):
        shutil.rmtree(left)
    folder = to / manifests.name_of(now)
    if folder.exists():
        raise KeepingError(f"{folder} is there already: one backup a second")
    work = folder.with_name(folder.name + PARTIAL)
    work.mkdir(mode=0o700)
    try:
        copy_database(settings.data / JOURNAL, work / JOURNAL)
        _registry(settings, work)
        manifest = Manifest(
            made_at=now,
            version=__version__,
            centre=settings.name,
            instance=fingerprint(settings.data),
            journal=examine(work / JOURNAL).held,
            files=(store_file(work / JOURNAL), store_file(work / REGISTRY)),
        )
        manifests.write(work, manifest)
        work.rename(folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)  # a disk that it filled has its room back
        raise
    manifests.sync_folder(to)
    return folder, manifest


def _registry(settings: Settings, work: Path) -> None:
    """A file's pages, or a server's rows: what comes back of either is the same registry."""
    if settings.database is None:
        copy_database(settings.data / REGISTRY, work / REGISTRY)
        return
    try:
        if registry_state(settings.database) is not SchemaState.CURRENT:
            raise KeepingError("the registry on the server is of another version: start the centre of this one first")
        source = Registry.open(settings.database)
        try:
            target = Registry.open(work)
            try:
                copy_registry(source, target)
            finally:
                target.close()
        finally:
            source.close()
    except SqlError as error:
        raise KeepingError(f"the registry cannot be copied: {error}") from error
    settle_file(work / REGISTRY)


def _keys(settings: Settings, keys_to: Path, now: datetime) -> Path:
    """The one backup of the key store; the one before is overwritten once this one is whole and in its place."""
    new, path = keys_to / f"{KEYS}.new", keys_to / KEYS
    _forget_new(new)
    try:
        copy_database(settings.data / KEYS, new)
        file = msgspec.structs.replace(store_file(new), file=KEYS)
        manifest = Manifest(
            kind="keys",
            made_at=now,
            version=__version__,
            centre=settings.name,
            instance=fingerprint(settings.data),
            files=(file,),
        )
        manifests.prepare(keys_to, manifest)
    except BaseException:
        with suppress(OSError):
            _forget_new(new)
        raise
    old = set_aside(path)
    new.replace(path)  # from here on three names change, and nothing else is written in between
    manifests.settle(keys_to)
    forget_for_good(old)
    return path


def _forget_new(new: Path) -> None:
    """Remove what is left of a copy that did not get through."""
    for end in ("", "-wal", "-shm", "-journal"):
        forget_for_good(new.with_name(f"{new.name}{end}"))


def fingerprint(data: Path) -> str:
    """What tells the instance key of a folder from another one, and tells nothing else of it; '' where it is gone."""
    try:
        key = (data / INSTANCE).read_bytes()
    except OSError:
        return ""
    return sha256(b"belfry instance key\0" + key).hexdigest()[:16]


def remove_old(to: Path, before: datetime) -> Sequence[Path]:
    """Remove backups made before a time, never the newest one. Those that cannot be read are left for a person."""
    removed: list[Path] = []
    for folder in manifests.backups_in(to)[:-1]:
        try:
            made_at = manifests.read(folder).made_at
        except KeepingError:
            continue
        if made_at < before:
            shutil.rmtree(folder)
            removed.append(folder)
    return removed


def note(data: Path, last: LastBackup) -> None:
    """Say in the folder of the data when the last one was made. Raises OSError."""
    new = data / f"{LAST}.new"
    synced(new, msgspec.json.encode(last))
    os.replace(new, data / LAST)


def last_backup(data: Path) -> LastBackup | None:
    try:
        return msgspec.json.decode((data / LAST).read_bytes(), type=LastBackup)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
