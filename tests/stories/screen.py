"""A console that listens to the event stream, as far as a test needs one."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.stories.kit import Desk, told, until


class Screen:
    """What a console that listens has been told: the newest row of each incident, and every id."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.ids: list[int] = []
        self.updates: list[tuple[str, str]] = []

    async def read(self, lines: AsyncIterator[str]) -> None:
        event = "message"
        async for line in lines:
            name, _, value = line.partition(": ")
            match name:
                case "id":
                    self.ids.append(int(value))
                case "event":
                    event = value
                case "data" if event == "incident":
                    row = json.loads(value)
                    self.rows[row["id"]] = row
                    self.updates.append((row["id"], row["updated"]))
                case "":
                    event = "message"

    @property
    def told(self) -> list[str]:
        return sorted(told(row) for row in self.rows.values())


@asynccontextmanager
async def watching(desk: Desk, screen: Screen) -> AsyncIterator[None]:
    """The desk's stream, from where the screen was; it breaks off at the end of the block."""
    headers = {"Last-Event-ID": str(screen.ids[-1])} if screen.ids else {}
    async with desk.client.stream("GET", "/stream", headers=headers, timeout=None) as response:
        assert response.status_code == 200
        reading = asyncio.create_task(screen.read(response.aiter_lines()))
        try:
            await until(lambda: bool(screen.ids))
            yield
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
