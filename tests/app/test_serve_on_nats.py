"""`belfry serve` with its journal on a NATS server: a frame in, its answer out, and everything there after a kill."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from secrets import token_bytes
from typing import Any

import pytest

from belfry.app.stores import StoreMissing, Stores
from belfry.cli.check import examine
from belfry.cli.finding import State
from belfry.plugins import PluginError
from belfry.protocols.dc09 import build_frame
from belfry.settings import Settings
from belfry.testing.journal_suite import NOON, an_entry
from tests.app.child import SETTINGS, Served, furnish, serving, token
from tests.journal.nats_server import NatsServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    server = NatsServer(tmp_path / "nats")
    yield server
    server.kill()


async def exchange(served: Served, frame: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(*served.panels)
    writer.write(frame)
    answer = await reader.readuntil(b"\r")
    writer.close()
    await writer.wait_closed()
    return answer


async def board(served: Served, at_least: int) -> list[dict[str, Any]]:
    """What equipment raised of the queue, once it has as many rows; that it was away the centre says itself."""
    async with asyncio.timeout(60):
        while True:
            items: list[dict[str, Any]] = (await served.get("/incidents"))["items"]
            rows = [row for row in items if row["method"] == "equipment"]
            if len(rows) >= at_least:
                return sorted(rows, key=lambda row: str(row["id"]))
            await asyncio.sleep(0.02)


def told(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return [tuple(str(row[name]) for name in ("id", "number", "kind", "state", "account")) for row in rows]


async def test_a_signal_walks_and_outlives_a_kill_of_the_centre_and_of_the_server(
    tmp_path: Path, server: NatsServer
) -> None:
    config = furnish(tmp_path / "centre", settings=f'journal = "{server.url}"\n{SETTINGS}')
    secret = token(config)
    fire = build_frame("ADM-CID", seq=1, account="2002", data="#2002|1110 01 005")
    async with serving(config, secret) as served:
        assert b'"ACK"' in await exchange(served, fire)
        before = told(await board(served, 1))
        served.process.kill()
        await served.process.wait()
    server.kill()
    server.start()
    async with serving(config, secret) as served:
        assert told(await board(served, 1)) == before
        assert b'"ACK"' in await exchange(served, fire)  # the panel sends it again: a replay, which raises nothing
        burglary = build_frame("ADM-CID", seq=2, account="2002", data="#2002|1130 01 001")
        assert b'"ACK"' in await exchange(served, burglary)
        assert len(await board(served, 2)) == 2
        assert len([one for one in await served.signals() if one["method"] == "equipment"]) == 2
        assert not (tmp_path / "centre" / "data" / "journal.sqlite3").exists()
        (journal,) = [found for found in await asyncio.to_thread(list, examine(config)) if found.part == "journal"]
        assert journal.state is State.WARNING
        assert "cannot be asked: look for `sync_interval: always`" in journal.detail


async def test_a_journal_that_is_elsewhere_is_not_begun_beside_lost_keys(tmp_path: Path, server: NatsServer) -> None:
    settings = Settings(data=tmp_path / "data", journal=server.url)

    async def opened() -> Stores:
        return await Stores.open(settings, clock=lambda: NOON, chance=token_bytes)

    stores = await opened()
    await stores.journal.append([an_entry()])
    await stores.close()
    await (await opened()).close()
    (settings.data / "keys.sqlite3").unlink()
    for _ in range(2):
        with pytest.raises(StoreMissing, match=r"keys\.sqlite3 is missing"):
            await opened()


async def test_an_address_of_a_journal_in_the_folder_is_refused_in_words(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", journal="sqlite://here")
    with pytest.raises(PluginError, match="takes no address"):
        await Stores.open(settings, clock=lambda: NOON, chance=token_bytes)
