"""A database as an older version of this program left it."""

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationStep
from alembic.script import ScriptDirectory

from belfry.sql import make_engine, writing


def at_revision(file: Path, location: str, revision: str) -> None:
    """Make a SQLite database and migrate it no further than to a revision."""
    config = Config()
    config.set_main_option("script_location", location)
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)

    def steps(_: Any, __: Any) -> Any:
        found = reversed(list(script.iterate_revisions(revision, "base")))
        return [MigrationStep.upgrade_from_script(script.revision_map, step) for step in found]

    engine = make_engine(f"sqlite:///{file}")
    with writing(engine) as connection, EnvironmentContext(Config(), script, fn=steps) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
    engine.dispose()
