"""Telephone numbers as they are compared: by their digits, whichever way somebody wrote them."""

import re
from typing import Final

LEAST: Final = 4
"""Digits that have to be given to look for a number by its end."""
SURE: Final = 7
"""Digits at the end of two numbers that make them the same, one written with its country and the other without."""

_NUMBER: Final = re.compile(r"\+?[0-9 ()./\-]{4,40}")


def is_number(text: str) -> bool:
    """Whether a text is nothing but a telephone number."""
    return _NUMBER.fullmatch(text.strip()) is not None and len(digits_of(text)) >= LEAST


def digits_of(number: str) -> str:
    """Return the digits that tell a number from others: without zeros in front, and without a `(0)` inside.

    +41 (0)44 123 45 67 gives 41441234567, and 044 123 45 67 gives 441234567, which is its end.
    """
    return "".join(re.findall(r"[0-9]", number.replace("(0)", ""))).lstrip("0")
