"""One POST to a push service: to an address that may be written to, over TLS, with a connection that is used again.

The address is looked up once and the connection goes there, so that a name cannot lead past the check to a machine of
our own network. Nothing is followed, and of an answer no more is kept than its status and when to come again.
"""

import asyncio
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import Collection, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

import httptools
from msgspec import Struct

from belfry.ports import Clock

READ_BYTES: Final = 16_384
ANSWER_MOST_BYTES: Final = 65_536
URL_MOST: Final = 1_000
IDLE_MOST: Final = 32
"""Connections kept for one service."""
AT_ONCE: Final = 64
"""Connections to one service at a time; more wait for their turn."""
HTTPS: Final = 443
_OK: Final = 200


class NotAllowed(ValueError):
    """An endpoint that is not written to. Says why, never the address."""


class Unreachable(Exception):
    """Nothing has left, in a word."""


class MayBeThere(Exception):
    """It was written, and no answer came: nobody knows whether it was taken."""


class Reply(Struct, frozen=True):
    """`again_s`: when to come again, as the service asks."""

    status: int
    again_s: int | None = None


def endpoint(url: str, allowed: Collection[str] = ()) -> SplitResult:
    """The parts of an endpoint that may be written to: https, a name, nothing of ours. Raises NotAllowed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotAllowed("is no address") from None
    host = parts.hostname or ""
    if len(url) > URL_MOST or not url.isascii() or not url.isprintable() or " " in url:
        raise NotAllowed(f"wants at most {URL_MOST} plain characters")
    if parts.scheme != "https" or not host or parts.username is not None or parts.fragment:
        raise NotAllowed("wants https://HOST/PATH")
    if host in allowed:
        return parts
    if port not in (None, HTTPS):
        raise NotAllowed("wants port 443")
    if _is_number(host) or "." not in host or host.endswith((".local", ".internal", ".localhost")):
        raise NotAllowed("wants a public name: a push service, not a machine of this network")
    return parts


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return host.replace(".", "").isdigit()
    return True


@cache
def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Trust public authorities and those of a file; they are read once."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


class PushHttp:
    """`allowed`: hosts of one's own network that may be written to all the same."""

    def __init__(self, clock: Clock, *, allowed: Collection[str] = (), ca_file: Path | None = None) -> None:
        """Raises OSError where the file of certificates cannot be read."""
        self._clock, self._allowed = clock, frozenset(allowed)
        self._tls = _trusting(ca_file)
        self._idle: dict[tuple[str, int], list[tuple[StreamReader, StreamWriter]]] = {}
        self._turns: dict[tuple[str, int], asyncio.Semaphore] = {}

    def check(self, url: str) -> None:
        """Raises NotAllowed."""
        endpoint(url, self._allowed)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Raises NotAllowed, Unreachable or MayBeThere; whoever calls says how long it may take."""
        parts = endpoint(url, self._allowed)
        where = (parts.hostname or "", parts.port or HTTPS)
        async with self._turns.setdefault(where, asyncio.Semaphore(AT_ONCE)):
            idle = self._idle.get(where)
            while idle:
                reader, writer = idle.pop()
                if not writer.is_closing() and not reader.at_eof():
                    with suppress(Unreachable):  # it was closed while it was idle: nothing was taken
                        return await self._converse(parts, headers, body, reader, writer, fresh=False)
            reader, writer = await self._connect(*where)
            return await self._converse(parts, headers, body, reader, writer, fresh=True)

    async def close(self) -> None:
        for some in self._idle.values():
            for _, writer in some:
                writer.transport.abort()
        self._idle.clear()

    async def _connect(self, host: str, port: int) -> tuple[StreamReader, StreamWriter]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=1)
            addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        except OSError:
            raise Unreachable("no_address") from None
        if host not in self._allowed and not all(ip_address(one).is_global for one in addresses):
            raise NotAllowed("leads to a machine of this network")
        try:
            return await asyncio.open_connection(addresses[0], port, ssl=self._tls, server_hostname=host)
        except ssl.SSLError:
            raise Unreachable("tls") from None
        except OSError:
            raise Unreachable("unreachable") from None

    async def _converse(
        self,
        parts: SplitResult,
        headers: Mapping[str, str],
        body: bytes,
        reader: StreamReader,
        writer: StreamWriter,
        *,
        fresh: bool,
    ) -> Reply:
        whole = False
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            lines = [f"POST {path} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(body)}"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("ascii") + body)
            answer, size = _Answer(), 0
            while not answer.ended:
                data = await reader.read(READ_BYTES)
                if not data and not size and not fresh:
                    raise Unreachable("closed")
                size += len(data)
                if not data or size > ANSWER_MOST_BYTES:
                    raise MayBeThere("no_answer")
                answer.feed(data)
            whole = answer.stays
            return Reply(answer.status or 0, answer.again_s(self._clock))
        except (OSError, ValueError):
            raise (MayBeThere("no_answer") if fresh else Unreachable("closed")) from None
        finally:
            self._put_away(parts, reader, writer, whole=whole)

    def _put_away(self, parts: SplitResult, reader: StreamReader, writer: StreamWriter, *, whole: bool) -> None:
        idle = self._idle.setdefault((parts.hostname or "", parts.port or HTTPS), [])
        if whole and len(idle) < IDLE_MOST:
            idle.append((reader, writer))
        else:
            writer.transport.abort()


class _Answer:
    """What httptools finds in the bytes of one answer."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.ended = self.stays = False
        self._again = ""
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserUpgrade, httptools.HttpParserError):
            if not self.ended:
                raise ValueError("does not speak HTTP") from None

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"retry-after":
            self._again = value.decode("latin-1").strip()

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        self.status = None if 100 <= status < _OK else status

    def on_message_complete(self) -> None:
        self.ended = self.status is not None
        self.stays = self.ended and self._parser.should_keep_alive()

    def again_s(self, clock: Clock) -> int | None:
        """`Retry-After` in seconds or as a date (RFC 9110, 10.2.3)."""
        if self._again.isdigit() and len(self._again) < 10:
            return int(self._again)
        try:
            return max(0, int((parsedate_to_datetime(self._again) - clock()).total_seconds()))
        except (ValueError, TypeError):
            return None
