"""Words for printed records and reports, taken from the console's catalogue, so that paper and screen say the same.

python tools/paper_words.py        writes src/belfry/web/paper/words_*.json; a test compares them
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
MESSAGES: Final = ROOT / "console/src/messages"
PAPER: Final = ROOT / "src/belfry/web/paper"
LANGUAGES: Final = ("en", "de", "fr", "es")

LISTS: Final = (
    *("item", "do", "outcome", "disposition", "cause", "method", "ending", "record", "reports"),
    *("clock", "level", "merged", "notice", "unit_status", "unit_role", "answer"),
)
"""Beginnings of the keys that are printed, up to a dot."""

_LINE: Final = re.compile(r"""^  '([a-z0-9_.]+)': (?:'((?:[^'\\]|\\.)*)'|"([^"]*)"),$""", re.MULTILINE)
_PLURAL: Final = re.compile(
    r"^  '([a-z0-9_.]+)': \{ one: '((?:[^'\\]|\\.)*)', other: '((?:[^'\\]|\\.)*)' \},$", re.MULTILINE
)


def words(language: str) -> Mapping[str, str]:
    """The printed sentences of a language; of those with a plural both forms, `KEY.one` and `KEY`."""
    return dict(sorted(_words(language)))


def _words(language: str) -> Iterator[tuple[str, str]]:
    for path in sorted(MESSAGES.rglob(f"{language}.ts")):
        source = path.read_text(encoding="utf-8")
        for key, single, double in _LINE.findall(source):
            if key.partition(".")[0] in LISTS:
                yield key, _plain(single or double)
        for key, one, other in _PLURAL.findall(source):
            if key.partition(".")[0] in LISTS:
                yield f"{key}.one", _plain(one)
                yield key, _plain(other)


def _plain(text: str) -> str:
    return text.replace("\\'", "'").replace("\\\\", "\\")


def text(language: str) -> str:
    return json.dumps(words(language), ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    for language in LANGUAGES:
        (PAPER / f"words_{language}.json").write_text(text(language), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
