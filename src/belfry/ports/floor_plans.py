"""The door to plans of buildings: kept with the site, each with a version of its own."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from belfry.domain.flaws import Flaw
from belfry.domain.floor_plan import Corners, FloorPlan


class NoSuchFloorPlan(LookupError):
    """There is no plan of this id at this site, or no such site."""


class FloorPlanChanged(Exception):
    """Somebody changed it since it was seen; `current` is what it is now."""

    def __init__(self, current: FloorPlan) -> None:
        super().__init__("it was changed meanwhile")
        self.current = current


class TooManyFloorPlans(Exception):
    """The site has as many as are kept."""


class FloorPlanUnfit(ValueError):
    """Its label or its corners do not fit; `flaws` name field, value and what is wanted."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("; ".join(str(one) for one in flaws))
        self.flaws = tuple(flaws)


class Drawn(Struct, frozen=True):
    """A picture as it is kept: PNG."""

    content: bytes
    width: int
    height: int


class FloorPlans(Protocol):
    async def of(self, account_id: str) -> Sequence[FloorPlan]:
        """In the order in which they were added."""
        ...

    async def picture(self, account_id: str, plan_id: str) -> bytes:
        """Raises NoSuchFloorPlan."""
        ...

    async def add(self, account_id: str, label: str, drawn: Drawn, *, by: str) -> FloorPlan:
        """The same picture under the same label again is the one that is there. Raises NoSuchFloorPlan where there is
        no such site, TooManyFloorPlans, FloorPlanUnfit."""
        ...

    async def put(
        self, account_id: str, plan_id: str, label: str, corners: Corners | None, *, version: int, by: str
    ) -> FloorPlan:
        """Raises NoSuchFloorPlan, FloorPlanChanged, FloorPlanUnfit."""
        ...

    async def remove(self, account_id: str, plan_id: str, *, version: int, by: str) -> None:
        """Raises NoSuchFloorPlan, FloorPlanChanged."""
        ...
