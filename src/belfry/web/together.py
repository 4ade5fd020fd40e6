"""A transport that writes once a turn of the loop: the head of an answer and its body leave as one segment.

uvicorn writes them one after the other, and uvloop hands each write to the system at once: two calls of the system and
two wakings of whoever reads. What is written within a turn is gathered here, up to `GATHER_MOST_BYTES`, so that a
stream whose console does not read still notices it.
"""

import asyncio
from typing import Any, Final

GATHER_MOST_BYTES: Final = 65_536


class Together(asyncio.Transport):
    """Stands in front of a connection's transport; what is not about writing goes straight through."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._gathered: list[bytes] = []
        self._size = 0
        # asked for with every request
        self.is_closing = transport.is_closing  # type: ignore[method-assign]  # the very same question
        self.pause_reading = transport.pause_reading  # type: ignore[method-assign]
        self.resume_reading = transport.resume_reading  # type: ignore[method-assign]

    def write(self, data: Any) -> None:
        if not self._gathered:
            self._loop.call_soon(self._flush)
        self._gathered.append(data)
        self._size += len(data)
        if self._size >= GATHER_MOST_BYTES:
            self._flush()

    def _flush(self) -> None:
        if self._gathered:
            gathered, self._gathered, self._size = self._gathered, [], 0
            self._transport.write(b"".join(gathered))

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        self._gathered, self._size = [], 0
        self._transport.abort()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def get_write_buffer_size(self) -> int:
        return self._size + self._transport.get_write_buffer_size()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._transport.set_protocol(protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._transport.get_protocol()
