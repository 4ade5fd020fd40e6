"""Skills and languages prefer; they never keep anything from anybody, nor let anything urgent wait."""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from belfry.domain.abilities import GENERALIST, Abilities, Candidate, Skill, choose, fit, skill_for
from belfry.domain.folding import opened
from belfry.domain.incident import Incident
from belfry.domain.kinds import load
from belfry.domain.presets import Rules
from tests.domain.incidents import NOON, a_signal, after, an_opening

ANNA, BERT = "anna", "bert"
NURSE = Candidate(ANNA, Abilities(frozenset({"medical", "care", "care_voice"})))
FIREMAN = Candidate(BERT, Abilities(frozenset({"fire"})))
FIRE, CARE = "FIRE.ALARM.AUTO", "MED.ALARM.CARE"


def waiting(incident: str, kind: str, *, priority: int = 2, at_s: float = 0, **other: Any) -> Incident:
    number = int(incident[1:])
    signal = a_signal(number, at=after(at_s))
    return opened(an_opening(incident, kind=kind, number=number, priority=priority, signal=signal, **other), number)


def chosen(
    queue: list[Incident],
    *people: Candidate,
    now_s: float = 1,
    languages: Mapping[str, str] | None = None,
    may: Any = lambda *_: True,
) -> tuple[str, str] | None:
    found = choose(
        queue,
        people,
        may=may,
        language=lambda one: (languages or {}).get(one.id),
        now=after(now_s),
        rules=Rules(),
    )
    return None if found is None else (found[0].id, found[1].name)


def test_every_group_of_kinds_but_administration_wants_a_skill_of_the_closed_list() -> None:
    wanted = {kind.code: skill_for(kind.code) for kind in load().all()}
    assert {code.partition(".")[0] for code, skill in wanted.items() if skill is None} == {"ADM"}
    assert set(wanted.values()) - {None} == set(Skill)


@pytest.mark.parametrize(
    ("kind", "skill"), [(CARE, "care_voice"), ("MED.CARE.ASSIST", "care"), ("MED.ALARM", "medical"), (FIRE, "fire")]
)
def test_a_kind_wants_the_skill_of_its_group(kind: str, skill: str) -> None:
    assert skill_for(kind) == skill


def test_whoever_has_no_skill_named_is_trained_for_everything() -> None:
    assert all(fit(kind.code, None, GENERALIST)[0] for kind in load().all())


def test_of_two_that_wait_equally_each_gets_who_fits() -> None:
    queue = [waiting("i1", FIRE), waiting("i2", CARE, at_s=0.5)]
    assert chosen(queue, NURSE, FIREMAN) == ("i1", BERT)
    assert chosen(queue[1:], NURSE, FIREMAN) == ("i2", ANNA)
    assert chosen(queue, NURSE) == ("i2", ANNA)


def test_who_fits_nothing_that_waits_is_handed_it_all_the_same() -> None:
    assert chosen([waiting("i1", FIRE)], NURSE) == ("i1", ANNA)


def test_nothing_less_urgent_comes_first_for_a_skill() -> None:
    assert chosen([waiting("i1", FIRE, priority=1), waiting("i2", CARE)], NURSE) == ("i1", ANNA)
    mayday = waiting("i1", "RES.MAYDAY", priority=1, rank=1)
    assert chosen([mayday, waiting("i2", CARE, priority=1, rank=2)], NURSE) == ("i1", ANNA)


@pytest.mark.parametrize(("waited_s", "first"), [(29, "i2"), (30, "i1")])
def test_a_priority_1_waits_for_a_skill_no_longer_than_its_target(waited_s: float, first: str) -> None:
    queue = [waiting("i1", FIRE, priority=1), waiting("i2", CARE, priority=1, at_s=20)]
    assert chosen(queue, NURSE, now_s=waited_s) == (first, ANNA)


def test_a_language_finds_a_speaker_among_those_who_are_free() -> None:
    anna, bert = (Candidate(name, Abilities(speaks=frozenset({said}))) for name, said in ((ANNA, "de"), (BERT, "fr")))
    for language, name in (("fr-CH", BERT), ("de", ANNA), ("es", ANNA)):
        assert chosen([waiting("i1", CARE)], anna, bert, languages={"i1": language}) == ("i1", name)


def test_a_skill_counts_more_than_a_language() -> None:
    speaks = Candidate(BERT, Abilities(frozenset({"fire"}), frozenset({"fr"})))
    assert chosen([waiting("i1", CARE)], speaks, NURSE, languages={"i1": "fr"}) == ("i1", ANNA)


def test_where_all_fit_alike_the_first_of_the_queue_goes_to_the_longest_free() -> None:
    queue = [waiting("i1", FIRE), waiting("i2", FIRE, at_s=5)]
    assert chosen(queue, Candidate(BERT, GENERALIST), Candidate(ANNA, GENERALIST)) == ("i1", BERT)


def test_what_nobody_may_have_is_passed_by() -> None:
    queue = [waiting("i1", FIRE, priority=1), waiting("i2", CARE)]
    assert chosen(queue, NURSE, may=lambda one, _: one.id != "i1") == ("i2", ANNA)
    assert chosen(queue, NURSE, may=lambda *_: False) is None
    assert chosen(queue) is None


def test_what_came_back_to_the_queue_keeps_its_age() -> None:
    returned = waiting("i1", FIRE)
    returned.waiting_since = NOON + timedelta(seconds=95)
    queue = [returned, waiting("i2", FIRE, at_s=1)]
    assert chosen(queue, FIREMAN, now_s=100) == ("i1", BERT)


def test_no_other_room_of_the_house_asks_what_somebody_speaks() -> None:
    """No view, report or export knows a language of a person: SCOPE, sites are not sorted by who uses them."""
    root = Path(__file__).resolve().parents[2] / "src" / "belfry"
    asks = re.compile(r"\.speaks\b")
    asking = {str(path.relative_to(root)) for path in root.rglob("*.py") if asks.search(path.read_text("utf-8"))}
    assert asking == {
        "cli/users.py",
        "domain/abilities.py",
        "registry/people.py",
        "registry/sessions.py",
        "web/abilities.py",
    }
