"""The plans door (`ports.plans`) over the registry: the book in memory answers at once, the database in threads."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final, ParamSpec, TypeVar

from belfry.domain.plan import Level, Plan
from belfry.domain.polygon import box
from belfry.domain.site import Account
from belfry.ports.plans import PlanVersion
from belfry.registry import plan_rows
from belfry.registry.doors import in_thread
from belfry.registry.store import Store

P = ParamSpec("P")
T = TypeVar("T")

TEXTS_MOST: Final = 4_096
"""Versions whose texts are kept in memory."""


class PlanBook:
    """`ports.plans.PlanBook`: found by whose they are, so that a hundred thousand accounts cost no more than one."""

    def __init__(self, plans: Iterable[Plan] = ()) -> None:
        self._by_id: dict[str, Plan] = {}
        self._of: dict[tuple[Level, str], dict[str, Plan]] = {}
        self._boxes: dict[str, tuple[float, float, float, float]] = {}
        """South, north, west, east of those by place: most are told apart by that."""
        for plan in plans:
            self.put(plan)

    def fitting(self, account: Account | None) -> Iterable[Plan]:
        whose = [(Level.CENTRE, "")]
        if account is not None:
            whose += [(Level.TENANT, account.tenant), (Level.TYPE, account.type), (Level.ACCOUNT, account.id)]
        found = [plan for each in whose for plan in self._of.get(each, {}).values()]
        return [plan for plan in found if not plan.when.polygon or self._near(plan, account)]

    def _near(self, plan: Plan, account: Account | None) -> bool:
        if account is None or account.latitude is None or account.longitude is None:
            return False
        south, north, west, east = self._boxes[plan.id]
        return south <= account.latitude <= north and west <= account.longitude <= east

    def get(self, plan_id: str) -> Plan | None:
        return self._by_id.get(plan_id)

    def all(self) -> Sequence[Plan]:
        return sorted(self._by_id.values(), key=lambda plan: plan.id)

    def put(self, plan: Plan) -> None:
        """Add a plan or replace the one of its id, unless that is newer already."""
        before = self._by_id.get(plan.id)
        if before is not None and before.version > plan.version:
            return
        self.remove(plan.id)
        self._by_id[plan.id] = plan
        self._of.setdefault((plan.level, plan.of), {})[plan.id] = plan
        if plan.when.polygon:
            self._boxes[plan.id] = box(plan.when.polygon)

    def remove(self, plan_id: str) -> None:
        before = self._by_id.pop(plan_id, None)
        if before is not None:
            del self._of[before.level, before.of][plan_id]
            self._boxes.pop(plan_id, None)

    def __len__(self) -> int:
        return len(self._by_id)


class PlansDoor:
    """Implements `ports.plans.Plans`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.book = PlanBook(plan_rows.read_plans(store))
        self._texts: dict[tuple[str, int], Plan] = {}

    async def refresh(self, ids: Collection[str]) -> None:
        """Take plans over that somebody changed, this process or another one."""
        found = await in_thread(plan_rows.read_some, self._store, ids)
        for plan_id in ids:
            if plan_id in found:
                self.book.put(found[plan_id])
            else:
                self.book.remove(plan_id)

    async def texts(self, refs: Iterable[tuple[str, int]]) -> Mapping[tuple[str, int], Plan]:
        wanted = set(refs)
        missing = [each for each in wanted if each not in self._texts]
        if missing:
            if len(self._texts) + len(missing) > TEXTS_MOST:
                self._texts.clear()
                missing = list(wanted)
            self._texts.update(await in_thread(plan_rows.read_texts, self._store, missing))
        return {each: self._texts[each] for each in wanted if each in self._texts}

    async def versions(self, plan_id: str) -> Sequence[PlanVersion]:
        return await in_thread(plan_rows.read_versions, self._store, plan_id)

    async def of_library(self) -> frozenset[str]:
        return await in_thread(plan_rows.of_library, self._store)

    async def add(self, plan: Plan, *, by: str) -> Plan:
        return await self._kept(plan_rows.add, self._store, plan, by=by)

    async def change(self, plan: Plan, *, by: str) -> Plan:
        return await self._kept(plan_rows.change, self._store, plan, by=by)

    async def remove(self, plan_id: str, version: int, *, by: str) -> None:
        await in_thread(plan_rows.remove, self._store, plan_id, version, by=by)
        self.book.remove(plan_id)

    async def _kept(self, write: Callable[P, Plan], /, *words: P.args, **named: P.kwargs) -> Plan:
        kept = await in_thread(write, *words, **named)
        self.book.put(kept)
        return kept
