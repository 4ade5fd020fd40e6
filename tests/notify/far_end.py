"""Whoever is told of incidents by HTTP, on a real socket: it takes, refuses, is silent, sends elsewhere, never ends."""

import asyncio
import ssl
from asyncio import Server, StreamReader, StreamWriter
from contextlib import suppress
from enum import Enum
from typing import Any

import msgspec
from msgspec import Struct


class Mood(Enum):
    TAKES = b"HTTP/1.1 204 No Content\r\n\r\n"
    CONTINUES = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
    FAILS = b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n"
    GONE = b"HTTP/1.1 410 Gone\r\n\r\n"
    BUSY = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\n\r\n"
    ELSEWHERE = b"HTTP/1.1 307 Temporary Redirect\r\nlocation: "
    SILENT = b""
    HANGS_UP = b"HTTP/1.1 20"
    BABBLES = b"220 mail.example ESMTP\r\n\r\n"
    ENDLESS_HEAD = b"HTTP/1.1 200 OK\r\nx-a: " + b"a" * 100_000
    ENDLESS_BODY = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n" + b"a" * 100_000


class Heard(Struct, frozen=True):
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        told: dict[str, Any] = msgspec.json.decode(self.body)
        return told


class FarEnd:
    """`moods` are used up one a message; then it takes."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.moods: list[Mood] = []
        self.heard: list[Heard] = []
        self.taken: list[Heard] = []
        self.calls = 0
        self._context, self._server = context, None
        self._port = 0
        self._open: set[StreamWriter] = set()

    _server: Server | None

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        return f"{'http' if self._context is None else 'https'}://127.0.0.1:{self._port}/siren?north"

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._came, "127.0.0.1", self._port, ssl=self._context)
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in list(self._open):
                writer.transport.abort()
            await self._server.wait_closed()

    async def _came(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.calls += 1
        self._open.add(writer)
        with suppress(OSError, EOFError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = await reader.readexactly(int(headers["content-length"]))
            heard = Heard(head[0].split(" ")[1], headers, body)
            self.heard.append(heard)
            mood = self.moods.pop(0) if self.moods else Mood.TAKES
            if mood in (Mood.TAKES, Mood.CONTINUES, Mood.ENDLESS_BODY):
                self.taken.append(heard)
            elsewhere = f"http://127.0.0.1:{self._port}/elsewhere\r\n\r\n".encode()
            writer.write(mood.value + (elsewhere if mood is Mood.ELSEWHERE else b""))
            await writer.drain()
            if mood in (Mood.SILENT, Mood.ENDLESS_HEAD, Mood.ENDLESS_BODY):
                await reader.read()
        self._open.discard(writer)
        writer.close()
