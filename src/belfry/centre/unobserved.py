"""Signals of a replay that the live state of their account does not know yet.

While the centre runs a signal is judged by the state before it, and observed then. A start reads many at once, and of
some only what was decided is missing: were they observed as they are read, a tamper that came while armed would be
judged by the disarming behind it. So a signal waits here while an earlier one of its account is undecided.
"""

from collections import deque
from collections.abc import Callable

from belfry.domain.condition import Seen
from belfry.domain.facts import Received
from belfry.domain.signal import AccountKey


class Unobserved:
    """`observe` folds a signal into the live state; `waits` says of a position that its signal is observed when it is
    decided."""

    def __init__(self, observe: Callable[[Received], Seen], waits: Callable[[int], bool]) -> None:
        self._observe, self._waits = observe, waits
        self._lines: dict[AccountKey, deque[tuple[int, Received]]] = {}
        """In the order of their positions."""

    def __bool__(self) -> bool:
        return bool(self._lines)

    def add(self, position: int, signal: Received) -> None:
        key = signal.account_key
        if key is not None:
            self._lines.setdefault(key, deque()).append((position, signal))

    def drain(self) -> None:
        """Observe whatever need not wait, of every account."""
        for key in list(self._lines):
            self.drain_of(key)

    def drain_of(self, key: AccountKey) -> None:
        line = self._lines.get(key)
        while line and not self._waits(line[0][0]):
            self._observe(line.popleft()[1])
        if line is not None and not line:
            del self._lines[key]

    def upto(self, position: int, key: AccountKey | None) -> None:
        """The signal at a position is decided now, and observed by who decides it; what came before it is done."""
        line = None if key is None else self._lines.get(key)
        if key is None or line is None:
            return
        self.drain_of(key)
        if line and line[0][0] == position:
            line.popleft()
