"""A hundred thousand panels that only poll: link tests over TCP, many behind each connection, and over UDP.

    python -m endurance.pollers --panels HOST:PORT --accounts N --interval S --fast M --fast-interval S

Each account sends one link test an interval, spread evenly. Three in four go over lasting TCP connections that many
share, as behind the gateways of a provider; the others over UDP. A line on standard input is a command, answered by a
line of JSON: `figures` since the last `figures`, `silence` the fast accounts (each polls once more, all in the same
second; answers when each was last heard), `speak` again, `end`.
"""

import argparse
import asyncio
import json
import socket
import sys
import time
from asyncio import Protocol, Transport
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, cast

from belfry.protocols.dc09 import build_frame
from endurance.house import Address

FIRST: Final = 0x100000
FIRST_FAST: Final = 0xF00000
CONNECTIONS: Final = 300
UDP_SOCKETS: Final = 50
UDP_EVERY: Final = 4
"""Every fourth account polls over UDP."""
TICK_S: Final = 0.01
AGAIN_S: Final = 0.5
"""How long a gateway whose connection broke waits before it opens another."""


def number(n: int, first: int = FIRST) -> str:
    return f"{first + n:06X}"


class Polls:
    """What was sent and answered since the last look."""

    def __init__(self) -> None:
        self.sent = self.answered = self.not_sent = 0
        self.latencies: list[float] = []

    def figures(self) -> Mapping[str, float]:
        """Tells them, and begins anew."""
        took = sorted(self.latencies)
        told: dict[str, float] = {"sent": self.sent, "answered": self.answered, "not_sent": self.not_sent}
        for name, share in (("p50_ms", 0.5), ("p99_ms", 0.99)):
            told[name] = round(took[int(len(took) * share)] * 1e3, 2) if took else 0
        self.sent = self.answered = self.not_sent = 0
        self.latencies = []
        return told


class Gateway(Protocol):
    """One connection for the polls of many accounts; answers come in their order."""

    def __init__(self, polls: Polls) -> None:
        self._polls = polls
        self._waiting: deque[float] = deque()
        self.transport: Transport | None = None
        self.lost = asyncio.Event()

    def connection_made(self, transport: Any) -> None:
        self.transport = cast(Transport, transport)

    def send(self, frame: bytes) -> bool:
        if self.transport is None:
            return False
        self._waiting.append(time.monotonic())
        self.transport.write(frame)
        return True

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        for _ in range(data.count(b"\r")):
            self._polls.answered += 1
            self._polls.latencies.append(now - self._waiting.popleft())

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        self.lost.set()


class Panels:
    """All the accounts. `poll` sends one account's link test."""

    def __init__(self, panels: Address, polls: Polls) -> None:
        self._panels, self._polls = panels, polls
        self._gateways: list[Gateway] = []
        self._udp: list[socket.socket] = []
        self._keeping: list[asyncio.Task[None]] = []

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        for n in range(CONNECTIONS):
            _, gateway = await loop.create_connection(lambda: Gateway(self._polls), *self._panels)
            self._gateways.append(gateway)
            self._keeping.append(asyncio.create_task(self._keep(n)))
        for n in range(UDP_SOCKETS):
            wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            wire.bind((f"127.0.1.{n + 1}", 0))
            wire.setblocking(False)
            wire.connect(self._panels)
            loop.add_reader(wire, self._heard, wire)
            self._udp.append(wire)

    async def _keep(self, n: int) -> None:
        while True:
            await self._gateways[n].lost.wait()
            await asyncio.sleep(AGAIN_S)
            with suppress(OSError):
                loop = asyncio.get_running_loop()
                _, self._gateways[n] = await loop.create_connection(lambda: Gateway(self._polls), *self._panels)

    def _heard(self, wire: socket.socket) -> None:
        with suppress(OSError):
            while wire.recv(4_096):
                self._polls.answered += 1

    def poll(self, n: int, frame: bytes) -> None:
        self._polls.sent += 1
        if n % UDP_EVERY:
            if not self._gateways[n % CONNECTIONS].send(frame):
                self._polls.not_sent += 1
            return
        try:
            self._udp[n // UDP_EVERY % UDP_SOCKETS].send(frame)
        except OSError:
            self._polls.not_sent += 1


class Herd:
    """Accounts with one interval, each at its own moment of it."""

    def __init__(self, panels: Panels, accounts: Sequence[str], interval_s: float) -> None:
        self._panels, self._interval_s = panels, interval_s
        self.accounts = accounts
        self._frames = [build_frame("NULL", seq=1, account=account) for account in accounts]
        self.silent = False

    async def poll(self) -> None:
        began = time.monotonic()
        turn = 0
        while True:
            due = int((time.monotonic() - began) / self._interval_s * len(self._frames))
            for n in range(turn, due):
                if not self.silent:
                    self._panels.poll(n % len(self._frames), self._frames[n % len(self._frames)])
            turn = max(turn, due)
            await asyncio.sleep(TICK_S)

    def all_at_once(self) -> dict[str, float]:
        """Every account polls now; returns when, in seconds since 1970."""
        heard = {}
        for n, account in enumerate(self.accounts):
            self._panels.poll(n, self._frames[n])
            heard[account] = time.time()
        return heard


async def _run(asked: argparse.Namespace) -> None:
    polls = Polls()
    panels = Panels(asked.panels, polls)
    await panels.connect()
    many = Herd(panels, [number(n) for n in range(asked.accounts)], asked.interval)
    fast = Herd(panels, [number(n, FIRST_FAST) for n in range(asked.fast)], asked.fast_interval)
    polling = [asyncio.create_task(herd.poll()) for herd in (many, fast)]
    while True:
        command = (await asyncio.to_thread(sys.stdin.readline)).strip()
        match command:
            case "figures":
                print(json.dumps(polls.figures()), flush=True)
            case "silence":
                fast.silent = True
                print(json.dumps(fast.all_at_once()), flush=True)
            case "speak":
                fast.silent = False
                print("{}", flush=True)
            case _:
                break
    for task in polling:
        task.cancel()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m endurance.pollers", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--panels", type=_address, required=True)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--interval", type=float, default=90.0)
    parser.add_argument("--fast", type=int, default=1_000)
    parser.add_argument("--fast-interval", type=float, default=20.0)
    asyncio.run(_run(parser.parse_args()))


def _address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    return host, int(port)


if __name__ == "__main__":
    main()
