"""How quick a centre was, over what is over: percentiles by kind, priority, shift or group of operators (RULES 4).

Never by person. A percentile is a value that occurred (the nearest rank), not one between two of them; of nothing there
is none, and the figure says of how many it is. Shares within target and limit are held against the rules as they are
when the report is made.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import cache
from math import ceil
from typing import Final, Literal

from msgspec import Struct

from belfry.domain.clocks import ACT, ARRIVE, CLOCKS, TAKE, TOLD, Limits, limits
from belfry.domain.presets import Rules
from belfry.domain.teams import INCIDENTS_LEAST, NO_TEAM

RANKS: Final = (80.0, 90.0, 95.0, 98.5)
"""The percentiles that the trade reports."""

By = Literal["kind", "priority", "shift", "team"]
"""`team`: a group of operators (`domain.teams`)."""
_Wanted = Callable[[str, int], Mapping[str, Limits]]


class Shift(Struct, frozen=True):
    """A shift of the day; it lasts until the next one begins."""

    name: str
    begins: int
    """Minutes since midnight, by the centre's own clock."""


SHIFTS: Final = (Shift("early", 360), Shift("late", 840), Shift("night", 1_320))
"""Where the settings name none."""


class Handled(Struct, frozen=True, kw_only=True):
    """An incident that is over, as far as the clocks concern it. `since`: when it first stood in the queue."""

    kind: str
    priority: int
    since: datetime
    taken_at: datetime | None = None
    acted_at: datetime | None = None
    told_at: datetime | None = None
    arrived_at: datetime | None = None
    team: str | None = None


class Figure(Struct, frozen=True, kw_only=True):
    """One clock in one group: `count` were measured, in seconds; `never` have this clock by their kind and priority and
    ended without it. All shares are of `count`, and None where that is 0 or no limit is set."""

    clock: str
    count: int
    never: int = 0
    p80: float | None = None
    p90: float | None = None
    p95: float | None = None
    p98_5: float | None = None
    longest: float | None = None
    in_target: float | None = None
    in_limit: float | None = None


class Group(Struct, frozen=True, kw_only=True):
    """`key`: a kind, a priority, the name of a shift or of a group of operators. `incidents`: how many ended in it."""

    key: str
    incidents: int
    figures: tuple[Figure, ...]


def response(
    handled: Iterable[Handled], by: By, *, rules: Rules, shifts: Sequence[Shift], zone: tzinfo
) -> Sequence[Group]:
    """Return the groups in the order of their keys (shifts in that of the day), and last the whole, whose key is
    empty. Of no incidents there is the whole alone, with figures of nothing."""
    every = list(handled)
    key = _key(by, shifts, zone)
    found: dict[str, list[Handled]] = {}
    for one in every:
        found.setdefault(key(one), []).append(one)
    if by == "team":
        found = _large(found)
    order = {shift.name: shift.begins for shift in shifts}
    keys = sorted(found, key=lambda name: (name == NO_TEAM, order.get(name, 0), name))

    @cache
    def wanted(kind: str, priority: int) -> Mapping[str, Limits]:
        return limits(kind, priority, rules)

    return [*(_group(name, found[name], wanted) for name in keys), _group("", every, wanted)]


def percentile(ordered: Sequence[float], rank: float) -> float | None:
    """Return the smallest value that `rank` of a hundred do not exceed; `ordered` rises. None of nothing."""
    if not ordered:
        return None
    return ordered[max(0, ceil(len(ordered) * rank / 100) - 1)]


def shift_of(at: datetime, shifts: Sequence[Shift], zone: tzinfo) -> str:
    """The name of the shift in which an instant lies, by the wall clock of the zone."""
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    by_begin = sorted(shifts, key=lambda shift: shift.begins)
    begun = [shift for shift in by_begin if shift.begins <= minute]
    return (begun or by_begin)[-1].name


def _key(by: By, shifts: Sequence[Shift], zone: tzinfo) -> Callable[[Handled], str]:
    match by:
        case "kind":
            return lambda one: one.kind
        case "priority":
            return lambda one: str(one.priority)
        case "shift":
            return lambda one: shift_of(one.since, shifts, zone)
        case "team":
            return lambda one: one.team or NO_TEAM


def _large(found: Mapping[str, list[Handled]]) -> dict[str, list[Handled]]:
    """Groups with enough incidents; the others together count as nobody's."""
    large = {name: some for name, some in found.items() if name != NO_TEAM and len(some) >= INCIDENTS_LEAST}
    rest = [one for name, some in found.items() if name not in large for one in some]
    return {**large, NO_TEAM: rest} if rest else large


def _group(key: str, handled: Sequence[Handled], wanted: _Wanted) -> Group:
    return Group(key=key, incidents=len(handled), figures=tuple(_figure(clock, handled, wanted) for clock in CLOCKS))


_DONE: Final[Mapping[str, Callable[[Handled], datetime | None]]] = {
    TAKE: lambda one: one.taken_at,
    ACT: lambda one: one.acted_at,
    TOLD: lambda one: one.told_at,
    ARRIVE: lambda one: one.arrived_at,
}


def _figure(clock: str, handled: Sequence[Handled], limits_of: _Wanted) -> Figure:
    """A clock that nobody set counts too where it was kept: an act on a priority 3 is an act."""
    spans: list[float] = []
    never = limited = in_target = in_limit = 0
    for one in handled:
        wanted = limits_of(one.kind, one.priority).get(clock)
        done_at = _DONE[clock](one)
        if done_at is None:
            never += wanted is not None
            continue
        span_s = max(done_at - one.since, timedelta(0)).total_seconds()
        spans.append(span_s)
        if wanted is not None:
            limited += 1
            in_limit += span_s <= wanted.limit_s
            in_target += span_s <= (wanted.target_s or wanted.limit_s)
    spans.sort()
    p80, p90, p95, p98_5 = (percentile(spans, rank) for rank in RANKS)
    return Figure(
        clock=clock,
        count=len(spans),
        never=never,
        p80=p80,
        p90=p90,
        p95=p95,
        p98_5=p98_5,
        longest=spans[-1] if spans else None,
        in_target=in_target / limited if limited else None,
        in_limit=in_limit / limited if limited else None,
    )
