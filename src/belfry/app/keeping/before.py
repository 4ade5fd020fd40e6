"""What an upgrade found, kept before the first start of a new version changes it: the way back.

A store that an older version wrote is copied into `before/` below the data, as a small backup of its own with digests;
`belfry restore` puts it back. The key store's copy goes after a week, since what is erased must be unreadable
everywhere by then; the others go with the backups.
"""

import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

import structlog

from belfry import __version__
from belfry.app.keeping import manifest as manifests
from belfry.app.keeping.backup import PARTIAL, fingerprint
from belfry.app.keeping.copying import copy_database, copy_file, forget_for_good, hand_over
from belfry.app.keeping.errors import KeepingError
from belfry.app.keeping.manifest import ARCHIVE, JOURNAL, KEYS, REGISTRY, STORES, Manifest, store_file
from belfry.archive import archive_state
from belfry.domain.facts import SCHEMA
from belfry.journal.lock import lock
from belfry.journal.sqlite import LOCK_FILE
from belfry.journal.tables import LAYOUT as JOURNAL_LAYOUT
from belfry.keys.tables import LAYOUT as KEYS_LAYOUT
from belfry.ports import InUse
from belfry.registry import registry_state
from belfry.settings import Settings
from belfry.sql import SchemaState

log = structlog.get_logger()

FOLDER: Final = "before"
ASIDE: Final = "aside"
KEYS_LIVE: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Older:
    """A store that the next start will bring up to date."""

    file: str
    size_bytes: int


def older_stores(settings: Settings) -> Sequence[Older]:
    """The files of an older version. Raises SqlError where a registry or an archive cannot be looked at."""
    data, found = settings.data, list[str]()
    if settings.journal == "sqlite" and _below(data / JOURNAL, layout=JOURNAL_LAYOUT, schema=SCHEMA):
        found.append(JOURNAL)
    if settings.database is None and registry_state(data) is SchemaState.OLDER:
        found.append(REGISTRY)
    if _below(data / KEYS, layout=KEYS_LAYOUT):
        found.append(KEYS)
    if archive_state(data) is SchemaState.OLDER:
        found.append(ARCHIVE)
    return [Older(name, (data / name).stat().st_size) for name in found]


def _below(file: Path, **known: int) -> bool:
    """Whether a file says of one of its numbers that it is older than we know."""
    if not file.exists():
        return False
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro", uri=True)) as database:
            written = dict(database.execute("select name, value from meta where name in ('layout', 'schema')"))
    except sqlite3.Error:
        return False  # whoever opens it says what is wrong
    return any(isinstance(written.get(name), int) and written[name] < newest for name, newest in known.items())


def keep(settings: Settings, now: datetime) -> Path | None:
    """Copy what is older, before it is changed. Raises KeepingError or OSError: then nothing is changed either."""
    older = older_stores(settings)
    if settings.database is not None and registry_state(settings.database) is SchemaState.OLDER:
        log.warning("the registry on the server is brought up to date, and no copy of it is kept: that is pg_dump's")
    if not older:
        return None
    place = settings.data / FOLDER
    _remove_partial(place)
    folder = place / manifests.name_of(now)
    _remove(folder)
    work = folder.with_name(folder.name + PARTIAL)
    work.mkdir(mode=0o700, parents=True)
    try:
        for one in older:
            copy_database(settings.data / one.file, work / one.file)
        manifest = Manifest(
            kind="kept",
            made_at=now,
            version=__version__,
            centre=settings.name,
            instance=fingerprint(settings.data),
            files=tuple(store_file(work / one.file) for one in older),
        )
        manifests.write(work, manifest)
        work.rename(folder)
    except BaseException:
        _remove(work)  # a disk that it filled has its room back
        raise
    manifests.sync_folder(place)
    log.info("kept what an older version wrote", folder=str(folder), files=[one.file for one in older])
    return folder


def _remove_partial(place: Path) -> None:
    """Copies whose start was killed before they were whole."""
    for left in place.glob(f"belfry-*{PARTIAL}"):
        _remove(left)


def _remove(folder: Path) -> None:
    """A folder of copies, keys with their bytes. Raises OSError."""
    if folder.is_dir():
        for left in folder.glob(f"{KEYS}*"):
            forget_for_good(left)
        shutil.rmtree(folder)


def remove_kept(settings: Settings, now: datetime) -> None:
    """Remove copies that had their time, and what went aside when one was put back. Raises OSError."""
    lives = timedelta(days=settings.backup.keep_days)
    aside = settings.data / ASIDE
    for folder in aside.iterdir() if aside.is_dir() else ():
        made_at = manifests.made_at_of(folder)
        if made_at is not None and now - made_at > (KEYS_LIVE if (folder / KEYS).exists() else lives):
            _remove(folder)
    place = settings.data / FOLDER
    _remove_partial(place)
    for folder in manifests.backups_in(place) if place.is_dir() else ():
        try:
            manifest = manifests.read(folder)
        except KeepingError as error:
            log.warning("a kept copy cannot be read", folder=str(folder), reason=str(error))
            continue
        if now - manifest.made_at > (lives if manifest.file(KEYS) is None else KEYS_LIVE):
            _remove(folder)


def put_back(settings: Settings, folder: Path, manifest: Manifest, now: datetime) -> Path:
    """Put a kept copy in place of the stores that are there, which go aside. Raises KeepingError or OSError.

    Returns where they went. What was made of a journal goes with it: it is made anew.
    """
    data = settings.data
    manifests.check_files(folder, manifest)
    try:
        held = lock(data / LOCK_FILE)
    except InUse as error:
        raise KeepingError(f"a centre runs on {data}: stop it first ({error})") from error
    try:
        aside = data / ASIDE / manifests.name_of(now)
        aside.mkdir(mode=0o700, parents=True)
        names = [one.file for one in manifest.files if one.file in STORES]
        for name in names:
            copy_file(folder / name, aside / f"{name}.back")
        made_of_it = (ARCHIVE, "board.snapshot") if JOURNAL in names else ()  # both are of the journal that goes
        follow = [name for name in made_of_it if name not in names]
        for name in (*follow, *names):  # one by one: a kill leaves neighbours, and a start names what is missing
            for present in (name, f"{name}-wal", f"{name}-shm"):
                if (data / present).exists():
                    os.replace(data / present, aside / present)
            if name in names:
                os.replace(aside / f"{name}.back", data / name)
        manifests.sync_folder(data)
        hand_over(data)
    finally:
        os.close(held)
    return aside
