"""Calling through a list: numbers in turn, rounds, what ends it, and two calls before the police."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain import kinds as kind_list
from belfry.domain.call_list import calls
from belfry.domain.calling import (
    Standing,
    Unverified,
    last_called,
    next_number,
    round_at,
    standing,
    tally,
    unverified,
    wants_two_calls,
    withheld_numbers,
)
from belfry.domain.commands import DoStep, Invalid
from belfry.domain.contacts import Contact, Number
from belfry.domain.facts import WordChecked
from belfry.domain.folding import fold
from belfry.domain.handling import decide
from belfry.domain.incident import Incident, State
from belfry.domain.plan import Outcome, StepType
from belfry.domain.plan_run import Deed
from belfry.domain.plan_steps import ROUNDS
from belfry.domain.presets import Rules
from belfry.domain.site_file import AgencyType
from belfry.domain.step_facts import StepDone
from tests.domain.incidents import ANNA, NOON, after, an_incident

KINDS = kind_list.load()
RULES = Rules()
ANA = Contact(id="ana", order=1, name="Ana", numbers=(Number("044 1"), Number("079 22 33 44")))
BEN = Contact(id="ben", order=2, name="Ben", numbers=(Number("044 555 66"),))
NOBODY = Contact(id="cor", order=3, name="Cor")
MISSES = [Outcome.NO_ANSWER, Outcome.BUSY, Outcome.MACHINE]


def a_call(
    contact: str | None, n: int | None = 0, outcome: Outcome = Outcome.NO_ANSWER, *, arrives_at: datetime | None = None
) -> Deed:
    do = StepType.CALL_PREMISES if contact is None else StepType.CALL_CONTACT
    return Deed(1, NOON, "anna", do, "s", outcome, contact, number=n, arrives_at=arrives_at)


def stand(deeds: Sequence[Deed], *, arrival: bool = True) -> Standing:
    return standing(calls([ANA, BEN, NOBODY], deeds, NOON), deeds, arrival=arrival)


def test_calls_are_counted_by_contact_and_number() -> None:
    deeds = [a_call("ana"), a_call("ana", 1, Outcome.BUSY), a_call("ana", None, Outcome.MACHINE), a_call(None)]
    counted = {called: (tried.attempts, tried.outcome) for called, tried in tally(deeds).items()}
    assert counted == {
        ("ana", 0): (2, Outcome.MACHINE),
        ("ana", 1): (1, Outcome.BUSY),
        (None, 0): (1, Outcome.NO_ANSWER),
    }
    assert last_called(deeds) == (None, 0)
    assert last_called([]) is None


def test_both_numbers_of_somebody_are_tried_before_one_is_tried_again() -> None:
    deeds: list[Deed] = []
    for expected in (0, 1, 0, 1):
        assert next_number(ANA, tally(deeds)) == expected
        deeds.append(a_call("ana", expected))
    assert next_number(NOBODY, {}) is None


def test_at_a_silent_site_a_number_of_the_premises_is_never_next() -> None:
    hidden = withheld_numbers(["(0)44 1"], silent=True)
    assert next_number(ANA, {}, but=hidden) == 1
    assert next_number(ANA, {}, but=withheld_numbers(["044 1"], silent=False)) == 0


def test_three_rounds_and_then_it_is_the_supervisors() -> None:
    deeds: list[Deed] = []
    for number in range(1, ROUNDS + 1):
        for contact in ("ana", "ben"):
            standing_now = calls([ANA, BEN, NOBODY], deeds, NOON)
            assert (stand(deeds), round_at(standing_now)) == (Standing.CALL, number)
            (now,) = [one.contact.id for one in standing_now if one.next]
            assert now == contact
            deeds.append(a_call(contact))
    assert stand(deeds) is Standing.SUPERVISOR
    assert standing([], [], arrival=True) is Standing.SUPERVISOR


def test_it_ends_with_a_time_of_arrival_where_the_step_wants_one_and_with_an_answer_where_not() -> None:
    reached = [a_call("ana", 0, Outcome.REACHED)]
    assert (stand(reached), stand(reached, arrival=False)) == (Standing.CALL, Standing.REACHED)
    assert stand([a_call("ana", 0, Outcome.REACHED, arrives_at=after(600))]) is Standing.COMING
    assert stand([a_call("ana", 0, Outcome.MACHINE)], arrival=False) is Standing.CALL


def test_duress_and_two_wrong_words_send_help() -> None:
    assert stand([a_call("ana", 0, Outcome.DURESS)]) is Standing.DISPATCH
    wrong = a_call("ana", 0, Outcome.WRONG_WORD)
    assert (stand([wrong]), stand([wrong, wrong])) == (Standing.CALL, Standing.DISPATCH)


@given(st.lists(st.tuples(st.sampled_from(["ana", "ben"]), st.integers(0, 1), st.sampled_from(MISSES)), max_size=12))
def test_no_number_is_tried_twice_more_than_another_of_his(tries: list[tuple[str, int, Outcome]]) -> None:
    deeds: list[Deed] = []
    for contact, _, outcome in tries:
        one = ANA if contact == "ana" else BEN
        deeds.append(a_call(contact, next_number(one, tally(deeds)), outcome))
    counts = [tally(deeds)[called].attempts for called in (("ana", 0), ("ana", 1)) if called in tally(deeds)]
    assert max(counts, default=0) - min([*counts, max(counts, default=0)]) <= 1


# -- two calls before the police --------------------------------------------------------------------------------------


def done(do: StepType, outcome: Outcome, **fields: Any) -> StepDone:
    return StepDone(incident="i1", by="anna", do=do, outcome=outcome, settles=False, **fields)


CALLED = done(StepType.CALL_PREMISES, Outcome.NO_ANSWER, number=0)
OTHER = done(StepType.CALL_CONTACT, Outcome.MACHINE, contact="ana", number=0)


def test_two_different_numbers_are_called_before_the_police() -> None:
    assert unverified(an_incident()) is Unverified.CALLS
    assert unverified(an_incident(CALLED, CALLED)) is Unverified.CALLS
    assert unverified(an_incident(CALLED, OTHER)) is None
    two_of_one = [done(StepType.CALL_CONTACT, Outcome.BUSY, contact="ana", number=n) for n in (0, 1)]
    assert unverified(an_incident(*two_of_one)) is None


def test_whoever_was_reached_or_gave_the_right_word_makes_a_reason_needed() -> None:
    reached = done(StepType.CALL_CONTACT, Outcome.REACHED, contact="ana")
    assert unverified(an_incident(CALLED, OTHER, reached)) is Unverified.REACHED
    right = WordChecked(incident="i1", by="anna", right=True, cancels=True)
    assert unverified(an_incident(CALLED, OTHER, right)) is Unverified.REACHED


@pytest.mark.parametrize(
    "fact",
    [
        done(StepType.CALL_PREMISES, Outcome.WRONG_WORD),
        done(StepType.CALL_PREMISES, Outcome.DURESS),
        done(StepType.LOOK, Outcome.PERSON_SEEN),
        done(StepType.LOOK, Outcome.BREAK_IN_SEEN),
        done(StepType.LOOK, Outcome.VIOLENCE_SEEN),
    ],
)
def test_what_shows_that_help_is_needed_makes_calls_needless(fact: StepDone) -> None:
    assert unverified(an_incident(fact)) is None
    assert unverified(an_incident(done(StepType.CALL_PREMISES, Outcome.REACHED), fact)) is None


@pytest.mark.parametrize("kind", [kind.code for kind in KINDS.all() if kind.life or kind.silent])
def test_nobody_waits_for_calls_where_a_life_is_at_stake_or_silence_is_kept(kind: str) -> None:
    assert not wants_two_calls(kind)
    assert unverified(an_incident(kind=kind)) is None


def test_nobody_waits_for_calls_beside_a_silent_alarm() -> None:
    assert unverified(an_incident(), silent=True) is None


def tell(incident: Incident, **fields: Any) -> StepDone:
    words: dict[str, Any] = {"tells": AgencyType.POLICE, "two_calls": True, "agency": "a1", **fields}
    command = DoStep(version=incident.version, outcome=Outcome.PASSED, do=StepType.NOTIFY, **words)
    fact = decide(incident, command, by=ANNA, now=NOON, rules=RULES, kinds=KINDS).fact
    assert isinstance(fact, StepDone)
    return fact


def mine(*facts: StepDone) -> Incident:
    incident = an_incident(*facts)
    incident.state, incident.taken_by = State.TAKEN, ANNA.name
    return incident


def test_the_police_are_told_after_the_calls_or_with_a_reason_that_is_sealed() -> None:
    with pytest.raises(Invalid) as refused:
        tell(mine(CALLED))
    assert refused.value.field == "override"
    assert not tell(mine(CALLED, OTHER)).unverified
    incident = mine(CALLED)
    command = DoStep(
        version=incident.version, outcome=Outcome.PASSED, do=StepType.NOTIFY, agency="a1", tells=AgencyType.POLICE,
        two_calls=True, override="Glass breaks", reference="P-1",
    )  # fmt: skip
    decision = decide(incident, command, by=ANNA, now=NOON, rules=RULES, kinds=KINDS)
    assert (decision.words, decision.fact.unverified) == ("P-1\nGlass breaks", True)  # type: ignore[union-attr]


def test_others_than_the_police_and_sites_that_do_not_want_it_are_told_at_once() -> None:
    assert not tell(mine(), tells=AgencyType.GUARD).unverified
    assert not tell(mine(), two_calls=False).unverified
    assert not tell(mine(), two_calls=False, override="for nothing").unverified


def test_what_was_passed_on_carries_the_score_as_it_stood() -> None:
    fact = tell(mine(), two_calls=False, score=2, score_rules=1)
    assert (fact.score, fact.score_rules) == (2, 1)
    incident = mine()
    fold(incident, [fact], 9, after(1))
    assert incident.deeds[-1].outcome is Outcome.PASSED
