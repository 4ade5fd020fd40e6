"""The console on a real port, and a reader of its event stream."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from belfry.ports.staff import Role
from belfry.web.server import Console
from tests.web.kit import Rig


async def until(holds: Callable[[], bool]) -> None:
    """Let the loop turn until something holds."""
    while not holds():  # noqa: ASYNC110 - no time passes here
        await asyncio.sleep(0)


@dataclass(frozen=True)
class Doorway:
    listen: str = "127.0.0.1:0"
    tls_cert: Path | None = None
    tls_key: Path | None = None
    trusted_proxies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Message:
    """One message of a stream; `data` is None where it carries an id alone."""

    id: str
    event: str
    data: dict[str, Any] | None


@asynccontextmanager
async def serving(rig: Rig, doorway: Doorway | None = None) -> AsyncIterator[Console]:
    await rig.front.hub.stop()  # the application's own lifespan starts it again
    console = Console(doorway or Doorway(), rig.app)
    await console.start()
    try:
        yield console
    finally:
        await console.stop()


class Listener:
    """Reads a stream message by message."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> Message:
        found = {"event": "message"}
        async for line in self._lines:
            if not line:
                break
            name, _, value = line.partition(": ")
            found[name] = value
        else:
            raise StopAsyncIteration
        return Message(found["id"], found["event"], json.loads(found["data"]) if "data" in found else None)

    async def rest(self) -> list[Message]:
        """Everything until the server ends the stream."""
        messages = []
        while True:
            try:
                messages.append(await self.next())
            except StopAsyncIteration:
                return messages

    async def row(self) -> Message:
        """The next incident, whatever else is said before."""
        while (message := await self.next()).event != "incident":
            pass
        return message

    async def greeting(self) -> Message:
        """The first words of a stream without an id: an id alone, then how the centre is."""
        first, centre = await self.next(), await self.next()
        assert (first.data, centre.event) == (None, "centre")
        return first


@asynccontextmanager
async def listening(
    console: Console, rig: Rig, *, after: str | None = None, role: Role = Role.OPERATOR, name: str = "anna"
) -> AsyncIterator[Listener]:
    """Open a stream of a console as a program with a token."""
    secret = rig.registry.tokens.issue(role, name=name, hours=12, by="test")
    headers = {"Authorization": f"Bearer {secret}"} | ({} if after is None else {"Last-Event-ID": after})
    async with (
        httpx.AsyncClient(base_url=console.url, timeout=10) as client,
        client.stream("GET", "/api/v1/stream", headers=headers) as response,
    ):
        assert response.status_code == 200
        yield Listener(response)
