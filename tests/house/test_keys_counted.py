"""`docs/operator/keys.md` counts keys that lead somewhere: each row is walked through the plan that counts for its
kind, by the rules of the console (`console/src/lib/plan/steps.ts`), and nothing common takes more than six keys."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from belfry.domain.closing_found import found
from belfry.domain.closing_rules import choices
from belfry.domain.facts import IncidentState, Taken
from belfry.domain.folding import fold, point_of
from belfry.domain.incident import Incident
from belfry.domain.kinds import load as load_kinds
from belfry.domain.plan import OUTCOMES, Level, Outcome, Step, StepType
from belfry.domain.plan_choice import Case, choose
from belfry.domain.plan_library import load
from belfry.domain.plan_run import leads, owed, step_of
from belfry.domain.step_facts import PlanChosen, StepDone
from tests.domain.incidents import NOON, a_cancel, a_restore, a_signal, an_incident

PAGE: Final = (Path(__file__).resolve().parents[2] / "docs" / "operator" / "keys.md").read_text(encoding="utf-8")
ROWS: Final = re.findall(r"^\| (\d+) \| .+? \| `([A-Z.]+)` \| (.+?) \| (.+?) \| ([\d +]+) \|$", PAGE, re.MULTILINE)
KINDS: Final = load_kinds()
PLANS: Final = [plan for plan in load() if plan.level is Level.CENTRE]
COMMON: Final = 10
MOST: Final = 6
WITHOUT_PLAN: Final = {"cancelled", "assigned"}
FIRE_ORDERS: Final = {"`fire-verify`": "verify_90s"}
HOLDS: Final = {1: 3, 2: 4}
"""Digits that a hold offers: times up to what the priority allows, the next signal, the restore. Others: 9."""


def pressed(keys: str) -> list[list[str]]:
    """The keys of each sitting, without what is typed."""
    return [re.sub(r"\[.+?\]", "", sitting).split() for sitting in keys.split("…")]


def says_what_nobody_takes_back(step: Step, outcome: Outcome) -> bool:
    """Such an outcome wants its D; what asks for a reference or a time first says nothing with the digit."""
    if outcome is Outcome.DURESS:
        return True
    asked = step.arrival or (step.do is StepType.NOTIFY and step.reference)
    return outcome in (Outcome.PASSED, Outcome.SENT) and not asked


class Sitting:
    """An incident at a desk, one key after the other."""

    def __init__(self, incident: Incident) -> None:
        self.incident, self.begun = incident, False
        self.now: datetime = NOON

    @property
    def step(self) -> Step | None:
        run = self.incident.plan
        return None if run is None else step_of(run, run.at)

    def write(self, fact: StepDone | Taken | PlanChosen) -> None:
        self.now += timedelta(seconds=10)
        fold(self.incident, [fact], self.incident.head + 1, self.now)

    def answer(self, outcome: Outcome) -> None:
        run, step = self.incident.plan, self.step
        assert run is not None
        assert step is not None
        to = leads(run.steps, run.steps.index(step), outcome)
        self.write(StepDone(incident="i1", by="anna", do=step.do, step=step.id, outcome=outcome, next=to))
        self.begun = False

    def what_it_waited_for_came(self) -> None:
        fold(self.incident, [a_restore(point_of(a_signal()))], self.incident.head + 1, self.now)
        if self.step is not None and self.step.do is StepType.WAIT:
            self.answer(Outcome.OVER)

    def digit(self, digit: int) -> None:
        step = self.step
        assert step is not None
        assert len(OUTCOMES[step.do]) > 1, f"{step.id} is no question"
        outcome = OUTCOMES[step.do][digit - 1]
        assert self.begun or not says_what_nobody_takes_back(step, outcome), f"{step.id}: {outcome} wants its D"
        self.answer(outcome)

    def do(self) -> None:
        step = self.step
        assert step is not None
        if step.do is StepType.READ:
            self.answer(Outcome.READ)
        else:  # a question is begun; a wait is held for
            self.begun = True


def taken(kind: str, plan: str) -> Sitting:
    """The incident as its first N shows it, under the plan of the library that counts for its kind."""
    priority = KINDS[kind].priority
    at = Sitting(an_incident(*([a_cancel()] if plan == "cancelled" else []), kind=kind, priority=priority))
    at.write(Taken(incident="i1", by="anna", seen_upto=1))
    assert at.incident.state is IncidentState.TAKEN
    if plan not in WITHOUT_PLAN:
        chosen, _ = choose(PLANS, Case(kind=kind, local=NOON, fire_order=FIRE_ORDERS.get(plan, "pass_at_once")))
        assert f"`{chosen.refs[0].id}`" == plan
        at.write(PlanChosen(incident="i1", steps=chosen.steps, refs=chosen.refs))
    return at


def test_there_are_ten_common_incidents_and_they_are_counted_in_order() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, len(ROWS) + 1))
    assert len(ROWS) >= COMMON


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_the_keys_are_counted_as_they_are_pressed(row: tuple[str, ...]) -> None:
    assert [len(sitting) for sitting in pressed(row[3])] == [int(count) for count in row[4].split("+")]


@pytest.mark.parametrize("row", ROWS[:COMMON], ids=[row[0] for row in ROWS[:COMMON]])
def test_nothing_common_takes_more_than_six_keys_in_one_sitting(row: tuple[str, ...]) -> None:
    assert max(len(sitting) for sitting in pressed(row[3])) <= MOST


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_the_keys_lead_through_the_plan_and_nothing_is_owed_at_the_end(row: tuple[str, ...]) -> None:
    _, kind, name, keys, _ = row
    ways = {one.key for one in choices(kind)}
    if name == "assigned":
        return
    at = taken(kind, name)
    sittings = pressed(keys)
    for n, sitting in enumerate(sittings):
        assert sitting[0] == "N"
        if n > 0 and "C" in sitting and "I" not in sitting:
            at.what_it_waited_for_came()
        before = ""
        for key, after in zip(sitting, [*sitting[1:], ""], strict=True):
            if key == "D":
                at.do()
            elif key == "I":
                at.answer(Outcome.OVER)
            elif key == "H" and after.isdigit():
                assert int(after) <= HOLDS.get(KINDS[kind].priority, 9)
            elif key == "C":
                assert name == "cancelled" or not owed(at.incident.plan)
                assert after in ways or found(at.incident) is not None
                break
            elif key.isdigit() and before != "H":
                at.digit(int(key))
            before = key
        if n + 1 < len(sittings) and sitting[-1] == "D":
            assert at.step is not None
            assert at.step.do is StepType.WAIT
