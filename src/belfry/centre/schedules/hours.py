"""Opening hours: whether a site may be open, who is late, and when a deadline counts.

A closing that was put off counts later, and so does every deadline that fell into a time when we did not listen.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from belfry.centre.schedules.arms import Arms
from belfry.centre.schedules.said import SCHEDULED, UNSECURED
from belfry.domain import due
from belfry.domain.condition import believed_time
from belfry.domain.due import HORIZON, Deadline, What
from belfry.domain.facts import Downtime, Received
from belfry.domain.schedules import Schedule, ScheduleKind
from belfry.domain.signal import SignalState
from belfry.domain.site import Account
from belfry.domain.site_map import plain
from belfry.domain.supervision import Away, counted_from_s, merged
from belfry.ports import Sites

PAST: Final = timedelta(hours=36)
"""A deadline that passed longer ago than this is nobody's concern any more."""
RETURN_GRACE: Final = timedelta(minutes=5)
"""Panels need a while to say again what they said to nobody while we were away."""
MOVED_KEPT: Final = timedelta(days=2)
NIGHT: Final = (22, 6)
"""Local hours of the night of a site without opening hours."""


class NoSuchSchedule(LookupError):
    """The account has no opening hours whose closing could be put off."""


class Hours:
    """`put_off` holds by account and schedule the deadline that was put off and until when, in seconds since 1970."""

    def __init__(self, sites: Sites, arms: Arms, holidays: Callable[[str], Collection[date]]) -> None:
        self._sites, self._arms, self._holidays = sites, arms, holidays
        self.put_off: dict[tuple[str, str], tuple[float, float]] = {}
        self.away: Sequence[Away] = ()
        """When we did not listen, in order."""
        self._downs: list[Downtime] = []

    def listened_not(self, downs: Iterable[Downtime], now: datetime) -> None:
        """We did not listen then; nobody is late by it. What lies ahead of `now` is forgotten."""
        self._downs = [one for one in (*self._downs, *downs) if one.until <= now < one.until + HORIZON]
        self.away = merged(self._downs)

    def forget(self, now: datetime) -> None:
        """Let go of what was put off long ago."""
        old_s = (now - MOVED_KEPT).timestamp()
        if any(until_s <= old_s for _, until_s in self.put_off.values()):
            self.put_off = {key: moved for key, moved in self.put_off.items() if moved[1] > old_s}

    # -- what triage asks

    def out_of_schedule(self, received: Received, account: Account) -> bool:
        """Whether an opening is outside every schedule that its area has; without a schedule none is."""
        schedules = self.of_area(account, received.area)
        return bool(schedules) and not any(self.may_open(account, one, believed_time(received)) for one in schedules)

    def remarks(self, received: Received, account: Account) -> tuple[str, ...]:
        """What the schedule has to say of a closing, and of what was missed: early closings are logged as such."""
        if received.kind is not None:
            return _wanted(received, account)
        if received.state is not SignalState.CLOSE:
            return ()
        at, zone = believed_time(received), zone_of(account.time_zone)
        for schedule in self.of_area(account, received.area):
            window = due.closes_early(schedule, at, zone=zone, holidays=self._calendar(schedule))
            if window is not None:
                return (f"closed early: its schedule begins to close at {window.closes_from.astimezone(zone):%H:%M}",)
        return ()

    def of_area(self, account: Account, area: str | None) -> Sequence[Schedule]:
        """The opening hours of an area; where it has none of its own, those of the site."""
        listed = [one for one in self._sites.parts(account.id).schedules if one.kind is ScheduleKind.OPENING]
        own = [one for one in listed if one.area is not None and plain(one.area) == plain(area)]
        return own or [one for one in listed if one.area is None]

    def may_open(self, account: Account, schedule: Schedule, at: datetime) -> bool:
        """Whether an area may be open, by its windows or because its closing was put off."""
        moved = self.put_off.get((account.id, schedule.id))
        if moved is not None and moved[0] <= at.timestamp() <= moved[1]:
            return True
        return due.in_schedule(schedule, at, zone=zone_of(account.time_zone), holidays=self._calendar(schedule))

    def at_night(self, account: Account, area: str | None, at: datetime) -> bool:
        """Outside its opening hours, or by the site's clock where it has none."""
        schedules = self.of_area(account, area)
        if schedules:
            return not any(self.may_open(account, one, at) for one in schedules)
        hour = at.astimezone(zone_of(account.time_zone)).hour
        return hour >= NIGHT[0] or hour < NIGHT[1]

    # -- deadlines

    def passed(self, account: Account, schedule: Schedule, after: datetime, now: datetime) -> Sequence[Deadline]:
        """The deadlines between two instants, in order."""
        return due.deadlines(schedule, after, now, zone=zone_of(account.time_zone), holidays=self._calendar(schedule))

    def ahead(self, account: Account, schedule: Schedule, now: datetime) -> Deadline | None:
        return due.next_deadline(schedule, now, zone=zone_of(account.time_zone), holidays=self._calendar(schedule))

    def still_wanted(self, account: Account, schedule: Schedule, deadline: Deadline, now: datetime) -> bool:
        return due.still_wanted(
            deadline, schedule, now, zone=zone_of(account.time_zone), holidays=self._calendar(schedule)
        )

    def counts_at(self, account_id: str, schedule: Schedule, deadline: Deadline) -> datetime:
        """When a deadline counts."""
        at = deadline.at
        moved = self.put_off.get((account_id, schedule.id))
        if moved is not None and deadline.what is What.CLOSE and moved[0] <= at.timestamp() < moved[1]:
            at = datetime.fromtimestamp(moved[1], UTC)
        at_s = at.timestamp()
        for gap in self.away:
            if gap.since_s <= at_s <= gap.until_s + RETURN_GRACE.total_seconds():
                at = max(at, datetime.fromtimestamp(gap.until_s, UTC) + RETURN_GRACE)
        return at

    def is_late(self, account: Account, schedule: Schedule, deadline: Deadline, counts: datetime) -> bool:
        """Not as it was wanted, and so since before; an area that never said whether it is set is not late."""
        state = self._arms.state(account.id, schedule.area)
        if state is None:
            return False
        if deadline.what is What.CLOSE:
            return not state.armed and state.since <= counts
        return state.armed and state.since < deadline.window.opens_from

    def is_over(self, account: Account, schedule: Schedule, now: datetime, *, wants_armed: bool) -> bool:
        """The area is as it was wanted, or nobody wants it so any more."""
        state = self._arms.state(account.id, schedule.area)
        armed = state is not None and state.armed
        return armed is wants_armed or self.may_open(account, schedule, now) is wants_armed

    # -- putting off

    def next_closing(self, account: Account, schedule: Schedule, now: datetime) -> Deadline | None:
        """The closing that is wanted now, or the next one."""
        passed = [
            one
            for one in self.passed(account, schedule, now - PAST, now)
            if one.what is What.CLOSE and self.still_wanted(account, schedule, one, now)
        ]
        state = self._arms.state(account.id, schedule.area)
        if passed and (state is None or not state.armed):
            return passed[-1]
        after = now
        while (ahead := self.ahead(account, schedule, after)) is not None and ahead.what is not What.CLOSE:
            after = ahead.at
        return ahead

    def deadline_at(self, account: Account, schedule: Schedule, at: datetime) -> Deadline | None:
        """The deadline that counts at an instant, within a second or two, or is the next to count after it.

        A closing that was put off is still ahead until then, though the hours wanted it before.
        """
        soon = timedelta(seconds=2)
        ahead = self.ahead(account, schedule, at - soon)
        moved = self.put_off.get((account.id, schedule.id))
        if moved is None or not moved[0] <= at.timestamp() < moved[1] + soon.total_seconds():
            return ahead
        if ahead is not None and ahead.at < min(at + soon, datetime.fromtimestamp(moved[1], UTC)):
            return ahead
        return self.ahead(account, schedule, datetime.fromtimestamp(moved[0] - 1, UTC))

    # -- silence

    def too_quiet(self, account: Account, schedule: Schedule, from_s: float) -> due.Silence | None:
        """When silence from an instant on is too long, our own absence left aside."""
        zone, holidays = zone_of(account.time_zone), self._calendar(schedule)
        heard = datetime.fromtimestamp(from_s, UTC)
        silence = due.too_quiet(schedule, heard, zone=zone, holidays=holidays)
        if silence is None or not self.away:
            return silence
        every_s = min((one.every_s for one in schedule.intervals), default=0)
        counted_s = counted_from_s(from_s, every_s, silence.at.timestamp() - from_s, self.away)
        if counted_s == from_s:
            return silence
        return due.too_quiet(schedule, datetime.fromtimestamp(counted_s, UTC), zone=zone, holidays=holidays)

    def _calendar(self, schedule: Schedule) -> Collection[date]:
        return self._holidays(schedule.holidays) if schedule.holidays else ()


def _wanted(received: Received, account: Account) -> tuple[str, ...]:
    """By when the centre itself had wanted to hear something, by the clock of the site."""
    if received.kind not in SCHEDULED or received.occurred_at is None:
        return ()
    at = received.occurred_at.astimezone(zone_of(account.time_zone))
    if received.kind == UNSECURED:
        return (f"disarmed at {at:%H:%M} after an alarm and not set again",)
    return (f"its schedule wanted it by {at:%H:%M}",)


@lru_cache(maxsize=1_024)
def zone_of(name: str) -> tzinfo:
    """The time zone of a name; UTC where this machine knows none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
