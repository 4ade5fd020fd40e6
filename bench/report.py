"""The table, and the page of the documents that it stands in."""

import os
import platform
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from bench import queue_list
from bench.measure import Figures, ratio
from bench.rows import OURS, ROWS, Row

PAGE: Final = """\
# Benchmarks

{when}, measured by `make bench` on this machine: {machine}. The machine had other work to do meanwhile, so compare the
ratios and not the figures. Each program is a process of its own and begins every round on an empty folder; the
{rounds} rounds of a row are interleaved. A figure is the middle of the rounds, with the least and the most of them; a
ratio is the middle of the ratios of each round. "Processor each" is the time that the program's own threads worked for
one message, which a busy neighbour disturbs least.

{table}

## What is synced before the answer

- **belfry**: the signal's entry is committed to SQLite's write-ahead log with `synchronous=FULL`, one sync for all
  signals that wait together. A sealed part's data key is committed to the key store in the same way, before that.
- **belfry, caught up**: in addition triage has decided every signal, and its decisions are synced as well. The clock
  stops when `/metrics` says that no signal is undecided and that the board is folded up to the journal's head.
- **limit**: the same commit and the same sync, of the bytes alone: no validation, no account, no triage.
- **pysiaalarm 3.2.2**: nothing. It stores nothing, and its handler does nothing.

## What the load is

`bench/dc09_blast.py` makes every frame and every expected answer before the clock starts, opens 50 connections, one for
each of 50 known accounts, and compares every answer byte for byte. Every frame is another one (SIA `BA` with another
zone), so each is a signal that joins its account's open intrusion incident and never a replay. The encrypted row uses
AES-128, the sealed row adds a zone text to every frame. `bench/http_blast.py` sends prepared requests over kept-open
connections, and the list is read over one of them, {reads} times a round. Load and program share the machine's cores.

pysiaalarm's answers carry a receiver field that the frame did not have (`None`); they are counted as answers here.

Not measured yet: the road to the screen, a million supervised accounts, ten million entries, several nodes.
"""


def table(measured: Mapping[str, Mapping[str, Figures]]) -> str:
    """A Markdown table of everything that was measured."""
    lines = [
        "| what | program | per second | p99 | processor each | ours is | goal |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in ROWS:
        if row.name in measured:
            lines += _lines(row, measured[row.name])
    if queue_list.NAME in measured:
        mine = measured[queue_list.NAME][OURS]
        least, most = mine.spread("p50_ms")
        lines.append(
            f"| first 50 of the open queue | belfry | {mine.middle('p50_ms'):.1f} ms ({least:.1f} to {most:.1f}) "
            f"| {mine.middle('p99_ms'):.1f} ms | {_cpu(mine)} | | ≤ 3.4 ms |"
        )
    return "\n".join(lines)


def _lines(row: Row, figures: Mapping[str, Figures]) -> Iterator[str]:
    mine = figures[OURS]
    yield f"| {row.words} | belfry, caught up | {_rate(mine)} | {_p99(mine)} | {_cpu(mine)} | | |"
    yield f"| | belfry, answered | {_rate(mine, 'answered_per_second')} | | | | |"
    goals = dict(row.goals)
    for contestant in row.contestants:
        if contestant.name != OURS:
            other = figures[contestant.name]
            found = ratio(mine, other)
            shown = "" if found is None else f"× {found:.2f}"
            goal = f"≥ {goals[contestant.name]:g}" if contestant.name in goals else ""
            yield f"| | {contestant.name} | {_rate(other)} | {_p99(other)} | {_cpu(other)} | {shown} | {goal} |"


def _rate(figures: Figures, field: str = "per_second") -> str:
    if not figures.rounds:
        return figures.absent or "not measured"
    least, most = figures.spread(field)
    return f"{figures.middle(field):,.0f} ({least:,.0f} to {most:,.0f})"


def _p99(figures: Figures) -> str:
    return f"{figures.middle('p99_ms'):.1f} ms" if figures.rounds else ""


def _cpu(figures: Figures) -> str:
    return f"{figures.middle('cpu_us'):.0f} µs" if figures.rounds else ""


def page(measured: Mapping[str, Mapping[str, Figures]], rounds: int, incidents: int) -> str:
    shown = table(measured).replace("first 50 of the open queue", f"first 50 of the open queue, {incidents:,} in it")
    when, here = f"{datetime.now(UTC):%d %B %Y}", ", ".join(machine())
    return PAGE.format(when=when, machine=here, rounds=rounds, table=shown, reads=queue_list.READS)


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
