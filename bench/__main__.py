"""`python -m bench`: measure, print a table, and with `--write` put it into the documents."""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from bench import queue_list
from bench.measure import Figures, interleaved
from bench.report import page, table
from bench.rows import OURS, ROWS
from bench.subjects import CACHE


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Belfry beside its limits and a peer.")
    names = [row.name for row in ROWS] + [queue_list.NAME]
    parser.add_argument("rows", nargs="*", choices=[[], *names], help=f"which rows: {', '.join(names)} (all)")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds of each row (5)")
    parser.add_argument("--incidents", type=int, default=20_000, help="open incidents for the list (20000)")
    parser.add_argument("--write", type=Path, help="write the page of the documents, such as docs/benchmarks.md")
    asked = parser.parse_args()
    wanted = asked.rows or names

    measured: dict[str, Mapping[str, Figures]] = {}
    for row in ROWS:
        if row.name in wanted:
            say(f"{row.name}: {row.words}")
            measured[row.name] = interleaved(row.contestants, asked.rounds, say)
            keep(measured)
    if queue_list.NAME in wanted:
        say(f"{queue_list.NAME}: first 50 of the open queue with {asked.incidents:,} in it")
        measured[queue_list.NAME] = {OURS: queue_list.measure(asked.incidents, asked.rounds, say)}
        keep(measured)

    print(table(measured))
    if asked.write is not None:
        asked.write.write_text(page(measured, asked.rounds, asked.incidents), encoding="utf-8")


def keep(measured: Mapping[str, Mapping[str, Figures]]) -> None:
    """Every single round, for whoever wants to look closer."""
    told = {row: {name: asdict(one) for name, one in figures.items()} for row, figures in measured.items()}
    (CACHE / "last.json").write_text(json.dumps(told, indent=1), encoding="utf-8")


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
