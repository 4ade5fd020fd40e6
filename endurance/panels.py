"""Well-behaved panels, paced: one frame in flight each, and how long each answer took.

A panel that is late because its last answer was late counts from when it should have spoken, so a server that stalls
is not spared by panels that wait for it.
"""

import asyncio
import time
from asyncio import DatagramProtocol, DatagramTransport
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from belfry.protocols.dc09 import build_frame
from endurance.console import Row
from endurance.house import Address

UDP_AGAIN_S: Final = 2.0
"""A UDP panel repeats after this: the answer or the frame was lost."""

Moment = tuple[float, float]
"""When something began, monotonic, and how many seconds it took."""


@dataclass
class Meter:
    """What was measured so far: answers over TCP and over UDP, and rows on a console's screen."""

    tcp: list[Moment] = field(default_factory=list)
    udp: list[Moment] = field(default_factory=list)
    screen: list[Moment] = field(default_factory=list)
    repeats: int = 0
    """UDP frames that had to be sent again."""
    _said: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _unseen: dict[str, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))

    def say(self, account: str, at: float) -> int:
        """An account is about to speak; returns which of its signals that is, from 1 on."""
        self._said[account] += 1
        self._unseen[account][self._said[account]] = at
        return self._said[account]

    def seen(self, row: Row) -> None:
        """A console was told of an incident; so many of its signals are on the screen now."""
        now = time.monotonic()
        unseen = self._unseen.get(row.account or "", {})
        for number in [number for number in unseen if number <= row.signals_seq]:
            began = unseen.pop(number)
            self.screen.append((began, now - began))

    @property
    def unseen(self) -> int:
        """Signals that no console was told of."""
        return sum(map(len, self._unseen.values()))


def percentile(moments: Sequence[Moment], share: float, *, since: float, until: float) -> float | None:
    """Return the milliseconds within which a share of what began in a span was done; None where nothing began."""
    took = sorted(took_s for began, took_s in moments if since <= began < until)
    return took[min(len(took) - 1, int(len(took) * share))] * 1e3 if took else None


@dataclass(frozen=True)
class Pace:
    """`connections` panels that together say `per_s` a second, in the names of `accounts` in turn."""

    accounts: Sequence[str]
    connections: int
    per_s: float
    udp: bool = False


async def speak(panels: Address, pace: Pace, meter: Meter) -> None:
    """Let the panels speak until cancelled. Raises RuntimeError where an answer is no acknowledgement."""
    began = time.monotonic()
    async with asyncio.TaskGroup() as all_panels:
        for number in range(pace.connections):
            own = pace.accounts[number :: pace.connections]
            first = began + number / pace.per_s
            panel = _udp if pace.udp else _tcp
            all_panels.create_task(panel(panels, own, meter, first, pace.connections / pace.per_s))


async def _tcp(panels: Address, accounts: Sequence[str], meter: Meter, first: float, step: float) -> None:
    reader, writer = await asyncio.open_connection(*panels)
    turn, due = 0, first
    while True:
        at = await _when(due)
        account = accounts[turn % len(accounts)]
        writer.write(_frame(account, turn, meter.say(account, at)))
        _check(await reader.readuntil(b"\r"))
        meter.tcp.append((at, time.monotonic() - at))
        turn, due = turn + 1, due + step


async def _udp(panels: Address, accounts: Sequence[str], meter: Meter, first: float, step: float) -> None:
    _, wire = await asyncio.get_running_loop().create_datagram_endpoint(_Answers, remote_addr=panels)
    turn, due = 0, first
    while True:
        at = await _when(due)
        account = accounts[turn % len(accounts)]
        frame = _frame(account, turn, meter.say(account, at))
        while True:
            wire.transport.sendto(frame)
            try:
                async with asyncio.timeout(UDP_AGAIN_S):
                    _check(await wire.answers.get())
                break
            except TimeoutError:
                meter.repeats += 1
        meter.udp.append((at, time.monotonic() - at))
        turn, due = turn + 1, due + step


class _Answers(DatagramProtocol):
    def __init__(self) -> None:
        self.answers: asyncio.Queue[bytes] = asyncio.Queue()

    def connection_made(self, transport: DatagramTransport) -> None:  # type: ignore[override]  # ours is a datagram's
        self.transport = transport

    def datagram_received(self, data: bytes, address: object) -> None:
        self.answers.put_nowait(data)


async def _when(due: float) -> float:
    """Wait until a frame is due; returns from when its answer counts."""
    wait_s = due - time.monotonic()
    if wait_s <= 0:
        return due
    await asyncio.sleep(wait_s)
    return time.monotonic()  # that this program woke late is not the server's fault


def _frame(account: str, turn: int, number: int) -> bytes:
    return build_frame("SIA-DCS", seq=turn % 9999 + 1, account=account, data=f"#{account}|Nri1/BA{number}")


def _check(answer: bytes) -> None:
    if b'"ACK"' not in answer:
        raise RuntimeError(f"a panel was answered {answer!r}")
