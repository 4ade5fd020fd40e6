"""Paper and screen say the same: the printed words are those of the console's catalogue."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from belfry.web.paper.words import Say

ROOT = Path(__file__).resolve().parents[2]


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("paper_words", ROOT / "tools/paper_words.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_printed_words_are_those_of_the_console(language: str) -> None:
    """Where this fails somebody changed a sentence: `python tools/paper_words.py` takes it over."""
    printed = ROOT / f"src/belfry/web/paper/words_{language}.json"
    assert printed.read_text(encoding="utf-8") == tool().text(language)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_a_word_of_tomorrow_is_printed_as_it_is(language: str) -> None:
    assert Say(language).word("cause", "of_tomorrow") == "of tomorrow"


def test_numbers_and_shares_are_written_as_in_their_language() -> None:
    assert [Say(one).number(1234.5) for one in ("en", "de", "es")] == ["1,234.5", "1.234,5", "1.234,5"]
    assert [Say(one).share(0.825) for one in ("en", "de")] == ["82.5 %", "82,5 %"]
    assert Say("en").share(None) == "–"
    assert (Say("en").t("reports.left_out", n=1)[:10], Say("en").t("reports.left_out", n=2)[:11]) == (
        "1 exercise",
        "2 exercises",
    )
