"""A registry that the first release wrote becomes one of today, whole or not at all, with all that was in it."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from argon2 import PasswordHasher
from sqlalchemy.exc import DatabaseError

from belfry.domain.site_file import SiteChange
from belfry.ports.staff import Role
from belfry.registry import Registry, registry_state
from belfry.registry.registry import MIGRATIONS
from belfry.registry.tables import METADATA
from belfry.sql import SchemaState, make_engine, migrate, reading, schema_state, writing
from tests.registry.conftest import Clock

VERSIONS = Path(__file__).resolve().parents[2] / "src/belfry/registry/migrations/versions"
OPENS = """
import sys
from pathlib import Path
from belfry.registry import Registry

where = sys.argv[1]
registry = Registry.open(Path(where) if where.startswith("/") else where)
print(len(registry.accounts()))
registry.close()
"""
AT = datetime(2026, 2, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where there is nothing yet, not even a table."""
    if request.param == "sqlite":
        return tmp_path / "data"
    empty: str = request.getfixturevalue("postgresql")
    return empty


def address(where: Path | str) -> str:
    return f"sqlite:///{where}/registry.sqlite3" if isinstance(where, Path) else where


def written_at_r0001(where: Path | str, room: Path, *, accounts: int = 3) -> None:
    """Make a registry with the first migration alone and fill it as the first release did."""
    (room / "versions").mkdir(parents=True)
    (room / "versions" / "r0001_first.py").write_text((VERSIONS / "r0001_first.py").read_text())
    engine = make_engine(address(where))
    migrate(engine, str(room))
    meta = sa.MetaData()
    with writing(engine) as connection:
        meta.reflect(connection)
        tables = meta.tables
        rows = [
            {
                "id": f"a{n:016}", "account": f"{n:04}", "prefix": "", "receiver": "panels", "name": f"Müller {n}",
                "address": f"Quay  {n}", "time_zone": "Europe/Zurich", "language": "de", "tenant": "north",
                "type": "shop", "keys": "ab" * 16, "window": "strict", "care": False, "audible_panic": False,
                "high_risk": True, "line_cut": False, "cancel_closes": False, "verify_fire": "none", "building": "",
            }
            for n in range(accounts)
        ]  # fmt: skip
        connection.execute(sa.insert(tables["account"]), rows)
        user = {"id": "u1", "folded": "anna", "name": "Anna", "role": "operator", "language": "en", "created_at": AT}
        connection.execute(sa.insert(tables["user"]), [{**user, "password": PasswordHasher().hash("a good password")}])
        changes = [
            {"at": AT, "by": "import", "table": "account", "row": row["id"], "fields": ["added"]} for row in rows
        ] + [{"at": AT, "by": "anna", "table": "user", "row": "u1", "fields": ["added"]}]
        connection.execute(sa.insert(tables["change"]), changes)
        seen = {"account_id": rows[0]["id"], "path": "tcp", "at_us": 7, "state": "lost"}
        connection.execute(sa.insert(tables["last_seen"]), [seen])
    engine.dispose()


async def test_a_registry_of_the_first_release_keeps_everything(
    where: Path | str, tmp_path: Path, clock: Clock, hasher: PasswordHasher
) -> None:
    written_at_r0001(where, tmp_path / "room")
    assert registry_state(where) is SchemaState.OLDER
    registry = Registry.open(where, clock=clock, hasher=hasher)
    assert registry_state(where) is SchemaState.CURRENT
    file = registry.site("a0000000000000001")
    assert file is not None
    assert (file.account.name, file.account.keys, file.version) == ("Müller 1", (b"\xab" * 16,), 1)
    assert [account.account for account in registry.search("muller quay").items] == ["0000", "0001", "0002"]
    assert [(one.row, one.account_id) for one in registry.changes(0)] == [
        *((f"a{n:016}", f"a{n:016}") for n in range(3)),
        ("u1", None),
    ]
    assert [user.tenants for user in registry.users.all()] == [None]
    assert registry.users.check("anna", "a good password") is not None
    assert len(await registry.last_seen_door().load()) == 1
    registry.edit(file.account.id, SiteChange(account={"name": "Docks"}), version=1, by="bert")
    assert [change.id for change in registry.changes(4)] == [5]
    registry.tokens.issue(Role.OPERATOR, hours=1, by="test")
    registry.close()


def test_it_has_then_the_tables_that_the_code_knows(where: Path | str, tmp_path: Path) -> None:
    written_at_r0001(where, tmp_path / "room", accounts=1_500)
    registry = Registry.open(where)
    with reading(registry.store.engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert connection.scalar(sa.text("SELECT count(*) FROM account WHERE folded = ''")) == 0
    registry.close()


def test_a_migration_that_is_cut_off_leaves_the_first_release_its_registry(where: Path | str, tmp_path: Path) -> None:
    written_at_r0001(where, tmp_path / "room")
    engine = make_engine(address(where))
    with writing(engine) as connection:  # somebody's own table is in the way of the last one
        connection.execute(sa.text("CREATE TABLE calendar (own INTEGER)"))
    with pytest.raises(DatabaseError):
        migrate(engine, MIGRATIONS)
    with writing(engine) as connection:
        assert "version" not in {column["name"] for column in sa.inspect(connection).get_columns("account")}
        assert not sa.inspect(connection).has_table("zone")
        connection.execute(sa.text("DROP TABLE calendar"))
    migrate(engine, MIGRATIONS)
    assert schema_state(engine, MIGRATIONS) is SchemaState.CURRENT
    engine.dispose()


def test_of_programs_that_start_together_one_migrates_and_all_begin(where: Path | str, tmp_path: Path) -> None:
    written_at_r0001(where, tmp_path / "room")
    started = [
        subprocess.Popen([sys.executable, "-c", OPENS, str(where)], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [program.communicate()[0] for program in started] == ["3\n"] * 3
    assert [program.returncode for program in started] == [0, 0, 0]
