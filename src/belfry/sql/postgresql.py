"""PostgreSQL made to keep the same promises as SQLite here: one writer at a time, and readers that see one state.

Two writers who take the same rows in another order would wait for each other, and two who number their change rows
side by side would let a follower pass the one that commits later. So a writer takes a lock of the whole database at
its first word, as it does in SQLite, and gives it back with the end of its transaction. Registries are written by
people: nobody waits long.
"""

from importlib.util import find_spec
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext

from belfry.sql.errors import SqlError

WRITERS: Final = 0x62656C66727931
"""The advisory lock that every writer takes; of this database alone ("belfry1" in hex)."""
LOCK_TIMEOUT_MS: Final = 30_000
CONNECT_TIMEOUT_S: Final = 10
READS: Final = "belfry_reads"
READS_OPTIONS: Final[dict[str, Any]] = {
    READS: True,
    "isolation_level": "REPEATABLE READ",
    "postgresql_readonly": True,
}


def postgresql(address: URL) -> Engine:
    """Return an engine for `postgresql+psycopg://`. Raises SqlError where the driver is not installed."""
    if find_spec("psycopg") is None:
        raise SqlError("PostgreSQL wants psycopg, which is not installed: pip install 'belfry[postgresql]'")
    words = f"-c lock_timeout={LOCK_TIMEOUT_MS} -c timezone=UTC -c synchronous_commit=on"
    driver = {"options": words, "connect_timeout": CONNECT_TIMEOUT_S}
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"), connect_args=driver, hide_parameters=True, pool_pre_ping=True
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if not connection.get_execution_options().get(READS, False):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")

    @event.listens_for(engine, "handle_error")
    def _show_no_value(context: ExceptionContext) -> None:
        for error in (context.original_exception, context.sqlalchemy_exception):
            if error is not None and error.args:
                error.args = (first_line(error.args[0]), *error.args[1:])

    return engine


def first_line(told: object) -> str:
    """Return what a server says without its details: those repeat the row, hashes and keys in it."""
    return str(told).partition("\n")[0]
