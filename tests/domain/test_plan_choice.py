"""Which plan counts, which lie below it, and which add to it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from belfry.domain.contacts import WeekWindow
from belfry.domain.plan import END, Level, Outcome, Plan, Step, StepType, When
from belfry.domain.plan_choice import STEPS_BYTES_MOST, Case, choose, within
from tests.domain.plans import HOLDER, POLICE, PREMISES, a_plan

SATURDAY_NIGHT = datetime(2026, 3, 14, 2, 14, tzinfo=ZoneInfo("Europe/London"))


def london(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=SATURDAY_NIGHT.tzinfo)  # type: ignore[arg-type, misc]


CASE = Case(kind="PROP.ALARM.OUTDOOR", local=SATURDAY_NIGHT, areas=frozenset({"01"}), place=(54.5, 0.5))
HERE = ((54.0, 0.0), (55.0, 0.0), (55.0, 1.0), (54.0, 1.0))
NIGHTS = WeekWindow((4, 5), 1_320, 360)


def plan(name: str, *steps: Step, level: Level = Level.CENTRE, **when: object) -> Plan:
    return a_plan(*steps, id=name, level=level, of="x" if level is not Level.CENTRE else "", when=When(**when))  # type: ignore[arg-type]


def refs(*plans: Plan, case: Case = CASE) -> tuple[list[str], list[str]]:
    chosen, _ = choose(plans, case)
    return [ref.id for ref in chosen.refs], [ref.id for ref in chosen.below]


def test_the_nearest_plan_counts_and_the_others_lie_below_it() -> None:
    levels = [plan(level, level=level) for level in Level]
    assert refs(*levels) == (["account"], ["type", "tenant", "centre"])
    assert refs(*levels[:2]) == (["tenant"], ["centre"])


def test_of_one_level_the_one_that_names_the_kind_most_exactly_counts() -> None:
    every, group, exact = plan("a"), plan("b", kinds=("PROP",)), plan("c", kinds=("PROP.ALARM.OUTDOOR", "FIRE"))
    assert refs(every, group, exact) == (["c"], ["b", "a"])
    assert refs(every, group, case=structs.replace(CASE, kind="PROPER.THING")) == (["a"], [])


def test_a_kind_alone_is_no_beginning_of_others() -> None:
    alone = plan("a", kinds=("=PROP.ALARM",))
    assert refs(alone) == ([], [])
    assert refs(alone, case=structs.replace(CASE, kind="PROP.ALARM")) == (["a"], [])


def test_a_plan_for_these_hours_counts_before_one_for_all() -> None:
    all_hours, nights = plan("a"), plan("b", hours=(NIGHTS,))
    assert refs(all_hours, nights) == (["b"], ["a"])
    noon = structs.replace(CASE, local=SATURDAY_NIGHT.replace(hour=12))
    assert refs(all_hours, nights, case=noon) == (["a"], [])


def test_a_plan_for_a_fire_order_is_for_that_alone() -> None:
    home, other = plan("a", fire_order=("verify_90s",)), plan("b")
    assert refs(home, other) == (["b"], [])
    assert refs(home, other, case=structs.replace(CASE, fire_order="verify_90s")) == (["a"], ["b"])


@pytest.mark.parametrize(("areas", "fits"), [({"1"}, True), ({"001"}, True), ({"2"}, False), (set(), False)])
def test_an_area_is_told_apart_without_its_zeros(areas: set[str], fits: bool) -> None:
    case = structs.replace(CASE, areas=frozenset(areas))
    assert refs(plan("a", areas=("01", "07")), case=case)[0] == (["a"] if fits else [])


def test_what_is_chosen_by_place_adds_its_steps_behind_those_that_count() -> None:
    told = Step(id="police", do=StepType.CONFIRM, text="Tell the harbour", then={Outcome.YES: END})
    counts = plan("main", structs.replace(PREMISES, then={Outcome.REACHED: END}), POLICE)
    adds = plan("port", told, HOLDER, polygon=HERE)
    chosen, reasons = choose([adds, counts], CASE)
    assert [step.id for step in chosen.steps] == ["premises", "police", "port:police", "port:holder"]
    assert chosen.steps[0].then == {Outcome.REACHED: "port:police"}  # what ended the plan leads to what is added
    assert chosen.steps[2].then == {Outcome.YES: END}
    assert reasons == (
        "main 1 of the centre counts: for every kind",
        "port 1 of the centre adds 2: for every kind, at this place",
    )
    elsewhere, _ = choose([adds, counts], structs.replace(CASE, place=(10.0, 10.0)))
    assert elsewhere.steps == (structs.replace(counts.steps[0], text=""), structs.replace(POLICE, text=""))


def test_the_steps_have_no_words_since_they_go_into_the_journal() -> None:
    chosen, _ = choose([plan("a", PREMISES, POLICE)], CASE)
    assert [step.text for step in chosen.steps] == ["", ""]


def test_more_is_not_added_than_an_entry_holds_and_that_is_said() -> None:
    long = [structs.replace(HOLDER, id=f"s{n}" + "x" * 30) for n in range(10)]
    adding = [plan(f"p{n:03}" + "y" * 30, *long, areas=("1",)) for n in range(60)]
    chosen, reasons = choose([plan("main", POLICE), *adding], CASE)
    assert chosen.refs[0].id == "main"
    assert 5 < len(chosen.refs) < 60
    assert sum("no room" in reason for reason in reasons) == 61 - len(chosen.refs)
    assert STEPS_BYTES_MOST < 65_535


def test_without_a_plan_nothing_is_asked_for() -> None:
    chosen, reasons = choose([plan("a", kinds=("FIRE",))], CASE)
    assert (chosen.steps, chosen.refs, reasons) == ((), (), ())


@pytest.mark.parametrize(
    ("local", "holidays", "inside"),
    [
        (london(2026, 3, 13, 22, 0), (), True),
        (london(2026, 3, 14, 5, 59), (), True),
        (london(2026, 3, 14, 6, 0), (), False),
        (london(2026, 3, 16, 2, 0), (), False),
        (london(2026, 3, 14, 2, 0), (date(2026, 3, 13),), False),  # the evening before was no Friday but a holiday
    ],
)
def test_a_night_reaches_into_the_next_day(local: datetime, holidays: tuple[date, ...], inside: bool) -> None:
    assert within([NIGHTS], local, holidays) is inside


@given(st.permutations([plan(level, level=level) for level in Level]), st.lists(st.integers(0, 9), unique=True))
def test_what_is_added_removes_nothing_in_whatever_order_plans_come(plans: list[Plan], added: list[int]) -> None:
    alone, _ = choose(plans, CASE)
    adding = [plan(f"add{n}", POLICE, areas=("1",)) for n in added]
    chosen, _ = choose([*adding, *plans], CASE)
    assert [step.id for step in chosen.steps[: len(alone.steps)]] == [step.id for step in alone.steps]
    assert chosen.below == alone.below
