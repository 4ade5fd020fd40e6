"""One measurement: a program is started, warmed up, loaded, and asked whether it has caught up."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final, Protocol

from bench.subjects import CACHE, Absent, Running

WARM_UP: Final = 20
"""Messages of each connection before the clock starts."""

Say = Callable[[str], None]
Subject = Callable[[Path], AbstractContextManager[Running]]


Taken = Mapping[str, float]
"""What one round gave, by name. `per_second` counts until the work was done, `answered_per_second` until the last
answer; `cpu_us` is the processor time of the program for each message, what a busy neighbour disturbs least."""


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
    warm_up: int = WARM_UP


def run(contestant: Contestant) -> Taken:
    """Raises Absent where the program cannot be had, RuntimeError where it did not answer everything."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="round-") as folder, contestant.subject(Path(folder)) as running:
        blast(contestant, running, contestant.warm_up, 0)
        if contestant.is_ours:
            running.caught_up()
        cpu_s = running.cpu_s()
        told, done = blast(contestant, running, contestant.messages, contestant.warm_up)
        cpu_s = running.cpu_s() - cpu_s
        if told["answered"] != contestant.messages * contestant.connections:
            raise Absent(f"{contestant.name} answered {told['answered']} of {told['sent']} frames")
        if told["wrong"] and contestant.checks_answers:
            raise Absent(f"{contestant.name} gave {told['wrong']} wrong answers")
        return {
            "per_second": told["answered"] / (done - told["began"]),
            "answered_per_second": told["per_second"],
            "p50_ms": told["p50_ms"],
            "p99_ms": told["p99_ms"],
            "cpu_us": cpu_s / told["answered"] * 1e6,
        }


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

    rounds: list[Taken] = field(default_factory=list)
    absent: str | None = None

    def middle(self, name: str) -> float:
        return float(median(taken[name] for taken in self.rounds))

    def spread(self, name: str) -> tuple[float, float]:
        values = [taken[name] for taken in self.rounds]
        return min(values), max(values)


class Row(Protocol):
    """What is measured together and stands together in the table."""

    @property
    def name(self) -> str:
        """The word that asks for it."""
        ...

    @property
    def words(self) -> str: ...

    def measure(self, rounds: int, say: Say) -> Mapping[str, Figures]:
        """By the names of the contestants."""
        ...

    def lines(self, figures: Mapping[str, Figures]) -> Iterator[Sequence[str]]:
        """The row's lines in the table, as cells."""
        ...


def ratio(ours: Figures, other: Figures, name: str = "per_second") -> float | None:
    """The middle of the ratios of each round: what disturbed a round disturbed both."""
    pairs = zip(ours.rounds, other.rounds, strict=False)
    ratios = [one[name] / two[name] for one, two in pairs]
    return median(ratios) if ratios else None


def interleaved(contestants: Sequence[Contestant], rounds: int, say: Say) -> Mapping[str, Figures]:
    """Measure all contestants round by round, each round beginning with another one."""
    figures = {contestant.name: Figures() for contestant in contestants}
    for number in range(rounds):
        first = number % len(contestants)
        for contestant in (*contestants[first:], *contestants[:first]):
            mine = figures[contestant.name]
            if mine.absent is not None:
                continue
            try:
                mine.rounds.append(run(contestant))
            except (Absent, TimeoutError) as error:
                mine.absent = str(error)
                say(f"  {contestant.name}: {error}")
            else:
                say(f"  {contestant.name}: {mine.rounds[-1]['per_second']:,.0f}/s")
    return figures
