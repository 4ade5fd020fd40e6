"""What an address costs: importing many, and finding one by what a call-taker types.

    python -m bench.gazetteer [--addresses 200000] [--questions 3000]

Streets have made-up names of two to three words in towns of forty streets; questions are whole addresses, beginnings,
words turned round and words with one mistake, each near a place drawn at random. Prints one JSON object.
"""

import argparse
import asyncio
import csv
import json
import random
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Final

from belfry.domain.signal import Position
from belfry.gazetteer import FILE, SqliteGazetteer, build

NOW: Final = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)
HOUSES: Final = 40
STREETS: Final = 40
BEGINS: Final = (
    "al", "ber", "cal", "dor", "el", "fen", "gar", "hol", "in", "jar", "kel", "lin", "mar", "nor", "os", "pel", "quin",
    "ros", "sel", "tor", "ul", "ver", "wil", "yar", "zel",
)  # fmt: skip
ENDS: Final = (
    "by", "den", "field", "ford", "gate", "ham", "holm", "hurst", "ley", "mere", "mouth", "stead", "stow", "ton",
    "well", "wick", "wood", "worth",
)  # fmt: skip
TYPES: Final = ("Street", "Road", "Lane", "Avenue", "Close", "Way", "Walk", "Grove")


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Measure the gazetteer.")
    parser.add_argument("--addresses", type=int, default=200_000)
    parser.add_argument("--questions", type=int, default=3_000)
    asked = parser.parse_args(words)
    with TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(measure(Path(folder), asked.addresses, asked.questions))))
    return 0


async def measure(folder: Path, addresses: int, questions: int) -> dict[str, object]:
    dice = random.Random(1)
    known = _write(folder / "places.csv", addresses, dice)
    began = time.perf_counter()
    built = build([folder / "places.csv"], folder / FILE, now=NOW)
    import_s = time.perf_counter() - began
    gazetteer = SqliteGazetteer(folder)
    taken: dict[str, list[float]] = {}
    missed = 0
    for n in range(questions):
        how, text, street = _question(n, dice.choice(known), dice)
        near = Position(50 + dice.random() * 4, 8 + dice.random() * 4)
        began = time.perf_counter()
        found = await gazetteer.search(text, near=near, limit=10)
        taken.setdefault(how, []).append((time.perf_counter() - began) * 1_000)
        missed += how == "whole" and all(one.street != street for one in found.items)
    await gazetteer.close()
    every = [one for ms in taken.values() for one in ms]
    return {
        "addresses": built.addresses,
        "streets": built.streets,
        "import_s": round(import_s, 1),
        "file_mb": round((folder / FILE).stat().st_size / 1e6, 1),
        "questions": len(every),
        "median_ms": round(median(every), 2),
        "p99_ms": round(quantiles(every, n=100)[98], 2),
        "most_ms": round(max(every), 2),
        "p99_by_kind_ms": {how: round(quantiles(ms, n=100)[98], 2) for how, ms in taken.items()},
        "whole_addresses_missed": missed,
    }


def _write(file: Path, addresses: int, dice: random.Random) -> list[tuple[str, str]]:
    known = []
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(("street", "house_number", "postcode", "place", "latitude", "longitude"))
        written = 0
        while written < addresses:
            place = (dice.choice(BEGINS) + dice.choice(BEGINS) + dice.choice(ENDS)).title()
            middle = 50 + dice.random() * 4, 8 + dice.random() * 4
            for n in range(min(STREETS, (addresses - written + HOUSES - 1) // HOUSES)):
                street = f"{(dice.choice(BEGINS) + dice.choice(ENDS)).title()} {dice.choice(TYPES)}"
                known.append((street, place))
                for house in range(min(HOUSES, addresses - written)):
                    at = middle[0] + n * 0.0005, middle[1] + house * 0.0002
                    writer.writerow((street, house + 1, f"{n:05}", place, f"{at[0]:.6f}", f"{at[1]:.6f}"))
                    written += 1
    return known


def _question(n: int, known: tuple[str, str], dice: random.Random) -> tuple[str, str, str]:
    street, place = known
    number = dice.randint(1, HOUSES)
    match n % 4:
        case 0:
            return "whole", f"{street} {number} {place}", street
        case 1:
            return "begun", street[: dice.randint(3, len(street))], street
        case 2:
            return "turned", f"{number} {place} {street.split()[0]}", street
        case _:
            at = dice.randint(1, len(street.split()[0]) - 1)
            return "mistyped", f"{street[:at]}{street[at + 1 :]} {place}", street


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
