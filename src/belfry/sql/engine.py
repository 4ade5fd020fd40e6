"""The engine, for SQLite and PostgreSQL. Transactions are ours, not the driver's.

Python's driver for SQLite begins transactions by itself and only before some statements, so that a schema change would
run outside of one and a reader that turns writer would fail at once, busy time-out or not. Here the driver begins
nothing: `writing` takes the write lock at its first word (BEGIN IMMEDIATE), `reading` never takes it. `sql.postgresql`
does the same there.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from belfry.sql.errors import SqlError
from belfry.sql.postgresql import READS, READS_OPTIONS, postgresql

BUSY_TIMEOUT_MS: Final = 30_000
"""How long a writer waits for another process; an import of 100 000 accounts takes about five seconds."""
OWNER_ONLY: Final = 0o600


def make_engine(url: str | URL) -> Engine:
    """Return an engine for `sqlite:///FILE` or `postgresql://HOST/DATABASE`; nothing is asked of a server yet.

    A file is made where it is missing, readable by its owner only: write-ahead log, foreign keys enforced, every commit
    synced. Raises SqlError for an address that it cannot serve, without the password in it.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise SqlError("the address of the database is no URL such as postgresql://HOST/DATABASE") from error
    match address.get_backend_name():
        case "sqlite" if address.database in {None, "", ":memory:"}:
            raise SqlError("sqlite wants a file: sqlite:///FILE")
        case "sqlite":
            return _sqlite(address, Path(str(address.database)))
        case "postgresql" if not address.database:
            raise SqlError("postgresql wants the name of a database: postgresql://HOST/DATABASE")
        case "postgresql" if address.drivername in {"postgresql", "postgresql+psycopg"}:
            return postgresql(address)
    raise SqlError(f"{address.drivername}: wants sqlite:///FILE or postgresql://HOST/DATABASE")


def empty_log(engine: Engine) -> bool:
    """Bring what the log of a SQLite file holds into the file and empty it, so that what was deleted is in neither.

    False where somebody reads from it just now; nobody waits. A server does this by itself.
    """
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            (busy, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            cursor.close()
    finally:
        connection.close()
    return not busy


def called(engine: Engine) -> str:
    """Return what people call this database: its file, or its address without the password."""
    if engine.dialect.name == "sqlite":
        return str(engine.url.database)
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=True)


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
        # secure_delete: who was taken out of a register is overwritten, not only forgotten.
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
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
def preparing(connection: Connection) -> Iterator[None]:
    """One consistent view that hinders no writer, in which temporary tables of this connection may be written."""
    one_state = {"isolation_level": "REPEATABLE READ"} if connection.dialect.name == "postgresql" else {}
    connection.execution_options(**{READS: True, **one_state})
    with connection.begin():
        yield


@contextmanager
def committing(connection: Connection) -> Iterator[None]:
    """What `writing` gives, on a connection that has prepared something."""
    as_ever = {"isolation_level": "READ COMMITTED"} if connection.dialect.name == "postgresql" else {}
    connection.execution_options(**{READS: False, **as_ever})
    with connection.begin():
        yield


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give one consistent view of the database that hinders no writer."""
    options = READS_OPTIONS if engine.dialect.name == "postgresql" else {READS: True}
    with engine.connect().execution_options(**options) as connection:
        yield connection
