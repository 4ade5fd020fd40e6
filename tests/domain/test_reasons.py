"""The catalogue of reasons is closed: what the code can write is in it, and each sentence is said in four languages.

Reads the code as it is written: a new sentence in a module that gives reasons fails here until it has its row.
"""

import ast
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

import pytest

import belfry
from belfry.domain import reasons, refusals
from belfry.domain.premises import Hazard
from belfry.domain.signal import Category, SignalState
from belfry.domain.unit import UnitEquipment, UnitSkill
from belfry.ports.staff import Role
from tests.domain.test_kind_translations import FENCE

ROOT: Final = Path(belfry.__file__).parent
LANGUAGES: Final = ("en", "de", "fr", "es")
TABLES: Final = ("reasons.csv", "refusals.csv", "code_names.csv")

GIVES_REASONS: Final = frozenset({"reasons", "remarks"})
"""A module of `domain` or `centre` that names one of these writes reasons, or hands them on."""
ALSO: Final = frozenset({"domain/fire_order.py"})
"""Says a reason without naming them so."""

NO_REASON: Final[Mapping[str, frozenset[str]]] = {
    "domain/incident.py": frozenset({"fall due", "take over", "close by rule", "close with many"}),  # names of moves
    "domain/site_rules.py": frozenset({"Contact ID"}),  # a part of one
    "domain/verdict.py": frozenset({"Contact ID"}),
    "domain/plan_choice.py": frozenset({"account type"}),
}
REFUSES_TOO: Final = frozenset({"domain/merging.py"})
"""Says titles of refusals beside its reasons, not all of them where it refuses."""
TITLED: Final = frozenset({"Conflict", "Invalid", "NotAllowed"})
"""Refusals whose last argument is said to the person who tried."""
HANDLING: Final = ("handling", "step_handling", "commands", "merging")


def rows(name: str) -> Sequence[Mapping[str, str]]:
    text = (files("belfry.domain") / "data" / name).read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted([*ROOT.glob("domain/**/*.py"), *ROOT.glob("centre/**/*.py")]):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))


def names(tree: ast.AST) -> set[str]:
    """Every name, attribute and keyword of a module."""
    found = (getattr(node, word, None) for node in ast.walk(tree) for word in ("id", "attr", "arg"))
    return {one for one in found if isinstance(one, str)}


def passed_by(tree: ast.AST) -> set[ast.AST]:
    """What of a module is no sentence for a person at a desk: docstrings, errors, lines of the log; pieces of texts."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found.add(node.value)
        elif isinstance(node, ast.Raise | ast.Assert) or _is_log(node):
            found.update(ast.walk(node))
        elif isinstance(node, ast.JoinedStr):
            found.update(one for one in ast.walk(node) if one is not node)
    return found


def _is_log(node: ast.AST) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "log"


def runs(node: ast.AST) -> list[str]:
    """The words of a text, between what is filled in."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=values):
            return [one.value for one in values if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        case _:
            return []


def sentences(tree: ast.AST) -> Iterator[tuple[int, list[str]]]:
    """Every text of a module that is a sentence or a part of one, with its line."""
    passed = passed_by(tree)
    for node in ast.walk(tree):
        words = [] if node in passed else runs(node)
        if any(" " in word.strip() for word in words):
            yield getattr(node, "lineno", 0), words


def test_every_reason_that_the_code_can_write_is_in_the_catalogue() -> None:
    english = {name: [row["en"] for row in rows(f"{name}.csv")] for name in ("reasons", "refusals")}
    writers = 0
    for name, tree in sources():
        if not GIVES_REASONS & names(tree) and name not in ALSO:
            continue
        writers += 1
        for line, words in sentences(tree):
            if len(words) == 1 and words[0] in NO_REASON.get(name, ()):
                continue
            tables = ("reasons", "refusals") if name in REFUSES_TOO else ("reasons",)
            known = any(all(any(word in row for row in english[table]) for word in words) for table in tables)
            assert known, f"{name}:{line}: {words} is in no row of data/reasons.csv"
    assert writers > 10, "the modules that write reasons are found"


def test_every_title_of_a_refused_act_is_said_in_four_languages() -> None:
    english = [row["en"] for row in rows("refusals.csv")]
    checked = 0
    for name, tree in sources():
        if Path(name).stem not in HANDLING:
            continue
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TITLED):
                continue
            for word in runs(node.args[-1]) if node.args else []:
                checked += 1
                at = f"{name}:{node.lineno}"
                assert any(word in row for row in english), f"{at}: {word!r} is in no row of data/refusals.csv"
    assert checked > 20, "the refusals are found"


@pytest.mark.parametrize("table", TABLES)
def test_each_sentence_stands_in_four_languages_with_the_same_parts(table: str) -> None:
    seen: set[str] = set()
    for row in rows(table):
        assert row["en"] not in seen, f"{row['en']} is there twice"
        seen.add(row["en"])
        parts = {language: sorted(re.findall(r"\{\w+\}", row[language])) for language in LANGUAGES}
        assert all(row[language].strip() for language in LANGUAGES), row["en"]
        assert all(parts[language] == parts["en"] for language in LANGUAGES), row["en"]


@pytest.mark.parametrize("table", [*TABLES, "reason_words.csv"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_speaks_of_a_right(table: str, language: str) -> None:
    for row in rows(table):
        assert not FENCE[language].search(row[language]), row[language]


@pytest.mark.parametrize("table", TABLES)
def test_french_sets_a_no_break_space_before_its_colons(table: str) -> None:
    for row in rows(table):
        assert not re.search(r"[^\u00a0\d]:|[^\u00a0];", row["fr"]), row["fr"]


@pytest.mark.parametrize(
    ("name", "words"), [("state", SignalState), ("category", Category), ("hazard", Hazard), ("role", Role)]
)
def test_every_word_of_a_closed_list_that_reasons_name_is_said(name: str, words: Sequence[str]) -> None:
    assert {row["en"] for row in rows("reason_words.csv") if row["list"] == name} == {str(word) for word in words}


@pytest.mark.parametrize(("name", "words"), [("skill", UnitSkill), ("equipment", UnitEquipment)])
def test_what_a_unit_can_do_and_carries_is_said_in_words(name: str, words: Sequence[str]) -> None:
    said = [word.replace("_", " ") for word in words]
    assert [row["en"] for row in rows("reason_words.csv") if row["list"] == name] == said


@pytest.mark.parametrize(
    ("written", "german"),
    [
        ("nobody took it in time", "niemand hat rechtzeitig angenommen"),
        ("a second point confirms it", "ein zweiter Melder bestätigt"),
        ("held back by a storm", "von einem Sturm zurückgehalten"),
        ("Contact ID 1130, Intruder zone in alarm", "Contact ID 1130, Einbruchmelder in Alarm"),
        ("Contact ID 1302, Panel battery low: trouble", "Contact ID 1302, Akku der Zentrale schwach: Störung"),
        ("Building fire: recorded from a call", "Gebäudebrand: aus einem Anruf aufgenommen"),
        ("nobody is on call: next", "niemand hat Bereitschaft: der nächste Platz"),
        (
            "rule of the site for SIA BA, zone 7 is not applied: it names no kind",
            "Regel des Objekts für SIA BA, Melder 7 wird nicht angewandt: sie nennt keine Art",
        ),
        (
            "cancelled by a user after 40 s, no drop: tamper at the site",
            "nach 40 s von einem Benutzer widerrufen, bleibt dringend: Sabotage am Objekt",
        ),
        (
            "library.fire 3 of the centre counts: for FIRE, at this hour",
            "es zählt library.fire 3 (Leitstelle): für FIRE, zu dieser Stunde",
        ),
    ],
)
def test_a_reason_is_said_in_german_as_a_control_room_says_it(written: str, german: str) -> None:
    assert reasons.say(written, "de") == german
    assert reasons.knows(written)
    assert reasons.say(written, "en") == written


@pytest.mark.parametrize(
    "written",
    [
        "the moon was full",
        "Old name of a kind: recorded from a call",
        "Contact ID 1130, A name of long ago",
        "nobody is on call: the admiral",
        "",
        "near: ",
    ],
)
def test_what_the_catalogue_does_not_know_is_said_as_it_was_written(written: str) -> None:
    assert not reasons.knows(written)
    assert [reasons.say(written, language) for language in LANGUAGES] == [written] * 4
    assert reasons.say("on test", "it") == "on test"


@pytest.mark.parametrize(
    ("title", "french"),
    [
        ("Taken by anna 3 s ago", "Pris par anna il y a 3 s"),
        ("2 signals unseen", "2 signaux non vus"),
        (
            "reason: needed to close with 2 points not restored",
            "motif\u00a0: requis tant que 2 points ne sont pas rétablis",
        ),
        (
            "Closed by rule 5 min ago: at most 24 h afterwards",
            "Clos par la règle de son type il y a 5 min\u00a0: 24 h au plus après",
        ),
        ("The role auditor may not do this", "Le rôle auditeur n'y est pas autorisé"),
        ("groups[3]: what no table knows", "groups[3]: what no table knows"),
    ],
)
def test_a_refusal_is_said_in_french(title: str, french: str) -> None:
    assert refusals.say(title, "fr") == french


@pytest.mark.parametrize("name", ["{who}", "anna {said}", "Taken by x"])
def test_a_name_with_marks_in_it_stays_a_name(name: str) -> None:
    assert refusals.say(f"Taken by {name}", "de") == f"{name} hat es angenommen"
