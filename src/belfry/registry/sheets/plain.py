"""Texts as a spreadsheet may hold them: nothing runs as a formula, no zero is lost, and all of it reads back the same.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and one of digits for a number, which
costs `001234` its zeros. Such a text is written with an apostrophe before it, which spreadsheets show and keep. Reading
takes off exactly what writing put on, so `'=1` and `'s-Hertogenbosch` survive as well.
"""

import re
from typing import Final

_FORMULA: Final = r"[=+\-@\t\r＝＋－＠]"
_NUMBER: Final = r"0\d|\d{12}|\d+(?:\.\d+)?[eE][+-]?\d"
"""Leading zeros, more digits than a spreadsheet keeps, and what it takes for a power of ten."""
_MARKED: Final = re.compile(rf"'*(?:{_FORMULA}|{_NUMBER})")


def marked(text: str) -> str:
    """Return a text as it is written into a cell."""
    if _wants_two(text):
        return f"'{text}'"
    return f"'{text}" if _MARKED.match(text) else text


def unmarked(cell: str) -> str:
    """Return the text that a cell holds, spaces around it aside."""
    cell = cell.strip()
    if not cell.startswith("'"):
        return cell
    if cell.endswith("'") and len(cell) > 1 and _wants_two(cell[1:-1]):
        return cell[1:-1]
    return cell[1:] if _MARKED.match(cell, 1) else cell


def _wants_two(text: str) -> bool:
    """Spaces at its ends are held by an apostrophe on both sides; so is what ends with one itself and needs a mark."""
    return _padded(text) or (text.endswith("'") and _MARKED.match(text) is not None)


def _padded(text: str) -> bool:
    """Whether spaces are around a text, within as many pairs of apostrophes as there may be."""
    while len(text) > 1 and text[0] == text[-1] == "'":
        text = text[1:-1]
    return text != text.strip()
