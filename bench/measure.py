"""One measurement: a program is started, warmed up, loaded, and asked whether it has caught up."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.subjects import CACHE, Absent, Running

WARM_UP: Final = 20
"""Messages of each connection before the clock starts."""

Subject = Callable[[Path], AbstractContextManager[Running]]


@dataclass(frozen=True)
class Taken:
    """What one round gave. `per_second` counts until the work was done, `answered_per_second` until the last answer."""

    per_second: float
    answered_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    """Processor time of the program for each message, user and system: what a busy neighbour disturbs least."""


@dataclass(frozen=True)
class Contestant:
    """A program under one load. `load` makes the words of the blast for a number of messages and their offset."""

    name: str
    subject: Subject
    load: Callable[[Running, int, int], Sequence[str]]
    messages: int
    """For each connection: as many as take about a second and a half."""
    connections: int
    is_ours: bool = False
    checks_answers: bool = True


def run(contestant: Contestant) -> Taken:
    """Raises Absent where the program cannot be had, RuntimeError where it did not answer everything."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="round-") as folder, contestant.subject(Path(folder)) as running:
        blast(contestant, running, WARM_UP, 0)
        if contestant.is_ours:
            running.caught_up()
        cpu_s = running.cpu_s()
        told, done = blast(contestant, running, contestant.messages, WARM_UP)
        cpu_s = running.cpu_s() - cpu_s
        if told["answered"] != contestant.messages * contestant.connections:
            raise Absent(f"{contestant.name} answered {told['answered']} of {told['sent']} frames")
        if told["wrong"] and contestant.checks_answers:
            raise Absent(f"{contestant.name} gave {told['wrong']} wrong answers")
        return Taken(
            told["answered"] / (done - told["began"]),
            told["per_second"],
            told["p50_ms"],
            told["p99_ms"],
            cpu_s / told["answered"] * 1e6,
        )


def blast(contestant: Contestant, running: Running, messages: int, offset: int) -> tuple[Mapping[str, Any], float]:
    """Load a program; returns what the blast told and when all the work was done, in monotonic seconds."""
    words = [sys.executable, *contestant.load(running, messages, offset)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]) as process:
        assert process.stdout is not None
        told: dict[str, Any] = json.loads(process.stdout.readline())
        done = running.caught_up() if contestant.is_ours else float(told["ended"])
        told |= json.loads(process.stdout.readline() or "{}")
    return told, done


@dataclass
class Figures:
    """The rounds of one contestant, or why there are none."""

    rounds: list[Taken]
    absent: str | None = None

    def middle(self, field: str) -> float:
        return float(median(getattr(taken, field) for taken in self.rounds))

    def spread(self, field: str) -> tuple[float, float]:
        values = [getattr(taken, field) for taken in self.rounds]
        return min(values), max(values)


def ratio(ours: Figures, other: Figures, field: str = "per_second") -> float | None:
    """The middle of the ratios of each round: what disturbed a round disturbed both."""
    pairs = zip(ours.rounds, other.rounds, strict=False)
    ratios = [getattr(one, field) / getattr(two, field) for one, two in pairs]
    return median(ratios) if ratios else None


def interleaved(contestants: Sequence[Contestant], rounds: int, tell: Callable[[str], None]) -> Mapping[str, Figures]:
    """Measure all contestants round by round, each round beginning with another one."""
    figures = {contestant.name: Figures([]) for contestant in contestants}
    for number in range(rounds):
        first = number % len(contestants)
        for contestant in (*contestants[first:], *contestants[:first]):
            mine = figures[contestant.name]
            if mine.absent is not None:
                continue
            try:
                mine.rounds.append(run(contestant))
            except Absent as error:
                mine.absent = str(error)
                tell(f"  {contestant.name}: {error}")
            else:
                tell(f"  {contestant.name}: {mine.rounds[-1].per_second:,.0f}/s")
    return figures
