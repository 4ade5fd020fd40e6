"""How a refusal is said in the four languages: the titles of `commands.Refusal` and of the API's problems.

The same as for reasons, but no promise of completeness: what is missing in `data/refusals.csv` is said in English.
"""

from functools import cache
from typing import Final

from belfry.domain.reasons import WORDS
from belfry.domain.sayings import Sayings, words_of
from belfry.domain.tables import rows

TABLE: Final = "refusals.csv"


def say(title: str, language: str) -> str:
    """Return a title in a language; one that the table does not know as it is."""
    return catalogue().say(title, language)


def knows(title: str) -> bool:
    return catalogue().knows(title)


@cache
def catalogue() -> Sayings:
    words = {name: words_of(name, rows(WORDS)) for name in ("role", "disposition", "cause", "method")}
    words["field"] = words_of("field", rows(WORDS), strict=False)
    return Sayings(rows(TABLE), words)
