"""A killed centre: whatever was acknowledged is there exactly once, whatever was not is sent again and is there once.

`belfry serve` runs in a process of its own and is killed without warning while panels and programs speak; they do as
panels do and repeat what nobody answered. More rounds of it are the matter of a test of its own.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx

from belfry.protocols.dc09 import build_frame
from belfry.simulator.town import CAST
from tests.app.child import Served, furnish, serving, token

ROUNDS: Final = 4
KILL_AFTER: Final = 90
"""Receipts of a round after which the centre is killed, with a frame of every sender under way."""

PLAIN: Final = tuple(f"{0x6000 + n:04X}" for n in range(8))
KEYED: Final = {site.account: bytes.fromhex(site.key) for site in CAST if site.key}
POSTED: Final = ("5301", "5601")

Said = tuple[str, str]
"""Account and zone; no two signals share both."""


class Away(Exception):
    """The centre is not there, or was killed before it answered."""


class Field:
    """Everybody who speaks, where the centre is now, and what was acknowledged."""

    def __init__(self) -> None:
        self.served: asyncio.Future[Served] = asyncio.get_running_loop().create_future()
        self.receipts: list[Said] = []
        self.news = asyncio.Event()
        self.over = False

    def acknowledged(self, said: Said) -> None:
        self.receipts.append(said)
        self.news.set()

    async def until_receipts(self, count: int) -> None:
        while len(self.receipts) < count:
            self.news.clear()
            await self.news.wait()


async def speak(field: Field, account: str) -> int:
    """One panel: a signal at a time, each repeated, byte for byte, until it is acknowledged; returns how many."""
    number = 0
    while not field.over:
        number += 1
        zone = f"{number:03}"
        key = KEYED.get(account)
        at = None if key is None else datetime.now(UTC)
        data = f"#{account}|1134 01 {zone}"
        frame = build_frame("ADM-CID", seq=number, account=account, data=data, at=at, key=key)
        while not await answered(field, frame, b'"ACK"' if key is None else b'"*ACK"'):
            pass
        field.acknowledged((account, zone))
    return number


async def answered(field: Field, frame: bytes, wanted: bytes) -> bool:
    served = await asyncio.shield(field.served)
    try:
        reader, writer = await asyncio.open_connection(*served.panels)
        try:
            writer.write(frame)
            answer = await reader.readuntil(b"\r")
        finally:
            writer.transport.abort()
    except (OSError, asyncio.IncompleteReadError):
        await asyncio.sleep(0)
        return False
    assert wanted in answer
    return True


async def post(field: Field, account: str) -> int:
    """One program: a signal at a time with a key of its own, each repeated until it is accepted; returns how many."""
    number = 0
    while not field.over:
        number += 1
        zone = f"{number:03}"
        body = {"account": account, "code": "BA", "area": "1", "zone": zone}
        positions: set[str] = set()
        while not positions:
            served = await asyncio.shield(field.served)
            try:
                answer = await served.api.post("/signals", json=body, headers={"Idempotency-Key": f"{account}-{zone}"})
            except (httpx.HTTPError, RuntimeError):  # killed, or its client is closed already
                await asyncio.sleep(0)
                continue
            assert answer.status_code == 202, answer.text
            positions.add(answer.json()["position"])
        field.acknowledged((account, zone))
    return number


async def test_a_killed_centre_has_all_that_it_acknowledged_exactly_once(tmp_path: Path) -> None:
    config = furnish(tmp_path, sites=40)
    secret = token(config)
    field = Field()
    speakers = {account: asyncio.create_task(speak(field, account)) for account in (*PLAIN, *KEYED)}
    speakers |= {account: asyncio.create_task(post(field, account)) for account in POSTED}

    for number in range(ROUNDS):
        async with serving(config, secret) as served:
            check(field.receipts, await said_in(served))  # before anything is repeated
            field.served.set_result(served)
            await first_of(speakers.values(), field.until_receipts(KILL_AFTER * (number + 1)))
            field.served = asyncio.get_running_loop().create_future()
            served.process.kill()
            await served.end()

    async with serving(config, secret) as served:
        field.over = True
        field.served.set_result(served)
        counts = dict(zip(speakers, await asyncio.gather(*speakers.values()), strict=True))
        wanted = [(account, f"{zone:03}") for account, count in counts.items() for zone in range(1, count + 1)]
        signals = await settled(served)
        assert Counter((one["account"], one["zone"]) for one in signals if by_equipment(one)) == Counter(wanted)
        rows = (await served.get("/incidents", limit=1_000))["items"]
        joined = {(row["account"], row["signals_seq"]) for row in rows if by_equipment(row)}
        assert joined == set(counts.items())  # one incident of each, in which every signal is once


async def first_of(speaking: Iterable[asyncio.Task[int]], reached: Any) -> None:
    """Wait for the receipts, or for the mistake that ended a speaker."""
    waiting = asyncio.ensure_future(reached)
    done, _ = await asyncio.wait({waiting, *speaking}, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


def check(receipts: list[Said], kept: list[Said]) -> None:
    assert max(Counter(kept).values(), default=1) == 1
    assert set(receipts) <= set(kept)


async def said_in(served: Served) -> list[Said]:
    return [(one["account"], one["zone"]) for one in await served.signals() if by_equipment(one)]


def by_equipment(one: dict[str, Any]) -> bool:
    """That it was away the centre says itself."""
    return bool(one["method"] == "equipment")


async def settled(served: Served) -> list[dict[str, Any]]:
    """Every signal, once triage has said of each what became of it."""
    while True:
        signals = await served.signals()
        if all(one["act"] is not None for one in signals):
            return signals
