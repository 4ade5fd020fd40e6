"""PostgreSQL keeps the promises of the engine: one writer at a time, one view for a reader, whole migrations."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, func, insert, inspect, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from belfry.sql import (
    NewerSchema,
    SchemaState,
    UtcDateTime,
    called,
    make_engine,
    migrate,
    reading,
    schema_state,
    writing,
)
from tests.sql.test_migrate import Room

METADATA = MetaData()
SITE = Table("site", METADATA, Column("id", Integer, primary_key=True), Column("at", UtcDateTime))


@pytest.fixture
def engine(postgresql: str) -> Iterator[Engine]:
    engine = make_engine(postgresql)
    with writing(engine) as connection:
        METADATA.create_all(connection)
    yield engine
    engine.dispose()


def sites(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(SITE)) or 0


def test_instants_come_back_as_aware_utc(engine: Engine) -> None:
    elsewhere = datetime(2026, 3, 1, 12, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5)))
    with writing(engine) as connection:
        connection.execute(insert(SITE), {"id": 1, "at": elsewhere})
    with reading(engine) as connection:
        (found,) = connection.scalars(select(SITE.c.at))
    assert found == elsewhere
    assert found.tzinfo is UTC


def fail_halfway(engine: Engine, *rows: dict[str, int | None]) -> None:
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE half (a INTEGER)"))
        connection.execute(insert(SITE), list(rows))


@pytest.mark.parametrize("other", [424242, None])
def test_a_transaction_that_fails_leaves_nothing_and_its_error_shows_no_value(
    engine: Engine, other: int | None
) -> None:
    with pytest.raises(IntegrityError) as refused:
        fail_halfway(engine, {"id": 424242}, {"id": 424242 if other else 7}, {"id": 7})
    assert "violates unique constraint" in str(refused.value)
    for shown in (str(refused.value), repr(refused.value), str(refused.value.orig)):
        assert "424242" not in shown
        assert "(7)" not in shown
    assert sites(engine) == 0
    assert not inspect(engine).has_table("half")


def test_a_writer_waits_for_the_one_before_it_and_sees_what_that_one_wrote(engine: Engine) -> None:
    waits, found = Event(), list[int]()

    def second() -> None:
        waits.set()
        with writing(engine) as connection:
            found.append(connection.scalar(select(func.count()).select_from(SITE)) or 0)

    with writing(engine) as connection:
        other = Thread(target=second)
        other.start()
        waits.wait()
        assert sites(engine) == 0  # a reader waits for nobody
        connection.execute(insert(SITE), {"id": 1})
    other.join()
    assert found == [1]


def test_a_reader_sees_one_state_and_writes_nothing(engine: Engine) -> None:
    with reading(engine) as connection:
        before = connection.scalar(select(func.count()).select_from(SITE))
        with writing(engine) as other:
            other.execute(insert(SITE), {"id": 1})
        assert connection.scalar(select(func.count()).select_from(SITE)) == before == 0
    assert sites(engine) == 1
    with pytest.raises(DatabaseError, match="read-only"), reading(engine) as connection:
        connection.execute(insert(SITE), {"id": 2})


def test_a_migration_that_is_aborted_leaves_the_old_schema(engine: Engine, tmp_path: Path) -> None:
    room = Room(tmp_path / "room")
    room.add("r1", "CREATE TABLE area (id INTEGER)")
    migrate(engine, room.location)
    room.add("r2", "CREATE TABLE zone (id INTEGER)", "this is no SQL")
    with pytest.raises(DatabaseError):
        migrate(engine, room.location)
    assert set(inspect(engine).get_table_names()) == {"alembic_version", "area", "site"}
    assert schema_state(engine, room.location) is SchemaState.OLDER
    (room.versions / "r2.py").unlink()
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r9'"))
    with pytest.raises(NewerSchema, match="schema r9 is newer than this program knows"):
        migrate(engine, room.location)


def test_what_people_call_it_has_no_password() -> None:
    engine = make_engine("postgresql+psycopg://u:hunter2@h/d")
    assert called(engine) == "postgresql://u:***@h/d"
    engine.dispose()


def test_a_server_that_dropped_every_connection_is_asked_again(engine: Engine, postgresql: str) -> None:
    assert sites(engine) == 0
    other = make_engine(postgresql)
    with writing(other) as connection:
        others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
        assert connection.scalars(text(f"SELECT pg_terminate_backend(pid) {others}")).all()
    other.dispose()
    assert sites(engine) == 0
    with writing(engine) as connection:
        connection.execute(insert(SITE), {"id": 1})
    assert sites(engine) == 1
