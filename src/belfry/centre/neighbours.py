"""Which open incidents stand beside each other, found at once however many are open: a grid over the registry's places.

An incident stands where its account stood when it opened, or where people said that it is. It hears the board; whoever
has rows to tell anew listens.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from belfry.centre.board import Board
from belfry.domain.incident import Incident
from belfry.domain.nearby import Spot, are_neighbours, cell_of, cells_around, spot_of
from belfry.domain.presets import Rules
from belfry.domain.signal import Position
from belfry.domain.site import Account
from belfry.ports import Accounts

Place = tuple[str, object]
"""A hazard, EVERY one or what PEOPLE said, and a cell of the grid or the name of a building."""
EVERY: Final = "*"
PEOPLE: Final = "by people"


class Neighbours:
    def __init__(self, board: Board, accounts: Accounts, rules: Rules) -> None:
        self._board, self._accounts, self._rules = board, accounts, rules
        self._spots: dict[str, Spot] = {}
        self._said: dict[str, Position] = {}
        """Where people say that an open incident is which has no site; never stored, and gone with its end."""
        self._at: dict[Place, dict[str, None]] = {}
        self._tell: Callable[[Iterable[Incident]], None] = lambda _: None
        for incident in board.queue():
            self._enter(incident)
        board.listen(lambda incident, _: self._hear(incident))

    def tell(self, listener: Callable[[Iterable[Incident]], None]) -> None:
        """Call `listener(incidents)` with those that have got another neighbour, or one less."""
        self._tell = listener

    def locate(self, incident: Incident, position: Position) -> None:
        """Take where people said that an open incident is."""
        if incident.open and incident.merged_into is None:
            self._said[incident.id] = position
            self._hear(incident)

    def is_located(self, incident: Incident) -> bool:
        return incident.id in self._said or self._account(incident) is not None

    def of(self, incident: Incident) -> Sequence[Incident]:
        """The neighbours of an open incident, the oldest first."""
        spot = self._spots.get(incident.id)
        return [] if spot is None else self._near(incident, spot)

    def _near(self, incident: Incident, spot: Spot) -> list[Incident]:
        metres = self._rules.neighbour_m
        where: list[object] = [*cells_around(spot, metres), *([spot.building] if spot.building else [])]
        asked = (EVERY,) if spot.by_person else (spot.hazard, PEOPLE)
        places: list[Place] = [(what, one) for what in asked for one in where]
        found: dict[str, Incident] = {}
        for place in places:
            for key in self._at.get(place, ()):
                other = self._board.get(key)
                if key == incident.id or other is None:
                    continue
                if are_neighbours(spot, self._spots[key], other.opened_at - incident.opened_at, self._rules):
                    found[key] = other
        return sorted(found.values(), key=lambda one: (one.opened_at, one.number))

    def _hear(self, incident: Incident) -> None:
        known = self._spots.get(incident.id)
        if not incident.open:
            self._said.pop(incident.id, None)
        spot = self._spot(incident) if incident.open and incident.merged_into is None else None
        if spot == known:  # most of what is said of an incident changes no place
            return
        if known is not None:
            self._tell(self._leave(incident, known))
        if spot is not None:
            self._enter(incident)

    def _enter(self, incident: Incident) -> None:
        spot = self._spot(incident)
        if spot is None:
            return
        self._spots[incident.id] = spot
        for place in self._places(spot):
            self._at.setdefault(place, {})[incident.id] = None
        near = self._near(incident, spot)
        if near:
            self._tell((*near, incident))

    def _leave(self, incident: Incident, spot: Spot) -> Sequence[Incident]:
        near = self._near(incident, spot)
        del self._spots[incident.id]
        for place in self._places(spot):
            here = self._at[place]
            del here[incident.id]
            if not here:
                del self._at[place]
        return near

    def _places(self, spot: Spot) -> list[Place]:
        cell = cell_of(spot, self._rules.neighbour_m)
        where: list[object] = [*([] if cell is None else [cell]), *([spot.building] if spot.building else [])]
        listed = (EVERY, spot.hazard, *((PEOPLE,) if spot.by_person else ()))
        return [(what, one) for what in listed for one in where]

    def _spot(self, incident: Incident) -> Spot | None:
        return spot_of(incident, self._account(incident), self._said.get(incident.id))

    def _account(self, incident: Incident) -> Account | None:
        account = None if incident.account_id is None else self._accounts.by_id(incident.account_id)
        if account is None and incident.account is not None:
            account = self._accounts.by_key(incident.account)
        return account
