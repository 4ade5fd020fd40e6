"""What the board of supervision shows of schedules: what is not kept now, and what comes next."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec import Struct

from belfry.centre.schedules.hours import Hours
from belfry.centre.schedules.plan import Plan
from belfry.centre.schedules.said import Stands
from belfry.domain.due import What
from belfry.domain.schedules import Schedule, ScheduleKind
from belfry.domain.signal import AccountKey
from belfry.domain.site import Account

SOON: Final = timedelta(days=2)


class Overdue(Struct, frozen=True):
    """A schedule that is not kept now. `wanted_at` is the instant that passed."""

    account_id: str
    key: AccountKey
    """The line of the account under which it was said."""
    schedule: str
    name: str
    area: str | None
    point: str | None
    kind: str
    wanted_at: datetime
    heard_at: datetime | None


class DueNext(Struct, frozen=True):
    """A deadline ahead: `what` is `open`, `close`, or the kind of schedule that wants to be heard."""

    account_id: str
    schedule: str
    name: str
    area: str | None
    what: str
    at: datetime
    moved: bool
    """Put off by a person or a panel."""


def overdue(
    plan: Plan, stands: Mapping[int, Stands], schedule_of: Callable[[int], Schedule | None]
) -> Sequence[Overdue]:
    found = []
    for slot, one in sorted(stands.items(), key=lambda item: item[1].at_s):
        schedule = schedule_of(slot)
        if schedule is None:
            continue
        heard_s = plan.heard_s[slot]
        found.append(
            Overdue(
                account_id=plan.account_ids[slot],
                key=one.key,
                schedule=schedule.id,
                name=schedule.name,
                area=schedule.area,
                point=schedule.point,
                kind=one.kind,
                wanted_at=datetime.fromtimestamp(one.at_s, UTC),
                heard_at=datetime.fromtimestamp(heard_s, UTC) if heard_s else None,
            )
        )
    return found


def due_next(
    plan: Plan,
    hours: Hours,
    account_of: Callable[[int], Account | None],
    schedule_of: Callable[[int], Schedule | None],
    *,
    most: int,
    now: datetime,
) -> Sequence[DueNext]:
    found = []
    for slot in plan.next(most):
        schedule, account, at_s = schedule_of(slot), account_of(slot), plan.planned_s(slot)
        if schedule is None or account is None or at_s is None or at_s > (now + SOON).timestamp():
            continue
        what, at = str(schedule.kind), datetime.fromtimestamp(at_s, UTC)
        if schedule.kind is ScheduleKind.OPENING:
            ahead = hours.deadline_at(account, schedule, at)
            if ahead is None:
                continue
            what, at = ahead.what.value, hours.counts_at(account.id, schedule, ahead)
        moved = hours.put_off.get((account.id, schedule.id))
        put_off = moved is not None and what == What.CLOSE and moved[1] == at.timestamp()
        found.append(DueNext(account.id, schedule.id, schedule.name, schedule.area, what, at, put_off))
    return found
