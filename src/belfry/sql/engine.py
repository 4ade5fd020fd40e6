"""The engine: SQLite made strict. Transactions are ours, not the driver's.

Python's driver begins transactions by itself and only before some statements, so that a schema change would run outside
of one and a reader that turns writer would fail at once, busy time-out or not. Here the driver begins nothing:
`writing` takes the write lock at its first word (BEGIN IMMEDIATE), `reading` never takes it.

Only `sqlite:///FILE` so far; the same code is meant for `postgresql+psycopg://`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

BUSY_TIMEOUT_MS: Final = 30_000
"""How long a writer waits for another process; an import of 100 000 accounts takes about five seconds."""
OWNER_ONLY: Final = 0o600
READS: Final = "belfry_reads"


class SqlError(Exception):
    """SqlError
    └── NewerSchema    the database was written by a newer version of this program
    """


def make_engine(url: str | URL) -> Engine:
    """Return an engine for `sqlite:///FILE`. The file is made where it is missing, readable by its owner only.

    Write-ahead log, foreign keys enforced, every commit synced. Raises SqlError for an address that it cannot serve.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise SqlError("the address of the database is no URL such as sqlite:///data/registry.sqlite3") from error
    if address.get_backend_name() != "sqlite":
        raise SqlError(f"{address.drivername}: only sqlite:///FILE is supported so far")
    if address.database in {None, "", ":memory:"}:
        raise SqlError("sqlite wants a file: sqlite:///FILE")
    return _sqlite(address, Path(str(address.database)))


def _sqlite(address: URL, file: Path) -> Engine:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite gives its -wal and -shm files the mode of the database.
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, OWNER_ONLY))
    except OSError as error:
        raise SqlError(f"{file} cannot be used: {error.strerror or error}") from error
    # Hashes and keys are parameters, and errors are printed: they must not show them.
    driver = {"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000}
    engine = create_engine(address, connect_args=driver, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get(READS, False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a transaction that holds the write lock from its begin; an exception rolls it back."""
    with engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give one consistent view of the database that hinders no writer."""
    with engine.connect().execution_options(**{READS: True}) as connection:
        yield connection
