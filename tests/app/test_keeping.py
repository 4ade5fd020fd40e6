"""Backup, restore, drill and rebuild: what was acknowledged before the backup's position comes back, and what was
erased does not."""

import asyncio
import json
import os
import secrets
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belfry.app.keeping import KeepingError
from belfry.app.keeping import manifest as manifests
from belfry.app.keeping.backup import back_up, last_backup
from belfry.app.keeping.drill import drill
from belfry.app.keeping.manifest import Held, Manifest, StoreFile
from belfry.app.keeping.rebuild import rebuild
from belfry.app.keeping.restore import restore
from belfry.archive import SqlArchive
from belfry.domain.codec import encode
from belfry.domain.facts import Entry, Erased, Part, Received, Restored, Retention, account_subject
from belfry.domain.signal import AccountKey, Method
from belfry.journal.sqlite import SqliteJournal
from belfry.keys.sqlite import SqliteKeyStore
from belfry.ports import Stored
from belfry.protocols.dc09 import build_frame
from belfry.registry import Registry
from belfry.safeguards.sealing import seal
from belfry.settings import Settings
from tests.app.child import Served, belfry, furnish, serving, token

NOW: Final = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)
KEYED: Final = AccountKey("panels", None, "2002")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


async def a_small_centre(folder: Path, *, signals: int = 300) -> tuple[Settings, bytes]:
    """Stores with something in them; returns the name of a data key that lives 30 days."""
    at = msgspec.structs.replace(Settings(), data=folder / "data")
    at.data.mkdir(parents=True)
    dice = Random(7).randbytes
    keys = await SqliteKeyStore.open(at.data, dice)
    data_key = dice(32)
    await keys.put([(data_key, Retention.SIGNAL, NOW + timedelta(days=30))])
    sealed = seal(Part.ZONE_TEXT, Retention.SIGNAL, b"Bedroom", data_key=data_key, nonce=dice(12))
    journal = await SqliteJournal.open(at.data)
    for n in range(signals):
        fact = Received(Method.EQUIPMENT, "panels", NOW, account="2002", sealed=(sealed,) if n == 0 else ())
        await journal.append([Entry(id=dice(16), subject=account_subject(KEYED), at=NOW, facts=(fact,))])
    await journal.close()
    await keys.close()
    Registry.open(at.data).close()
    return at, sealed.key


async def entries_of(data: Path) -> list[Entry]:
    journal = await SqliteJournal.open(data)
    try:
        return [one.entry for one in await journal.page(0, 100_000) if isinstance(one, Stored)]
    finally:
        await journal.close()


def elsewhere(place: Path) -> Settings:
    return msgspec.structs.replace(Settings(), data=place / "data")


def give_instance_key(to: Settings, of: Settings) -> None:
    to.data.mkdir(parents=True, mode=0o700)
    shutil.copy2(of.data / "instance.key", to.data / "instance.key")


# -- the whole way, by command ----------------------------------------------------------------------------------------


async def say(served: Served, frame: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(*served.panels)
    try:
        writer.write(frame)
        return await reader.readuntil(b"\r")
    finally:
        writer.close()
        await writer.wait_closed()


async def settled(served: Served) -> None:
    async with asyncio.timeout(30):
        while True:
            numbers = (await served.api.get(f"{served.url}metrics")).text
            told = dict(line.split(" ") for line in numbers.splitlines() if line.startswith("belfry_"))
            folded = told["belfry_journal_position"] == told["belfry_board_position"]
            if folded and float(told["belfry_signals_undecided"]) == 0:
                return
            await asyncio.sleep(0.01)


def frame_of(n: int) -> bytes:
    return build_frame("ADM-CID", seq=n % 9_000 + 1, account="2002", data=f"#2002|1134 01 {n % 900:03}")


async def test_a_centre_that_burnt_down_goes_on_elsewhere_from_its_backup(tmp_path: Path) -> None:
    config = furnish(tmp_path / "old")
    acknowledged: list[str] = []
    sent, stop = 0, asyncio.Event()

    async with serving(config, token(config)) as served:

        async def one_more() -> None:
            nonlocal sent
            sent += 1
            assert b'"ACK"' in await say(served, frame_of(sent))
            acknowledged.append(f"{sent % 900:03}")

        async def load() -> None:
            while not stop.is_set():
                await one_more()

        await one_more()
        loading = asyncio.create_task(load())
        backed_up = await belfry(
            "backup", "--config", config, "--to", tmp_path / "b", "--keys-to", tmp_path / "k", "--json"
        )
        assert (backed_up.code, backed_up.complained) == (0, "")
        stop.set()
        await loading
        await one_more()
        await settled(served)
        before = {one["position"]: one for one in await served.signals()}
        rows = await incidents_of(served)
        served.process.kill()
    told = json.loads(backed_up.said)
    position = told["manifest"]["journal"]["position"]
    assert 0 < position < max(map(int, before))

    drilled = await belfry("drill", "--from", tmp_path / "b", "--below", tmp_path, "--json")
    assert drilled.code == 0
    assert json.loads(drilled.said)["position"] == position

    anew = furnish(tmp_path / "new")
    shutil.rmtree(tmp_path / "new" / "data", ignore_errors=True)
    (tmp_path / "new" / "data").mkdir(mode=0o700)
    shutil.copy2(tmp_path / "old" / "data" / "instance.key", tmp_path / "new" / "data" / "instance.key")
    restored = await belfry(
        "restore", "--config", anew, "--from", tmp_path / "b", "--keys-from", tmp_path / "k", "--json"
    )
    assert (restored.code, restored.complained) == (0, "")
    assert json.loads(restored.said)["position"] == position

    async with serving(anew, token(anew)) as served:
        after = {one["position"]: one for one in await served.signals()}
        kept = {at: one for at, one in before.items() if int(at) <= position}
        assert {at: without_outcome(one) for at, one in after.items() if int(at) <= position} == {
            at: without_outcome(one) for at, one in kept.items()
        }
        assert {row["id"] for row in await incidents_of(served)} <= {row["id"] for row in rows}
        centre = await served.get("/centre")
        assert centre["keeping"]["restored"]["position"] == str(position)
        assert centre["keeping"]["restored"]["keys"] is True

        # The newest came after the backup: the panel says it again, and it is one signal, once.
        count = len(after)
        for _ in range(3):
            assert b'"ACK"' in await say(served, frame_of(sent))
        await settled(served)
        assert len(await served.signals()) == count + 1


async def incidents_of(served: Served) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await served.get("/incidents", state="open", limit=1_000))["items"]
    return [row for row in found if row["account"] is not None]


def without_outcome(signal: dict[str, Any]) -> dict[str, Any]:
    """The signal as it was kept; a decision of the last one may not have been in the backup."""
    return {name: value for name, value in signal.items() if name not in ("act", "incident", "quality")}


# -- backup -----------------------------------------------------------------------------------------------------------


async def test_a_backup_is_two_stores_a_manifest_and_sums_and_the_keys_are_elsewhere(tmp_path: Path) -> None:
    at, _ = await a_small_centre(tmp_path)
    made = back_up(at, tmp_path / "b", tmp_path / "k", now=NOW)
    assert sorted(one.name for one in made.folder.iterdir()) == [
        "SHA256SUMS",
        "journal.sqlite3",
        "manifest.json",
        "registry.sqlite3",
    ]
    assert sorted(one.name for one in (tmp_path / "k").iterdir()) == ["SHA256SUMS", "keys.sqlite3", "manifest.json"]
    instance = (at.data / "instance.key").read_bytes()
    for file in [*made.folder.iterdir(), *(tmp_path / "k").iterdir()]:
        assert instance not in file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0 or file.name in ("SHA256SUMS", "manifest.json")
    assert made.manifest.journal is not None
    assert (made.manifest.journal.position, made.manifest.journal.entries) == (300, 300)
    told = last_backup(at.data)
    assert told is not None
    assert (told.made_at, told.position, told.keys) == (NOW, 300, True)


async def test_what_was_pruned_leaves_the_chain_as_it_was_and_no_byte_in_a_backup(tmp_path: Path) -> None:
    at, _ = await a_small_centre(tmp_path)
    before = back_up(at, tmp_path / "b", None, now=NOW)
    journal = await SqliteJournal.open(at.data)
    (gone, kept) = (one for one in await journal.page(0, 2) if isinstance(one, Stored))
    await journal.prune([1, *range(3, 301)])
    after = back_up(at, tmp_path / "b", None, now=NOW + timedelta(minutes=1))
    await journal.close()
    assert before.manifest.journal is not None
    assert after.manifest.journal is not None
    assert after.manifest.journal.chain == before.manifest.journal.chain
    assert (after.manifest.journal.position, after.manifest.journal.entries) == (300, 1)
    copied = await asyncio.to_thread((after.folder / "journal.sqlite3").read_bytes)
    assert encode(kept.entry) in copied
    assert encode(gone.entry)[:60] not in copied
    await drill(after.folder, now=NOW + timedelta(minutes=1), below=tmp_path)


async def test_a_second_backup_of_the_keys_leaves_nothing_of_the_first(tmp_path: Path) -> None:
    at, name = await a_small_centre(tmp_path)
    back_up(at, tmp_path / "b", tmp_path / "k", now=NOW)
    assert name in (tmp_path / "k" / "keys.sqlite3").read_bytes()
    keys = await SqliteKeyStore.open(at.data, secrets.token_bytes)
    await keys.expire(NOW + timedelta(days=31))
    await keys.close()
    back_up(at, tmp_path / "b", tmp_path / "k", now=NOW + timedelta(days=31))
    assert all(name not in file.read_bytes() for file in (tmp_path / "k").iterdir())


@pytest.mark.parametrize(
    "places", [("b", "b"), ("b", "b/keys"), ("b/deep", "b"), ("old/data/b", "k"), ("b", "old/data/k")]
)
async def test_keys_never_lie_where_backups_or_data_do(tmp_path: Path, places: tuple[str, str]) -> None:
    at, _ = await a_small_centre(tmp_path / "old", signals=1)
    to, keys_to = (tmp_path / place for place in places)
    with pytest.raises(KeepingError, match="lie in one another"):
        back_up(at, to, keys_to, now=NOW)
    assert not await asyncio.to_thread(lambda: list(tmp_path.rglob("belfry-*")))


async def test_old_backups_go_and_the_newest_never(tmp_path: Path) -> None:
    at, _ = await a_small_centre(tmp_path, signals=1)
    first = back_up(at, tmp_path / "b", None, now=NOW).folder
    second = back_up(at, tmp_path / "b", None, now=NOW + timedelta(days=20)).folder
    third = back_up(at, tmp_path / "b", None, now=NOW + timedelta(days=31))
    assert third.removed == [first]
    assert manifests.backups_in(tmp_path / "b") == [second, third.folder]
    last = back_up(at, tmp_path / "b", None, now=NOW + timedelta(days=400))
    assert manifests.backups_in(tmp_path / "b") == [last.folder]


async def test_a_backup_does_not_stop_the_writer_and_is_whole_up_to_its_position(tmp_path: Path) -> None:
    at, _ = await a_small_centre(tmp_path, signals=50)
    journal = await SqliteJournal.open(at.data)
    stop, written = asyncio.Event(), 0

    async def write() -> None:
        nonlocal written
        while not stop.is_set():
            fact = Received(Method.EQUIPMENT, "panels", NOW, account="2002")
            entry = Entry(id=secrets.token_bytes(16), subject="account/panels//2002", at=NOW, facts=(fact,))
            await journal.append([entry])
            written += 1
            if written % 50 == 0:
                await journal.prune([written])

    writing = asyncio.create_task(write())
    made = await asyncio.to_thread(back_up, at, tmp_path / "b", None, now=NOW)
    stop.set()
    await writing
    await journal.close()
    assert made.manifest.journal is not None
    assert 50 <= made.manifest.journal.position <= 50 + written
    await drill(made.folder, now=NOW, below=tmp_path)


async def test_a_journal_on_a_server_is_refused_with_a_reason(tmp_path: Path) -> None:
    at = msgspec.structs.replace(Settings(), data=tmp_path / "data", journal="nats://user:secret@127.0.0.1:4222/bells")
    with pytest.raises(KeepingError, match="tools of its server") as refused:
        back_up(at, tmp_path / "b", None, now=NOW)
    assert "nats stream backup bells FOLDER, nats stream backup bells-pruned FOLDER2" in str(refused.value)
    assert "secret" not in str(refused.value)
    with pytest.raises(KeepingError, match="on a server"):
        await restore(at, tmp_path / "b", None, now=NOW)


# -- restore ----------------------------------------------------------------------------------------------------------


async def test_a_restore_says_in_the_journal_from_where_it_goes_on(tmp_path: Path) -> None:
    at, _ = await a_small_centre(tmp_path)
    back_up(at, tmp_path / "b", tmp_path / "k", now=NOW)
    there = elsewhere(tmp_path / "new")
    give_instance_key(there, at)
    back = await restore(there, tmp_path / "b", tmp_path / "k", now=NOW + timedelta(days=1))
    assert (back.position, back.keys, back.expired) == (300, True, 0)
    entries = await entries_of(there.data)
    assert entries[:300] == await entries_of(at.data)
    assert [fact for entry in entries[300:] for fact in entry.facts] == [
        Restored(position=300, made_at=NOW, version=back.manifest.version, keys=True)
    ]


async def test_a_restore_without_keys_works_and_says_so(tmp_path: Path) -> None:
    at, name = await a_small_centre(tmp_path)
    back_up(at, tmp_path / "b", tmp_path / "k", now=NOW)
    there = elsewhere(tmp_path / "new")
    back = await restore(there, tmp_path / "b", None, now=NOW)
    assert not back.keys
    keys = await SqliteKeyStore.open(there.data, secrets.token_bytes)
    assert await keys.get([name]) == {}
    await keys.close()
    (fact,) = (await entries_of(there.data))[-1].facts
    assert isinstance(fact, Restored)
    assert not fact.keys


async def test_an_old_backup_of_the_keys_brings_nothing_back_that_ended(tmp_path: Path) -> None:
    at, name = await a_small_centre(tmp_path)
    back_up(at, tmp_path / "b", tmp_path / "k", now=NOW)
    there = elsewhere(tmp_path / "new")
    give_instance_key(there, at)
    back = await restore(there, tmp_path / "b", tmp_path / "k", now=NOW + timedelta(days=30))
    assert back.expired == 1
    assert all(name not in file.read_bytes() for file in there.data.glob("keys.sqlite3*"))


async def test_nor_what_the_journal_says_was_destroyed_before_its_end(tmp_path: Path) -> None:
    at, name = await a_small_centre(tmp_path)
    back_up(at, tmp_path / "old", tmp_path / "k", now=NOW)
    journal = await SqliteJournal.open(at.data)
    fact = Erased(keys=1, entries=1, runs=((1, 1),), names=(name,))
    await journal.append([Entry(id=secrets.token_bytes(16), subject="centre", at=NOW, facts=(fact,))])
    await journal.prune([1])
    await journal.close()
    back_up(at, tmp_path / "b", None, now=NOW + timedelta(hours=1))
    there = elsewhere(tmp_path / "new")
    give_instance_key(there, at)
    await restore(there, tmp_path / "b", tmp_path / "k", now=NOW + timedelta(hours=2))
    assert all(name not in file.read_bytes() for file in there.data.glob("keys.sqlite3*"))


async def spoil_body(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "journal.sqlite3")) as database:
        database.execute("update entry set body = cast(replace(body, '2002', '2003') as blob) where position = 7")
        database.commit()


def rewrite_sums(folder: Path) -> None:
    """What somebody does who changes a store and covers it up, but for the chain."""
    manifest = manifests.read(folder)
    files = tuple(manifests.store_file(folder / one.file) for one in manifest.files)
    manifests.write(folder, msgspec.structs.replace(manifest, files=files))


async def test_one_changed_entry_is_found_by_the_digest_and_by_the_chain(tmp_path: Path) -> None:
    at, _ = await a_small_centre(tmp_path)
    folder = back_up(at, tmp_path / "b", None, now=NOW).folder
    await spoil_body(folder)
    there = elsewhere(tmp_path / "new")
    with pytest.raises(KeepingError, match="not as it was written"):
        await restore(there, folder, None, now=NOW)
    rewrite_sums(folder)
    with pytest.raises(KeepingError, match="does not hold what its manifest says: chain"):
        await restore(there, folder, None, now=NOW)
    with pytest.raises(KeepingError, match="chain"):
        await drill(folder, now=NOW, below=tmp_path)
    assert not there.data.exists()


@pytest.mark.parametrize("name", ["journal.sqlite3", "registry.sqlite3", "manifest.json", "SHA256SUMS"])
async def test_a_file_that_is_short_or_gone_is_named(tmp_path: Path, name: str) -> None:
    at, _ = await a_small_centre(tmp_path, signals=5)
    folder = back_up(at, tmp_path / "b", None, now=NOW).folder
    file = folder / name
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(KeepingError):
        await restore(elsewhere(tmp_path / "new"), folder, None, now=NOW)
    file.unlink()
    with pytest.raises(KeepingError, match=str(folder)):
        await restore(elsewhere(tmp_path / "new"), folder, None, now=NOW)


async def test_a_restore_overwrites_nothing(tmp_path: Path) -> None:
    at, _ = await a_small_centre(tmp_path, signals=5)
    back_up(at, tmp_path / "b", None, now=NOW)
    before = {file.name: file.read_bytes() for file in at.data.iterdir()}
    with pytest.raises(KeepingError, match="is not empty"):
        await restore(at, tmp_path / "b", None, now=NOW)
    assert {file.name: file.read_bytes() for file in at.data.iterdir()} == before


async def test_a_disk_of_its_own_is_empty_though_it_has_lost_and_found(tmp_path: Path) -> None:
    at, _ = await a_small_centre(tmp_path, signals=2)
    back_up(at, tmp_path / "b", None, now=NOW)
    there = elsewhere(tmp_path / "new")
    (there.data / "lost+found").mkdir(parents=True)
    assert (await restore(there, tmp_path / "b", None, now=NOW)).position == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can do what only root does wrong")
async def test_what_root_does_at_night_the_centre_can_read_in_the_morning(tmp_path: Path) -> None:
    at, _ = await a_small_centre(tmp_path, signals=2)
    there = elsewhere(tmp_path / "new")
    give_instance_key(there, at)
    places = [at.data, tmp_path / "b", tmp_path / "k", there.data]
    for place in places:
        place.mkdir(exist_ok=True)
        os.chown(place, 65_534, 65_534)
    back_up(at, tmp_path / "b", tmp_path / "k", now=NOW)
    await restore(there, tmp_path / "b", tmp_path / "k", now=NOW)
    await rebuild(there)
    made = [path for place in places for path in place.rglob("*")]
    assert len(made) > 10
    assert {(path.stat().st_uid, path.stat().st_gid) for path in made} == {(65_534, 65_534)}


async def test_keys_are_refused_without_their_instance_key_and_with_another_one(tmp_path: Path) -> None:
    at, _ = await a_small_centre(tmp_path, signals=5)
    back_up(at, tmp_path / "b", tmp_path / "k", now=NOW)
    there = elsewhere(tmp_path / "new")
    with pytest.raises(KeepingError, match=r"instance\.key is missing"):
        await restore(there, tmp_path / "b", tmp_path / "k", now=NOW)
    there.data.mkdir(parents=True)
    (there.data / "instance.key").write_bytes(bytes(32))
    with pytest.raises(KeepingError, match="is not the instance key"):
        await restore(there, tmp_path / "b", tmp_path / "k", now=NOW)
    assert [one.name for one in there.data.iterdir()] == ["instance.key"]


async def test_a_clock_that_is_behind_is_set_first(tmp_path: Path) -> None:
    at, _ = await a_small_centre(tmp_path, signals=5)
    back_up(at, tmp_path / "b", None, now=NOW)
    with pytest.raises(KeepingError, match="set the clock first"):
        await restore(elsewhere(tmp_path / "new"), tmp_path / "b", None, now=NOW - timedelta(days=1))


# -- rebuild ----------------------------------------------------------------------------------------------------------


async def test_the_archive_made_anew_is_the_archive_that_was_followed(tmp_path: Path) -> None:
    at, _ = await a_small_centre(tmp_path)
    await rebuild(at)
    archive = SqlArchive.open(at.data)
    assert await archive.heard() == {("2026-03-14", ""): 300}
    position = await archive.position()
    await archive.close()
    assert position == 300


async def test_a_rebuild_waits_until_the_centre_is_stopped(tmp_path: Path) -> None:
    at, _ = await a_small_centre(tmp_path, signals=5)
    journal = await SqliteJournal.open(at.data)
    with pytest.raises(KeepingError, match="stop it first"):
        await rebuild(at)
    await journal.close()


# -- what is read from a disk that nobody watched ---------------------------------------------------------------------

HELD: Final = Held(position=1, entries=1, chain="0" * 64, open_incidents=0, incidents="0" * 64)
GOOD: Final = Manifest(
    made_at=NOW, version="1", journal=HELD, files=(StoreFile(file="journal.sqlite3", size_bytes=1, sha256="0" * 64),)
)


@settings(max_examples=200)
@given(st.binary(max_size=300))
def test_no_bytes_but_a_manifest_are_one(data: bytes) -> None:
    with pytest.raises(KeepingError):
        manifests.decode(data)


CHANGES: Final[list[tuple[str, Callable[[dict[str, Any]], Any]]]] = [
    ("a newer format", lambda told: told.update(format=2)),
    ("a file outside", lambda told: told["files"][0].update(file="../instance.key")),
    ("a digest that is none", lambda told: told["files"][0].update(sha256="zz")),
    ("a size below nothing", lambda told: told["files"][0].update(size_bytes=-1)),
    ("a time without zone", lambda told: told.update(made_at="2026-03-14T02:14:00")),
    ("no time", lambda told: told.pop("made_at")),
    ("a position in words", lambda told: told["journal"].update(position="one")),
]


@pytest.mark.parametrize(("what", "change"), CHANGES, ids=[what for what, _ in CHANGES])
def test_a_manifest_that_says_nonsense_is_refused(what: str, change: Callable[[dict[str, Any]], Any]) -> None:
    assert manifests.decode(msgspec.json.encode(GOOD)) == GOOD
    told = msgspec.to_builtins(GOOD)
    change(told)
    with pytest.raises(KeepingError):
        manifests.decode(msgspec.json.encode(told))


@given(st.integers(0, 10**6), st.data())
def test_a_manifest_comes_back_as_it_was_written_whatever_stands_in_its_names(n: int, data: st.DataObject) -> None:
    centre = data.draw(st.text(max_size=60))
    manifest = msgspec.structs.replace(GOOD, centre=centre, journal=msgspec.structs.replace(HELD, position=n))
    assert manifests.decode(msgspec.json.encode(manifest)) == manifest
