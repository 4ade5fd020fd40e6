"""The doors of units: the registry that keeps what they are and who is to be with them when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from belfry.domain.flaws import Flaw
from belfry.domain.unit import Shift, Station, Unit


class NoSuchUnit(LookupError):
    """There is no unit, station or shift of this id."""


class UnitTaken(Exception):
    """Another unit has this call sign."""


class UnitChanged(Exception):
    """Somebody changed it since it was seen."""


class UnitUnfit(ValueError):
    """Its fields do not fit; `flaws` name field, value and what is wanted."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("; ".join(str(one) for one in flaws))
        self.flaws = tuple(flaws)


class UnitBook(Protocol):
    """Units and stations in memory, current as of the last change row."""

    def by_id(self, unit_id: str) -> Unit | None: ...

    def by_sign(self, call_sign: str) -> Unit | None:
        """Whatever its case; blanks and hyphens count for nothing: `E 1` is `e1`."""
        ...

    def all(self) -> Sequence[Unit]:
        """Enabled ones and others, in the order of their call signs."""
        ...

    def station(self, station_id: str) -> Station | None: ...

    def stations(self) -> Sequence[Station]: ...

    def shifts(self, at: datetime) -> Sequence[Shift]:
        """Those that run at a time."""
        ...

    @property
    def changes(self) -> int:
        """Grows with every change."""
        ...


class Units(Protocol):
    """Where units, stations and the rota are changed. Each change writes its change row."""

    @property
    def book(self) -> UnitBook: ...

    async def put_unit(self, unit: Unit, *, by: str) -> Unit:
        """Add one (`id` empty) or change it (its `version` as seen). Raises UnitUnfit, UnitTaken, UnitChanged,
        NoSuchUnit."""
        ...

    async def put_station(self, station: Station, *, by: str) -> Station: ...

    async def rota(self, since: datetime, until: datetime, *, unit: str | None = None) -> Sequence[Shift]:
        """Shifts that touch a span, in the order of their beginnings."""
        ...

    async def put_shift(self, shift: Shift, *, by: str) -> Shift:
        """Raises UnitUnfit where somebody would be at two places at once, with the other shift named."""
        ...

    async def remove_shift(self, shift_id: str, version: int, *, by: str) -> None: ...
