"""Numbers and short names out of loose values. A number may come as a string; a name is never longer than a point's."""

from math import isfinite
from typing import Final

from belfry.domain.reading import POINT_MOST

NUMBER_LONGEST: Final = 32
"""Characters of a number as text."""
NUMBER_MOST: Final = 1e13
"""A magnitude beyond it is no measurement, and no time in milliseconds."""


def number(value: object) -> float | None:
    """Return a finite number, also out of its text (`"57.6"`); None for everything else, truth included."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        if len(value) > NUMBER_LONGEST or "_" in value:
            return None
        try:
            value = float(value)
        except ValueError:
            return None
    if not isinstance(value, int | float) or not -NUMBER_MOST <= value <= NUMBER_MOST:
        return None
    found = float(value)
    return found if isfinite(found) else None


def whole(value: object) -> int | None:
    """Return a whole number, also out of its text; None for everything else."""
    found = number(value)
    return int(found) if found is not None and found == int(found) else None


def name(value: object) -> str | None:
    """Return a device's name of something: printable, on one line, at most POINT_MOST characters; else None.

    Numbers come as their digits: `"regionID": 3` and `"3"` name the same region.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    if isinstance(value, int) and not -NUMBER_MOST <= value <= NUMBER_MOST:
        return None
    text = str(value).strip()
    return text if 0 < len(text) <= POINT_MOST and text.isprintable() else None
