"""How an incident may end: the table that groups it, what is offered, and what must be said."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from msgspec import structs

from belfry.domain import kinds
from belfry.domain.closing import FALSE, GROUPS, JUDGED, Cause, Disposition, Group, group_of
from belfry.domain.closing_rules import choices, is_false, is_judged, likely, needed
from belfry.domain.commands import Close, Command, Invalid
from belfry.domain.facts import Taken
from belfry.domain.folding import fold
from belfry.domain.handling import Decision, decide
from belfry.domain.incident import Incident
from belfry.domain.plan import Outcome, StepType
from belfry.domain.presets import Rules
from belfry.domain.step_facts import StepDone
from tests.domain.incidents import ANNA, after, an_incident

FIRE: Final[Mapping[str, Any]] = {"kind": "FIRE.ALARM.AUTO", "priority": 1}


def taken(**opening: Any) -> Incident:
    return an_incident(Taken(incident="i1", by="anna", seen_upto=1), **opening)


def act(incident: Incident, command: Command) -> Decision:
    command = structs.replace(command, version=incident.version)
    return decide(incident, command, by=ANNA, now=after(10), rules=Rules(), kinds=kinds.load())


def close(disposition: str, cause: str | None = None, **words: Any) -> Close:
    return Close(seen_upto=1, version=0, disposition=disposition, cause=cause, **words)


# -- the table


def test_each_disposition_with_each_cause_is_of_one_group() -> None:
    assert set(GROUPS) == {(one, cause) for one in Disposition for cause in (None, *Cause)}
    assert {GROUPS[Disposition.GENUINE, cause] for cause in (None, *Cause)} == {Group.GENUINE}
    assert {GROUPS[Disposition.TEST, cause] for cause in (None, *Cause)} == {Group.TEST}


@pytest.mark.parametrize(
    ("disposition", "cause", "group"),
    [
        ("false_alarm", "cooking", Group.USER),
        ("false_alarm", "equipment_defect", Group.EQUIPMENT),
        ("false_alarm", "animal", Group.ENVIRONMENT),
        ("false_alarm", "network_failure", Group.COMMUNICATION),
        ("false_alarm", "malicious", Group.MALICIOUS),
        ("user_error", "malicious", Group.MALICIOUS),
        ("false_alarm", None, Group.UNKNOWN),
        ("cancelled", None, Group.USER),
        ("weather", "mains_failure", Group.ENVIRONMENT),
        ("restored", None, Group.NONE),
        ("of a later release", None, Group.NONE),
    ],
)
def test_a_closing_is_counted_where_an_operator_would_look_for_it(
    disposition: str, cause: str | None, group: Group
) -> None:
    assert group_of(disposition, cause) is group


def test_the_lists_only_grow() -> None:
    """Codes that are in journals; one that goes, or is renamed, takes the meaning from what was written down."""
    assert [str(one) for one in Disposition] == [
        *("genuine", "false_alarm", "user_error", "technical_fault", "test", "weather", "comms_fault", "cancelled"),
        *("duplicate", "no_cause_found", "passed_on", "restored"),
    ]
    assert [str(one) for one in Cause][:21] == [
        *("fire", "cooking", "dust_or_steam", "contractor_works", "user_mistake", "forgotten_code"),
        *("equipment_defect", "low_battery", "mains_failure", "network_failure", "storm", "animal", "break_in"),
        *("intrusion_attempt", "medical_need", "fall", "lift_fault", "water", "unknown", "other", "malicious"),
    ]


# -- what is offered


@pytest.mark.parametrize("kind", [kind.code for kind in kinds.load().all()])
def test_a_digit_means_the_same_disposition_for_every_kind(kind: str) -> None:
    digits = {one: "1234567890"[n] if n < 10 else None for n, one in enumerate(JUDGED)}
    offered = choices(kind)
    assert {one.disposition: one.key for one in offered}.items() <= digits.items()
    assert {Disposition.GENUINE, Disposition.FALSE_ALARM} <= {one.disposition for one in offered}
    for one in offered:
        assert one.causes[-2:] == (Cause.UNKNOWN, Cause.OTHER)
        assert len(set(one.causes)) == len(one.causes) <= 13


def test_the_likeliest_cause_of_a_kind_comes_first_and_what_does_not_happen_to_it_is_left_out() -> None:
    assert likely("FIRE.STRUCT", Disposition.FALSE_ALARM)[:2] == (Cause.COOKING, Cause.DUST_OR_STEAM)
    assert likely("FIRE.STRUCT", Disposition.GENUINE)[:2] == (Cause.FIRE, Cause.EQUIPMENT_DEFECT)
    assert likely("RES.LIFT", Disposition.GENUINE)[0] is Cause.LIFT_FAULT
    intruder = likely("PROP.ALARM.INTR", Disposition.FALSE_ALARM)
    assert (Cause.ANIMAL in intruder, Cause.COOKING in intruder) == (True, False)
    assert Cause.FORGOTTEN_CODE in likely("PROP.ALARM.INTR", Disposition.USER_ERROR)
    assert Cause.LOW_BATTERY in likely("FIRE.FAULT", Disposition.TECHNICAL_FAULT)
    assert Disposition.WEATHER not in {one.disposition for one in choices("MED.ALARM.CARE")}


# -- what must be said


@pytest.mark.parametrize("kind", ["FIRE.ALARM.AUTO", "PROP.ALARM.INTR", "PROP.ALARM.INTR.CONF"])
def test_a_false_alarm_of_fire_or_intrusion_needs_its_cause(kind: str) -> None:
    with pytest.raises(Invalid) as refused:
        act(taken(kind=kind), close("false_alarm"))
    assert refused.value.field == "cause"
    act(taken(kind=kind), close("false_alarm", "unknown"))


def test_a_fault_needs_no_cause_and_no_service() -> None:
    act(taken(kind="FIRE.FAULT"), close("false_alarm"))
    act(taken(kind="FIRE.FAULT"), close("genuine"))
    act(taken(kind="TECH.WATERLEAK"), close("false_alarm"))


def test_a_genuine_fire_is_passed_to_the_service_first_or_somebody_says_why_not() -> None:
    with pytest.raises(Invalid) as refused:
        act(taken(**FIRE), close("genuine", "fire"))
    assert refused.value.field == "told"
    for outcome in (Outcome.PASSED, None):
        incident = taken(**FIRE)
        fold(incident, [StepDone(incident="i1", by="anna", do=StepType.NOTIFY, outcome=outcome)], 3, after(5))
        act(incident, close("genuine", "fire"))
    engaged = taken(**FIRE)
    fold(engaged, [StepDone(incident="i1", by="anna", do=StepType.NOTIFY, outcome=Outcome.BUSY)], 3, after(5))
    with pytest.raises(Invalid, match="told"):
        act(engaged, close("genuine", "fire"))


def test_a_cause_that_says_nothing_by_itself_needs_a_comment() -> None:
    with pytest.raises(Invalid) as refused:
        act(taken(), close("false_alarm", "other"))
    assert refused.value.field == "comment"
    assert act(taken(), close("false_alarm", "other", comment="A balloon")).words == "A balloon"


def test_a_comment_is_sealed_with_the_reason() -> None:
    decision = act(taken(), close("genuine", "break_in", reason="is replaced", comment="Through the roof"))
    assert decision.words == "is replaced\nThrough the roof"
    with pytest.raises(Invalid, match="comment: at most"):
        act(taken(), close("genuine", comment="x" * 1_001))


# -- what counts as false


def test_only_alarms_are_false_and_only_what_was_judged_counts() -> None:
    assert is_false("FIRE.ALARM.AUTO", "false_alarm", "cooking")
    assert not is_false("TECH.POWER", "technical_fault", "low_battery")
    assert not is_judged("FIRE.ALARM.AUTO", "test", None)
    assert not is_judged("FIRE.ALARM.AUTO", "restored", None)
    assert is_judged("FIRE.ALARM.AUTO", "genuine", "fire")
    assert not set(FALSE) & {Group.GENUINE, Group.TEST, Group.NONE}
    assert needed("PROP.ALARM.INTR", "genuine") == ()
