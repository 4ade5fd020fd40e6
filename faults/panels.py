"""Panels over real sockets that do not give up: what nobody answered is sent again, with the same sequence.

Kinds of panels, as they exist (`Manner`): a plain one that waits for each answer; a gateway, one connection that speaks
for many plain accounts, one frame of each under way; an encrypted one with several frames under way that repeats its
bytes; an encrypted one that makes each try anew, with a new time and pad; and plain ones over UDP. A plain account has
one frame under way: RULES knows a plain repeat by the account's latest frame, since a panel with a constant
sequence may say alarm, restore, alarm.

Every send and every answer goes into the record before anything else is done with it.
"""

import asyncio
import random
import re
import time
from asyncio import DatagramProtocol, StreamReader, StreamWriter
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from belfry.protocols.dc09 import build_frame, crc16
from belfry.simulator.town import Site
from faults.record import Name, Record

WHEEL: Final = ("BA", "BR", "FA", "FR", "TA", "TR", "PA", "PR", "BT", "BJ", "HA", "GA")
"""What a panel says in turn: alarms, restores, tampers, troubles, a hold-up, gas."""

KNOCK_AGAIN_S: Final = 0.02
"""Between two attempts to connect, so that a panel is there the moment that the port is."""
ANSWER_WITHIN_S: Final = 2.0
"""How long a panel waits for any answer on a connection before it hangs up, connects anew and repeats."""
DATAGRAM_WITHIN_S: Final = 0.5
"""How long a panel waits for the answer to a datagram."""
SUPERVISED_S: Final = 20
"""Interval of the accounts that are supervised: the plain ones. They are lost after 50 s of silence."""
SEQUENCE_MAX: Final = 9_999
FIRST_ACCOUNT: Final = 0x7000

_ANSWER: Final = re.compile(rb'^\n([0-9A-F]{4})([0-9A-F]{4})("(\*?ACK|NAK|DUH)"(\d{4})([^\[]*)\[.*)\r$', re.S)
_ACCOUNT: Final = re.compile(rb"#(\w+)$")
_NAK_TIME: Final = re.compile(rb'"NAK".*_(\d\d):(\d\d):(\d\d),(\d\d)-(\d\d)-(\d{4})')


class Manner(StrEnum):
    PLAIN = "plain"
    GATEWAY = "gateway"
    SAME_BYTES = "same_bytes"
    MADE_ANEW = "made_anew"
    UDP = "udp"


@dataclass(frozen=True, slots=True)
class Shape:
    """How many connections of each manner, accounts of a gateway, frames under way of an encrypted panel."""

    plain: int = 4
    gateways: int = 2
    accounts_of_a_gateway: int = 8
    same_bytes: int = 3
    under_way: int = 6
    made_anew: int = 2
    udp: int = 4


@dataclass(slots=True)
class Source:
    """One account: where its sequence and its wheel stand, and what nobody has answered yet."""

    account: str
    key: bytes | None = None
    anew: bool = False
    most: int = 1
    said: int = 0
    clock_off: timedelta = timedelta(0)
    """How far its clock was set off by a NAK."""
    open: "dict[int, tuple[Name, bytes]]" = field(default_factory=dict)
    """By sequence, oldest first."""

    def next(self) -> int:
        """Begin the next signal; returns its sequence."""
        number, self.said = self.said, self.said + 1
        sequence = number % SEQUENCE_MAX + 1
        name = Name(self.account, WHEEL[number % len(WHEEL)], str(number // len(WHEEL) + 1))
        self.open[sequence] = (name, self.frame(name, sequence))
        return sequence

    def frame(self, name: Name, sequence: int) -> bytes:
        data = f"#{self.account}|Nri1/{name.code}{name.zone}"
        at = None if self.key is None else datetime.now(UTC) + self.clock_off
        return build_frame(
            "SIA-DCS",
            seq=sequence,
            account=self.account,
            data=data,
            at=at,
            key=self.key,
            chance=random.SystemRandom().randbytes(31),
        )

    def again(self, sequence: int, *, anew: bool = False) -> tuple[Name, bytes, bool]:
        """A further try: its name, its bytes, and whether they are new."""
        name, frame = self.open[sequence]
        if self.anew or anew:
            frame = self.frame(name, sequence)
            self.open[sequence] = (name, frame)
            return name, frame, True
        return name, frame, False


class Crowd:
    """All panels of a run: `speak` until `finish`, which waits for the last answer. Counts what they did."""

    def __init__(self, record: Record, host: str, port: int, shape: Shape, *, pause_s: float = 0.02) -> None:
        self.record, self.host, self.port, self.shape = record, host, port, shape
        self.pause_s = pause_s
        """Between two looks of a panel whether it may say something; 0 to send as fast as it goes."""
        self.over = False
        self.lose_answers = False
        """What comes back is lost on its way; once it is no longer, panels begin anew and repeat."""
        self.counts: Counter[str] = Counter()
        self.speakers = _speakers(self, shape)
        self._tasks: list[asyncio.Task[None]] = []
        self._news = asyncio.Event()

    def begin(self) -> None:
        self._tasks = [asyncio.create_task(speaker.speak()) for speaker in self.speakers]

    async def finish(self, within_s: float) -> None:
        """Say nothing new, wait until everything is answered. Raises TimeoutError, or what made a panel fail."""
        self.over = True
        async with asyncio.timeout(within_s):
            await asyncio.gather(*self._tasks)

    async def until_acknowledged(self, signals: int) -> None:
        """Wait until so many are. Raises what made a panel fail."""
        while self.counts["signals acknowledged"] < signals:
            self._news.clear()
            ending = [task for task in self._tasks if not task.done()]
            waiting = asyncio.create_task(self._news.wait())
            await asyncio.wait({waiting, *ending}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if (failed := self.failed()) is not None:
                raise failed

    async def end(self) -> None:
        """Fall silent at once."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def failed(self) -> BaseException | None:
        """Why a panel stopped by itself."""
        return next((task.exception() for task in self._tasks if task.done() and not task.cancelled()), None)

    @property
    def open(self) -> int:
        """Signals that nobody has answered."""
        return sum(len(source.open) for speaker in self.speakers for source in speaker.sources)

    # -- what speakers tell

    def send(self, source: Source, sequence: int, over: str) -> bytes:
        """The bytes of the first try."""
        name, frame = source.open[sequence]
        self.record.sent(name, sequence, at=time.time(), over=over, frame=frame)
        self.counts["signals sent"] += 1
        return frame

    def repeat(self, source: Source, sequence: int, over: str, *, anew: bool = False) -> bytes:
        name, frame, new = source.again(sequence, anew=anew)
        self.record.sent(name, sequence, at=time.time(), over=over, frame=frame if new else b"")
        self.counts["frames sent again"] += 1
        return frame

    def hear(self, source: Source, sequence: int, over: str) -> None:
        """An acknowledgement came. One for a frame that was acknowledged before changes nothing."""
        known = source.open.pop(sequence, None)
        if known is None:
            self.counts["acknowledged again"] += 1
            return
        self.record.acknowledged(known[0], sequence, at=time.time(), over=over)
        self.counts["signals acknowledged"] += 1
        self._news.set()


@dataclass(slots=True)
class OverTcp:
    """One connection that speaks for its sources."""

    crowd: Crowd
    sources: Sequence[Source]
    _heard_s: float = 0.0
    """Monotonic time of the last answer, or since when nothing waits for one."""

    async def speak(self) -> None:
        while not self.crowd.over or any(source.open for source in self.sources):
            try:
                reader, writer = await asyncio.open_connection(self.crowd.host, self.crowd.port)
            except OSError:
                await asyncio.sleep(KNOCK_AGAIN_S)
                continue
            self.crowd.counts["connections"] += 1
            try:
                await self._talk(reader, writer)
            except (OSError, asyncio.IncompleteReadError):
                self.crowd.counts["connections lost"] += 1
            finally:
                writer.transport.abort()

    async def _talk(self, reader: StreamReader, writer: StreamWriter) -> None:
        for source in self.sources:
            for sequence in list(source.open):
                writer.write(self.crowd.repeat(source, sequence, "tcp"))
        listening = asyncio.create_task(self._listen(reader, writer))
        try:
            lost = False
            self._heard_s = time.monotonic()
            while not listening.done() and not writer.transport.is_closing():
                if lost and not self.crowd.lose_answers:
                    return
                lost = self.crowd.lose_answers
                if not any(source.open for source in self.sources):
                    self._heard_s = time.monotonic()
                elif time.monotonic() - self._heard_s > ANSWER_WITHIN_S:
                    self.crowd.counts["hung up unanswered"] += 1
                    return
                if self.crowd.over and not any(source.open for source in self.sources):
                    return
                for source in self.sources:
                    if not self.crowd.over and len(source.open) < source.most:
                        writer.write(self.crowd.send(source, source.next(), "tcp"))
                await asyncio.wait({listening}, timeout=self.crowd.pause_s or 0.001)
            if listening.done():
                listening.result()  # raises what ended the connection
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _listen(self, reader: StreamReader, writer: StreamWriter) -> None:
        by_account = {source.account.encode(): source for source in self.sources}
        while True:
            answer = await reader.readuntil(b"\r")
            self._heard_s = time.monotonic()
            if self.crowd.lose_answers:
                self.crowd.counts["answers lost"] += 1
                continue
            token, sequence, account = read_answer(answer)
            if token in (b"ACK", b"*ACK"):
                self.crowd.hear(by_account[account], sequence, "tcp")
                continue
            self.crowd.counts[f"answered {token.decode()}"] += 1
            if token == b"NAK":  # its time is not ours: a panel sets its clock and makes the frame anew
                for source in self.sources:
                    source.clock_off = time_of(answer) - datetime.now(UTC)
                    for late in list(source.open)[:1]:
                        writer.write(self.crowd.repeat(source, late, "tcp", anew=True))


@dataclass(slots=True)
class OverUdp(DatagramProtocol):
    """One account that sends datagrams from a socket of its own."""

    crowd: Crowd
    sources: Sequence[Source]
    _answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def speak(self) -> None:
        loop = asyncio.get_running_loop()
        wire, _ = await loop.create_datagram_endpoint(lambda: self, remote_addr=(self.crowd.host, self.crowd.port))
        try:
            source = self.sources[0]
            while not self.crowd.over:
                sequence = source.next()
                wire.sendto(self.crowd.send(source, sequence, "udp"))
                while not await self._answer():
                    wire.sendto(self.crowd.repeat(source, sequence, "udp"))
                await asyncio.sleep(self.crowd.pause_s)
        finally:
            wire.abort()

    async def _answer(self) -> bool:
        self._answered.clear()
        if not self.sources[0].open:
            return True
        with suppress(TimeoutError):
            async with asyncio.timeout(DATAGRAM_WITHIN_S):
                await self._answered.wait()
        return not self.sources[0].open

    def datagram_received(self, data: bytes, addr: tuple[object, ...]) -> None:
        token, sequence, _ = read_answer(data)
        if self.crowd.lose_answers:
            self.crowd.counts["answers lost"] += 1
        elif token == b"ACK":
            self.crowd.hear(self.sources[0], sequence, "udp")
            self._answered.set()
        else:
            self.crowd.counts[f"answered {token.decode()}"] += 1

    def error_received(self, exc: Exception) -> None:
        """Nobody listens: it is sent again."""


def read_answer(answer: bytes) -> tuple[bytes, int, bytes]:
    """Return token, sequence and account of an answer. Raises ValueError where length or check value is wrong."""
    found = _ANSWER.match(answer)
    if found is None:
        raise ValueError(f"not an answer: {answer!r}")
    crc, length, body, token, sequence, header = found.groups()
    if int(length, 16) != len(body) or int(crc, 16) != crc16(body):
        raise ValueError(f"an answer with a wrong length or check value: {answer!r}")
    account = _ACCOUNT.search(header)
    return token, int(sequence), b"" if account is None else account[1]


def time_of(nak: bytes) -> datetime:
    """The receiver's time in a NAK."""
    found = _NAK_TIME.search(nak)
    if found is None:
        raise ValueError(f"a NAK without a time: {nak!r}")
    hour, minute, second, month, day, year = map(int, found.groups())
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def _speakers(crowd: Crowd, shape: Shape) -> Sequence[OverTcp | OverUdp]:
    speakers: list[OverTcp | OverUdp] = []
    for manner, sources in groups(shape):
        if manner is Manner.UDP:
            speakers.append(OverUdp(crowd, sources))
        else:
            speakers.append(OverTcp(crowd, sources))
    return speakers


def groups(shape: Shape) -> Sequence[tuple[Manner, Sequence[Source]]]:
    """The accounts of each connection. The same shape gives the same accounts and keys."""
    numbers = iter(range(FIRST_ACCOUNT, 0x10000))

    def source(*, keyed: bool = False, anew: bool = False, most: int = 1) -> Source:
        number = next(numbers)
        return Source(f"{number:04X}", number.to_bytes(16, "big") if keyed else None, anew, most)

    return [
        *[(Manner.PLAIN, [source()]) for _ in range(shape.plain)],
        *[(Manner.GATEWAY, [source() for _ in range(shape.accounts_of_a_gateway)]) for _ in range(shape.gateways)],
        *[(Manner.SAME_BYTES, [source(keyed=True, most=shape.under_way)]) for _ in range(shape.same_bytes)],
        *[(Manner.MADE_ANEW, [source(keyed=True, anew=True)]) for _ in range(shape.made_anew)],
        *[(Manner.UDP, [source()]) for _ in range(shape.udp)],
    ]


def sites(shape: Shape) -> Sequence[Site]:
    """The registered sites of all accounts; every fourth gateway account is nobody's, which must be kept as well."""
    return [
        Site(
            source.account,
            f"Site {source.account}",
            f"{number + 1} Mill Lane",
            "office",
            key="" if source.key is None else source.key.hex(),
            polls_s=SUPERVISED_S if manner in (Manner.PLAIN, Manner.UDP) else 0,
        )
        for manner, sources in groups(shape)
        for number, source in enumerate(sources)
        if not (manner is Manner.GATEWAY and number % 4 == 3)
    ]
