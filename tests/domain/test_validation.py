"""The validation score: what raises it, what alone lowers it, and what only annotates."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from belfry.domain import kinds as kind_list
from belfry.domain.commands import Conflict, Invalid, SetScore
from belfry.domain.facts import Brief, Effect, Joined, Point, Reclassified, WordChecked
from belfry.domain.folding import fold
from belfry.domain.handling import allowed, decide
from belfry.domain.incident import Incident
from belfry.domain.kinds import LANGUAGES
from belfry.domain.plan import Outcome, StepType
from belfry.domain.premises import SiteParts, Zone
from belfry.domain.presets import Rules
from belfry.domain.sealed import Part, Retention, Sealed
from belfry.domain.signal import AccountKey, Method
from belfry.domain.site_map import SiteMap
from belfry.domain.step_facts import ScoreSet, StepDone
from belfry.domain.validation import Score, in_words, load, score
from tests.domain.incidents import ANNA, NOON, SCHOOL, a_cancel, a_joining, a_restore, a_signal, after, an_incident

RULES = Rules()
KINDS = kind_list.load()
YARD = SiteMap(SiteParts(zones=(Zone(number="2", outdoor=True), Zone(number="3", outdoor=True))))


def a_point(position: int = 2, **fields: Any) -> Joined:
    signal: Brief = structs.replace(a_signal(position), **{"zone": "2", **fields})
    return a_joining(signal=signal)


def seen(outcome: Outcome, do: StepType = StepType.LOOK, **fields: Any) -> StepDone:
    return StepDone(incident="i1", by="anna", do=do, outcome=outcome, settles=False, **fields)


def of(incident: Incident, *beside: Incident, site: SiteMap | None = None) -> Score:
    found = score(incident, beside=beside, rules=RULES, site_of=lambda _: site)
    assert found is not None
    return found


def level(incident: Incident, *beside: Incident, site: SiteMap | None = None) -> int | None:
    return of(incident, *beside, site=site).level


def rules_of(found: Score) -> list[str]:
    return [why.rule for why in found.why]


def a_tamper(**opening: Any) -> Incident:
    signal = structs.replace(a_signal(9, zone="7", code="TA"), subtype=opening.pop("subtype", "enclosure"))
    return an_incident(incident="i9", kind="PROP.TAMPER", group="tamper", signal=signal, **opening)


# -- levels -----------------------------------------------------------------------------------------------------------


def test_one_point_is_level_1_and_two_indoors_are_level_2() -> None:
    one = an_incident()
    assert (level(one), rules_of(of(one))) == (1, ["point"])
    two = an_incident(a_point())
    assert (level(two), in_words(of(two).why[0], "en")) == (2, "two points indoors: 1, 2")


def test_two_devices_to_whom_no_zone_was_given_are_two_points() -> None:
    one = structs.replace(a_signal(1), zone=None, device="d1")
    again, other = a_point(zone=None, device="d1"), a_point(3, zone=None, device="d2")
    assert level(an_incident(again, signal=one)) == 1
    assert level(an_incident(again, other, signal=one)) == 2


def test_the_same_point_again_confirms_nothing() -> None:
    assert level(an_incident(a_point(zone="1"), a_point(3, zone="001"))) == 1


def test_outdoor_detectors_do_not_confirm() -> None:
    mixed = of(an_incident(a_point()), site=YARD)
    assert (mixed.level, [note.rule for note in mixed.notes]) == (1, ["outdoor"])
    assert level(an_incident(a_point(subtype="outdoor"), a_point(3, zone="3", subtype="outdoor"))) == 1
    assert level(an_incident(a_point(code="BM", subtype="verified")), site=YARD) == 1
    outdoors = an_incident(kind="PROP.ALARM.OUTDOOR", signal=structs.replace(a_signal(zone="2"), subtype="outdoor"))
    assert level(outdoors, a_tamper()) == 1


def test_an_exit_error_without_a_point_confirms_nothing() -> None:
    found = of(an_incident(a_point(zone=None, subtype="exit", code="EE")))
    assert (found.level, [note.rule for note in found.notes]) == (1, ["exit"])


@pytest.mark.parametrize("code", ["BV", "BM", "XM"])
def test_what_the_panel_verified_itself_is_level_2(code: str) -> None:
    signal = structs.replace(a_signal(code=code), subtype="verified")
    assert level(an_incident(kind="PROP.ALARM.INTR.CONF", signal=signal)) == 2


def test_an_alarm_and_a_tamper_of_the_same_panel_are_level_2() -> None:
    assert (level(an_incident(), a_tamper()), rules_of(of(an_incident(), a_tamper()))) == (2, ["tamper"])
    assert level(a_tamper(), an_incident()) == 2
    assert level(a_tamper()) == 1


def test_a_wrong_code_at_the_keypad_is_no_tamper_that_confirms() -> None:
    assert level(an_incident(), a_tamper(subtype="code")) == 1


def test_a_tamper_of_another_panel_or_of_long_before_confirms_nothing() -> None:
    assert level(an_incident(), a_tamper(account=structs.replace(SCHOOL, account="4712"))) == 1
    old = structs.replace(a_signal(9, at=NOON - timedelta(hours=2)), subtype="enclosure")
    assert level(an_incident(), an_incident(incident="i9", kind="PROP.TAMPER", signal=old)) == 1


def test_an_alarm_with_a_lost_path_is_level_2() -> None:
    confirmed = a_joining(effect=Effect.CONTEXT, kind="PROP.ALARM.INTR.CONF", priority=1)
    assert rules_of(of(an_incident(confirmed))) == ["path_loss"]


def test_a_safe_is_level_3_with_another_point_indoors_and_level_1_alone() -> None:
    safe = structs.replace(a_signal(), subtype="safe")
    alone = an_incident(kind="PROP.ALARM.SAFE", priority=1, signal=safe)
    assert level(alone) == 1
    assert level(an_incident(a_point(), kind="PROP.ALARM.SAFE", priority=1, signal=safe)) == 3
    interior = an_incident(incident="i2", signal=a_signal(5, zone="5"))
    assert (level(alone, interior), level(interior, alone)) == (3, 3)


def test_what_people_saw_raises_it() -> None:
    assert level(an_incident(seen(Outcome.PERSON_SEEN))) == 2
    assert level(an_incident(seen(Outcome.BREAK_IN_SEEN))) == 3
    assert level(an_incident(seen(Outcome.VIOLENCE_SEEN))) == 4
    assert level(an_incident(seen(Outcome.NOTHING_SEEN), seen(Outcome.NO_PICTURE))) == 1


# -- level 0 ----------------------------------------------------------------------------------------------------------


def a_word(*, right: bool = True, cancels: bool = True) -> WordChecked:
    return WordChecked(incident="i1", by="anna", right=right, contact="c1", cancels=cancels)


def later(incident: Incident, *facts: Any, seconds: float = 60) -> Incident:
    for fact in facts:
        fold(incident, [fact], incident.head + 1, after(seconds))
    return incident


def test_only_a_valid_word_of_who_may_cancel_or_a_seen_cause_makes_it_0() -> None:
    assert rules_of(of(later(an_incident(a_point()), a_word()))) == ["word"]
    assert rules_of(of(later(an_incident(a_point()), seen(Outcome.CAUSE_SEEN)))) == ["cause"]
    spoken = seen(Outcome.RIGHT, StepType.ASK_WORD, authorised=True)
    assert level(later(an_incident(), spoken)) == 0
    assert level(later(an_incident(a_point()), a_word(cancels=False))) == 2
    assert level(later(an_incident(), seen(Outcome.RIGHT, StepType.ASK_WORD))) == 1
    assert level(later(an_incident(), seen(Outcome.REACHED, StepType.CALL_PREMISES))) == 1


def test_a_word_counts_no_more_once_another_alarm_came() -> None:
    incident = later(an_incident(), a_word())
    assert level(incident) == 0
    again = later(incident, a_point(4, received_at=after(90)), seconds=90)
    assert (level(again), [note.rule for note in of(again).notes]) == (2, ["after"])
    assert level(later(again, a_word(), seconds=120)) == 0


@pytest.mark.parametrize(
    "fact",
    [seen(Outcome.VIOLENCE_SEEN), seen(Outcome.DURESS, StepType.CALL_PREMISES)],
    ids=["violence", "duress"],
)
def test_no_word_lowers_it_for_who_may_be_forced_to_say_it(fact: StepDone) -> None:
    incident = later(an_incident(fact), a_word())
    assert level(incident) == level(an_incident(fact))
    assert "stands" in [note.rule for note in of(incident).notes]


def test_a_word_behind_two_wrong_ones_lowers_nothing() -> None:
    wrong = a_word(right=False, cancels=False)
    assert level(later(an_incident(wrong), a_word())) == 0
    assert level(later(an_incident(wrong, wrong), a_word())) == 1


# -- what only annotates ----------------------------------------------------------------------------------------------


def test_restores_a_cancel_and_the_past_change_nothing() -> None:
    before = level(an_incident(a_point()))
    restored = an_incident(a_point(), a_restore(Point("1", "1", "zone", "BA"), Point("1", "2", "zone", "BA")))
    assert (level(restored), [note.rule for note in of(restored).notes]) == (before, ["restored"])
    cancelled = of(an_incident(a_point(), a_cancel()))
    assert (cancelled.level, [note.rule for note in cancelled.notes]) == (before, ["cancelled"])
    assert [note.rule for note in of(an_incident(previous="i0")).notes] == ["previous"]


# -- outside the levels -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PERS.ALARM.HOLDUP", "PERS.ALARM.PANIC.AUD", "PERS.ALARM.DURESS", "PERS.LONE.ALARM"])
def test_what_a_person_pressed_stands_outside_and_says_so(kind: str) -> None:
    found = of(an_incident(seen(Outcome.VIOLENCE_SEEN), kind=kind, priority=1), a_tamper())
    assert (found.level, found.table, rules_of(found)) == (None, None, ["user_pressed"])


@pytest.mark.parametrize("kind", ["FIRE.ALARM.AUTO", "MED.ALARM", "TECH.COMMS", "ADM.UNKNOWN"])
def test_other_kinds_have_no_score(kind: str) -> None:
    assert score(an_incident(kind=kind), rules=RULES) is None


def test_what_people_report_has_no_score() -> None:
    told = structs.replace(a_signal(), method=Method.CALL)
    assert score(an_incident(kind="PROP.BURGLARY", signal=told), rules=RULES) is None


# -- judged by a person -----------------------------------------------------------------------------------------------


def judged(incident: Incident, chosen: int | None) -> ScoreSet:
    return ScoreSet(incident="i1", by="anna", level=chosen, was=of(incident).table or 0, rules=1)


def test_a_level_that_a_person_set_holds_until_more_comes() -> None:
    incident = an_incident()
    later(incident, judged(incident, 0))
    assert (of(incident).level, of(incident).table, rules_of(of(incident))) == (0, 1, ["set", "point"])
    later(incident, a_point(4))
    assert (of(incident).level, [note.rule for note in of(incident).notes]) == (2, ["more_since"])
    later(incident, judged(incident, 3))
    assert of(incident).level == 3
    later(incident, judged(incident, None))
    assert (of(incident).level, rules_of(of(incident))) == (2, ["two_points"])


def taken() -> Incident:
    incident = an_incident()
    incident.state, incident.taken_by, incident.taken_at = type(incident.state).TAKEN, ANNA.name, NOON
    return incident


def test_who_has_it_sets_a_level_with_a_reason() -> None:
    incident = taken()
    assert "score" in allowed(incident, by=ANNA, now=NOON)
    decision = decide(
        incident, SetScore(incident.version, 2, "heard steps", 1), by=ANNA, now=NOON, rules=RULES, kinds=KINDS
    )
    assert (decision.fact, decision.words) == (
        ScoreSet(incident="i1", by="anna", level=2, was=1, rules=1),
        "heard steps",
    )


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (SetScore(1, 5, "high", 1), Invalid),
        (SetScore(1, -1, "low", 1), Invalid),
        (SetScore(1, 2, " ", 1), Invalid),
        (SetScore(1, None, "as it was", 1), Conflict),
        (SetScore(1, 2, "pressed", None), Conflict),
        (SetScore(7, 2, "late", 1), Conflict),
    ],
)
def test_a_level_is_refused(command: SetScore, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        decide(taken(), command, by=ANNA, now=NOON, rules=RULES, kinds=KINDS)


# -- promises for any evidence ----------------------------------------------------------------------------------------

POINTS = st.builds(
    lambda zone, subtype, code: a_point(zone=zone, subtype=subtype, code=code),
    st.sampled_from(["1", "2", "3", "004", None]),
    st.sampled_from(["zone", "outdoor", "exit", "safe", "verified", "single", "door"]),
    st.sampled_from(["BA", "BV", "BM", "EE", "130", "133", "139"]),
)
SIGHTS = st.sampled_from([Outcome.PERSON_SEEN, Outcome.BREAK_IN_SEEN, Outcome.VIOLENCE_SEEN, Outcome.NOTHING_SEEN])
EVIDENCE = st.lists(st.one_of(POINTS, SIGHTS.map(seen)), max_size=6)
ENDS = st.sampled_from([a_word(), seen(Outcome.CAUSE_SEEN)])


def numbered(facts: list[Any]) -> Incident:
    return an_incident(*facts)


@given(EVIDENCE, st.one_of(POINTS, SIGHTS.map(seen)), st.booleans())
def test_more_evidence_never_lowers_it(facts: list[Any], more: Any, outdoors: bool) -> None:
    site = YARD if outdoors else None
    assert (level(numbered([*facts, more]), site=site) or 0) >= (level(numbered(facts), site=site) or 0)


@given(EVIDENCE, st.lists(st.one_of(POINTS, SIGHTS.map(seen)), max_size=3))
def test_another_incident_beside_never_lowers_it(facts: list[Any], others: list[Any]) -> None:
    beside = an_incident(*[structs.replace(fact, incident="i9") for fact in others], incident="i9")
    assert (level(numbered(facts), beside) or 0) >= (level(numbered(facts)) or 0)


@given(EVIDENCE, ENDS)
def test_whatever_lowers_it_lowers_it_to_0(facts: list[Any], end: Any) -> None:
    before, now = level(numbered(facts)), level(later(numbered(facts), end))
    assert now in (0, before)


@given(EVIDENCE)
def test_restores_change_nothing(facts: list[Any]) -> None:
    incident = numbered(facts)
    restored = later(numbered(facts), a_restore(*incident.in_alarm))
    assert (of(restored).level, of(restored).why) == (of(incident).level, of(incident).why)


NUMBERS = st.text("0123456789ABCDEF", min_size=4, max_size=6)
WHOSE = st.fixed_dictionaries(
    {
        "account": NUMBERS.map(lambda number: AccountKey("panels", None, number)),
        "account_id": st.uuids().map(str),
        "number": st.integers(1, 10_000),
    }
)


@given(EVIDENCE, WHOSE, st.text(min_size=1, max_size=20), st.text("0123456789", min_size=1, max_size=4))
def test_whose_site_it_is_who_handles_it_and_who_used_the_panel_change_nothing(
    facts: list[Any], whose: dict[str, Any], operator: str, user: str
) -> None:
    here = of(numbered(facts))
    sealed = Sealed(Part.USER, Retention.SIGNAL, key=user.encode(), box=user.encode())
    others = [
        structs.replace(fact, by=operator)
        if isinstance(fact, StepDone)
        else structs.replace(fact, signal=structs.replace(fact.signal, sealed=(sealed,)))
        for fact in facts
    ]
    there = of(an_incident(*others, **whose))
    assert (there.level, there.why) == (here.level, here.why)


# -- the table --------------------------------------------------------------------------------------------------------


def test_the_table_speaks_four_languages_and_names_only_kinds_of_the_list() -> None:
    table = load()
    words = [*(rule.words for rule in table.levels), *table.notes.values()]
    assert all(set(each) == set(LANGUAGES) for each in words)
    codes = [kind.code for kind in KINDS.all()]
    for prefix in (*table.scored, *table.user_pressed, *table.intrusion, *table.safe, *table.confirmed, *table.tamper):
        assert any(code == prefix or code.startswith(f"{prefix}.") for code in codes), prefix


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_can_be_said(language: str) -> None:
    found = of(
        later(an_incident(a_point(), a_point(3, subtype="outdoor", zone="9"), previous="i0"), a_word(cancels=False))
    )
    said = [in_words(why, language) for why in (*found.why, *found.notes)]
    assert all(said)
    assert not any("{" in text for text in said)


def test_reclassifying_it_as_a_hold_up_takes_it_out_of_the_levels() -> None:
    changed = Reclassified(incident="i1", by="anna", kind="PERS.ALARM.HOLDUP", priority=1, silent=True)
    assert level(an_incident(changed)) is None


def test_an_incident_that_was_written_down_and_read_again_has_the_same_score() -> None:
    incident = an_incident(a_point())
    again = msgspec.json.decode(msgspec.json.encode(structs.asdict(incident)["method"]), type=str)
    incident.method = again
    assert level(incident) == 2
