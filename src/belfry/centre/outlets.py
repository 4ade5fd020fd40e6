"""A way out under an agreement: what every follower of it shares (SCOPE, one door out).

One task a link behind triage. What leaves, leaves in the order of the journal, and the next waits for its
acknowledgement: the journal is the buffer while the other side is away. The agreement is asked anew before each try,
and so is `centre.silent` for leave. The position is kept behind what was acknowledged: after a crash something may
leave again, nothing is left out.
"""

from asyncio import timeout
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

import structlog
from msgspec import Struct

from belfry.centre.board import Board
from belfry.centre.silent import SilentSites, Withheld
from belfry.domain.agreement import Agreement, holds
from belfry.domain.facts import Entry
from belfry.domain.reach import Audience, Channel
from belfry.ports import Accounts, Clock, Journal, Pruned, Stored
from belfry.ports.automation import CHANNEL, CannotBeSaid, KnownAgreements, NotTaken, Way
from belfry.ports.leave import Leave, NoLeave

log = structlog.get_logger()

TRIES: Final = 3
"""As receivers do: then the other side is away."""
LOOK_AGAIN_S: Final = 1.0
"""While it is away: how soon the end of an agreement is noticed."""


class Named(Struct, frozen=True, kw_only=True):
    """A link as the settings name it."""

    agreement: str
    audience: Audience
    form: str
    """`surgard`, `dc07`, `webhook` or `mqtt`."""
    channel: Channel = CHANNEL


class House(Struct, frozen=True, kw_only=True):
    """What a follower is handed of the centre."""

    journal: Journal
    board: Board
    accounts: Accounts
    silent: SilentSites
    agreements: KnownAgreements
    clock: Clock


class LinkState(StrEnum):
    HANDING = "handing"
    AWAY = "away"
    """The other side acknowledges nothing; what is due waits."""
    RESTING = "resting"
    """No agreement holds: nothing leaves, and nothing waits."""


class LinkNow(Struct, frozen=True, kw_only=True):
    """A link at this moment, for people."""

    name: str
    form: str
    agreement: str
    state: LinkState
    since: datetime | None
    """Of `away`."""
    why: str | None
    """Of `away`, where it is known."""
    position: int
    """Everything up to here was handed, or was not to leave."""
    handed: int
    """Acknowledged since the start."""
    unsaid: int
    """Signals since the start that were agreed and have no line in this form."""


class Ready(Struct, frozen=True):
    """Something that may leave at this moment."""

    site: str | None
    send: Callable[[Leave], Awaitable[None]]


class Follower:
    """One link's way down the corridor. Others say what of a fact leaves (`hears`, `consider`)."""

    hears: ClassVar[frozenset[type]] = frozenset()
    tries: ClassVar[int] = TRIES
    """So many at once, before a wait."""

    def __init__(self, way: Way, named: Named, house: House) -> None:
        self.way, self.named = way, named
        self.house, self.clock = house, house.clock
        self._held: bool | None = None
        self.position = 0
        self.handed = self.unsaid = 0

    def now(self) -> LinkNow:
        away = self.way.away_since()
        held = self.agreement() is not None
        state = LinkState.RESTING if not held else LinkState.HANDING if away is None else LinkState.AWAY
        is_away = state is LinkState.AWAY
        return LinkNow(
            name=self.way.name,
            form=self.named.form,
            agreement=self.named.agreement,
            state=state,
            since=away if is_away else None,
            why=self.way.why() if is_away else None,
            position=self.position,
            handed=self.handed,
            unsaid=self.unsaid,
        )

    def agreement(self) -> Agreement | None:
        """The agreement, as long as it holds."""
        found = self.house.agreements.get(self.named.agreement)
        return found if found is not None and holds(found, self.clock()) else None

    async def look(self) -> None:
        """Begin or end with the agreement, and say so once."""
        held = self.agreement() is not None
        if held is not self._held:
            self._held = held
            self.way.rest(not held)
            why = "its agreement holds" if held else "no agreement holds, nothing leaves"
            log.warning("automation output", link=self.way.name, agreement=self.named.agreement, now=why)

    async def run(self) -> None:
        """Follow for ever from `position`; raises JournalError when the journal closes."""
        await self.look()
        async for batch in self.house.journal.tail(self.position):
            for stored in batch:
                await self._pass(stored)
                self.position = stored.position

    async def _pass(self, stored: Stored | Pruned) -> None:
        if type(stored) is Pruned:
            return
        for fact in stored.entry.facts:
            if type(fact) in self.hears and self.agreement() is not None:
                await self.consider(stored.position, stored.entry, fact)

    async def consider(self, position: int, entry: Entry, fact: object) -> None:
        """Hand on what a fact of `hears` means, if it may leave."""
        raise NotImplementedError

    async def until_taken(self, position: int, look: Callable[[], Awaitable[Ready | None]]) -> None:
        """Try until it is taken. `look` is asked before each try; None: it is not to leave, or not any more."""
        tries = 0
        while (ready := await look()) is not None:
            if await self._tried(ready):
                return
            tries += 1
            if tries % self.tries == 0:
                await self._wait_until_up(position)

    async def _tried(self, ready: Ready) -> bool:
        """Whether nothing more is to be done about it."""
        try:
            await ready.send(self.house.silent.may_reach(ready.site, self.named.audience, self.named.channel))
        except Withheld:
            return True
        except CannotBeSaid:
            self.unsaid += 1
            return True
        except (NotTaken, NoLeave):
            return False
        self.handed += 1
        return True

    async def _wait_until_up(self, position: int) -> None:
        log.warning("automation output waits", link=self.way.name, position=position)
        self.way.down()
        while self.agreement() is not None:
            with suppress(TimeoutError):
                async with timeout(LOOK_AGAIN_S):
                    await self.way.up()
                return
