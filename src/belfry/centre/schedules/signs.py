"""What counts as a sign: which signal is the check-in, the round or the activity that a schedule waits for."""

from typing import Final

from belfry.domain.facts import Received
from belfry.domain.schedules import Schedule, ScheduleKind
from belfry.domain.signal import Category, Method
from belfry.domain.site_map import plain
from belfry.domain.verdict import ALARMS, TROUBLES

_MACHINERY: Final = frozenset({Category.TEST, Category.COMMUNICATION, Category.POWER, Category.SUPERVISORY})
"""What a panel says by itself is nobody's activity."""
_LINES: Final = frozenset({Category.COMMUNICATION, Category.POWER})


def proves(schedule: Schedule, received: Received) -> bool:
    """Whether a signal is what a schedule waits for; an alarm or a trouble never says that all is well."""
    if schedule.area is not None and plain(received.area) != plain(schedule.area):
        return False
    if schedule.point is not None and plain(received.zone) != plain(schedule.point):
        return False
    if received.method is Method.DUTY:
        return schedule.kind is not ScheduleKind.ACTIVITY
    if schedule.kind is ScheduleKind.ACTIVITY:
        return received.category not in _MACHINERY and received.state not in TROUBLES
    return received.state not in ALARMS | TROUBLES and received.category not in _LINES
