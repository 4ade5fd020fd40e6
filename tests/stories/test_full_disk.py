"""The disk fills up: nobody is acknowledged, everybody is told; there is room again: the panel sends again, one row
(RULES 5)."""

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from belfry.app import upkeep
from belfry.domain.facts import Downtime, Entry, Erased
from belfry.journal.sqlite import SqliteJournal
from belfry.ports import Full, Stored
from belfry.protocols.dc09 import build_frame
from tests.stories.kit import Desk, Town, until_told

REFUSED_IN_A_ROW: Final = 20


@pytest.fixture(autouse=True)
def room_is_looked_for_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "JOURNAL_LOOK", timedelta(seconds=0.05))


def journal_of(town: Town) -> SqliteJournal:
    journal = town.centre._stores.journal
    assert isinstance(journal, SqliteJournal)
    return journal


async def pulses(desk: Desk) -> AsyncGenerator[dict[str, Any], None]:
    """What the stream says of the centre itself."""
    async with desk.client.stream("GET", "/stream") as answer:
        event = ""
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                event = line[7:]
            elif line.startswith("data: ") and event == "centre":
                yield json.loads(line[6:])


async def fill(journal: SqliteJournal) -> None:
    """Let the file grow no more, and fill it up with entries that are shorter than any other."""
    await journal.limit_size(1)
    refused = 0
    while refused < REFUSED_IN_A_ROW:
        entry = Entry(id=secrets.token_bytes(16), subject="centre", at=datetime.now(UTC), facts=(Erased(keys=0),))
        try:
            await journal.append([entry])
        except Full:
            refused += 1
        else:
            refused = 0


async def first_answer(town: Town) -> bytes:
    """Send an alarm and then a link test; answers leave in the order of the frames, so this is the first of them."""
    reader, writer = await asyncio.open_connection(town.line.host, town.line.port)
    writer.write(build_frame("ADM-CID", seq=1, account="2003", data="#2003|1134 01 001"))
    writer.write(build_frame("NULL", seq=2, account="2003", at=town.clock()))
    answer = await reader.readuntil(b"\r")
    writer.close()
    await writer.wait_closed()
    return answer


async def test_a_full_disk_is_seen_on_every_console_and_over_when_there_is_room(town: Town) -> None:
    desk, robot = await town.operator("anna"), await town.program()
    journal = journal_of(town)
    async with aclosing(pulses(desk)) as told:
        assert (await anext(told))["journal"] == "open"

        await fill(journal)
        refused = await robot.post("/signals", account="2002", code="FA", zone="1")
        assert (refused.status_code, refused.json()["type"]) == (503, "belfry:journal-full")
        while (await anext(told))["journal"] == "open":
            pass
        assert (await desk.get("/centre"))["journal"] == "closed"
        assert (await desk.client.get(f"{town.url}readyz")).status_code == 503
        assert b'"ACK"0002' in await first_answer(town)

        await journal.limit_size(1 << 30)
        while (await anext(told))["journal"] == "closed":
            pass
    assert (await desk.get("/centre"))["journal"] == "open"
    assert await town.say("kiosk", "1134", "001") == "ACK"
    rows = [row for row in await desk.incidents() if row["account"] == "2003"]
    assert [(row["kind"], row["signals_seq"]) for row in rows] == [("PROP.ALARM.INTR", 1)]

    async def is_written_down() -> bool:
        stored = await journal.read("centre")
        facts = [fact for one in stored if isinstance(one, Stored) for fact in one.entry.facts]
        return {fact.part for fact in facts if isinstance(fact, Downtime)} == {"journal"}

    await until_told(is_written_down)
