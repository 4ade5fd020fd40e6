"""A process that fills a real disk: `filler.py FOLDER`, where a file system of some megabytes holds nothing else.

Fills it several times, and checks each time that nothing was lost and that the journal works again once there is room.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from belfry.journal.sqlite import SqliteJournal
from belfry.ports import Full
from belfry.testing.journal_suite import an_entry, positions_of

ROUNDS = 6


async def fill(folder: Path, make_room: Callable[[], None]) -> None:
    """Append until the disk is full, make room, append again, open again."""
    journal = await SqliteJournal.open(folder)
    for size in (24_000, 3_000, 60_000, 100, 100):  # until not even the smallest fits
        try:
            while True:
                await asyncio.gather(*(journal.append([an_entry(words="x" * size)]) for _ in range(8)))
        except Full:
            assert journal.usable
    kept = journal.position
    assert positions_of(await journal.page(0, kept + 100)) == list(range(1, kept + 1))
    make_room()
    assert list(await journal.append([an_entry(words="there is room")])) == [kept + 1]
    await journal.close()
    journal = await SqliteJournal.open(folder)
    assert positions_of(await journal.page(0, kept + 100)) == list(range(1, kept + 2))
    await journal.close()


def main(folder: Path) -> None:
    for number in range(ROUNDS):
        for path in folder.iterdir():
            path.unlink()
        ballast = folder / "ballast"
        ballast.write_bytes(bytes(1_000_000 + 1_777 * number))
        asyncio.run(fill(folder, ballast.unlink))
        sys.stdout.write("filled\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
