"""A journal that lives as long as its process: the promise of `ports.Journal` without the disk.

Everything happens in the caller's own turn of the loop, so an append's future is done when it is handed out.
"""

import asyncio
from asyncio import Future
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Final

from belfry.domain.codec import encode
from belfry.domain.facts import Entry
from belfry.journal.admission import admit, partly_known
from belfry.ports import Expect, JournalError, Pruned, Refused, Stale, Stored, Unusable
from belfry.safeguards.leaf import leaf_hash

TAIL_BATCH: Final = 512
"""Most entries in one batch of a tail, so that a follower gives the loop back."""


class MemoryJournal:
    """Open with `await MemoryJournal.open()`. Ids are remembered without end, which is more than the promise."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._entries: list[Stored | Pruned] = []
        self._subjects: dict[str, list[int]] = {}
        self._ids: dict[bytes, int] = {}
        self._changed = asyncio.Event()
        self._closed = False

    @classmethod
    async def open(cls, folder: Path | None = None) -> "MemoryJournal":
        """An empty journal. A folder may be named, as for every journal, and is not looked at."""
        return cls()

    @property
    def position(self) -> int:
        return len(self._entries)

    @property
    def usable(self) -> bool:
        """Whether appends are taken."""
        return not self._closed

    def append(self, entries: Sequence[Entry], expect: Expect | None = None) -> "Future[Sequence[int]]":
        future: Future[Sequence[int]] = self._loop.create_future()
        try:
            future.set_result(self._append(entries, expect))
        except JournalError as error:
            future.set_exception(error)
        return future

    def _append(self, entries: Sequence[Entry], expect: Expect | None) -> Sequence[int]:
        self._refuse_if_closed()
        admit(entries)
        known = [position for entry in entries if (position := self._ids.get(entry.id)) is not None]
        if known:
            if len(known) < len(entries):
                raise partly_known(len(known), len(entries))
            return tuple(known)
        if expect is not None:
            head = self._subjects.get(expect.subject, [0])[-1]
            if head != expect.position:
                raise Stale(expect.subject, expect.position, head)
        first = len(self._entries) + 1
        for position, entry in enumerate(entries, first):
            self._entries.append(Stored(position, entry))
            self._subjects.setdefault(entry.subject, []).append(position)
            self._ids[entry.id] = position
        self._changed.set()
        self._changed.clear()
        return tuple(range(first, first + len(entries)))

    async def tail(self, after: int) -> AsyncGenerator[Sequence[Stored | Pruned], None]:
        after = max(after, 0)
        while True:
            while batch := self._entries[after : after + TAIL_BATCH]:
                yield batch
                after = batch[-1].position
            self._refuse_if_closed()
            await self._changed.wait()

    async def read(
        self, subject: str, *, before: int | None = None, limit: int | None = None
    ) -> Sequence[Stored | Pruned]:
        positions = [p for p in self._subjects.get(subject, ()) if before is None or p < before]
        newest = positions if limit is None else positions[max(0, len(positions) - max(limit, 0)) :]
        return [self._entries[position - 1] for position in newest]

    async def page(self, after: int, limit: int) -> Sequence[Stored | Pruned]:
        after = max(after, 0)
        return self._entries[after : after + max(limit, 0)]

    async def prune(self, positions: Sequence[int]) -> None:
        self._refuse_if_closed()
        for position in positions:
            if not 0 < position <= len(self._entries):
                raise Refused(f"position {position} cannot be pruned, the journal ends at {len(self._entries)}")
        for position in positions:
            kept = self._entries[position - 1]
            if isinstance(kept, Stored):
                self._entries[position - 1] = Pruned(position, leaf_hash(encode(kept.entry)))

    async def close(self) -> None:
        self._closed = True
        self._changed.set()
        self._changed.clear()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise Unusable("the journal is closed")
