"""What lasts for a time and then ends by itself: a test, a storm.

The time is derived from what is in memory, so a restart forgets none, and what came due while the centre was away is
due at once. A clock that is set back ends what runs: nobody knows how long it has lasted, and rows that ring too early
are better than signals that nobody hears.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar

import structlog

from belfry.domain.facts import Entry, Fact, HowEnded
from belfry.ports import Chance, Clock, Expect, Journal, JournalError, KeysUnavailable, Stale

log = structlog.get_logger()

LOOK_AFTER_S: Final = 0.01
LOOK_EVERY_S: Final = 1.0
"""The longest wait between two looks at the clock, which may be set at any time."""
SET_BACK: Final = timedelta(minutes=1)
"""A clock that is corrected by less makes nothing last too long."""


class Lasting(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def until(self) -> datetime: ...
    @property
    def newest_at(self) -> datetime:
        """The latest time at which anything of it was written."""
        ...

    @property
    def head(self) -> int: ...


L = TypeVar("L", bound=Lasting)
L_co = TypeVar("L_co", bound=Lasting, covariant=True)


class Book(Protocol[L_co]):
    """What runs, as the journal says it."""

    def running(self) -> Iterable[L_co]: ...
    def listen(self, listener: Callable[[], None]) -> object: ...
    async def folded(self, position: int) -> None: ...


class LastingEnds(ABC, Generic[L]):
    """Watches what runs. `run` is its task, `step` one round of it."""

    what: str
    """How the log calls one."""

    def __init__(self, book: Book[L], journal: Journal, *, clock: Clock, chance: Chance) -> None:
        self._book, self._journal, self._clock, self._chance = book, journal, clock, chance
        self._looked = clock()
        self.beats = 0
        """Grows with every step; whoever watches the followers sees that this one goes on."""
        self._sooner = asyncio.Event()
        book.listen(self._sooner.set)

    @abstractmethod
    def _ended(self, one: L, how: HowEnded) -> tuple[str, Fact]:
        """The subject of one, and the fact that it is over."""

    async def _beside(self, now: datetime) -> None:
        """What else is looked at in each round."""

    async def run(self) -> None:
        """End everything in time, for ever."""
        while True:
            try:
                await self.step(self._clock())
            except (JournalError, KeysUnavailable) as error:
                log.warning(f"a {self.what} that is over waits for the journal", error=str(error))
                await asyncio.sleep(LOOK_EVERY_S)
            await self._wait()

    async def step(self, now: datetime) -> int:
        """End what is over; returns how many. Raises JournalError; what is due stays due."""
        self.beats += 1
        set_back = self._looked - now > SET_BACK
        due = [(one, how) for one in self._book.running() if (how := _why(one, now, set_back=set_back)) is not None]
        for one, how in due:
            await self._end(one, how, now)
        self._looked = now
        await self._beside(now)
        return len(due)

    async def _wait(self) -> None:
        self._sooner.clear()
        ends = [one.until for one in self._book.running()]
        ahead = (min(ends) - self._clock()).total_seconds() if ends else LOOK_EVERY_S
        try:
            async with asyncio.timeout(min(max(ahead, LOOK_AFTER_S), LOOK_EVERY_S)):
                await self._sooner.wait()
        except TimeoutError:
            pass

    async def _end(self, one: L, how: HowEnded, now: datetime) -> None:
        subject, fact = self._ended(one, how)
        entry = Entry(id=self._chance(16), subject=subject, at=now, facts=(fact,))
        try:
            (position,) = await self._journal.append([entry], Expect(subject, one.head))
        except Stale:  # somebody was quicker: look again
            await self._book.folded(self._journal.position)
            return
        await self._book.folded(position)
        log.info(f"{self.what} ended", id=one.id, how=how, position=position)


def _why(one: Lasting, now: datetime, *, set_back: bool) -> HowEnded | None:
    """Why something is over at `now`; None: it goes on."""
    if now >= one.until:
        return HowEnded.TIME
    if set_back or one.newest_at - now > SET_BACK:
        return HowEnded.CLOCK
    return None
