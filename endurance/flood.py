"""Floods, each in a process of its own: what strangers, broken panels and forgotten browsers do to a centre.

    python -m endurance.flood NAME --panels HOST:PORT --console HOST:PORT [--token T ...] [--per-s N]

Prints a line once the flood is there, goes on until its standard input ends, and then prints as JSON what it met.
Every flood comes from other addresses of the loopback than the panels do, so that limits for each source can be seen.
"""

import argparse
import asyncio
import json
import random
import socket
import sys
import time
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, cycle
from typing import Final

from belfry.protocols.dc09 import build_frame
from endurance.console import request
from endurance.house import Address

IDLE: Final = 5_000
SLOW: Final = 500
SLOW_STEP_S: Final = 0.2
"""Each of the slow ones writes a byte this often."""
DEAF_PANELS: Final = 50
DEAF_CONSOLES: Final = 50
NOISY: Final = 20
SMALL_BUFFER: Final = 4_096
"""Of a socket that is never read, so that what is unread stays with the server."""
AT_ONCE: Final = 100
PREPARED: Final = 20_000
"""Frames that are made before the flood begins: making them must not cost the centre its processor."""
PART: Final = 64
"""Frames that a deaf panel sends at once."""
FLOODED: Final = range(0x2000, 0x2200)
"""Known accounts whose frames a flood repeats; the well-behaved panels have others."""

TLS_HELLO: Final = bytes.fromhex("16030100a5010000a1") + bytes(160)
HTTP: Final = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@dataclass(frozen=True)
class Target:
    panels: Address
    console: Address
    tokens: Sequence[str]
    per_s: int


Flood = Callable[[Target, Counter[str]], Coroutine[None, None, None]]
"""Fills what it met, sets `there` once all of it is there, and goes on until cancelled."""

THERE: Final = "there"


# -- connections that say nothing, or next to nothing -----------------------------------------------------------------


async def idle(target: Target, met: Counter[str]) -> None:
    """Thousands of connections that never say a word."""
    await _hold(target.panels, ["127.0.0.2"], IDLE, b"", met)


async def idle_http(target: Target, met: Counter[str]) -> None:
    await _hold(target.console, ["127.0.0.2"], IDLE, b"", met)


async def slow(target: Target, met: Counter[str]) -> None:
    """One byte at a time of a frame that never ends."""
    await _hold(target.panels, ["127.0.0.3"], SLOW, b'\n00000FFF"SIA-DCS"0001L0#2000[#2000|', met)


async def slow_http(target: Target, met: Counter[str]) -> None:
    """One byte at a time of a header that never ends, from sources enough to pass the limit of each."""
    sources = ["127.0.0.3", "127.0.0.4", "127.0.0.5"]
    await _hold(target.console, sources, SLOW, b"GET /api/v1/session HTTP/1.1\r\nhost: x\r\nx-slow: ", met)


async def _hold(address: Address, sources: Sequence[str], number: int, words: bytes, met: Counter[str]) -> None:
    """Keep so many connections open, writing `words` and then one letter for ever, or nothing; opens none twice."""
    gate = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as held:
        opened = [asyncio.Event() for _ in range(number)]
        for n in range(number):
            held.create_task(_one(address, sources[n % len(sources)], words, met, gate, opened[n]))
        for event in opened:
            await event.wait()
        met[THERE] = 1


async def _one(
    address: Address, source: str, words: bytes, met: Counter[str], gate: asyncio.Semaphore, opened: asyncio.Event
) -> None:
    try:
        async with gate:
            reader, writer = await asyncio.open_connection(*address, local_addr=(source, 0))
    except OSError:
        met["not accepted"] += 1
        opened.set()
        return
    met["open"] += 1
    opened.set()
    ended = asyncio.create_task(_to_the_end(reader))
    try:
        at = 0
        while not ended.done():
            await asyncio.wait({ended}, timeout=SLOW_STEP_S if words else None)
            if words and not ended.done():
                writer.write(words[at : at + 1] or b"a")
                met["bytes"] += 1
                at += 1
        met["closed by the centre"] += 1
    finally:
        met["open"] -= 1
        ended.cancel()
        writer.close()


async def _to_the_end(reader: StreamReader) -> None:
    with suppress(OSError):
        while await reader.read(65_536):
            pass


# -- UDP --------------------------------------------------------------------------------------------------------------


def _known(n: int) -> bytes:
    account = f"{FLOODED[n % len(FLOODED)]:04X}"
    return build_frame("SIA-DCS", seq=n % 9999 + 1, account=account, data=f"#{account}|Nri1/BA{n % 999}")


def _unknown(n: int) -> bytes:
    account = f"{0xA0000000 + n * 7919 % 0x0FFFFFFF:08X}"
    return build_frame("SIA-DCS", seq=n % 9999 + 1, account=account, data=f"#{account}|Nri1/BA1")


def _garbage(n: int) -> bytes:
    return random.Random(n).randbytes(60)


def _poll(n: int) -> bytes:
    account = f"{FLOODED[n % len(FLOODED)]:04X}"
    return build_frame("NULL", seq=n % 9999 + 1, account=account)


def udp(make: Callable[[int], bytes]) -> Flood:
    """One source that sends datagrams at a steady rate, whatever is answered."""

    async def flood(target: Target, met: Counter[str]) -> None:
        wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        wire.bind(("127.0.0.9", 0))
        wire.setblocking(False)
        frames = cycle([make(n) for n in range(PREPARED)])
        began = time.monotonic()
        met[THERE] = 1
        while True:
            due = int((time.monotonic() - began) * target.per_s) - met["sent"]
            for _ in range(min(due, target.per_s // 20)):
                with suppress(BlockingIOError):
                    wire.sendto(next(frames), target.panels)
                met["sent"] += 1
            with suppress(BlockingIOError):
                while wire.recv(4_096):
                    met["answered"] += 1
            await asyncio.sleep(0.002)

    return flood


# -- those who do not listen ------------------------------------------------------------------------------------------


def deaf_panels(make: Callable[[int], bytes]) -> Flood:
    """Panels that send as long as anybody takes it, and never read an answer; closed, they come again."""

    async def flood(target: Target, met: Counter[str]) -> None:
        parts = [b"".join(make(n + m) for m in range(PART)) for n in range(0, PREPARED, PART)]
        met[THERE] = 1
        async with asyncio.TaskGroup() as panels:
            for number in range(DEAF_PANELS):
                panels.create_task(_deaf_panel(target.panels, parts, number, met))

    return flood


async def _deaf_panel(panels: Address, parts: Sequence[bytes], number: int, met: Counter[str]) -> None:
    loop = asyncio.get_running_loop()
    turns = count(number)
    while True:
        wire = _small_socket("127.0.0.6")
        try:
            await loop.sock_connect(wire, panels)
            while True:
                await loop.sock_sendall(wire, parts[next(turns) * DEAF_PANELS % len(parts)])
                met["sent"] += PART
                await asyncio.sleep(0)
        except OSError:
            met["closed by the centre"] += 1
        finally:
            wire.close()
        await asyncio.sleep(0.5)


async def deaf_consoles(target: Target, met: Counter[str]) -> None:
    """Event streams that nobody reads."""
    loop = asyncio.get_running_loop()
    wires = []
    for number in range(DEAF_CONSOLES):
        wire = _small_socket("127.0.0.7")
        await loop.sock_connect(wire, target.console)
        await loop.sock_sendall(wire, request(target.console, target.tokens[number % len(target.tokens)]))
        wires.append(wire)
        met["open"] += 1
    met[THERE] = 1
    await asyncio.Event().wait()


def _small_socket(source: str) -> socket.socket:
    wire = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
    wire.bind((source, 0))
    wire.setblocking(False)
    return wire


# -- one panel that cannot stop


def one_account(make: Callable[[int], bytes]) -> Flood:
    """One panel that says alarms at a steady rate over one connection, and reads every answer."""

    async def flood(target: Target, met: Counter[str]) -> None:
        reader, writer = await asyncio.open_connection(*target.panels, local_addr=("127.0.0.10", 0))
        frames = cycle([make(n) for n in range(PREPARED)])
        met[THERE] = 1
        began = time.monotonic()
        async with asyncio.TaskGroup() as panel:
            panel.create_task(_count_answers(reader, met))
            while True:
                due = int((time.monotonic() - began) * target.per_s) - met["sent"]
                writer.writelines(next(frames) for _ in range(due))
                met["sent"] += due
                await writer.drain()
                await asyncio.sleep(0.005)

    return flood


async def _count_answers(reader: StreamReader, met: Counter[str]) -> None:
    while True:
        await reader.readuntil(b"\r")
        met["answered"] += 1


def one_detector(n: int) -> bytes:
    """The same water detector again and again."""
    account = f"{FLOODED[0]:04X}"
    return build_frame("SIA-DCS", seq=n % 9999 + 1, account=account, data=f"#{account}|Nri1/WA7")


def every_detector(n: int) -> bytes:
    """One water detector after the other, nine hundred of them: each is an incident of its own."""
    account = f"{FLOODED[1]:04X}"
    return build_frame("SIA-DCS", seq=n % 9999 + 1, account=account, data=f"#{account}|Nri1/WA{n % 900 + 1}")


# -- the wrong door ---------------------------------------------------------------------------------------------------


async def noise(target: Target, met: Counter[str]) -> None:
    """Browsers, TLS hellos and nonsense on the panels' port, again and again."""
    met[THERE] = 1
    async with asyncio.TaskGroup() as strangers:
        for number in range(NOISY):
            strangers.create_task(_stranger(target.panels, number, met))


async def _stranger(panels: Address, number: int, met: Counter[str]) -> None:
    dice = random.Random(number)
    while True:
        words = dice.choice((HTTP, TLS_HELLO, dice.randbytes(400), dice.randbytes(20_000)))
        try:
            reader, writer = await asyncio.open_connection(*panels, local_addr=("127.0.0.8", 0))
        except OSError:
            met["not accepted"] += 1
            await asyncio.sleep(0.1)
            continue
        met["connections"] += 1
        await _say_and_wait(reader, writer, words, met)


async def _say_and_wait(reader: StreamReader, writer: StreamWriter, words: bytes, met: Counter[str]) -> None:
    try:
        writer.write(words)
        async with asyncio.timeout(0.05):
            met["answered"] += bool(await reader.read(4_096))
    except (TimeoutError, OSError):
        pass
    finally:
        writer.close()


FLOODS: Final[dict[str, Flood]] = {
    "idle": idle,
    "idle-http": idle_http,
    "slow": slow,
    "slow-http": slow_http,
    "udp-known": udp(_known),
    "udp-polls": udp(_poll),
    "udp-unknown": udp(_unknown),
    "udp-garbage": udp(_garbage),
    "deaf-panels": deaf_panels(_known),
    "deaf-polls": deaf_panels(_poll),
    "deaf-consoles": deaf_consoles,
    "noise": noise,
    "one-detector": one_account(one_detector),
    "every-detector": one_account(every_detector),
}


async def _run(flood: Flood, target: Target) -> None:
    met: Counter[str] = Counter()
    flooding = asyncio.create_task(flood(target, met))
    while not met[THERE] and not flooding.done():  # noqa: ASYNC110  # floods need not know who waits
        await asyncio.sleep(0.05)
    print("there", flush=True)
    stopped = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    await asyncio.wait({flooding, stopped}, return_when=asyncio.FIRST_COMPLETED)
    print(json.dumps({name: number for name, number in met.items() if name != THERE}), flush=True)
    if flooding.done():
        flooding.result()
    flooding.cancel()
    await asyncio.gather(flooding, return_exceptions=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m endurance.flood", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("flood", choices=FLOODS)
    parser.add_argument("--panels", type=_address, required=True)
    parser.add_argument("--console", type=_address, required=True)
    parser.add_argument("--token", action="append", default=[], help="of whoever opens event streams")
    parser.add_argument("--per-s", type=int, default=10_000, help="signals or datagrams a second (10000)")
    asked = parser.parse_args()
    asyncio.run(_run(FLOODS[asked.flood], Target(asked.panels, asked.console, asked.token, asked.per_s)))


def _address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    return host, int(port)


if __name__ == "__main__":
    main()
