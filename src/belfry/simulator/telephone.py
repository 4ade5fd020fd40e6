"""Telephones that do not exist: what is pushed to them over HTTP on loopback is shown, and goes no further."""

import asyncio
import json
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Sequence
from typing import Final

HEAD_MOST_BYTES: Final = 16_384
BODY_MOST_BYTES: Final = 65_536
WITHIN_S: Final = 10.0

ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
REFUSAL: Final = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Telephones:
    """Listens from the moment it is made, so that its addresses are known; `serve` answers."""

    def __init__(self, names: Sequence[str], show: Callable[[str, str, str], None]) -> None:
        """`show` is told name, title and body of each push."""
        self._names, self._show = names, show
        self._socket = socket.create_server(("127.0.0.1", 0))

    def address(self, name: str) -> str:
        """Where Apprise reaches one of them."""
        port: int = self._socket.getsockname()[1]
        return f"json://127.0.0.1:{port}/{self._names.index(name)}"

    async def serve(self) -> None:
        """Answer until cancelled."""
        server = await asyncio.start_server(self._ring, sock=self._socket, limit=HEAD_MOST_BYTES)
        async with server:
            await server.serve_forever()

    async def _ring(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            async with asyncio.timeout(WITHIN_S):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                name = self._names[int(head.split()[1].lstrip("/"))]
                said = json.loads(await reader.readexactly(_length(head)))
                self._show(name, str(said["title"]), str(said["message"]))
                writer.write(ANSWER)
        except (OSError, ValueError, LookupError, TypeError, EOFError, asyncio.LimitOverrunError):
            writer.write(REFUSAL)
        finally:
            writer.close()


def _length(head: str) -> int:
    """Raises ValueError."""
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "content-length" and (length := int(value)) <= BODY_MOST_BYTES:
            return length
    raise ValueError("no length, or too much")
