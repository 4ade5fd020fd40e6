"""What the codes of both lists are called in the four languages.

Beside the code list and outside its digest: a name changes no decision. The English name is the key, since it is what
the code list and the reasons of facts say; many codes share one.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from belfry.domain.tables import rows

TABLE: Final = "code_names.csv"


def said(name: str, language: str) -> str:
    """Return the English name of a code in a language; one that is not listed stays as it is."""
    return word(name, language) or name


def word(name: str, language: str) -> str | None:
    """The same; None where the name is not one of the code lists."""
    known = _names().get(name)
    return None if known is None else known.get(language)


@cache
def _names() -> Mapping[str, Mapping[str, str]]:
    return {row["en"]: row for row in rows(TABLE)}
