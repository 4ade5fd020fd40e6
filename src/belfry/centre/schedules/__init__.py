"""Schedules are kept or somebody is told: openings, closings, check-ins, rounds, activity (RULES 3, open and close).

`plan` holds when each schedule is looked at next, `watched` whose it is, `hours` what it wants then, `signs` what
counts for it, `arms` whether the site is set, `unsecured` that it stays unset after an alarm; `stands` what is told,
and `said` how, through the same door as every other signal; `extending` puts a closing off, `lists` shows it all, and
`memory` is what a restart must not forget. A deadline is looked at when it comes, so a signal of a panel costs a look
into a dictionary and no more. Deadlines are derived anew.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

import structlog

from belfry.centre.board import Board
from belfry.centre.schedules.arms import Arms
from belfry.centre.schedules.hours import PAST, Hours, NoSuchSchedule
from belfry.centre.schedules.lists import DueNext, Overdue, due_next, overdue
from belfry.centre.schedules.memory import Memory, ScheduleState
from belfry.centre.schedules.said import CLOSE_LATE, LATE_KIND, Stands, missed_kind
from belfry.centre.schedules.signs import proves
from belfry.centre.schedules.stands import Say, Standing
from belfry.centre.schedules.unsecured import Unsecured
from belfry.centre.schedules.watched import Watched
from belfry.domain.condition import Condition, believed_time
from belfry.domain.due import HORIZON, Deadline
from belfry.domain.facts import ClosingExtended, Downtime, Received
from belfry.domain.presets import PRESETS, Rules, span
from belfry.domain.schedules import Schedule, ScheduleKind
from belfry.domain.signal import AccountKey, Arrival, Category, Method, Receipt, SignalState
from belfry.domain.site import Account
from belfry.ports import Clock, Sites

__all__ = ["DueNext", "NoSuchSchedule", "Overdue", "ScheduleState", "Schedules", "proves"]

log = structlog.get_logger()

EVERY_S: Final = 0.5
STALL: Final = timedelta(seconds=10)
"""A look that comes this much later than it should, or before the last one: the machine slept or the clock was set."""
LOOK_MOST: Final = 200
"""Schedules looked at before others get their turn: a hundredth of a second or two."""
SAY_MOST: Final = 500
AGAIN: Final = timedelta(days=1)
"""A silence that goes on is said again after this."""

_EQUIPMENT, _DUTY = Method.EQUIPMENT, Method.DUTY
_OPENING, _TEST = ScheduleKind.OPENING, ScheduleKind.TEST


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
        rules: Rules = PRESETS,
    ) -> None:
        self._sites, self._clock, self._board = sites, clock, board
        self._plan = Watched(sites, clock().timestamp())
        self._arms = Arms(sites, conditions)
        self._hours = Hours(sites, self._arms, holidays)
        self._put_off = span(rules.closing_extension_s)
        """A panel says that its closing was put off (464, CE) and not for how long."""
        self._unsecured = Unsecured(board, sites, self._arms, self._hours.at_night, unset_for=span(rules.unsecured_s))
        self.out_of_schedule, self.remarks = self._hours.out_of_schedule, self._hours.remarks
        self._standing = Standing(self._plan, self._arms, self._unsecured, deliver)
        self._stands, self._back = self._standing.by_slot, self._standing.back
        self._memory = Memory(self._plan, self._hours, self._arms, self._standing)
        self._live = False
        self._turned = clock()
        self.beats = 0
        """Grows with every look; whoever watches the followers sees that this one goes on."""

    # -- beginning

    def begin(self) -> None:
        """Make room for every schedule of the registry; before the first signal is folded."""
        now = self._clock()
        for account in self._sites.all():
            self._arms.learn(account.id)
            self._add(account, now, past=PAST)

    def _add(self, account: Account, now: datetime, *, past: timedelta = timedelta(0)) -> Sequence[int]:
        schedules = self._sites.parts(account.id).schedules
        if not any(one.kind is not _TEST for one in schedules):
            return ()
        slots = self._plan.add(account.id, [(one.id, hash(one)) for one in schedules], now.timestamp())
        for slot, schedule in zip(slots, schedules, strict=True):
            if schedule.kind is _OPENING:
                self._plan.from_s[slot] = (now - past).timestamp()
            elif past:
                self._plan.from_s[slot] = 0.0  # until the journal says when somebody was heard
        return slots

    def restore(self, state: ScheduleState) -> None:
        """Take up a snapshot of the walk; before its tail is folded."""
        self._memory.restore(state)

    def state(self) -> ScheduleState:
        return self._memory.state()

    def load(self, downs: Iterable[Downtime], extended: Iterable[ClosingExtended]) -> None:
        """Everything stored is folded: take up what stands, and plan every look."""
        now = self._turned = self._clock()
        self.away(downs)
        self._arms.load(self._plan.account_ids)
        for fact in self._memory.recall(self._board, extended, now):
            self.moved(fact)
        self._unsecured.load()
        self._live = True
        for slot in self._plan.live():
            if not self._plan.from_s[slot]:
                self._plan.from_s[slot] = now.timestamp()  # never heard: silence counts from now
            self._plan.look_at(slot, now.timestamp())

    # -- what others tell

    def heard(self, received: Received) -> None:
        """A signal was kept. Runs for every signal; most are of accounts without a schedule."""
        account_id = received.account_id
        if account_id is None or received.method not in (_EQUIPMENT, _DUTY):
            if not self._live and received.method is Method.SYSTEM:
                self._memory.told(received)
            return
        key, owner = received.account_key, self._arms.owner(account_id, received.area)
        if owner is None:
            slots = self._plan.of_account(account_id)
            if key is not None and slots:
                self._arms.met(account_id, key)
        else:
            slots = self._plan.of_account(owner)
            if key is not None and slots:
                self._arms.met_part(owner, key, received.area)
        if key is not None and self._live and received.state is SignalState.OPEN:
            self._unsecured.disarmed(account_id, key, received.area, believed_time(received))
        for slot in slots:
            schedule = self._plan.schedule(slot)
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
            self._plan.from_s[slot] = at_s
            self._plan.look_at(slot, at_s)

    def _moves_or_turns(self, slot: int, schedule: Schedule, received: Received) -> None:
        """A panel that puts its closing off moves the due time; an arming may end what stands."""
        account, now = self._plan.account(slot), received.received_at
        if account is not None and received.subtype == "extend":
            closing = self._hours.next_closing(account, schedule, now)
            if closing is not None:
                until = max(now, closing.at) + self._put_off
                self._hours.put_off[account.id, schedule.id] = (closing.at.timestamp(), until.timestamp())
        if self._live:
            self._plan.look_at(slot, now.timestamp())

    def moved(self, fact: ClosingExtended) -> None:
        """A closing was put off, and that is on the disk."""
        self._hours.put_off[fact.account_id, fact.schedule] = (fact.due.timestamp(), fact.until.timestamp())
        slot = self._plan.slot(fact.account_id, fact.schedule)
        if slot is not None:
            # the deadline that passed already counts again, later
            self._plan.from_s[slot] = min(self._plan.from_s[slot], fact.due.timestamp() - 1)
            if slot in self._stands and self._stands[slot].kind == CLOSE_LATE:
                del self._stands[slot]
            if self._live:
                self._plan.look_at(slot, self._clock().timestamp())

    def changed(self, account_id: str) -> None:
        """The registry changed or removed an account. What is as it was goes on; the deadlines of new opening hours
        count from now, and who was heard stays heard."""
        now, plan = self._clock(), self._plan
        kept: dict[str, tuple[int, float, float, Stands | None, float | None]] = {}
        for slot in plan.of_account(account_id):
            stands, back_s = self._stands.pop(slot, None), self._back.pop(slot, None)
            kept[plan.names[slot]] = (plan.marks[slot], plan.heard_s[slot], plan.from_s[slot], stands, back_s)
        plan.drop(account_id)
        account = self._sites.by_id(account_id)
        if account is None:
            self._arms.forget(account_id)
            return
        self._arms.learn(account_id)
        slots = self._add(account, now)
        if slots and self._arms.key(account) is None:
            self._arms.load([account_id])
        for slot in slots:
            schedule = self._plan.schedule(slot)
            known = None if schedule is None else kept.get(schedule.id)
            if (
                known is not None
                and schedule is not None
                and (schedule.kind is not _OPENING or known[0] == plan.marks[slot])
            ):
                _, plan.heard_s[slot], plan.from_s[slot], stands, back_s = known
                if stands is not None:
                    self._stands[slot] = stands
                if back_s is not None:
                    self._back[slot] = back_s
            plan.look_at(slot, now.timestamp())

    def plan_anew(self) -> None:
        """A calendar of holidays changed: every deadline may be another."""
        for slot in self._plan.live():
            self._plan.look_at(slot, self._clock().timestamp())

    def away(self, downs: Iterable[Downtime]) -> None:
        """We did not listen then; it is nobody's silence, and nobody is late by it."""
        self._hours.listened_not(downs, self._clock())

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
        now_s, plan = now.timestamp(), self._plan
        self.away(())
        plan.begin_anew(now_s)
        for slot in plan.live():
            plan.heard_s[slot], plan.from_s[slot] = min(plan.heard_s[slot], now_s), min(plan.from_s[slot], now_s)
            plan.look_at(slot, now_s)

    async def step(self, now: datetime) -> None:
        """Look at everything whose time has come, and say what is to be said. One step at a time."""
        self.beats += 1
        says = self._standing.say_back(now)
        while slots := self._plan.due(now.timestamp(), LOOK_MOST):
            for slot in slots:
                says += self._look(slot, now)
            if len(says) >= SAY_MOST:
                await self._standing.say(says, now)
                says = []
            await asyncio.sleep(0)
        await self._standing.say(says, now)
        await self._standing.say_unsecured(now)
        self._hours.forget(now)

    def _look(self, slot: int, now: datetime) -> list[Say]:
        account, schedule = self._plan.account(slot), self._plan.schedule(slot)
        if account is None or schedule is None or schedule.kind is _TEST:
            return []
        if schedule.kind is _OPENING:
            return self._look_at_hours(slot, account, schedule, now)
        return self._look_at_silence(slot, account, schedule, now)

    def _look_at_hours(self, slot: int, account: Account, schedule: Schedule, now: datetime) -> list[Say]:
        """Settle every deadline that has passed; only the newest of them can still be wanted."""
        hours, plan = self._hours, self._plan
        after = max(datetime.fromtimestamp(plan.from_s[slot], UTC), now - PAST)
        late: tuple[Deadline, datetime] | None = None
        for deadline in hours.passed(account, schedule, after, now):
            counts = hours.counts_at(account.id, schedule, deadline)
            if counts > now:
                plan.look_at(slot, counts.timestamp())
                break
            after = deadline.at
            if hours.still_wanted(account, schedule, deadline, now):
                late = (deadline, counts)
        else:
            after = now
            ahead = hours.ahead(account, schedule, now)
            at = now + HORIZON if ahead is None else hours.counts_at(account.id, schedule, ahead)
            plan.look_at(slot, at.timestamp())
        if late is None or not hours.is_late(account, schedule, *late):
            plan.from_s[slot] = after.timestamp()
            stands = self._stands.get(slot)
            if stands is not None and hours.is_over(account, schedule, now, wants_armed=stands.kind == CLOSE_LATE):
                del self._stands[slot]
            return []
        deadline, counts = late
        return [self._standing.missed(LATE_KIND[deadline.what], account, schedule, now, counts, after.timestamp())]

    def _look_at_silence(self, slot: int, account: Account, schedule: Schedule, now: datetime) -> list[Say]:
        silence = self._hours.too_quiet(account, schedule, self._plan.from_s[slot])
        if silence is None or silence.at > now:
            self._plan.look_at(slot, (now + HORIZON if silence is None else silence.at).timestamp())
            return []
        again = min(max(silence.until, silence.at), now + AGAIN).timestamp()
        return [self._standing.missed(missed_kind(schedule, account), account, schedule, now, silence.at, again)]

    # -- putting off

    def extension(
        self, account_id: str, schedule_id: str | None, span: timedelta, by: str, *, word: bool = False
    ) -> ClosingExtended:
        """The fact that puts a closing off; of several schedules the one that is late, else the next to close.

        Raises NoSuchSchedule. Nothing is changed until the fact is stored and `moved` is told.
        """
        now, found = self._clock(), []
        for slot in self._plan.of_account(account_id):
            schedule, account = self._plan.schedule(slot), self._plan.account(slot)
            if schedule is None or account is None or schedule.kind is not _OPENING:
                continue
            closing = self._hours.next_closing(account, schedule, now)
            if closing is not None and schedule_id in (None, schedule.id):
                counts = self._hours.counts_at(account_id, schedule, closing)
                stands = self._stands.get(slot)
                on_time = stands is None or stands.kind != CLOSE_LATE
                found.append((on_time, counts, slot, schedule, closing.at))
        if not found:
            raise NoSuchSchedule(account_id)
        _, counts, _, schedule, due = min(found, key=lambda one: one[:3])
        until = max(now, counts) + span
        return ClosingExtended(
            account_id=account_id, schedule=schedule.id, area=schedule.area, due=due, until=until, by=by, word=word
        )

    # -- lists

    @property
    def overdue_count(self) -> int:
        return len(self._stands)

    def overdue(self) -> Sequence[Overdue]:
        """Everything that is not kept now, the oldest first."""
        return overdue(self._plan, self._stands, self._plan.schedule)

    @property
    def count(self) -> int:
        """Accounts with a schedule."""
        return self._plan.accounts

    def due_next(self, most: int) -> Sequence[DueNext]:
        """The deadlines of the next two days, the soonest first."""
        return due_next(self._plan, self._hours, self._plan.account, self._plan.schedule, most=most, now=self._clock())
