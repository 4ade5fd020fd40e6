"""One HTTP request to an application, without a server: as uvicorn would hand it over, and what comes back."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import unquote

from msgspec import Struct

Headers = Sequence[tuple[bytes, bytes]]

ANSWER_WITHIN_S: Final = 8


class Answer(Struct, frozen=True):
    status: int
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def media_type(self) -> bytes:
        return self.headers.get(b"content-type", b"").partition(b";")[0].strip()


async def ask(app: Any, method: str, address: bytes, headers: Headers, body: bytes, *, pieces: int = 1) -> Answer:
    """Send a request, its body in so many pieces, and hang up after it. Raises what the application raises.

    An event stream ends with the connection, so what it said until then is its answer.
    """
    path, _, query = address.partition(b"?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in headers],
        "client": ("127.0.0.1", 40_000),
        "server": ("127.0.0.1", 8_440),
        "state": {},
        "extensions": {},
    }
    size = max(1, -(-len(body) // pieces))
    waiting = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    status, said, told = 0, bytearray(), dict[bytes, bytes]()

    async def receive() -> dict[str, Any]:
        if not waiting:
            return {"type": "http.disconnect"}
        piece = waiting.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(waiting)}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            told.update({bytes(name).lower(): bytes(value) for name, value in message["headers"]})
        else:
            said.extend(message.get("body", b""))

    async with asyncio.timeout(ANSWER_WITHIN_S):
        await app(scope, receive, send)
    return Answer(status, told, bytes(said))
