#!/usr/bin/env python3
"""Strict and cheap DC-09 load: frames and expected answers are made before the clock starts.

Each connection is one panel of an account of its own. It keeps at most WINDOW frames unanswered and compares every
answer, byte for byte, with the acknowledgement that the standard prescribes (CRC included). Prints one JSON object when
the last answer is there (`began`, `ended`: monotonic seconds of this machine; `per_second`; percentiles in ms), and a
second one with the number of wrong answers, since checking takes time of its own.

    dc09_blast.py HOST PORT --connections 50 --messages 1000 --window 1 --offset 0
        [--key HEX] [--text TEXT] [--spread N]

Frames are told apart by --offset: give each round its own, or a receiver rightly takes the second round for a replay.
With --key every frame is encrypted before the clock starts and every answer decrypted after it has stopped. With --text
every frame carries a zone text, which is personal and has to be sealed. With --spread each connection speaks for so
many accounts in turn, as a gateway does. Needs fastcrc and uvloop, with --key also
cryptography.
"""

import argparse
import asyncio
import json
import re
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import uvloop
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from fastcrc import crc16

FIRST_ACCOUNT = 1000
STAMP = re.compile(rb"\]_\d\d:\d\d:\d\d,\d\d-\d\d-\d{4}$")


@dataclass(frozen=True)
class Load:
    host: str
    port: int
    connections: int
    messages: int
    window: int
    offset: int
    code: str
    key: bytes | None
    text: str | None
    spread: int
    limit_s: float


def framed(body: bytes) -> bytes:
    return b"\n%04X%04X%s\r" % (crc16.arc(body), len(body), body)


def exchange(first: int, number: int, load: Load) -> tuple[bytes, bytes]:
    """One frame and its answer; with a key the answer is only the part that can be known beforehand."""
    account, number = first + number % load.spread * load.connections, number // load.spread
    head = b'"%04dL0#%d' % (number % 9999 + 1, account)
    data = b"#%d|Nri1/%b%d]" % (account, load.code.encode(), number + 1)
    if load.text is not None:
        data += b"[I%b]" % load.text.encode()
    if load.key is None:
        return framed(b'"SIA-DCS' + head + b"[" + data), framed(b'"ACK' + head + b"[]")
    rest = b"|" + data + datetime.now(UTC).strftime("_%H:%M:%S,%m-%d-%Y").encode()
    pad = b"p" * (16 + -len(rest) % 16)
    hidden = cipher(load.key, pad + rest).hex().upper().encode()
    return framed(b'"*SIA-DCS' + head + b"[" + hidden), b'"*ACK' + head + b"["


def cipher(key: bytes, data: bytes, *, decrypt: bool = False) -> bytes:
    aes = Cipher(algorithms.AES(key), modes.CBC(bytes(16)))
    step = aes.decryptor() if decrypt else aes.encryptor()
    return step.update(data) + step.finalize()


def wrong(answer: bytes, expected: bytes, key: bytes | None) -> bool:
    if key is None:
        return answer != expected
    body = answer[9:-1]
    if int(answer[1:5], 16) != crc16.arc(body) or int(answer[5:9], 16) != len(body) or not body.startswith(expected):
        return True
    return not STAMP.search(cipher(key, bytes.fromhex(body[len(expected) :].decode()), decrypt=True))


class Panel(asyncio.Protocol):
    def __init__(self, account: int, load: Load, done: "asyncio.Future[None]") -> None:
        self.pairs = [exchange(account, n, load) for n in range(load.offset, load.offset + load.messages)]
        self.window, self.done = load.window, done
        self.sent = 0
        self.answers: list[bytes] = []
        self.pending: deque[float] = deque()
        self.latencies: list[float] = []
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def send(self, count: int) -> None:
        until = min(self.sent + count, len(self.pairs))
        if until > self.sent:
            self.pending.extend([time.perf_counter()] * (until - self.sent))
            self.transport.write(b"".join(pair[0] for pair in self.pairs[self.sent : until]))
            self.sent = until

    def data_received(self, data: bytes) -> None:
        *answers, self.buffer = (self.buffer + data).split(b"\r")
        now = time.perf_counter()
        for answer in answers:
            self.answers.append(answer + b"\r")
            self.latencies.append(now - self.pending.popleft())
        if len(self.answers) == len(self.pairs):
            self.transport.close()
        else:
            self.send(len(answers))

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def blast(load: Load) -> list[Panel]:
    """Connect all, then send; returns when every panel has its answers. Prints what was reached at once."""
    loop = asyncio.get_running_loop()
    panels = [Panel(FIRST_ACCOUNT + index, load, loop.create_future()) for index in range(load.connections)]
    for panel in panels:
        await loop.create_connection(lambda panel=panel: panel, load.host, load.port)  # type: ignore[misc]  # mypy: a lambda
    began = time.perf_counter()
    for panel in panels:
        panel.send(load.window)
    await asyncio.wait([panel.done for panel in panels], timeout=load.limit_s)
    ended = time.perf_counter()
    latencies = sorted(x for panel in panels for x in panel.latencies)
    answered = sum(len(panel.answers) for panel in panels)
    told: dict[str, Any] = {
        "began": began,
        "ended": ended,
        "sent": sum(panel.sent for panel in panels),
        "answered": answered,
        "per_second": round(answered / (ended - began)),
        "p50_ms": round(latencies[len(latencies) // 2] * 1e3, 2) if latencies else None,
        "p99_ms": round(latencies[len(latencies) * 99 // 100] * 1e3, 2) if latencies else None,
    }
    print(json.dumps(told), flush=True)
    return panels


def mistakes(panels: list[Panel], load: Load) -> int:
    return sum(
        wrong(answer, expected, load.key)
        for panel in panels
        for answer, (_, expected) in zip(panel.answers, panel.pairs, strict=False)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--messages", type=int, default=1000, help="frames per connection")
    parser.add_argument("--window", type=int, default=1, help="frames in flight per connection")
    parser.add_argument("--offset", type=int, default=0, help="number of the first frame")
    parser.add_argument("--code", default="BA", help="SIA code of the events")
    parser.add_argument("--key", type=bytes.fromhex, help="AES key, hex")
    parser.add_argument("--text", help="zone text of each frame")
    parser.add_argument("--spread", type=int, default=1, help="accounts of each connection")
    parser.add_argument("--limit-s", type=float, default=50.0, help="seconds after which it stops")
    load = Load(**vars(parser.parse_args()))
    print(json.dumps({"wrong": mistakes(uvloop.run(blast(load)), load)}))


if __name__ == "__main__":
    main()
