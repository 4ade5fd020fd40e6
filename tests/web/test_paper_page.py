"""Whatever was typed can be printed: no text is too high for a page, and none is lost by that."""

import pytest

from belfry.web.paper.page import Sheet
from belfry.web.paper.words import Say

TEXTS = {
    "lines": "\n".join("three words more" for _ in range(90)),
    "nothing but ends of lines": "\n" * 1_400 + "x",
    "one wide word": "W" * 2_000,
    "signs without a glyph": "🔥👩‍🚒" * 60 + "\U0010ffff\ufffe مرحبا",
    "accents on accents": "e" + "\u0301" * 1_000,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_text_is_printed_in_a_table_among_facts_and_as_a_paragraph(text: str) -> None:
    sheet = Sheet(Say("en"), head="Centre", aside="number 1", foot="made now")
    sheet.rows(("when", "what", "words", "who"), [("12:00", "Note", text, "anna")], (16, 24, 46, 14))
    sheet.rows(("nr", "a", "b", "c", "d"), [(text[:120],) * 5], (8, 28, 30, 18, 16))
    sheet.facts([("caller", text), ("site", "School"), ("point", text)])
    sheet.paragraph(text)
    assert sheet.done().startswith(b"%PDF")


def test_a_high_row_goes_on_in_the_next_one_with_all_its_lines() -> None:
    sheet = Sheet(Say("en"), head="Centre", aside="number 1", foot="made now")
    text = "\n".join(f"line {n}" for n in range(90))
    parts = sheet._parts(("12:00", text), (30, 100))
    assert [part[0] for part in parts] == ["12:00", "", ""]
    assert "\n".join(part[1] for part in parts).split() == text.split()
    assert sheet.done()  # which closes its fonts
