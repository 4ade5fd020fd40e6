"""One simulated panel: it sends, waits for the answer, sends again - as a panel does (protocols, 1.7).

It speaks TCP (one lasting connection) or UDP, plain or encrypted, corrects its clock by a NAK unless it is told to be
stubborn, and gives up after its retries. What it was told is what its counters say.
"""

import asyncio
import re
from asyncio import DatagramProtocol, DatagramTransport, StreamReader, StreamWriter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from belfry.protocols.dc09 import Frame, build_frame, decrypt, parse

ANSWER_WITHIN_S: Final = 5.0
"""How long a panel waits for an answer: the usual preset of panels."""

RETRIES: Final = 3
SEQUENCE_MAX: Final = 9_999

_NAK_TIME: Final = re.compile(rb'"NAK".*_(\d\d):(\d\d):(\d\d),(\d\d)-(\d\d)-(\d{4})')

Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Line:
    """Where a panel sends to, and how."""

    host: str
    port: int
    udp: bool = False
    answer_within_s: float = ANSWER_WITHIN_S


@dataclass(slots=True)
class Told:
    """What the receiver told a panel: how many frames were acknowledged, refused or never answered."""

    acknowledged: int = 0
    corrected: int = 0
    refused: int = 0
    silent: int = 0


@dataclass(slots=True)
class Panel:
    """A panel of one account. `clock_off` is how far its clock is ahead of the true time."""

    account: str
    line: Line
    now: Now
    chance: Callable[[int], bytes]
    key: bytes | None = None
    sia: bool = False
    clock_off: timedelta = timedelta(0)
    stubborn: bool = False
    """Never corrects its clock, whatever a NAK says."""
    told: Told = field(default_factory=Told)
    _seq: int = 0
    _wire: "_Tcp | _Udp | None" = None

    async def say(self, code: str, *, area: str = "01", zone: str = "000", text: str | None = None) -> str:
        """Send one event until it is answered; returns the answer's token, or `silence`."""
        if code.isdigit():
            token, data = "ADM-CID", f"#{self.account}|{code} {area} {zone}"
        else:
            token, data = "SIA-DCS", f"#{self.account}|Nri{int(area)}/{code}{zone.lstrip('0')}"
        xdata = () if text is None else (f"I{text}",)
        return await self._exchange(token, data, xdata)

    async def poll(self) -> str:
        """Send a link test."""
        return await self._exchange("NULL", "", ())

    async def close(self) -> None:
        if self._wire is not None:
            await self._wire.close()
            self._wire = None

    async def _exchange(self, token: str, data: str, xdata: tuple[str, ...]) -> str:
        self._seq = self._seq % SEQUENCE_MAX + 1
        answer = "silence"
        for _ in range(RETRIES):
            answer = await self._once(token, data, xdata)
            match answer:
                case "ACK":
                    self.told.acknowledged += 1
                    return answer
                case "NAK":
                    self.told.corrected += 1
                case "silence":
                    await self.close()
                case _:
                    self.told.refused += 1
                    return answer
        if answer == "silence":
            self.told.silent += 1
        return answer

    async def _once(self, token: str, data: str, xdata: tuple[str, ...]) -> str:
        timed = self.key is not None or token == "NULL"
        frame = build_frame(
            token,
            seq=self._seq,
            account=self.account,
            data=data,
            xdata=xdata,
            at=self.now() + self.clock_off if timed else None,
            key=self.key,
            chance=self.chance(31),
        )
        try:
            async with asyncio.timeout(self.line.answer_within_s):
                raw = await (await self._connected()).exchange(frame)
        except (TimeoutError, OSError, EOFError):
            return "silence"
        return self._read(raw)

    def _read(self, raw: bytes) -> str:
        answer = parse(raw)
        if isinstance(answer, Frame) and answer.encrypted and self.key is not None:
            opened = decrypt(answer, [self.key])
            answer = opened[0] if isinstance(opened, tuple) else opened
        if not isinstance(answer, Frame):
            return "silence"
        if answer.token == "NAK" and not self.stubborn:
            self._set_clock(raw)
        return answer.token

    def _set_clock(self, raw: bytes) -> None:
        found = _NAK_TIME.search(raw)
        if found is not None:
            hour, minute, second, month, day, year = (int(part) for part in found.groups())
            self.clock_off = datetime(year, month, day, hour, minute, second, tzinfo=UTC) - self.now()

    async def _connected(self) -> "_Tcp | _Udp":
        if self._wire is None:
            connect = _Udp.connect if self.line.udp else _Tcp.connect
            self._wire = await connect(self.line)
        return self._wire


class _Tcp:
    def __init__(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def connect(cls, line: Line) -> "_Tcp":
        return cls(*await asyncio.open_connection(line.host, line.port))

    async def exchange(self, frame: bytes) -> bytes:
        self._writer.write(frame)
        await self._writer.drain()
        return await self._reader.readuntil(b"\r")

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


class _Udp(DatagramProtocol):
    """One socket of a panel; an answer that nobody waits for any more is let go."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[bytes] | None = None
        self._transport: DatagramTransport | None = None

    @classmethod
    async def connect(cls, line: Line) -> "_Udp":
        loop = asyncio.get_running_loop()
        _, wire = await loop.create_datagram_endpoint(cls, remote_addr=(line.host, line.port))
        return wire

    def connection_made(self, transport: DatagramTransport) -> None:  # type: ignore[override]  # ours is a datagram's
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc)

    async def exchange(self, frame: bytes) -> bytes:
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.sendto(frame)
        return await self._answer

    async def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
