#!/usr/bin/env python3
"""Panels that send at a steady rate, each waiting for its answer: how long the answers take.

    paced.py HOST PORT --rate 500 --seconds 15 --offset 1

Fifty panels, each on a connection of its own. Prints one JSON object: `answered`, `p50_ms`, `p99_ms`, `mean_ms`. The
file of `--each` gets, as JSON, when every frame was due (monotonic seconds) and how long it waited (seconds). A
panel that is still waiting when its next frame is due sends it as soon as it has its answer; what it waited is
counted from when it was due.
"""

import argparse
import asyncio
import json
import time
from dataclasses import dataclass
from pathlib import Path

import uvloop

from bench.dc09_blast import FIRST_ACCOUNT, framed
from bench.subjects import ACCOUNTS


@dataclass(frozen=True)
class Load:
    host: str
    port: int
    rate: float
    seconds: float
    offset: int
    each: Path | None = None


def frame(account: int, n: int) -> bytes:
    return framed(b'"SIA-DCS"%04dL0#%d[#%d|Nri1/BA%d]' % (n % 9999 + 1, account, account, n + 1))


async def panel(load: Load, number: int, began: float) -> list[tuple[float, float]]:
    reader, writer = await asyncio.open_connection(load.host, load.port)
    account, every_s = FIRST_ACCOUNT + number, ACCOUNTS / load.rate
    frames = [frame(account, load.offset + n) for n in range(round(load.seconds / every_s))]
    waited = []
    for n, one in enumerate(frames):
        due = began + number / load.rate + n * every_s
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        writer.write(one)
        await reader.readuntil(b"\r")
        waited.append((due, time.perf_counter() - due))
    writer.close()
    return waited


async def send(load: Load) -> dict[str, float]:
    began = time.perf_counter() + 0.5
    told = await asyncio.gather(*(panel(load, number, began) for number in range(ACCOUNTS)))
    if load.each is not None:
        load.each.write_text(json.dumps([one for some in told for one in some]), encoding="ascii")
    waited = sorted(one for some in told for _, one in some)
    return {
        "answered": len(waited),
        "p50_ms": waited[len(waited) // 2] * 1e3,
        "p99_ms": waited[len(waited) * 99 // 100] * 1e3,
        "mean_ms": sum(waited) / len(waited) * 1e3,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--rate", type=float, default=500.0, help="frames a second, all panels together")
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--offset", type=int, default=0)
    parser.add_argument("--each", type=Path)
    print(json.dumps(uvloop.run(send(Load(**vars(parser.parse_args()))))), flush=True)


if __name__ == "__main__":
    main()
