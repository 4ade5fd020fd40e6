"""The false-alarm record of one account: how many, what was behind them, from which points, and what to repair.

Of nothing there is no rate: a month without an alarm says that it had none, not that it was perfect.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final

from msgspec import Struct

from belfry.centre.reports.spans import months_between
from belfry.domain.closing import FALSE, Group, group_of
from belfry.domain.closing_rules import is_false, is_judged
from belfry.domain.points import is_detection
from belfry.ports.archive import ClosedIncident

POINTS_MOST: Final = 20
CODES_MOST: Final = 10
REPAIR_FROM: Final = 3
"""False alarms of one point from which on it is worth a visit."""
REPAIR_SHARE: Final = 0.2
"""And the share of all false alarms there that it caused."""
REPAIRS_MOST: Final = 3

ADVICE: Final[Mapping[Group, str]] = {
    Group.EQUIPMENT: "repair",
    Group.ENVIRONMENT: "move",
    Group.USER: "instruct",
    Group.COMMUNICATION: "path",
    Group.MALICIOUS: "protect",
    Group.UNKNOWN: "inspect",
}
"""What helps against false alarms of a group, as a word of the console's catalogue."""


class MonthCount(Struct, frozen=True):
    """`month` as `2026-03`, by the account's own clock, by when alarms were raised. `alarms` were judged genuine or
    false; `rate` is None where there were none."""

    month: str
    alarms: int
    false: int
    rate: float | None


class PointCount(Struct, frozen=True, kw_only=True):
    """A zone of the panel, and of how many false alarms it was the first."""

    area: str | None
    zone: str
    alarms: int
    false: int
    share: float
    """Of all false alarms of the account."""
    groups: Mapping[str, int]


class CodeCount(Struct, frozen=True):
    code: str
    alarms: int
    false: int


class Repair(Struct, frozen=True, kw_only=True):
    """One thing to do: `zone` caused `false` of the `of` false alarms. `group` is what most of them were."""

    area: str | None
    zone: str
    false: int
    of: int
    group: str
    advice: str


class FalseRecord(Struct, frozen=True, kw_only=True):
    """`incidents` ended in the span; `alarms` of them were judged; `left_out` were exercises, tests, parts of others,
    or ended unjudged."""

    incidents: int
    alarms: int
    genuine: int
    false: int
    rate: float | None
    left_out: int
    groups: Mapping[str, int]
    months: Sequence[MonthCount]
    zones: Sequence[PointCount]
    unplaced: int
    """False alarms that are counted by no point."""
    codes: Sequence[CodeCount]
    repairs: Sequence[Repair]


def false_record(incidents: Iterable[ClosedIncident], *, since: datetime, until: datetime, zone: tzinfo) -> FalseRecord:
    """Reckon the record of what was closed from `since` on and before `until`."""
    every = list(incidents)
    judged = [one for one in every if counts(one)]
    false = [one for one in judged if _is_false(one)]
    points = _points(judged, len(false))
    return FalseRecord(
        incidents=len(every),
        alarms=len(judged),
        genuine=len(judged) - len(false),
        false=len(false),
        rate=rate(len(false), len(judged)),
        left_out=len(every) - len(judged),
        groups={group: n for group in FALSE if (n := _by_group(false)[group])},
        months=_months(judged, since, until, zone),
        zones=points[:POINTS_MOST],
        unplaced=sum(one.zone is None for one in false),
        codes=_codes(judged)[:CODES_MOST],
        repairs=_repairs(points, len(false)),
    )


def counts(one: ClosedIncident) -> bool:
    """Whether an incident says how often an account is wrong."""
    if one.training or one.merged or one.by_rule:
        return False
    return is_judged(one.kind, one.disposition, one.cause)


def rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _is_false(one: ClosedIncident) -> bool:
    return is_false(one.kind, one.disposition, one.cause)


def _by_group(incidents: Iterable[ClosedIncident]) -> Counter[Group]:
    return Counter(group_of(one.disposition, one.cause) for one in incidents)


def _months(judged: Sequence[ClosedIncident], since: datetime, until: datetime, zone: tzinfo) -> Sequence[MonthCount]:
    alarms = Counter(_month_of(one, zone) for one in judged)
    false = Counter(_month_of(one, zone) for one in judged if _is_false(one))
    spanned = months_between(since, until, zone)
    names = sorted({*spanned, *alarms})  # what was raised before the span and closed in it has a month too
    return [MonthCount(name, alarms[name], false[name], rate(false[name], alarms[name])) for name in names]


def _month_of(one: ClosedIncident, zone: tzinfo) -> str:
    return f"{one.opened_at.astimezone(zone):%Y-%m}"


def _points(judged: Sequence[ClosedIncident], false: int) -> Sequence[PointCount]:
    """Those with false alarms, the worst first."""
    of: dict[tuple[str | None, str], list[ClosedIncident]] = {}
    for one in judged:
        if one.zone is not None and not is_detection(one.kind):
            of.setdefault((one.area, one.zone), []).append(one)
    points = []
    for (area, zone), several in of.items():
        wrong = [one for one in several if _is_false(one)]
        if wrong:
            groups = {str(group): n for group, n in _by_group(wrong).most_common()}
            share = len(wrong) / false
            points.append(
                PointCount(area=area, zone=zone, alarms=len(several), false=len(wrong), share=share, groups=groups)
            )
    return sorted(points, key=lambda point: (-point.false, point.area or "", point.zone))


def _codes(judged: Sequence[ClosedIncident]) -> Sequence[CodeCount]:
    alarms = Counter(one.code for one in judged if one.code is not None)
    false = Counter(one.code for one in judged if one.code is not None and _is_false(one))
    return [CodeCount(code, alarms[code], n) for code, n in sorted(false.items(), key=lambda item: (-item[1], item[0]))]


def _repairs(points: Sequence[PointCount], false: int) -> Sequence[Repair]:
    found = []
    for point in points:
        if point.false >= REPAIR_FROM and point.share >= REPAIR_SHARE:
            group = next(iter(point.groups))
            found.append(
                Repair(
                    area=point.area,
                    zone=point.zone,
                    false=point.false,
                    of=false,
                    group=group,
                    advice=ADVICE[Group(group)],
                )
            )
    return found[:REPAIRS_MOST]
