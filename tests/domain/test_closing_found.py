"""The ending that is offered first: what the handling found, and nothing where somebody has to judge."""

from typing import Any

import pytest

from belfry.domain.closing import Disposition
from belfry.domain.closing_found import found
from belfry.domain.facts import WordChecked
from belfry.domain.folding import fold, point_of
from belfry.domain.incident import Incident
from belfry.domain.plan import Outcome, StepType
from belfry.domain.step_facts import StepDone
from tests.domain.incidents import a_cancel, a_restore, a_signal, after, an_incident


def done(do: StepType, outcome: Outcome) -> StepDone:
    return StepDone(incident="i1", by="anna", do=do, outcome=outcome, settles=False)


def after_deeds(kind: str, *deeds: StepDone, restored: bool = False, **opening: Any) -> Incident:
    incident = an_incident(*deeds, kind=kind, **opening)
    if restored:
        fold(incident, [a_restore(point_of(a_signal()))], incident.head + 1, after(9))
    return incident


RIGHT = done(StepType.ASK_WORD, Outcome.RIGHT)
REACHED = done(StepType.CALL_PREMISES, Outcome.REACHED)
CAUSE = done(StepType.LOOK, Outcome.CAUSE_SEEN)


@pytest.mark.parametrize(
    ("incident", "ending"),
    [
        (an_incident(a_cancel()), Disposition.CANCELLED),
        (after_deeds("PROP.ALARM.INTR", REACHED, RIGHT), Disposition.USER_ERROR),
        (after_deeds("PROP.CLOSE.LATE", REACHED), Disposition.USER_ERROR),
        (after_deeds("FIRE.ALARM.AUTO", REACHED, RIGHT, CAUSE), Disposition.FALSE_ALARM),
        (after_deeds("TECH.POWER", restored=True), Disposition.TECHNICAL_FAULT),
        (after_deeds("TECH.COMMS.LOST", restored=True), Disposition.COMMS_FAULT),
    ],
)
def test_what_was_found_is_offered(incident: Incident, ending: Disposition) -> None:
    assert found(incident) is ending


@pytest.mark.parametrize(
    "incident",
    [
        after_deeds("PROP.ALARM.INTR"),
        after_deeds("PROP.ALARM.INTR", REACHED),  # whoever answers the telephone may be anybody
        after_deeds("PROP.ALARM.INTR", restored=True),
        after_deeds("FIRE.ALARM.AUTO", restored=True),
        after_deeds("FIRE.ALARM.AUTO", REACHED, RIGHT),  # a word says nothing of a fire
        after_deeds("MED.ALARM.CARE", REACHED),
        after_deeds("TECH.POWER"),
        after_deeds("PROP.ALARM.INTR", RIGHT, silent=True),
    ],
)
def test_where_nothing_was_found_nothing_is_offered(incident: Incident) -> None:
    assert found(incident) is None


@pytest.mark.parametrize(
    "grave",
    [Outcome.WRONG_WORD, Outcome.DURESS, Outcome.PERSON_SEEN, Outcome.BREAK_IN_SEEN, Outcome.VIOLENCE_SEEN],
)
def test_after_something_grave_a_person_judges(grave: Outcome) -> None:
    assert found(after_deeds("PROP.ALARM.INTR", done(StepType.LOOK, grave), RIGHT, CAUSE)) is None


def test_after_a_wrong_word_a_person_judges() -> None:
    incident = after_deeds("PROP.ALARM.INTR", RIGHT)
    fold(incident, [WordChecked(incident="i1", by="anna")], incident.head + 1, after(9))
    assert found(incident) is None
