"""The answer of `GET /stream`: one console's connection, from its first word to its end."""

import asyncio
from typing import Any, Final

from litestar import Response
from litestar.types import Receive, Scope, Send

from belfry.web.headers import SECURE
from belfry.web.outlet import Stream
from belfry.web.stream import Hub

END_WITHIN_S: Final = 1
"""How long the last words of a stream may take that ends; a console that does not read would take for ever."""


class EventStream(Response[None]):
    """The answer of `GET /stream`: writes until the console goes, the session ends or the server stops."""

    def __init__(self, hub: Hub, stream: Stream, last_id: str | None) -> None:
        super().__init__(None, status_code=200, media_type="text/event-stream")
        self._hub, self._stream, self._last_id = hub, stream, last_id

    def to_asgi_response(self, *_: Any, **__: Any) -> Any:
        return self._run

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._hub.open(self._stream):
            headers = {**SECURE, "content-type": "text/event-stream", "cache-control": "no-store"}
            headers["x-accel-buffering"] = "no"  # a proxy that collects would make every alarm late
            encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
            await send({"type": "http.response.start", "status": 200, "headers": encoded})
            await self._hub.greet(self._stream, self._last_id)
            writing = asyncio.create_task(self._write(send))
            leaving = asyncio.create_task(_gone(receive))
            ending = asyncio.create_task(self._stream.ended.wait())
            try:
                await asyncio.wait({writing, leaving, ending}, return_when=asyncio.FIRST_COMPLETED)
                if ending.done():
                    await asyncio.wait({writing}, timeout=END_WITHIN_S)
            finally:
                for task in (writing, leaving, ending):
                    task.cancel()
                await asyncio.gather(writing, leaving, ending, return_exceptions=True)

    async def _write(self, send: Send) -> None:
        async for chunk in self._stream.chunks():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
