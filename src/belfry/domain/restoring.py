"""Which points a restore puts right (RULES 2, restores): code and point match; without a point, all of its subtype."""

from belfry.domain.codes import Codes
from belfry.domain.condition import names_its_path
from belfry.domain.facts import Point, Received
from belfry.domain.incident import Incident


def restored_points(
    signal: Received, incident: Incident, codes: Codes, *, group: str | None = None
) -> tuple[Point, ...]:
    """The points of an incident, still in alarm, that a restore names. Empty: it belongs elsewhere.

    `group` is the grouping key of the centre's own restore: its kind and part say all.
    """
    if signal.kind is not None:
        mine = group is not None and incident.group == group
        return tuple(point for point, still in incident.in_alarm.items() if still and mine)
    wanted = None if signal.wire is None or signal.code is None else codes.restores(signal.wire, signal.code)
    points = incident.in_alarm
    if not _no_zone(signal.zone):  # of a thousand points one is meant: the rest is asked one question only
        zone = signal.zone
        points = {point: points[point] for point in points if point.zone == zone}
    return tuple(
        point
        for point, still in points.items()
        if still and point.device == signal.device and _same_area(signal, point) and _same_code(signal, point, wanted)
    )


def _same_code(signal: Received, point: Point, wanted: frozenset[str] | None) -> bool:
    """The code's pair; without a point of its own, or without a code, everything of the subtype."""
    if wanted is None or point.code is None:
        return signal.subtype == point.subtype
    return point.code in wanted or (
        _no_zone(signal.zone) and signal.subtype == point.subtype and not names_its_path(signal)
    )


def _same_area(signal: Received, point: Point) -> bool:
    return signal.area is None or point.area is None or signal.area == point.area


def _no_zone(zone: str | None) -> bool:
    """Absent, or all zeros as panels write it."""
    return not zone or not zone.strip("0")
