"""Another plan behind what triage wrote, whoever writes at the same time; and what was skipped, remembered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from belfry.centre.plans import Planner
from belfry.centre.replanning import SKIPPED_MOST, Replanning
from belfry.domain.commands import SkipStep, Take
from belfry.domain.facts import incident_subject
from belfry.domain.plan import Plan
from belfry.domain.step_facts import PlanChosen
from belfry.journal.memory import MemoryJournal
from belfry.ports import Stored
from belfry.registry.book import AccountBook
from belfry.registry.plan_door import PlanBook
from tests.centre.staffed import Room
from tests.domain.incidents import ANNA, a_joining
from tests.domain.plans import HOLDER, POLICE, PREMISES, a_plan

FIRST = a_plan(PREMISES, POLICE, id="first", kinds=("=PROP.ALARM.INTR",))
CONFIRMED = a_plan(POLICE, HOLDER, id="confirmed", kinds=("PROP.ALARM.INTR.CONF",))
CONF = "PROP.ALARM.INTR.CONF"


@asynccontextmanager
async def room(*plans: Plan) -> AsyncIterator[tuple[Room, Replanning]]:
    """A desk that chooses plans, and the task behind it."""
    one = Room(await MemoryJournal.open())
    planner = Planner(PlanBook(plans or (FIRST, CONFIRMED)), AccountBook())
    one.desk._plans = planner
    behind = Replanning(one.board, one.journal, planner, clock=one.clock, chance=one.chance)
    task = asyncio.create_task(behind.run())
    try:
        yield one, behind
    finally:
        task.cancel()
        await one.journal.close()


def plan_id(one: Room) -> str | None:
    plan = one.incident().plan
    return plan.refs[0].id if plan is not None and plan.refs else None


async def until_plan(one: Room, wanted: str) -> None:
    async with asyncio.timeout(30):
        while plan_id(one) != wanted:  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(0)


async def choices(one: Room) -> int:
    stored = await one.journal.read(incident_subject("i1"))
    facts = [fact for each in stored if isinstance(each, Stored) for fact in each.entry.facts]
    return sum(isinstance(fact, PlanChosen) for fact in facts)


async def test_a_signal_that_confirms_it_brings_the_plan_of_what_it_is_now_once() -> None:
    async with room() as (one, _):
        await one.open()
        await one.act(Take(1), ANNA)
        assert plan_id(one) == "first"
        await one.write(a_joining(kind=CONF, priority=1))
        await until_plan(one, "confirmed")
        await one.write(a_joining(position=3))
        await asyncio.sleep(0)
        assert await choices(one) == 2


async def test_while_signals_join_by_the_hundred_it_still_comes_and_costs_none_of_them() -> None:
    async with room() as (one, _):
        await one.open()
        await one.act(Take(1), ANNA)
        enough = asyncio.Event()
        joining = asyncio.create_task(one.cascade("i1", enough))
        await one.write(a_joining(kind=CONF, priority=1))
        await until_plan(one, "confirmed")
        enough.set()
        joined = await joining
        assert one.incident().signals_seq == joined + 2
        assert await choices(one) == 2


async def test_what_became_something_else_while_the_centre_was_down_is_looked_at_on_the_start() -> None:
    one = Room(await MemoryJournal.open())
    planner = Planner(PlanBook((FIRST, CONFIRMED)), AccountBook())
    one.desk._plans = planner
    await one.open()
    await one.act(Take(1), ANNA)
    await one.write(a_joining(kind=CONF, priority=1))
    behind = Replanning(one.board, one.journal, planner, clock=one.clock, chance=one.chance)
    behind.recall()
    task = asyncio.create_task(behind.run())
    await until_plan(one, "confirmed")
    task.cancel()
    await one.journal.close()


async def test_what_was_skipped_is_remembered_newest_first_over_a_start_too() -> None:
    async with room() as (one, behind):
        await one.open()
        await one.act(Take(1), ANNA)
        for n, step in enumerate(("premises", "police")):
            await one.act(SkipStep(2 + n, step, "because"), ANNA)
        assert [each.deed.step for each in behind.skipped()] == ["police", "premises"]
        again = Replanning(
            one.board, one.journal, Planner(PlanBook(), AccountBook()), clock=one.clock, chance=one.chance
        )
        again.recall()
        assert again.skipped() == behind.skipped()
        assert len(behind.skipped()) <= SKIPPED_MOST
