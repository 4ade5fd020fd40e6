"""Opening the registry, its change rows and its last-seen times."""

import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from argon2 import PasswordHasher
from sqlalchemy import text

from belfry.ports.staff import Role
from belfry.registry import Registry, parse_sheet, registry_state
from belfry.registry.tables import METADATA
from belfry.sql import NewerSchema, SchemaState, SqlError, reading, writing
from tests.registry.conftest import Clock


def test_the_migrations_make_the_tables_that_the_code_knows(registry: Registry) -> None:
    with reading(registry.store.engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_what_was_kept_is_there_after_a_restart(registry: Registry, tmp_path: Path, hasher: PasswordHasher) -> None:
    registry.import_accounts(parse_sheet("account\n1234\n"), by="test")
    registry.close()
    again = Registry.open(tmp_path / "data", hasher=hasher)
    assert [account.account for account in again.accounts()] == ["1234"]
    again.close()


def test_the_file_is_its_owners_alone(registry: Registry, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "data" / "registry.db").stat().st_mode) == 0o600


def test_a_newer_registry_is_refused(registry: Registry, tmp_path: Path) -> None:
    assert registry_state(tmp_path / "data") is SchemaState.CURRENT
    with writing(registry.store.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    assert registry_state(tmp_path / "data") is SchemaState.NEWER
    with pytest.raises(NewerSchema, match="r9999 is newer"):
        Registry.open(tmp_path / "data")


def test_a_file_that_is_no_registry_is_named(tmp_path: Path) -> None:
    (tmp_path / "registry.db").write_bytes(b"not a database, but long enough to be looked at" * 100)
    for ask in (Registry.open, registry_state):
        with pytest.raises(SqlError, match=r"registry\.db cannot be used: file is not a database"):
            ask(tmp_path)


def test_asking_for_the_state_makes_no_registry(tmp_path: Path) -> None:
    assert registry_state(tmp_path / "none") is None
    assert not (tmp_path / "none").exists()


def test_two_processes_may_have_it_open(registry: Registry, tmp_path: Path, hasher: PasswordHasher) -> None:
    beside = Registry.open(tmp_path / "data", hasher=hasher)
    beside.import_accounts(parse_sheet("account\n1234\n"), by="import")
    beside.close()
    assert [change.by for change in registry.changes(0)] == ["import"]
    assert [account.account for account in registry.accounts()] == ["1234"]


def test_every_change_has_a_row_that_names_fields_and_no_value(registry: Registry, clock: Clock) -> None:
    registry.import_accounts(parse_sheet("account,name\n1234,Harbour\n"), by="anna")
    clock.turn(timedelta(hours=1))
    registry.import_accounts(parse_sheet(f"account,name,key\n1234,Docks,{'ab' * 16}\n"), by="bert")
    registry.users.add("carl", Role.OPERATOR, "a good password", by="anna")
    registry.tokens.issue(Role.OPERATOR, hours=1, by="anna")
    changes = registry.changes(0)
    assert [(change.id, change.table, change.by, change.fields) for change in changes] == [
        (1, "account", "anna", ("added",)),
        (2, "account", "bert", ("name", "keys")),
        (3, "user", "anna", ("added",)),
        (4, "token", "anna", ("added",)),
    ]
    assert changes[0].row == changes[1].row == registry.accounts()[0].id
    assert changes[1].at - changes[0].at == timedelta(hours=1)


def test_a_follower_reads_changes_in_pages_and_each_once(registry: Registry) -> None:
    registry.import_accounts(parse_sheet("account\n" + "".join(f"{n:04}\n" for n in range(5))), by="x")
    first = registry.changes(0, limit=3)
    second = registry.changes(first[-1].id, limit=3)
    assert [change.id for change in (*first, *second)] == [1, 2, 3, 4, 5]
    assert registry.changes(5) == []
    wanted = [change.row for change in second]
    assert {account.id for account in registry.some_accounts([*wanted, "gone"])} == set(wanted)


def test_last_seen_times_are_saved_in_batches_and_never_go_back(registry: Registry, clock: Clock) -> None:
    now = clock()
    earlier = now - timedelta(minutes=1)
    registry.save_last_seen([("a1", "tcp", now), ("a1", "udp", earlier), ("a2", "tcp", earlier)])
    registry.save_last_seen([("a1", "tcp", earlier), ("a2", "tcp", now), ("a3", "tcp", now)])
    registry.save_last_seen([])
    assert registry.last_seen() == [
        ("a1", "tcp", now), ("a1", "udp", earlier), ("a2", "tcp", now), ("a3", "tcp", now)
    ]  # fmt: skip


def test_last_seen_times_are_read_in_pages(registry: Registry, clock: Clock) -> None:
    registry.save_last_seen([(f"a{n}", path, clock()) for n in range(3) for path in ("tcp", "udp")])
    found: list[tuple[str, str, datetime]] = []
    after = ("", "")
    while page := registry.last_seen(after, limit=4):
        found += page
        after = page[-1][:2]
    assert [row[:2] for row in found] == [(f"a{n}", path) for n in range(3) for path in ("tcp", "udp")]
