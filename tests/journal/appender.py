"""A process that appends until it is killed: `appender.py FOLDER SEED [MOST_FILE_BYTES]`.

Prints `LAST_POSITION COUNT ID` in one write for each receipt, `ready` before the first, and the error that ended it.
With MOST_FILE_BYTES the kernel refuses to let any file grow beyond, as a failing disk would.
"""

import asyncio
import os
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from belfry.domain.facts import Due, Entry
from belfry.journal.sqlite import SqliteJournal
from belfry.ports import JournalError

IN_FLIGHT = 8


def say(line: str) -> None:
    os.write(1, line.encode() + b"\n")


async def append_for_ever(journal: SqliteJournal, chance: Random) -> None:
    while True:
        ids = [chance.randbytes(16) for _ in range(chance.choice((1, 1, 1, 2, 5, 100)))]
        subject = f"incident/{ids[0].hex()}"
        fact = Due(incident=subject, reasons=("x" * chance.randrange(2_000),))
        entries = [Entry(id=name, subject=subject, at=datetime.now(UTC), facts=(fact,)) for name in ids]
        positions = await journal.append(entries)
        say(f"{positions[-1]} {len(positions)} {ids[0].hex()}")


async def main(folder: str, seed: str, most_file_bytes: str | None = None) -> None:
    journal = await SqliteJournal.open(Path(folder))
    if most_file_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(most_file_bytes), resource.RLIM_INFINITY))
    chance = Random(seed)
    say("ready")
    outcomes = await asyncio.gather(
        *(append_for_ever(journal, chance) for _ in range(IN_FLIGHT)), return_exceptions=True
    )
    for outcome in outcomes:
        assert isinstance(outcome, JournalError)
        say(f"{type(outcome).__name__} {outcome}")
    say(f"kept {len(await journal.page(0, journal.position))}")
    await journal.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
