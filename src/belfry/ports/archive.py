"""The archive's door: what is over, in a form that can be listed and counted.

Everything in it is derived from the journal and can be made anew. No sealed part goes in, no place, no name of a
person, and no words to search through.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from msgspec import Struct

from belfry.domain.cover import HazardCounts
from belfry.domain.facts import Carried


class ClosedIncident(Struct, frozen=True, kw_only=True):
    """An incident that is over, without anything personal. `acts` counts what people decided, not who did."""

    id: str
    number: int
    kind: str
    """Empty where the beginning of the incident is erased already and its end not yet."""
    priority: int
    method: str
    account_id: str | None
    life: bool
    silent: bool
    opened_at: datetime
    due_at: datetime | None
    """When it first stood in the queue; its clocks count from here."""
    first_taken_at: datetime | None
    first_act_at: datetime | None
    closed_at: datetime
    signals: int
    acts: int
    disposition: str
    cause: str | None
    by_rule: bool
    """Closed by its kind's own rule, by nobody."""
    told_at: datetime | None = None
    """When it was first passed to a service."""
    arrived_at: datetime | None = None
    """When the first of those who accepted to come was there."""
    training: bool = False
    merged: bool = False
    """It was handled under another incident when it was closed."""
    area: str | None = None
    """Of the signal that it began with, as far as a report may count by points (`domain.points`): numbers and a code as
    the panel sent them, never a text."""
    zone: str | None = None
    code: str | None = None
    team: str | None = None
    """The group of operators of whoever took it first; never who."""
    units: int = 0
    """How often a unit was sent; never which, or with whom."""
    first_sent_at: datetime | None = None
    first_on_scene_at: datetime | None = None


Heard = Mapping[tuple[str, str], int]
"""Signals by UTC day (`2026-03-14`) and account id; '' is all accounts that nobody registered."""


class Run(Struct, frozen=True):
    """Positions whose entries are erased, both counted in, and when they were."""

    first: int
    last: int
    at: datetime


class CarriedAt(Struct, frozen=True):
    position: int
    fact: Carried


class Folded(Struct, kw_only=True):
    """What a stretch of the journal says, up to and with position `upto`."""

    upto: int
    incidents: dict[str, ClosedIncident | None] = {}
    """None: it was reopened, so it is not over."""
    heard: dict[tuple[str, str], int] = {}
    carried: list[CarriedAt] = []
    erased: list[Run] = []
    erased_keys: int = 0
    erased_entries: int = 0


class Sought(Struct, frozen=True, kw_only=True):
    """Which of the closed incidents are wanted. By words nobody can look."""

    kinds: tuple[str, ...] = ()
    """Codes or beginnings of codes, up to a dot."""
    account_id: str | None = None
    since: datetime | None = None
    """Closed at this time or later."""
    until: datetime | None = None
    """Closed before this time."""


EVERY_ONE: Final = Sought()


class Going(Struct, frozen=True, kw_only=True):
    """What is being erased: decided, and not all of it done yet. Doing it twice does no harm."""

    id: bytes
    """Of the entry that will tell it, so that telling it twice is telling it once."""
    at: datetime
    positions: tuple[int, ...]
    keys: tuple[bytes, ...] = ()
    next_number: int = 0


class Totals(Struct, frozen=True):
    """How much was erased since the beginning."""

    keys: int = 0
    entries: int = 0


class Archive(Protocol):
    """A follower writes it, `Folded` by `Folded`; a position is folded once."""

    async def position(self) -> int:
        """The last position that is folded, 0 at the beginning."""
        ...

    async def fold(self, folded: Folded) -> None:
        """Take over a stretch that begins behind `position`; all or nothing."""
        ...

    async def totals(self) -> Totals: ...

    async def closed(
        self, *, limit: int, before: tuple[datetime, str] | None = None, sought: Sought = EVERY_ONE
    ) -> Sequence[ClosedIncident]:
        """Those closed before a place in the list, newest first."""
        ...

    async def due(self, groups: Sequence[str], *, before: datetime, limit: int) -> Sequence[ClosedIncident]:
        """The oldest that were closed before a time and whose kind is of one of some groups ('' is a group too)."""
        ...

    async def heard_of(self, account_id: str, limit: int) -> Sequence[tuple[str, int]]:
        """How many signals an account sent, by UTC day, the newest first."""
        ...

    async def heard_in(self, first: str, last: str) -> Mapping[str, int]:
        """How many signals each account sent from one UTC day to another, both counted in, by its id; '' as in
        `Heard`."""
        ...

    async def hazards(self, since: datetime, until: datetime) -> HazardCounts:
        """Fires and technical alarms (of priority 1 to 3) by site, and medical alarms as a total, closed from one time
        on and before another. Exercises and what was handled under another incident are left out. Of no other group of
        kinds can be asked by place."""
        ...

    async def erased_at(self, position: int) -> datetime | None:
        """When the entry of a position was erased."""
        ...

    async def carried(self, account: str) -> CarriedAt | None:
        """What was carried last of an account, by the subject of its entries."""
        ...

    # -- what expiry remembers; not derived, and nothing is lost with it

    async def cursor(self, name: str) -> int: ...

    async def begin(self, going: Going, *, incidents: Sequence[str], heard: Heard, cursor: tuple[str, int]) -> None:
        """Take out what is to be erased and remember that it is, in one transaction."""
        ...

    async def going(self) -> Going | None: ...

    async def done(self) -> None: ...

    async def close(self) -> None: ...
