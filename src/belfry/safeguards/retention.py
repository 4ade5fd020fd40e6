"""How long the key of a sealed part lives when no setting says otherwise. When it goes, the part is unreadable."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from belfry.domain.facts import Retention

DEFAULT_PERIODS: Final[Mapping[Retention, timedelta]] = MappingProxyType(
    {
        Retention.SIGNAL: timedelta(days=30),
        Retention.INCIDENT: timedelta(days=365),
        Retention.CALLER: timedelta(days=30),
        Retention.POSITION: timedelta(hours=72),
    }
)


def expires_at(
    retention: Retention, now: datetime, periods: Mapping[Retention, timedelta] = DEFAULT_PERIODS
) -> datetime:
    """When the key of a part that is sealed now has to be destroyed."""
    return now + periods[retention]
