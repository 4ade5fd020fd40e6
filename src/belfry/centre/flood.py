"""How much one telephone is told: in a flood one push speaks for all, so that none is switched off.

Kept in memory alone: after a restart everybody begins anew.
"""

from collections import deque
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

    def takes(self, to: str, count: int, now: datetime) -> bool:
        """Whether so many more can be sent to a recipient one by one."""
        return len(self._lately(to, now)) + count <= MOST

    def summary_due(self, to: str, now: datetime) -> bool:
        """Whether one that speaks for all may be sent: what was sent last is a while ago."""
        lately = self._lately(to, now)
        return not lately or len(lately) < MOST or now - lately[-1] >= SUMMARY_EVERY

    def sent(self, to: str, now: datetime) -> None:
        self._lately(to, now).append(now)

    def _lately(self, to: str, now: datetime) -> deque[datetime]:
        lately = self._sent.setdefault(to, deque())
        while lately and not timedelta(0) <= now - lately[0] < WITHIN:
            lately.popleft()
        return lately
