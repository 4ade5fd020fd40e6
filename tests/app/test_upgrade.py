"""What a new version finds of an older one it keeps before it changes it, and the way back is a command."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from belfry.app.keeping import KeepingError
from belfry.app.keeping import manifest as manifests
from belfry.app.keeping.before import FOLDER, keep, older_stores, remove_kept
from belfry.app.keeping.restore import Undone, take_back
from belfry.cli.check import examine
from belfry.cli.finding import State
from belfry.domain.facts import SCHEMA
from belfry.journal.sqlite import SqliteJournal
from belfry.ports import Newer
from belfry.registry import Registry, registry_state
from belfry.settings import Settings
from belfry.sql import NewerSchema, SchemaState
from tests.app.child import belfry
from tests.app.test_keeping import NOW, a_small_centre, entries_of
from tests.sql.stages import at_revision

MIGRATIONS = "belfry.registry:migrations"


async def an_older_centre(folder: Path) -> Settings:
    """The stores as the first version left them."""
    at, _ = await a_small_centre(folder, signals=5)
    (at.data / "registry.sqlite3").unlink()
    at_revision(at.data / "registry.sqlite3", MIGRATIONS, "r0001")
    write_meta(at.data, SCHEMA - 1)
    return at


def write_meta(data: Path, schema: int) -> None:
    with closing(sqlite3.connect(data / "journal.sqlite3")) as database:
        database.execute("update meta set value = ? where name = 'schema'", (schema,))
        database.commit()


def revision(data: Path) -> str:
    engine = create_engine(f"sqlite:///{data / 'registry.sqlite3'}")
    with engine.connect() as connection:
        found: str = connection.execute(text("select version_num from alembic_version")).scalar_one()
    engine.dispose()
    return found


async def test_what_an_older_version_wrote_is_kept_before_it_is_changed_and_can_be_put_back(tmp_path: Path) -> None:
    at = await an_older_centre(tmp_path)
    assert [one.file for one in older_stores(at)] == ["journal.sqlite3", "registry.sqlite3"]
    kept = keep(at, NOW)
    assert kept is not None
    assert kept.parent == at.data / FOLDER
    before = await asyncio.to_thread((kept / "registry.sqlite3").read_bytes)

    Registry.open(at.data).close()
    entries = await entries_of(at.data)
    assert older_stores(at) == []
    assert keep(at, NOW) is None
    assert revision(at.data) != "r0001"

    undone = await take_back(at, kept, None, now=NOW + timedelta(hours=1))
    assert isinstance(undone, Undone)
    assert revision(at.data) == "r0001"
    assert (at.data / "registry.sqlite3").read_bytes() == before
    assert [one.file for one in older_stores(at)] == ["journal.sqlite3", "registry.sqlite3"]
    assert revision(undone.aside) != "r0001"
    assert await entries_of(at.data) == entries


async def test_nothing_is_put_back_below_a_running_centre(tmp_path: Path) -> None:
    at = await an_older_centre(tmp_path)
    kept = keep(at, NOW)
    assert kept is not None
    journal = await SqliteJournal.open(at.data)
    with pytest.raises(KeepingError, match="stop it first"):
        await take_back(at, kept, None, now=NOW)
    await journal.close()


async def test_an_older_version_refuses_what_a_newer_one_wrote_and_says_which_is_which(tmp_path: Path) -> None:
    at, _ = await a_small_centre(tmp_path, signals=5)
    write_meta(at.data, SCHEMA + 1)
    with pytest.raises(Newer, match=f"has schema {SCHEMA + 1}, this version reads up to {SCHEMA}"):
        await SqliteJournal.open(at.data)
    engine = create_engine(f"sqlite:///{at.data / 'registry.sqlite3'}")
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = 'r9999'"))
    engine.dispose()
    with pytest.raises(NewerSchema, match="newer than this program knows"):
        Registry.open(at.data)
    assert registry_state(at.data) is SchemaState.NEWER


async def test_check_says_what_the_next_start_would_bring_up_to_date(tmp_path: Path) -> None:
    at = await an_older_centre(tmp_path)
    config = tmp_path / "belfry.toml"
    config.write_text('data = "data"\n', encoding="utf-8")
    before = {file.name: file.read_bytes() for file in at.data.iterdir() if not file.name.endswith(("-shm", "-wal"))}
    told = [one for one in await asyncio.to_thread(lambda: list(examine(config))) if one.part == "upgrade"]
    assert [one.state for one in told] == [State.WARNING, State.WARNING]
    assert "journal.sqlite3 is of an older version; the next start keeps a copy in" in told[0].detail
    after = {file.name: file.read_bytes() for file in at.data.iterdir() if not file.name.endswith(("-shm", "-wal"))}
    assert after == before


async def test_no_command_brings_a_registry_up_to_date_without_a_copy(tmp_path: Path) -> None:
    at = await an_older_centre(tmp_path)
    config = tmp_path / "belfry.toml"
    config.write_text(f'data = "{at.data}"\n', encoding="utf-8")
    for words in (("user", "list"), ("token", "--role", "operator")):
        refused = await belfry(*words, "--config", config)
        assert refused.code == 1, refused
        assert "start the centre of this version, which keeps a copy of it" in refused.complained
    assert revision(at.data) == "r0001"


async def test_what_is_kept_goes_when_it_had_its_time(tmp_path: Path) -> None:
    at = await an_older_centre(tmp_path)
    kept = keep(at, NOW)
    assert kept is not None
    remove_kept(at, NOW + timedelta(days=29))
    assert manifests.read(kept).kind == "kept"
    await take_back(at, kept, None, now=NOW)
    (at.data / "aside" / "mine").mkdir()
    remove_kept(at, NOW + timedelta(days=31))
    assert not kept.exists()
    assert [one.name for one in (at.data / "aside").iterdir()] == ["mine"]
