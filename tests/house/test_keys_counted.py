"""`docs/operator/keys.md` counts keys that lead somewhere: each row is walked through its plan of the library."""

import re
from pathlib import Path
from typing import Final

import pytest

from belfry.domain.closing_rules import choices
from belfry.domain.kinds import load as load_kinds
from belfry.domain.plan import OUTCOMES, Plan, PlanRef
from belfry.domain.plan_library import load
from belfry.domain.plan_run import PlanRun, begin, leads, owed, settle
from belfry.domain.step_facts import PlanChosen, StepDone

PAGE: Final = (Path(__file__).resolve().parents[2] / "docs" / "operator" / "keys.md").read_text(encoding="utf-8")
ROWS: Final = re.findall(r"^\| (\d+) \| .+? \| `([A-Z.]+)` \| (.+?) \| (.+?) \| ([\d +]+) \|$", PAGE, re.MULTILINE)
KINDS: Final = load_kinds()
PLANS: Final = {f"`{plan.id}`": plan for plan in load()}
WITHOUT_PLAN: Final = {"cancelled", "assigned"}
HOLDS: Final = {1: 2, 2: 3}
"""Digits that a hold offers: times up to what the priority allows, then *until the next signal*. Others: 8."""


def pressed(keys: str) -> list[list[str]]:
    """The keys of each sitting, without what is typed."""
    return [re.sub(r"\[.+?\]", "", sitting).split() for sitting in keys.split("…")]


def answer(plan: Plan, run: PlanRun, digit: int | None) -> PlanRun:
    """Do the present step; without a digit it has one outcome alone."""
    n, step = next((n, step) for n, step in enumerate(run.steps) if step.id == run.at)
    outcomes = OUTCOMES[step.do]
    assert (digit is None) == (len(outcomes) == 1), (plan.id, step.id)
    outcome = outcomes[(digit or 1) - 1]
    to = leads(run.steps, n, outcome)
    return settle(run, StepDone(incident="i1", by="anna", do=step.do, step=step.id, outcome=outcome, next=to))


def test_there_are_ten_common_incidents_and_they_are_counted_in_order() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, len(ROWS) + 1))
    assert len(ROWS) >= 10


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_the_keys_are_counted_as_they_are_pressed(row: tuple[str, ...]) -> None:
    assert [len(sitting) for sitting in pressed(row[3])] == [int(count) for count in row[4].split("+")]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_the_keys_lead_through_the_plan_and_nothing_is_owed_at_the_end(row: tuple[str, ...]) -> None:
    _, kind, name, keys, _ = row
    ways = {one.key for one in choices(kind)}
    if name in WITHOUT_PLAN:
        return
    plan = PLANS[name]
    run = begin(PlanChosen(incident="i1", steps=plan.steps, refs=(PlanRef(plan.id, 1, plan.level),)), None)
    for sitting in pressed(keys):
        assert sitting[0] == "N"
        for key, after in zip(sitting, [*sitting[1:], ""], strict=True):
            if key == "D":
                run = answer(plan, run, int(after) if after.isdigit() else None)
            elif key == "H" and after.isdigit():
                assert int(after) <= HOLDS.get(KINDS[kind].priority, 8)
            elif key == "C":
                assert not owed(run)
                assert after == "^⏎" or after in ways
