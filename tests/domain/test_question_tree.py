"""The trees of questions are whole: every way ends, every answer leads on, every word is there, none is fenced off."""

import json
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain import kinds
from belfry.domain.question_tree import LANGUAGES, Question, Questions, Texts, Tree, danger_words, hear, load, read_back
from belfry.domain.signal import Method
from tests.domain.test_kind_translations import FENCE

SCHEMA = Path(__file__).parents[2] / "docs" / "questions_v1.schema.json"
TREES = list(load().trees)
OF_WHOM = re.compile(
    r"\b(nationality|origin|foreign|skin|accent|gender|sex|married|income|party|staatsangeh|herkunft|ausländ|hautfarbe"
    r"|geschlecht|nationalité|origine|étranger|couleur de peau|sexe|nacionalidad|origen|extranjer|color de piel)\w*",
    re.IGNORECASE,
)


def texts() -> list[Texts]:
    found: list[Texts] = [*load().words.values(), *(one.text for one in (*load().dangers, *load().sayings))]
    for tree in TREES:
        found.append(tree.text)
        for question in tree.questions:
            found += [question.ask, question.short, *(answer.text for answer in question.answers)]
    return found


def test_the_published_schema_is_the_one_that_the_data_is_read_by() -> None:
    assert json.loads(SCHEMA.read_text()) == msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(Questions)))


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.id)
def test_every_question_is_reached_and_every_answer_leads_on_or_ends(tree: Tree) -> None:
    known = {question.id: question for question in tree.questions}
    assert len(known) == len(tree.questions)
    assert all(1 < len(question.answers) <= 9 for question in tree.questions), "one number key for each answer"

    def ways(question: Question, before: frozenset[str]) -> frozenset[str]:
        assert question.id not in before, f"{question.id} comes round again"
        seen = frozenset({question.id})
        for answer in question.answers:
            if answer.next is not None:
                seen |= ways(known[answer.next], before | {question.id})
        return seen

    assert ways(known[tree.first], frozenset()) == frozenset(known)


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.id)
def test_every_rule_names_what_is_there(tree: Tree) -> None:
    closed = kinds.load()
    dangers, sayings = ({one.id for one in listed} for listed in (load().dangers, load().sayings))
    named = [tree.kind, *(answer.kind for question in tree.questions for answer in question.answers)]
    for kind in named:
        assert kind is None or (kind in closed and Method.CALL in closed[kind].methods), kind
    for question in tree.questions:
        assert len({answer.id for answer in question.answers}) == len(question.answers)
        for answer in question.answers:
            assert answer.danger is None or answer.danger in dangers
            assert set(answer.say) <= sayings
            assert answer.priority is None or 1 <= answer.priority <= 5


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.id)
@given(data=st.data())
def test_any_answers_give_a_kind_and_a_way_that_goes_on_until_its_end(tree: Tree, data: st.DataObject) -> None:
    """Also those of another tree, and nonsense: what the way does not pass is left aside."""
    answers: dict[str, str] = data.draw(st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=3))
    heard = hear(tree, answers)
    for _ in range(len(tree.questions)):
        if heard.next is None:
            break
        question = tree.question(heard.next)
        assert question is not None
        answers[question.id] = data.draw(st.sampled_from([answer.id for answer in question.answers]))
        after = hear(tree, answers)
        assert after.asked[: len(heard.asked)] == heard.asked, "a later answer changes no earlier one"
        heard = after
    assert heard.next is None, "every way ends"
    assert heard.kind is not None
    for language in LANGUAGES:
        assert len(read_back(tree, heard.asked, language)) == len(heard.asked)
        assert len(danger_words(heard.dangers, language)) == len(heard.dangers)


def test_an_answer_may_be_changed_and_what_came_after_it_is_asked_anew() -> None:
    tree = load().tree("medical")
    assert tree is not None
    arrest = hear(tree, {"awake": "no", "breath_out": "no", "child": "no"})
    assert (arrest.kind, arrest.next, arrest.say[0]) == ("MED.ARREST", None, "compressions")
    awake = hear(tree, {"awake": "yes", "breath_out": "no", "child": "no"})
    assert (awake.kind, awake.priority, awake.next) == ("MED.ILLNESS", 2, "breath")


def test_every_text_is_there_in_four_languages_and_none_is_beyond_the_fence() -> None:
    for one in texts():
        assert set(one) == set(LANGUAGES)
        for language, text in one.items():
            assert text.strip() == text != ""
            assert len(text) <= 120
            assert not FENCE[language].search(text), (language, text)
            assert not OF_WHOM.search(text), (language, text)


@pytest.mark.parametrize("planted", ["Which faith?", "Welche Herkunft?", "Quelle nationalité ?", "¿De qué origen?"])
def test_the_fence_sees_a_planted_question(planted: str) -> None:
    assert OF_WHOM.search(planted) or any(fence.search(planted) for fence in FENCE.values())
