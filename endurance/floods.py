"""How quick well-behaved panels and a console are beside a flood, and what memory a flood takes.

    python -m endurance.floods [NAME ...] [--seconds 15] [--rounds 1] [--write FILE]

For each flood a fresh `belfry serve`; 50 panels over TCP say 200 signals a second, 10 over UDP say 20, one console
follows the stream. They are measured before, during and after the flood. A ratio is during over before.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

from endurance.console import Listener
from endurance.flood import FLOODED, FLOODS
from endurance.house import MIB, House, furnish, serving, tokens
from endurance.panels import Meter, Moment, Pace, percentile, speak

TCP_PACE: Final = 200.0
UDP_PACE: Final = 20.0
TCP_ACCOUNTS: Final = [f"{number:04X}" for number in range(0x4000, 0x4000 + 1_000)]
UDP_ACCOUNTS: Final = [f"{number:04X}" for number in range(0x5000, 0x5000 + 100)]
WARM_S: Final = 6.0
SETTLE_S: Final = 2.0
LOOK_S: Final = 0.25
DEAF_NAMES: Final = tuple(f"deaf-{number}" for number in range(7))
"""A person has eight streams at most, so fifty need seven."""


@dataclass
class Span:
    """One phase: from when to when, how much was resident at most, how much of a core was used."""

    since: float = 0.0
    until: float = 0.0
    resident: int = 0
    core: float = 0.0


@dataclass
class Found:
    """What one flood did."""

    name: str
    spans: dict[str, Span] = field(default_factory=dict)
    meter: Meter = field(default_factory=Meter)
    met: dict[str, Any] = field(default_factory=dict)
    complaints: Sequence[str] = ()
    files: int = 0

    def ms(self, moments: Sequence[Moment], phase: str, share: float) -> float:
        span = self.spans[phase]
        return percentile(moments, share, since=span.since, until=span.until) or float("nan")

    def ratio(self, moments: Sequence[Moment], share: float) -> float:
        return self.ms(moments, "during", share) / self.ms(moments, "before", share)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m endurance.floods", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("floods", nargs="*", choices=[[], *FLOODS], help=f"which: {', '.join(FLOODS)} (all)")
    parser.add_argument("--seconds", type=float, default=15.0, help="how long each phase lasts (15)")
    parser.add_argument("--rounds", type=int, default=1, help="how often each flood comes, on a fresh centre (1)")
    parser.add_argument("--write", type=Path, help="write the table into this file too")
    asked = parser.parse_args()
    found: dict[str, list[Found]] = {}
    for _ in range(asked.rounds):
        for name in asked.floods or FLOODS:
            found.setdefault(name, []).append(asyncio.run(_measure(name, asked.seconds)))
            print(row(found[name]), file=sys.stderr, flush=True)
    report = table(found)
    print(report)
    if asked.write is not None:
        asked.write.write_text(report + "\n", encoding="utf-8")


async def _measure(name: str, seconds: float) -> Found:
    found = Found(name)
    known = [*TCP_ACCOUNTS, *UDP_ACCOUNTS, *(f"{number:04X}" for number in FLOODED)]
    with tempfile.TemporaryDirectory(prefix="belfry-flood-") as folder:
        rows = ({"account": number, "name": f"Site {number}"} for number in known)
        config = furnish(Path(folder), rows, columns=["account", "name"])
        secret, *others = tokens(Path(folder), ("checker", *DEAF_NAMES))
        async with serving(config, secret) as house:
            listener = Listener(house.console, secret, found.meter.seen)
            tcp = Pace(TCP_ACCOUNTS, 50, TCP_PACE)
            udp = Pace(UDP_ACCOUNTS, 10, UDP_PACE, udp=True)
            working = [
                asyncio.create_task(listener.follow()),
                asyncio.create_task(speak(house.panels, tcp, found.meter)),
                asyncio.create_task(speak(house.panels, udp, found.meter)),
            ]
            phases = asyncio.create_task(_phases(found, house, others, seconds))
            await asyncio.wait({*working, phases}, return_when=asyncio.FIRST_COMPLETED)
            for task in working:
                if task.done():
                    phases.cancel()
                    task.result()
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            await phases
            found.complaints = house.complaints()
    return found


async def _phases(found: Found, house: House, others: Sequence[str], seconds: float) -> None:
    await asyncio.sleep(WARM_S)
    found.spans["before"] = await _phase(house, seconds)
    flood = await _begin(found.name, house, others)
    try:
        await asyncio.sleep(SETTLE_S)
        found.spans["during"] = await _phase(house, seconds)
        found.files = house.files()
    finally:
        found.met = await _end(flood)
    await asyncio.sleep(SETTLE_S)
    found.spans["after"] = await _phase(house, seconds)


async def _phase(house: House, seconds: float) -> Span:
    span = Span(since=time.monotonic())
    cpu_s = house.cpu_s()
    while time.monotonic() < span.since + seconds:
        span.resident = max(span.resident, house.resident_bytes())
        await asyncio.sleep(LOOK_S)
    span.until = time.monotonic()
    span.core = (house.cpu_s() - cpu_s) / (span.until - span.since)
    return span


async def _begin(name: str, house: House, others: Sequence[str]) -> Process:
    words = [f"--panels={house.panels[0]}:{house.panels[1]}", f"--console={house.console[0]}:{house.console[1]}"]
    words += [f"--token={secret}" for secret in others]
    flood = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "endurance.flood", name, *words), stdin=PIPE, stdout=PIPE, start_new_session=True
    )
    assert flood.stdout is not None
    await flood.stdout.readline()
    return flood


async def _end(flood: Process) -> dict[str, Any]:
    told, _ = await flood.communicate(b"")
    return dict(json.loads(told or b"{}"))


def table(found: dict[str, list[Found]]) -> str:
    columns = (
        *("flood", "panels p50, p99 before", "during", "ratio", "UDP panels p99", "ratio", "screen p99", "ratio"),
        *("resident MiB before, during, after", "core before, during", "what it met"),
    )
    head = ["| " + " | ".join(columns) + " |", "| " + " | ".join("---" for _ in columns) + " |"]
    return "\n".join([*head, *(row(each) for each in found.values())])


def row(rounds: Sequence[Found]) -> str:
    """One line of the table; with several rounds each figure is the middle one."""

    def ms(which: str, phase: str, share: float) -> float:
        return median(one.ms(getattr(one.meter, which), phase, share) for one in rounds)

    def times(which: str, share: float) -> float:
        return median(one.ratio(getattr(one.meter, which), share) for one in rounds)

    def resident(phase: str) -> float:
        return median(one.spans[phase].resident for one in rounds) / MIB

    def core(phase: str) -> float:
        return median(one.spans[phase].core for one in rounds)

    last = rounds[-1]
    met = ", ".join(f"{name} {number:,}" for name, number in last.met.items())
    odd = f"; {len(last.complaints)} lines of warning" if last.complaints else ""
    odd += f"; {last.meter.unseen} not on the screen" if last.meter.unseen > TCP_PACE else ""
    return (
        f"| {last.name} | {ms('tcp', 'before', 0.5):.1f}, {ms('tcp', 'before', 0.99):.1f} ms "
        f"| {ms('tcp', 'during', 0.5):.1f}, {ms('tcp', 'during', 0.99):.1f} ms "
        f"| × {times('tcp', 0.5):.2f}, × {times('tcp', 0.99):.2f} "
        f"| {ms('udp', 'during', 0.99):.1f} ms | × {times('udp', 0.99):.2f} "
        f"| {ms('screen', 'during', 0.99):.1f} ms | × {times('screen', 0.99):.2f} "
        f"| {resident('before'):.0f}, {resident('during'):.0f}, {resident('after'):.0f} "
        f"| {core('before'):.0%}, {core('during'):.0%} "
        f"| {met}; {last.meter.repeats} datagrams sent again; {last.files} files{odd} |"
    )


if __name__ == "__main__":
    main()
