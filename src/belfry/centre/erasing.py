"""Letting go: data keys whose time is over, and entries that go together with the keys of their sealed parts.

What is being erased is remembered in the archive before the first byte goes: a kill in the middle is made up for.
"""

import asyncio
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from belfry.centre.carrying import Carrying, Known
from belfry.domain.facts import Entry, Erased, Received
from belfry.ports import Chance, Clock, Journal, KeyStore
from belfry.ports.archive import Archive, Going
from belfry.safeguards.retention import runs

EXPIRY: Final = "expiry"
"""Subject of what it says; one of its own, since a large round says much and the centre's own starts are looked up."""
REST_S: Final = 0.02
"""After a batch others write: the journal empties its log after each, and nobody shall wait for that twice in a row."""
RUNS_IN_FACT: Final = 1_000
NAMES_IN_FACT: Final = 500
"""What an entry of 65 535 bytes holds of either, on the safe side."""


async def expire(keys: KeyStore, journal: Journal, clock: Clock, chance: Chance) -> int:
    """Destroy every data key that is due; returns how many. Raises what the stores raise."""
    now = clock()
    gone = await keys.expire(now)
    if gone:
        fact = Erased(keys=len(gone))
        await journal.append([Entry(id=chance(16), subject=EXPIRY, at=now, facts=(fact,))])
    return len(gone)


@dataclass(slots=True)
class Batch:
    """What goes together."""

    positions: set[int] = field(default_factory=set)
    incidents: list[str] = field(default_factory=list)
    sealed: set[bytes] = field(default_factory=set)
    heard: dict[tuple[str, str], int] = field(default_factory=dict)
    signals: list[Received] = field(default_factory=list)

    def add_signal(self, position: int, signal: Received) -> None:
        self.positions.add(position)
        self.signals.append(signal)
        self.sealed.update(part.key for part in signal.sealed)
        if signal.training:
            return  # it was never counted
        place = signal.received_at.date().isoformat(), signal.account_id or ""
        self.heard[place] = self.heard.get(place, 0) + 1


class Erasing:
    """`erase` lets go of a batch, `finish` of what a process before us began."""

    def __init__(
        self,
        *,
        keys: KeyStore,
        journal: Journal,
        archive: Archive,
        known: Known,
        carrying: Carrying,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._keys, self._journal, self._archive = keys, journal, archive
        self._known, self._carrying, self._clock, self._chance = known, carrying, clock, chance

    async def erase(self, batch: Batch, cursor: tuple[str, int]) -> bool:
        """Let go of a batch. False where the archive is behind it, so that it has to wait."""
        if batch.positions:
            if await self._archive.position() < max(batch.positions):
                return False
            batch.positions |= await self._carrying.accounts(batch.signals)
        names = sorted(batch.sealed)
        going = Going(
            id=self._chance(16),
            at=self._clock(),
            positions=tuple(sorted(batch.positions)),
            keys=tuple(sorted(await self._keys.get(names))) if names else (),
            next_number=self._known.next_number(),
        )
        await self._archive.begin(going, incidents=batch.incidents, heard=batch.heard, cursor=cursor)
        await self.finish()
        await asyncio.sleep(REST_S)
        return True

    async def finish(self) -> int:
        """Do what was begun, also by a process that was killed: keys, the line in the journal, the entries."""
        going = await self._archive.going()
        if going is None:
            return 0
        if going.keys:
            await self._keys.destroy(going.keys)
        await self._journal.append(_entries(going))
        await self._journal.prune(going.positions)
        await self._archive.done()
        return len(going.positions)


def _entries(going: Going) -> list[Entry]:
    """What the journal is told, the same entries whenever it is told again."""
    gone, names = runs(going.positions), going.keys
    facts = [
        Erased(
            keys=len(names) if n == 0 else 0,
            entries=len(going.positions) if n == 0 else 0,
            runs=gone[n * RUNS_IN_FACT : (n + 1) * RUNS_IN_FACT],
            names=names[n * NAMES_IN_FACT : (n + 1) * NAMES_IN_FACT],
            next_number=going.next_number,
        )
        for n in range(max(-(-len(gone) // RUNS_IN_FACT), -(-len(names) // NAMES_IN_FACT)))
    ]
    return [Entry(id=_id(going.id, n), subject=EXPIRY, at=going.at, facts=(fact,)) for n, fact in enumerate(facts)]


def _id(first: bytes, n: int) -> bytes:
    return first if n == 0 else sha256(first + n.to_bytes(8, "big")).digest()[:16]
