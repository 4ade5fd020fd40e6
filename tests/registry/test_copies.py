"""A registry goes from a server into the file of a backup and back onto a server, and is the same."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from belfry.app.keeping import KeepingError
from belfry.app.keeping.backup import back_up
from belfry.app.keeping.restore import restore
from belfry.ports.staff import Role
from belfry.registry import Registry
from belfry.registry.copies import copy_registry
from belfry.registry.tables import METADATA
from belfry.settings import Settings
from belfry.sql import SqlError, reading
from tests.app.test_keeping import a_small_centre, elsewhere

NOW = datetime.now(UTC)


def furnish(registry: Registry) -> None:
    registry.users.add("anna", Role.OPERATOR, "correct horse battery", by="test")
    for n in range(3):
        registry.add({"account": f"10{n}", "receiver": "panels", "name": f"Site {n}"}, by="test")


def rows(registry: Registry) -> dict[str, list[tuple[object, ...]]]:
    with reading(registry.store.engine) as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in METADATA.sorted_tables
            if table.name != "session"
        }


def test_every_row_comes_along_and_the_next_one_is_numbered_behind_them(tmp_path: Path, postgresql: str) -> None:
    there, file = Registry.open(postgresql), Registry.open(tmp_path)
    furnish(there)
    copied = copy_registry(there, file)
    assert rows(file) == rows(there)
    assert copied == sum(map(len, rows(there).values()))
    with pytest.raises(SqlError, match="has rows already"):
        copy_registry(there, file)
    there.close()
    file.close()


async def test_a_centre_beside_a_database_is_backed_up_and_comes_back(tmp_path: Path, postgresql: str) -> None:
    at, _ = await a_small_centre(tmp_path, signals=5)
    (at.data / "registry.sqlite3").unlink()
    at = msgspec.structs.replace(at, database=postgresql)
    registry = Registry.open(postgresql)
    furnish(registry)
    before = rows(registry)
    made = back_up(at, tmp_path / "b", None, now=NOW)
    with pytest.raises(KeepingError, match="has a registry already"):
        await restore(
            msgspec.structs.replace(Settings(), data=tmp_path / "new" / "data", database=postgresql),
            made.folder,
            None,
            now=NOW,
        )
    registry.close()

    there = elsewhere(tmp_path / "file")
    await restore(there, made.folder, None, now=NOW + timedelta(minutes=1))
    came = Registry.open(there.data)
    assert rows(came) == before
    came.close()


async def test_a_backup_of_a_file_can_come_back_onto_a_server(tmp_path: Path, postgresql: str) -> None:
    at, _ = await a_small_centre(tmp_path, signals=5)
    registry = Registry.open(at.data)
    furnish(registry)
    before = rows(registry)
    registry.close()
    made = back_up(at, tmp_path / "b", None, now=NOW)
    there = msgspec.structs.replace(Settings(), data=tmp_path / "new" / "data", database=postgresql)
    await restore(there, made.folder, None, now=NOW)
    came = Registry.open(postgresql)
    assert rows(came) == before
    came.add({"account": "777", "receiver": "panels", "name": "One more"}, by="test")
    assert len(came.changes(0)) == len(before["change"]) + 1
    came.close()
    assert not (there.data / "registry.sqlite3").exists()
