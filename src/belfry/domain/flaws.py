"""What is said where a value cannot be kept: field, value and limit of each, so that all can be mended at once."""

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

SHOWN: Final = 60
"""Characters of a value that is repeated."""


class Flaw(Struct, frozen=True):
    """Why a value cannot be kept. `field` as in `zones[3].name`; `value` is cut, and empty where it is a secret."""

    field: str
    value: str
    wants: str

    def __str__(self) -> str:
        return f"{self.field} = {self.value}: wants {self.wants}" if self.value else f"{self.field}: wants {self.wants}"


class Flaws:
    """Gathers them. Each question names its field first; a value that fits leaves nothing."""

    def __init__(self) -> None:
        self.found: list[Flaw] = []

    def unless(self, fits: bool, field: str, value: object, wants: str) -> None:
        if not fits:
            self.found.append(Flaw(field, shown(value), wants))

    def line(self, field: str, value: str, most: int, *, least: int = 0) -> None:
        """One line of readable characters."""
        wants = f"{least} to {most} characters in one line" if least else f"at most {most} characters in one line"
        self.unless(least <= len(value) <= most and value.isprintable(), field, value, wants)

    def text(self, field: str, value: str, most: int) -> None:
        """Several lines."""
        readable = all(letter.isprintable() or letter in "\n\t" for letter in value)
        self.unless(len(value) <= most and readable, field, value, f"at most {most} readable characters")

    def pattern(self, field: str, value: str, pattern: re.Pattern[str], wants: str) -> None:
        self.unless(pattern.fullmatch(value) is not None and value.isprintable(), field, value, wants)

    def whole(self, field: str, value: int, least: int, most: int, unit: str = "") -> None:
        self.unless(least <= value <= most, field, value, f"{least} to {most}{f' {unit}' if unit else ''}")

    def at_most(self, field: str, count: int, most: int) -> None:
        self.unless(count <= most, field, count, f"at most {most} of them")

    def once(self, field: str, keys: Iterable[object]) -> None:
        """Each of them no more than once; names the place of the second."""
        seen: set[object] = set()
        for n, key in enumerate(keys):
            self.unless(key not in seen, f"{field}[{n}]", key, "to be there once")
            seen.add(key)


def shown(value: object) -> str:
    text = value if isinstance(value, str) else "none" if value is None else str(value)
    text = repr(text) if isinstance(value, str) else text
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
