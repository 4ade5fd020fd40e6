"""Hands signals to software of others, as far as an agreement lets them out (SCOPE, one door out).

A follower behind triage, one task a link. Each signal is handed in the order in which it was decided, once its kind is
known; the next one waits for its acknowledgement, so the journal is the buffer while the other side is away. The
agreement is asked anew before each try, and so is `centre.silent` for leave. What a line is made of is the open part
alone. The position is kept behind what was acknowledged: after a crash a line may be handed again, none is left out.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Final

import structlog
from msgspec import Struct

from belfry.centre.board import Board, load
from belfry.centre.silent import SilentSites, Withheld
from belfry.domain.agreement import AgreedField, Agreement, holds, lets_out
from belfry.domain.codes import Codes
from belfry.domain.facts import Act, Joined, Logged, Opened, Received
from belfry.domain.incident import Incident
from belfry.domain.nearest_code import codes_by_meaning
from belfry.domain.reach import AT_THE_SITE, Audience
from belfry.domain.signal import Method, Wire
from belfry.ports import Accounts, Clock, Journal, Pruned, Stored
from belfry.ports.automation import CHANNEL, Automation, CannotBeSaid, Handed, KnownAgreements, NotTaken, Positions
from belfry.ports.leave import NoLeave

log = structlog.get_logger()

TRIES: Final = 3
"""As receivers do: then the other side is away."""
LOOK_AGAIN_S: Final = 1.0
"""While it is away: how soon the end of an agreement is noticed."""
QUIETED: Final = frozenset({Act.ON_TEST, Act.STORM})

Decision = Opened | Joined | Logged


class Outlet(Struct, frozen=True):
    """A link as the settings name it."""

    way: Automation
    agreement: str
    audience: Audience


class LinkState(StrEnum):
    HANDING = "handing"
    AWAY = "away"
    """The other side acknowledges nothing; what is due waits."""
    RESTING = "resting"
    """No agreement holds: nothing leaves, and nothing waits."""


class LinkNow(Struct, frozen=True, kw_only=True):
    """A link at this moment, for people."""

    name: str
    agreement: str
    state: LinkState
    since: datetime | None
    """Of `away`."""
    position: int
    """Everything up to here was handed, or was not to leave."""
    handed: int
    """Lines acknowledged since the start."""
    unsaid: int
    """Signals since the start that were agreed and have no line in this form."""


class Link:
    """One link's way down the corridor."""

    def __init__(
        self,
        outlet: Outlet,
        *,
        journal: Journal,
        board: Board,
        accounts: Accounts,
        silent: SilentSites,
        agreements: KnownAgreements,
        codes: Codes,
        clock: Clock,
    ) -> None:
        self.way, self._agreement_id, self._audience = outlet.way, outlet.agreement, outlet.audience
        self._journal, self._board, self._accounts = journal, board, accounts
        self._silent, self._agreements, self._clock = silent, agreements, clock
        self._nearest = codes_by_meaning(codes)
        self._held: bool | None = None
        self.position = 0
        self.handed = self.unsaid = 0

    def now(self) -> LinkNow:
        away = self.way.away_since()
        held = self.agreement() is not None
        state = LinkState.RESTING if not held else LinkState.HANDING if away is None else LinkState.AWAY
        return LinkNow(
            name=self.way.name,
            agreement=self._agreement_id,
            state=state,
            since=away if state is LinkState.AWAY else None,
            position=self.position,
            handed=self.handed,
            unsaid=self.unsaid,
        )

    def agreement(self) -> Agreement | None:
        """The agreement, as long as it holds."""
        found = self._agreements.get(self._agreement_id)
        return found if found is not None and holds(found, self._clock()) else None

    async def look(self) -> None:
        """Begin or end with the agreement, and say so once."""
        held = self.agreement() is not None
        if held is not self._held:
            self._held = held
            self.way.rest(not held)
            why = "its agreement holds" if held else "no agreement holds, nothing leaves"
            log.warning("automation output", link=self.way.name, agreement=self._agreement_id, now=why)

    async def run(self) -> None:
        """Follow for ever from `position`; raises JournalError when the journal closes."""
        await self.look()
        async for batch in self._journal.tail(self.position):
            for stored in batch:
                await self._pass(stored)
                self.position = stored.position

    async def _pass(self, stored: Stored | Pruned) -> None:
        if type(stored) is Pruned:
            return
        for fact in stored.entry.facts:
            kind = type(fact)
            if (kind is Opened or kind is Joined or kind is Logged) and self.agreement() is not None:
                await self._consider(fact)  # type: ignore[arg-type]  # one of the three, compared by type

    async def _consider(self, fact: Decision) -> None:
        """Hand the signal that a decision settled, if it may leave."""
        if isinstance(fact, Logged):
            needs_nobody = fact.kind is None and fact.incident is None
            if needs_nobody or fact.act in QUIETED or fact.test is not None or fact.storm is not None:
                return
            position = fact.signal
        else:
            if fact.beside:
                return
            position = fact.signal.position
        signal = await self._signal(position)
        if signal is None or signal.training or signal.method is not Method.EQUIPMENT:
            return
        tries = 0
        while self._is_meant(signal):
            incident = None if fact.incident is None else await load(self._board, self._journal, fact.incident)
            kinds = _named(fact) if incident is None else [*_named(fact), incident.kind]
            agreement = self.agreement()
            if agreement is None or not lets_out(agreement, kinds, signal.category):
                return
            handed = self._made(agreement, signal, kinds[-1])
            if handed is None or (incident is not None and self._is_hushed(incident)):
                return
            if await self._tried(signal, handed):
                return
            tries += 1
            if tries % TRIES == 0:
                await self._wait_until_up(position)

    async def _tried(self, signal: Received, handed: Handed) -> bool:
        """Whether nothing more is to be done about it."""
        try:
            leave = self._silent.may_reach(signal.account_id, self._audience, CHANNEL)
            await self.way.hand(leave, handed)
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
                async with asyncio.timeout(LOOK_AGAIN_S):
                    await self.way.up()
                return

    async def _signal(self, position: int) -> Received | None:
        for stored in await self._journal.page(position - 1, 1):
            if isinstance(stored, Stored) and stored.position == position:
                return next((fact for fact in stored.entry.facts if isinstance(fact, Received)), None)
        return None

    def _is_meant(self, signal: Received) -> bool:
        """Of a site that we know and the agreement is about, and said while it held."""
        agreement = self.agreement()
        account = None if signal.account_id is None else self._accounts.by_id(signal.account_id)
        if agreement is None or account is None or signal.received_at < agreement.begins:
            return False
        return agreement.tenant is None or account.tenant == agreement.tenant

    def _is_hushed(self, incident: Incident) -> bool:
        """A silent alarm is told to nobody at its site, later neither."""
        return incident.silent and self._audience in AT_THE_SITE

    def _made(self, agreement: Agreement, signal: Received, kind: str) -> Handed | None:
        """What may leave of a signal; None where no code may, or none means it: then there is nothing to say."""
        fields = frozenset(agreement.fields)
        said = self._code_of(signal)
        if AgreedField.CODE not in fields or said is None:
            self.unsaid += 1
            return None
        wire, code = said
        whose = AgreedField.ACCOUNT in fields
        return Handed(
            wire=wire,
            code=code,
            previous=signal.previous,
            account=signal.account if whose else None,
            prefix=signal.prefix if whose else None,
            area=signal.area if AgreedField.AREA in fields else None,
            zone=signal.zone if AgreedField.ZONE in fields else None,
            kind=kind if AgreedField.KIND in fields else None,
            received_at=signal.received_at if AgreedField.RECEIVED_AT in fields else None,
        )

    def _code_of(self, signal: Received) -> tuple[Wire, str] | None:
        if signal.wire is not None and signal.code is not None:
            return signal.wire, signal.code
        return self._nearest.get((signal.category, signal.subtype, signal.state))


def _named(fact: Decision) -> list[str]:
    return [] if fact.kind is None else [fact.kind]


class Automations:
    """All links: their start, where they are, and their end."""

    def __init__(self, links: Sequence[Link], positions: Positions, head: int) -> None:
        self.links, self._positions = links, positions
        self._head = head
        self._saved: Mapping[str, int] = {}

    async def load(self) -> None:
        """A link goes on where it was; a new one begins with what comes from now on. A journal that came back from a
        backup ends before what was handed."""
        known = await self._positions.load() if self.links else {}
        for link in self.links:
            link.position = min(known.get(link.way.name, self._head), self._head)

    async def save(self) -> None:
        """Keep how far each link has come; for once a second and at the stop."""
        now = {link.way.name: link.position for link in self.links}
        if now != self._saved:
            await self._positions.save(now)
            self._saved = now

    async def look(self) -> None:
        for link in self.links:
            await link.look()
        await self.save()

    def now(self) -> tuple[LinkNow, ...]:
        return tuple(link.now() for link in self.links)
