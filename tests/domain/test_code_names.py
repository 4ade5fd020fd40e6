"""Codes have a name in every language, and the digest of the code list knows nothing of it."""

from typing import Final

import pytest

from belfry.domain import code_names
from belfry.domain.tables import rows

LANGUAGES: Final = ("en", "de", "fr", "es")
LISTS: Final = ("codes_v1.csv", "devices_v1.csv")
ON_ONE_LINE: Final = 70
"""Characters that a row of the timeline has beside the code."""

SAME_THING: Final = {"Hold-up zone bypassed", "Hold-up point bypassed"}
"""Two names of which a control room makes one."""


def test_every_name_of_the_code_lists_is_said_in_every_language() -> None:
    listed = list(dict.fromkeys(row["name"] for table in LISTS for row in rows(table)))
    assert [row["en"] for row in rows(code_names.TABLE)] == listed


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_names_are_one_in_another_language_and_each_fits_its_line(language: str) -> None:
    seen: dict[str, str] = {}
    for row in rows(code_names.TABLE):
        before = seen.setdefault(row[language], row["en"])
        assert before == row["en"] or {before, row["en"]} == SAME_THING
        assert len(row[language]) <= ON_ONE_LINE, row[language]


def test_a_name_that_is_not_listed_stays_as_it_is() -> None:
    assert code_names.said("Call point operated", "de") == "Handfeuermelder betätigt"
    assert code_names.said("A name of long ago", "de") == "A name of long ago"
    assert code_names.said("Call point operated", "it") == "Call point operated"
