"""Which incidents an act on many leaves as they are, and why."""

from datetime import timedelta
from typing import Any

import pytest

from belfry.domain.bulk import BulkAct, Filter, Why, refused, unsaid
from belfry.domain.facts import Held, Taken
from belfry.domain.folding import fold, opened
from belfry.domain.incident import NEXT, Incident, Move, State
from belfry.domain.step_facts import MergeHeard
from tests.domain.incidents import NOON, an_opening


def an_incident(*facts: Any, **opening: Any) -> Incident:
    incident = opened(an_opening(**{"kind": "TECH.POWER", "priority": 4, **opening}), 1)
    for position, fact in enumerate(facts, 2):
        fold(incident, [fact], position, NOON)
    return incident


TAKEN = Taken(incident="i1", by="anna", seen_upto=1)
HELD = Held(incident="i1", by="anna", until=NOON + timedelta(hours=1), on=None)


@pytest.mark.parametrize("act", BulkAct)
def test_never_a_priority_1_and_never_where_a_life_may_be_at_stake(act: BulkAct) -> None:
    for facts in ((), (TAKEN,)):
        assert refused(an_incident(*facts, priority=1), act, "boss") is Why.PRIORITY_1
        assert refused(an_incident(*facts, life=True), act, "boss") is Why.LIFE


@pytest.mark.parametrize(
    ("act", "incident", "why"),
    [
        (BulkAct.CLOSE, an_incident(), None),
        (BulkAct.CLOSE, an_incident(TAKEN), Why.TAKEN),
        (BulkAct.CLOSE, an_incident(TAKEN, HELD), Why.HELD),
        (BulkAct.CLOSE, an_incident(state=State.PENDING), Why.PENDING),
        (BulkAct.RELEASE, an_incident(), Why.NOT_TAKEN),
        (BulkAct.RELEASE, an_incident(TAKEN), None),
        (BulkAct.ASSIGN, an_incident(), None),
        (BulkAct.ASSIGN, an_incident(TAKEN), Why.TAKEN),
    ],
)
def test_what_somebody_has_is_his(act: BulkAct, incident: Incident, why: Why | None) -> None:
    assert refused(incident, act, "boss") is why


def test_what_leads_a_case_is_not_closed_with_many_and_may_change_hands() -> None:
    leads = an_incident(MergeHeard(incident="i1", of="i2", number=2, seq=1))
    assert refused(leads, BulkAct.CLOSE, "boss") is Why.LEADS
    assert refused(leads, BulkAct.ASSIGN, "boss") is None


def test_ones_own_may_be_closed_with_many() -> None:
    assert refused(an_incident(TAKEN), BulkAct.CLOSE, "anna") is None


def test_what_its_kind_wants_said_is_not_left_out_for_being_many() -> None:
    assert unsaid(an_incident(kind="PROP.ALARM.INTR"), "false_alarm", None)
    assert not unsaid(an_incident(kind="PROP.ALARM.INTR"), "false_alarm", "animal")
    assert not unsaid(an_incident(), "technical_fault", None)


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (Filter(), True),
        (Filter(kinds=("TECH",)), True),
        (Filter(kinds=("TECH.POWER",)), True),
        (Filter(kinds=("TECH.POW",)), False),
        (Filter(priorities=(4, 5)), True),
        (Filter(priorities=(2,)), False),
        (Filter(states=(State.TAKEN,)), False),
        (Filter(untouched=True), True),
        (Filter(taken_by="anna"), False),
        (Filter(site="panels//4711"), True),
        (Filter(site="panels//4712"), False),
    ],
)
def test_a_filter_means_what_fits_all_of_it(wanted: Filter, fits: bool) -> None:
    assert wanted.fits(an_incident()) is fits


def test_an_exercise_is_never_among_many() -> None:
    assert not Filter().fits(an_incident(trainee="anna"))


def test_what_waits_may_be_closed_with_many_and_by_rule_alone() -> None:
    moves = {move for state, move in NEXT if state is State.WAITING and NEXT[state, move] is State.CLOSED}
    assert moves == {Move.CLOSE_BY_RULE, Move.CLOSE_WITH_MANY}
