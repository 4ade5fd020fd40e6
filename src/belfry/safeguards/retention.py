"""How long the key of a sealed part lives when no setting says otherwise, and how long whole entries do.

When the key goes, the part is unreadable everywhere; when the entry goes, its leaf hash is left.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
        Retention.PICTURE: timedelta(hours=72),
    }
)


def expires_at(
    retention: Retention, now: datetime, periods: Mapping[Retention, timedelta] = DEFAULT_PERIODS
) -> datetime:
    """When the key of a part that is sealed now has to be destroyed."""
    return now + periods[retention]


PERSON_GROUPS: Final = frozenset({"MED", "PERS"})
"""Groups of kinds that are about a person: what is kept of them goes soonest."""


@dataclass(frozen=True, slots=True)
class EntryPeriods:
    """How long whole entries are kept: incidents from their closing on, a signal that needed nobody from its own time
    on."""

    person: timedelta = timedelta(days=180)
    log: timedelta = timedelta(days=365)
    other: timedelta = timedelta(days=1_095)


def is_of_person(kind: str | None) -> bool:
    return kind is not None and kind.partition(".")[0] in PERSON_GROUPS


def runs(positions: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Return positions as runs, from and to, both counted in, ascending."""
    found: list[tuple[int, int]] = []
    for position in sorted(set(positions)):
        if found and found[-1][1] + 1 == position:
            found[-1] = (found[-1][0], position)
        else:
            found.append((position, position))
    return tuple(found)
