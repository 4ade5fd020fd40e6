"""How much one telephone is told: in a flood one push speaks for all, so that none is switched off.

What it speaks for waits until it is sent or given up, and shares that. Kept in memory alone: after a restart everybody
begins anew.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

MOST: Final = 10
"""Pushes to one recipient ..."""
WITHIN: Final = timedelta(minutes=5)
"""... in this time; beyond that they are folded into one ..."""
SUMMARY_EVERY: Final = timedelta(minutes=1)
"""... so often."""


class Flood:
    def __init__(self) -> None:
        self._sent: dict[str, deque[datetime]] = {}
        self._speaks: dict[str, dict[str, None]] = {}
        """Notices that speak for others, and for which."""
        self._waits: set[str] = set()
        """Those others."""

    def takes(self, to: str, count: int, now: datetime) -> bool:
        """Whether so many more can be sent to a recipient one by one."""
        return len(self._lately(to, now)) + count <= MOST

    def summary_due(self, to: str, now: datetime) -> bool:
        """Whether one that speaks for all may be sent: what was sent last is a while ago."""
        lately = self._lately(to, now)
        return not lately or len(lately) < MOST or now - lately[-1] >= SUMMARY_EVERY

    def sent(self, to: str, now: datetime) -> None:
        self._lately(to, now).append(now)

    def fold(self, first: str, others: Iterable[str]) -> None:
        """Let a notice speak for others, and for all that those spoke for."""
        for other in others:
            self._waits.add(other)
            for one in (other, *self._speaks.pop(other, ())):
                self._speaks.setdefault(first, {})[one] = None

    def spoken_for(self, first: str) -> Sequence[str]:
        return tuple(self._speaks.get(first, ()))

    def waits(self, notice: str) -> bool:
        """Whether another one speaks for it."""
        return notice in self._waits

    def part(self, first: str) -> None:
        """It speaks for itself alone, and so do the others."""
        self._waits.difference_update(self._speaks.pop(first, ()))

    def part_all(self, is_over: Callable[[str], bool]) -> None:
        """Of those that are over without a word to the others."""
        for first in [one for one in self._speaks if is_over(one)]:
            self.part(first)

    def _lately(self, to: str, now: datetime) -> deque[datetime]:
        lately = self._sent.setdefault(to, deque())
        while lately and not timedelta(0) <= now - lately[0] < WITHIN:
            lately.popleft()
        return lately
