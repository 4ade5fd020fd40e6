"""A telephone as Apprise's `json://` reaches it: a real HTTP server on loopback that keeps what it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web


class Phone:
    """`answers`: the status of the next ones, in turn; then 200. `silent`: it takes what comes and never answers."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        """Title and body of each push that arrived, answered or not."""
        self.bodies: list[dict[str, Any]] = []
        self.answers: list[int] = []
        self.silent = False
        self.url = ""
        self.rang = asyncio.Event()
        self._hung = asyncio.Event()

    async def ring(self, request: web.Request) -> web.Response:
        said = await request.json()
        self.bodies.append(said)
        self.told.append((said["title"], said["message"]))
        self.rang.set()
        if self.silent:
            await self._hung.wait()
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    def hang_up(self) -> None:
        self._hung.set()


@asynccontextmanager
async def phone() -> AsyncIterator[Phone]:
    one = Phone()
    app = web.Application()
    app.router.add_post("/ring", one.ring)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    one.url = f"json://{host}:{port}/ring"
    try:
        yield one
    finally:
        one.hang_up()
        await runner.cleanup()
