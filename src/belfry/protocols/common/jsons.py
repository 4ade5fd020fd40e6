"""JSON from strangers: limits of bytes, depth and items, and no word of it in an error."""

from dataclasses import dataclass
from typing import Final

from msgspec import DecodeError
from msgspec.json import Decoder

from belfry.protocols.common.unreadable import Unreadable

Loose = dict[str, object] | list[object] | str | int | float | bool | None
"""What JSON may hold; it goes through `fields.strip` before anything is done with it."""

_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class JsonLimits:
    most_bytes: int = 1 << 20
    depth: int = 32
    items: int = 20_000
    """Keys of objects and members of lists, all together."""


LIMITS: Final = JsonLimits()
_DECODER: Final = Decoder()


def parse(body: bytes, limits: JsonLimits = LIMITS) -> Loose:
    """Return the value of a JSON text in UTF-8, with or without its mark. Raises Unreadable."""
    if len(body) > limits.most_bytes:
        raise Unreadable(f"JSON of more than {limits.most_bytes} bytes")
    try:
        value: Loose = _DECODER.decode(body.removeprefix(_BOM))
    except RecursionError:
        raise Unreadable(f"JSON nested deeper than {limits.depth}") from None
    except (DecodeError, UnicodeDecodeError):
        raise Unreadable("no JSON") from None
    _within(value, limits)
    return value


def parse_object(body: bytes, limits: JsonLimits = LIMITS) -> dict[str, object]:
    """The same where only an object will do. Raises Unreadable."""
    value = parse(body, limits)
    if not isinstance(value, dict):
        raise Unreadable("JSON, but no object")
    return value


def _within(value: Loose, limits: JsonLimits) -> None:
    """Level by level, since a recursion would be what it looks for."""
    level: list[object] = [value]
    items = depth = 0
    while level:
        below: list[object] = []
        for one in level:
            if isinstance(one, dict):
                below.extend(one.values())
            elif isinstance(one, list):
                below.extend(one)
        items += len(below)
        depth += 1
        if items > limits.items:
            raise Unreadable(f"JSON of more than {limits.items} items")
        if depth > limits.depth + 1:
            raise Unreadable(f"JSON nested deeper than {limits.depth}")
        level = below
