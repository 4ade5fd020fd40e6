"""A table of sentences: found by their pattern, said in another language, and never made up."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.sayings import Sayings, words_of

WORDS: Final = (
    {"list": "state", "en": "alarm", "de": "Alarm"},
    {"list": "field", "en": "reason", "de": "Grund"},
)
TABLE: Final = Sayings(
    (
        {"en": "1 signal unseen", "de": "1 Signal ist ungesehen"},
        {"en": "{n} signals unseen", "de": "{n} Signale sind ungesehen"},
        {"en": "{said}, refused: {because}", "de": "{said}, abgewiesen: {because}"},
        {"en": "it is {state}", "de": "es ist {state}"},
        {"en": "{who} has it", "de": "bei {who}"},
        {"en": "adds: {parts}", "de": "dazu: {parts}"},
        {"en": "{field}: {limit}", "de": "{field}: {limit}"},
    ),
    {"state": words_of("state", WORDS), "field": words_of("field", WORDS, strict=False)},
)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1 signal unseen", "1 Signal ist ungesehen"),
        ("12 signals unseen", "12 Signale sind ungesehen"),
        ("it is alarm", "es ist Alarm"),
        ("it is alarm, refused: 2 signals unseen", "es ist Alarm, abgewiesen: 2 Signale sind ungesehen"),
        ("anna has it", "bei anna"),
        ("adds: it is alarm, 1 signal unseen", "dazu: es ist Alarm, 1 Signal ist ungesehen"),
        ("reason: it is alarm", "Grund: es ist Alarm"),
        ("other: it is alarm", "other: es ist Alarm"),
    ],
)
def test_a_sentence_is_said_with_its_parts(written: str, said: str) -> None:
    assert TABLE.say(written, "de") == said
    assert TABLE.knows(written)


@pytest.mark.parametrize(
    "written",
    [
        "many signals unseen",
        "it is quiet",
        "it is alarm, refused: nobody knows why",
        "adds: it is alarm, something",
        "reason: something",
        "12 signals unseen.",
    ],
)
def test_where_one_part_is_not_known_the_whole_sentence_stays_as_it_is(written: str) -> None:
    assert TABLE.say(written, "de") == written
    assert not TABLE.knows(written)


@given(st.text(max_size=80))
def test_any_name_comes_through_as_it_is(name: str) -> None:
    written = f"{name} has it"
    if TABLE.say(name, "de") == name:
        assert TABLE.say(written, "de") in (f"bei {name}", written)
    assert TABLE.say(written, "en") == written
    assert TABLE.say(written, "it") == written, "a language that the table does not speak"
