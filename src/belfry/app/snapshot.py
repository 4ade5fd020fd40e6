"""The snapshot of what is folded, so that a restart is quick however long the history (DESIGN 4).

It is a shortcut and never the truth: one that is missing, torn, changed, of another version or ahead of the journal is
left aside, and everything is folded from the journal again. A digest stands before it, since bytes that a disk changed
are often a snapshot still, of a board that never was. It names the shape of what it holds: an older program has passed
over what it had no field for, and a field that merely takes its default would hide that for ever.
"""

import asyncio
import os
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
import structlog

from belfry.app.memory import give_back
from belfry.centre.walk import Walk, WalkState
from belfry.ports import Clock

log = structlog.get_logger()

FILE: Final = "board.snapshot"
VERSION: Final = 7
"""Raised where folding means something else and the shape stays as it was; another shape is seen by itself."""
DIGEST_BYTES: Final = 32

EVERY: Final = timedelta(minutes=10)
AFTER_ENTRIES: Final = 100_000
"""More entries than this since the last one are folded at the next start for longer than a second."""
LOOK: Final = timedelta(seconds=5)
"""How often a snapshot is looked at; a flood adds this much to what the next start folds."""


class Snapshot(msgspec.Struct):
    version: int
    walk: WalkState
    shape: str = ""


@cache
def shape(state: type = WalkState) -> str:
    """Return a name of all parts that a state has, and of theirs: their fields, types and defaults. Words about them
    are no part of it."""
    return sha256(msgspec.json.encode(_bare(msgspec.json.schema(state)), order="deterministic")).hexdigest()[:16]


def _bare(schema: object) -> object:
    match schema:
        case dict():
            told = {key: value for key, value in schema.items() if key != "description" or isinstance(value, dict)}
            return {key: _bare(value) for key, value in told.items()}
        case list():
            return [_bare(one) for one in schema]
        case _:
            return schema


def digest(data: bytes | memoryview) -> bytes:
    """Return the 32 bytes that stand before a snapshot."""
    return sha256(data).digest()


def save(folder: Path, state: WalkState) -> None:
    """Write whole or not at all. Raises OSError."""
    data = msgspec.msgpack.encode(Snapshot(VERSION, state, shape()))
    new = folder / f"{FILE}.new"
    with new.open("wb") as file:
        file.write(digest(data))
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / FILE)


def load(folder: Path, journal_position: int) -> WalkState | None:
    """Return the state to begin from, or None to begin from the journal's first entry."""
    try:
        stored = memoryview((folder / FILE).read_bytes())
        data = stored[DIGEST_BYTES:]
        if stored[:DIGEST_BYTES] != digest(data):
            log.warning("snapshot left aside", reason="not as it was written, or of an older version")
            return None
        snapshot = msgspec.msgpack.decode(data, type=Snapshot)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        log.warning("snapshot left aside", reason=str(error))
        return None
    if snapshot.version != VERSION or snapshot.walk.position > journal_position:
        log.warning("snapshot left aside", reason=f"version {snapshot.version}, position {snapshot.walk.position}")
        return None
    if snapshot.shape != shape():
        log.warning("snapshot left aside", reason="its parts have changed since")
        return None
    return snapshot.walk


class Keeper:
    """Keeps the snapshot of a walk young, in time and in entries."""

    def __init__(self, folder: Path, walk: Walk, clock: Clock) -> None:
        self._folder, self._walk, self._clock = folder, walk, clock
        self._saved_at: datetime | None = None
        self._position = 0

    async def look(self) -> None:
        """Save one where the last is old. Raises OSError."""
        old = self._saved_at is None or self._clock() - self._saved_at >= EVERY
        if old or self._walk.position - self._position >= AFTER_ENTRIES:
            await self.save()

    async def save(self) -> None:
        """Raises OSError."""
        state = self._walk.state()
        await asyncio.to_thread(save, self._folder, state)
        self._saved_at, self._position = self._clock(), state.position
        del state
        await asyncio.to_thread(give_back)  # it takes as much again as it is large, and a little less each time
