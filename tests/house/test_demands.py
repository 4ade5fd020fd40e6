"""`docs/operator/demands.md` answers each of the fifty demands, and each test that it leans on is there."""

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
OPERATOR: Final = ROOT / "docs" / "operator"
ROW: Final = re.compile(r"^\| (\d+) \| (.+?) \| \*\*(Yes|Partly|Otherwise|Not yet)\.\*\* (.+?) \|(.*)\|$", re.MULTILINE)
TEST: Final = re.compile(r"`((?:console/)?tests/[\w/.]+)`")

DEMANDS: Final = ROW.findall((OPERATOR / "demands.md").read_text(encoding="utf-8"))


def test_each_demand_has_its_row_in_order() -> None:
    assert [int(row[0]) for row in DEMANDS] == list(range(1, 51))


@pytest.mark.parametrize("row", DEMANDS, ids=[row[0] for row in DEMANDS])
def test_what_is_met_names_a_test_and_what_is_not_names_none(row: tuple[str, ...]) -> None:
    answer, named = row[2], TEST.findall(row[4])
    assert bool(named) == (answer != "Not yet")
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_each_test_that_a_page_for_operators_names_is_there() -> None:
    pages = {page.name: TEST.findall(page.read_text(encoding="utf-8")) for page in sorted(OPERATOR.glob("*.md"))}
    missing = {name: [test for test in tests if not (ROOT / test).is_file()] for name, tests in pages.items()}
    assert {name: tests for name, tests in missing.items() if tests} == {}
