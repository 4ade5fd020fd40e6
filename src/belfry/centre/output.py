"""Says to sirens, pagers and doors of others that an incident is open, or over (SCOPE, one door out).

A follower of decisions and of what people do (`centre.outlets`). An opening leaves while its incident is open, a
closing while it is over, so that nothing sounds hours late for what nobody attends to any more. A closing names what it
closes, and nothing else: whoever was told of no opening learns nothing from it.
"""

from hashlib import sha256
from typing import Final

from belfry.centre.board import incident_of
from belfry.centre.outlets import Follower, House, Named, Ready
from belfry.domain.agreement import AgreedField, Agreement, lets_out
from belfry.domain.facts import Closed, Entry, Opened, Reopened, incident_subject
from belfry.domain.incident import Incident
from belfry.domain.reach import AT_THE_SITE, Channel
from belfry.domain.signal import Method
from belfry.domain.site_handling import site_of
from belfry.ports import Stored
from belfry.ports.output import Output, Told, ToldState

ID_CHARS: Final = 32
PLACELESS: Final = frozenset({Method.CALL, Method.DUTY})
"""What people report may be at no site of the book; equipment is, or nobody knows whose it is."""


class OutputLink(Follower):
    """One link's way down the corridor."""

    hears = frozenset({Opened, Closed, Reopened})
    tries = 1

    def __init__(self, way: Output, named: Named, house: House) -> None:
        super().__init__(way, named, house)
        self._output = way

    async def consider(self, position: int, entry: Entry, fact: object) -> None:
        """Say the opening or the end of an incident, if it may leave."""
        assert isinstance(fact, Opened | Closed | Reopened)  # `hears` says so
        await self.until_taken(position, lambda: self._look(position, entry, fact))

    async def _look(self, position: int, entry: Entry, fact: Opened | Closed | Reopened) -> Ready | None:
        """What of it may leave now."""
        agreement = self.agreement()
        found = None if agreement is None else await self._incident(fact.incident, position)
        if agreement is None or found is None:
            return None
        opening, incident = found
        is_over = isinstance(fact, Closed)
        kinds = [opening.kind] if is_over else [opening.kind, incident.kind]
        if incident.open is is_over or not self._is_meant(opening, incident, agreement):
            return None
        if not lets_out(agreement, kinds, opening.signal.category) or self._is_hushed(incident):
            return None
        name = _name(agreement.id, incident.id)
        message = _name(agreement.id, incident.id, str(position))
        if is_over:
            at = entry.at if AgreedField.RECEIVED_AT in agreement.fields else None
            told = Told(id=message, incident=name, state=ToldState.CLOSED, at=at)
        else:
            told = _opened(agreement, opening, incident.kind, message, name)
        return Ready(site_of(incident), lambda leave: self._output.tell(leave, told))

    async def _incident(self, incident_id: str, position: int) -> tuple[Opened, Incident] | None:
        """How it began and how it is now; the board may not have come to `position` yet."""
        entries = await self.house.journal.read(incident_subject(incident_id))
        facts = (fact for one in entries if isinstance(one, Stored) for fact in one.entry.facts)
        opening = next((fact for fact in facts if isinstance(fact, Opened) and fact.incident == incident_id), None)
        known = self.house.board.get(incident_id)
        incident = known if known is not None and known.head >= position else incident_of(entries)
        return None if opening is None or incident is None else (opening, incident)

    def _is_meant(self, opening: Opened, incident: Incident, agreement: Agreement) -> bool:
        """No exercise and nothing of the centre's own; of a site that the agreement is about, and begun under it."""
        signal = opening.signal
        if opening.trainee is not None or signal.method is Method.SYSTEM or signal.received_at < agreement.begins:
            return False
        account = None if incident.account_id is None else self.house.accounts.by_id(incident.account_id)
        if account is None:
            return signal.method in PLACELESS and agreement.tenant is None
        return agreement.tenant is None or account.tenant == agreement.tenant

    def _is_hushed(self, incident: Incident) -> bool:
        """A silent alarm sounds nowhere and is told to nobody at its site, later neither."""
        return incident.silent and (self.named.channel is Channel.SIREN or self.named.audience in AT_THE_SITE)


def _opened(agreement: Agreement, opening: Opened, kind: str, message: str, name: str) -> Told:
    fields, signal = frozenset(agreement.fields), opening.signal
    account = opening.account if AgreedField.ACCOUNT in fields else None
    has_code = AgreedField.CODE in fields
    return Told(
        id=message,
        incident=name,
        state=ToldState.OPENED,
        at=signal.received_at if AgreedField.RECEIVED_AT in fields else None,
        kind=kind if AgreedField.KIND in fields else None,
        account=None if account is None else account.account,
        prefix=None if account is None else account.prefix,
        area=signal.area if AgreedField.AREA in fields else None,
        zone=signal.zone if AgreedField.ZONE in fields else None,
        wire=signal.wire if has_code else None,
        code=signal.code if has_code else None,
    )


def _name(*parts: str) -> str:
    """What stands for an incident or a message outside: the same each time, and another under each agreement, so that
    two partners cannot lay theirs side by side. Ids of incidents are 128 random bits, so it cannot be undone."""
    return sha256("/".join(parts).encode()).hexdigest()[:ID_CHARS]
