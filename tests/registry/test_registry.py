"""Opening the registry, its change rows and its last-seen times."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from argon2 import PasswordHasher
from sqlalchemy import text

from belfry.ports.last_seen import LastHeard, LastSeen
from belfry.ports.staff import Role
from belfry.registry import Registry, parse_sheet, registry_state
from belfry.registry.store import last_change
from belfry.registry.tables import METADATA
from belfry.sql import NewerSchema, SchemaState, SqlError, reading, writing
from tests.registry.conftest import IN_A_FILE, Clock


def test_the_migrations_make_the_tables_that_the_code_knows(registry: Registry) -> None:
    with reading(registry.store.engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_what_was_kept_is_there_after_a_restart(registry: Registry, where: Path | str, hasher: PasswordHasher) -> None:
    registry.import_accounts(parse_sheet("account\n1234\n"), by="test")
    registry.close()
    again = Registry.open(where, hasher=hasher)
    assert [account.account for account in again.accounts()] == ["1234"]
    again.close()


@IN_A_FILE
def test_the_file_is_its_owners_alone(registry: Registry, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "data" / "registry.sqlite3").stat().st_mode) == 0o600


def test_a_newer_registry_is_refused(registry: Registry, where: Path | str) -> None:
    assert registry_state(where) is SchemaState.CURRENT
    with writing(registry.store.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    assert registry_state(where) is SchemaState.NEWER
    with pytest.raises(NewerSchema, match="r9999 is newer"):
        Registry.open(where)


def test_a_file_that_is_no_registry_is_named(tmp_path: Path) -> None:
    (tmp_path / "registry.sqlite3").write_bytes(b"not a database, but long enough to be looked at" * 100)
    for ask in (Registry.open, registry_state):
        with pytest.raises(SqlError, match=r"registry\.sqlite3 cannot be used: file is not a database"):
            ask(tmp_path)


def test_a_server_that_does_not_answer_is_named_without_the_password() -> None:
    with pytest.raises(SqlError, match=r"postgresql://u:\*\*\*@127.0.0.1:1/d cannot be used") as refused:
        Registry.open("postgresql://u:hunter2@127.0.0.1:1/d")
    assert "hunter2" not in str(refused.value)


def test_asking_for_the_state_makes_no_registry(tmp_path: Path) -> None:
    assert registry_state(tmp_path / "none") is None
    assert not (tmp_path / "none").exists()


def test_two_processes_may_have_it_open(registry: Registry, where: Path | str, hasher: PasswordHasher) -> None:
    beside = Registry.open(where, hasher=hasher)
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
    assert last_change(registry.store) == 0
    registry.import_accounts(parse_sheet("account\n" + "".join(f"{n:04}\n" for n in range(5))), by="x")
    first = registry.changes(0, limit=3)
    second = registry.changes(first[-1].id, limit=3)
    assert [change.id for change in (*first, *second)] == [1, 2, 3, 4, 5]
    assert registry.changes(5) == []
    assert last_change(registry.store) == 5
    wanted = [change.row for change in second]
    accounts, parts = registry.some_sites([*wanted, "gone"])
    assert {account.id for account in accounts} == set(wanted)
    assert not parts


async def test_last_seen_times_are_saved_in_batches_and_read_back(registry: Registry, clock: Clock) -> None:
    door: LastSeen = registry.last_seen_door()
    now, never = clock(), datetime(1970, 1, 1, tzinfo=UTC)
    await door.save([LastHeard("a1", "tcp", now), LastHeard("a1", "udp", never), LastHeard("a2", "tcp", now, "lost")])
    later = clock.turn(timedelta(microseconds=1))
    await door.save([LastHeard("a1", "tcp", later), LastHeard("a2", "tcp", now), LastHeard("a3", "tcp", now)])
    await door.save([])
    assert sorted(await door.load(), key=lambda row: (row.account_id, row.path)) == [
        LastHeard("a1", "tcp", later),
        LastHeard("a1", "udp", never),
        LastHeard("a2", "tcp", now),
        LastHeard("a3", "tcp", now),
    ]


async def test_a_batch_of_last_seen_times_is_saved_whole_or_not_at_all(registry: Registry, clock: Clock) -> None:
    door = registry.last_seen_door()
    with pytest.raises(ValueError, match="has 501 characters, at most 500 are kept"):
        await door.save([LastHeard("a1", "tcp", clock()), LastHeard("a2", "tcp", clock(), "x" * 501)])
    assert await door.load() == []
