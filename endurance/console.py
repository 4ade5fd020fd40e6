"""A console without a browser: follows the event stream as the page does, and keeps the newest row of each incident."""

import asyncio
from asyncio import StreamReader
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec

from endurance.house import Address

LARGEST_CHUNK: Final = 1 << 20


class Row(msgspec.Struct, frozen=True):
    """What is looked at of an incident's row."""

    id: str
    state: str
    signals_seq: int
    updated: str
    account: str | None = None
    kind: str = ""


_decode = msgspec.json.Decoder(Row).decode


class Listener:
    """`rows` by incident. `last_id` is the last position that was told; `resets` how often it had to load anew."""

    def __init__(self, console: Address, token: str, heard: Callable[[Row], None] = lambda row: None) -> None:
        self._console, self._token, self._heard = console, token, heard
        self.rows: dict[str, Row] = {}
        self.last_id = 0
        self.resets = 0
        self.messages = 0
        self.backwards = 0
        """Ids that did not grow."""

    async def follow(self) -> None:
        """Read until cancelled, or until the centre ends the stream. What is open already is for `load`."""
        reader, writer = await asyncio.open_connection(*self._console, limit=LARGEST_CHUNK)
        try:
            writer.write(request(self._console, self._token))
            await reader.readuntil(b"\r\n\r\n")
            async for chunk in _chunks(reader):
                for message in chunk.split(b"\n\n"):
                    self._take(message)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def load(self, queue: Sequence[Mapping[str, Any]]) -> None:
        """Take the list over, as the page does once its stream is open; of each incident the newer row counts."""
        for item in queue:
            row = msgspec.convert(item, Row)
            known = self.rows.get(row.id)
            if known is None or int(known.updated) < int(row.updated):
                self.rows[row.id] = row

    def _take(self, message: bytes) -> None:
        fields = dict(line.split(b": ", 1) for line in message.splitlines() if b": " in line)
        if b"id" in fields:
            position = int(fields[b"id"])
            self.backwards += position < self.last_id
            self.last_id = position
        event = fields.get(b"event")
        self.messages += 1
        if event == b"incident":
            row = _decode(fields[b"data"])
            self.rows[row.id] = row
            self._heard(row)
        elif event == b"reset":
            self.resets += 1


def request(console: Address, token: str) -> bytes:
    """The request of a stream, as bytes."""
    return (
        f"GET /api/v1/stream HTTP/1.1\r\nhost: {console[0]}:{console[1]}\r\nauthorization: Bearer {token}\r\n"
        "accept: text/event-stream\r\n\r\n"
    ).encode()


async def _chunks(reader: StreamReader) -> AsyncIterator[bytes]:
    """The chunks of the answer: each holds whole messages."""
    while size := int(await reader.readline(), 16):
        yield (await reader.readexactly(size + 2))[:-2]
