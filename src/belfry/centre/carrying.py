"""Carrying what is known past what goes: so that nothing that is folded needs what is erased.

An account is known by what its signals told (armed, faults), a unit by what it said. Either is written down again
behind its newest word and before the next one, under `expect`, so that no word comes in between.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from belfry.centre.units import UnitNow
from belfry.centre.units import carried as carried_unit
from belfry.domain.condition import Condition, carried, tells
from belfry.domain.facts import Carried, Entry, Received, account_subject
from belfry.domain.signal import AccountKey
from belfry.ports import Chance, Clock, Expect, Journal, Stale
from belfry.ports.archive import Archive

QUIET_TRIES: Final = 20
QUIET_S: Final = 0.05
"""How often, and how long after, it is asked again whether an account or a unit has just spoken."""


class Busy(Exception):
    """Somebody speaks all the time, so that what is known of it cannot be carried now; the next round tries again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What expiry asks of the walk."""

    condition: Callable[[AccountKey], Condition | None]
    folded: Callable[[], int]
    """The position up to which everything is folded and settled."""
    next_number: Callable[[], int]
    unit: Callable[[str], UnitNow] | None = None
    """A unit as it is; None: this centre has none."""


class Carrying:
    def __init__(self, journal: Journal, archive: Archive, known: Known, *, clock: Clock, chance: Chance) -> None:
        self._journal, self._archive, self._known = journal, archive, known
        self._clock, self._chance = clock, chance
        self._carried: dict[str, tuple[int, Carried]] = {}

    async def accounts(self, signals: Sequence[Received]) -> set[int]:
        """Carry what accounts are known by past signals that go; returns what is carried twice then."""
        superseded: set[int] = set()
        accounts: dict[AccountKey, bool] = {}
        for signal in signals:
            key = signal.account_key
            if key is not None:
                accounts[key] = accounts.get(key, False) or tells(signal)
        for key, told in accounts.items():
            condition = self._known.condition(key)
            before = await self._carried_of(key)
            new_key = condition is not None and condition.authenticated and not (before and before[1].authenticated)
            if condition is None or not (told or new_key):
                continue
            if before is not None:
                superseded.add(before[0])
            await self._write_carried(key)
        return superseded

    async def _carried_of(self, key: AccountKey) -> tuple[int, Carried] | None:
        subject = account_subject(key)
        known = self._carried.get(subject)
        if known is None and (found := await self._archive.carried(subject)) is not None:
            known = found.position, found.fact
        return known

    async def _write_carried(self, key: AccountKey) -> None:
        """Write it behind the newest word of the account and before the next one. Raises Busy."""
        subject = account_subject(key)
        for _ in range(QUIET_TRIES):
            newest = await self._journal.read(subject, limit=1)
            head = newest[-1].position if newest else 0
            condition = self._known.condition(key)
            if condition is not None and self._known.folded() >= head:
                fact = carried(key, condition)
                entry = Entry(id=self._chance(16), subject=subject, at=self._clock(), facts=(fact,))
                try:
                    (position,) = await self._journal.append([entry], Expect(subject, head))
                except Stale:
                    continue
                self._carried[subject] = position, fact
                return
            await asyncio.sleep(QUIET_S)
        raise Busy(f"an account of {key.receiver} speaks all the time")

    async def unit(self, subject: str, position: int) -> int:
        """An entry of a unit behind a position that needs nothing before it; written now where there is none. Raises
        Busy."""
        unit = subject.partition("/")[2]
        for _ in range(QUIET_TRIES):
            newest = await self._journal.read(subject, limit=1)
            head = newest[-1].position if newest else 0
            known = None if self._known.unit is None else self._known.unit(unit)
            if known is not None and known.base > position:
                return known.base
            if known is not None and known.head == head:
                entry = Entry(id=self._chance(16), subject=subject, at=self._clock(), facts=(carried_unit(known),))
                try:
                    (written,) = await self._journal.append([entry], Expect(subject, head))
                except Stale:
                    continue
                return written
            await asyncio.sleep(QUIET_S)
        raise Busy("a unit says something all the time")
