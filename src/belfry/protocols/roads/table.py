"""What both wires have in common: a question, a table of times, and what is wrong with an answer."""

from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

Pair = tuple[float, float] | None
"""Seconds and metres from one place to another; None where the server knows no way."""
Table = Sequence[Sequence[Pair]]
Degrees = tuple[float, float]
"""Latitude and longitude."""

S = TypeVar("S", bound=Struct)

SHOWN: Final = 40


class BadAnswer(Exception):
    """A server of roads answered something that is no table of the size asked for. Says what, never the whole."""


class Ask(Struct, frozen=True):
    """One request: `body` is JSON, None for GET."""

    path: str
    body: bytes | None = None


def pair(seconds: float | None, metres: float | None) -> Pair:
    return None if seconds is None or metres is None else (seconds, metres)


def check_size(rows: Sequence[Sequence[object]], origins: int, destinations: int, what: str) -> None:
    """Raises BadAnswer."""
    if len(rows) != origins or any(len(row) != destinations for row in rows):
        across = {len(row) for row in rows}
        got = f"{len(rows)} x {across.pop() if len(across) == 1 else 'uneven'}"
        raise BadAnswer(f"{what} is {got}, not {origins} x {destinations}")


def read(body: bytes, shape: type[S]) -> S:
    """Raises BadAnswer."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        begins = body[:SHOWN].decode("utf-8", "replace").strip()
        no_json = begins and begins[0] not in "{["
        raise BadAnswer(f"no JSON, it begins {begins[:12]!r}" if no_json else f"not its JSON: {error}") from error
