"""The doors of units: the registry that keeps what they are and who is to be with them when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from belfry.domain.flaws import Flaw
from belfry.domain.unit import Shift, Station, Unit


class NoSuchUnit(LookupError):
    """There is no unit, station or shift of this id."""


class UnitTaken(Exception):
    """Another unit has this call sign."""


class UnitChanged(Exception):
    """Somebody changed it since it was seen; `current` is what it is now, None where it is gone."""

    def __init__(self, current: Unit | Station | Shift | None = None) -> None:
        super().__init__("it was changed meanwhile")
        self.current = current


class UnitInUse(Exception):
    """Something else still names it: a station its units, a unit its shifts to come."""

    def __init__(self, what: str, count: int) -> None:
        super().__init__(f"{count} {what} still name it")
        self.what, self.count = what, count


class UnitUnfit(ValueError):
    """Its fields do not fit; `flaws` name field, value and what is wanted."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("; ".join(str(one) for one in flaws))
        self.flaws = tuple(flaws)


class UnitChange(Struct, frozen=True):
    """That a unit, a station or a shift was changed: who, when, which fields - never a value."""

    at: datetime
    by: str
    table: str
    row: str
    fields: tuple[str, ...]


class UnitBook(Protocol):
    """Units, stations and the rota in memory, current as of the last change row."""

    def by_id(self, unit_id: str) -> Unit | None: ...

    def by_sign(self, call_sign: str) -> Unit | None:
        """Whatever its case; blanks and hyphens count for nothing: `E 1` is `e1`."""
        ...

    def all(self) -> Sequence[Unit]:
        """Enabled ones and others, in the order of their call signs."""
        ...

    def station(self, station_id: str) -> Station | None: ...

    def stations(self) -> Sequence[Station]:
        """In the order of their names."""
        ...

    def shifts(self, at: datetime) -> Sequence[Shift]:
        """Those that run at a time; what ended two days before the centre started is not in memory."""
        ...

    @property
    def changes(self) -> int:
        """Grows with every change."""
        ...


class Units(Protocol):
    """Where units, stations and the rota are changed. Each change writes its change row, and is in `book` when the
    call returns."""

    @property
    def book(self) -> UnitBook: ...

    async def put_unit(self, unit: Unit, *, by: str) -> Unit:
        """Add one (`id` empty) or change it (its `version` as seen). Raises UnitUnfit, UnitTaken, UnitChanged,
        NoSuchUnit."""
        ...

    async def remove_unit(self, unit_id: str, version: int, *, by: str) -> None:
        """Take one out, with its shifts that are over. Raises NoSuchUnit, UnitChanged, UnitInUse while a shift of it
        runs or is to come."""
        ...

    async def put_station(self, station: Station, *, by: str) -> Station:
        """As `put_unit`."""
        ...

    async def remove_station(self, station_id: str, version: int, *, by: str) -> None:
        """Raises NoSuchUnit, UnitChanged, UnitInUse while it has units."""
        ...

    async def rota(
        self, since: datetime, until: datetime, *, unit: str | None = None, user: str | None = None
    ) -> Sequence[Shift]:
        """Shifts that touch a span, in the order of their beginnings; of one unit, or of one person alone, with those
        that he was asked to take over. Raises UnitUnfit where there are more than anybody reads at once."""
        ...

    async def shift(self, shift_id: str) -> Shift:
        """Raises NoSuchUnit."""
        ...

    async def put_shift(self, shift: Shift, *, by: str) -> Shift:
        """Add one (`id` empty) or change it (its `version` as seen). Raises UnitUnfit where somebody would be at two
        places at once, with the other shift named; NoSuchUnit, UnitChanged."""
        ...

    async def remove_shift(self, shift_id: str, version: int, *, by: str) -> None:
        """Raises NoSuchUnit, UnitChanged."""
        ...

    async def changes_of(self, row_id: str) -> Sequence[UnitChange]:
        """Of one unit, station or shift: the newest hundred, the newest first."""
        ...
