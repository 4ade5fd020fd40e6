"""What the house writes in English, said in another language on its way out.

A fact keeps its words as they were written, since a decision is never derived again; so they are not translated where
they are written but where they are read. A closed table holds each sentence as a pattern with named parts, in every
language. What no pattern knows - the words of another release, a sentence of another part - is said as it was written.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

ENGLISH: Final = "en"
SAID_KEPT: Final = 4_096
"""Sentences of which it is remembered how they are said; there are some hundreds, and numbers in them."""

Word = Callable[[str, str], str | None]
"""How a part of a sentence is said in a language; None: it is no word of its list, so the sentence is another one."""

_PART: Final = re.compile(r"\{(\w+)\}")

_SHAPES: Final[Mapping[str, str]] = {
    "n": r"-?\d+",
    "seen": r"\d+",
    "version": r"\d+",
    "span": r"\d+ (?:s|min|h)",
    "at": r"[\d:-]+",
    "list": r"Contact ID|SIA",
    "code": r"[^\s,:]+",
    "area": r"[^,]+",
    "zone": r"[^,:]+",
    "account": r"[^,]+",
    "plan": r"\S+",
    "field": r"[\w.\[\]-]+",
    "state": r"\w+",
    "category": r"\w+",
    "subtype": r"\w+",
}
"""What a part may be; one of another name may be anything."""
_SENTENCES: Final = ("said", "because", "limit")
"""Parts that are sentences of the same table."""


class _Sentence(Struct, frozen=True):
    pattern: re.Pattern[str]
    said: Mapping[str, str]
    parts: tuple[str, ...]


class Sayings:
    """A table of sentences. `words` say those parts that are words of a list, by the name of the part."""

    def __init__(self, rows: Iterable[Mapping[str, str]], words: Mapping[str, Word]) -> None:
        sentences: Mapping[str, Word] = dict.fromkeys(_SENTENCES, self.find)
        self._words: Mapping[str, Word] = {**sentences, "parts": self._each, **words}
        self._whole: dict[str, Mapping[str, str]] = {}
        self._patterns: list[_Sentence] = []
        for row in rows:
            english = row[ENGLISH]
            parts = tuple(_PART.findall(english))
            if parts:
                self._patterns.append(_Sentence(_pattern(english), row, parts))
            else:
                self._whole[english] = row
        self._find_again = lru_cache(maxsize=SAID_KEPT)(self._look)

    def say(self, text: str, language: str) -> str:
        """Return a sentence in a language, or as it was written where it is not known."""
        return text if language == ENGLISH else self.find(text, language) or text

    def knows(self, text: str) -> bool:
        """Whether a sentence is one of the table, with all its parts."""
        return self.find(text, ENGLISH) is not None

    def find(self, text: str, language: str) -> str | None:
        """The same; None where it is not known."""
        whole = self._whole.get(text)
        return self._find_again(text, language) if whole is None else whole.get(language)

    def _look(self, text: str, language: str) -> str | None:
        for sentence in self._patterns:
            found = sentence.pattern.fullmatch(text)
            if found is None or language not in sentence.said:
                continue
            parts = {name: self._part(name, found[name], language) for name in sentence.parts}
            if None not in parts.values():
                return sentence.said[language].format(**parts)
        return None

    def _part(self, name: str, text: str, language: str) -> str | None:
        word = self._words.get(name)
        return text if word is None else word(text, language)

    def _each(self, text: str, language: str) -> str | None:
        """Several sentences, with commas between."""
        said = [self.find(one, language) for one in text.split(", ")]
        return None if None in said else ", ".join(one for one in said if one is not None)


def words_of(name: str, rows: Iterable[Mapping[str, str]], *, strict: bool = True) -> Word:
    """The words of a list, as its rows say them (`list` names it). Where not `strict`, another word stays itself."""
    known = {row[ENGLISH]: row for row in rows if row["list"] == name}

    def word(text: str, language: str) -> str | None:
        row = known.get(text)
        return row.get(language) if row is not None else None if strict else text

    return word


def _pattern(english: str) -> re.Pattern[str]:
    """`{n} signals` as a pattern that finds its parts."""
    pieces = _PART.split(english)  # text and names in turn
    found = [
        re.escape(piece) if n % 2 == 0 else f"(?P<{piece}>{_SHAPES.get(piece, '.+')})" for n, piece in enumerate(pieces)
    ]
    return re.compile("".join(found), re.DOTALL)
