"""The door to last-seen times: what supervision must still know after a restart (RULES 3).

Polls are journaled nowhere. When each path was last heard is saved here in batches, and beside it what was said of
the path, so that a lost path is not reported twice and its restore is reported after a restart.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct


class LastHeard(Struct, frozen=True, gc=False):
    """One path of one account, or one of supervision's own rows. Account id and path are the key."""

    account_id: str
    path: str
    heard_at: datetime
    """Aware UTC; 1970-01-01 where it was never heard."""
    state: str = ""
    """What supervision keeps beside the time: its own matter, to be given back as it was. At most 500 characters."""


class LastSeen(Protocol):
    """A table of one row a path. It need not be durable at once: after a crash the last rows may be missing."""

    async def load(self) -> Sequence[LastHeard]:
        """Return every row, in any order."""
        ...

    async def save(self, batch: Sequence[LastHeard]) -> None:
        """Insert or replace rows by account id and path: all of the batch or none, and raises where none."""
        ...
