"""What a plan goes past by itself, and what it never does."""

from datetime import datetime
from typing import Any

import pytest
from msgspec import structs

from belfry.domain.commands import Conflict, Hold, Invalid
from belfry.domain.facts import Held, Taken, WordChecked
from belfry.domain.folding import fold, point_of
from belfry.domain.handling import decide
from belfry.domain.incident import Incident
from belfry.domain.kinds import load as load_kinds
from belfry.domain.plan import Level, Outcome, PlanRef, Step, StepType
from belfry.domain.plan_by_itself import answered, passed, waits_for_time
from belfry.domain.plan_run import Coming
from belfry.domain.plan_steps import exhausted, meaning
from belfry.domain.presets import PRESETS
from belfry.domain.step_facts import Arrived, PlanChosen, StepDone
from tests.domain.incidents import ANNA, a_joining, a_restore, a_signal, after, an_incident
from tests.domain.plans import POLICE, PREMISES

WORD = Step(id="word", do=StepType.ASK_WORD, text="Ask", then={Outcome.RIGHT: "end", Outcome.WRONG_WORD: "police"})
RESTORE = Step(id="restore", do=StepType.WAIT, text="Hold", on="restore", wait_s=600)
TOLD = Step(id="told", do=StepType.CALL_CONTACT, text="Call")


def at_plan(*steps: Step, **opening: Any) -> Incident:
    """Taken by anna, with these steps; the first is the present one from second 10 on."""
    incident = an_incident(Taken(incident="i1", by="anna", seen_upto=1), at=after(10), **opening)
    chosen = PlanChosen(incident="i1", steps=steps, refs=(PlanRef("one", 1, Level.CENTRE),))
    fold(incident, [chosen], 3, after(10))
    return incident


def restored(incident: Incident) -> Incident:
    fold(incident, [a_restore(point_of(a_signal()))], incident.head + 1, after(20))
    return incident


def hold(incident: Incident, now: datetime, **fields: Any) -> Held:
    command = Hold(version=incident.version, **fields)
    fact = decide(incident, command, by=ANNA, now=now, rules=PRESETS, kinds=load_kinds()).fact
    assert isinstance(fact, Held)
    return fact


def test_a_wait_is_passed_when_what_it_waits_for_is_restored_and_not_before() -> None:
    incident = at_plan(RESTORE, POLICE)
    assert passed(incident, after(30)) == []
    (fact,) = passed(restored(incident), after(30))
    assert (fact.by, fact.step, fact.outcome, fact.next) == (None, "restore", Outcome.OVER, "police")
    assert fact.reasons == ("everything that it waits for is restored",)


def test_a_wait_is_passed_when_its_time_is_over() -> None:
    incident = at_plan(RESTORE)
    assert waits_for_time(incident) == after(610)
    assert passed(incident, after(609)) == []
    (fact,) = passed(incident, after(610))
    assert fact.reasons == ("the time of its wait is over",)


def test_one_wait_behind_the_other_is_passed_in_one_go() -> None:
    incident = restored(at_plan(RESTORE, structs.replace(RESTORE, id="again"), POLICE))
    assert [fact.step for fact in passed(incident, after(30))] == ["restore", "again"]


def test_nothing_but_a_wait_is_passed_by_itself() -> None:
    for step in (POLICE, PREMISES, WORD, Step(id="read", do=StepType.READ, text="Read")):
        assert passed(restored(at_plan(step, RESTORE)), after(9_999)) == []


def test_nobody_waits_where_nobody_has_it() -> None:
    incident = restored(at_plan(RESTORE))
    fold(incident, [Held(incident="i1", by="anna", until=after(900))], incident.head + 1, after(30))
    assert passed(incident, after(9_999)) == []
    assert waits_for_time(incident) is None


def test_what_is_passed_by_itself_is_no_act_of_a_person() -> None:
    incident = restored(at_plan(RESTORE, POLICE))
    version = incident.version
    fold(incident, passed(incident, after(30)), incident.head + 1, after(30))
    assert (incident.version, incident.first_act_at) == (version, None)
    assert incident.plan is not None
    assert incident.plan.at == "police"


def test_a_wait_for_somebody_is_over_when_he_is_there() -> None:
    incident = at_plan(structs.replace(RESTORE, on="arrival"))
    assert passed(restored(incident), after(30)) == []
    incident.coming = (Coming(after(400), "c1", after(10)),)
    fold(incident, [Arrived(incident="i1", by="anna", contact="c1", given_up=True)], incident.head + 1, after(40))
    assert passed(incident, after(40)) == []
    incident.coming = (Coming(after(400), "c1", after(10)),)
    fold(incident, [Arrived(incident="i1", by="anna", contact="c1")], incident.head + 1, after(50))
    assert [fact.reasons for fact in passed(incident, after(50))] == [("whoever was to come is there",)]


def test_a_right_word_answers_the_step_that_asks_for_it_and_a_wrong_one_only_the_second_time() -> None:
    incident = at_plan(WORD, POLICE)
    said = answered(incident, WordChecked(incident="i1", by="anna", right=True, contact="c1", cancels=True))
    assert said is not None
    assert (said.by, said.outcome, said.next, said.contact, said.authorised) == (
        "anna", Outcome.RIGHT, "end", "c1", True,
    )  # fmt: skip
    wrong = WordChecked(incident="i1", by="anna")
    assert answered(incident, wrong) is None
    fold(incident, [wrong], incident.head + 1, after(20))
    said = answered(incident, wrong)
    assert said is not None
    assert (said.outcome, said.next) == (Outcome.WRONG_WORD, "police")


def test_a_word_answers_no_other_step_and_nobody_elses_incident() -> None:
    right = WordChecked(incident="i1", by="anna", right=True)
    assert answered(at_plan(PREMISES, WORD), right) is None
    assert answered(at_plan(WORD), structs.replace(right, by="bert")) is None


# -- holding for what the plan waits for


def test_a_hold_for_a_wait_is_until_what_that_waits_for() -> None:
    incident = at_plan(RESTORE, priority=3)
    fact = hold(incident, after(30), step="restore")
    assert (fact.until, fact.on) == (after(610), "restore")
    incident = at_plan(structs.replace(RESTORE, on="arrival"), priority=3)
    incident.coming = (Coming(after(400), "c1", after(10)),)
    fact = hold(incident, after(30), step="restore")
    assert (fact.until, fact.on) == (after(400), None)
    assert hold(incident, after(450), step="restore").until == after(450 + 24 * 3_600)  # he is late: who knows how long


def test_a_hold_for_a_wait_is_never_longer_than_the_priority_allows() -> None:
    incident = at_plan(structs.replace(RESTORE, wait_s=None), priority=2)
    fact = hold(incident, after(30), step="restore")
    assert (fact.until, fact.on) == (after(930), "restore")
    urgent = at_plan(RESTORE, priority=1)
    with pytest.raises(Invalid, match="reason: needed to hold a priority 1"):
        hold(urgent, after(30), step="restore")
    assert hold(urgent, after(30), step="restore", reason="It is verified").until == after(330)


def test_what_the_plan_does_not_wait_for_is_not_held_for() -> None:
    incident = at_plan(PREMISES, RESTORE)
    for step in ("premises", "restore", "nothing"):
        with pytest.raises(Conflict, match="The plan does not wait there"):
            hold(incident, after(30), step=step)
    with pytest.raises(Invalid, match="step: alone"):
        hold(at_plan(RESTORE), after(30), step="restore", on="signal")


def test_nothing_is_held_for_a_restore_that_came() -> None:
    with pytest.raises(Invalid, match="on: everything is restored already"):
        hold(restored(at_plan()), after(30), on="restore")
    assert hold(at_plan(), after(30), on="restore").until == after(930)


# -- rounds


def test_calls_that_no_plan_asked_for_count_in_the_rounds_of_a_later_step() -> None:
    incident = at_plan(TOLD, POLICE)
    beside = StepDone(
        incident="i1", by="anna", do=StepType.CALL_CONTACT, outcome=Outcome.NO_ANSWER, settles=False, contact="c1"
    )
    asks = {"contact": "c1", "listed": ("c1",)}
    for _ in range(2):
        assert not meaning(incident, TOLD, Outcome.NO_ANSWER, **asks).settles  # type: ignore[arg-type]
        fold(incident, [beside], incident.head + 1, after(20))
    assert meaning(incident, TOLD, Outcome.NO_ANSWER, **asks).settles  # type: ignore[arg-type]
    assert not meaning(incident, TOLD, Outcome.NO_ANSWER, contact="c1", listed=("c1", "c2")).settles


def test_a_list_on_which_nobody_can_be_called_is_at_its_end() -> None:
    assert exhausted({}, ())


def test_a_signal_beside_ends_no_wait_for_a_restore() -> None:
    incident = at_plan(RESTORE)
    fold(incident, [a_joining()], incident.head + 1, after(20))
    assert passed(incident, after(30)) == []
