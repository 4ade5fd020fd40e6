"""The table, and the page of the documents that it stands in."""

import os
import platform
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.cells import HEAD
from bench.measure import Row
from bench.queue_list import READS, READS_OF_ALERTA
from bench.queue_screen import RATE as QUEUE_RATE
from bench.restart import SIGNALS
from bench.results import Result
from bench.screen import RATE, STREAMS_BESIDE

PAGE: Final = Path(__file__).with_name("page.md")


def table(rows: Sequence[Row], results: Mapping[str, Result]) -> str:
    """A Markdown table of every row that has figures."""
    lines: list[Sequence[str]] = [HEAD, ["---"] * len(HEAD)]
    days = {result.day for result in results.values()}
    for row in rows:
        if row.name in results:
            lines += _lines(row, results[row.name], dated=len(days) > 1)
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |").replace("|  |", "| |") for line in lines)


def _lines(row: Row, result: Result, *, dated: bool) -> Iterator[Sequence[str]]:
    first, *rest = row.lines(result.figures)
    words = f"{result.words} ({result.day})" if dated else result.words
    yield (words, *first[1:])
    yield from rest


def page(rows: Sequence[Row], results: Mapping[str, Result]) -> str:
    figures = [one for row in rows if row.name in results for one in results[row.name].figures.values()]
    return PAGE.read_text(encoding="utf-8").format(
        when=f"{datetime.now(UTC):%d %B %Y}",
        machine=", ".join(machine()),
        rounds=max((len(one.rounds) for one in figures), default=0),
        table=table(rows, results),
        reads=READS,
        theirs=READS_OF_ALERTA,
        signals=SIGNALS,
        rate=RATE,
        streams=STREAMS_BESIDE,
        queue_rate=QUEUE_RATE,
    )


def machine() -> Sequence[str]:
    return [
        f"{os.cpu_count()} cores of {_processor()}",
        f"{platform.system()} {platform.release().split('-')[0]}",
        f"CPython {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
    ]


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as told:
            return next(line.split(":")[1].strip() for line in told if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()
