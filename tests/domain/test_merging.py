"""What one incident under another means: who may, what the leading one hears, and what becomes of both."""

from typing import Any

import pytest
from msgspec import structs

from belfry.domain import clocks
from belfry.domain.commands import Conflict, Invalid, Merge, Refusal, Staff, Unmerge, Unseen
from belfry.domain.escalation import levels
from belfry.domain.facts import Closed, Effect, IncidentState, Taken
from belfry.domain.folding import fold, point_of
from belfry.domain.incident import Incident
from belfry.domain.merging import closed_with, merge, news, still_owed, unmerge
from belfry.domain.presets import Rules
from belfry.domain.signal import Method
from belfry.domain.step_facts import Merged, MergeHeard, Unmerged
from tests.domain.incidents import ANNA, BERT, NOON, a_joining, a_signal, after, an_incident

HEAD = Staff("hilda", "supervisor")


def a_lead(**opening: Any) -> Incident:
    return an_incident(Taken(incident="i1", by="anna", seen_upto=1), **opening)


def another(**opening: Any) -> Incident:
    return an_incident(incident="i2", number=2, **opening)


def refusal(
    lead: Incident, other: Incident, by: Staff = ANNA, reason: str | None = None, *, apart: bool = False
) -> str:
    try:
        merge(other, lead, Merge("i1", other.version, reason), by=by, apart=apart)
    except Refusal as error:
        return error.title
    return ""


def under(lead: Incident, other: Incident, position: int = 10) -> None:
    """Merge one into another, as the desk and the listener write it."""
    fold(other, [Merged(incident=other.id, into=lead.id, by="anna")], position, NOON)
    hear(lead, other, position + 1)


def hear(lead: Incident, other: Incident, position: int) -> list[MergeHeard]:
    found = list(news(lead, [other]))
    if found:
        fold(lead, found, position, NOON)
    return found


def test_an_operator_merges_what_waits_or_is_his_into_what_he_has() -> None:
    assert refusal(a_lead(), another()) == ""
    mine = another()
    fold(mine, [Taken(incident="i2", by="anna", seen_upto=1)], 2, NOON)
    assert refusal(a_lead(), mine) == ""
    his = another()
    fold(his, [Taken(incident="i2", by="bert", seen_upto=1)], 2, NOON)
    assert refusal(a_lead(), his) == "Taken by bert"
    assert refusal(a_lead(), another(), BERT) == "Take number 1 first: who has the leading one merges"
    assert refusal(a_lead(), a_lead()) == "It leads this case itself"
    assert refusal(a_lead(), another(), apart=True) == "They belong to different tenants: each is handled for itself"


def test_what_is_graver_silent_or_another_hazard_wants_a_supervisor_and_a_reason() -> None:
    lead = an_incident(Taken(incident="i1", by="hilda", seen_upto=1))
    for other in (another(priority=1), another(silent=True), another(kind="FIRE.ALARM.AUTO")):
        assert "only a supervisor" in refusal(a_lead(), other)
        assert refusal(lead, other, HEAD).startswith("reason: needed")
        assert refusal(lead, other, HEAD, "One gang") == ""


def test_there_is_no_chain_and_no_loop() -> None:
    lead, other, third = a_lead(), another(), an_incident(incident="i3", number=3)
    under(lead, other)
    assert refusal(lead, other) == "It is merged already"
    fold(third, [Taken(incident="i3", by="anna", seen_upto=1)], 2, NOON)
    assert refusal(third, lead) == "1 are merged into it: it leads a case of its own"


def test_a_merged_one_has_no_clocks_and_reaches_nobody() -> None:
    lead, other = a_lead(priority=1), another(priority=1)
    under(lead, other)
    assert (clocks.clocks(other, Rules()), levels(other, Rules())) == ({}, ())
    assert clocks.clocks(lead, Rules())


def test_signals_of_a_merged_one_are_unseen_signals_of_the_leading_one_and_wake_it() -> None:
    lead, other = a_lead(), another()
    under(lead, other)
    assert hear(lead, other, 20) == [], "what is known is not said again"
    lead.state = IncidentState.HELD
    fold(other, [a_joining("i2", 12, rings=True)], 12, NOON)
    (heard,) = hear(lead, other, 21)
    assert (heard.signals, heard.rings, heard.wakes) == (1, True, True)
    assert (lead.signals_seq, lead.rings_at, lead.state) == (2, 21, IncidentState.WAITING)


def test_the_leading_one_becomes_as_grave_as_what_joins_below_it() -> None:
    lead, other = a_lead(), another()
    under(lead, other)
    fold(other, [a_joining("i2", 12, priority=1, rank=4)], 12, NOON)
    hear(lead, other, 21)
    assert (lead.priority, lead.rank) == (1, 4)


def test_restores_owed_below_are_waited_for_above_until_they_come() -> None:
    lead, other = a_lead(), another(restore="required")
    under(lead, other)
    assert still_owed(lead) == 1
    restore = a_joining("i2", 12, effect=Effect.RESTORE, restored=(point_of(a_signal()),))
    fold(other, [restore], 12, NOON)
    hear(lead, other, 21)
    assert still_owed(lead) == 0


def test_closing_passes_by_no_signal_that_the_leading_one_has_not_heard_of() -> None:
    lead, other = a_lead(), another()
    under(lead, other)
    closed = Closed(incident="i1", by="anna", disposition="genuine")
    below = closed_with(other, lead, closed, follow_up_at=after(60))
    assert (below.disposition, below.by, below.follow_up_at) == ("genuine", "anna", None)
    fold(other, [a_joining("i2", 12)], 12, NOON)
    with pytest.raises(Unseen, match="1 signal unseen"):
        closed_with(other, lead, closed, follow_up_at=after(60))


def test_an_unmerged_one_is_his_who_said_so_and_the_leading_one_lets_it_go() -> None:
    lead, other = a_lead(), another()
    under(lead, other)
    fact, _ = unmerge(other, lead, Unmerge(other.version), by=ANNA)
    fold(other, [fact], 20, NOON)
    hear(lead, other, 21)
    assert (other.state, other.taken_by, other.merged_into) == (IncidentState.TAKEN, "anna", None)
    assert lead.merged == ()


def test_who_does_not_lead_un_merges_nothing_and_what_leads_no_more_gives_it_back_to_the_queue() -> None:
    lead, other = a_lead(), another()
    under(lead, other)
    for by, incident in ((BERT, other), (ANNA, another())):
        with pytest.raises(Conflict):
            unmerge(incident, lead, Unmerge(incident.version), by=by)
    fold(other, [Unmerged(incident="i2", out_of="i1")], 20, NOON)
    assert (other.state, other.taken_by, other.rings_at) == (IncidentState.WAITING, None, 20)


def test_an_exercise_is_never_merged_with_what_is_real() -> None:
    other = structs.replace(another(), trainee="anna")
    assert refusal(a_lead(), other) == "An exercise is never one case with what is real"


def test_a_reason_is_a_field_that_is_missing_and_no_conflict() -> None:
    lead = an_incident(Taken(incident="i1", by="hilda", seen_upto=1))
    with pytest.raises(Invalid, match="reason"):
        merge(another(priority=1), lead, Merge("i1", 1), by=HEAD, apart=False)


def called(**opening: Any) -> Incident:
    """Somebody phoned, and its own incident was opened."""
    return another(signal=structs.replace(a_signal(2), method=Method.CALL), **opening)


def test_a_call_is_joined_by_whoever_took_it_and_the_leading_one_stays_whose_it_is() -> None:
    lead, other = a_lead(kind="FIRE.ALARM.AUTO", priority=2), called(kind="FIRE.STRUCT", priority=1, rank=2)
    assert refusal(lead, other, BERT) == ""
    rang_at = lead.rings_at
    under(lead, other)
    assert lead.rings_at > rang_at
    assert (lead.taken_by, lead.priority, lead.state) == ("anna", 1, IncidentState.TAKEN)
    assert isinstance(unmerge(other, lead, Unmerge(other.version), by=BERT)[0], Unmerged)


def test_a_medical_call_and_a_silent_alarm_are_joined_by_no_operator() -> None:
    lead = a_lead(kind="FIRE.ALARM.AUTO", priority=1)
    assert "supervisor" in refusal(lead, called(kind="MED.ARREST", priority=1), BERT)
    silent = a_lead(kind="PERS.ALARM.HOLDUP", priority=1, silent=True)
    assert "supervisor" in refusal(silent, called(kind="FIRE.STRUCT", priority=1), BERT)
