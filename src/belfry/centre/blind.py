"""Kept is not seen: says when alarms wait and nobody can see them (RULES 2, blind centre).

Two ways to be blind: triage is behind, or no operator has a console. The caller makes the noise.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

TRIAGE_BEHIND: Final = timedelta(seconds=10)
NOBODY_FOR: Final = timedelta(seconds=60)


class Blind:
    """Remembers since when nobody was there."""

    def __init__(self) -> None:
        self._alone_since: datetime | None = None

    def look(
        self, now: datetime, *, oldest_unsettled: datetime | None, consoles: Collection[str], waiting: int
    ) -> tuple[str, ...]:
        """Return in words why alarms are not seen; empty: they are.

        `oldest_unsettled` is when the oldest signal that triage has not settled came in, `consoles` are the operators
        with a console, `waiting` the incidents that wait for one.
        """
        blind = []
        if oldest_unsettled is not None and now - oldest_unsettled > TRIAGE_BEHIND:
            blind.append(f"triage is {(now - oldest_unsettled).total_seconds():.0f} s behind")
        if consoles:
            self._alone_since = None
        else:
            self._alone_since = self._alone_since or now
            alone = now - self._alone_since
            if waiting and alone >= NOBODY_FOR:
                blind.append(f"no operator for {alone.total_seconds():.0f} s, {waiting} incidents wait")
        return tuple(blind)
