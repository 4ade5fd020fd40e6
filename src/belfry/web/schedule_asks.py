"""What is asked about schedules: the types of request bodies."""

from typing import Annotated, Final

from msgspec import Meta

from belfry.web.asks import Ask
from belfry.web.site_asks import Word

MINUTES_MOST: Final = 720
"""Twelve hours; whoever stays longer needs another schedule."""

Id = Annotated[str, Meta(min_length=1, max_length=60)]


class ExtendClosingBody(Ask, frozen=True, kw_only=True):
    """How much later a closing is wanted, and the pass-word of whoever asks for it."""

    minutes: Annotated[int, Meta(ge=1, le=MINUTES_MOST)] | None = None
    """None: by `closing_extension_s`, half an hour."""
    schedule: Id | None = None
    """None: the one that is late, else the next to close."""
    word: Word | None = None
    incident: Id | None = None
    """Where it was asked for; that a word was said stands in its story."""
