"""How long the first fifty rows of the open queue take, with many incidents open, beside Alerta's open alerts."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import cells
from bench.fill import fill
from bench.measure import Figures, Say, Taken, ratio
from bench.peers import alerta
from bench.rates import ALERTA, OURS
from bench.subjects import CACHE, ROOT, Absent, Running, furnish, serving

ACCOUNTS: Final = 2_000
READS: Final = 100
READS_OF_ALERTA: Final = 25
GOAL: Final = 1 / 20
"""Of Alerta's time."""


@dataclass(frozen=True)
class QueueList:
    incidents: int
    name: str = "list"

    @property
    def words(self) -> str:
        return f"first 50 of the open queue, {self.incidents:,} in it"

    def measure(self, rounds: int, say: Say) -> Mapping[str, Figures]:
        """Fill both, then read the list of one and of the other, round by round."""
        figures = {OURS: Figures(), ALERTA: Figures()}
        with ExitStack() as over:
            mine, theirs = (
                Path(over.enter_context(tempfile.TemporaryDirectory(dir=CACHE, prefix="list-"))) for _ in figures
            )
            furnish(mine, accounts=ACCOUNTS)
            fill(mine, entries=0, waiting=self.incidents, say=say)
            reads = [(OURS, over.enter_context(serving(mine)), "/incidents?state=open&limit=50", READS)]
            try:
                running = over.enter_context(alerta(theirs, waiting=self.incidents))
                reads.append((ALERTA, running, "/alerts?status=open&page-size=50", READS_OF_ALERTA))
            except Absent as error:
                figures[ALERTA].absent = str(error)
            waiting = reads[0][1].numbers()['belfry_incidents{state="waiting"}']
            assert waiting == self.incidents, f"{waiting} incidents are open"
            for number in range(rounds):
                for name, running, path, count in reads if number % 2 else reversed(reads):
                    figures[name].rounds.append(_read(running, path, count))
                    say(f"  {name}: {figures[name].rounds[-1]['p50_ms']} ms")
        return figures

    def lines(self, figures: Mapping[str, Figures]) -> Iterator[Sequence[str]]:
        mine, theirs = figures[OURS], figures[ALERTA]
        words, of_theirs = self.words, ratio(mine, theirs, "p50_ms")
        yield cells.line(words, OURS, cells.time_ms(mine, "p50_ms"), p99=cells.p99(mine), cpu=cells.cpu(mine))
        yield cells.line(
            "",
            ALERTA,
            cells.time_ms(theirs, "p50_ms"),
            p99=cells.p99(theirs),
            cpu=cells.cpu(theirs),
            ratio="" if of_theirs is None else f"1/{1 / of_theirs:.0f}",
            goal=f"≤ 1/{1 / GOAL:.0f}",
        )


def _read(running: Running, path: str, count: int) -> Taken:
    token = () if running.token is None else (f"--token={running.token}",)  # it may begin with a dash
    words = ["-m", "bench.http_blast", running.url + path, "--connections", "1", "--requests", str(count), *token]
    cpu_s = running.cpu_s()
    done = subprocess.run([sys.executable, *words], stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    told = json.loads(done.stdout)
    if told["wrong"]:
        raise RuntimeError(f"{told['wrong']} of {count} answers had another status")
    cpu_us = (running.cpu_s() - cpu_s) / count * 1e6
    return {"p50_ms": told["p50_ms"], "p99_ms": told["p99_ms"], "per_second": told["per_second"], "cpu_us": cpu_us}
