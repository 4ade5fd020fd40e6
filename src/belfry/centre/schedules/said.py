"""What is said of a schedule that was not kept: signals of the method `system`, each with a name of its own.

The name holds the account, the schedule and the deadline, so what was said before a crash and is said again after it
gets the old receipt (as `supervision.silence`).
"""

from datetime import datetime
from typing import Final

from msgspec import Struct

from belfry.domain.due import What
from belfry.domain.schedules import Schedule, ScheduleKind
from belfry.domain.signal import AccountKey, Arrival, Category, Method, Signal, SignalState
from belfry.domain.site import Account

CLOSE_LATE: Final = "PROP.CLOSE.LATE"
OPEN_LATE: Final = "PROP.OPEN.LATE"
UNSECURED: Final = "PROP.UNSECURED"
LONE_MISSED: Final = "PERS.LONE.MISSED"
WELFARE: Final = "MED.WELFARE"
TOUR: Final = "ADM.TOUR"
INACTIVITY: Final = "MED.ALARM.INACTIVITY"
NO_ACTIVITY: Final = "TECH.NOACTIVITY"

CHECKS: Final = frozenset({LONE_MISSED, WELFARE, TOUR, INACTIVITY, NO_ACTIVITY})
SCHEDULED: Final = CHECKS | {CLOSE_LATE, OPEN_LATE, UNSECURED}
"""What is said of schedules."""
LATE_KIND: Final = {What.OPEN: OPEN_LATE, What.CLOSE: CLOSE_LATE}


class Stands(Struct, frozen=True):
    """What was said of a schedule and still holds: since when, and under which line of the account."""

    kind: str
    at_s: float
    key: AccountKey


class _Meaning(Struct, frozen=True):
    category: Category
    subtype: str
    state: SignalState
    over: SignalState


_ALARM, _RESTORE = SignalState.ALARM, SignalState.RESTORE
_SUPERVISORY, _SUPERVISORY_RESTORE = SignalState.SUPERVISORY, SignalState.SUPERVISORY_RESTORE
_MEANING: Final = {
    CLOSE_LATE: _Meaning(Category.OPEN_CLOSE, "late", SignalState.LATE_CLOSE, _RESTORE),
    OPEN_LATE: _Meaning(Category.OPEN_CLOSE, "late", SignalState.LATE_OPEN, _RESTORE),
    UNSECURED: _Meaning(Category.OPEN_CLOSE, "unset", _SUPERVISORY, _SUPERVISORY_RESTORE),
    LONE_MISSED: _Meaning(Category.PANIC, "checkin", _ALARM, _RESTORE),
    WELFARE: _Meaning(Category.MEDICAL, "checkin", _ALARM, _RESTORE),
    INACTIVITY: _Meaning(Category.MEDICAL, "inactivity", _ALARM, _RESTORE),
    TOUR: _Meaning(Category.SUPERVISORY, "tour", _SUPERVISORY, _SUPERVISORY_RESTORE),
    NO_ACTIVITY: _Meaning(Category.SUPERVISORY, "inactivity", _SUPERVISORY, _SUPERVISORY_RESTORE),
}


def missed_kind(schedule: Schedule, account: Account) -> str:
    """The kind of a check-in that did not come."""
    if schedule.kind is ScheduleKind.TOUR:
        return TOUR
    if schedule.kind is ScheduleKind.ACTIVITY:
        return INACTIVITY if account.care else NO_ACTIVITY
    return WELFARE if account.care else LONE_MISSED


def about(
    kind: str,
    now: datetime,
    *,
    account: Account,
    key: AccountKey,
    area: str | None,
    zone: str | None = None,
    wanted_at: datetime | None = None,
    over: bool = False,
    name: str,
) -> Arrival:
    """A signal about an account. `wanted_at` is the instant that was not kept; `name` tells it from all others."""
    meaning = _MEANING[kind]
    signal = Signal(
        method=Method.SYSTEM,
        receiver=key.receiver,
        received_at=now,
        occurred_at=wanted_at,
        prefix=key.prefix,
        account=key.account,
        area=area,
        zone=zone,
        category=meaning.category,
        subtype=meaning.subtype,
        state=meaning.over if over else meaning.state,
        kind=kind,
        site=account.id,
    )
    return Arrival(signals=(signal,), identity=f"idem schedule {account.id} {kind} {name} {over}".encode())
