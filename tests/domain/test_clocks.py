"""The deadlines of RULES 4: who should have taken what by when, and whom an untaken one reaches."""

from typing import Final

import pytest

from belfry.domain.clocks import Clock, clocks
from belfry.domain.escalation import Level, levels
from belfry.domain.facts import Closed, Due, Held, Noted, Released, Taken
from belfry.domain.incident import fold
from belfry.domain.presets import Rules
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
