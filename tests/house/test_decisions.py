"""The decisions are numbered without a gap, listed in their index, and each tells the same four things."""

import re
from pathlib import Path
from typing import Final

import pytest

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "decisions"
PAGES: Final = sorted(path.name for path in FOLDER.glob("[0-9]*.md"))


def test_numbers_have_no_gap() -> None:
    assert [int(name[:4]) for name in PAGES] == list(range(1, len(PAGES) + 1))


@pytest.mark.parametrize("name", PAGES)
def test_a_decision_is_listed_under_its_title(name: str) -> None:
    title = (FOLDER / name).read_text(encoding="utf-8").splitlines()[0]
    found = re.fullmatch(r"# (\d{4}): (.+)", title)
    assert found is not None
    number, words = found.groups()
    assert f"[{number}]({name}) | {words} |" in (FOLDER / "index.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_decision_tells_problem_options_choice_and_cost(name: str) -> None:
    headings = re.findall(r"^## (.+)$", (FOLDER / name).read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == ["Problem", "Options", "Choice", "Cost"]
