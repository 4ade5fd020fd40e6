"""The tables of the key store, and what is done with them in one thread.

`data_key` has one row for each key, `daily_key` one for each day. The row `check` of `meta` is wrapped as well, so that
a wrong instance key is found when the store is opened and not when somebody needs a caller's number.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from pathlib import Path
from sqlite3 import Connection
from typing import Final

from belfry.keys.errors import KeysNewer, KeysUnusable
from belfry.keys.instance import Wrapping, load_or_make
from belfry.keys.shapes import KEY_BYTES, NewKey, last_day_gone, name_of
from belfry.ports import Chance

FILE: Final = "keys.sqlite3"
LAYOUT: Final = 1
ROWS_AT_ONCE: Final = 64
"""Rows of one statement: each statement hands the interpreter lock over once."""
CHECKPOINT_PAGES: Final = 4_096
"""Pages of the write-ahead log before it is moved into the file: names are random, so every key writes a page anew."""
EXPIRE_AT_ONCE: Final = 2_048
"""Keys destroyed in one transaction."""
BUSY_TIMEOUT_MS: Final = 10_000
CHECK: Final = b"belfry key store"

TABLES: Final = """
create table meta(name text primary key, value any not null) without rowid;
create table data_key(
    name blob primary key, retention text not null, expires_at integer not null, wrapped blob not null
) without rowid;
create index data_key_by_end on data_key(expires_at);
create table daily_key(day text primary key, wrapped blob not null) without rowid;
"""


def open_vault(folder: Path, chance: Chance) -> "Vault":
    """Open or make the key store of a folder. Raises InstanceKeyError, KeysNewer or KeysUnusable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        first_start = not (folder / FILE).exists()
        wrapping = Wrapping(load_or_make(folder, chance, first_start=first_start), chance)
        database = _connect(folder / FILE)
    except (OSError, sqlite3.Error) as error:
        raise KeysUnusable(f"no key store can be opened in {folder}: {error}") from error
    try:
        _prepare(database, wrapping, folder / FILE)
        return Vault(database, wrapping, chance)
    except BaseException as error:
        database.close()
        if isinstance(error, sqlite3.Error):
            raise KeysUnusable(f"no key store can be opened in {folder}: {error}") from error
        raise


def _connect(path: Path) -> Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=2 * ROWS_AT_ONCE)


def _prepare(database: Connection, wrapping: Wrapping, path: Path) -> None:
    database.execute(f"pragma busy_timeout={BUSY_TIMEOUT_MS}")
    database.execute("pragma journal_mode=wal")
    database.execute("pragma synchronous=full")
    database.execute("pragma secure_delete=on")
    database.execute(f"pragma wal_autocheckpoint={CHECKPOINT_PAGES}")
    with transaction(database):
        if not database.execute("select 1 from sqlite_schema where name = 'meta'").fetchone():
            for statement in TABLES.split(";")[:-1]:
                database.execute(statement)
            meta = [("layout", LAYOUT), ("check", wrapping.wrap(CHECK, b"check"))]
            database.executemany("insert into meta(name, value) values(?, ?)", meta)
        written = dict(database.execute("select name, value from meta"))
        if written["layout"] > LAYOUT:
            raise KeysNewer(f"{path} has layout {written['layout']}, this version reads up to {LAYOUT}")
        wrapping.unwrap(written["check"], b"check")


@contextmanager
def transaction(database: Connection) -> Iterator[None]:
    """Everything in it or nothing, synced at its end."""
    database.execute("begin immediate")
    try:
        yield
        database.execute("commit")
    except BaseException:
        if database.in_transaction:
            database.execute("rollback")
        raise


class Vault:
    """The open file. Every method works in the caller's thread, one at a time."""

    def __init__(self, database: Connection, wrapping: Wrapping, chance: Chance) -> None:
        self._database, self._wrapping, self._chance = database, wrapping, chance

    def put(self, keys: Sequence[NewKey]) -> None:
        """Add keys, durable on return. One that is there already stays with its first end."""
        names = [name_of(data_key) for data_key, _, _ in keys]
        wrapped = self._wrapping.wrap_all([(key[0], name) for key, name in zip(keys, names, strict=True)])
        ends = {at: _microseconds(at) for _, _, at in keys}
        rows = [
            (name, str(retention), ends[at], box)
            for name, (_, retention, at), box in zip(names, keys, wrapped, strict=True)
        ]
        with transaction(self._database):
            for start in range(0, len(rows), ROWS_AT_ONCE):
                some = rows[start : start + ROWS_AT_ONCE]
                self._database.execute(_insert(len(some)), list(chain.from_iterable(some)))

    def get(self, names: Sequence[bytes]) -> Mapping[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        for start in range(0, len(names), ROWS_AT_ONCE):
            some = names[start : start + ROWS_AT_ONCE]
            marks = ", ".join("?" * len(some))
            rows = self._database.execute(f"select name, wrapped from data_key where name in ({marks})", some)
            found |= {name: self._wrapping.unwrap(wrapped, name) for name, wrapped in rows.fetchall()}
        return found

    def daily(self, day: str) -> bytes:
        select = "select wrapped from daily_key where day = ?"
        row = self._database.execute(select, (day,)).fetchone()
        if row is None:
            with transaction(self._database):
                wrapped = self._wrapping.wrap(self._chance(KEY_BYTES), day.encode())
                self._database.execute("insert into daily_key(day, wrapped) values(?, ?)", (day, wrapped))
            row = (wrapped,)
        return self._wrapping.unwrap(row[0], day.encode())

    def derive(self, purpose: str) -> bytes:
        return self._wrapping.derive(purpose)

    def expire(self, now: datetime) -> Sequence[bytes]:
        """Destroy what is due in the file and in its log, and return the names of the data keys."""
        due: list[bytes] = []
        while some := self._due(now):
            self._delete(some)
            due += some
        with transaction(self._database):
            self._database.execute("delete from daily_key where day <= ?", (last_day_gone(now),))
        self._empty_the_log()
        return due

    def destroy(self, names: Sequence[bytes]) -> None:
        """Destroy keys whatever their end, in the file and in its log."""
        for start in range(0, len(names), EXPIRE_AT_ONCE):
            self._delete(names[start : start + EXPIRE_AT_ONCE])
        self._empty_the_log()

    def _delete(self, names: Sequence[bytes]) -> None:
        with transaction(self._database):
            self._database.executemany("delete from data_key where name = ?", [(name,) for name in names])

    def _due(self, now: datetime) -> list[bytes]:
        rows = self._database.execute(
            "select name from data_key where expires_at <= ? order by expires_at limit ?",
            (_microseconds(now), EXPIRE_AT_ONCE),
        )
        return [name for (name,) in rows.fetchall()]

    def _empty_the_log(self) -> None:
        # Where another program reads the file, as a backup does, the next expiry empties the log: nobody waits for it.
        self._database.execute("pragma busy_timeout=0")
        try:
            self._database.execute("pragma wal_checkpoint(truncate)").fetchone()
        finally:
            self._database.execute(f"pragma busy_timeout={BUSY_TIMEOUT_MS}")

    def close(self) -> None:
        self._database.close()


def _microseconds(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp() * 1_000_000)


@cache
def _insert(rows: int) -> str:
    marks = ", ".join(["(?, ?, ?, ?)"] * rows)
    return f"insert into data_key(name, retention, expires_at, wrapped) values {marks} on conflict do nothing"
