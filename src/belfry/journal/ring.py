"""The newest entries in memory, so that a follower that keeps up is handed the very objects that were appended.

What every follower was handed is let go but for the last few. Bounded by entries and by bytes; who is further behind
reads the file. Belongs to the loop's thread alone.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from belfry.ports import Pruned, Stored

RING_MAX_ENTRIES: Final = 32_768
"""About a second of the fastest intake: what triage may fall behind before it has to read the file."""

RING_MAX_BYTES: Final = 32 * 1024 * 1024
"""Of encoded entries; the objects take about three times as much."""

RING_KEPT: Final = 1_024
"""Entries that stay though every follower was handed them, for one that begins a little behind."""


class Place:
    """How far a follower was handed entries."""

    def __init__(self, position: int) -> None:
        self.position = position


class Ring:
    def __init__(self, position: int) -> None:
        """An empty ring behind `position`."""
        self._first = position + 1
        self._items: list[Stored | Pruned] = []
        self._extensions: deque[tuple[int, int]] = deque()
        self._bytes = 0
        self._places: list[Place] = []

    @contextmanager
    def place(self, position: int) -> Iterator[Place]:
        """Where a follower is, who moves it himself; until he leaves, the ring keeps what is ahead of it."""
        place = Place(position)
        self._places.append(place)
        try:
            yield place
        finally:
            self._places.remove(place)

    def extend(self, items: Sequence[Stored], size_bytes: int) -> None:
        """Add what follows the newest; drop the oldest extensions above the limits."""
        self._items += items
        self._extensions.append((len(items), size_bytes))
        self._bytes += size_bytes
        # Dropping from the front of a list moves the rest: only once a part of it is due.
        handed = min(self._handed(), len(self._items) - RING_KEPT)
        if handed > RING_KEPT or len(self._items) > RING_MAX_ENTRIES * 9 // 8 or self._bytes > RING_MAX_BYTES * 9 // 8:
            self._drop(handed)

    def _handed(self) -> int:
        """Items from the front that every follower was handed."""
        return min((place.position for place in self._places), default=self._first - 1) + 1 - self._first

    def _drop(self, handed: int) -> None:
        dropped = 0
        while self._extensions and (
            dropped + self._extensions[0][0] <= handed
            or len(self._items) - dropped > RING_MAX_ENTRIES
            or self._bytes > RING_MAX_BYTES
        ):
            entries, size_bytes = self._extensions.popleft()
            dropped += entries
            self._bytes -= size_bytes
        del self._items[:dropped]
        self._first += dropped

    def after(self, position: int, limit: int) -> Sequence[Stored | Pruned] | None:
        """At most `limit` entries after a position; None where the ring no longer reaches back that far."""
        start = position + 1 - self._first
        return None if start < 0 else self._items[start : start + limit]

    def replace(self, pruned: Pruned) -> None:
        """Forget an entry that was pruned."""
        index = pruned.position - self._first
        if index >= 0:
            self._items[index] = pruned
