"""Rows that load several programs in the same way and compare what each of them does in a second."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from bench import cells
from bench.measure import WARM_UP, Contestant, Figures, Say, interleaved, ratio
from bench.past import Past
from bench.peers import alerta, alertmanager, pysiaalarm
from bench.subjects import ACCOUNTS, KEY_TEXT, Running, limit, ours

OURS: Final = "belfry"
LIMIT: Final = "limit"
BARE: Final = "bare handler"
PYSIAALARM: Final = "pysiaalarm"
ALERTA: Final = "Alerta"
ALERTMANAGER: Final = "Alertmanager"
UNSEALED: Final = "belfry, nothing sealed"
NOTHING_BEHIND: Final = "belfry, nothing behind"

TEXT: Final = "Back door, storeroom"
AES: Final = ("--key", KEY_TEXT.encode().hex())

Program = Callable[[Path], AbstractContextManager[Running]]


@dataclass(frozen=True)
class Rates:
    """A row of rates."""

    name: str
    words: str
    contestants: Sequence[Contestant]
    goals: Mapping[str, float]
    """The least ratio of ours to a contestant."""

    def measure(self, rounds: int, say: Say) -> Mapping[str, Figures]:
        return interleaved(self.contestants, rounds, say)

    def lines(self, figures: Mapping[str, Figures]) -> Iterator[Sequence[str]]:
        mine = figures[OURS]
        yield cells.line(self.words, "belfry, caught up", cells.rate(mine), p99=cells.p99(mine), cpu=cells.cpu(mine))
        yield cells.line("", "belfry, answered", cells.rate(mine, "answered_per_second") if mine.rounds else "")
        for name, other in figures.items():
            if name != OURS:
                yield cells.line(
                    "",
                    name,
                    cells.rate(other),
                    p99=cells.p99(other),
                    cpu=cells.cpu(other),
                    ratio=cells.times(ratio(mine, other)),
                    goal=f"≥ {self.goals[name]:g}" if name in self.goals else "",
                )


def dc09(running: Running, messages: int, offset: int, *, extra: Sequence[str] = ()) -> Sequence[str]:
    return [
        *("-m", "bench.dc09_blast", "127.0.0.1", str(running.port), "--connections", str(ACCOUNTS)),
        *("--messages", str(messages), "--offset", str(offset), *extra),
    ]


def posts(running: Running, messages: int, offset: int, *, connections: int, dialect: str) -> Sequence[str]:
    token = () if running.token is None else (f"--token={running.token}",)  # it may begin with a dash
    return [
        *("-m", "bench.http_blast", running.url, "--post", dialect, "--connections", str(connections)),
        *("--requests", str(messages), "--offset", str(offset), *token),
    ]


def panels(name: str, program: Program, messages: int, *extra: str) -> Contestant:
    """Fifty panels that send so many frames each."""
    return Contestant(
        name,
        program,
        partial(dc09, extra=extra),
        messages,
        ACCOUNTS,
        is_ours=name.startswith(OURS),
        checks_answers=name != PYSIAALARM,
    )


def software(
    name: str, program: Program, connections: int, messages: int, *, dialect: str = "signals", warm_up: int = WARM_UP
) -> Contestant:
    """Programs that post so many signals over each of their connections."""
    load = partial(posts, connections=connections, dialect=dialect)
    return Contestant(name, program, load, messages, connections, is_ours=name == OURS, warm_up=warm_up)


def rates(past: Past) -> Sequence[Rates]:
    """The rows of rates, in the order of the table."""
    limit_dc09 = partial(limit, program="limit_dc09")
    return (
        Rates(
            "plain",
            "durable DC-09 signals, 50 connections, one in flight",
            (panels(OURS, ours, 400), panels(LIMIT, limit_dc09, 1_200), panels(PYSIAALARM, pysiaalarm, 200)),
            {LIMIT: 0.40, PYSIAALARM: 2.5},
        ),
        Rates(
            "window",
            "the same, 10 in flight",
            (panels(OURS, ours, 500, "--window", "10"), panels(LIMIT, limit_dc09, 2_500, "--window", "10")),
            {LIMIT: 0.45},
        ),
        Rates(
            "aes",
            "the same as the first, AES-128",
            (
                panels(OURS, partial(ours, keyed=True), 300, *AES),
                panels(PYSIAALARM, partial(pysiaalarm, keyed=True), 80, *AES),
            ),
            {PYSIAALARM: 4.0},
        ),
        Rates(
            "sealed",
            "the same as the first, with a sealed part in each",
            (panels(OURS, ours, 300, "--text", TEXT), panels(UNSEALED, ours, 400)),
            {UNSEALED: 0.7},
        ),
        _post(8, our=1_200, bare=1_400, theirs=50, memory=4_000),
        _post(50, our=300, bare=400, theirs=9, memory=900),
        Rates(
            "behind",
            f"the same as the first, with {past.entries:,} entries behind it",
            (panels(OURS, past.centre, 400), panels(NOTHING_BEHIND, past.without, 400)),
            {NOTHING_BEHIND: 0.95},
        ),
    )


def _post(connections: int, *, our: int, bare: int, theirs: int, memory: int) -> Rates:
    """`our`, `bare`, `theirs` (Alerta) and `memory` (Alertmanager): requests each, a second and a half."""
    limit_http = partial(limit, program="limit_http")
    return Rates(
        f"post-{connections}",
        f"durable `POST /signals`, {connections} connections",
        (
            software(OURS, ours, connections, our),
            software(BARE, limit_http, connections, bare),
            software(ALERTA, alerta, connections, theirs, dialect="alerta", warm_up=2),
            software(ALERTMANAGER, alertmanager, connections, memory, dialect="alertmanager"),
        ),
        {BARE: 0.8, ALERTA: 15.0} | ({ALERTMANAGER: 1.0} if connections == 50 else {}),
    )
