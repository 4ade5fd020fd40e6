"""`python -m bench`: measure, print a table, and with `--write` put it into the documents."""

import argparse
import sys
from pathlib import Path
from typing import Final

from bench import results
from bench.brokered import Brokered
from bench.floor import Floor
from bench.measure import Row
from bench.past import Past
from bench.phones import Phones
from bench.queue_list import QueueList
from bench.queue_screen import QueueScreen
from bench.rates import rates
from bench.report import page, table
from bench.restart import Restart
from bench.screen import Screen
from bench.sending import Recommend
from bench.sites import Alarm, Import
from bench.subjects import CACHE

NAMES: Final = (
    "plain",
    "window",
    "aes",
    "sealed",
    "post-8",
    "post-50",
    "list",
    "screen",
    "queue",
    "floor",
    "restart",
    "behind",
    "import",
    "alarm",
    "mqtt",
    "recommend",
    "phones",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Belfry beside its limits and peers.")
    parser.add_argument("rows", nargs="*", choices=[[], *NAMES], help=f"which rows: {', '.join(NAMES)} (all)")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds of each row (5)")
    parser.add_argument("--incidents", type=int, default=100_000, help="open incidents of the list (100000)")
    parser.add_argument("--entries", type=int, default=1_000_000, help="entries behind a restart (1000000)")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long the screen is looked at in a round (30)")
    parser.add_argument("--write", type=Path, help="write the page of the documents: every row that was ever kept")
    asked = parser.parse_args()

    CACHE.mkdir(parents=True, exist_ok=True)
    past = Past(asked.entries, say)
    known: list[Row] = [
        *rates(past),
        QueueList(asked.incidents),
        Screen(asked.seconds),
        QueueScreen(),
        Floor(),
        Restart(past),
        Import(),
        Alarm(),
        Brokered(),
        Recommend(),
        Phones(),
    ]
    rows = sorted(known, key=lambda row: NAMES.index(row.name))
    wanted = asked.rows or NAMES
    try:
        for row in rows:
            if row.name in wanted:
                say(f"{row.name}: {row.words}")
                results.keep(row.name, row.words, row.measure(asked.rounds, say))
    finally:
        past.close()
        kept = results.load()
        print(table([row for row in rows if row.name in wanted], kept))
        if asked.write is not None:
            asked.write.write_text(page(rows, kept), encoding="utf-8")


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
