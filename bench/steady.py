#!/usr/bin/env python3
"""DC-09 load at a steady rate: one frame after the other, each stamped when its last byte was written.

    steady.py HOST PORT --accounts 340 --rate 500 --seconds 30 --offset 1

Frame n is of account 1000 + n modulo ACCOUNTS, so that the accounts take turns; accounts share connections, as those of
a gateway do. A sender that was held up sends what is due at once. Prints one JSON object: `sent`, for each account the
monotonic seconds of its frames in their order, `answered`, `late_ms`, how late the latest frame left.
"""

import argparse
import json
import selectors
import socket
import threading
import time
from dataclasses import dataclass
from typing import Final

from bench.dc09_blast import FIRST_ACCOUNT, framed

CONNECTIONS: Final = 20
ANSWERS_WITHIN_S: Final = 10.0


@dataclass(frozen=True)
class Load:
    host: str
    port: int
    accounts: int
    rate: float
    seconds: float
    offset: int

    @property
    def frames(self) -> int:
        return round(self.rate * self.seconds)

    def frame(self, n: int) -> bytes:
        """Each turn of an account is an alarm of another zone."""
        account, turn = FIRST_ACCOUNT + n % self.accounts, self.offset + n // self.accounts
        return framed(b'"SIA-DCS"%04dL0#%d[#%d|Nri1/BA%d]' % (turn % 9999 + 1, account, account, turn + 1))


class Answers(threading.Thread):
    """Counts the answers, so that no connection is full of them."""

    def __init__(self, lines: list[socket.socket], wanted: int) -> None:
        super().__init__(daemon=True)
        self.lines, self.wanted, self.count = lines, wanted, 0

    def run(self) -> None:
        with selectors.DefaultSelector() as ready:
            for line in self.lines:
                ready.register(line, selectors.EVENT_READ, line)
            while self.count < self.wanted:
                for key, _ in ready.select(ANSWERS_WITHIN_S):
                    answers = key.data.recv(65_536)
                    if not answers:
                        return
                    self.count += answers.count(b"\r")


def send(load: Load) -> dict[str, object]:
    frames = [load.frame(n) for n in range(load.frames)]
    lines = [socket.create_connection((load.host, load.port)) for _ in range(CONNECTIONS)]
    for line in lines:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    answers = Answers(lines, len(frames))
    answers.start()
    sent: list[list[float]] = [[] for _ in range(load.accounts)]
    latest = 0.0
    began = time.perf_counter()
    for n, frame in enumerate(frames):
        due = began + n / load.rate
        while (early := due - time.perf_counter()) > 0:
            time.sleep(early)
        lines[n % load.accounts % CONNECTIONS].sendall(frame)
        at = time.perf_counter()
        sent[n % load.accounts].append(at)
        latest = max(latest, at - due)
    answers.join(ANSWERS_WITHIN_S)
    for line in lines:
        line.close()
    return {"sent": sent, "answered": answers.count, "late_ms": latest * 1e3}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--accounts", type=int, default=340)
    parser.add_argument("--rate", type=float, default=500.0, help="frames a second, all accounts together")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--offset", type=int, default=0, help="turns that the accounts had before")
    print(json.dumps(send(Load(**vars(parser.parse_args())))))


if __name__ == "__main__":
    main()
