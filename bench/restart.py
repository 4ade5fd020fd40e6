"""How long a start takes with a long past: from the call of the program until `/readyz` says yes."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.error import HTTPError
from urllib.request import urlopen

from bench import cells
from bench.measure import Figures, Say, Taken
from bench.past import Past
from bench.rates import dc09
from bench.subjects import ACCOUNTS, CACHE, ROOT, Running, serving

STOPPED: Final = "belfry, after a stop"
KILLED: Final = "belfry, after kill -9"
WITHOUT: Final = "belfry, without its snapshot"
SIGNALS: Final = 50_000
"""Kept between a start and the kill: about 100,000 entries, triage's among them."""


Then = Callable[[Running], None]


@dataclass(frozen=True)
class Restart:
    past: Past
    name: str = "restart"

    @property
    def words(self) -> str:
        return f"restart to ready, {self.past.entries:,} entries behind"

    def measure(self, rounds: int, say: Say) -> Mapping[str, Figures]:
        """Start, load, kill, start, stop, again and again in one folder that goes on growing."""
        stopped, killed, without = Figures(), Figures(), Figures()
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="round-") as name:
            folder = Path(name)
            self.past.copy(folder, snapshot=False)
            without.rounds.append(_start(folder))
            say(f"  without its snapshot: {without.rounds[-1]['ready_s']:.2f} s")
            for number in range(rounds):
                stopped.rounds.append(_start(folder, _loaded_and_killed(number)))
                killed.rounds.append(_start(folder))
                took = stopped.rounds[-1]["ready_s"], killed.rounds[-1]["ready_s"]
                say("  after a stop {:.2f} s, after kill -9 {:.2f} s".format(*took))
        return {STOPPED: stopped, KILLED: killed, WITHOUT: without}

    def lines(self, figures: Mapping[str, Figures]) -> Iterator[Sequence[str]]:
        words = self.words
        for name, mine in figures.items():
            goal = "" if name == WITHOUT else "≤ 5 s"
            yield cells.line(words, name, cells.time_s(mine, "ready_s"), cpu=f"{mine.middle('cpu_s'):.2f} s", goal=goal)
            words = ""


def _start(folder: Path, then: Then | None = None) -> Taken:
    """Start on a folder until it is ready, do something with it, and stop it."""
    began = time.perf_counter()
    with serving(folder) as running:
        while not _ready(running):
            pass
        took_s, cpu_s = time.perf_counter() - began, running.cpu_s()
        if then is not None:
            then(running)
    return {"ready_s": took_s, "cpu_s": cpu_s}


def _ready(running: Running) -> bool:
    try:
        urlopen(running.url.removesuffix("api/v1") + "readyz").close()
    except HTTPError:
        return False
    return True


def _loaded_and_killed(number: int) -> Then:
    def then(running: Running) -> None:
        each = SIGNALS // ACCOUNTS
        words = dc09(running, each, number * each, extra=("--window", "10", "--limit-s", "120"))
        subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=True, cwd=ROOT)
        running.process.kill()

    return then
