"""A slip of a key is taken back at once by whoever made it; what others know already stands."""

from datetime import datetime

import pytest

from belfry.domain.commands import Conflict, Staff, TakeBack
from belfry.domain.facts import Taken
from belfry.domain.folding import fold
from belfry.domain.handling import allowed, decide
from belfry.domain.incident import Incident
from belfry.domain.kinds import load as load_kinds
from belfry.domain.plan import Level, Outcome, PlanRef, Step, StepType
from belfry.domain.plan_by_itself import passed
from belfry.domain.plan_run import leads, step_of
from belfry.domain.presets import PRESETS
from belfry.domain.step_facts import PlanChosen, StepDone, TakenBack
from tests.domain.incidents import ANNA, BERT, after, an_incident
from tests.domain.plans import POLICE, PREMISES

WAIT = Step(id="wait", do=StepType.WAIT, text="Wait", wait_s=5)
WORD = Step(id="word", do=StepType.ASK_WORD, text="Ask", then={Outcome.WRONG_WORD: "police"})


def at_plan(*steps: Step) -> Incident:
    incident = an_incident(Taken(incident="i1", by="anna", seen_upto=1), at=after(0))
    fold(incident, [PlanChosen(incident="i1", steps=steps, refs=(PlanRef("one", 1, Level.CENTRE),))], 3, after(1))
    return incident


def answer(incident: Incident, outcome: Outcome, *, at: float, **more: object) -> None:
    run = incident.plan
    assert run is not None
    step = step_of(run, run.at)
    assert step is not None
    to = leads(run.steps, run.steps.index(step), outcome)
    done = StepDone(incident="i1", by="anna", do=step.do, step=step.id, outcome=outcome, next=to, **more)  # type: ignore[arg-type]
    fold(incident, [done, *passed(incident, after(at))], incident.head + 1, after(at))


def back(incident: Incident, step: str, now: datetime, by: Staff = ANNA) -> TakenBack:
    command = TakeBack(incident.version, step)
    fact = decide(incident, command, by=by, now=now, rules=PRESETS, kinds=load_kinds()).fact
    assert isinstance(fact, TakenBack)
    return fact


def test_the_plan_stands_where_it_stood_and_the_answer_is_in_no_count() -> None:
    incident = at_plan(PREMISES, WORD, POLICE)
    answer(incident, Outcome.WRONG_WORD, at=10)
    assert "undo" in allowed(incident, by=ANNA, now=after(20))
    version = incident.version
    fold(incident, [back(incident, "premises", after(20))], incident.head + 1, after(20))
    assert incident.plan is not None
    assert (incident.plan.at, dict(incident.plan.settled), incident.deeds) == ("premises", {}, ())
    assert incident.version == version + 1
    assert "undo" not in allowed(incident, by=ANNA, now=after(21))


def test_an_earlier_answer_stays() -> None:
    incident = at_plan(PREMISES, WORD, POLICE)
    answer(incident, Outcome.REACHED, at=10)
    answer(incident, Outcome.WRONG_WORD, at=12)
    assert incident.plan is not None
    assert incident.plan.at == "police"
    with pytest.raises(Conflict, match="Only your own last answer"):
        back(incident, "premises", after(13))
    fold(incident, [back(incident, "word", after(13))], incident.head + 1, after(13))
    assert incident.plan.at == "word"
    assert [deed.step for deed in incident.deeds] == ["premises"]


def test_what_the_plan_went_past_since_goes_with_it() -> None:
    incident = at_plan(PREMISES, WAIT, POLICE)
    answer(incident, Outcome.REACHED, at=10)
    fold(incident, passed(incident, after(16)), incident.head + 1, after(16))
    assert incident.plan is not None
    assert incident.plan.at == "police"
    fold(incident, [back(incident, "premises", after(17))], incident.head + 1, after(17))
    assert (incident.plan.at, incident.deeds) == ("premises", ())


def test_a_word_that_might_have_cancelled_is_none_any_more() -> None:
    incident = at_plan(WORD, POLICE)
    answer(incident, Outcome.RIGHT, at=10, authorised=True)
    assert incident.word_at == after(10)
    fold(incident, [back(incident, "word", after(11))], incident.head + 1, after(11))
    assert incident.word_at is None


@pytest.mark.parametrize("now", [9, 31], ids=["of a clock that was set back", "too late"])
def test_only_at_once(now: int) -> None:
    incident = at_plan(PREMISES, POLICE)
    answer(incident, Outcome.REACHED, at=10)
    with pytest.raises(Conflict, match="at once"):
        back(incident, "premises", after(now))


def test_only_ones_own() -> None:
    incident = at_plan(PREMISES, POLICE)
    answer(incident, Outcome.REACHED, at=10)
    fold(incident, [Taken(incident="i1", by="bert", seen_upto=1, over="anna")], incident.head + 1, after(11))
    assert "undo" not in allowed(incident, by=BERT, now=after(12))
    with pytest.raises(Conflict):
        back(incident, "premises", after(12), BERT)


def test_what_others_know_already_stands() -> None:
    told = at_plan(POLICE)
    answer(told, Outcome.PASSED, at=10)
    forced = at_plan(PREMISES, POLICE)
    answer(forced, Outcome.DURESS, at=10)
    comes = at_plan(Step(id="holder", do=StepType.CALL_CONTACT, text="Call", arrival=True), POLICE)
    answer(comes, Outcome.REACHED, at=10, contact="c1", arrives_at=after(900))
    skipped = at_plan(PREMISES, POLICE)
    fold(skipped, [StepDone(incident="i1", by="anna", do=PREMISES.do, step="premises", next="police")], 4, after(10))
    for incident, step in ((told, "police"), (forced, "premises"), (comes, "holder"), (skipped, "premises")):
        with pytest.raises(Conflict, match="nothing that others know"):
            back(incident, step, after(11))
