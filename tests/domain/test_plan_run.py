"""How far an incident is in its plan, folded from its facts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.plan import END, OUTCOMES, Level, Outcome, PlanRef, Step, StepType
from belfry.domain.plan_run import DEEDS_MOST, Deed, PlanRun, begin, coming, noted, owed, settle, told_at
from belfry.domain.step_facts import Arrived, PlanChosen, StepDone

NOW = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)
REF = PlanRef("p1", 3, Level.CENTRE)
STEPS = (
    Step(id="premises", do=StepType.CALL_PREMISES),
    Step(id="police", do=StepType.NOTIFY, demanded=True, reference=True),
    Step(id="holder", do=StepType.CALL_CONTACT, demanded=True),
)


def plan(*steps: Step) -> PlanChosen:
    return PlanChosen(incident="i1", steps=steps or STEPS, refs=(REF,))


def done(
    step: str | None, *, outcome: Outcome | None = Outcome.REACHED, settles: bool = True, to: str | None
) -> StepDone:
    return StepDone(
        incident="i1", by="anna", do=StepType.CALL_PREMISES, step=step, outcome=outcome, settles=settles, next=to
    )


def test_a_plan_begins_with_its_first_step_and_ends_where_an_outcome_leads_to_its_end() -> None:
    run = begin(plan(), None)
    assert run.at == "premises"
    run = settle(run, done("premises", to="police"))
    assert (run.at, dict(run.settled)) == ("police", {"premises": True})
    assert settle(run, done("police", to=END)).at is None


def test_a_call_that_reached_nobody_leaves_its_step_the_present_one() -> None:
    run = begin(plan(), None)
    assert settle(run, done("premises", outcome=Outcome.NO_ANSWER, settles=False, to=None)) == run


def test_what_is_done_ahead_of_its_turn_leaves_the_present_step_as_it_is() -> None:
    run = settle(begin(plan(), None), done("holder", to=END))
    assert (run.at, run.settled["holder"]) == ("premises", True)


def test_a_demanded_step_is_owed_until_it_is_done_or_skipped() -> None:
    run = begin(plan(), None)
    assert [step.id for step in owed(run)] == ["police", "holder"]
    run = settle(run, done("police", to="holder"))
    assert [step.id for step in owed(run)] == ["holder"]
    run = settle(run, done("holder", outcome=None, to=END))
    assert (owed(run), run.settled["holder"]) == ([], False)
    assert owed(None) == ()


def test_another_plan_keeps_what_was_settled_of_the_same_step_and_begins_at_the_first_that_is_not() -> None:
    run = settle(begin(plan(), None), done("premises", to="police"))
    other = Step(id="police", do=StepType.CALL_CONTACT)  # called the same, and something else
    again = begin(plan(STEPS[0], other, STEPS[2]), settle(run, done("police", to="holder")))
    assert (again.at, dict(again.settled)) == ("police", {"premises": True})


def test_who_comes_counts_once_until_he_is_there() -> None:
    early, late = NOW + timedelta(minutes=10), NOW + timedelta(minutes=25)

    def accepted(contact: str, at: datetime) -> StepDone:
        return StepDone(incident="i1", by="anna", do=StepType.CALL_CONTACT, contact=contact, arrives_at=at)

    on_the_way = coming((), accepted("c1", early), NOW)
    on_the_way = coming(on_the_way, accepted("c2", early), NOW)
    on_the_way = coming(on_the_way, accepted("c1", late), NOW)
    assert [(one.contact, one.at) for one in on_the_way] == [("c2", early), ("c1", late)]
    assert coming(on_the_way, done(None, to=None), NOW) == on_the_way
    there = coming(on_the_way, Arrived(incident="i1", by="anna", contact="c2"), late)
    assert [one.contact for one in there] == ["c1"]


def test_it_was_told_when_an_agency_took_it_over_and_not_when_one_was_busy() -> None:
    def told(outcome: Outcome, position: int) -> Deed:
        return Deed(position, NOW + timedelta(seconds=position), "anna", StepType.NOTIFY, outcome=outcome)

    assert told_at([told(Outcome.BUSY, 4)]) is None
    assert told_at([told(Outcome.BUSY, 4), told(Outcome.PASSED, 9), told(Outcome.PASSED, 12)]) == NOW + timedelta(
        seconds=9
    )


def test_the_newest_deeds_are_remembered() -> None:
    deeds: tuple[Deed, ...] = ()
    for position in range(DEEDS_MOST + 5):
        deeds = noted(deeds, done(None, to=None), position, NOW)
    assert (len(deeds), deeds[0].position, deeds[-1].position) == (DEEDS_MOST, 5, DEEDS_MOST + 4)


@given(st.lists(st.tuples(st.sampled_from([step.id for step in STEPS]), st.booleans(), st.booleans()), max_size=30))
def test_whatever_is_done_in_whatever_order_what_is_owed_only_gets_less(
    acts: Sequence[tuple[str, bool, bool]],
) -> None:
    run: PlanRun = begin(plan(), None)
    before = len(owed(run))
    for step, settles, skipped in acts:
        run = settle(run, done(step, outcome=None if skipped else Outcome.REACHED, settles=settles, to=END))
        assert len(owed(run)) <= before
        before = len(owed(run))


def test_every_type_of_step_has_outcomes_and_no_more_than_a_row_of_keys() -> None:
    assert set(OUTCOMES) == set(StepType)
    assert all(1 <= len(each) <= 9 and len(set(each)) == len(each) for each in OUTCOMES.values())
