"""Which incidents a list is asked for, and where it goes on: the queue, then what was closed lately.

A cursor is the place of the last incident that was listed; the incident itself may be gone when it comes back.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Literal

import msgspec

from belfry.centre.board import Order
from belfry.domain.facts import IncidentState
from belfry.domain.incident import Incident
from belfry.web.asks import Aware
from belfry.web.house import House
from belfry.web.problems import refused_field

StateFilter = Literal["open", "pending", "waiting", "taken", "held", "closed"]


class Wanted:
    """Which incidents a list is asked for."""

    def __init__(
        self,
        states: Sequence[StateFilter] | None,
        *,
        name: str | None,
        kinds: Sequence[str] | None,
        sees: Callable[[Incident], bool],
    ) -> None:
        """`name` is whose incidents are wanted, None: anybody's; `sees` tells what the one who asks may know of."""
        asked = set(states or ("open", "closed"))
        self.states = {IncidentState(state) for state in asked if state != "open"}
        if "open" in asked:
            self.states |= set(IncidentState) - {IncidentState.CLOSED}
        self._name, self._sees = name, sees
        self._kinds = tuple(kinds or ())

    @property
    def open(self) -> bool:
        return bool(self.states - {IncidentState.CLOSED})

    @property
    def closed(self) -> bool:
        return IncidentState.CLOSED in self.states

    def fits(self, incident: Incident) -> bool:
        return (
            incident.state in self.states
            and (self._name is None or self._mine(incident))
            and (not self._kinds or any(_is_kind(incident.kind, kind) for kind in self._kinds))
            and self._sees(incident)
        )

    def _mine(self, incident: Incident) -> bool:
        held = incident.held_by if incident.state is IncidentState.HELD else None
        return self._name in (incident.taken_by, held, incident.closed_by)


def _is_kind(kind: str, wanted: str) -> bool:
    return kind == wanted or kind.startswith(f"{wanted}.")


class _OpenAt(msgspec.Struct, array_like=True, tag="o", frozen=True):
    """A place in the queue; the incident there may be gone since."""

    priority: int
    rank: int
    opened_at: Aware
    number: int


class _ClosedAt(msgspec.Struct, array_like=True, tag="c", frozen=True):
    """A place in the list of closed ones, newest first."""

    closed_at: Aware
    number: int


_decode_place = msgspec.json.Decoder(_OpenAt | _ClosedAt).decode


def cursor_of(incident: Incident) -> str:
    """The place right behind an incident, as opaque text."""
    place: _OpenAt | _ClosedAt = (
        _OpenAt(*incident.order)
        if incident.open
        else _ClosedAt(incident.closed_at or incident.opened_at, incident.number)
    )
    return urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode()


def from_cursor(house: House, wanted: Wanted, after: str | None) -> Iterator[Incident]:
    """Everything behind a cursor: the queue, then what was closed lately."""
    place = None if after is None else _place(after)
    waiting: Iterable[Incident] = ()
    if wanted.open and not isinstance(place, _ClosedAt):
        order: Order | None = None if place is None else (place.priority, place.rank, place.opened_at, place.number)
        waiting = house.board.queue_after(order)
    over: Iterable[Incident] = house.board.closed() if wanted.closed else ()
    if isinstance(place, _ClosedAt):
        over = (one for one in over if _age(one) < (place.closed_at, place.number))
    return chain(waiting, over)


def _age(incident: Incident) -> tuple[datetime, int]:
    return (incident.closed_at or incident.opened_at, incident.number)


def _place(cursor: str) -> _OpenAt | _ClosedAt:
    try:
        place: _OpenAt | _ClosedAt = _decode_place(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, msgspec.DecodeError):
        raise refused_field("after", "after: this is no cursor of ours", value=cursor) from None
    return place
