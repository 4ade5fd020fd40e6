"""Fifty thousand signals in a minute from one account, and how quick ten other panels and a console are meanwhile.

    python -m endurance.one_account [--rounds 3] [--seconds 60] [--per-s 834] [--write FILE]

For each flood - one detector that repeats itself, and nine hundred detectors in turn - and each round a fresh `belfry
serve`. Ten panels say an alarm every two seconds each, of accounts of their own; a console follows the stream. A minute
with the flood and a minute without follow each other, every other round begins with the flood.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

from endurance.console import Listener
from endurance.flood import FLOODED
from endurance.house import House, furnish, serving, tokens
from endurance.panels import Meter, Moment, Pace, percentile, speak

NAMES: Final = ("one-detector", "every-detector")
PANELS: Final = 10
PACE: Final = 5.0
"""Alarms a second of all of them: one every two seconds each."""
OTHERS: Final = [f"{number:04X}" for number in range(0x4000, 0x4000 + 100)]
"""Ten accounts for each panel, so that none of them becomes a flood itself."""
WARM_S: Final = 6.0
SETTLE_S: Final = 2.0


@dataclass
class Round:
    """One fresh centre: the two minutes, from when to when, and what was measured in both."""

    spans: dict[bool, tuple[float, float]] = field(default_factory=dict)
    """By whether it was flooded."""
    meter: Meter = field(default_factory=Meter)
    core: dict[bool, float] = field(default_factory=dict)
    met: dict[str, Any] = field(default_factory=dict)
    caught_up_s: float = 0.0
    """After the flood's end, until everything was decided and on the board."""
    unseen: int = 0
    complaints: Sequence[str] = ()

    def ms(self, moments: Sequence[Moment], share: float, *, flooded: bool) -> float:
        since, until = self.spans[flooded]
        return percentile(moments, share, since=since, until=until) or float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m endurance.one_account", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("floods", nargs="*", choices=[[], *NAMES], help=f"which: {', '.join(NAMES)} (both)")
    parser.add_argument("--rounds", type=int, default=3, help="fresh centres for each flood (3)")
    parser.add_argument("--seconds", type=float, default=60.0, help="with the flood, and without (60)")
    parser.add_argument("--per-s", type=int, default=834, help="signals a second of the one account (834)")
    parser.add_argument("--write", type=Path, help="write the table into this file too")
    asked = parser.parse_args()
    found: dict[str, list[Round]] = {}
    for number in range(asked.rounds):
        for name in asked.floods or NAMES:
            taken = asyncio.run(_measure(name, asked.seconds, asked.per_s, flood_first=number % 2 == 1))
            found.setdefault(name, []).append(taken)
            print(_row(name, found[name]), file=sys.stderr, flush=True)
    report = table(found)
    print(report)
    if asked.write is not None:
        asked.write.write_text(report + "\n", encoding="utf-8")


async def _measure(name: str, seconds: float, per_s: int, *, flood_first: bool) -> Round:
    taken = Round()
    known = [*OTHERS, *(f"{number:04X}" for number in FLOODED)]
    with tempfile.TemporaryDirectory(prefix="belfry-one-account-") as folder:
        rows = ({"account": number, "name": f"Site {number}"} for number in known)
        config = furnish(Path(folder), rows, columns=["account", "name"])
        (secret,) = tokens(Path(folder), ("checker",))
        async with serving(config, secret) as house:
            listener = Listener(house.console, secret, taken.meter.seen)
            listening = asyncio.create_task(listener.follow())
            while not listener.messages and not listening.done():  # noqa: ASYNC110  # no event tells it
                await asyncio.sleep(0.01)
            speaking = asyncio.create_task(speak(house.panels, Pace(OTHERS, PANELS, PACE), taken.meter))
            minutes = asyncio.create_task(_minutes(taken, house, name, seconds, per_s, flood_first=flood_first))
            await asyncio.wait({listening, speaking, minutes}, return_when=asyncio.FIRST_COMPLETED)
            speaking.cancel()
            await asyncio.sleep(SETTLE_S)
            for task in (minutes, listening):
                if not task.done():
                    task.cancel()
            told = await asyncio.gather(minutes, speaking, listening, return_exceptions=True)
            for one in told:
                if isinstance(one, Exception):
                    raise one
            taken.unseen = taken.meter.unseen
            taken.complaints = house.complaints()
    return taken


async def _minutes(taken: Round, house: House, name: str, seconds: float, per_s: int, *, flood_first: bool) -> None:
    await asyncio.sleep(WARM_S)
    for flooded in (flood_first, not flood_first):
        began, cpu_s = time.monotonic(), house.cpu_s()
        if flooded:
            taken.met = await _flood(house, name, seconds, per_s)
            taken.caught_up_s = -time.monotonic()
            await house.caught_up()
            taken.caught_up_s += time.monotonic()
        else:
            await asyncio.sleep(seconds)
        taken.spans[flooded] = (began, began + seconds)
        taken.core[flooded] = (house.cpu_s() - cpu_s) / seconds
        await asyncio.sleep(SETTLE_S)


async def _flood(house: House, name: str, seconds: float, per_s: int) -> dict[str, Any]:
    words = [f"--panels={house.panels[0]}:{house.panels[1]}", f"--console={house.console[0]}:{house.console[1]}"]
    flood = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "endurance.flood", name, *words, f"--per-s={per_s}"), stdin=PIPE, stdout=PIPE
    )
    assert flood.stdout is not None
    await flood.stdout.readline()
    await asyncio.sleep(seconds)
    told, _ = await flood.communicate(b"")
    return dict(json.loads(told or b"{}"))


def table(found: dict[str, list[Round]]) -> str:
    columns = (
        *("flood", "other panels p50, p99 without", "with it", "row on the stream p50, p99 without", "with it"),
        *("core without, with", "what it met"),
    )
    head = ["| " + " | ".join(columns) + " |", "| " + " | ".join("---" for _ in columns) + " |"]
    return "\n".join([*head, *(_row(name, rounds) for name, rounds in found.items())])


def _row(name: str, rounds: Sequence[Round]) -> str:
    """One line of the table; each figure is the middle one of the rounds."""

    def ms(which: str, *, flooded: bool) -> str:
        shares = [
            median(one.ms(getattr(one.meter, which), share, flooded=flooded) for one in rounds) for share in (0.5, 0.99)
        ]
        return "{:.1f}, {:.1f} ms".format(*shares)

    def core(*, flooded: bool) -> float:
        return median(one.core[flooded] for one in rounds)

    sent = median(one.met["sent"] for one in rounds)
    answered = min(one.met["answered"] / one.met["sent"] for one in rounds)
    behind = max(one.caught_up_s for one in rounds)
    odd = sum(len(one.complaints) for one in rounds)
    return (
        f"| {name} | {ms('tcp', flooded=False)} | {ms('tcp', flooded=True)} "
        f"| {ms('screen', flooded=False)} | {ms('screen', flooded=True)} "
        f"| {core(flooded=False):.0%}, {core(flooded=True):.0%} "
        f"| {sent:,.0f} signals, {answered:.1%} answered by its end; caught up {behind:.1f} s later; "
        f"{max(one.unseen for one in rounds)} not on the stream; {odd} lines of warning |"
    )


if __name__ == "__main__":
    main()
