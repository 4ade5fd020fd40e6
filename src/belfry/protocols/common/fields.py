"""The allow list at work: what is listed is kept, everything else goes, and its name alone is remembered.

A list is a plain table, so that it can be read, printed and tested as data:

    {"eventType": LEAF, "DetectionRegionList": {"DetectionRegionEntry": {"regionID": LEAF}}}
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

Leaf: TypeAlias = str | int | float | bool | None
Allow: TypeAlias = Mapping[str, "Allow | None"]
"""Names to keep: None (`LEAF`) for a value, a table for an object or a list of objects."""
Kept: TypeAlias = dict[str, "Leaf | list[Kept]"]
"""What is left, under the names of the list: values, and objects always as a list of them."""

LEAF: Final = None

NAMES_MOST: Final = 64
"""Names remembered of one message."""
NAME_MOST: Final = 120
"""Characters of a path; a longer one is cut, since it may be a text in disguise."""


class Dropped:
    """The names of what was stripped from one message: paths such as `faces.age`, each once, in the order met."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}

    def add(self, *path: str) -> None:
        if len(self._names) >= NAMES_MOST:
            return
        name = ".".join(path)
        name = name[:NAME_MOST]
        if not name.isprintable():
            name = "".join(sign if sign.isprintable() else "?" for sign in name)
        self._names[name] = None

    def names(self) -> tuple[str, ...]:
        return tuple(self._names)

    def __repr__(self) -> str:
        return f"Dropped({len(self._names)})"


def strip(value: Mapping[str, object], allow: Allow, dropped: Dropped, at: tuple[str, ...] = ()) -> Kept:
    """Return what the list keeps of an object. Names are compared in any case.

    A value where an object is due, and an object where a value is due, are dropped: nothing is kept in disguise. Of
    two names that differ in case alone the first counts.
    """
    known = _folded(allow)
    kept: Kept = {}
    for key, content in value.items():
        own, below = known.get(key.lower(), (None, LEAF))
        if own is None or own in kept:
            dropped.add(*at, key)
        elif below is LEAF:
            if content is None or isinstance(content, str | int | float | bool):
                kept[own] = content
            else:
                dropped.add(*at, key)
        else:
            kept[own] = _objects(content, below, dropped, (*at, own))
    return kept


def objects(kept: Kept, *path: str) -> Iterable[Kept]:
    """Yield the objects at the end of a path of objects; of all branches, where one of them is a list."""
    level = [kept]
    for name in path:
        level = [one for above in level if isinstance(found := above.get(name), list) for one in found]
    return level


def leaf(kept: Kept, name: str) -> Leaf:
    """Return a kept value; None where it is absent."""
    found = kept.get(name)
    return None if isinstance(found, list) else found


def _objects(content: object, allow: Allow, dropped: Dropped, at: tuple[str, ...]) -> list[Kept]:
    """One object or a list of them: devices send either for the same thing."""
    several = content if isinstance(content, list) else [content]
    found = [strip(one, allow, dropped, at) for one in several if isinstance(one, dict)]
    if len(found) < len(several) and content not in (None, "", []):
        dropped.add(*at)
    return found


def _folded(allow: Allow) -> Mapping[str, tuple[str, Allow | None]]:
    return {name.lower(): (name, below) for name, below in allow.items()}
