"""The deadlines of RULES 4: who should have taken what by when, and whom an untaken one reaches."""

from typing import Any, Final

import pytest

from belfry.domain.clocks import Clock, clocks, limits
from belfry.domain.escalation import Level, levels
from belfry.domain.facts import Closed, Due, Held, Noted, Released, Taken
from belfry.domain.folding import fold
from belfry.domain.incident import Incident
from belfry.domain.plan import Outcome, Step, StepType
from belfry.domain.presets import Rules
from belfry.domain.step_facts import Arrived, Merged, PlanChosen, StepDone
from tests.domain.incidents import a_joining, a_pending, after, an_incident

RULES: Final = Rules()
TAKEN: Final = Taken(incident="i1", by="anna", seen_upto=1)


@pytest.mark.parametrize(
    ("priority", "target", "limit"), [(1, 30, 60), (2, 90, 180), (3, 90, 180), (4, 900, 3600)], ids=str
)
def test_the_take_clock_is_that_of_the_priority(priority: int, target: int, limit: int) -> None:
    assert clocks(an_incident(priority=priority), RULES)["take"] == Clock(after(target), after(limit))


def test_a_priority_5_has_no_clock_and_reaches_nobody() -> None:
    assert clocks(an_incident(priority=5), RULES) == {}
    assert levels(an_incident(priority=5), RULES) == ()


def test_only_a_priority_1_has_a_clock_for_the_first_act() -> None:
    assert clocks(an_incident(priority=1), RULES)["act"] == Clock(after(60), after(60))
    assert "act" not in clocks(an_incident(priority=2), RULES)


def test_the_first_take_stops_the_take_clock_and_the_first_act_the_other() -> None:
    incident = an_incident(priority=1)
    fold(incident, [TAKEN], 2, after(12))
    assert clocks(incident, RULES)["take"].done_at == after(12)
    assert clocks(incident, RULES)["act"].done_at is None
    fold(incident, [Noted(incident="i1", by="anna")], 3, after(40))
    assert clocks(incident, RULES)["act"].done_at == after(40)


def test_a_held_one_is_taken_as_far_as_its_clock_goes() -> None:
    incident = an_incident(TAKEN, Held(incident="i1", by="anna", until=after(300)))
    assert clocks(incident, RULES)["take"].done_at is not None


def test_closing_by_rule_stops_every_clock() -> None:
    incident = an_incident(priority=1)
    fold(incident, [Closed(incident="i1", disposition="technical_fault")], 2, after(20))
    assert {clock.done_at for clock in clocks(incident, RULES).values()} == {after(20)}


def test_a_pending_one_counts_from_the_end_of_its_delay() -> None:
    incident = a_pending(120, priority=3)
    assert clocks(incident, RULES)["take"] == Clock(after(210), after(300))
    fold(incident, [Due(incident="i1")], 2, after(121))
    assert clocks(incident, RULES)["take"] == Clock(after(211), after(301))


def test_one_that_came_back_counts_anew_while_it_waits() -> None:
    incident = an_incident(TAKEN)
    fold(incident, [Released(incident="i1", by="anna")], 3, after(500))
    assert clocks(incident, RULES)["take"] == Clock(after(590), after(680))
    fold(incident, [TAKEN], 4, after(510))
    assert clocks(incident, RULES)["take"] == Clock(after(90), after(180), incident.opened_at)


def test_a_rise_of_priority_counts_from_the_rise() -> None:
    incident = an_incident(priority=3)
    fold(incident, [a_joining(priority=1)], 2, after(80))
    assert clocks(incident, RULES)["take"] == Clock(after(110), after(140))


def test_an_untaken_priority_1_reaches_desk_supervisor_and_outside() -> None:
    assert levels(an_incident(priority=1), RULES) == (
        Level(after(30), "desk"),
        Level(after(60), "supervisor"),
        Level(after(90), "outside"),
    )


def test_the_others_reach_the_desk_at_their_target_and_the_supervisor_at_their_limit() -> None:
    assert levels(an_incident(priority=4), RULES) == (Level(after(900), "desk"), Level(after(3600), "supervisor"))


def test_what_is_taken_in_time_or_pending_reaches_nobody() -> None:
    assert levels(an_incident(TAKEN, priority=2), RULES) == ()
    assert levels(a_pending(priority=1), RULES) == ()


# -- what was taken, and what is not done


def levels_of(incident: Incident) -> list[tuple[str, str, float]]:
    return [(one.clock, one.level, (one.at - incident.opened_at).total_seconds()) for one in levels(incident, RULES)]


def test_what_is_taken_and_left_alone_reaches_the_next_operator_and_the_supervisor() -> None:
    assert levels_of(an_incident(TAKEN, priority=1)) == [
        ("act", "next", 60),
        ("act", "supervisor", 90),
        ("told", "next", 90),
        ("told", "supervisor", 120),
    ]


def test_a_late_take_has_some_time_of_its_own() -> None:
    incident = an_incident(priority=1)
    fold(incident, [TAKEN], 2, after(300))
    assert [at for *_, at in levels_of(incident)] == [330, 360, 330, 360]


def test_what_is_handled_under_another_one_reaches_nobody() -> None:
    merged = an_incident(TAKEN, Merged(incident="i1", into="i2", by="anna"), priority=1)
    assert levels(merged, RULES) == ()


@pytest.mark.parametrize(
    ("kind", "priority", "found"),
    [
        ("PERS.ALARM.HOLDUP", 1, {"take": (30, 60), "act": (60, 60), "told": (90, 90)}),
        ("MED.ALARM.CARE", 1, {"take": (30, 60), "act": (60, 180)}),
        ("MED.WELFARE", 2, {"take": (90, 180), "act": (60, 180)}),
        ("FIRE.SUPERVISORY", 3, {"take": (90, 180), "act": (0, 180), "arrive": (7_200, 7_200)}),
        ("FIRE.FAULT", 3, {"take": (90, 180), "arrive": (14_400, 14_400)}),
        ("PROP.ALARM.INTR", 2, {"take": (90, 180)}),
        ("TECH.FAULT", 4, {"take": (900, 3_600)}),
        ("TECH.CENTRE", 1, {"take": (30, 60), "act": (60, 60)}),
        ("ADM.INFO", 5, {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_kind_has_the_presets_of_the_rules(kind: str, priority: int, found: dict[str, tuple[int, int]]) -> None:
    assert {name: (one.target_s, one.limit_s) for name, one in limits(kind, priority, RULES).items()} == found


def test_a_report_holds_a_fire_against_the_limit_of_fires() -> None:
    rules = Rules(fire_told_s=120, told_1_s=80)
    told = [limits(kind, 1, rules)["told"].limit_s for kind in ("FIRE.ALARM.AUTO", "PERS.ALARM.HOLDUP")]
    assert told == [120, 80]


def done(do: StepType, outcome: Outcome | None, **more: Any) -> StepDone:
    return StepDone(incident="i1", by="anna", do=do, outcome=outcome, **more)


def test_the_service_knows_once_it_was_passed_on_or_a_person_said_why_not() -> None:
    told = an_incident(TAKEN, done(StepType.NOTIFY, Outcome.PASSED), priority=1)
    assert clocks(told, RULES)["told"].done_at is not None
    skipped = an_incident(TAKEN, done(StepType.NOTIFY, None), priority=1)
    assert clocks(skipped, RULES)["told"].done_at is not None
    tried = an_incident(TAKEN, done(StepType.NOTIFY, Outcome.BUSY), priority=1)
    assert clocks(tried, RULES)["told"].done_at is None


def test_a_plan_that_leads_to_no_service_has_no_clock_for_one() -> None:
    steps = (Step(id="word", do=StepType.ASK_WORD, then={Outcome.RIGHT: "end"}), Step(id="police", do=StepType.NOTIFY))
    incident = an_incident(TAKEN, PlanChosen(incident="i1", steps=steps, refs=()), priority=1)
    assert "told" in clocks(incident, RULES)
    fold(incident, [done(StepType.ASK_WORD, Outcome.RIGHT, step="word", next="end")], 9, after(40))
    assert "told" not in clocks(incident, RULES)


def test_a_service_that_a_branch_has_passed_by_is_not_waited_for() -> None:
    steps = (
        Step(id="look", do=StepType.LOOK, then={Outcome.CAUSE_SEEN: "note"}),
        Step(id="police", do=StepType.NOTIFY),
        Step(id="note", do=StepType.CONFIRM),
    )
    incident = an_incident(TAKEN, PlanChosen(incident="i1", steps=steps, refs=()), priority=1)
    assert "told" in clocks(incident, RULES)
    fold(incident, [done(StepType.LOOK, Outcome.CAUSE_SEEN, step="look", next="note")], 9, after(40))
    assert "told" not in clocks(incident, RULES)


def test_the_arrival_clock_is_that_of_who_comes_first_and_ends_when_he_is_there() -> None:
    incident = an_incident(TAKEN)
    assert "arrive" not in clocks(incident, RULES)
    for position, (contact, minutes) in enumerate((("late", 30), ("soon", 10)), 10):
        step = done(StepType.CALL_CONTACT, Outcome.REACHED, contact=contact, arrives_at=after(minutes * 60))
        fold(incident, [step], position, after(20))
    assert clocks(incident, RULES)["arrive"] == Clock(after(600), after(1_200))
    fold(incident, [Arrived(incident="i1", by="anna", contact="soon")], 50, after(500))
    assert clocks(incident, RULES)["arrive"] == Clock(after(1_800), after(2_400))  # the other is still awaited
    fold(incident, [Arrived(incident="i1", by="anna", contact="late")], 51, after(1_700))
    assert clocks(incident, RULES)["arrive"].done_at == after(500)


def test_whoever_gave_up_is_awaited_no_more() -> None:
    step = done(StepType.SEND, Outcome.SENT, arrives_at=after(600))
    incident = an_incident(TAKEN, step, Arrived(incident="i1", by="anna", given_up=True))
    assert "arrive" not in clocks(incident, RULES)


def test_another_room_is_reached_where_there_is_one() -> None:
    assert "room" not in [one.level for one in levels(an_incident(priority=1), RULES)]
    with_a_room = levels(an_incident(priority=1), Rules(room_1_s=75))
    assert [one.level for one in with_a_room] == ["desk", "supervisor", "room", "outside"]


def test_one_that_woke_stands_behind_what_came_meanwhile() -> None:
    held = an_incident(TAKEN, Held(incident="i1", by="anna", until=after(300)), priority=2)
    fold(held, [Due(incident="i1")], 9, after(300))
    new = an_incident(priority=2)
    new.opened_at = after(200)
    assert new.order < held.order


def test_where_a_voice_is_waited_for_a_note_is_none_and_a_call_is_whatever_came_of_it() -> None:
    incident = an_incident(kind="MED.ALARM.CARE", priority=1)
    fold(incident, [TAKEN], 2, after(10))
    fold(incident, [Noted(incident="i1", by="anna")], 3, after(20))
    assert clocks(incident, RULES)["act"].done_at is None
    fold(incident, [done(StepType.CALL_PREMISES, Outcome.NO_ANSWER)], 4, after(50))
    assert clocks(incident, RULES)["act"].done_at == after(50)
