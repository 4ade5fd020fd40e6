"""Truth as devices spell it. Absent, empty or null is not false: it must not restore an open alarm."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, bool]] = {
    "true": True,
    "1": True,
    "on": True,
    "active": True,
    "yes": True,
    "false": False,
    "0": False,
    "off": False,
    "inactive": False,
    "no": False,
}
"""In any case: `FALSE`, `ON` and `Inactive` are all sent."""

LONGEST: Final = 16
"""Characters of a value that may still be one of these words, spaces round it included."""


def boolean(value: object) -> bool | None:
    """Return what `true`, `1`, `ON`, `active` or their opposites say; None for everything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return bool(value) if value in (0, 1) else None
    if isinstance(value, str) and len(value) <= LONGEST:
        return WORDS.get(value.strip().lower())
    return None
