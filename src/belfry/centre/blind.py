"""Kept is not seen: says when alarms wait and nobody can see them (RULES 2, blind centre).

Three ways to be blind: triage is behind, no operator has a console, or none of those who have one may see what waits,
since it is another tenant's. The caller makes the noise.
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
        self,
        now: datetime,
        *,
        oldest_unsettled: datetime | None,
        consoles: Collection[str],
        waiting: int,
        unseen: int = 0,
    ) -> tuple[str, ...]:
        """Return in words why alarms are not seen; empty: they are.

        `oldest_unsettled` is when the oldest signal that triage has not settled came in, `consoles` are the operators
        with a console, `waiting` the incidents that wait for one, `unseen` those of them that no console is shown.
        """
        blind = []
        if oldest_unsettled is not None and now - oldest_unsettled > TRIAGE_BEHIND:
            blind.append(f"triage is {(now - oldest_unsettled).total_seconds():.0f} s behind")
        if consoles and not unseen:
            self._alone_since = None
        else:
            self._alone_since = self._alone_since or now
            alone = now - self._alone_since
            if not consoles and waiting and alone >= NOBODY_FOR:
                blind.append(f"no operator for {alone.total_seconds():.0f} s, {waiting} incidents wait")
            elif consoles and alone >= NOBODY_FOR:
                blind.append(f"no operator who may see it for {alone.total_seconds():.0f} s, {unseen} incidents wait")
        return tuple(blind)
