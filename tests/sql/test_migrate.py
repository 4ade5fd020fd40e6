"""Migrations: all that are missing or none, and nothing is touched that a newer version wrote."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import OperationalError

from belfry.sql import NewerSchema, SchemaState, make_engine, migrate, reading, schema_state, writing

REVISION = """
from alembic import op
revision = {revision!r}
down_revision = {down!r}
branch_labels = depends_on = None

def upgrade() -> None:
    for statement in {statements!r}:
        op.execute(statement)
"""


class Room:
    """A room with migrations, some of them written by the test."""

    def __init__(self, folder: Path) -> None:
        self.location = str(folder)
        self.versions = folder / "versions"
        self.versions.mkdir(parents=True)
        self.last: str | None = None

    def add(self, revision: str, *statements: str) -> None:
        source = REVISION.format(revision=revision, down=self.last, statements=statements)
        (self.versions / f"{revision}.py").write_text(source)
        self.last = revision


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = Room(tmp_path / "room")
    room.add("r1", "CREATE TABLE site (id INTEGER)")
    return room


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path}/store.db")
    yield engine
    engine.dispose()


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def test_an_empty_database_gets_every_revision(engine: Engine, room: Room) -> None:
    room.add("r2", "CREATE TABLE zone (id INTEGER)")
    assert schema_state(engine, room.location) is SchemaState.EMPTY
    migrate(engine, room.location)
    assert tables(engine) == {"alembic_version", "site", "zone"}
    assert schema_state(engine, room.location) is SchemaState.CURRENT


def test_an_older_database_gets_what_is_missing_and_keeps_its_rows(engine: Engine, room: Room) -> None:
    migrate(engine, room.location)
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO site VALUES (7)"))
    room.add("r2", "ALTER TABLE site ADD COLUMN name TEXT DEFAULT 'x'")
    assert schema_state(engine, room.location) is SchemaState.OLDER
    migrate(engine, room.location)
    with reading(engine) as connection:
        assert connection.execute(text("SELECT id, name FROM site")).all() == [(7, "x")]


def test_an_aborted_migration_leaves_the_old_schema_and_the_next_start_succeeds(engine: Engine, room: Room) -> None:
    migrate(engine, room.location)
    room.add("r2", "CREATE TABLE zone (id INTEGER)", "ALTER TABLE site ADD COLUMN name TEXT")
    room.add("r3", "CREATE TABLE path (id INTEGER)", "this is no SQL")
    with pytest.raises(OperationalError, match="syntax error"):
        migrate(engine, room.location)
    assert tables(engine) == {"alembic_version", "site"}
    assert [column["name"] for column in inspect(engine).get_columns("site")] == ["id"]

    (room.versions / "r3.py").unlink()
    room.last = "r2"
    room.add("r3", "CREATE TABLE path (id INTEGER)")
    migrate(engine, room.location)
    assert tables(engine) == {"alembic_version", "site", "zone", "path"}


def test_a_first_migration_that_is_aborted_leaves_an_empty_database(engine: Engine, room: Room) -> None:
    room.add("r2", "this is no SQL")
    with pytest.raises(OperationalError):
        migrate(engine, room.location)
    assert tables(engine) == set()


def test_a_newer_schema_is_refused_and_left_as_it_is(engine: Engine, room: Room) -> None:
    room.add("r2", "CREATE TABLE zone (id INTEGER)")
    migrate(engine, room.location)
    (room.versions / "r2.py").unlink()
    assert schema_state(engine, room.location) is SchemaState.NEWER
    with pytest.raises(NewerSchema, match=r"store\.db: schema r2 is newer than this program knows \(r1\)"):
        migrate(engine, room.location)
    assert "zone" in tables(engine)
