"""A stop answers what is on its way, keeps what it answered, and lets go of everything."""

import asyncio
from contextlib import suppress
from pathlib import Path

from belfry.app import Centre
from belfry.app.demo import prepare
from belfry.domain.facts import Received
from belfry.journal.sqlite import SqliteJournal
from belfry.ports import Stored
from belfry.protocols.dc09 import build_frame


async def test_what_is_on_its_way_is_kept_and_answered_and_nothing_else_is(tmp_path: Path) -> None:
    settings = prepare(tmp_path, port=0, panels=0, accounts=16, seed=1)
    centre = await Centre.open(settings)
    await centre.start()
    host, port = centre.receivers[0].listening
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(
        b"".join(
            build_frame("ADM-CID", seq=zone, account="2002", data=f"#2002|1134 01 {zone:03}") for zone in range(1, 500)
        )
    )
    answered = [await reader.readuntil(b"\r")]

    await centre.stop()

    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            answered.append(await reader.readuntil(b"\r"))
    writer.close()
    zones = [int(answer[answer.index(b'"ACK"') + 5 :][:4]) for answer in answered]
    journal = await SqliteJournal.open(settings.data)
    kept = [
        int(fact.zone or 0)
        for stored in await journal.page(0, 10_000)
        if isinstance(stored, Stored)
        for fact in stored.entry.facts
        if isinstance(fact, Received)
    ]
    await journal.close()
    assert zones == kept == list(range(1, len(kept) + 1))


async def test_nothing_listens_and_nothing_is_held_after_a_stop(tmp_path: Path) -> None:
    settings = prepare(tmp_path, port=0, panels=0, accounts=16, seed=1)
    tasks = asyncio.all_tasks()
    for _ in range(2):
        centre = await Centre.open(settings)
        await centre.start()
        assert centre.console is not None
        addresses = [centre.receivers[0].listening, centre.console.address]
        await centre.stop()
        for address in addresses:
            with suppress(ConnectionRefusedError):
                await asyncio.open_connection(*address)
                raise AssertionError(f"{address} still listens")
        assert asyncio.all_tasks() == tasks
