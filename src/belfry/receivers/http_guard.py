"""HTTP connections that are bounded before anybody reads them: so many a source, so long a request, so long a head.

uvicorn's parser stands behind it, without uvicorn's server: no signals, no exit, and sockets that are ours.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from belfry.receivers.http_settings import HttpSettings
from belfry.receivers.limits import Shares, source_of

ASIDE_MOST_BYTES: Final = 65_536
"""Bytes of one request that are not its body: address, headers, the frames of chunks. A body of 4 MiB in chunks of
4 KiB has 8 kB of frames; devices send a head of one kilobyte."""

_TOO_MANY: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)
_TOO_LONG: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

_SILENT: Final = logging.Logger("belfry.receivers.http", logging.CRITICAL + 1)
"""uvicorn tells each request that it cannot read: any stranger could fill the log."""


class Guard:
    """What the connections of one listener share."""

    def __init__(self, settings: HttpSettings, shares: Shares) -> None:
        self.within_s = settings.request_within_s
        self.shares = shares
        self.state = ServerState()
        self.turned_away = 0
        self.closed = False
        """Whoever was let in when the door closed, and is made a connection of after that, is hung up."""


def guarded(config: uvicorn.Config, guard: Guard) -> Callable[[], HttpToolsProtocol]:
    """Return the maker of connections of a listener."""
    return lambda: _Guarded(config, guard)


class _Guarded(HttpToolsProtocol):
    def __init__(self, config: uvicorn.Config, guard: Guard) -> None:
        super().__init__(config=config, server_state=guard.state, app_state={})
        self.access_log = False  # an address here is a secret
        self.logger = _SILENT
        self._guard = guard
        self._source: str | None = None
        self._aside = 0
        self._slow: asyncio.TimerHandle | None = None
        self._is_made = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        self._is_made = True
        super().connection_made(transport)
        if self._guard.closed:
            transport.abort()
            return
        source = source_of(transport.get_extra_info("peername"))
        if not self._guard.shares.take(source):
            self._guard.turned_away += 1
            self._refuse(_TOO_MANY)
            return
        self._source = source
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._is_made:  # its handshake failed
            return
        self._unwatch()
        self._unset_keepalive_if_required()
        if self._source is not None:
            self._guard.shares.give_back(self._source)
            self._source = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._aside += len(data)
        super().data_received(data)
        if self._aside > ASIDE_MOST_BYTES and not self.transport.is_closing():
            self._refuse(_TOO_LONG)

    def on_message_begin(self) -> None:
        self._watch()
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        self._aside -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._aside = 0
        self._unwatch()
        super().on_message_complete()

    def _watch(self) -> None:
        if self._slow is None:
            self._slow = self.loop.call_later(self._guard.within_s, self._too_slow)

    def _unwatch(self) -> None:
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None

    def _too_slow(self) -> None:
        self._slow = None
        if not self.transport.is_closing():
            self._refuse(_TOO_SLOW)

    def _refuse(self, answer: bytes) -> None:
        # A farewell in TLS waits for the other side, and one in the middle of an answer would be read as part of it.
        if self.scheme == "https" or getattr(self.cycle, "response_started", False):
            self.transport.abort()
        else:
            self.transport.write(answer)
            self.transport.close()
