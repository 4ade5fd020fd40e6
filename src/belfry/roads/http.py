"""One request, one answer, one connection: whatever is slow, long or no HTTP is no answer.

Nothing is followed and nothing is unpacked, so an answer cannot send the centre elsewhere or grow in its hands.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from typing import Final
from urllib.parse import SplitResult

import httptools

READ_BYTES: Final = 65_536
ANSWER_MOST_BYTES: Final = 4_000_000
"""A table of 100 x 100 pairs in Valhalla's long form is some 700 kB."""
OK: Final = 200


class NoAnswer(Exception):
    """Why there is none, in a few words."""


async def fetch(server: SplitResult, path: str, body: bytes | None, within_s: float) -> bytes:
    """Return the body of a 200. `path` is put behind that of the server's own address. Raises NoAnswer."""
    try:
        async with asyncio.timeout(within_s):
            return await _fetch(server, path, body)
    except TimeoutError:
        raise NoAnswer(f"no answer within {within_s:g} s") from None
    except (OSError, asyncio.IncompleteReadError, ValueError) as error:
        raise NoAnswer(f"cannot be reached: {type(error).__name__}") from error


async def _fetch(server: SplitResult, path: str, body: bytes | None) -> bytes:
    secure = server.scheme == "https"
    port = server.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(server.hostname, port, ssl=secure or None)
    try:
        return await _exchange(server, path, body, reader, writer)
    finally:
        writer.close()
        with suppress(OSError):
            writer.transport.abort()


async def _exchange(
    server: SplitResult, path: str, body: bytes | None, reader: StreamReader, writer: StreamWriter
) -> bytes:
    host = server.netloc.rpartition("@")[2]
    lines = [f"{'GET' if body is None else 'POST'} {server.path.rstrip('/')}{path} HTTP/1.1", f"Host: {host}"]
    lines += ["Accept: application/json", "Accept-Encoding: identity", "Connection: close"]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("ascii") + (body or b""))
    answer, size = _Answer(), 0
    while not answer.ended:
        data = await reader.read(READ_BYTES)
        if not data:
            raise NoAnswer("hung up before its answer was whole")
        size += len(data)
        if size > ANSWER_MOST_BYTES:
            raise NoAnswer(f"answered more than {ANSWER_MOST_BYTES} bytes")
        answer.feed(data)
        if answer.status not in (None, OK):
            raise NoAnswer(f"answered {answer.status}")
    return b"".join(answer.body)


class _Answer:
    """What httptools finds in the bytes of one answer."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.body: list[bytes] = []
        self.ended = False
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserUpgrade, httptools.HttpParserError):
            if not self.ended:
                raise NoAnswer("does not speak HTTP") from None

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        self.status = None if 100 <= status < OK else status

    def on_body(self, body: bytes) -> None:
        self.body.append(body)

    def on_message_complete(self) -> None:
        self.ended = self.status is not None
