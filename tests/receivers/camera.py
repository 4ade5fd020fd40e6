"""A camera of our own: an alertStream behind Digest, over TCP or TLS, that can go away and come back."""

import asyncio
import hashlib
import re
import ssl
from asyncio import AbstractServer, Event, Queue, StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final

from belfry.domain.device import Device
from belfry.domain.reading import Said
from belfry.domain.signal import Receipt
from belfry.ports import Intake
from belfry.testing.devices import HeardDevices, MemoryBook

USER: Final = "belfry"
PASSWORD: Final = "not the factory's"
HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; boundary=boundary\r\n\r\n"


def part(body: bytes, *, length: int | None = None, kind: bytes = b"application/xml") -> bytes:
    size = len(body) if length is None else length
    return b"--boundary\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s\r\n" % (kind, size, body)


class Camera:
    """`say` goes to whoever listens. `answer` is what it says first; None: it says nothing to anybody."""

    def __init__(self, *, algorithm: str | None = "MD5", answer: bytes | None = HEAD) -> None:
        self.algorithm, self.answer = algorithm, answer
        self.asked: list[str] = []
        self.port = 0
        self.context: ssl.SSLContext | None = None
        self._server: AbstractServer | None = None
        self._writers: set[StreamWriter] = set()
        self._listener = Event()
        self._hung_up: Queue[None] = Queue()

    async def begin(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def go_away(self) -> None:
        assert self._server is not None
        self._server.close()
        await self.hang_up()
        self._server = None

    async def hang_up(self) -> None:
        self._listener.clear()
        for writer in list(self._writers):
            writer.transport.abort()

    async def listened_to(self) -> None:
        await self._listener.wait()

    async def left(self) -> None:
        """Wait until somebody hung up."""
        await self._hung_up.get()

    def say(self, *pieces: bytes) -> None:
        for writer in self._writers:
            for piece in pieces:
                writer.write(piece)

    @property
    def host(self) -> str:
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.asked.append(head)
            if self.algorithm is not None and not self._is_right(head):
                writer.write(
                    f"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=x\r\nWWW-Authenticate: Digest "
                    f'qop="auth", realm="IP Camera(1)", nonce="4e6f", algorithm={self.algorithm}\r\n'
                    "Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
                )
                return
            if self.answer is not None:
                writer.write(self.answer)
            self._writers.add(writer)
            self._listener.set()
            with suppress(ConnectionError):
                await reader.read()
            self._writers.discard(writer)
            if not self._writers:
                self._listener.clear()
            self._hung_up.put_nowait(None)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    def _is_right(self, head: str) -> bool:
        said = dict(re.findall(r'(\w+)="?([^",\r]+)"?', head.partition("Authorization: Digest ")[2]))
        if not said:
            return False
        make = hashlib.sha256 if self.algorithm == "SHA-256" else hashlib.md5
        first = make(f"{USER}:IP Camera(1):{PASSWORD}".encode()).hexdigest()
        second = make(b"GET:/ISAPI/Event/notification/alertStream").hexdigest()
        text = f"{first}:{said['nonce']}:{said['nc']}:{said['cnonce']}:{said['qop']}:{second}"
        return bool(said["username"] == USER and said["response"] == make(text.encode()).hexdigest())


@asynccontextmanager
async def camera(camera: Camera | None = None) -> AsyncIterator[Camera]:
    made = camera or Camera()
    await made.begin()
    try:
        yield made
    finally:
        if made._server is not None:
            await made.go_away()


class Listening(HeardDevices):
    """A desk whose calls can be waited for."""

    def __init__(self, book: MemoryBook, intake: Intake) -> None:
        super().__init__(book, intake)
        self.kept: Queue[Said] = Queue()
        self.gone: Queue[Device] = Queue()
        self.tried: Queue[Said] = Queue()

    def hear(self, device: Device, said: Said, at: datetime) -> "asyncio.Future[Receipt | None]":
        future = super().hear(device, said, at)
        self.tried.put_nowait(said)
        future.add_done_callback(lambda done: None if done.exception() else self.kept.put_nowait(said))
        return future

    def lost(self, device: Device, at: datetime) -> "asyncio.Future[Receipt | None]":
        future = super().lost(device, at)
        if self.failing is None:
            self.gone.put_nowait(device)
        return future
