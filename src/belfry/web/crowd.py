"""HTTP connections, so many from one source: whoever opens thousands and says half a request takes only a part.

And only so much beside the bodies on each: the parser below keeps a head that has no end for as long as it comes. A
trusted proxy speaks for many, so its connections are not counted; it has limits of its own.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from belfry.web.attempts import source_of
from belfry.web.together import Together

SOURCE_MOST: Final = 200
"""Connections from one source; the desks of a control room behind one address need some seven each."""
_TOO_MANY: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)
ASIDE_MOST_BYTES: Final = 131_072
"""Bytes of one request that are not its body: address and headers, the frames of chunks, trailers. Browsers and proxies
send some 16 kB at most; a megabyte in chunks of 64 bytes has 100 kB of frames."""
_TOO_LONG: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Crowd:
    """How many connections there are now from each source."""

    def __init__(self, trusted: Sequence[str] = ()) -> None:
        self._trusted: Sequence[IPv4Network | IPv6Network] = [ip_network(one) for one in trusted]
        self._here: Counter[str] = Counter()

    def __getitem__(self, source: str) -> int:
        return self._here[source]

    def enter(self, host: str) -> str | None:
        """Count a connection and return its source; None where its source does not count."""
        if self._speaks_for_others(host):
            return None
        source = source_of(host)
        self._here[source] += 1
        return source

    def leave(self, source: str) -> None:
        self._here[source] -= 1
        if not self._here[source]:
            del self._here[source]

    def _speaks_for_others(self, host: str) -> bool:
        if not self._trusted:
            return False
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def counted(crowd: Crowd) -> type[HttpToolsProtocol]:
    """Return uvicorn's protocol, which is made anew for each connection, with a limit for each source and each head."""

    class Counted(HttpToolsProtocol):
        source: str | None = None
        aside = 0

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
            super().connection_made(Together(transport))
            self.source = crowd.enter("" if self.client is None else self.client[0])
            if self.source is not None and crowd[self.source] > SOURCE_MOST:
                self._refuse(transport, _TOO_MANY)

        def data_received(self, data: bytes) -> None:
            self.aside += len(data)
            super().data_received(data)
            if self.aside > ASIDE_MOST_BYTES and not self.transport.is_closing():
                self._refuse(self.transport, _TOO_LONG)

        def on_body(self, body: bytes) -> None:
            self.aside -= len(body)
            super().on_body(body)

        def on_message_complete(self) -> None:
            self.aside = 0
            super().on_message_complete()

        def _refuse(self, transport: asyncio.Transport, answer: bytes) -> None:
            if self.scheme == "https":
                transport.abort()  # a farewell in TLS waits for the other side
            else:
                transport.write(answer)
                transport.close()

        def connection_lost(self, exc: Exception | None) -> None:
            if self.source is not None:
                crowd.leave(self.source)
                self.source = None
            super().connection_lost(exc)

    return Counted
