"""How long the first fifty rows of the open queue take, with many incidents open."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from bench.measure import Figures, Taken
from bench.rows import dc09
from bench.subjects import ACCOUNTS, CACHE, Running, ours

NAME: Final = "list"
READS: Final = 100
POINTS: Final = 50
"""Pendants of each account, as in a block of flats."""


def measure(incidents: int, rounds: int, say: Callable[[str], None]) -> Figures:
    """Fill a centre with incidents - a pendant alarm of each point of a care account is one - and read its list."""
    CACHE.mkdir(parents=True, exist_ok=True)
    figures = Figures([])
    spread = max(1, incidents // ACCOUNTS // POINTS)
    extra = ("--code", "MA", "--window", "20", "--spread", str(spread), "--limit-s", "600")
    with (
        tempfile.TemporaryDirectory(dir=CACHE, prefix="list-") as folder,
        ours(Path(folder), care=True, accounts=ACCOUNTS * spread) as running,
    ):
        _run(dc09(running, incidents // ACCOUNTS, 0, extra=extra))
        running.has_waiting(incidents // ACCOUNTS * ACCOUNTS)
        opened = running.numbers()['belfry_incidents{state="waiting"}']
        say(f"  {opened:,.0f} incidents are open")
        for _ in range(rounds):
            figures.rounds.append(_read(running))
            say(f"  {figures.rounds[-1].p50_ms} ms")
    return figures


def _read(running: Running) -> Taken:
    assert running.token is not None
    url = f"{running.url}/incidents?state=open&limit=50"
    words = ["-m", "bench.http_blast", url, "--get", "--status", "200", "--connections", "1"]
    cpu_s = running.cpu_s()
    told = json.loads(_run([*words, "--requests", str(READS), "--token", running.token]))
    cpu_us = (running.cpu_s() - cpu_s) / READS * 1e6
    return Taken(told["per_second"], told["per_second"], told["p50_ms"], told["p99_ms"], cpu_us)


def _run(words: Sequence[str]) -> str:
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    return done.stdout.splitlines()[0]
