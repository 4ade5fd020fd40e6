"""The JetStream journal keeps the promise of a journal, on a real server that syncs every write."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Final

import nats
import pytest

from belfry.domain.codec import encode
from belfry.journal.admission import REPEAT_WINDOW
from belfry.journal.jetstream import JetStreamJournal, post
from belfry.journal.jetstream import server as jetstream_server
from belfry.journal.jetstream.names import Names
from belfry.journal.jetstream.server import Server
from belfry.ports import Expect, Full, InUse, Journal, Newer, Pruned, Stale, Stored, Unusable
from belfry.safeguards.leaf import leaf_hash
from belfry.testing.journal_suite import JournalSuite, an_entry, entries_of, follow, positions_of
from tests.journal.nats_server import NatsServer

_streams = count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    server = NatsServer(tmp_path_factory.mktemp("nats"))
    yield server
    server.kill()


@pytest.fixture
def address(server: NatsServer) -> str:
    """Where a stream will be that nobody has used."""
    return f"{server.url}/test-{next(_streams)}"


@pytest.fixture
async def journal(address: str, tmp_path: Path) -> AsyncIterator[JetStreamJournal]:
    journal = await JetStreamJournal.open(tmp_path, address)
    yield journal
    await journal.close()


class TestJetStream(JournalSuite):
    @pytest.fixture(autouse=True)
    def _server(self, server: NatsServer) -> None:
        self.server, self.streams = server, dict[Path, str]()

    async def open(self, folder: Path) -> Journal:
        stream = self.streams.setdefault(folder, f"suite-{next(_streams)}")
        return await JetStreamJournal.open(folder, f"{self.server.url}/{stream}")


async def ask(address: str, what: str, **words: object) -> Mapping[str, object]:
    """What an administrator does with the server's own tools."""
    async with await nats.connect(Names.of(address).server) as client:
        answer = await client.request(f"$JS.API.{what}", json.dumps(words).encode() if words else b"")
    told: Mapping[str, object] = json.loads(answer.data)
    assert "error" not in told, told
    return told


# -- who may open it --------------------------------------------------------------------------------------------------


async def test_a_journal_has_one_holder(journal: JetStreamJournal, address: str, tmp_path: Path) -> None:
    with pytest.raises(InUse, match="one journal has one writer"):
        await JetStreamJournal.open(tmp_path / "elsewhere", address)
    await journal.append([an_entry()])
    await journal.close()
    again = await JetStreamJournal.open(tmp_path / "elsewhere", address)
    assert again.position == 1
    await again.close()


async def test_the_stores_beside_a_journal_have_one_holder(
    journal: JetStreamJournal, address: str, tmp_path: Path
) -> None:
    with pytest.raises(InUse, match="locked by another process"):
        await JetStreamJournal.open(tmp_path, f"{address}-other")
    await journal.append([an_entry()])


async def test_a_holder_that_vanished_is_in_nobodys_way(address: str, tmp_path: Path) -> None:
    vanished = await Server.open(Names.of(address))
    await vanished.set_up(vanished.names.stream, vanished.names.entries)
    await vanished.hold()
    with pytest.raises(InUse):
        await JetStreamJournal.open(tmp_path, address)
    await vanished.client.close()  # as the kernel does for a process that was killed
    journal = await JetStreamJournal.open(tmp_path, address)
    await journal.append([an_entry()])
    await journal.close()


async def test_without_a_server_the_start_says_where_it_looked_and_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jetstream_server, "CONNECT_S", 0.2)
    with pytest.raises(Unusable, match=r"answers at nats://127\.0\.0\.1:1/belfry") as refusal:
        await JetStreamJournal.open(tmp_path, "nats://belfry:secret@127.0.0.1:1")
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("address", ["nats://", "http://host", "nats://host/two/parts", "nats://host/a.b"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(Unusable, match="a journal "):
        Names.of(address)


# -- what the server must not do --------------------------------------------------------------------------------------

GOOD: Final[Mapping[str, object]] = {
    "storage": "file",
    "allow_atomic": True,
    "allow_direct": True,
    "metadata": {"belfry.layout": "1", "belfry.schema": "1"},
}


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        ({"storage": "memory"}, Unusable, "memory storage"),
        ({"max_age": 3_600_000_000_000}, Unusable, "max_age = 3600000000000, so it would forget entries"),
        ({"max_msgs": 1_000}, Unusable, "max_msgs = 1000"),
        ({"retention": "interest"}, Unusable, "retention = interest"),
        ({"allow_atomic": False}, Unusable, "allow_atomic"),
        ({"metadata": {}}, Unusable, "is no journal"),
        ({"metadata": {"belfry.layout": "99", "belfry.schema": "1"}}, Newer, "layout 99"),
        ({"metadata": {"belfry.layout": "1", "belfry.schema": "99"}}, Newer, "schema 99"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
async def test_a_stream_that_cannot_keep_the_promise_stops_the_start(
    address: str, tmp_path: Path, change: Mapping[str, object], error: type[Exception], told: str
) -> None:
    stream = Names.of(address).stream
    await ask(address, "STREAM.CREATE." + stream, name=stream, subjects=[f"{stream}.entry.>"], **{**GOOD, **change})
    for _ in range(2):
        with pytest.raises(error, match=told):
            await JetStreamJournal.open(tmp_path, address)
        with pytest.raises(error, match=told):
            await JetStreamJournal.examine(address)


async def test_an_entry_that_somebody_deleted_is_missed_at_the_next_start(address: str, tmp_path: Path) -> None:
    journal = await JetStreamJournal.open(tmp_path, address)
    await journal.append([an_entry() for _ in range(3)])
    await journal.close()
    await ask(address, f"STREAM.MSG.DELETE.{Names.of(address).stream}", seq=2)
    with pytest.raises(Unusable, match="1 entries are gone that were never pruned"):
        await JetStreamJournal.open(tmp_path, address)


async def test_the_check_says_what_was_seen_and_what_cannot_be(address: str, tmp_path: Path) -> None:
    assert "will be made" in await JetStreamJournal.examine(address)
    journal = await JetStreamJournal.open(tmp_path, address)
    await journal.append([an_entry()])
    told = await JetStreamJournal.examine(address)
    await journal.close()
    assert "experimental" in told
    assert "File storage, 1 server, 1 entries" in told
    assert "cannot be asked: look for `sync_interval: always`" in told


async def test_a_limit_of_the_server_is_a_full_disk_and_no_end(tmp_path: Path) -> None:
    limited = NatsServer(tmp_path / "nats", jetstream="max_file_store: 1MB")
    try:
        journal = await JetStreamJournal.open(tmp_path / "data", limited.url)
        await journal.append([an_entry("incident/a")])
        large = [journal.append([an_entry(words="x" * 60_000)]) for _ in range(30)]
        outcomes = await asyncio.gather(*large, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes[-10:]} == {Full}
        kept = journal.position
        with pytest.raises(Full):
            await journal.append([an_entry(), an_entry()])
        assert journal.usable
        assert positions_of(await journal.page(0, 100)) == list(range(1, kept + 1))
        limited.kill()
        limited.jetstream = "max_file_store: 10MB"
        limited.start()
        assert list(await journal.append([an_entry(words="x" * 60_000)])) == [kept + 1]
        await journal.close()
    finally:
        limited.kill()


# -- repeats and batches ----------------------------------------------------------------------------------------------


async def test_many_that_wait_together_are_stored_in_their_order_whatever_they_share(
    journal: JetStreamJournal,
) -> None:
    """Enough to be sent in batches, among them repeats, several entries at once, and an expectation."""
    entries = [an_entry(f"incident/{n % 3}") for n in range(400)]
    pairs = [[an_entry(), an_entry()] for _ in range(3)]
    receipts = [journal.append([entry]) for entry in entries[:200]]
    again = [journal.append([entry]) for entry in entries[:200:7]]
    receipts += [journal.append(pair) for pair in pairs]
    stale = journal.append([an_entry("incident/1")], Expect("incident/1", 1))
    receipts += [journal.append([entry]) for entry in entries[200:]]
    got = [position for receipt in await asyncio.gather(*receipts) for position in receipt]
    assert got == list(range(1, 407))
    assert [list(receipt) for receipt in await asyncio.gather(*again)] == [[n] for n in range(1, 201, 7)]
    with pytest.raises(Stale):
        await stale
    assert entries_of(await journal.page(0, 1_000)) == [
        *entries[:200],
        *(entry for pair in pairs for entry in pair),
        *entries[200:],
    ]


@pytest.mark.parametrize("size", [1, 3])
async def test_an_append_that_was_stored_without_our_hearing_of_it_is_found(
    address: str, tmp_path: Path, size: int
) -> None:
    """The first try of an append reaches the stream behind the journal's back, as after a lost answer."""
    journal = await JetStreamJournal.open(tmp_path, address)
    names, entries = Names.of(address), [an_entry("incident/a") for _ in range(size)]
    async with await nats.connect(names.server) as client:
        for entry in entries:
            headers = {"Nats-Msg-Id": entry.id.hex()}
            await client.request(names.entry(entry.subject), encode(entry), headers=headers)
    assert list(await journal.append(entries)) == list(range(1, size + 1))
    assert list(await journal.append([an_entry("incident/a")], Expect("incident/a", size))) == [size + 1]
    assert positions_of(await follow(journal, 0, size + 1)) == list(range(1, size + 2))
    await journal.close()


async def test_a_repeat_within_the_window_is_known_after_a_start(address: str, tmp_path: Path) -> None:
    journal = await JetStreamJournal.open(tmp_path, address)
    repeated, rest = [an_entry(), an_entry()], REPEAT_WINDOW // 16
    await journal.append(repeated)
    for start in range(0, rest, 256):
        await journal.append([an_entry(words="") for _ in range(min(256, rest - start))])
    await journal.close()
    journal = await JetStreamJournal.open(tmp_path, address)
    assert list(await journal.append(repeated)) == [1, 2]
    await journal.close()


@pytest.mark.parametrize("subject", ["account/a b/.*>/%2E", "account///", "account/räume//1 ", "%", "x" * 500])
async def test_any_subject_is_one(journal: JetStreamJournal, subject: str) -> None:
    await journal.append([an_entry("other"), an_entry(subject), an_entry(f"{subject}/deeper")])
    assert positions_of(await journal.read(subject)) == [2]
    assert list(await journal.append([an_entry(subject)], Expect(subject, 2))) == [4]
    await journal.prune([2])
    assert [type(item) for item in await journal.read(subject)] == [Pruned, Stored]


async def test_the_newest_of_a_subject_are_found_far_behind(journal: JetStreamJournal) -> None:
    await journal.append([an_entry("incident/old") for _ in range(3)])
    await asyncio.gather(*(journal.append([an_entry(words="") for _ in range(256)]) for _ in range(20)))
    assert positions_of(await journal.read("incident/old", limit=2)) == [2, 3]
    assert positions_of(await journal.read("incident/old", limit=2, before=3)) == [1, 2]


# -- erasing ----------------------------------------------------------------------------------------------------------


async def test_pruned_bytes_are_in_no_file_of_the_server_any_more(
    journal: JetStreamJournal, server: NatsServer
) -> None:
    def anywhere(words: bytes) -> bool:
        return any(words in path.read_bytes() for path in server.storage.rglob("*") if path.is_file())

    await journal.append([an_entry(words="kept"), an_entry(words="forgotten alone")])
    await journal.append([an_entry(words="forgotten in a batch"), an_entry(words="kept as well")])
    assert anywhere(b"forgotten alone")
    assert anywhere(b"forgotten in a batch")
    await journal.prune([2, 3])
    assert not anywhere(b"forgotten")
    assert anywhere(b"kept as well")


async def test_a_prune_that_was_interrupted_is_finished_by_the_next_start(address: str, tmp_path: Path) -> None:
    journal = await JetStreamJournal.open(tmp_path, address)
    entries = [an_entry("incident/a"), an_entry("incident/a")]
    await journal.append(entries)
    await journal.close()
    halfway = await Server.open(Names.of(address))
    await halfway.keep_leaf(2, "incident/a", leaf_hash(encode(entries[1])))
    await halfway.close()
    journal = await JetStreamJournal.open(tmp_path, address)
    assert await journal.page(0, 10) == [Stored(1, entries[0]), Pruned(2, leaf_hash(encode(entries[1])))]
    stream = Names.of(address).stream
    assert (await ask(address, f"STREAM.INFO.{stream}"))["state"]["messages"] == 1  # type: ignore[index]  # loose JSON
    await journal.close()


async def test_expect_sees_through_what_was_pruned(journal: JetStreamJournal) -> None:
    await journal.append([an_entry("incident/a"), an_entry("incident/b"), an_entry("incident/a")])
    await journal.prune([3])
    for seen in (0, 1, 2):
        with pytest.raises(Stale) as refusal:
            await journal.append([an_entry("incident/a")], Expect("incident/a", seen))
        assert refusal.value.actual == 3
    assert list(await journal.append([an_entry("incident/a")], Expect("incident/a", 3))) == [4]
    with pytest.raises(Stale):
        await journal.append([an_entry("incident/a")], Expect("incident/a", 3))


# -- a server that goes away ------------------------------------------------------------------------------------------


@asynccontextmanager
async def load(journal: JetStreamJournal, most: int) -> AsyncIterator[list[tuple[list[bytes], Sequence[int]]]]:
    """Eight callers that append for as long as the block lasts; the receipts that they were given."""
    receipts, over = list[tuple[list[bytes], Sequence[int]]](), asyncio.Event()

    async def caller(number: int) -> None:
        head = 0
        while not over.is_set() and len(receipts) < most:
            entries = [an_entry(f"incident/{number}") for _ in range(1 + len(receipts) % 3)]
            positions = await journal.append(entries, Expect(f"incident/{number}", head))
            receipts.append(([entry.id for entry in entries], positions))
            head = positions[-1]

    callers = [asyncio.ensure_future(caller(number)) for number in range(8)]
    yield receipts
    over.set()
    await asyncio.gather(*callers)


async def until_more(receipts: Sequence[object], more: int) -> None:
    wanted = len(receipts) + more
    async with asyncio.timeout(60):
        while len(receipts) < wanted:  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(0.005)


async def test_a_server_killed_under_load_and_started_again_loses_nothing(tmp_path: Path) -> None:
    server = NatsServer(tmp_path / "nats")
    try:
        journal = await JetStreamJournal.open(tmp_path / "data", server.url)
        follower = asyncio.ensure_future(follow(journal, 0, 10**9))
        async with load(journal, 5_000) as receipts:
            for _ in range(2):
                await until_more(receipts, 30)
                server.kill()
                server.start()
            await until_more(receipts, 30)
        stored = await journal.page(0, 100_000)
        follower.cancel()
        await journal.close()
        journal = await JetStreamJournal.open(tmp_path / "data", server.url)
        assert await journal.page(0, 100_000) == stored
        assert positions_of(stored) == list(range(1, journal.position + 1))
        ids = [entry.id for entry in entries_of(stored)]
        assert len(set(ids)) == len(ids)
        for given, positions in receipts:
            assert [ids[position - 1] for position in positions] == given
        assert len(ids) == sum(len(given) for given, _ in receipts)
        await journal.close()
    finally:
        server.kill()


async def test_a_server_that_stays_away_ends_the_journal_and_leaves_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "PATIENCE_S", 0.5)
    server = NatsServer(tmp_path / "nats")
    try:
        journal = await JetStreamJournal.open(tmp_path / "data", server.url)
        await journal.append([an_entry()])
        server.kill()
        waiting = [journal.append([an_entry()]) for _ in range(3)]
        for receipt in waiting:
            with pytest.raises(Unusable, match="did not answer"):
                await receipt
        assert not journal.usable
        with pytest.raises(Unusable):
            await journal.append([an_entry()])
        await journal.close()
    finally:
        server.kill()


async def test_a_journal_that_was_taken_over_meanwhile_stores_nothing_more(
    server: NatsServer, address: str, journal: JetStreamJournal
) -> None:
    await journal.append([an_entry()])
    rival = await Server.open(Names.of(address))
    await ask(address, f"CONSUMER.DELETE.{rival.names.stream}.holder")
    await rival.hold()
    await journal._post._back()  # as after every time that the connection was gone
    with pytest.raises(Unusable, match="took the journal over"):
        await journal.append([an_entry()])
    await rival.close()
