"""What an outcome means for a step: it is over, it stays, and where the way goes on."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from belfry.domain import plan_library
from belfry.domain.commands import (
    Close,
    Conflict,
    DoStep,
    Invalid,
    Owed,
    Reclassify,
    SayArrived,
    SkipStep,
    Take,
)
from belfry.domain.facts import Effect
from belfry.domain.folding import fold
from belfry.domain.handling import decide, owed_of
from belfry.domain.incident import Incident
from belfry.domain.plan import END, OUTCOMES, Level, Outcome, Plan, PlanRef, Step, StepType
from belfry.domain.plan_choice import Case, choose
from belfry.domain.plan_run import follow, leads, owed, present
from belfry.domain.presets import Rules
from belfry.domain.step_facts import PlanChosen
from tests.domain.incidents import ANNA, NOON, a_joining, a_signal, after, an_incident
from tests.domain.plans import HOLDER, POLICE, PREMISES, any_steps
from tests.domain.test_plan_checks import KINDS

REF = PlanRef("p", 1, Level.CENTRE)
RULES = Rules()
SOON = NOON + timedelta(minutes=20)


def begun(*steps: Step, **opening: object) -> Incident:
    """An incident that Anna has, with these steps asked for."""
    incident = an_incident(**opening)  # type: ignore[arg-type]
    taken = decide(incident, Take(1), by=ANNA, now=NOON, rules=RULES, kinds=KINDS).fact
    chosen = PlanChosen(incident=incident.id, steps=steps, refs=(REF,), kind=incident.kind)
    fold(incident, [taken, chosen], 2, NOON)
    return incident


def act(incident: Incident, command: object, *, at: float = 10, silent: bool = False) -> Incident:
    decision = decide(incident, command, by=ANNA, now=after(at), rules=RULES, kinds=KINDS, silent=silent)  # type: ignore[arg-type]
    fold(incident, [decision.fact], incident.head + 1, after(at))
    return incident


def do(incident: Incident, step: str | None, outcome: Outcome, *, silent: bool = False, **fields: object) -> Incident:
    at = float(fields.pop("at", 10))  # type: ignore[arg-type]
    command = DoStep(version=incident.version, step=step, outcome=outcome, **fields)  # type: ignore[arg-type]
    return act(incident, command, at=at, silent=silent)


def at(incident: Incident, *, silent: bool = False) -> str | None:
    step = present(incident.plan, silent=silent)
    return None if step is None else step.id


def test_an_outcome_leads_where_the_plan_says_and_else_to_the_next_step() -> None:
    branch = structs.replace(PREMISES, then={Outcome.WRONG_WORD: "police"})
    assert at(do(begun(branch, HOLDER, POLICE), "premises", Outcome.NO_ANSWER)) == "holder"
    assert at(do(begun(branch, HOLDER, POLICE), "premises", Outcome.WRONG_WORD)) == "police"


def test_busy_and_refused_go_the_way_of_no_answer_where_they_have_none_of_their_own() -> None:
    branch = structs.replace(PREMISES, then={Outcome.NO_ANSWER: "police"})
    for outcome in (Outcome.BUSY, Outcome.MACHINE, Outcome.REFUSED):
        assert at(do(begun(branch, HOLDER, POLICE), "premises", outcome)) == "police"
    assert at(do(begun(branch, HOLDER, POLICE), "premises", Outcome.REACHED)) == "holder"


def test_a_list_is_called_until_somebody_comes_with_a_time_and_a_machine_is_nobody() -> None:
    incident = begun(HOLDER, POLICE)
    for outcome in (Outcome.MACHINE, Outcome.REACHED, Outcome.REFUSED):
        assert at(do(incident, "holder", outcome, contact="c1", listed=("c1", "c2"))) == "holder"
    do(incident, "holder", Outcome.REACHED, contact="c2", listed=("c1", "c2"), arrives_at=SOON)
    assert at(incident) == "police"
    assert [(one.contact, one.at) for one in incident.coming] == [("c2", SOON)]


def test_a_list_is_exhausted_when_everybody_was_called_three_times() -> None:
    incident = begun(HOLDER, POLICE)
    calls = ["c1", "c2"] * 3
    for contact in calls[:-1]:
        assert at(do(incident, "holder", Outcome.NO_ANSWER, contact=contact, listed=("c1", "c2"))) == "holder"
    assert at(do(incident, "holder", Outcome.BUSY, contact="c2", listed=("c1", "c2"))) == "police"


def test_who_cannot_be_called_any_more_is_waited_for_by_nobody() -> None:
    incident = begun(HOLDER, POLICE)
    assert at(do(incident, "holder", Outcome.NO_ANSWER, contact="c1", listed=())) == "police"


def test_a_second_wrong_word_ends_the_calling() -> None:
    incident = begun(HOLDER, POLICE)
    assert at(do(incident, "holder", Outcome.WRONG_WORD, contact="c1", listed=("c1", "c2"))) == "holder"
    assert at(do(incident, "holder", Outcome.WRONG_WORD, contact="c2", listed=("c1", "c2"))) == "police"


def test_duress_ends_the_calling_at_once() -> None:
    incident = begun(structs.replace(HOLDER, then={Outcome.DURESS: "police"}), PREMISES, POLICE)
    assert at(do(incident, "holder", Outcome.DURESS, contact="c1", listed=("c1",))) == "police"


def test_a_service_that_did_not_take_it_over_was_not_told_however_often_it_was_tried() -> None:
    incident = begun(POLICE, HOLDER)
    for _ in range(12):
        do(incident, "police", Outcome.BUSY)
    assert at(incident) == "police"
    with pytest.raises(Invalid, match="reference"):
        do(incident, "police", Outcome.PASSED)
    do(incident, "police", Outcome.PASSED, reference="RW-17")
    assert at(incident) == "holder"
    assert incident.deeds[-1].reference


def test_a_service_that_nobody_insists_on_is_tried_three_times() -> None:
    incident = begun(structs.replace(POLICE, demanded=False), PREMISES)
    for _ in range(2):
        assert at(do(incident, "police", Outcome.BUSY)) == "police"
    assert at(do(incident, "police", Outcome.NO_ANSWER)) == "premises"


def test_a_wait_is_over_when_its_time_is_or_what_it_waits_for_came() -> None:
    wait = Step(id="wait", do=StepType.WAIT, text="Wait", wait_s=60, on="signal")
    incident = begun(wait, PREMISES)
    with pytest.raises(Conflict, match="12:01:00"):
        do(incident, "wait", Outcome.OVER, at=30)
    assert at(do(incident, "wait", Outcome.OVER, at=60)) == "premises"
    other = begun(wait, PREMISES)
    fold(other, [a_joining(signal=a_signal(3, zone="2", at=after(20)))], 3, after(20))
    assert at(do(other, "wait", Outcome.OVER, at=30)) == "premises"


def test_a_wait_for_the_restore_is_over_with_it() -> None:
    incident = begun(Step(id="wait", do=StepType.WAIT, text="Wait", on="restore"))
    with pytest.raises(Conflict, match="waits still"):
        do(incident, "wait", Outcome.OVER, at=9_000)
    restored = a_joining(effect=Effect.RESTORE, restored=tuple(incident.in_alarm))
    fold(incident, [restored], incident.head + 1, after(9_100))
    assert at(do(incident, "wait", Outcome.OVER, at=9_200)) is None


def test_a_silent_site_is_not_called_and_the_way_goes_on_as_if_nobody_had_answered() -> None:
    branch = structs.replace(PREMISES, demanded=True, then={Outcome.NO_ANSWER: "police", Outcome.REACHED: END})
    incident = begun(branch, HOLDER, POLICE)
    with pytest.raises(Conflict, match="silent alarm"):
        do(incident, "premises", Outcome.NO_ANSWER, silent=True)
    assert (at(incident), at(incident, silent=True)) == ("premises", "police")
    do(incident, "police", Outcome.PASSED, reference="7", silent=True)
    assert at(incident, silent=True) is None
    assert [step.id for step in owed_of(incident, silent=True)] == []
    assert at(incident) == "premises"  # once it is over the site is called after all


def test_at_a_silent_site_nothing_is_owed_to_which_only_a_call_to_the_premises_leads() -> None:
    branch = structs.replace(PREMISES, then={Outcome.NO_ANSWER: "holder"})
    last = structs.replace(HOLDER, arrival=False, then={Outcome.REACHED: END})
    incident = begun(branch, POLICE, last)
    assert [step.id for step in owed_of(incident, silent=True)] == []
    do(incident, "holder", Outcome.REACHED, contact="c1", silent=True)
    assert at(incident, silent=True) is None
    assert [step.id for step in owed_of(incident)] == ["police"]


def test_it_may_not_be_closed_before_what_is_demanded_is_done_or_skipped() -> None:
    incident = begun(PREMISES, POLICE)
    close = Close(seen_upto=1, version=incident.version, disposition="genuine")
    with pytest.raises(Owed) as refusal:
        act(incident, close)
    assert [step.id for step in refusal.value.steps] == ["police"]
    act(incident, SkipStep(incident.version, "police", "They rang us first"))
    act(incident, structs.replace(close, version=incident.version))
    assert not incident.open
    assert [(deed.step, deed.outcome, deed.demanded) for deed in incident.deeds] == [("police", None, True)]


def test_what_a_branch_went_by_is_not_owed() -> None:
    incident = begun(structs.replace(PREMISES, then={Outcome.REACHED: END}), POLICE)
    assert [step.id for step in owed_of(incident)] == ["police"]
    do(incident, "premises", Outcome.REACHED)
    assert not owed_of(incident)


def test_what_a_user_cancelled_is_closed_with_one_key() -> None:
    incident = begun(PREMISES, POLICE)
    fold(incident, [a_joining(effect=Effect.CANCEL, priority=4)], incident.head + 1, after(30))
    assert owed_of(incident) == ()
    act(incident, Close(seen_upto=2, version=incident.version))
    assert incident.disposition == "cancelled"


def test_steps_may_be_done_ahead_of_their_turn_and_are_passed_when_their_turn_comes() -> None:
    incident = do(begun(PREMISES, POLICE, HOLDER), "police", Outcome.PASSED, reference="7")
    assert at(incident) == "premises"
    assert at(do(incident, "premises", Outcome.NO_ANSWER)) == "holder"


def test_what_is_done_already_may_be_tried_once_more_and_changes_nothing() -> None:
    incident = do(begun(PREMISES, POLICE), "premises", Outcome.NO_ANSWER)
    do(incident, "premises", Outcome.REACHED)
    assert (at(incident), len(incident.deeds)) == ("police", 2)
    read = do(begun(Step(id="read", do=StepType.READ, text="Know"), PREMISES), "read", Outcome.READ)
    with pytest.raises(Conflict, match="done already"):
        do(read, "read", Outcome.READ)


def test_what_no_plan_asked_for_is_written_down_and_settles_nothing() -> None:
    incident = do(begun(PREMISES, POLICE), None, Outcome.REACHED, do=StepType.CALL_CONTACT, contact="c9")
    assert (at(incident), incident.deeds[-1].contact, incident.deeds[-1].step) == ("premises", "c9", None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"step": "premises", "outcome": Outcome.PASSED}, "outcome"),
        ({"step": None, "outcome": Outcome.REACHED}, "do"),
        ({"step": "premises", "do": StepType.NOTIFY, "outcome": Outcome.REACHED}, "do"),
        ({"step": "police", "outcome": Outcome.BUSY, "reference": "7"}, "reference"),
        ({"step": "police", "outcome": Outcome.PASSED, "reference": "7\n8"}, "reference"),
        ({"step": "holder", "outcome": Outcome.NO_ANSWER, "arrives_at": SOON}, "arrives_at"),
        ({"step": "holder", "outcome": Outcome.REACHED, "arrives_at": NOON}, "arrives_at"),
        ({"step": "holder", "outcome": Outcome.REACHED, "arrives_at": NOON + timedelta(days=8)}, "arrives_at"),
        ({"step": "holder", "outcome": Outcome.REACHED, "arrives_at": datetime.max.replace(tzinfo=UTC)}, "arrives_at"),
        ({"step": "premises", "outcome": Outcome.REACHED, "agency": "g1"}, "agency"),
        ({"step": "police", "outcome": Outcome.BUSY, "contact": "c1"}, "contact"),
    ],
)
def test_a_field_that_does_not_belong_to_it_is_refused(fields: dict[str, object], field: str) -> None:
    incident = begun(PREMISES, POLICE, HOLDER)
    with pytest.raises(Invalid) as refusal:
        act(incident, DoStep(version=incident.version, **fields))  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_who_was_to_come_is_there_or_gives_up_with_a_reason() -> None:
    incident = do(begun(HOLDER), "holder", Outcome.REACHED, contact="c1", listed=("c1",), arrives_at=SOON)
    with pytest.raises(Conflict):
        act(incident, SayArrived(incident.version, "c2"))
    with pytest.raises(Invalid):
        act(incident, SayArrived(incident.version, "c1", given_up=True))
    act(incident, SayArrived(incident.version, "c1", given_up=True, reason="His car broke down"))
    assert incident.coming == ()


def test_only_who_has_taken_it_does_a_step_and_only_of_the_plan_that_it_has_now() -> None:
    free = an_incident()
    with pytest.raises(Conflict):
        do(free, None, Outcome.REACHED, do=StepType.CALL_PREMISES)
    with pytest.raises(Conflict, match="another one by now"):
        do(begun(PREMISES), "police", Outcome.PASSED, reference="7")


def test_another_plan_keeps_what_was_done_and_asks_again_for_what_was_skipped() -> None:
    incident = begun(PREMISES, structs.replace(HOLDER, arrival=False), structs.replace(POLICE, demanded=False))
    do(incident, "premises", Outcome.NO_ANSWER)
    act(incident, SkipStep(incident.version, "police", "Nobody wants them"))
    decision = decide(
        incident,
        Reclassify("PROP.ALARM.INTR.CONF", "broken window", incident.version),
        by=ANNA,
        now=after(40),
        rules=RULES,
        kinds=KINDS,
    )
    chosen = PlanChosen(incident="i1", steps=(POLICE, PREMISES, HOLDER), refs=(REF,), kind="PROP.ALARM.INTR.CONF")
    fold(incident, [decision.fact, chosen], incident.head + 1, after(40))
    assert at(incident) == "police"
    assert at(do(incident, "police", Outcome.PASSED, reference="7")) == "holder"


@given(any_steps(), st.data())
@settings(max_examples=150)
def test_no_sequence_of_outcomes_loops_for_ever_or_gets_stuck(steps: tuple[Step, ...], data: st.DataObject) -> None:
    """Of every plan that may be kept: after a bounded number of acts its way is at its end and it may be closed. Where
    a step stays however often it is tried - a service that must be told - it may be skipped."""
    incident = begun(*steps)
    for n in range(len(steps) * 8):
        later = 90.0 * (n + 1)
        step = present(incident.plan)
        if step is None:
            break
        outcome = data.draw(st.sampled_from((*OUTCOMES[step.do], None)))
        if outcome is None:
            act(incident, SkipStep(incident.version, step.id, "because"), at=later)
            continue
        contact = "c1" if step.do is StepType.CALL_CONTACT else None
        reference = "7" if outcome is Outcome.PASSED else None
        before = len(incident.plan.settled) if incident.plan else 0
        do(incident, step.id, outcome, contact=contact, reference=reference, listed=("c1",), at=later)
        tries = [deed for deed in incident.deeds if deed.step == step.id]
        stays = step.do is StepType.NOTIFY and step.demanded
        assert stays or step.do is StepType.SEND or len(tries) <= 3
        assert incident.plan is not None
        assert len(incident.plan.settled) - before in (0, 1)
    while (step := present(incident.plan)) is not None:
        act(incident, SkipStep(incident.version, step.id, "because"), at=90)
    assert owed(incident.plan) == ()
    act(incident, Close(seen_upto=1, version=incident.version, disposition="genuine"), at=91)
    assert not incident.open


@pytest.mark.parametrize("plan", plan_library.load(), ids=lambda plan: plan.id)
def test_each_plan_of_the_library_ends_whatever_comes_of_its_steps(plan: Plan) -> None:
    case = Case(kind="ADM.CALL", local=NOON)
    everywhere = structs.replace(plan, when=structs.replace(plan.when, kinds=(), fire_order=()))
    chosen, _ = choose([everywhere], case)
    places = {step.id: n for n, step in enumerate(chosen.steps)}
    longest: dict[str, int] = {END: 0}

    def steps_to_the_end(step_id: str) -> int:
        if step_id not in longest:
            n = places[step_id]
            longest[step_id] = 1 + max(
                steps_to_the_end(leads(chosen.steps, n, outcome)) for outcome in (*OUTCOMES[chosen.steps[n].do], None)
            )
        return longest[step_id]

    assert 0 < steps_to_the_end(chosen.steps[0].id) <= len(chosen.steps)
    assert follow(chosen.steps[0].id, {}) == chosen.steps[0].id
