"""The cover map and stand-by moves: what the answers look like."""

from msgspec import Struct

from belfry.domain.travel import How
from belfry.domain.unit import Service


class CoverCell(Struct, frozen=True):
    """A square of a kilometre or more, by its middle. `unit` is the call sign of who is there first, after so many
    seconds; both null where nobody is in time. `load`: fires and technical alarms of the last year, null for fewer than
    ten."""

    latitude: float
    longitude: float
    unit: str | None
    seconds: float | None
    load: int | None


class CoverMove(Struct, frozen=True):
    """A proposal: this unit might stand by there. A person decides."""

    unit: str
    to: str
    seconds: float


class CoverMoves(Struct, frozen=True, kw_only=True):
    """`before` and `after`: share of the whole weight that is covered. `won` and `lost` count cells. `proven`: nothing
    better exists; else it is the best that was found in time."""

    items: list[CoverMove]
    before: float
    after: float
    won: int
    lost: int
    proven: bool


class CoverView(Struct, frozen=True, kw_only=True):
    """What the free units of a service reach in so many minutes. `how`: how travel times were found; `fell_back`: why a
    server of roads was not believed. `moves` is null where none were asked for, or for the reason in `why_none`."""

    service: Service
    minutes: float
    free: int
    share: float
    cells: list[CoverCell]
    elsewhere: int
    """Alarms that are told of no place."""
    medical: int
    how: list[How]
    fell_back: str | None
    moves: CoverMoves | None
    why_none: str | None
