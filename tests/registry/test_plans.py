"""Plans in the registry: versions that stay, two who change one, a library that nobody overwrites."""

from pathlib import Path

import pytest
from msgspec import structs

from belfry.domain import plan_library
from belfry.domain.plan import Level, Outcome, Plan
from belfry.domain.site import Account
from belfry.ports.plans import NoSuchPlan, PlanChanged, PlanTaken, PlanUnfit
from belfry.registry import Registry, plan_rows
from belfry.registry.copies import copy_registry
from belfry.registry.plan_door import PlanBook
from tests.domain.plans import HOLDER, POLICE, PREMISES, a_plan
from tests.registry.conftest import Clock

ONE = a_plan(PREMISES, POLICE)


def test_every_version_of_a_plan_stays_as_it_was(registry: Registry) -> None:
    store = registry.store
    first = plan_rows.add(store, ONE, by="sue")
    second = plan_rows.change(store, structs.replace(first, steps=(POLICE, HOLDER)), by="sam")
    plan_rows.remove(store, "one", second.version, by="sue")
    assert (first.version, second.version) == (1, 2)
    told = [(one.version, one.by, one.plan) for one in plan_rows.read_versions(store, "one")]
    assert told == [(1, "sue", first), (2, "sam", second), (3, "sue", None)]
    assert plan_rows.read_texts(store, [("one", 1), ("one", 2), ("one", 3), ("two", 1)]) == {
        ("one", 1): first,
        ("one", 2): second,
    }
    assert plan_rows.read_plans(store) == []
    assert plan_rows.add(store, ONE, by="sue").version == 4


def test_a_change_row_names_what_was_changed_and_no_text(registry: Registry) -> None:
    first = plan_rows.add(registry.store, ONE, by="sue")
    plan_rows.change(registry.store, structs.replace(first, name="Two", steps=(POLICE,)), by="sue")
    plan_rows.remove(registry.store, "one", 2, by="sam")
    rows = [(one.table, one.row, one.fields, one.by) for one in registry.changes(0)]
    assert rows == [
        ("plan", "one", ("added",), "sue"),
        ("plan", "one", ("name", "steps"), "sue"),
        ("plan", "one", ("removed",), "sam"),
    ]


def test_the_second_of_two_who_change_one_plan_is_told_how_it_is_now(registry: Registry) -> None:
    first = plan_rows.add(registry.store, ONE, by="sue")
    second = plan_rows.change(registry.store, structs.replace(first, name="Hers"), by="sue")
    with pytest.raises(PlanChanged) as refusal:
        plan_rows.change(registry.store, structs.replace(first, name="His"), by="sam")
    assert refusal.value.current == second
    with pytest.raises(PlanChanged):
        plan_rows.remove(registry.store, "one", 1, by="sam")
    plan_rows.remove(registry.store, "one", 2, by="sam")
    with pytest.raises(PlanChanged) as refusal:
        plan_rows.change(registry.store, structs.replace(second, name="Hers again"), by="sue")
    assert refusal.value.current is None


def test_a_change_that_changes_nothing_is_no_version(registry: Registry) -> None:
    first = plan_rows.add(registry.store, ONE, by="sue")
    assert plan_rows.change(registry.store, first, by="sam") == first
    assert len(plan_rows.read_versions(registry.store, "one")) == 1


def test_what_cannot_be_kept_is_not_and_nothing_of_it(registry: Registry) -> None:
    with pytest.raises(NoSuchPlan):
        plan_rows.change(registry.store, ONE, by="sue")
    loops = structs.replace(HOLDER, then={Outcome.BUSY: "premises"})
    with pytest.raises(PlanUnfit, match="no loop"):
        plan_rows.add(registry.store, a_plan(PREMISES, loops), by="sue")
    with pytest.raises(PlanUnfit, match="the id of an account"):
        plan_rows.add(registry.store, structs.replace(ONE, level=Level.ACCOUNT, of="nobody"), by="sue")
    plan_rows.add(registry.store, ONE, by="sue")
    with pytest.raises(PlanTaken):
        plan_rows.add(registry.store, ONE, by="sam")
    assert len(registry.changes(0)) == 1


def test_an_account_may_have_a_plan_of_its_own(registry: Registry) -> None:
    file = registry.add({"account": "4711", "type": "office"}, by="sue")
    kept = plan_rows.add(registry.store, structs.replace(ONE, level=Level.ACCOUNT, of=file.account.id), by="sue")
    assert plan_rows.read_plans(registry.store) == [kept]


def test_the_library_is_brought_once_and_leaves_alone_what_somebody_touched(registry: Registry) -> None:
    plans = plan_library.load()
    assert registry.bring_library(plans) == len(plans)
    assert registry.bring_library(plans) == 0
    mine, gone, newer = plans[0], plans[1], plans[2]
    plan_rows.change(registry.store, structs.replace(mine, name="Ours"), by="sue")
    plan_rows.remove(registry.store, gone.id, 1, by="sue")
    release = [structs.replace(plan, name=f"{plan.name}.") for plan in (mine, gone, newer)]
    assert registry.bring_library([*release, *plans[3:]]) == 1
    now = {plan.id: plan for plan in plan_rows.read_plans(registry.store)}
    assert (now[mine.id].name, now[newer.id].version) == ("Ours", 2)
    assert gone.id not in now
    assert plan_rows.of_library(registry.store) == set(now) - {mine.id}


async def test_the_book_has_what_holds_now_and_the_texts_what_ever_did(registry: Registry) -> None:
    door, beside = registry.plans_door(), registry.plans_door()
    first = await door.add(ONE, by="sue")
    await beside.refresh(["one"])
    second = await door.change(structs.replace(first, name="Two"), by="sue")
    assert (door.book.get("one"), beside.book.get("one")) == (second, first)
    await beside.refresh(["one"])
    assert beside.book.get("one") == second
    assert await beside.texts([("one", 1), ("one", 9)]) == {("one", 1): first}
    await door.remove("one", 2, by="sue")
    await beside.refresh(["one"])
    assert (door.book.all(), beside.book.all()) == ([], [])
    assert await door.texts([("one", 2)]) == {("one", 2): second}


def test_plans_are_found_by_whose_they_are() -> None:
    def of(level: Level, whose: str) -> Plan:
        return structs.replace(ONE, id=f"{level}-{whose}", level=level, of=whose)

    levels = {Level.TENANT: "north", Level.TYPE: "shop", Level.ACCOUNT: "a1"}
    mine = [ONE, *(of(level, whose) for level, whose in levels.items())]
    book = PlanBook([*mine, *(of(level, "else") for level in levels)])
    assert list(book.fitting(Account(id="a1", account="4711", tenant="north", type="shop"))) == mine
    assert list(book.fitting(None)) == [ONE]
    moved = structs.replace(mine[1], of="south", version=2)
    book.put(moved)
    book.put(mine[1])  # heard late: the newer one stays
    assert book.get(moved.id) == moved
    assert list(book.fitting(Account(id="a1", account="4711", tenant="north"))) == [ONE, mine[3]]


def test_plans_and_their_versions_come_along_in_a_copy(registry: Registry, tmp_path: Path, clock: Clock) -> None:
    registry.bring_library(plan_library.load())
    copy = Registry.open(tmp_path / "copy", clock=clock)
    try:
        copy_registry(registry, copy)
        assert plan_rows.read_plans(copy.store) == plan_rows.read_plans(registry.store)
        assert plan_rows.read_versions(copy.store, "fire-alarm") == plan_rows.read_versions(
            registry.store, "fire-alarm"
        )
    finally:
        copy.close()


def test_a_file_of_plans_is_brought_whole_or_not_at_all(registry: Registry) -> None:
    store = registry.store
    other = structs.replace(ONE, id="two")
    loops = a_plan(PREMISES, structs.replace(HOLDER, then={Outcome.BUSY: "premises"}), id="three")
    assert plan_rows.bring(store, [ONE, other], by="sue", dry_run=True) == (2, 0)
    assert plan_rows.read_plans(store) == []
    with pytest.raises(PlanUnfit, match=r"plan\[1\].steps\[1\].then"):
        plan_rows.bring(store, [ONE, loops], by="sue")
    assert (plan_rows.read_plans(store), registry.changes(0)) == ([], [])
    assert plan_rows.bring(store, [ONE, other], by="sue") == (2, 0)
    assert plan_rows.bring(store, [ONE, structs.replace(other, name="Two")], by="sue") == (0, 1)
    assert [(plan.id, plan.name, plan.version) for plan in plan_rows.read_plans(store)] == [
        ("one", "One", 1),
        ("two", "Two", 2),
    ]
    assert len(plan_rows.read_versions(store, "two")) == 2
