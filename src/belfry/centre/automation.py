"""Hands signals to software of others, as far as an agreement lets them out (SCOPE, one door out).

A follower behind triage (`centre.outlets`). Each signal is handed in the order in which it was decided, once its kind
is known. What a line is made of is the open part alone.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from belfry.centre.board import load
from belfry.centre.outlets import Follower, House, LinkNow, Named, Ready
from belfry.domain.agreement import AgreedField, Agreement, lets_out
from belfry.domain.codes import Codes
from belfry.domain.facts import Act, Entry, Joined, Logged, Opened, Received
from belfry.domain.incident import Incident
from belfry.domain.nearest_code import codes_by_meaning
from belfry.domain.reach import AT_THE_SITE
from belfry.domain.signal import Method, Wire
from belfry.ports import Stored
from belfry.ports.automation import Automation, Handed, Positions

QUIETED: Final = frozenset({Act.ON_TEST, Act.STORM})

Decision = Opened | Joined | Logged


class Link(Follower):
    """One link's way down the corridor."""

    hears = frozenset({Opened, Joined, Logged})

    def __init__(self, way: Automation, named: Named, house: House, codes: Codes) -> None:
        super().__init__(way, named, house)
        self._automation = way
        self._nearest = codes_by_meaning(codes)

    async def consider(self, position: int, entry: Entry, fact: object) -> None:
        """Hand the signal that a decision settled, if it may leave."""
        assert isinstance(fact, Decision)  # `hears` says so
        if isinstance(fact, Logged):
            needs_nobody = fact.kind is None and fact.incident is None
            if needs_nobody or fact.act in QUIETED or fact.test is not None or fact.storm is not None:
                return
            at = fact.signal
        else:
            if fact.beside:
                return
            at = fact.signal.position
        signal = await self._signal(at)
        if signal is not None and not signal.training and signal.method is Method.EQUIPMENT:
            await self.until_taken(at, lambda: self._look(fact, signal))

    async def _look(self, fact: Decision, signal: Received) -> Ready | None:
        """What of the signal may leave now."""
        house, agreement = self.house, self.agreement()
        if agreement is None or not self._is_meant(signal, agreement):
            return None
        incident = None if fact.incident is None else await load(house.board, house.journal, fact.incident)
        kinds = _named(fact) if incident is None else [*_named(fact), incident.kind]
        if not lets_out(agreement, kinds, signal.category):
            return None
        handed = self._made(agreement, signal, kinds[-1])
        if handed is None or (incident is not None and self._is_hushed(incident)):
            return None
        return Ready(signal.account_id, lambda leave: self._automation.hand(leave, handed))

    async def _signal(self, position: int) -> Received | None:
        for stored in await self.house.journal.page(position - 1, 1):
            if isinstance(stored, Stored) and stored.position == position:
                return next((fact for fact in stored.entry.facts if isinstance(fact, Received)), None)
        return None

    def _is_meant(self, signal: Received, agreement: Agreement) -> bool:
        """Of a site that we know and the agreement is about, and said while it held."""
        account = None if signal.account_id is None else self.house.accounts.by_id(signal.account_id)
        if account is None or signal.received_at < agreement.begins:
            return False
        return agreement.tenant is None or account.tenant == agreement.tenant

    def _is_hushed(self, incident: Incident) -> bool:
        """A silent alarm is told to nobody at its site, later neither."""
        return incident.silent and self.named.audience in AT_THE_SITE

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

    def __init__(self, links: Sequence[Follower], positions: Positions, head: int) -> None:
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
