"""What the closed lists say in four languages: complete, in the same order, and inside the limits of scope.

Reads the tables as plain CSV, so that a fault in the reader of the kinds cannot hide a fault in the texts.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Final

import pytest

Row = Mapping[str, str]

LANGUAGES: Final = ("en", "de", "fr", "es")
TRANSLATED: Final = ("de", "fr", "es")
GROUPS: Final = ("FIRE", "MED", "RES", "TRF", "PROP", "PERS", "TECH", "ENV", "ADM")

# A definition is read at a glance beside the queue; the English ones keep to 110.
DEFINITION_AT_MOST: Final = 140
LABEL_AT_MOST: Final = 75

# Words that are the same in the other language, not forgotten ones.
SAME_AS_ENGLISH: Final = {("de", "FIRE.EXPLOSION"), ("fr", "FIRE.EXPLOSION")}

# No code for a right, in any language: assembly, protest, strike, speech, faith, origin, opinion, party, gender,
# migration. Stems are matched from the start of a word; German compounds hide some, so those are matched anywhere.
FENCE: Final = {
    "en": re.compile(
        r"\b(assembl[iy]|assembled|crowd|gathering|procession|protest|demonstrat|rally|riot|unrest|disturbance|petition"
        r"|strik(e|ing)\b|slogan|speech|worship|faith|belief|religi|church|mosque|synagogue|prayer|ethnic|race\b|racial"
        r"|origin|nationalit|opinion|politic|party|parties|unions?\b|gender|orientation|migra|refugee|asylum)",
        re.IGNORECASE,
    ),
    "de": re.compile(
        r"versammlung|ansammlung|menschenmenge|kundgebung|demonstrat|protest|aufmarsch|auflauf|krawall|unruhe|tumult"
        r"|petition|streik|parole|glaube|gläubig|religi|gottesdienst|kirche|moschee|synagoge|gebet|ethni|rasse\b|rassi"
        r"|herkunft|abstammung|nationalität|meinung|gesinnung|politi(k|sch)|partei|gewerkschaft|geschlecht|gender"
        r"|migra|flüchtling|asyl|aufenthaltsstatus",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(rassemblement|attroupement|foule|cortège|manifest|protest|émeute|trouble à l'ordre|pétition|grève|slogan"
        r"|discours|culte|foi\b|croyan|religi|église|mosquée|synagogue|prière|ethni|race\b|raci(al|st)|origine|nationalité"
        r"|opinion|politi(que|c)|partis?\b|syndica|genre\b|sexué|orientation|migra|réfugié|asile)",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"\b(reuni[óo]n|concentra|multitud|aglomera|manifesta|protesta|disturbio|motín|petici|huelga|lema\b|consigna"
        r"|discurso|culto|fe\b|creencia|religi|iglesia|mezquita|sinagoga|oración|etni|étnic|raza|racial|origen"
        r"|nacionalidad|opini|polític|partidos?\b|sindica|género|orientación|migra|refugiad|asilo)",
        re.IGNORECASE,
    ),
}

# Codes, groups and field names that a text may name; they are the same in every language.
NAMED: Final = re.compile(r"\b(?:FIRE|MED|RES|TRF|PROP|PERS|TECH|ENV|ADM)(?:\.[A-Z]+)*\b|line_cut")


def read(name: str) -> Sequence[Row]:
    """Rows of one packaged table. A row with a cell too many or too few fails here."""
    text = (files("belfry.domain") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text), strict=True))


def kinds(language: str) -> Sequence[Row]:
    return read("kinds_v1.csv" if language == "en" else f"kinds_{language}.csv")


def codes(rows: Sequence[Row]) -> list[str]:
    return [row["code"] for row in rows]


def doubled(texts: Sequence[str]) -> set[str]:
    folded = [text.casefold() for text in texts]
    return {text for text in folded if folded.count(text) > 1}


def beyond_fence(language: str, rows: Sequence[Row], column: str) -> set[str]:
    return {row["code"] for row in rows if FENCE[language].search(row[column])}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_same_kinds_in_the_same_order(language: str) -> None:
    translated = kinds(language)
    assert list(translated[0]) == ["code", "label", "definition", "not_this"]
    assert all(set(row) == set(translated[0]) and None not in row.values() for row in translated)
    assert codes(translated) == codes(kinds("en"))
    assert len(translated) == 171


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_a_label_and_a_definition(language: str) -> None:
    for row in kinds(language):
        for column in ("label", "definition"):
            assert row[column], (row["code"], column)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_has_stray_space(language: str) -> None:
    for row in kinds(language):
        for column in ("label", "definition", "not_this"):
            text = row[column]
            assert text == re.sub(" +", " ", text).strip(), (row["code"], column, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_fit_beside_the_queue(language: str) -> None:
    for row in kinds(language):
        assert len(row["label"]) <= LABEL_AT_MOST, (row["code"], row["label"])
        assert len(row["definition"]) <= DEFINITION_AT_MOST, (row["code"], row["definition"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_kinds_share_a_label_or_a_definition(language: str) -> None:
    rows = kinds(language)
    assert doubled([row["label"] for row in rows]) == set()
    assert doubled([row["definition"] for row in rows]) == set()


def test_no_label_is_left_in_english_but_for_the_words_that_are_the_same() -> None:
    left = {
        (language, ours["code"])
        for language in TRANSLATED
        for ours, english in zip(kinds(language), kinds("en"), strict=True)
        if ours["label"].casefold() == english["label"].casefold()
    }
    assert left == SAME_AS_ENGLISH


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_definition_is_left_in_english(language: str) -> None:
    for ours, english in zip(kinds(language), kinds("en"), strict=True):
        assert ours["definition"] != english["definition"], ours["code"]
        assert not english["not_this"] or ours["not_this"] != english["not_this"], ours["code"]


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_a_kind_is_not_names_the_same_codes_in_the_same_order(language: str) -> None:
    for ours, english in zip(kinds(language), kinds("en"), strict=True):
        assert NAMED.findall(ours["not_this"]) == NAMED.findall(english["not_this"]), ours["code"]
        assert bool(ours["not_this"]) == bool(english["not_this"]), ours["code"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_named_is_a_kind_or_a_group(language: str) -> None:
    listed = {*codes(kinds("en")), *GROUPS, "line_cut"}
    for row in kinds(language):
        for column in ("label", "definition", "not_this"):
            assert set(NAMED.findall(row[column])) <= listed, (row["code"], column)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("column", ["label", "definition"])
def test_no_kind_is_about_a_right(language: str, column: str) -> None:
    assert beyond_fence(language, kinds(language), column) == set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_limit_named_in_english_is_named_in_every_language_and_no_other_is(language: str) -> None:
    """`not_this` may name assembly, belief or opinion, but only to keep it out: just there where the English does."""
    english = beyond_fence("en", kinds("en"), "not_this")
    assert english == {"TRF.HAZARD", "PERS.ABUSE", "PERS.BOMBTHREAT", "PERS.THREAT", "PERS.TRAFFICKING"}
    assert beyond_fence(language, kinds(language), "not_this") == english


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "People assembled in a square"),
        ("de", "Unangemeldete Versammlung"),
        ("de", "Menschenansammlung"),
        ("fr", "Rassemblement sur la voie publique"),
        ("fr", "Lieu de culte"),
        ("es", "Manifestación en la vía pública"),
        ("es", "Lugar de culto"),
    ],
)
def test_the_fence_sees_a_planted_text(language: str, text: str) -> None:
    assert FENCE[language].search(text) is not None


def test_french_keeps_a_colon_and_a_semicolon_with_the_word_before() -> None:
    for row in kinds("fr"):
        for column in ("label", "definition", "not_this"):
            assert re.search(r"[^\u00a0][:;?!]", row[column]) is None, (row["code"], column)


def test_the_nine_groups_have_a_label_in_each_language() -> None:
    rows = read("groups.csv")
    assert codes(rows) == list(GROUPS)
    assert list(rows[0]) == ["code", *LANGUAGES]
    assert {code.partition(".")[0] for code in codes(kinds("en"))} == set(GROUPS)
    assert_labels(rows)


def test_every_account_type_has_a_label_in_each_language() -> None:
    source, rows = read("occupancies_v1.csv"), read("occupancies_labels.csv")
    assert list(rows[0]) == ["code", *LANGUAGES]
    assert [(row["code"], row["en"]) for row in rows] == [(row["code"], row["label"]) for row in source]
    assert_labels(rows)


def assert_labels(rows: Sequence[Row]) -> None:
    for language in LANGUAGES:
        labels = [row[language] for row in rows]
        assert all(labels)
        assert doubled(labels) == set()
        assert beyond_fence(language, rows, language) == set()
    for row in rows:
        assert all(row[language] != row["en"] for language in TRANSLATED), row["code"]
