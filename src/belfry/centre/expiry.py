"""Erases what is due: data keys whose time is over are destroyed, and the journal says that it was done (DESIGN 4)."""

from datetime import timedelta
from typing import Final

from belfry.domain.facts import Entry, Erased
from belfry.ports import Chance, Clock, Journal, KeyStore

EVERY: Final = timedelta(hours=1)
"""How often it looks; retention is counted in days."""


async def expire(keys: KeyStore, journal: Journal, clock: Clock, chance: Chance) -> int:
    """Destroy every data key that is due; returns how many. Raises what the stores raise."""
    now = clock()
    gone = await keys.expire(now)
    if gone:
        fact = Erased(keys=len(gone))
        await journal.append([Entry(id=chance(16), subject="centre", at=now, facts=(fact,))])
    return len(gone)
