"""What the incidents closed within a day cost: bytes of memory each, and how long a snapshot holds everything else up.

    python -m bench.board_memory [--closed 17000]

The board is folded from the facts that the centre itself writes (`bench.fill`). Memory is what this process holds more
afterwards, divided; the stall is the longest time between two turns of the loop while a snapshot is taken and encoded
in a thread, as `app.snapshot` does it. Prints one JSON object.
"""

import argparse
import asyncio
import gc
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from belfry.app import snapshot
from belfry.app.memory import give_back
from belfry.centre.board import Board
from belfry.centre.replay import ReplayState
from belfry.centre.walk import WalkState
from belfry.domain.codec import decode, encode
from belfry.domain.facts import Entry
from belfry.domain.site import Account
from bench.fill import appends

ROUNDS: Final = 7
ACCOUNTS: Final = 340


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Measure what closed incidents cost.")
    parser.add_argument("--closed", type=int, default=17_000, help="incidents closed within the day")
    asked = parser.parse_args(words)
    board, bytes_each = fill(asked.closed)
    stalls, lists = asyncio.run(stalled(board)), listed(board)
    told = {
        "closed": sum(1 for _ in board.closed()),
        "bytes_each": round(bytes_each),
        "stall_ms": round(median(stalls) * 1_000, 1),
        "stall_most_ms": round(max(stalls) * 1_000, 1),
        "closed_listed_ms": round(lists * 1_000, 1),
        "collection_ms": round(collected() * 1_000, 1),
    }
    print(json.dumps(told))
    return 0


def fill(closed: int) -> tuple[Board, float]:
    """A board, and how much this process has grown by each incident on it."""
    accounts = [Account(id=f"a{n}", receiver="panels", account=str(1_000 + n)) for n in range(ACCOUNTS)]
    before = resident()
    board = Board()
    position = 0
    for some in appends(0, accounts, closed * 10, 0):
        for entry in some:
            position += 1
            board.fold(position, as_read(entry))
        board.position = position
    gc.collect()
    give_back()
    return board, (resident() - before) / closed


def as_read(entry: Entry) -> Entry:
    """As it comes out of the journal: nothing of it is shared with the next one."""
    return decode(encode(entry))


async def stalled(board: Board) -> list[float]:
    found: list[float] = []
    with TemporaryDirectory() as name:
        for _ in range(ROUNDS):
            worst, last = 0.0, time.perf_counter()
            state = WalkState(
                position=board.position,
                board=board.state(),
                conditions=[],
                replay=ReplayState([], [], []),
                undecided=[],
            )
            saving = asyncio.create_task(asyncio.to_thread(snapshot.save, Path(name), state))
            while not saving.done():
                await asyncio.sleep(0)
                now = time.perf_counter()
                worst, last = max(worst, now - last), now
            found.append(worst)
    return found


def listed(board: Board) -> float:
    began = time.perf_counter()
    for _ in board.closed():
        pass
    return time.perf_counter() - began


def collected() -> float:
    began = time.perf_counter()
    gc.collect()
    return time.perf_counter() - began


def resident() -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise SystemExit("this system does not say how much memory a process holds")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
