"""The plans door: those that hold now, in memory, and the texts of every version that ever held.

The journal names a plan and its version and keeps the steps without their texts, so a version that once held is never
changed nor forgotten here.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from belfry.domain.flaws import Flaw
from belfry.domain.plan import Plan
from belfry.domain.site import Account


class PlanVersion(Struct, frozen=True, kw_only=True):
    """A version of a plan: who made it, when. `plan` None: it was taken out then."""

    id: str
    version: int
    at: datetime
    by: str
    plan: Plan | None = None


class PlansRefused(Exception):
    """PlansRefused
    ├── PlanUnfit      it has flaws: loops, leads nowhere, is unknown or too long
    ├── PlanTaken      there is a plan of this id
    ├── PlanChanged    somebody else changed it since it was seen
    └── NoSuchPlan
    """


class PlanUnfit(PlansRefused):
    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("; ".join(map(str, flaws[:5])))
        self.flaws = tuple(flaws)


class PlanTaken(PlansRefused): ...


class PlanChanged(PlansRefused):
    """`current` is how it is now; None: it was taken out."""

    def __init__(self, current: Plan | None) -> None:
        super().__init__("somebody else changed it")
        self.current = current


class NoSuchPlan(PlansRefused): ...


class PlanBook(Protocol):
    """The plans that hold now, in memory, current as of the last change row."""

    def fitting(self, account: Account | None) -> Iterable[Plan]:
        """Those of the account, of its type, of its tenant and of the centre; None: of the centre alone."""
        ...

    def get(self, plan_id: str) -> Plan | None: ...

    def all(self) -> Sequence[Plan]: ...


class Plans(Protocol):
    """What is kept of plans; whatever is changed is in `book` when the call returns."""

    @property
    def book(self) -> PlanBook: ...

    async def texts(self, refs: Iterable[tuple[str, int]]) -> Mapping[tuple[str, int], Plan]:
        """Return plans as they were, by id and version; without those that nobody knows."""
        ...

    async def of_library(self) -> frozenset[str]:
        """Return the ids of those that are as a release brought them."""
        ...

    async def versions(self, plan_id: str) -> Sequence[PlanVersion]:
        """Return every version of a plan, oldest first; none where there never was one."""
        ...

    async def add(self, plan: Plan, *, by: str) -> Plan:
        """Keep a new plan; its version is given here. Raises PlanUnfit, PlanTaken."""
        ...

    async def change(self, plan: Plan, *, by: str) -> Plan:
        """Keep a plan in place of the version that it names. Raises PlanUnfit, PlanChanged, NoSuchPlan."""
        ...

    async def remove(self, plan_id: str, version: int, *, by: str) -> None:
        """Let a plan hold no more; its versions stay. Raises PlanChanged, NoSuchPlan."""
        ...
