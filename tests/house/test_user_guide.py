"""`docs/user-guide.md` shows the keys that the console has, and the guides show pictures that are there."""

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
GUIDE: Final = (ROOT / "docs" / "user-guide.md").read_text(encoding="utf-8")
PICTURES: Final = ROOT / "docs" / "pictures"

KEY: Final = re.compile(r"\{ id: '([a-z-]+)', press: .*?cap: '([^']+)'")
SENTENCE: Final = re.compile(r"^\s*'(key\.[a-z-]+|filter\.[a-z-]+)': '([^']+)',$", re.MULTILINE)


def sentence_of(key: str) -> str:
    """The name of what the console's own list says of a key."""
    return key.replace("-", ".", 1) if key.startswith("filter-") else f"key.{key}"


def test_every_key_of_the_console_is_in_the_guide_with_its_own_words_and_no_other() -> None:
    source = (ROOT / "console" / "src" / "lib" / "keys.ts").read_text(encoding="utf-8")
    messages = ROOT / "console" / "src" / "messages"
    english = (messages / "en.ts", *sorted(messages.glob("*/en.ts")))
    words = dict(pair for file in english for pair in SENTENCE.findall(file.read_text(encoding="utf-8")))
    keys = KEY.findall(source)
    assert len(keys) > 20
    wanted = [(cap, words[sentence_of(name)]) for name, cap in keys]
    table = GUIDE.partition("## Keys")[2].partition("\n## ")[0]
    assert re.findall(r"^\| (?!key |---)(.+?) \| (.+?) \|$", table, re.MULTILINE) == wanted


def test_every_picture_is_shown_and_every_shown_picture_is_there() -> None:
    pages = [GUIDE, *(path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "operator").glob("*.md"))]
    shown = {name for page in pages for name in re.findall(r"\((?:\.\./)?pictures/([a-z-]+\.png)\)", page)}
    assert shown == {path.name for path in PICTURES.glob("*.png")}


@pytest.mark.parametrize("path", sorted(PICTURES.glob("*.png")), ids=lambda path: path.name)
def test_a_picture_is_small_enough_for_a_repository(path: Path) -> None:
    assert path.stat().st_size < 250_000
