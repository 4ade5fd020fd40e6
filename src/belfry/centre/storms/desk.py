"""Where a supervisor's wishes about storms become facts: start, renew, end, and answer for what was held back."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from belfry.centre.seals import Seals
from belfry.centre.storms import Storms
from belfry.domain.codes import Codes
from belfry.domain.facts import (
    AboutStorm,
    Entry,
    HowEnded,
    Part,
    Retention,
    Sealed,
    StormBegan,
    StormEnded,
    StormRenewed,
    StormReviewed,
    storm_subject,
)
from belfry.domain.presets import Rules, span
from belfry.domain.storm import Storm, still_in_trouble
from belfry.domain.storm_cover import StormGroup
from belfry.ports import Chance, Clock, Expect, Journal, Stale

TRIES: Final = 4

Change = Callable[[Storm, datetime], AboutStorm]


class CannotStorm(ValueError):
    """CannotStorm      what was asked for cannot be; the message names field and limit
    └── NotNow          the storm has ended, runs still, or was reviewed
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NotNow(CannotStorm): ...


class NoSuchStorm(LookupError): ...


class StormDesk:
    """Starts storms and ends them. One runs at a time, so that everybody knows what is held back."""

    def __init__(
        self,
        storms: Storms,
        journal: Journal,
        seals: Seals,
        *,
        codes: Codes,
        rules: Rules,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self.storms = storms
        self._journal, self._seals, self._codes, self._rules = journal, seals, codes, rules
        self._clock, self._chance = clock, chance
        self._starting = asyncio.Lock()

    async def begin(self, groups: Iterable[StormGroup], minutes: int, reason: str, *, by: str) -> Storm:
        """Start a storm. Raises CannotStorm, JournalError."""
        wanted = tuple(one for one in StormGroup if one in set(groups))
        if not wanted:
            raise CannotStorm("groups", "groups: names nothing to hold back")
        async with self._starting:
            if self.storms.running():
                raise NotNow("storm", "a storm runs already")
            until = self._until(minutes)
            sealed = await self._sealed(reason)
            now = self._clock()
            fact = StormBegan(
                storm=f"s{self._chance(8).hex()}", groups=wanted, by=by, since=now, until=until, sealed=sealed
            )
            await self._write(fact, Expect(storm_subject(fact.storm), 0))
            storm = self.storms.get(fact.storm)
            assert storm is not None
            return storm

    async def renew(self, storm: str, minutes: int, *, by: str) -> Storm:
        """Let it run so long from now on. Raises NoSuchStorm, CannotStorm, JournalError."""
        until = self._until(minutes)
        return await self._change(storm, lambda _, __: StormRenewed(storm=storm, until=until, by=by))

    async def end(self, storm: str, *, by: str) -> Storm:
        """End it now. Raises NoSuchStorm, CannotStorm, JournalError."""
        return await self._change(storm, lambda one, _: ended(one, HowEnded.OPERATOR, self._codes, by=by))

    async def review(self, storm: str, words: str, *, by: str) -> Storm:
        """Answer for all that it held back. Raises NoSuchStorm, CannotStorm, JournalError."""
        known = self._known(storm)
        if known.ended_at is None:
            raise NotNow("storm", "the storm runs still")
        sealed = await self._sealed(words)
        return await self._change(storm, lambda _, __: StormReviewed(storm=storm, by=by, sealed=sealed), over=True)

    # -- writing

    async def _change(self, storm: str, fact: Change, *, over: bool = False) -> Storm:
        for _ in range(TRIES):
            known = self._known(storm)
            if over and known.reviewed_at is not None:
                raise NotNow("storm", "the storm has been reviewed")
            if not over and known.ended_at is not None:
                raise NotNow("storm", "the storm has ended")
            try:
                await self._write(fact(known, self._clock()), Expect(storm_subject(storm), known.head))
            except Stale:
                await self.storms.folded(self._journal.position)
                continue
            return self.storms.get(storm) or known
        raise NotNow("storm", "it changes faster than this can be written: try again")

    def _known(self, storm: str) -> Storm:
        known = self.storms.get(storm)
        if known is None:
            raise NoSuchStorm(storm)
        return known

    async def _write(self, fact: AboutStorm, expect: Expect) -> None:
        entry = Entry(id=self._chance(16), subject=expect.subject, at=self._clock(), facts=(fact,))
        (position,) = await self._journal.append([entry], expect)
        await self.storms.folded(position)

    async def _sealed(self, words: str) -> tuple[Sealed, ...]:
        return await self._seals.seal([(Part.NOTE, Retention.INCIDENT, words)] if words else [])

    def _until(self, minutes: int) -> datetime:
        most = span(self._rules.storm_s)
        if not timedelta(0) < timedelta(minutes=minutes) <= most:
            raise CannotStorm("minutes", f"minutes: at most {most.total_seconds() / 60:g}, then renew it by hand")
        return self._clock() + timedelta(minutes=minutes)


def ended(storm: Storm, how: HowEnded, codes: Codes, *, by: str | None) -> StormEnded:
    """The fact that ends a storm as it is now."""
    return StormEnded(storm=storm.id, how=how, by=by, held=len(storm.held), left=len(still_in_trouble(storm, codes)))
