"""Copies of SQLite files that somebody writes to, whole and of one moment; and files moved so that they survive.

A read transaction is held on the source from the first page to the last. So the copy is of one moment and never begins
anew, whoever writes meanwhile; the writer does not wait, its log grows until the copy is done.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from belfry.app.keeping.errors import KeepingError
from belfry.app.keeping.manifest import READ_AT_ONCE, sync_folder

PAGES_AT_ONCE: Final = 512
"""Two megabytes, then others have their turn."""
REST_S: Final = 0.002


def copy_database(source: Path, target: Path) -> None:
    """Copy a database in use to a new file of its own, synced. Raises KeepingError."""
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        with closing(_reading(source)) as reading, closing(sqlite3.connect(target, isolation_level=None)) as writing:
            reading.execute("begin")
            reading.execute("select count(*) from sqlite_schema").fetchone()  # the transaction begins at its first word
            reading.backup(writing, pages=PAGES_AT_ONCE, sleep=REST_S)
            writing.execute("pragma journal_mode=delete")  # one file, with no log beside it
            damage = writing.execute("pragma quick_check(1)").fetchone()[0]
        if damage != "ok":
            raise KeepingError(f"{source} is damaged: {damage}")
        sync_file(target)
    except (sqlite3.Error, OSError) as error:
        raise KeepingError(f"{source} cannot be copied to {target}: {error}") from error


def settle_file(path: Path) -> None:
    """Make a database that nobody has open one file, with no log beside it, synced. Raises KeepingError."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("pragma journal_mode=delete")
        sync_file(path)
    except (sqlite3.Error, OSError) as error:
        raise KeepingError(f"{path} cannot be written: {error}") from error


def _reading(source: Path) -> sqlite3.Connection:
    # Not mode=ro: the first reader of a file with a write-ahead log must be able to make the index of the log.
    database = sqlite3.connect(
        f"file:{quote(str(source.absolute()))}?mode=rw", uri=True, isolation_level=None, timeout=30
    )
    database.execute("pragma query_only=on")
    return database


def copy_file(source: Path, target: Path) -> None:
    """Copy a file that nobody writes to, synced, readable by its owner only. Raises OSError."""
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with source.open("rb") as reading, os.fdopen(descriptor, "wb") as writing:
        while data := reading.read(READ_AT_ONCE):
            writing.write(data)
        writing.flush()
        os.fsync(writing.fileno())


def sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def set_aside(path: Path) -> Path:
    """Give a file a second name, so that another one can take its place at once and this one be overwritten then.

    Raises OSError. What a process that was killed left aside goes first.
    """
    old = path.with_name(f"{path.name}.old")
    forget_for_good(old)
    if path.exists():
        try:
            os.link(path, old)
        except OSError:  # a stick has one name for each file: for a moment nothing stands in its place
            path.replace(old)
    return old


def forget_for_good(path: Path) -> None:
    """Overwrite the bytes of a file and remove it; nothing where there is none. Raises OSError.

    A disk that writes elsewhere than it is told (solid state, snapshots of a file system) may keep them for a while.
    """
    if not path.exists():
        return
    if path.stat().st_nlink == 1:  # else it stands in its place still
        overwrite(path)
    path.unlink()
    sync_folder(path.parent)


def hand_over(folder: Path) -> None:
    """Give what root made in a folder of somebody else to him: the centre could not read it. Raises OSError."""
    if os.geteuid() != 0 or (owner := folder.stat()).st_uid == 0:
        return
    for path in folder.rglob("*"):
        if path.lstat().st_uid == 0:
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def overwrite(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        zeros = bytes(READ_AT_ONCE)
        for start in range(0, size, READ_AT_ONCE):
            file.write(zeros[: min(READ_AT_ONCE, size - start)])
        file.flush()
        os.fsync(file.fileno())
