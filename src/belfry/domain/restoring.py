"""Which points a restore puts right (RULES 2, restores): code and point match; without a point, all of its subtype."""

from belfry.domain.codes import Codes
from belfry.domain.facts import Point, Received
from belfry.domain.incident import Incident


def restored_points(signal: Received, incident: Incident, codes: Codes) -> tuple[Point, ...]:
    """The points of an incident, still in alarm, that a restore names. Empty: it belongs elsewhere."""
    if signal.kind is not None:  # the centre's own restore: its part, or everything of that kind
        whole = incident.kind == signal.kind or incident.kind.startswith("TECH.COMMS")
        return tuple(point for point, open_ in incident.in_alarm.items() if open_ and whole)
    wanted = None if signal.wire is None or signal.code is None else codes.restores(signal.wire, signal.code)
    return tuple(
        point
        for point, still in incident.in_alarm.items()
        if still and _same_place(signal, point) and _same_code(signal, point, wanted)
    )


def _same_code(signal: Received, point: Point, wanted: frozenset[str] | None) -> bool:
    if wanted is None or point.code is None:
        return signal.subtype == point.subtype
    return point.code in wanted


def _same_place(signal: Received, point: Point) -> bool:
    same_area = signal.area is None or point.area is None or signal.area == point.area
    return same_area and (_no_zone(signal.zone) or signal.zone == point.zone)


def _no_zone(zone: str | None) -> bool:
    """Absent, or all zeros as panels write it."""
    return not zone or not zone.strip("0")
