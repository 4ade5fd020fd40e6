"""The load of the centre: by hour of the day, weekday, day and hazard, and by place where a place is no household.

An incident counts at the time at which it first stood in the queue. What a camera detected is in no count by hour, and
is told as a number beside them. A place is a cell of a square kilometre or more; one of fewer than ten incidents goes
into the rest, and medical incidents are counted as a whole (SCOPE, fences).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, tzinfo
from typing import Final

from msgspec import Struct

from belfry.centre.reports.spans import days_between
from belfry.domain.cells import PLACE_FROM, cell, middle
from belfry.domain.points import is_detection
from belfry.ports.archive import ClosedIncident

DAYS_MOST: Final = 400
"""Of a longer span no days are listed."""
MEDICAL: Final = "MED"

Where = Callable[[ClosedIncident], tuple[float, float] | None]
"""Latitude and longitude of the site of an incident."""


class DayLoad(Struct, frozen=True):
    day: date
    incidents: int


class LoadCount(Struct, frozen=True):
    """How many incidents of one group of kinds, or of one priority."""

    key: str
    incidents: int


class PlaceLoad(Struct, frozen=True):
    """The cell round a point: its middle in degrees, to two places behind the point."""

    latitude: float
    longitude: float
    incidents: int


class Load(Struct, frozen=True, kw_only=True):
    """`incidents` ended in the span and were dealt with for real; `left_out` were exercises or parts of others."""

    incidents: int
    left_out: int
    hours: Sequence[int]
    """24 counts, by the centre's own clock."""
    weekdays: Sequence[int]
    """7 counts, Monday first."""
    detections: int
    """Of these, incidents that a camera raised: they are in none of the hours, weekdays and days."""
    busiest: int | None
    """The hour with the most; None where there is none."""
    days: Sequence[DayLoad]
    groups: Sequence[LoadCount]
    priorities: Sequence[LoadCount]
    places: Sequence[PlaceLoad]
    elsewhere: int
    """Incidents in cells with fewer than ten, or at sites without a position."""
    medical: int
    """Of which no place is told."""
    sendings: int
    """Of units, all together: by unit or by person there is no report."""


def load(incidents: Iterable[ClosedIncident], *, since: datetime, until: datetime, zone: tzinfo, where: Where) -> Load:
    """Reckon the load of what was closed from `since` on and before `until`."""
    every = list(incidents)
    real = [one for one in every if not one.training and not one.merged]
    timed = [(one.due_at or one.opened_at).astimezone(zone) for one in real if not is_detection(one.kind)]
    hours, weekdays = Counter(at.hour for at in timed), Counter(at.weekday() for at in timed)
    places, elsewhere = _places((one for one in real if not _is_medical(one)), where)
    return Load(
        incidents=len(real),
        left_out=len(every) - len(real),
        hours=[hours[hour] for hour in range(24)],
        weekdays=[weekdays[day] for day in range(7)],
        detections=len(real) - len(timed),
        busiest=max(range(24), key=lambda hour: (hours[hour], -hour)) if timed else None,
        days=_days(timed, since, until, zone),
        groups=_counts(one.kind.partition(".")[0] for one in real),
        priorities=sorted(_counts(str(one.priority) for one in real), key=lambda count: count.key),
        places=places,
        elsewhere=elsewhere,
        medical=sum(_is_medical(one) for one in real),
        sendings=sum(one.units for one in real),
    )


def _is_medical(one: ClosedIncident) -> bool:
    return one.kind.partition(".")[0] == MEDICAL


def _days(timed: Sequence[datetime], since: datetime, until: datetime, zone: tzinfo) -> Sequence[DayLoad]:
    days = days_between(since, until, zone)
    if len(days) > DAYS_MOST:
        return []
    counted = Counter(at.date() for at in timed)
    return [DayLoad(day, counted[day]) for day in days]


def _counts(keys: Iterable[str]) -> list[LoadCount]:
    return [LoadCount(key, n) for key, n in sorted(Counter(keys).items(), key=lambda item: (-item[1], item[0]))]


def _places(incidents: Iterable[ClosedIncident], where: Where) -> tuple[Sequence[PlaceLoad], int]:
    cells: Counter[tuple[int, int]] = Counter()
    elsewhere = 0
    for one in incidents:
        at = where(one)
        if at is None:
            elsewhere += 1
        else:
            cells[cell(*at)] += 1
    shown = [(place, n) for place, n in cells.items() if n >= PLACE_FROM]
    elsewhere += sum(n for n in cells.values() if n < PLACE_FROM)
    shown.sort(key=lambda item: (-item[1], item[0]))
    return [PlaceLoad(*middle(*place), n) for place, n in shown], elsewhere
