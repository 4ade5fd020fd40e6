"""Schedules are kept or somebody is told: openings, closings, check-ins, rounds, activity (RULES 3, open and close).

`plan` holds when each schedule is looked at next; `domain.due` says what it wants then; `arms` whether the site is set;
`said` what is told, through the same door as every other signal. A deadline is looked at when it comes, so a signal of
a panel costs a look into a dictionary and no more.

What is remembered over a restart: when check-ins were heard (in the snapshot of the walk, or folded again), how far
closings were put off (facts), and what was said (its name is known to intake). Deadlines are derived anew.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from msgspec import Struct

from belfry.centre.board import Board
from belfry.centre.schedules.arms import Arms
from belfry.centre.schedules.plan import Plan
from belfry.centre.schedules.said import CHECKS, CLOSE_LATE, LATE_KIND, UNSECURED, about, missed_kind
from belfry.centre.schedules.unsecured import Unsecured
from belfry.domain import due as rules_of
from belfry.domain.condition import Armed, Condition, believed_time
from belfry.domain.due import HORIZON, Deadline, What
from belfry.domain.facts import ClosingExtended, Downtime, Received
from belfry.domain.incident import Incident
from belfry.domain.schedules import Schedule, ScheduleKind
from belfry.domain.signal import AccountKey, Arrival, Category, Method, Receipt, SignalState
from belfry.domain.site import Account
from belfry.domain.site_map import plain
from belfry.domain.supervision import Away, counted_from_s, merged
from belfry.domain.verdict import ALARMS, TROUBLES
from belfry.ports import Clock, JournalError, Sites

log = structlog.get_logger()

EVERY_S: Final = 0.5
STALL: Final = timedelta(seconds=10)
"""A look that comes this much later than it should, or before the last one: the machine slept or the clock was set."""
LOOK_MOST: Final = 500
"""Schedules looked at before others get their turn: some hundredths of a second."""
SAY_MOST: Final = 500
RETRY_S: Final = 5.0
"""What could not be kept is tried again after this."""
PAST: Final = timedelta(hours=36)
"""A deadline that passed longer ago than this before our start is nobody's concern any more."""
RETURN_GRACE: Final = timedelta(minutes=5)
"""Panels need a while to say again what they said to nobody while we were away."""
AGAIN: Final = timedelta(days=1)
"""A silence that goes on is said again after this."""
MOVED_KEPT: Final = timedelta(days=2)
PANEL_EXTENDS: Final = timedelta(minutes=30)
"""A panel says that its closing was put off (464, CE) and not for how long."""
NIGHT: Final = (22, 6)
"""Local hours of the night of a site without opening hours."""

_EQUIPMENT, _DUTY = Method.EQUIPMENT, Method.DUTY
_OPENING, _TEST = ScheduleKind.OPENING, ScheduleKind.TEST
_MACHINERY: Final = frozenset({Category.TEST, Category.COMMUNICATION, Category.POWER, Category.SUPERVISORY})
"""What a panel says by itself is nobody's activity."""


class ScheduleState(Struct, array_like=True):
    """What a snapshot keeps: account, schedule, then seconds since 1970."""

    checks: list[tuple[str, str, float, float]] = []
    """When somebody was last heard, and from when silence counts."""
    moved: list[tuple[str, str, float, float]] = []
    """Closings that were put off: the deadline, and until when."""


class Overdue(Struct, frozen=True):
    """A schedule that is not kept now. `wanted_at` is the instant that passed."""

    account_id: str
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


class _Say(Struct):
    """Something to be said about a slot, and what is so once it is kept."""

    arrival: Arrival
    slot: int
    stands: tuple[str, float] | None
    """Kind and instant of what then stands; None: nothing any more."""
    from_s: float | None = None


class NoSuchSchedule(LookupError):
    """The account has no opening hours whose closing could be put off."""


class Schedules:
    """`begin` before the walk, `load` once it is live, then `run`."""

    def __init__(
        self,
        sites: Sites,
        deliver: Callable[[Arrival], Future[Receipt]],
        *,
        board: Board,
        conditions: Mapping[AccountKey, Condition],
        holidays: Callable[[str], Collection[date]],
        clock: Clock,
    ) -> None:
        self._sites, self._deliver, self._clock, self._holidays = sites, deliver, clock, holidays
        self._board = board
        self._plan = Plan(clock().timestamp())
        self._arms = Arms(sites, conditions)
        self._unsecured = Unsecured(board, sites, self._arms, self._at_night)
        self._stands: dict[int, tuple[str, float]] = {}
        """Slots that are late or silent, as said: kind, and the instant that was not kept."""
        self._moved: dict[tuple[str, str], tuple[float, float]] = {}
        self._back: dict[int, float] = {}
        """Silent slots that were heard again; to be said."""
        self._restored = ScheduleState()
        self._away: Sequence[Away] = ()
        self._downs: list[Downtime] = []
        self._live = False
        self._turned = clock()
        self.beats = 0
        """Grows with every look; whoever watches the followers sees that this one goes on."""

    # -- beginning

    def begin(self) -> None:
        """Make room for every schedule of the registry; before the first signal is folded."""
        now = self._clock()
        for account in self._sites.all():
            self._add(account, now, past=PAST)

    def _add(self, account: Account, now: datetime, *, past: timedelta = timedelta(0)) -> Sequence[int]:
        schedules = self._sites.parts(account.id).schedules
        if not any(one.kind is not _TEST for one in schedules):
            return ()
        slots = self._plan.add(account.id, [one.id for one in schedules], now.timestamp())
        for slot, schedule in zip(slots, schedules, strict=True):
            if schedule.kind is _OPENING:
                self._plan.from_s[slot] = (now - past).timestamp()
        return slots

    def restore(self, state: ScheduleState) -> None:
        """Take up a snapshot of the walk; before its tail is folded."""
        for account_id, schedule_id, heard_s, from_s in state.checks:
            slot = self._slot(account_id, schedule_id)
            if slot is not None:
                self._plan.heard_s[slot], self._plan.from_s[slot] = heard_s, from_s
        for account_id, schedule_id, due_s, until_s in state.moved:
            self._moved[account_id, schedule_id] = (due_s, until_s)

    def state(self) -> ScheduleState:
        checks = []
        for slot in self._plan.live():
            schedule = self._schedule(slot)
            if schedule is not None and schedule.kind is not _OPENING:
                checks.append(
                    (self._plan.account_ids[slot], schedule.id, self._plan.heard_s[slot], self._plan.from_s[slot])
                )
        return ScheduleState(checks, [(*key, *moved) for key, moved in self._moved.items()])

    def load(self, downs: Iterable[Downtime], extended: Iterable[ClosingExtended]) -> None:
        """Everything stored is folded: take up what stands, and plan every look."""
        now = self._clock()
        self._turned = now
        self.away(downs)
        for fact in extended:
            self.moved(fact)
        self._arms.load(self._plan.account_ids)
        for incident in self._board.queue():
            if incident.kind in CHECKS and incident.open_points and incident.method == Method.SYSTEM:
                self._recall(incident)
        self._unsecured.load()
        self._live = True
        for slot in self._plan.live():
            self._plan.look_at(slot, now.timestamp())

    def _recall(self, incident: Incident) -> None:
        for slot in self._plan.of_account(incident.account_id or ""):
            schedule, account = self._schedule(slot), self._account(slot)
            if schedule is None or account is None or schedule.kind in (_OPENING, _TEST):
                continue
            if missed_kind(schedule, account) == incident.kind and schedule.point == incident.zone:
                self._stands[slot] = (incident.kind, incident.opened_at.timestamp())
                if self._plan.heard_s[slot] > incident.opened_at.timestamp():
                    self._back[slot] = self._plan.heard_s[slot]

    # -- what others tell

    def heard(self, received: Received) -> None:
        """A signal was kept. Runs for every signal; most are of accounts without a schedule."""
        account_id = received.account_id
        if account_id is None or received.method not in (_EQUIPMENT, _DUTY):
            return
        key = received.account_key
        if self._live and received.state is SignalState.OPEN and key is not None:
            self._arms.met(account_id, key)
            self._unsecured.disarmed(key, received.area, believed_time(received))
        slots = self._plan.of_account(account_id)
        if not slots:
            return
        if key is not None:
            self._arms.met(account_id, key)
        for slot in slots:
            schedule = self._schedule(slot)
            if schedule is None:
                continue
            if schedule.kind is not _OPENING:
                if proves(schedule, received):
                    self._check_in(slot, received.received_at.timestamp())
            elif received.category is Category.OPEN_CLOSE:
                self._moves_or_turns(slot, schedule, received)

    def _check_in(self, slot: int, at_s: float) -> None:
        self._plan.heard_s[slot] = max(self._plan.heard_s[slot], at_s)
        self._plan.from_s[slot] = max(self._plan.from_s[slot], at_s)
        if self._live and slot in self._stands:
            self._back[slot] = at_s

    def _moves_or_turns(self, slot: int, schedule: Schedule, received: Received) -> None:
        """A panel that puts its closing off moves the due time; an arming ends what stands."""
        if received.subtype == "extend":
            now = received.received_at
            due = self._next_closing(slot, schedule, now)
            if due is not None:
                until = max(now, due.at) + PANEL_EXTENDS
                self._moved[self._plan.account_ids[slot], schedule.id] = (due.at.timestamp(), until.timestamp())
        if self._live:
            self._plan.look_at(slot, received.received_at.timestamp())

    def moved(self, fact: ClosingExtended) -> None:
        """A closing was put off, and that is on the disk."""
        if self._clock() - fact.until > MOVED_KEPT:
            return
        self._moved[fact.account_id, fact.schedule] = (fact.due.timestamp(), fact.until.timestamp())
        slot = self._slot(fact.account_id, fact.schedule)
        if slot is not None:
            # the deadline that passed already counts again, later
            self._plan.from_s[slot] = min(self._plan.from_s[slot], fact.due.timestamp() - 1)
            self._stands.pop(slot, None)
            if self._live:
                self._plan.look_at(slot, self._clock().timestamp())

    def changed(self, account_id: str) -> None:
        """The registry changed or removed an account: its deadlines count from now, who was heard stays heard."""
        now = self._clock()
        kept: dict[str, tuple[float, float, tuple[str, float] | None]] = {}
        for slot in self._plan.of_account(account_id):
            stands = self._stands.pop(slot, None)
            kept[self._plan.names[slot]] = (self._plan.heard_s[slot], self._plan.from_s[slot], stands)
            self._back.pop(slot, None)
        self._plan.drop(account_id)
        account = self._sites.by_id(account_id)
        if account is None:
            self._arms.forget(account_id)
            return
        slots = self._add(account, now)
        if slots and self._arms.key(account_id) is None:
            self._arms.load([account_id])
        for slot in slots:
            schedule = self._schedule(slot)
            if schedule is not None and schedule.kind is not _OPENING and schedule.id in kept:
                self._plan.heard_s[slot], self._plan.from_s[slot], stands = kept[schedule.id]
                if stands is not None:
                    self._stands[slot] = stands
            self._plan.look_at(slot, now.timestamp())

    def plan_anew(self) -> None:
        """A calendar of holidays changed: every deadline may be another."""
        for slot in self._plan.live():
            self._plan.look_at(slot, self._clock().timestamp())

    def away(self, downs: Iterable[Downtime]) -> None:
        """We did not listen then; it is nobody's silence, and nobody is late by it."""
        now = self._clock()
        self._downs = [one for one in (*self._downs, *downs) if now - one.until < HORIZON]
        self._away = merged(self._downs)

    # -- what triage asks

    def out_of_schedule(self, received: Received, account: Account) -> bool:
        """Whether an opening is outside every schedule that its area has; without a schedule none is."""
        at = believed_time(received)
        schedules = self._opening_hours(account, received.area)
        return bool(schedules) and not any(self._may_open(account, one, at) for one in schedules)

    def remarks(self, received: Received, account: Account) -> tuple[str, ...]:
        """What the schedule has to say of a closing: early closings are logged as such."""
        if received.state is not SignalState.CLOSE:
            return ()
        at, zone = believed_time(received), zone_of(account.time_zone)
        for schedule in self._opening_hours(account, received.area):
            window = rules_of.closes_early(schedule, at, zone=zone, holidays=self._calendar(schedule))
            if window is not None:
                return (f"closed early: its schedule begins to close at {window.closes_from.astimezone(zone):%H:%M}",)
        return ()

    def _opening_hours(self, account: Account, area: str | None) -> Sequence[Schedule]:
        """The opening hours of an area; where it has none of its own, those of the site."""
        listed = [one for one in self._sites.parts(account.id).schedules if one.kind is _OPENING]
        own = [one for one in listed if one.area is not None and plain(one.area) == plain(area)]
        return own or [one for one in listed if one.area is None]

    def _may_open(self, account: Account, schedule: Schedule, at: datetime) -> bool:
        moved = self._moved.get((account.id, schedule.id))
        if moved is not None and moved[0] <= at.timestamp() <= moved[1]:
            return True
        return rules_of.in_schedule(schedule, at, zone=zone_of(account.time_zone), holidays=self._calendar(schedule))

    def _at_night(self, account: Account, area: str | None, at: datetime) -> bool:
        schedules = self._opening_hours(account, area)
        if schedules:
            return not any(self._may_open(account, one, at) for one in schedules)
        hour = at.astimezone(zone_of(account.time_zone)).hour
        return hour >= NIGHT[0] or hour < NIGHT[1]

    # -- looking

    async def run(self) -> None:
        """Look again and again until cancelled. Raises nothing that a full disk raises."""
        self._turned = self._clock()
        while True:
            await asyncio.sleep(EVERY_S)
            await self.turn()

    async def turn(self) -> None:
        """One round of `run`: credit a stall of ours, plan anew where the clock was set back, look."""
        now = self._clock()
        if now - self._turned > STALL:
            log.warning("schedules stalled", seconds=(now - self._turned).total_seconds())
            self.away([Downtime(part="centre", since=self._turned, until=now)])
        elif self._turned - now > STALL:
            self._set_back(now)
        await self.step(now)
        self._turned = now

    def _set_back(self, now: datetime) -> None:
        """Every deadline is looked for again; what was said stays said, by its name."""
        log.warning("the clock was set back", seconds=(self._turned - now).total_seconds())
        now_s = now.timestamp()
        self._downs = [one for one in self._downs if one.until <= now]
        self._away = merged(self._downs)
        self._plan.begin_anew(now_s)
        for slot in self._plan.live():
            self._plan.heard_s[slot] = min(self._plan.heard_s[slot], now_s)
            self._plan.from_s[slot] = min(self._plan.from_s[slot], now_s)
            self._plan.look_at(slot, now_s)

    async def step(self, now: datetime) -> None:
        """Look at everything whose time has come, and say what is to be said. One step at a time."""
        self.beats += 1
        says = self._say_back(now)
        while slots := self._plan.due(now.timestamp(), LOOK_MOST):
            for slot in slots:
                says += self._look(slot, now)
            if len(says) >= SAY_MOST:
                await self._say(says, now)
                says = []
            await asyncio.sleep(0)
        await self._say(says, now)
        await self._say_unsecured(now)
        if self._moved:
            old = (now - MOVED_KEPT).timestamp()
            self._moved = {key: moved for key, moved in self._moved.items() if moved[1] > old}

    def _look(self, slot: int, now: datetime) -> list[_Say]:
        account, schedule = self._account(slot), self._schedule(slot)
        if account is None or schedule is None or schedule.kind is _TEST:
            return []
        if schedule.kind is _OPENING:
            return self._look_at_hours(slot, account, schedule, now)
        return self._look_at_silence(slot, account, schedule, now)

    def _look_at_hours(self, slot: int, account: Account, schedule: Schedule, now: datetime) -> list[_Say]:
        """Settle every deadline that has passed; only the newest of them can still be wanted."""
        zone, holidays = zone_of(account.time_zone), self._calendar(schedule)
        after = datetime.fromtimestamp(self._plan.from_s[slot], UTC)
        late: tuple[Deadline, datetime] | None = None
        for deadline in rules_of.deadlines(schedule, after, now, zone=zone, holidays=holidays):
            counts = self._counts_at(account.id, schedule, deadline)
            if counts > now:
                self._plan.look_at(slot, counts.timestamp())
                break
            after = deadline.at
            if rules_of.still_wanted(deadline, schedule, now, zone=zone, holidays=holidays):
                late = (deadline, counts)
        else:
            after = now
            ahead = rules_of.next_deadline(schedule, now, zone=zone, holidays=holidays)
            at = now + HORIZON if ahead is None else self._counts_at(account.id, schedule, ahead)
            self._plan.look_at(slot, at.timestamp())
        if late is None or not self._is_late(account, schedule, *late):
            self._plan.from_s[slot] = after.timestamp()
            self._end_late(slot, account, schedule, now)
            return []
        deadline, counts = late
        kind = LATE_KIND[deadline.what]
        key = self._arms.key(account.id) or AccountKey(account.receiver or "", account.prefix, account.account)
        arrival = about(
            kind, now, account=account, key=key, area=schedule.area, wanted_at=counts,
            name=f"{schedule.id} {counts:%Y-%m-%dT%H:%M:%S}",
        )  # fmt: skip
        return [_Say(arrival, slot, (kind, counts.timestamp()), after.timestamp())]

    def _is_late(self, account: Account, schedule: Schedule, deadline: Deadline, counts: datetime) -> bool:
        """Not so since before the deadline; an area that never said whether it is set is not late."""
        state = self._arms.state(account.id, schedule.area)
        if state is None:
            return False
        if deadline.what is What.CLOSE:
            return not state.armed and state.since <= counts
        return state.armed and state.since < deadline.window.opens_from

    def _end_late(self, slot: int, account: Account, schedule: Schedule, now: datetime) -> None:
        """What stood is over once the area is as it was wanted, or nobody wants it so any more."""
        stands = self._stands.get(slot)
        if stands is None:
            return
        state = self._arms.state(account.id, schedule.area)
        armed = state is not None and state.armed
        wants_armed = stands[0] == CLOSE_LATE
        open_now = rules_of.in_schedule(
            schedule, now, zone=zone_of(account.time_zone), holidays=self._calendar(schedule)
        )
        if armed is wants_armed or open_now is wants_armed:
            self._stands.pop(slot, None)

    def _counts_at(self, account_id: str, schedule: Schedule, deadline: Deadline) -> datetime:
        """When a deadline counts: later where it was put off, or fell into a time when we did not listen."""
        at = deadline.at
        moved = self._moved.get((account_id, schedule.id))
        if moved is not None and deadline.what is What.CLOSE and moved[0] <= at.timestamp() < moved[1]:
            at = datetime.fromtimestamp(moved[1], UTC)
        at_s = at.timestamp()
        for gap in self._away:
            if gap.since_s <= at_s <= gap.until_s + RETURN_GRACE.total_seconds():
                at = max(at, datetime.fromtimestamp(gap.until_s, UTC) + RETURN_GRACE)
        return at

    def _look_at_silence(self, slot: int, account: Account, schedule: Schedule, now: datetime) -> list[_Say]:
        zone, holidays = zone_of(account.time_zone), self._calendar(schedule)
        from_s = self._plan.from_s[slot]
        heard = datetime.fromtimestamp(from_s, UTC)
        silence = rules_of.too_quiet(schedule, heard, zone=zone, holidays=holidays)
        if silence is not None and self._away:
            every_s = schedule.intervals[0].every_s if schedule.intervals else 0
            counted_s = counted_from_s(from_s, every_s, silence.at.timestamp() - from_s, self._away)
            if counted_s > from_s:
                heard = datetime.fromtimestamp(counted_s, UTC)
                silence = rules_of.too_quiet(schedule, heard, zone=zone, holidays=holidays)
        at = now + HORIZON if silence is None else silence.at
        if silence is None or at > now:
            self._plan.look_at(slot, at.timestamp())
            return []
        kind = missed_kind(schedule, account)
        key = self._arms.key(account.id) or AccountKey(account.receiver or "", account.prefix, account.account)
        arrival = about(
            kind, now, account=account, key=key, area=schedule.area, zone=schedule.point, wanted_at=at,
            name=f"{schedule.id} {at:%Y-%m-%dT%H:%M:%S}",
        )  # fmt: skip
        again = min(max(silence.until, at), now + AGAIN)
        return [_Say(arrival, slot, (kind, at.timestamp()), again.timestamp())]

    # -- saying

    def _say_back(self, now: datetime) -> list[_Say]:
        """Who was missed and is heard again."""
        says = []
        for slot, at_s in self._back.items():
            account, schedule = self._account(slot), self._schedule(slot)
            if account is None or schedule is None or slot not in self._stands:
                continue
            kind = self._stands[slot][0]
            key = self._arms.key(account.id) or AccountKey(account.receiver or "", account.prefix, account.account)
            arrival = about(
                kind, now, account=account, key=key, area=schedule.area, zone=schedule.point, over=True,
                name=f"{schedule.id} {at_s:.0f}",
            )  # fmt: skip
            says.append(_Say(arrival, slot, None))
        self._back.clear()
        return says

    async def _say(self, says: Sequence[_Say], now: datetime) -> None:
        answers = await self._deliver_all([one.arrival for one in says])
        for one, is_kept in zip(says, answers, strict=True):
            if not is_kept:
                if one.stands is None:
                    self._back[one.slot] = self._plan.heard_s[one.slot]
                else:
                    self._plan.look_at(one.slot, now.timestamp() + RETRY_S)
            elif one.stands is None:
                self._stands.pop(one.slot, None)
            else:
                self._stands[one.slot] = one.stands
                if one.from_s is not None:
                    self._plan.from_s[one.slot] = max(self._plan.from_s[one.slot], one.from_s)
                if self._plan.planned_s(one.slot) is None:
                    self._plan.look_at(one.slot, now.timestamp())

    async def _say_unsecured(self, now: datetime) -> None:
        found = list(self._unsecured.due(now))
        arrivals = [
            about(
                UNSECURED,
                now,
                account=account,
                key=key,
                area=one.area or None,
                wanted_at=one.since,
                name=f"{one.area} {one.since:%Y-%m-%dT%H:%M:%S}",
            )
            for account, key, one in found
        ]
        for (_, _, one), is_kept in zip(found, await self._deliver_all(arrivals), strict=True):
            if not is_kept:
                self._unsecured.put_back(one, now)

    async def _deliver_all(self, arrivals: Sequence[Arrival]) -> Sequence[bool]:
        """Tells of each whether it is kept."""
        answers = await asyncio.gather(*(self._deliver(one) for one in arrivals), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, JournalError):
                raise answer
        return [not isinstance(answer, BaseException) for answer in answers]

    # -- putting off

    def extension(
        self, account_id: str, schedule_id: str | None, span: timedelta, by: str, *, word: bool = False
    ) -> ClosingExtended:
        """The fact that puts a closing off; of several schedules the one that is late, else the next to close.

        Raises NoSuchSchedule. Nothing is changed until the fact is stored and `moved` is told.
        """
        now = self._clock()
        found: list[tuple[bool, datetime, Schedule, datetime]] = []
        for slot in self._plan.of_account(account_id):
            schedule = self._schedule(slot)
            if schedule is None or schedule.kind is not _OPENING or schedule_id not in (None, schedule.id):
                continue
            account = self._account(slot)
            due = self._next_closing(slot, schedule, now)
            if due is not None and account is not None:
                counts = self._counts_at(account.id, schedule, due)
                found.append((slot not in self._stands, counts, schedule, due.at))
        if not found:
            raise NoSuchSchedule(account_id)
        _, counts, schedule, due_at = min(found, key=lambda one: one[:2])
        return ClosingExtended(
            account_id=account_id, schedule=schedule.id, area=schedule.area, due=due_at,
            until=max(now, counts) + span, by=by, word=word,
        )  # fmt: skip

    def _next_closing(self, slot: int, schedule: Schedule, now: datetime) -> Deadline | None:
        """The closing that is wanted now, or the next one."""
        account = self._account(slot)
        if account is None:
            return None
        zone, holidays = zone_of(account.time_zone), self._calendar(schedule)
        passed = [
            one
            for one in rules_of.deadlines(schedule, now - PAST, now, zone=zone, holidays=holidays)
            if one.what is What.CLOSE and rules_of.still_wanted(one, schedule, now, zone=zone, holidays=holidays)
        ]
        state = self._arms.state(account.id, schedule.area)
        if passed and (state is None or not state.armed):
            return passed[-1]
        after = now
        while (ahead := rules_of.next_deadline(schedule, after, zone=zone, holidays=holidays)) is not None:
            if ahead.what is What.CLOSE:
                return ahead
            after = ahead.at
        return None

    # -- lists

    @property
    def overdue_count(self) -> int:
        return len(self._stands)

    def overdue(self) -> Sequence[Overdue]:
        """Everything that is not kept now, the oldest first."""
        found = []
        for slot, (kind, at_s) in sorted(self._stands.items(), key=lambda item: item[1][1]):
            schedule = self._schedule(slot)
            if schedule is not None:
                heard_s = self._plan.heard_s[slot]
                found.append(
                    Overdue(
                        account_id=self._plan.account_ids[slot],
                        schedule=schedule.id,
                        name=schedule.name,
                        area=schedule.area,
                        point=schedule.point,
                        kind=kind,
                        wanted_at=datetime.fromtimestamp(at_s, UTC),
                        heard_at=datetime.fromtimestamp(heard_s, UTC) if heard_s else None,
                    )
                )
        return found

    @property
    def count(self) -> int:
        """Accounts with a schedule."""
        return self._plan.accounts

    def due_next(self, most: int) -> Sequence[DueNext]:
        """The deadlines that come next, the soonest first."""
        now = self._clock()
        found = []
        for slot in self._plan.next(most):
            schedule, account, at_s = self._schedule(slot), self._account(slot), self._plan.planned_s(slot)
            if schedule is None or account is None or at_s is None or at_s > (now + timedelta(days=2)).timestamp():
                continue
            what, at = str(schedule.kind), datetime.fromtimestamp(at_s, UTC)
            if schedule.kind is _OPENING:
                ahead = self._deadline_at(account, schedule, at)
                if ahead is None:
                    continue
                what, at = ahead.what.value, self._counts_at(account.id, schedule, ahead)
            moved = self._moved.get((account.id, schedule.id))
            found.append(
                DueNext(
                    account_id=account.id,
                    schedule=schedule.id,
                    name=schedule.name,
                    area=schedule.area,
                    what=what,
                    at=at,
                    moved=moved is not None and what == What.CLOSE and moved[1] == at.timestamp(),
                )
            )
        return found

    def _deadline_at(self, account: Account, schedule: Schedule, at: datetime) -> Deadline | None:
        """The deadline for which a look is planned."""
        zone, holidays = zone_of(account.time_zone), self._calendar(schedule)
        moved = self._moved.get((account.id, schedule.id))
        since = at - timedelta(seconds=2) if moved is None else datetime.fromtimestamp(moved[0] - 1, UTC)
        return rules_of.next_deadline(schedule, min(since, at - timedelta(seconds=2)), zone=zone, holidays=holidays)

    def armed(self, account_id: str, area: str | None) -> Armed | None:
        return self._arms.state(account_id, area)

    # -- whom it is about

    def _account(self, slot: int) -> Account | None:
        return self._sites.by_id(self._plan.account_ids[slot])

    def _schedule(self, slot: int) -> Schedule | None:
        listed = self._sites.parts(self._plan.account_ids[slot]).schedules
        number = self._plan.index[slot]
        return listed[number] if number < len(listed) else None

    def _slot(self, account_id: str, schedule_id: str) -> int | None:
        for slot in self._plan.of_account(account_id):
            if self._plan.names[slot] == schedule_id:
                return slot
        return None

    def _calendar(self, schedule: Schedule) -> Collection[date]:
        return self._holidays(schedule.holidays) if schedule.holidays else ()


def proves(schedule: Schedule, received: Received) -> bool:
    """Whether a signal is the check-in, the round or the activity that a schedule waits for."""
    if schedule.area is not None and plain(received.area) != plain(schedule.area):
        return False
    if schedule.point is not None and plain(received.zone) != plain(schedule.point):
        return False
    if received.method is _DUTY:
        return schedule.kind is not ScheduleKind.ACTIVITY
    if schedule.kind is ScheduleKind.ACTIVITY:
        return received.category not in _MACHINERY and received.state not in TROUBLES
    return received.state not in ALARMS | TROUBLES and received.category not in (Category.COMMUNICATION, Category.POWER)


@lru_cache(maxsize=1_024)
def zone_of(name: str) -> tzinfo:
    """The time zone of a name; UTC where this machine knows none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
