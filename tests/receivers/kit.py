"""A small honest house behind the door: it keeps what it is handed, when it is told to, and a panel that knocks."""

from asyncio import (
    DatagramProtocol,
    DatagramTransport,
    Future,
    StreamReader,
    StreamWriter,
    get_running_loop,
    open_connection,
)
from asyncio import Queue as Mailbox
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Final

from belfry.domain.signal import AccountKey, Arrival, Poll, Receipt
from belfry.domain.site import Account
from belfry.protocols.dc09 import Frame, Session, Unreadable, decrypt
from belfry.receivers.dc09 import Dc09Receiver, Dc09Settings

NOW: Final = datetime(2026, 3, 14, 8, 0, 5, tzinfo=UTC)
KEY: Final = bytes(range(16))


class House:
    """`ports.Intake`: keeps each arrival at once, or, when `held`, only when `keep` is called."""

    def __init__(self, *, held: bool = False) -> None:
        self.held = held
        self.arrivals: list[Arrival] = []
        self.polls: list[Poll] = []
        self.waiting: list[Future[Receipt]] = []
        self.encrypted_once: set[AccountKey] = set()
        self._news: Mailbox[None] = Mailbox()

    def deliver(self, arrival: Arrival) -> "Future[Receipt]":
        future: Future[Receipt] = get_running_loop().create_future()
        self.arrivals.append(arrival)
        if self.held:
            self.waiting.append(future)
        else:
            future.set_result(Receipt(len(self.arrivals)))
        self._news.put_nowait(None)
        return future

    def poll(self, poll: Poll) -> None:
        self.polls.append(poll)

    def keyed(self, account: AccountKey) -> bool:
        return account in self.encrypted_once

    def keep(self, index: int) -> None:
        self.waiting[index].set_result(Receipt(index + 1))

    def fail(self, index: int, error: Exception) -> None:
        self.waiting[index].set_exception(error)

    async def arrived(self, count: int) -> None:
        """Wait until `count` arrivals were handed over since the last call."""
        for _ in range(count):
            await self._news.get()

    @property
    def codes(self) -> list[str | None]:
        return [signal.code for arrival in self.arrivals for signal in arrival.signals]


class Register:
    """`ports.Accounts` over a list."""

    def __init__(self, *accounts: Account) -> None:
        self._accounts = accounts

    def by_key(self, key: AccountKey) -> Account | None:
        return next((account for account in self._accounts if account.matches(key)), None)

    def by_id(self, account_id: str) -> Account | None:
        return next((account for account in self._accounts if account.id == account_id), None)

    def all(self) -> Sequence[Account]:
        return self._accounts

    def site(self, account_id: str) -> str:
        return account_id


class Panel:
    """A TCP client that sends bytes and reads frames."""

    def __init__(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, *frames: bytes) -> None:
        self.writer.write(b"".join(frames))

    async def answer(self) -> bytes:
        return await self.reader.readuntil(b"\r")

    async def ask(self, frame: bytes) -> bytes:
        self.send(frame)
        return await self.answer()

    async def closed(self) -> bytes:
        """Wait until the receiver hangs up; return what it said before."""
        said = b""
        with suppress(ConnectionError):
            while chunk := await self.reader.read(65_536):
                said += chunk
        return said

    async def hang_up(self) -> None:
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()


class UdpPanel(DatagramProtocol):
    def __init__(self) -> None:
        self.answers: Mailbox[bytes] = Mailbox()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.answers.put_nowait(data)


class Door:
    """A receiver with its house, and panels at it."""

    def __init__(self, receiver: Dc09Receiver, house: House) -> None:
        self.receiver, self.house = receiver, house
        self.now = NOW
        self._panels: list[Panel] = []
        self._datagrams: list[DatagramTransport] = []

    async def panel(self) -> Panel:
        panel = Panel(*await open_connection(*self.receiver.listening))
        self._panels.append(panel)
        return panel

    async def udp(self) -> tuple[DatagramTransport, UdpPanel]:
        found = await get_running_loop().create_datagram_endpoint(UdpPanel, remote_addr=self.receiver.listening)
        self._datagrams.append(found[0])
        return found

    def told(self) -> Mapping[str, object]:
        return self.receiver.describe()

    async def leave(self) -> None:
        for panel in self._panels:
            await panel.hang_up()
        for transport in self._datagrams:
            transport.close()


@asynccontextmanager
async def door(
    *accounts: Account, house: House | None = None, settings: Dc09Settings | None = None
) -> AsyncIterator[Door]:
    """A receiver that listens on a port of its own."""
    house = house or House()
    settings = settings or Dc09Settings(listen="127.0.0.1:0")
    opened: list[Door] = []
    receiver = Dc09Receiver(settings, house, Register(*accounts), lambda: opened[0].now, bytes)
    opened.append(Door(receiver, house))
    await receiver.start()
    try:
        yield opened[0]
    finally:
        await opened[0].leave()
        for future in house.waiting:
            future.cancel()
        await receiver.stop()


def read(answer: bytes, key: bytes | None = None) -> Frame:
    """Return an answer as a frame, opened where it is encrypted."""
    (frame,) = Session().feed(answer)
    assert isinstance(frame, Frame)
    if not frame.encrypted:
        return frame
    assert key is not None
    opened = decrypt(frame, [key])
    assert not isinstance(opened, Unreadable)
    return opened[0]
