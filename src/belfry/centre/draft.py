"""What triage has decided in this batch but not yet stored, laid over the board.

The second signal of an account must see what the first one did, before the disk has it. Only accounts that speak
more than once in a batch cost a copy of their incidents.
"""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from copy import copy
from datetime import datetime
from typing import Final

from belfry.centre.board import Board
from belfry.domain.facts import OnIncident, Opened, Point
from belfry.domain.folding import fold
from belfry.domain.incident import Incident, State
from belfry.domain.signal import AccountKey

COPIED_BELOW: Final = 64
"""So few points are copied sooner than looked up in two places."""
_CLOSED: Final = State.CLOSED
"""Asked of every incident of an account, so looked up once."""


class Draft:
    """Reads as the board will after this batch. Thrown away with it."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._pending: dict[AccountKey | None, list[tuple[Sequence[OnIncident], datetime]]] = {}
        self._changed: dict[str, Incident] = {}
        self._accounts: dict[AccountKey, list[str]] = {}
        self._numbers = board.next_number

    def next_number(self) -> int:
        """The number of the next incident, also of several in one batch."""
        number, self._numbers = self._numbers, self._numbers + 1
        return number

    def unuse(self, facts: Sequence[object]) -> None:
        """An incident was thought of and is not opened: its number is the next one's, where it was the last."""
        for fact in facts:
            if isinstance(fact, Opened) and fact.number == self._numbers - 1:
                self._numbers = fact.number

    def note(self, account: AccountKey | None, facts: Sequence[OnIncident], at: datetime) -> None:
        """Remember facts that were decided for an account (None: of the centre)."""
        pending = self._pending.get(account)
        if pending is None:
            self._pending[account] = [(facts, at)]
        else:
            pending.append((facts, at))

    def of_account(self, account: AccountKey) -> Sequence[Incident]:
        """Open incidents of an account, oldest first."""
        if account in self._pending:
            self._settle(account)
        listed = self._board.of_account(account)
        if not self._changed:
            return listed
        changed = self._changed.get
        known = [one for incident in listed if (one := changed(incident.id, incident)).state is not _CLOSED]
        own = [self._changed[key] for key in self._accounts.get(account, ()) if self._board.get(key) is None]
        return known + [incident for incident in own if incident.open]

    def get(self, incident: str) -> Incident | None:
        """One incident, open or closed lately; None where the board has none."""
        known = self._board.get(incident)
        self._settle(None)
        if known is not None and known.account is not None:
            self._settle(known.account)
        return self._changed.get(incident, known)

    def in_group(self, group: str) -> Sequence[Incident]:
        """Open incidents of a grouping key without an account (outages, the centre's own faults)."""
        self._settle(None)
        known = [self._changed.get(incident.id, incident) for incident in self._board.in_group(group)]
        own = [one for one in self._changed.values() if one.group == group and self._board.get(one.id) is None]
        return [incident for incident in (*known, *own) if incident.open]

    def following(self, account: AccountKey | None) -> Sequence[Incident]:
        """Closed incidents of an account whose restore is still waited for."""
        return self._board.following(account)

    def last_of_group(self, group: str) -> Incident | None:
        return self._board.last_of_group(group)

    def _settle(self, account: AccountKey | None) -> None:
        for facts, at in self._pending.pop(account, ()):
            self._fold(account, facts, at)

    def _fold(self, account: AccountKey | None, facts: Sequence[OnIncident], at: datetime) -> None:
        for fact in facts:
            known = self._changed.get(fact.incident)
            if known is None:
                original = self._board.get(fact.incident)
                known = None if original is None else _clone(original)
            position = 1 if known is None else known.head + 1  # provisional: this copy never leaves the draft
            changed = fold(known, (fact,), position, at)
            if changed is None:
                continue
            self._changed[fact.incident] = changed
            if known is None and account is not None:
                self._accounts.setdefault(account, []).append(fact.incident)


def _clone(incident: Incident) -> Incident:
    clone = copy(incident)
    points = incident.in_alarm
    clone.in_alarm = dict(points) if len(points) < COPIED_BELOW else Laid(points)
    return clone


class Laid(MutableMapping[Point, bool]):
    """Points laid over those of the board, which stay as they are: a thousand of them are not copied for one more."""

    __slots__ = ("_more", "below", "own")

    def __init__(self, below: Mapping[Point, bool]) -> None:
        self.below, self.own, self._more = below, dict[Point, bool](), 0

    def __getitem__(self, point: Point) -> bool:
        return self.own[point] if point in self.own else self.below[point]

    def __setitem__(self, point: Point, still: bool) -> None:
        if point not in self:
            self._more += 1
        self.own[point] = still

    def __delitem__(self, point: Point) -> None:
        raise TypeError("a point that was in alarm stays one")

    def __contains__(self, point: object) -> bool:
        return point in self.own or point in self.below

    def __iter__(self) -> Iterator[Point]:
        yield from self.below
        if self._more:
            yield from (point for point in self.own if point not in self.below)

    def __len__(self) -> int:
        return len(self.below) + self._more
