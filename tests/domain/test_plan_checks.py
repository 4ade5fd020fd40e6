"""What may be kept as a plan, and what is said of one that may not."""

import tomllib

import msgspec
import pytest
from hypothesis import given, settings
from msgspec import structs

from belfry.domain import kinds, plan_library
from belfry.domain.contacts import CallList, WeekWindow
from belfry.domain.plan import END, STEPS_MOST, Level, Outcome, Plan, Step, StepType, When
from belfry.domain.plan_checks import check, fitting_kinds, warnings
from belfry.domain.plan_graph import loop, way_round
from belfry.domain.tables import table_bytes
from belfry.domain.templates import load as account_types
from tests.domain.plans import HOLDER, POLICE, PREMISES, a_plan, any_plan

KINDS = kinds.load()
READ = Step(id="read", do=StepType.READ, text="Know this")


def flaws_of(plan: Plan) -> list[str]:
    return [flaw.field for flaw in check(plan, KINDS, types=frozenset(account_types()))]


def test_a_plan_that_leads_somewhere_may_be_kept() -> None:
    assert flaws_of(a_plan(PREMISES, HOLDER, POLICE)) == []


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (a_plan(structs.replace(PREMISES, then={Outcome.REACHED: "nowhere"})), "steps[0].then.reached"),
        (a_plan(structs.replace(PREMISES, then={Outcome.PASSED: END})), "steps[0].then.passed"),
        (a_plan(PREMISES, structs.replace(HOLDER, then={Outcome.BUSY: "premises"})), "steps[1].then"),
        (a_plan(structs.replace(READ, then={Outcome.READ: "read"})), "steps[0].then"),
        (a_plan(structs.replace(READ, then={Outcome.READ: END}), PREMISES), "steps[1]"),
        (a_plan(kinds=("NO.SUCH",)), "when.kinds[0]"),
        (a_plan(kinds=("PROP.ALARM.INT",)), "when.kinds[0]"),
        (a_plan(kinds=("=PROP.ALARM",)), "when.kinds[0]"),
        (a_plan(*(structs.replace(READ, id=f"r{n}") for n in range(STEPS_MOST + 1))), "steps"),
        (a_plan(structs.replace(READ, text="x" * 1_001)), "steps[0].text"),
        (a_plan(structs.replace(READ, text=" ")), "steps[0].text"),
        (a_plan(READ, READ), "steps[1]"),
        (a_plan(structs.replace(READ, id="end")), "steps[0].id"),
        (a_plan(structs.replace(READ, id="a:b")), "steps[0].id"),
        (a_plan(structs.replace(READ, contacts=CallList.FIRE)), "steps[0].contacts"),
        (a_plan(Step(id="w", do=StepType.WAIT, text="Wait")), "steps[0].wait_s"),
        (a_plan(Step(id="w", do=StepType.WAIT, text="Wait", on="monday")), "steps[0].on"),
        (a_plan(structs.replace(POLICE, then={Outcome.NO_ANSWER: END})), "steps[0].then.no_answer"),
        (a_plan(of="somebody"), "of"),
        (a_plan(level=Level.TENANT), "of"),
        (a_plan(level=Level.TYPE, of="mosque"), "of"),
        (a_plan(when=When(hours=(WeekWindow((8,)),))), "when.hours[0].days"),
        (a_plan(when=When(polygon=((1.0, 2.0), (2.0, 3.0)))), "when.polygon"),
        (a_plan(when=When(fire_order=("soon",))), "when.fire_order[0]"),
    ],
)
def test_what_may_not_be_kept_is_named_by_its_field(plan: Plan, field: str) -> None:
    assert field in flaws_of(plan)


def test_a_loop_is_told_by_the_steps_on_it() -> None:
    back = structs.replace(HOLDER, then={Outcome.BUSY: "premises"})
    (flaw,) = check(a_plan(PREMISES, back), KINDS)
    assert flaw.value == "'premises > holder > premises'"


def test_an_unknown_type_of_step_or_outcome_is_no_plan_at_all() -> None:
    for steps in ({"id": "a", "do": "arrest"}, {"id": "a", "do": "read", "then": {"shrugged": "end"}}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"id": "x", "name": "X", "steps": [steps]}, Plan)


def test_a_plan_of_the_centre_for_a_priority_1_has_a_service_told_with_a_reference() -> None:
    fire = ("FIRE.ALARM",)
    assert flaws_of(a_plan(PREMISES, HOLDER, kinds=fire)) == ["steps"]
    assert flaws_of(a_plan(PREMISES, structs.replace(POLICE, reference=False), kinds=fire)) == ["steps"]
    assert flaws_of(a_plan(PREMISES, structs.replace(POLICE, demanded=False), kinds=fire)) == ["steps"]
    assert flaws_of(a_plan(PREMISES, POLICE, kinds=fire)) == []


def test_only_who_found_out_what_it_is_may_lead_round_the_service() -> None:
    fire = ("FIRE.ALARM",)
    round_it = structs.replace(PREMISES, then={Outcome.NO_ANSWER: END})
    assert flaws_of(a_plan(round_it, POLICE, kinds=fire)) == ["steps"]
    assert way_round((round_it, POLICE)) == ["premises"]
    assert flaws_of(a_plan(structs.replace(PREMISES, then={Outcome.REACHED: END}), POLICE, kinds=fire)) == []


def test_a_nearer_plan_without_a_service_may_be_meant_and_is_warned_of() -> None:
    own = a_plan(PREMISES, kinds=("FIRE.ALARM",), level=Level.TENANT, of="north")
    assert flaws_of(own) == []
    assert [flaw.field for flaw in warnings(own, KINDS)] == ["steps"]


def test_a_plan_that_adds_is_short_and_need_tell_nobody() -> None:
    where = When(kinds=("FIRE",), polygon=((54.0, 0.0), (55.0, 0.0), (55.0, 1.0)))
    assert flaws_of(a_plan(READ, when=where)) == []
    many = [structs.replace(READ, id=f"r{n}") for n in range(11)]
    assert flaws_of(a_plan(*many, when=where)) == ["steps"]


def test_the_library_may_be_kept_and_has_a_plan_for_every_kind() -> None:
    plans = plan_library.load()
    assert {plan.id: flaws_of(plan) for plan in plans if flaws_of(plan)} == {}
    assert [plan.id for plan in plans if warnings(plan, KINDS)] == []
    assert len({plan.id for plan in plans}) == len(plans)
    covered = {kind.code for plan in plans if plan.level is Level.CENTRE for kind in fitting_kinds(plan, KINDS)}
    assert covered == {kind.code for kind in KINDS.all()}


@pytest.mark.parametrize("language", kinds.LANGUAGES[1:])
def test_the_library_says_all_of_it_in_each_language(language: str) -> None:
    said = tomllib.loads(table_bytes(f"plans/{language}.toml").decode("utf-8"))
    assert {plan_id: set(words) for plan_id, words in said.items()} == {
        plan.id: {"name", *(step.id for step in plan.steps)} for plan in plan_library.load()
    }
    plans = plan_library.load(language)
    assert {plan.id: flaws_of(plan) for plan in plans if flaws_of(plan)} == {}
    english = {plan.id: plan.name for plan in plan_library.load()}
    assert [plan.id for plan in plans if plan.name == english[plan.id]] == []


def test_the_library_reads_the_same_after_it_was_kept() -> None:
    for plan in plan_library.load():
        assert msgspec.json.decode(msgspec.json.encode(plan), type=Plan) == plan


@given(any_plan())
@settings(max_examples=50)
def test_steps_that_lead_ahead_alone_are_never_taken_for_a_loop(plan: Plan) -> None:
    assert loop(plan.steps) == ()
