"""What the supervisor's board costs everybody else while ten thousand incidents are open.

The board is asked for back to back by two supervisors - far more than a console does, which asks every few seconds -
and beside it `/healthz` is asked every five milliseconds: it does nothing, so the longest that it waits is how long the
centre was silent to everybody. The same without the board is what the machine makes of it by itself.
"""

import http.client
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bench import cells
from bench.fill import fill
from bench.measure import Figures, Say, Taken, ratio
from bench.rates import OURS
from bench.subjects import CACHE, Running, furnish, serving

SUPERVISORS: Final = 2
BOARDS: Final = 15
"""Asked by each of them in a round."""
EVERY_S: Final = 0.005
ALONE_S: Final = 3.0
ALONE: Final = "belfry, nobody looks"
BOARD: Final = "the board itself"


@dataclass(frozen=True)
class Floor:
    incidents: int = 10_000
    name: str = "floor"

    @property
    def words(self) -> str:
        return f"anything else, while {SUPERVISORS} look at the room without a pause, {self.incidents:,} open"

    def measure(self, rounds: int, say: Say) -> Mapping[str, Figures]:
        figures = {OURS: Figures(), ALONE: Figures(), BOARD: Figures()}
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="floor-") as folder:
            furnish(Path(folder), accounts=self.incidents)
            fill(Path(folder), entries=0, waiting=self.incidents, say=say)
            with serving(Path(folder)) as running:
                for _ in range(rounds):
                    with _Probe(running) as alone:
                        time.sleep(ALONE_S)
                    with _Probe(running) as beside:
                        boards = _look(running)
                    for name, took in ((OURS, beside), (ALONE, alone), (BOARD, boards)):
                        figures[name].rounds.append(figures_of(took))
                        say(f"  {name}: {figures[name].rounds[-1]}")
        return figures

    def lines(self, figures: Mapping[str, Figures]) -> Iterator[Sequence[str]]:
        words, more = self.words, ratio(figures[OURS], figures[ALONE], "p99_ms")
        for name in (OURS, ALONE, BOARD):
            one = figures[name]
            times = cells.times(more) if name == OURS else ""
            goal = "longest ≤ 50 ms" if name == OURS else ""
            reached = f"p50 {cells.time_ms(one, 'p50_ms')}, longest {cells.time_ms(one, 'longest_ms')}"
            yield cells.line(words, name, reached, p99=cells.p99(one), ratio=times, goal=goal)
            words = ""


class _Probe:
    """Asks `/healthz` again and again until the end of the block; gives the seconds that each answer took."""

    def __init__(self, running: Running) -> None:
        self._server = urlsplit(running.url).netloc
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self.took: list[float] = []

    def __enter__(self) -> list[float]:
        self._thread.start()
        return self.took

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        server = http.client.HTTPConnection(self._server)
        while not self._over.wait(EVERY_S):
            self.took.append(_answered(server, "/healthz", {}))
        server.close()


def _look(running: Running) -> list[float]:
    """What each look at the room took, in seconds."""
    took: list[float] = []

    def look() -> None:
        server = http.client.HTTPConnection(urlsplit(running.url).netloc)
        token = {"Authorization": f"Bearer {running.token}"}
        took.extend(_answered(server, "/api/v1/floor", token) for _ in range(BOARDS))
        server.close()

    threads = [threading.Thread(target=look) for _ in range(SUPERVISORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def _answered(server: http.client.HTTPConnection, path: str, headers: Mapping[str, str]) -> float:
    began = time.perf_counter()
    server.request("GET", path, headers=dict(headers))
    answer = server.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    return time.perf_counter() - began


def figures_of(took: Sequence[float]) -> Taken:
    """Middle, 99th percentile and longest of some seconds, in milliseconds."""
    ordered = sorted(took)
    at = {"p50_ms": len(ordered) // 2, "p99_ms": len(ordered) * 99 // 100, "longest_ms": len(ordered) - 1}
    return {name: ordered[place] * 1e3 for name, place in at.items()}
