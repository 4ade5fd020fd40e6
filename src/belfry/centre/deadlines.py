"""Times that come by themselves: delays and holds that end, limits nobody kept, operators who are gone (RULES 2, 4).

Every deadline is derived from the incident on the board, so a restart forgets none. Only what no fact tells is kept
here: when an operator last did something, and whose console is gone; after a restart both begin anew.

A clock that is set back would leave what began after it waiting for hours. Nobody knows how long that has waited, so it
is due at once: too early is a row that rings, too late is an alarm that nobody hears.

Each open incident has one time at which to look at it again. It may come early, never late: whoever looks decides by
the incident as it is then.
"""

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Final, assert_never

import structlog

from belfry.centre.board import Board, catch_up, expect_of
from belfry.centre.follow_ups import overdue
from belfry.domain.clocks import ACT, ARRIVE, TAKE, TOLD
from belfry.domain.escalation import Level, levels, mark
from belfry.domain.facts import Due, Entry, Escalated, OnIncident, Overdue, Released, incident_subject
from belfry.domain.incident import Incident, State
from belfry.domain.own_services import promised_at
from belfry.domain.plan_by_itself import passed, waits_for_time
from belfry.domain.presets import Rules
from belfry.domain.signal import Arrival, Receipt
from belfry.domain.site_handling import beside, site_of
from belfry.ports import Chance, Clock, Journal, JournalError, KeysUnavailable, Stale

log = structlog.get_logger()

LOOK_AFTER_S: Final = 0.01
"""The shortest wait between two rounds, so that a busy incident is not fought over."""
LOOK_EVERY_S: Final = 1.0
"""The longest wait between two looks at the clock, which may be set at any time."""
AT_ONCE: Final = 256
"""Most incidents whose facts are on their way to the disk together."""
TRIES: Final = 8
SET_BACK: Final = timedelta(minutes=1)
"""A clock that is corrected by less makes nobody wait too long."""

_WAITS: Final = frozenset({State.PENDING, State.HELD})

MISSED: Final = {
    TAKE: "nobody took it in time",
    ACT: "nothing was done in time",
    TOLD: "nobody was told in time",
    ARRIVE: "whoever was to come is not there",
}
"""Why somebody more is reached, by the clock that was missed."""

IDLE: Final = "idle"
CONSOLE_LOST: Final = "console_lost"


class Deadlines:
    """Watches a board. Build it once the board is folded; `run` is its task, `step` one round of it."""

    def __init__(
        self,
        board: Board,
        journal: Journal,
        *,
        rules: Rules,
        clock: Clock,
        chance: Chance,
        deliver: Callable[[Arrival], Awaitable[Receipt]] | None = None,
    ) -> None:
        self._board, self._journal, self._rules = board, journal, rules
        self._clock, self._chance, self._deliver = clock, chance, deliver
        self._looks: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []
        self._touched: dict[str, datetime] = {}
        """When who has taken an incident last did something there."""
        self._lost: dict[str, datetime] = {}
        """Since when an operator has no console."""
        self.consoles: set[str] = set()
        """Operators with a console."""
        self.left_lying: Callable[[str], None] = lambda _: None
        """Told the name of whoever had something that went back to the queue, since he did nothing."""
        self._began = self._looked = clock()
        self._future = max((_newest(incident) for incident in board.queue()), default=self._began)
        """Up to here times may lie ahead: the clock was set back."""
        self._sooner = asyncio.Event()
        self._courses: dict[str, tuple[object, ...]] = {}
        """What an open incident's next look was planned by: a signal that joins changes none of it."""
        board.listen(self._hear)
        for incident in (*board.queue(), *board.all_following()):
            self._plan(incident)

    # -- what the web tells

    def touch(self, incident_id: str, by: str) -> None:
        """The operator `by` did something at an incident, or is there; counts where it is his. What is merged is looked
        at for the one that leads."""
        incident = self._board.get(incident_id)
        if incident is not None and incident.merged_into is not None and incident.open:
            incident_id = incident.merged_into
            incident = self._board.get(incident_id)
        if incident is not None and incident.taken_by == by:
            now = self._clock()
            self._touched[incident_id] = now
            for other in beside(incident, self._board.of_site(site_of(incident))):
                if other.taken_by == by:
                    self._touched[other.id] = now

    def console_lost(self, by: str) -> None:
        """The last stream of an operator is gone."""
        self.consoles.discard(by)
        self._lost.setdefault(by, self._clock())
        for incident in self._board.queue():
            if incident.taken_by == by:
                self._plan(incident)

    def console_back(self, by: str) -> None:
        self.consoles.add(by)
        self._lost.pop(by, None)

    # -- the task

    async def run(self) -> None:
        """Keep every deadline, for ever."""
        while True:
            try:
                await self.step(self._clock())
            except (JournalError, KeysUnavailable) as error:
                log.warning("deadlines wait for the journal", error=str(error))
                await asyncio.sleep(LOOK_EVERY_S)
            await self._wait()

    async def step(self, now: datetime) -> int:
        """Write down everything that is due; returns how many entries. Raises JournalError; what is due stays due."""
        if self._looked - now > SET_BACK:
            self._set_back(now)
        self._looked = now
        written = 0
        for _ in range(TRIES):
            due = self._due(now)
            if not due:
                break
            written += await self._write(due, now)
        return written

    async def _wait(self) -> None:
        self._sooner.clear()
        ahead = (self._heap[0][0] - self._clock()).total_seconds() if self._heap else LOOK_EVERY_S
        try:
            async with asyncio.timeout(min(max(ahead, LOOK_AFTER_S), LOOK_EVERY_S)):
                await self._sooner.wait()
        except TimeoutError:
            pass

    # -- when to look

    def _hear(self, incident: Incident, _: int) -> None:
        course = (
            incident.state,
            incident.priority,
            incident.escalated,
            incident.waiting_since,
            incident.raised_at,
            incident.version,
            None if incident.plan is None else incident.plan.at,
            promised_at(incident) if incident.units else None,
        )
        if self._courses.get(incident.id) == course:
            return
        if incident.open:
            self._courses[incident.id] = course
        else:
            self._courses.pop(incident.id, None)
        self._plan(incident)

    def _plan(self, incident: Incident) -> None:
        """Look at an incident again when it may be due; an earlier look that stands is good enough."""
        at = self._next(incident)
        if incident.state is not State.TAKEN:
            self._touched.pop(incident.id, None)
        standing = self._looks.get(incident.id)
        if at is None or (standing is not None and standing <= at):
            return
        self._looks[incident.id] = at
        heappush(self._heap, (at, incident.id))
        if self._heap[0] == (at, incident.id):
            self._sooner.set()

    def _set_back(self, now: datetime) -> None:
        """Look at every open incident again."""
        log.warning("the clock was set back, what waits is due", seconds=(self._looked - now).total_seconds())
        self._future, self._looked = max(self._future, self._looked), now
        self._looks.clear()
        self._heap.clear()
        for incident in (*self._board.queue(), *self._board.all_following()):
            self._plan(incident)

    def _is_ahead(self, incident: Incident, now: datetime) -> bool:
        """Something of it is of a time that is still to come."""
        return now < self._future and now < _newest(incident) - SET_BACK

    def _next(self, incident: Incident) -> datetime | None:
        """When something may next be due, None where nothing can be."""
        if incident.merged_into is not None and incident.open:
            return None
        if self._is_ahead(incident, self._looked) and (incident.state in _WAITS or self._untold(incident)):
            return self._looked
        match incident.state:
            case State.PENDING:
                return incident.pending_until
            case State.HELD:
                return min((*self._reached_at(incident), incident.held_until or self._looked))
            case State.WAITING:
                return min(self._reached_at(incident), default=None)
            case State.TAKEN:
                waits = waits_for_time(incident)
                leaves = (*self._reached_at(incident), *(at for at, _ in self._leaves(incident)))
                return min(leaves if waits is None else (*leaves, waits))
            case State.CLOSED:
                return incident.follow_up_at
            case _:
                assert_never(incident.state)

    def _due(self, now: datetime) -> Sequence[tuple[Incident, Sequence[OnIncident]]]:
        """The incidents whose time has come, with what that means."""
        due: list[tuple[Incident, Sequence[OnIncident]]] = []
        while self._heap and self._heap[0][0] <= now and len(due) < AT_ONCE:
            at, incident_id = heappop(self._heap)
            if self._looks.get(incident_id) != at:
                continue  # planned anew since
            del self._looks[incident_id]
            self._courses.pop(incident_id, None)
            incident = self._board.get(incident_id)
            if incident is None:
                continue
            facts = self._facts(incident, now)
            if facts:
                due.append((incident, facts))
            else:
                self._plan(incident)
        return due

    # -- what is due

    def _facts(self, incident: Incident, now: datetime) -> Sequence[OnIncident]:
        """What time alone makes true of an incident by `now`."""
        if incident.merged_into is not None and incident.open:
            return ()
        ahead = self._is_ahead(incident, now)
        match incident.state:
            case State.PENDING | State.HELD if ahead:
                return (Due(incident=incident.id, reasons=("the clock was set back while it waited",)),)
            case State.PENDING if _passed(incident.pending_until, now):
                return (Due(incident=incident.id, reasons=("its delay is over",)),)
            case State.HELD if _passed(incident.held_until, now):
                return (Due(incident=incident.id, reasons=("its hold is over",)),)
            case State.WAITING:
                return self._missed(incident, now, all_of_them=ahead)
            case State.HELD:
                return self._missed(incident, now)
            case State.TAKEN:
                at, reason = min(self._leaves(incident))
                released = (Released(incident=incident.id, reason=reason),) if at <= now else ()
                return released or (*self._missed(incident, now), *passed(incident, now))
            case State.CLOSED if _passed(incident.follow_up_at, now):
                return (Overdue(incident=incident.id, reasons=("the restore that it needs has not come in time",)),)
            case _:
                return ()

    def _missed(self, incident: Incident, now: datetime, *, all_of_them: bool = False) -> Sequence[OnIncident]:
        """Whom its clocks reach by now."""
        return tuple(
            Escalated(incident=incident.id, clock=one.clock, level=one.level, reasons=(MISSED[one.clock],))
            for one in self._untold(incident)
            if one.at <= now or all_of_them
        )

    def _untold(self, incident: Incident) -> Sequence[Level]:
        """Whom an incident does not reach yet and will as long as nothing is done."""
        return [one for one in levels(incident, self._rules) if mark(one.clock, one.level) not in incident.escalated]

    def _reached_at(self, incident: Incident) -> Sequence[datetime]:
        return [one.at for one in self._untold(incident)]

    def _leaves(self, incident: Incident) -> Sequence[tuple[datetime, str]]:
        """When a taken incident goes back to the queue if nothing more is heard, and why."""
        there = max(incident.taken_at or self._began, self._touched.get(incident.id, self._began), self._began)
        leaves = [(there + timedelta(seconds=self._rules.idle_release_s), IDLE)]
        gone = self._lost.get(incident.taken_by or "")
        if gone is not None:
            wait_s = self._rules.console_lost_1_s if self._urgent(incident) else self._rules.console_lost_s
            leaves.append((max(gone, there) + timedelta(seconds=wait_s), CONSOLE_LOST))
        return leaves

    def _urgent(self, incident: Incident) -> bool:
        """A priority 1, or handled together with one."""
        if incident.priority == 1:
            return True
        others = beside(incident, self._board.of_site(site_of(incident)))
        return any(one.priority == 1 and one.taken_by == incident.taken_by for one in others)

    # -- writing it down

    async def _write(self, due: Sequence[tuple[Incident, Sequence[OnIncident]]], now: datetime) -> int:
        await self._raise(due, now)
        lying = {one.id: one.taken_by for one, facts in due if any(_is_idle(fact) for fact in facts)}
        sent = [(incident.id, *self._send(incident, facts, now)) for incident, facts in due]
        written, failed = 0, None
        for incident_id, entry, stored in sent:
            try:
                positions = await stored
            except Stale:  # somebody was quicker: look again
                await catch_up(self._board, self._journal, incident_id)
            except JournalError as error:
                failed = error
            else:
                self._board.fold(positions[0], entry)
                written += 1
                if (name := lying.get(incident_id)) is not None:
                    self.left_lying(name)
            incident = self._board.get(incident_id)
            if incident is not None:
                self._plan(incident)
        if failed is not None:
            raise failed
        return written

    async def _raise(self, due: Sequence[tuple[Incident, Sequence[OnIncident]]], now: datetime) -> None:
        """Say which restores are overdue, before it is written that they were said."""
        owing = [incident for incident, facts in due if incident.state is State.CLOSED and facts]
        try:
            for incident in owing:
                if self._deliver is not None:
                    await self._deliver(overdue(incident, now))
        except Exception:  # it stays due, and so does all else of this round
            for incident, _ in due:
                self._plan(incident)
            raise

    def _send(
        self, incident: Incident, facts: Sequence[OnIncident], now: datetime
    ) -> tuple[Entry, "Future[Sequence[int]]"]:
        entry = Entry(id=self._chance(16), subject=incident_subject(incident.id), at=now, facts=tuple(facts))
        return entry, self._journal.append([entry], expect_of(incident))


def _newest(incident: Incident) -> datetime:
    """The latest time at which something happened to an incident."""
    times = (incident.due_at, incident.raised_at, incident.waiting_since, incident.taken_at)
    return max((at for at in times if at is not None), default=incident.opened_at)


def _is_idle(fact: OnIncident) -> bool:
    return isinstance(fact, Released) and fact.reason == IDLE


def _passed(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now
