"""A GET that may never end: the small HTTP/1.1 client for streams of devices. Knows limits, TLS and log-ons."""

import asyncio
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httptools
from msgspec import Struct

from belfry.domain.device import Login
from belfry.ports import Chance
from belfry.receivers.camera_login import authorization
from belfry.receivers.fetching import Gone, Unwelcome

HEAD_MOST_BYTES: Final = 32_768
READ_BYTES: Final = 65_536
PORTS: Final = {"http": 80, "https": 443}
NO_HEADERS: Final[Mapping[str, str]] = {}


class Address(Struct, frozen=True):
    """`https://192.0.2.7:8443`, apart."""

    host: str
    port: int
    tls: bool

    @property
    def authority(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Stream(Struct, frozen=True):
    """An answer whose head is here and whose body is coming."""

    status: int
    headers: Mapping[str, tuple[str, ...]]
    """Names in lower case, every value."""
    body: AsyncIterator[bytes]

    def header(self, name: str) -> str:
        return next(iter(self.headers.get(name, ())), "")


def address(host: str) -> Address:
    """Return where a device is. Raises Unwelcome where its `host` is no address."""
    try:
        parts = urlsplit(host if "://" in host else f"http://{host}")
        port = parts.port
    except ValueError:
        raise Unwelcome("its host is no address") from None
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None:
        raise Unwelcome("its host is no address such as https://192.0.2.7")
    return Address(parts.hostname, port or PORTS[parts.scheme], parts.scheme == "https")


def client_context(ca: Path | None, *, verify: bool, names: bool) -> ssl.SSLContext:
    """Return a context for devices. Raises OSError naming setting and file."""
    try:
        context = ssl.create_default_context(cafile=ca)
    except (OSError, ValueError) as error:
        raise OSError(f"tls_ca = {ca} is no certificate in PEM") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = verify and names
    context.verify_mode = ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
    return context


@asynccontextmanager
async def opened(
    where: Address,
    path: str,
    *,
    login: Login | None,
    chance: Chance,
    context: ssl.SSLContext,
    within_s: float,
) -> AsyncIterator[Stream]:
    """GET a path, logging on where that is asked for. Raises Unwelcome, Gone, OSError, TimeoutError."""
    said: str | None = None
    for attempt in (1, 2):
        async with _asked(where, path, said, context=context, within_s=within_s) as stream:
            if stream.status != 401:
                if stream.status in (403, 404, 405, 501):
                    raise Unwelcome(f"it answers {stream.status} to what we ask for")
                if stream.status != 200:
                    raise Gone(f"it answers {stream.status}")
                yield stream
                return
            if attempt == 2 or login is None:
                raise Unwelcome("it does not take our log-on" if login is not None else "it wants a log-on")
            challenges = stream.headers.get("www-authenticate", ())
            said = authorization(challenges, login, "GET", path, cnonce=chance(16).hex(), tls=where.tls)
            if said is None:
                raise Unwelcome("it asks for a log-on that we do not do, or not without TLS")


async def fetched(
    where: Address,
    path: str,
    *,
    context: ssl.SSLContext,
    within_s: float,
    most_bytes: int,
    headers: Mapping[str, str] = NO_HEADERS,
) -> tuple[Stream, bytes]:
    """GET a document whole. Raises Gone, OSError, TimeoutError; whatever its status, it is answered."""
    async with _asked(where, path, None, context=context, within_s=within_s, more=headers) as stream:
        pieces: list[bytes] = []
        size = 0
        async with asyncio.timeout(within_s):
            async for piece in stream.body:
                size += len(piece)
                if size > most_bytes:
                    raise Gone(f"its answer is longer than {most_bytes} bytes")
                pieces.append(piece)
        return stream, b"".join(pieces)


@asynccontextmanager
async def _asked(
    where: Address,
    path: str,
    authorized: str | None,
    *,
    context: ssl.SSLContext,
    within_s: float,
    more: Mapping[str, str] = NO_HEADERS,
) -> AsyncIterator[Stream]:
    async with asyncio.timeout(within_s):
        reader, writer = await asyncio.open_connection(
            where.host, where.port, ssl=context if where.tls else None, limit=READ_BYTES
        )
    try:
        async with asyncio.timeout(within_s):
            stream = await _exchange(where, path, authorized, reader, writer, more)
        yield stream
    finally:
        writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                await writer.wait_closed()


async def _exchange(
    where: Address,
    path: str,
    authorized: str | None,
    reader: StreamReader,
    writer: StreamWriter,
    more: Mapping[str, str],
) -> Stream:
    lines = [f"GET {path} HTTP/1.1", f"Host: {where.authority}", "Accept: multipart/mixed, */*"]
    lines += ["Accept-Encoding: identity", "Connection: keep-alive"]
    lines += [f"{name}: {value}" for name, value in more.items()]
    if authorized is not None:
        lines.append(f"Authorization: {authorized}")
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("utf-8"))
    await writer.drain()
    answer = _Answer()
    while not answer.headed:
        await answer.more(reader)
        if answer.size > HEAD_MOST_BYTES and not answer.headed:
            raise Gone(f"the head of its answer is longer than {HEAD_MOST_BYTES} bytes")
    if answer.headers.get("content-encoding", ("identity",)) not in (("identity",), ("",)):
        raise Gone("its answer is packed")
    return Stream(answer.status, answer.headers, answer.pieces(reader))


class _Answer:
    """What httptools finds in the bytes of one answer."""

    def __init__(self) -> None:
        self.headers: dict[str, tuple[str, ...]] = {}
        self.headed = self.ended = False
        self.status = self.size = 0
        self._body: list[bytes] = []
        self._parser = httptools.HttpResponseParser(self)

    async def more(self, reader: StreamReader) -> None:
        """Read once. Raises Gone at the end of the connection, and where it is no HTTP."""
        data = await reader.read(READ_BYTES)
        if not data:
            raise Gone("it hung up")
        self.size += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            raise Gone("it speaks something else than HTTP") from None
        except httptools.HttpParserError:
            raise Gone("it does not speak HTTP") from None

    async def pieces(self, reader: StreamReader) -> AsyncIterator[bytes]:
        """Yield the body as it comes. Raises Gone where the connection ends before it does."""
        while True:
            body, self._body = self._body, []
            for piece in body:
                yield piece
            if self.ended:
                return
            await self.more(reader)

    # -- what the parser calls

    def on_header(self, name: bytes, value: bytes) -> None:
        key = name.decode("latin-1").lower()
        self.headers[key] = (*self.headers.get(key, ()), value.decode("latin-1").strip())

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200 and status != 101:  # 100 Continue: the answer is yet to come
            self.headers.clear()
            return
        self.status, self.headed = status, True

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self.ended = self.headed
