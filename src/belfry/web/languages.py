"""Which of our languages a browser would rather read (RFC 9110, 12.5.4)."""

from typing import Any

from litestar.connection import ASGIConnection

from belfry.domain.kinds import LANGUAGES
from belfry.web.front import front

_HEADER_MOST = 200


def preferred(accept: str, default: str) -> str:
    """Return the language of ours that an Accept-Language header ranks highest, else `default`."""
    best, rank = default, 0.0
    for part in accept[:_HEADER_MOST].split(","):
        tag, _, weight = part.partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = _quality(weight)
        if language in LANGUAGES and quality > rank:
            best, rank = language, quality
    return best


def language_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The language to answer in."""
    return preferred(connection.headers.get("accept-language", ""), front(connection).house.language)


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
