"""The closed catalogue of reasons: every sentence that a fact may give, and how it is said in the four languages.

Facts keep reasons as English words (`facts`, `reasons`). Whoever writes a new one adds a row to `data/reasons.csv`;
a test reads the code that writes them and fails where one is missing. Parts with a name of a list - `{kind}`,
`{meaning}`, `{state}`, `{hazard}`, `{status}` of a unit - are said in its words; `{said}` and `{because}` are reasons
themselves.
"""

from collections.abc import Iterable
from functools import cache
from typing import Final

from belfry.domain import code_names
from belfry.domain.kinds import LANGUAGES
from belfry.domain.kinds import load as load_kinds
from belfry.domain.sayings import Sayings, Word, words_of
from belfry.domain.tables import rows
from belfry.domain.unit import UnitStatus
from belfry.domain.unit_status_map import label

TABLE: Final = "reasons.csv"
WORDS: Final = "reason_words.csv"
_LISTS: Final = ("state", "category", "hazard", "level", "owner", "skill", "equipment")


def say(reason: str, language: str) -> str:
    """Return a reason in a language; one that the catalogue does not know as it was written."""
    return catalogue().say(reason, language)


def say_all(reasons: Iterable[str], language: str) -> list[str]:
    return [say(reason, language) for reason in reasons]


def knows(reason: str) -> bool:
    return catalogue().knows(reason)


@cache
def catalogue() -> Sayings:
    words: dict[str, Word] = {name: words_of(name, rows(WORDS)) for name in _LISTS}
    return Sayings(rows(TABLE), {**words, "kind": _kind(), "meaning": code_names.word, "status": _status()})


def _status() -> Word:
    """A unit's status by its English label."""
    statuses = {label(status, "en"): status for status in UnitStatus}

    def word(text: str, language: str) -> str | None:
        status = statuses.get(text)
        return None if status is None or language not in LANGUAGES else label(status, language)

    return word


def _kind() -> Word:
    """A kind by its English label, which is what reasons say."""
    kinds = load_kinds()
    codes = {kinds[one.code].label: one.code for one in kinds.all()}

    def word(label: str, language: str) -> str | None:
        code = codes.get(label)
        return None if code is None or language not in LANGUAGES else kinds.words(code, language).label

    return word
