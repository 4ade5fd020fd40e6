"""What is open near a place: offered to whoever takes a call or reports from the field, and joined by that person alone
(RULES 2: calls and duty reports never join by themselves; what is open within 300 m and 15 min is offered)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from belfry.centre.board import Board
from belfry.centre.seals import Seals
from belfry.domain.earth import metres_between
from belfry.domain.facts import Part, Sealed
from belfry.domain.incident import Incident
from belfry.domain.presets import Rules
from belfry.domain.said_place import position_of, position_part
from belfry.domain.signal import Position
from belfry.ports import Accounts
from belfry.safeguards.sealing import SealError

OFFERED_MOST: Final = 10
LOOKED_AT_MOST: Final = 500
"""Of what people said lately, whose places have to be opened; of panels the registry knows them."""
KEPT_MOST: Final = 2_000
_HOME: Final = "MED."


class Offered(Struct, frozen=True):
    incident: Incident
    metres: int
    """0: the same site."""


class Offers:
    """Positions that were opened stay in memory, never longer than their incident is open."""

    def __init__(self, board: Board, accounts: Accounts, seals: Seals, rules: Rules) -> None:
        self._board, self._accounts, self._seals, self._rules = board, accounts, seals, rules
        self._known: dict[str, tuple[bytes, Position | None]] = {}

    async def near(
        self,
        at: Position | None,
        site: str | None,
        now: datetime,
        *,
        sees: Callable[[Incident], bool],
        but: str | None = None,
        kind: str | None = None,
    ) -> Sequence[Offered]:
        """The nearest first. Medical ones are offered to medical calls alone, and nothing else is to those; a kind that
        is not known yet may be either. Raises what the key store raises."""
        lately = [one for one in self._board.queue() if self._is_late(one, now) and one.id != but and sees(one)]
        fitting = [one for one in lately if kind is None or one.kind.startswith(_HOME) == kind.startswith(_HOME)]
        spots = await self._spots(fitting)
        found: list[Offered] = []
        for one in fitting:
            where = spots.get(one.id)
            if site is not None and one.account_id == site:
                found.append(Offered(one, 0))
            elif at is not None and where is not None:
                metres = metres_between(at, where)
                if metres <= self._rules.neighbour_m:
                    found.append(Offered(one, round(metres)))
        return sorted(found, key=lambda one: (one.metres, -one.incident.number))[:OFFERED_MOST]

    def _is_late(self, incident: Incident, now: datetime) -> bool:
        if incident.merged_into is not None or incident.trainee is not None:
            return False
        last = max(incident.opened_at, incident.last_alarm_at or incident.opened_at)
        return (now - last).total_seconds() <= self._rules.neighbour_s

    async def _spots(self, incidents: Iterable[Incident]) -> Mapping[str, Position]:
        found: dict[str, Position] = {}
        sealed: dict[str, Sealed] = {}
        for one in incidents:
            account = None if one.account_id is None else self._accounts.by_id(one.account_id)
            if account is not None and account.latitude is not None and account.longitude is not None:
                found[one.id] = Position(account.latitude, account.longitude)
            elif (part := position_part(one)) is not None:
                known = self._known.get(one.id)
                if known is None or known[0] != part.key:
                    sealed[one.id] = part
                elif known[1] is not None:
                    found[one.id] = known[1]
        asked = list(sealed.items())[-LOOKED_AT_MOST:]
        for (which, part), position in zip(asked, await self._open([part for _, part in asked]), strict=True):
            self._known[which] = (part.key, position)
            if position is not None:
                found[which] = position
        while len(self._known) > KEPT_MOST:
            del self._known[next(iter(self._known))]
        for which in list(self._known):
            known_now = self._board.get(which)
            if known_now is None or not known_now.open:
                del self._known[which]
        return found

    async def _open(self, parts: Sequence[Sealed]) -> Sequence[Position | None]:
        try:
            opened = await self._seals.open_each([(part,) for part in parts])
        except SealError:
            return [None] * len(parts)
        return [position_of(texts.get(Part.POSITION)) for texts in opened]
