"""An hour of the demo's town at ten times its load: real sockets, operators at work, consoles that watch.

    python -m endurance.long_run [--minutes 60] [--factor 10] [--history 100000] [--write docs/long-run.md]

Samples resident memory, queue, journal and snapshot; holds the consoles against the queue every minute, and the
queue against what panels were told and against the journal's file at the end. Then the centre is killed and has to
be back, once from its snapshot and once from a clean stop. Ends with 1 where something was not true.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL
from typing import Final

from belfry.app.snapshot import FILE as SNAPSHOT
from belfry.simulator.town import as_rows, town
from endurance import history
from endurance.console import Listener
from endurance.house import MIB, House, furnish, serving, tokens
from endurance.operators import Operator
from endurance.samples import Sample, growth_mib_an_hour, plot, table
from endurance.town import DEMO_RATE, DEMO_SITES, Town
from endurance.truth import Open, folded, listed, mistakes, open_of, unlike

SAMPLE_S: Final = 5.0
COMPARE_S: Final = 60.0
CATCH_UP_S: Final = 20.0
"""The stream tells its position every ten seconds: by then a console was told all that a list showed."""
REST_S: Final = 15.0
"""After the town has fallen quiet: answers, triage and the stream come to rest."""
SEED: Final = 1
OPERATORS: Final = ("anna", "boris", "chidi", "dana", "emil", "fatma")
WATCHERS: Final = ("wall-1", "wall-2", "wall-3", "wall-4")
RECEIVER: Final = "panels"
MISTAKES_SHOWN: Final = 20
OUR_KILL: Final = "part=away"
"""A centre that was killed says so at its next start, rightly."""


@dataclass
class Run:
    """What was found. `wrong` lists everything that was not as it should be."""

    minutes: float
    factor: float
    samples: list[Sample] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    figures: list[tuple[str, str]] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m endurance.long_run", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--minutes", type=float, default=60.0, help="how long the town lives (60)")
    parser.add_argument("--factor", type=float, default=10.0, help="times the load of the demo (10)")
    parser.add_argument("--history", type=int, default=100_000, help="test reports stored before the clock starts")
    parser.add_argument("--folder", type=Path, help="keep everything in this new folder")
    parser.add_argument("--write", type=Path, help="write the report into this file too")
    asked = parser.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="belfry-long-run-"))
    folder.mkdir(exist_ok=True)
    run = Run(asked.minutes, asked.factor)
    try:
        asyncio.run(_run(run, folder, asked.history))
    finally:
        report = told(run)
        print(report, flush=True)
        if asked.write is not None:
            asked.write.write_text(report + "\n", encoding="utf-8")
        if asked.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if run.wrong else 0)


async def _run(run: Run, folder: Path, past: int) -> None:
    sites = town(round(DEMO_SITES * run.factor), SEED)
    rows = as_rows(sites, RECEIVER, SEED)
    config = furnish(folder, rows, columns=list(dict.fromkeys(name for row in rows for name in row)))
    secret, *secrets = tokens(folder, ("checker", *OPERATORS, *WATCHERS))
    async with serving(config, secret) as house:
        began = time.monotonic()
        await history.tell(house.panels, [site.account for site in sites if not site.key], past)
        await house.caught_up()
        run.figures.append(("test reports stored before", f"{past:,} in {time.monotonic() - began:.0f} s"))
        place = Town(house.panels, run.factor, seed=SEED)
        polling = asyncio.create_task(place.poll())  # goes on while all is held against all, or silence would begin
        before = await _live(run, house, place, secrets)
        await house.end(SIGKILL)
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        await place.close()
    stopped_s = 0.0
    for how in ("kill -9", "a clean stop"):
        run.wrong += [f"after {how}: {what}" for what in _differ(before, await folded(folder / "data"), "the file")]
        async with serving(config, secret) as house:
            run.figures.append((f"ready again after {how}", house.ready))
            await house.caught_up()
            before_again = await open_of(house)
            run.wrong += [f"after {how}: {what}" for what in _differ(before, before_again, "the new start")]
            before = before_again
            stopped_s = await house.end()
            run.wrong += [f"log: {line}" for line in house.complaints() if OUR_KILL not in line]
    run.figures.append(("a clean stop takes", f"{stopped_s:.2f} s"))


async def _live(run: Run, house: House, place: Town, secrets: Sequence[str]) -> Open:
    """Let the town live for so many minutes, and hold everything against everything; returns the queue at the end."""
    start = int((await house.numbers())["belfry_journal_position"])
    operators = [Operator(house.api, secret, seed=n) for n, secret in enumerate(secrets[: len(OPERATORS)])]
    consoles = [Listener(house.console, secret) for secret in secrets]
    watching = [asyncio.create_task(console.follow()) for console in consoles]
    living = [asyncio.create_task(place.live(house.api)), *(asyncio.create_task(one.work()) for one in operators)]
    while not all(console.messages for console in consoles):  # noqa: ASYNC110  # a look now and then does
        await asyncio.sleep(0.05)
    queue = await listed(house, "/incidents", state="open")
    for console in consoles:
        console.load(queue)
    began, cpu_s = time.monotonic(), house.cpu_s()
    observing = asyncio.create_task(_observe(run, house, operators, consoles, began))
    await asyncio.wait([*watching, *living, observing], timeout=run.minutes * 60, return_when=asyncio.FIRST_COMPLETED)
    lasted_s = time.monotonic() - began
    cpu_s = house.cpu_s() - cpu_s
    for task in (*watching, *living, observing):
        if task.done():
            run.wrong.append(f"ended by itself: {task.exception()!r}")
    for task in (*living, observing):
        task.cancel()
    await asyncio.gather(*living, observing, return_exceptions=True)
    await asyncio.sleep(REST_S)
    await house.caught_up()
    run.wrong += (await mistakes(house, start, place.player.acknowledged, place.player.unsure))[:MISTAKES_SHOWN]
    at_rest = await open_of(house)
    await _compare(run, house, consoles)
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    _count(run, place, operators, consoles, lasted_s, cpu_s, house)
    return at_rest


async def _observe(
    run: Run, house: House, operators: Sequence[Operator], consoles: Sequence[Listener], began: float
) -> None:
    compared = began
    while True:
        run.samples.append(await _sample(house, operators, began))
        if time.monotonic() - compared >= COMPARE_S:
            compared = time.monotonic()
            await _compare(run, house, [random.choice(consoles)])
        await asyncio.sleep(SAMPLE_S)


async def _sample(house: House, operators: Sequence[Operator], began: float) -> Sample:
    numbers, data = await house.numbers(), house.folder / "data"
    counts = [value for name, value in numbers.items() if name.startswith("belfry_incidents{")]
    return Sample(
        at_s=time.monotonic() - began,
        resident=house.resident_bytes(),
        journal=sum(file.stat().st_size for file in data.glob("journal.sqlite3*")),
        snapshot=(data / SNAPSHOT).stat().st_size if (data / SNAPSHOT).exists() else 0,
        open=int(sum(counts)),
        undecided=int(numbers["belfry_signals_undecided"]),
        position=int(numbers["belfry_journal_position"]),
        closed=sum(one.did["close"] for one in operators),
        cpu_s=house.cpu_s(),
    )


async def _compare(run: Run, house: House, consoles: Sequence[Listener]) -> None:
    """Every row of the queue must be on every console, at least as new, once it was told so far."""
    queue = await listed(house, "/incidents", state="open")
    newest = max((int(item["updated"]) for item in queue), default=0)
    for console in consoles:
        with suppress(TimeoutError):
            async with asyncio.timeout(CATCH_UP_S):
                while console.last_id < newest:  # noqa: ASYNC110  # a look now and then does
                    await asyncio.sleep(0.05)
        if console.last_id < newest:
            run.wrong.append(f"a console knows up to {console.last_id}, {CATCH_UP_S} s after {newest} was listed")
        run.wrong += unlike(console.rows, queue, console.last_id)[:MISTAKES_SHOWN]


def _differ(one: Open, other: Open, who: str) -> Sequence[str]:
    """Incidents that one queue has and the other has not; their states go on by themselves."""
    return [
        *(f"incident {name} is not in the queue of {who}" for name in one.keys() - other.keys()),
        *(f"incident {name} is in the queue of {who} alone" for name in other.keys() - one.keys()),
    ][:MISTAKES_SHOWN]


def _count(
    run: Run,
    place: Town,
    operators: Sequence[Operator],
    consoles: Sequence[Listener],
    lasted_s: float,
    cpu_s: float,
    house: House,
) -> None:
    told, did = place.player.told(), sum((one.did for one in operators), Counter[str]())
    second_half = [one for one in run.samples if one.at_s > lasted_s / 2]
    run.wrong += [f"log: {line}" for line in house.complaints()]
    run.wrong += [f"a console's ids went back {one.backwards} times" for one in consoles if one.backwards]
    run.figures += [
        ("the town lived", f"{lasted_s / 60:.1f} minutes, {len(place.sites):,} sites, {run.factor:g} times the demo"),
        ("frames acknowledged, polls among them", f"{told.acknowledged:,}"),
        ("frames refused, not answered", f"{told.refused:,}, {told.silent:,}"),
        ("signals acknowledged and held against the journal", f"{place.player.acknowledged.total():,}"),
        ("calls and reports", f"{place.said:,}"),
        ("acts of operators", ", ".join(f"{name} {number:,}" for name, number in sorted(did.items()))),
        ("acts that somebody or something was quicker than", f"{sum(one.refused for one in operators):,}"),
        ("messages to consoles", f"{sum(one.messages for one in consoles):,} to {len(consoles)}"),
        ("consoles told to load anew", f"{sum(one.resets for one in consoles)}"),
        ("most open at once", f"{max((one.open for one in run.samples), default=0):,}"),
        ("resident at the end", f"{house.resident_bytes() / MIB:.1f} MiB, at most {house.peak_bytes() / MIB:.1f} MiB"),
        ("growth, the whole run", f"{growth_mib_an_hour(run.samples):+.1f} MiB an hour"),
        ("growth, its second half", f"{growth_mib_an_hour(second_half):+.1f} MiB an hour"),
        ("processor of the centre", f"{cpu_s / lasted_s:.1%} of a core"),
    ]


def told(run: Run) -> str:
    """The report, in Markdown."""
    width = f"{run.minutes:g} minutes"
    lines = [f"| {run.factor:g} times the demo's {DEMO_RATE:g} signals/s and {DEMO_SITES} sites | |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in run.figures]
    lines += ["", table(run.samples), "", "```text"]
    lines.append(f"resident  {plot([one.resident for one in run.samples], least=0)}  from 0, over {width}")
    lines.append(f"open      {plot([one.open for one in run.samples], least=0)}  from 0")
    lines += ["```", ""]
    lines += [f"- not as it should be: {what}" for what in run.wrong] or [
        "Nothing was found that is not as it should be."
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
