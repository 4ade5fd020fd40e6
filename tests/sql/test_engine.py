"""The engine: whole transactions, owner-only files, aware instants."""

import sqlite3
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, ForeignKey, Integer, MetaData, Table, func, insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from belfry.sql import SqlError, UtcDateTime, empty_log, make_engine, reading, writing

METADATA = MetaData()
SITE = Table("site", METADATA, Column("id", Integer, primary_key=True), Column("at", UtcDateTime))
ZONE = Table("zone", METADATA, Column("site", ForeignKey("site.id"), nullable=False))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path}/deep/store.db")
    with writing(engine) as connection:
        METADATA.create_all(connection)
    yield engine
    engine.dispose()


def sites(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(SITE)) or 0


def test_the_store_and_its_log_are_readable_by_their_owner_only(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as connection:
        connection.execute(insert(SITE), {"id": 1})
    files = list((tmp_path / "deep").iterdir())
    assert {file.name for file in files} == {"store.db", "store.db-wal", "store.db-shm"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "deep").stat().st_mode) == 0o700


def fail_halfway(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE half (a)"))
        connection.execute(insert(SITE), [{"id": 1}, {"id": 1}])


def test_an_error_shows_the_statement_and_no_value(engine: Engine) -> None:
    with pytest.raises(IntegrityError) as refused, writing(engine) as connection:
        connection.execute(insert(SITE), [{"id": 424242}, {"id": 424242}])
    assert "424242" not in str(refused.value)


def test_what_is_promised_to_the_disk_is_switched_on(engine: Engine) -> None:
    with reading(engine) as connection:
        found = [connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "busy_timeout")]
    assert found == ["wal", 2, 30_000]


def test_a_transaction_that_fails_leaves_nothing(engine: Engine) -> None:
    with pytest.raises(IntegrityError):
        fail_halfway(engine)
    assert sites(engine) == 0
    with reading(engine) as connection:
        assert not connection.dialect.has_table(connection, "half")


def test_a_row_that_belongs_to_nothing_is_refused(engine: Engine) -> None:
    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(insert(ZONE), {"site": 99})


def test_a_writer_holds_the_lock_from_its_first_word_and_hinders_no_reader(engine: Engine) -> None:
    with writing(engine):
        other = sqlite3.connect(str(engine.url.database), timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()
        assert sites(engine) == 0


def test_instants_come_back_as_aware_utc(engine: Engine) -> None:
    elsewhere = datetime(2026, 3, 1, 12, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5)))
    with writing(engine) as connection:
        connection.execute(insert(SITE), [{"id": 1, "at": elsewhere}, {"id": 2, "at": None}])
    with reading(engine) as connection:
        found = connection.scalars(select(SITE.c.at).order_by(SITE.c.id)).all()
    assert found == [elsewhere, None]
    assert found[0] is not None
    assert found[0].tzinfo is UTC


def test_a_naive_instant_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="has no zone"), writing(engine) as connection:
        connection.execute(insert(SITE), {"id": 1, "at": datetime(2026, 3, 1)})  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://u:hunter2@h/d",
        "postgresql+pg8000://u:hunter2@h/d",
        "postgresql://u:hunter2@h",
    ],
)
def test_an_address_it_cannot_serve_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(SqlError) as refused:
        make_engine(url)
    assert "hunter2" not in str(refused.value)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SqlError, match=r"store\.db cannot be used"):
        make_engine(f"sqlite:///{tmp_path}/file/store.db")


def test_what_was_deleted_is_in_no_byte_once_the_log_is_empty(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    with writing(engine) as connection:
        connection.exec_driver_sql("create table person(name text)")
        connection.exec_driver_sql("insert into person values ('Averill-Whittington')")
    with writing(engine) as connection:
        connection.exec_driver_sql("delete from person")

    def held() -> bool:
        return any(b"Averill-Whittington" in path.read_bytes() for path in tmp_path.iterdir())

    assert held()
    with reading(engine) as reader:
        reader.exec_driver_sql("select * from person").all()
        with writing(engine) as connection:
            connection.exec_driver_sql("insert into person values ('another')")
        assert not empty_log(engine), "somebody reads: nobody waits"
    assert empty_log(engine)
    assert not held()
    engine.dispose()
