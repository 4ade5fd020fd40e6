"""What the API is asked about storms: the bodies of `/storms`."""

from typing import Annotated, Final

from msgspec import Meta

from belfry.domain.storm_cover import StormGroup
from belfry.web.asks import Ask

REASON_MOST: Final = 500
MINUTES_MOST: Final = 24 * 60

Reason = Annotated[str, Meta(min_length=3, max_length=REASON_MOST)]
Minutes = Annotated[int, Meta(ge=1, le=MINUTES_MOST)]


class StormBody(Ask, frozen=True, kw_only=True):
    """A storm is to hold these groups of technical signals back for so many minutes, and why."""

    groups: Annotated[tuple[StormGroup, ...], Meta(min_length=1, max_length=len(StormGroup))]
    minutes: Minutes
    reason: Reason


class RenewBody(Ask, frozen=True, kw_only=True):
    """From now on for so many minutes."""

    minutes: Minutes


class ReviewBody(Ask, frozen=True, kw_only=True):
    """Somebody has gone through all that was held back, and says what came of it."""

    words: Reason
