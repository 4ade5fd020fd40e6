"""Times that somebody sent. At the ends of the calendar they cannot be moved to UTC, nor anything be added to them."""

from datetime import UTC, datetime
from typing import Final

from belfry.web.problems import refused_field

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(3000, 1, 1, tzinfo=UTC)
"""Clocks of panels may be wrong by decades, and are believed to be: only what cannot be reckoned with is refused."""


def check_instant(field: str, value: datetime | None) -> None:
    """Raise Refused for a time outside the years 1900 to 2999."""
    if value is not None and not EARLIEST <= value < LATEST:
        limit = "in the years 1900 to 2999"
        raise refused_field(field, f"{field}: {limit}", value=value, limit=limit)
