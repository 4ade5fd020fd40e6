"""What the API is asked about the validation score."""

from typing import Annotated

from msgspec import Meta

from belfry.web.asks import Ask, Reason, Version


class ScoreBody(Ask, frozen=True, kw_only=True):
    """`level` 0 to 4; null: as the table says."""

    version: Version
    level: Annotated[int, Meta(ge=0, le=4)] | None
    reason: Reason
