"""The tables of the SQLite journal, and the file opened so that a commit is on the disk.

`entry` is the journal; `body` is null where it was pruned and `leaf` holds the hash that is left. `segment` and
`subject_segment` say where the entries of a subject are (subjects.py). `meta` says who wrote the file last.
"""

import os
import sqlite3
from functools import cache
from pathlib import Path
from sqlite3 import Connection
from typing import Any, Final

from belfry.domain.facts import SCHEMA
from belfry.ports import Newer

FILE: Final = "journal.sqlite3"
LAYOUT: Final = 1
"""Of the tables; `SCHEMA` is that of the entries in them."""
BUSY_TIMEOUT_MS: Final = 10_000
ROWS_AT_ONCE: Final = 64
"""Rows of one insert statement. One statement is one handing over of the interpreter lock; one for each row is many."""

TABLES: Final = """
create table meta(name text primary key, value integer not null) without rowid;
create table entry(position integer primary key, subject text not null, body blob, leaf blob);
create table segment(last integer primary key);
create table subject_segment(
    last integer not null, subject text not null, positions blob not null, primary key(last, subject)
) without rowid;
"""


def connect(path: Path) -> Connection:
    """A connection in which every commit is synced and every transaction is begun by hand."""
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=2 * ROWS_AT_ONCE)
    try:
        database.execute(f"pragma busy_timeout={BUSY_TIMEOUT_MS}")
        database.execute("pragma synchronous=full")
    except BaseException:  # the first word to a file that is no database fails
        database.close()
        raise
    return database


def open_for_writing(folder: Path) -> Connection:
    """Open or make the journal of a folder. Raises Newer where a newer version of this program wrote it."""
    database = connect(folder / FILE)
    try:
        database.execute("pragma journal_mode=wal")
        database.execute("pragma wal_autocheckpoint=0")  # done by the writer, which sees its errors
        database.execute("pragma secure_delete=on")  # what is pruned is overwritten, not only forgotten
        database.execute("begin immediate")
        if not database.execute("select 1 from sqlite_schema where name = 'meta'").fetchone():
            for statement in TABLES.split(";")[:-1]:
                database.execute(statement)
        _check_age(database, folder / FILE)
        database.execute("delete from subject_segment where last > (select ifnull(max(last), 0) from segment)")
        database.execute("commit")
        _sync(folder)
    except BaseException:
        database.close()
        raise
    return database


def _check_age(database: Connection, path: Path) -> None:
    written: dict[str, int] = dict(database.execute("select name, value from meta"))
    for name, known in (("layout", LAYOUT), ("schema", SCHEMA)):
        if written.get(name, 0) > known:
            raise Newer(f"{path} has {name} {written[name]}, this version reads up to {known}")
        if name not in written or written[name] < known:  # a start writes nothing without need: the disk may be full
            database.execute("insert or replace into meta(name, value) values(?, ?)", (name, known))


def _sync(folder: Path) -> None:
    """Make the names of the files durable too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def insert(database: Connection, table: str, columns: int, values: list[Any]) -> None:
    """Insert rows whose values lie one behind the other, ROWS_AT_ONCE at a time."""
    step = columns * ROWS_AT_ONCE
    for start in range(0, len(values), step):
        some = values[start : start + step]
        database.execute(_insert(table, columns, len(some) // columns), some)


@cache
def _insert(table: str, columns: int, rows: int) -> str:
    row = f"({', '.join('?' * columns)})"
    names = {"entry": "(position, subject, body)"}.get(table, "")
    return f"insert into {table}{names} values {', '.join([row] * rows)}"
