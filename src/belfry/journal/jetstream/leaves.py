"""What is left of pruned entries: the leaf hash of each, and where they were.

They live in a stream of their own and in memory, some two hundred bytes each. Erasing an entry leaves a hole in its
stream, and the server forgets that its subject was ever written there; who expects a subject to be where a pruned entry
was must be answered from here.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence


class Leaves:
    def __init__(self) -> None:
        self._leaves: dict[int, bytes] = {}
        self._subjects: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self._leaves)

    def add(self, position: int, subject: str, leaf: bytes) -> None:
        """Note a pruned entry, once."""
        if position not in self._leaves:
            self._leaves[position] = leaf
            insort(self._subjects.setdefault(subject, []), position)

    def get(self, position: int) -> bytes | None:
        return self._leaves.get(position)

    def positions(self) -> Sequence[int]:
        return list(self._leaves)

    def newest(self, subject: str) -> int:
        """The last position of a subject that was pruned; 0 for none."""
        return self._subjects.get(subject, [0])[-1]

    def of(self, subject: str, first: int, below: int) -> Sequence[int]:
        """Pruned positions of a subject, ascending."""
        known = self._subjects.get(subject, [])
        return known[bisect_left(known, first) : bisect_left(known, below)]
