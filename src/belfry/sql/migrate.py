"""Migrations, run by the program itself at its start: all that are missing in one transaction, or none.

Alembic treats SQLite as if it could not roll back a schema change. It can, as PostgreSQL can, given an engine that
begins its own transactions (`engine`), so an aborted migration leaves the old schema and the next start tries again.
Each room keeps its revisions in a package: `PACKAGE:migrations`, files in `versions/`.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from belfry.sql.engine import called, reading, writing
from belfry.sql.errors import SqlError

VERSION_TABLES: Final = {"belfry.archive:migrations": "archive_version"}
"""Which revision a room is at stands in a table of its own, since two may share one database."""


class NewerSchema(SqlError):
    """The database was written by a newer version of this program; it is left as it is."""


class SchemaState(StrEnum):
    EMPTY = "empty"
    OLDER = "older"
    """Will be migrated by the next start."""
    CURRENT = "current"
    NEWER = "newer"


def migrate(engine: Engine, location: str) -> None:
    """Bring a database to the newest revision of `location` (`belfry.registry:migrations`).

    Safe where several processes start at once: the check is repeated under the write lock. Raises NewerSchema.
    """
    script, table = _script(location), _version_table(location)
    with reading(engine) as connection:
        state = _state(connection, script, table)
    if state is SchemaState.CURRENT:
        return
    with writing(engine) as connection:
        state = _state(connection, script, table)
        if state is SchemaState.NEWER:
            raise NewerSchema(
                f"{called(engine)}: schema {_revision(connection, table)} is newer than this program knows "
                f"({script.get_current_head()}); start the version that wrote it, or a later one"
            )
        if state is not SchemaState.CURRENT:
            _upgrade(connection, script, table)


def schema_state(engine: Engine, location: str) -> SchemaState:
    """Say what `migrate` would find. Changes nothing."""
    with reading(engine) as connection:
        return _state(connection, _script(location), _version_table(location))


def _script(location: str) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", location)
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def _version_table(location: str) -> str:
    return VERSION_TABLES.get(location, "alembic_version")


def _revision(connection: Connection, table: str) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": table}).get_current_revision()


def _state(connection: Connection, script: ScriptDirectory, table: str) -> SchemaState:
    revision = _revision(connection, table)
    if revision is None:
        return SchemaState.EMPTY
    if revision == script.get_current_head():
        return SchemaState.CURRENT
    known = {known.revision for known in script.walk_revisions()}
    return SchemaState.OLDER if revision in known else SchemaState.NEWER


def _upgrade(connection: Connection, script: ScriptDirectory, table: str) -> None:
    def missing(revision: Any, _context: MigrationContext) -> Sequence[MigrationStep]:
        steps = reversed(list(script.iterate_revisions("heads", revision or "base")))
        return [MigrationStep.upgrade_from_script(script.revision_map, step) for step in steps]

    with EnvironmentContext(Config(), script, fn=missing) as environment:
        environment.configure(connection=connection, version_table=table)
        environment.run_migrations()
