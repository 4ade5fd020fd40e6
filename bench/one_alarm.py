#!/usr/bin/env python3
"""One alarm at a time: how long until its panel is answered, and until its row is on a console's stream.

    one_alarm.py PANELS CONSOLE --alarms 400 --accounts 10 --offset 0      (HOST:PORT twice; a token on standard input)

The next alarm leaves when the row of the last one is there, so each is alone. The accounts speak in turn, each alarm of
another zone; a first turn, which opens their incidents, is not counted. Each round needs its own --offset, or its
frames are rightly taken for a replay. Prints one JSON object: `answered`, `wrong`, percentiles in milliseconds.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import uvloop

from bench.dc09_blast import FIRST_ACCOUNT, framed
from endurance.console import Listener, Row

LOOK_S: Final = 0.01
ROW_WITHIN_S: Final = 30.0
KIND: Final = "PROP.ALARM.INTR"
ZONES: Final = 999

Address = tuple[str, int]


@dataclass
class Screen:
    """What a console was told: how many signals each incident has, and the moment when it was told of the one that is
    waited for."""

    account: str = ""
    seen: "asyncio.Future[float]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    _signals: dict[str, int] = field(default_factory=dict)

    def wait_for(self, account: str) -> "asyncio.Future[float]":
        self.account, self.seen = account, asyncio.get_running_loop().create_future()
        return self.seen

    def heard(self, row: Row) -> None:
        before = self._signals.get(row.id, 0)
        self._signals[row.id] = row.signals_seq
        its = row.account == self.account and row.kind == KIND and row.signals_seq > before
        if its and not self.seen.done():
            self.seen.set_result(time.perf_counter())


async def measure(
    panels: Address, console: Address, token: str, *, alarms: int, accounts: int, offset: int
) -> dict[str, float]:
    screen = Screen()
    listener = Listener(console, token, screen.heard)
    following = asyncio.create_task(listener.follow())
    while not listener.messages and not following.done():  # noqa: ASYNC110  # no event tells it
        await asyncio.sleep(LOOK_S)
    reader, writer = await asyncio.open_connection(*panels)
    answers, rows, wrong = list[float](), list[float](), 0
    for number in range(accounts + alarms):
        account = FIRST_ACCOUNT + number % accounts
        turn = offset + number // accounts
        frame, expected = _exchange(account, turn)
        seen = screen.wait_for(str(account))
        began = time.perf_counter()
        writer.write(frame)
        answer = await reader.readuntil(b"\r")
        answered = time.perf_counter()
        async with asyncio.timeout(ROW_WITHIN_S):
            drawn = await seen
        if number >= accounts:
            answers.append(answered - began)
            rows.append(drawn - began)
            wrong += answer != expected
    writer.close()
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    return {"answered": len(answers), "wrong": wrong} | _percentiles("", answers) | _percentiles("row_", rows)


def _exchange(account: int, turn: int) -> tuple[bytes, bytes]:
    head = b'"%04dL0#%d' % (turn % 9999 + 1, account)
    frame = framed(b'"SIA-DCS' + head + b"[#%d|Nri%d/BA%d]" % (account, 1, turn % ZONES + 1))
    return frame, framed(b'"ACK' + head + b"[]")


def _percentiles(name: str, took: Sequence[float]) -> dict[str, float]:
    ordered = sorted(took)
    shares = {"p50_ms": ordered[len(ordered) // 2], "p99_ms": ordered[len(ordered) * 99 // 100]}
    return {f"{name}{share}": round(value * 1e3, 2) for share, value in shares.items()}


def _address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    return host, int(port)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("panels", type=_address)
    parser.add_argument("console", type=_address)
    parser.add_argument("--alarms", type=int, default=400)
    parser.add_argument("--accounts", type=int, default=10, help=f"that speak in turn, from {FIRST_ACCOUNT} on")
    parser.add_argument("--offset", type=int, default=0, help="of the sequence numbers")
    asked = vars(parser.parse_args())
    token = sys.stdin.readline().strip()
    print(json.dumps(uvloop.run(measure(asked.pop("panels"), asked.pop("console"), token, **asked))))


if __name__ == "__main__":
    main()
