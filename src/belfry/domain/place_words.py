"""The words of places: folded, spelled out, one typo away; and what somebody typed, taken apart.

Case, accents and punctuation are nothing; `ü` is found as `u` and as `ue`. What people shorten (`str.`, `rd`, `av.`)
is a table by language. A query is a list of words that must all be met, each by any of its spellings as a beginning.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final
from unicodedata import normalize

from msgspec import Struct

QUERY_LONGEST: Final = 120
"""Characters that are looked at; nobody types a longer address."""
WORDS_MOST: Final = 10
WORD_LONGEST: Final = 40

SHORTENED: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "en": {
        "st": ("street", "saint"), "rd": ("road",), "ave": ("avenue",), "av": ("avenue",), "ln": ("lane",),
        "dr": ("drive",), "cl": ("close",), "ct": ("court",), "cres": ("crescent",), "gdns": ("gardens",),
        "gr": ("grove",), "pl": ("place",), "sq": ("square",), "ter": ("terrace",), "terr": ("terrace",),
        "hwy": ("highway",), "pk": ("park",), "ctr": ("centre",), "center": ("centre",), "stn": ("station",),
        "hosp": ("hospital",), "yd": ("yard",), "wk": ("walk",), "n": ("north",),
        "s": ("south",), "e": ("east",), "w": ("west",),
    },
    "de": {
        "str": ("strasse", "street"), "pl": ("platz",), "g": ("gasse",), "bhf": ("bahnhof",),
        "hbf": ("hauptbahnhof",), "kh": ("krankenhaus",), "st": ("sankt",), "a": ("am", "an"), "fw": ("feuerwehr",),
    },
    "fr": {
        "r": ("rue",), "av": ("avenue",), "bd": ("boulevard",), "bld": ("boulevard",), "boul": ("boulevard",),
        "pl": ("place",), "imp": ("impasse",), "ch": ("chemin",), "che": ("chemin",), "rte": ("route",),
        "st": ("saint",), "ste": ("sainte",), "all": ("allee",), "fbg": ("faubourg",), "fg": ("faubourg",),
        "qu": ("quai",), "sq": ("square",),
    },
    "es": {
        "c": ("calle",), "cl": ("calle",), "av": ("avenida",), "avda": ("avenida",), "pl": ("plaza",),
        "pza": ("plaza",), "plza": ("plaza",), "p": ("paseo",), "ctra": ("carretera",), "cno": ("camino",),
        "rda": ("ronda",), "sta": ("santa",), "sto": ("santo",),
    },
}  # fmt: skip
"""By language, what people write short."""
_ENDS: Final[Mapping[str, str]] = {"str": "strasse", "pl": "platz", "g": "gasse", "bf": "bahnhof"}
"""The same at the end of a German word: `Hauptstr`."""
_ENDS_LEAST: Final = {"str": 5, "pl": 6, "g": 99, "bf": 6}

_TABLE: Final[Mapping[str, Sequence[str]]] = {
    word: tuple(dict.fromkeys(chain.from_iterable(one.get(word, ()) for one in SHORTENED.values())))
    for word in sorted(set(chain.from_iterable(SHORTENED.values())))
}
_LETTERS: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_SPOKEN: Final = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"}
_WORD: Final = re.compile(r"[^\W_]+")
_NUMBER: Final = re.compile(r"(\d{1,4})(?:[a-z]|bis|ter|quater)?", re.ASCII)
_AND: Final = re.compile(r"(?:\s+(?:x|corner of|corner|ecke|angle|esquina)\s+|\s*[/&@]\s*)", re.IGNORECASE)


class Asked(Struct, frozen=True):
    """What somebody typed. `words` must all be met; `number` is a house number, if one may be meant."""

    words: Sequence[str]
    number: str | None = None

    def __repr__(self) -> str:
        return f"Asked({len(self.words)} words)"


def fold(text: str) -> str:
    """Return a text without case and accents."""
    plain = normalize("NFKD", text.casefold().translate(_LETTERS))
    return normalize("NFC", "".join(letter for letter in plain if not "\u0300" <= letter <= "\u036f"))


def words(text: str) -> list[str]:
    """Return the folded words of a text, in order; an apostrophe parts none (`Abbot's`)."""
    return [word[:WORD_LONGEST] for word in _WORD.findall(fold(text.replace("'", "").replace("’", "")))]


def index_words(*texts: str) -> list[str]:
    """Return every word by which a place is found: its own, as they are spoken, spelled out, and all in one."""
    found: dict[str, None] = {}
    for text in texts:
        own = words(text)
        spoken = words("".join(_SPOKEN.get(letter, letter) for letter in normalize("NFC", text.casefold())))
        for word in (*own, *spoken):
            found[word] = None
            found.update(dict.fromkeys(spellings(word)))
        if 1 < len(own) <= 4:
            found["".join(own)[:WORD_LONGEST]] = None
    return list(found)


def spellings(word: str) -> Sequence[str]:
    """Return what a short word may stand for, itself first."""
    found = [word, *_TABLE.get(word, ())]
    for end, whole in _ENDS.items():
        if word.endswith(end) and len(word) >= _ENDS_LEAST[end]:
            found.append(word.removesuffix(end) + whole)
    return tuple(found)


def asked(text: str) -> Asked:
    """Take a query apart. A number counts as a house number where it stands first or last, or last of several."""
    found = words(text[:QUERY_LONGEST])[:WORDS_MOST]
    numbers = [at for at, word in enumerate(found) if _NUMBER.fullmatch(word)]
    if not numbers or len(found) == 1:
        return Asked(tuple(found))
    at = numbers[-1] if numbers[-1] != 0 or len(numbers) > 1 else 0
    return Asked(tuple(found[:at] + found[at + 1 :]), found[at])


def crossing(text: str) -> tuple[str, str] | None:
    """Return both streets of `A / B`, or None where it is no crossing: `12/3` is a house number."""
    parts = _AND.split(text[:QUERY_LONGEST].strip())
    if len(parts) != 2 or not all(any(letter.isalpha() for letter in part) and len(part) > 2 for part in parts):
        return None
    return parts[0], parts[1]


def number_value(number: str) -> int | None:
    """Return the figure of a house number: 12 of `12b` and of `12-14`."""
    found = re.match(r"\D*(\d{1,6})", number, re.ASCII)
    return None if found is None else int(found[1])


# -- typos

PREFIXES: Final = range(4, 9)
"""So many letters of a word are compared with what was typed so far."""
TYPO_LEAST: Final = 4
"""Shorter words have no typos: too much would be one letter away."""
TWO_LEAST: Final = 8
"""From so many letters on, two mistakes are forgiven."""


def deletions(word: str) -> set[str]:
    """Return a beginning and all that is left of it without one letter."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def typo_keys(word: str) -> set[str]:
    """Return under which keys a word of the gazetteer is found by somebody who mistypes it."""
    long = [word[:length] for length in PREFIXES if len(word) >= length]
    return set(chain.from_iterable(deletions(one) for one in (long or [word] if len(word) >= TYPO_LEAST - 1 else [])))


def typed_keys(typed: str) -> set[str]:
    """Return the keys to look up for what was typed."""
    return deletions(typed[: PREFIXES.stop - 1])


def is_near(typed: str, word: str) -> bool:
    """Whether what was typed begins a word but for one mistake, two where it is long; two letters swapped are one."""
    most = 2 if len(typed) >= TWO_LEAST else 1
    return any(
        _mistakes(typed, word[: len(typed) + longer]) <= most
        for longer in range(-most, most + 1)
        if len(typed) + longer > 0
    )


def _mistakes(one: str, other: str) -> int:
    """Letters lost, added, changed or swapped with the next between two words."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def rows_of_keys(vocabulary: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield key and word for all words of a gazetteer."""
    return ((key, word) for word in vocabulary for key in typo_keys(word))
