"""The corridor: follows the journal, keeps board and live state folded, has every signal settled by triage.

At the start it folds what is stored, up to the journal's head, and settles what was left open. Then it goes on with
what arrives. A signal is settled once its `Opened`, `Joined` or `Logged` is durable; a crash before that means that
the next start settles it. Writes about an incident name the entry they have seen (`expect`); whoever comes late reads
again and decides again.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

import msgspec
import structlog
from msgspec import structs

from belfry.centre.board import Board, BoardState
from belfry.centre.calls import ABOUT_CALLS, CallBook, CallState
from belfry.centre.draft import Draft
from belfry.centre.entries import by_weight, in_turn, where
from belfry.centre.handovers import ABOUT_HANDOVERS, HandoverBook, HandoverState
from belfry.centre.notices import ABOUT_NOTICES, NoticeBook, NoticeState
from belfry.centre.on_test import ABOUT, OnTestState
from belfry.centre.replay import Replay, ReplayState
from belfry.centre.schedules import Schedules, ScheduleState
from belfry.centre.storms import ABOUT_STORMS, StormState
from belfry.centre.training import ABOUT_TRAINING, Exercises, TrainingState
from belfry.centre.triage import Triage
from belfry.centre.triage.case import Decision
from belfry.centre.units import ABOUT_UNITS, UnitsNow, UnitState
from belfry.centre.unobserved import Unobserved
from belfry.centre.warnings import WarningBook, WarningState
from belfry.domain.condition import Condition, Seen, carry
from belfry.domain.facts import (
    Carried,
    Changed,
    ClosingExtended,
    Downtime,
    Entry,
    Erased,
    Escalated,
    Joined,
    Logged,
    OnIncident,
    Opened,
    Received,
    Restored,
    Started,
    WordTried,
    incident_subject,
)
from belfry.domain.signal import AccountKey
from belfry.domain.warning_facts import WarningHeard
from belfry.ports import Chance, Clock, Expect, Full, Journal, JournalError, Pruned, Refused, Stale, Stored

log = structlog.get_logger()

BATCH_MOST: Final = 512
"""Signals settled at once; a fuller batch would let the first one wait for the last. Fits one append many times."""

RUSH: Final = 6
"""After a round of more signals than this the next one begins GATHER_S later; the first one of all never waits. Eight
programs that post one signal after the other make rounds of eight: each costs a commit that their next ones wait
for."""
GATHER_S: Final = 0.02
"""In a rush signals of one incident come together: gathered they are one entry, one fold, one row told (decision 0008).
A fifth of what a signal may take to its row."""

ID_BYTES: Final = 16
IDS_AT_ONCE: Final = 64
"""Entry ids drawn together: to ask the system for one costs more than all else of an entry."""

TRIAGE: Final = "triage"
_OBSERVED: Final = Seen()
_OF_THE_CENTRE: Final = frozenset({Started, Downtime, WordTried, ClosingExtended, Changed})

RETRY_AFTER_FULL_S: Final = 1.0
"""How long triage waits before it tries a full disk again. Intake refuses meanwhile, so nothing piles up."""


class WalkState(msgspec.Struct):
    """A snapshot of everything that is folded, as of `position`."""

    position: int
    board: BoardState
    conditions: list[tuple[AccountKey, Condition]]
    replay: ReplayState
    undecided: list[tuple[int, Received]]
    on_test: OnTestState = msgspec.field(default_factory=OnTestState)
    after: list[tuple[int, str]] = []
    """Of the undecided: the tests and storms that they come from."""
    schedules: ScheduleState = msgspec.field(default_factory=ScheduleState)
    storms: StormState = msgspec.field(default_factory=StormState)
    seen: list[tuple[int, Seen]] = []
    """Of the undecided: what observing them told. The live state knows nothing yet of those that stand not here."""
    notices: NoticeState = msgspec.field(default_factory=NoticeState)
    handovers: HandoverState = msgspec.field(default_factory=HandoverState)
    training: TrainingState = msgspec.field(default_factory=TrainingState)
    warnings: WarningState = msgspec.field(default_factory=WarningState)
    units: UnitState = msgspec.field(default_factory=UnitState)
    calls: CallState = msgspec.field(default_factory=CallState)


class _Open(msgspec.Struct, gc=False):
    """A signal that is not settled yet."""

    signal: Received
    seen: Seen | None = None
    """What observing it told; None: its account's state does not know it yet."""
    written: frozenset[str | None] = frozenset()
    """Incidents under which something is stored that does not settle it."""
    after: str | None = None
    """The test that had muted it, or the storm that had held it back, and is over while its point is still in alarm."""
    muted: bool = False
    """A test is about to mute it, or a storm to hold it back."""


class _Write(msgspec.Struct):
    """What is to be stored under one subject, and for which signals: True where it settles the signal."""

    subject: str
    incident: str | None
    """None: of none, a line in the log."""
    expect: Expect | None
    facts: list[OnIncident | Logged] = []
    signals: dict[int, bool] = {}
    entries: Sequence[Entry] = ()


class Walk:
    """One task follows the journal. `position` is folded; `settled` holds when nothing is left for triage."""

    def __init__(
        self,
        *,
        journal: Journal,
        board: Board,
        triage: Triage,
        replay: Replay,
        heard: Callable[[int, Received], None],
        clock: Clock,
        chance: Chance,
        schedules: Schedules | None = None,
        notices: NoticeBook | None = None,
        handovers: HandoverBook | None = None,
        warnings: WarningBook | None = None,
    ) -> None:
        self._journal, self._board, self._triage, self._replay = journal, board, triage, replay
        self._schedules, self._notices, self._handovers = schedules, notices, handovers
        self._warnings = warnings
        self.exercises = Exercises()
        self.units = UnitsNow()
        self.calls = CallBook()
        self._heard, self._clock, self._chance = heard, clock, chance
        self._undecided: dict[int, _Open] = {}
        self._muted: dict[int, _Open] = {}
        """Stored as muted by a test, and not folded yet: the end of the test may stand before that."""
        self._on_test, self._storms = triage.on_test, triage.storms
        self._unobserved = Unobserved(triage.observe, self._waits_unobserved)
        self._ids: list[bytes] = []
        self._rest_until_s = 0.0
        """In the loop's seconds: until when signals gather, after a large round."""
        self.position = 0
        self.live = asyncio.Event()
        """Set once everything that was stored before the start is folded and settled."""

    @property
    def behind(self) -> int:
        """Signals that wait for triage."""
        return len(self._undecided)

    @property
    def oldest_unsettled(self) -> datetime | None:
        """When the oldest signal that waits for triage came in."""
        first = next(iter(self._undecided.values()), None)
        return None if first is None else first.signal.received_at

    async def run(self) -> None:
        """Follow the journal for ever; raises JournalError when it closes."""
        head = self._journal.position
        if self.position >= head:
            await self._go_live()
        async for batch in self._journal.tail(self.position):
            for stored in batch:
                self._fold(stored)
            self._unobserved.drain()
            self._board.position = self.position
            self._on_test.follow(self.position)
            self._storms.follow(self.position)
            if not self.live.is_set():
                if self.position >= head:
                    await self._go_live()
            elif not await self._gathers():
                rush = len(self._undecided) > RUSH
                await self._settle()
                self._rest_until_s = asyncio.get_running_loop().time() + GATHER_S if rush else 0.0
                await asyncio.sleep(0)  # whoever was refused by this round writes before the next

    async def _gathers(self) -> bool:
        """In a rush wait for what is on its way, unless a round's worth has come already; True where more came that
        is to be read first. What was decided before is on the board by now, so no row waits for this."""
        rest_s = self._rest_until_s - asyncio.get_running_loop().time()
        if rest_s <= 0 or not self._undecided or self._journal.position - self.position >= BATCH_MOST:
            return False
        await asyncio.sleep(rest_s)
        return self._journal.position > self.position

    async def _go_live(self) -> None:
        await self._settle()
        self._unobserved.drain()
        self._board.forget(self._clock())
        self.live.set()

    # -- folding

    def _fold(self, stored: Stored | Pruned) -> None:
        self.position = stored.position
        if type(stored) is Pruned:
            return
        position = stored.position
        on_incident = about_tests = about_storms = about_notices = False
        for fact in stored.entry.facts:
            # isinstance asks such a class in Python; types are compared at once, and this runs for every fact.
            if type(fact) is Received:
                self._receive(position, fact)
                if fact.training:
                    self.exercises.fold(position, stored.entry)
            elif type(fact) is Joined or type(fact) is Opened:
                on_incident = True
                if not fact.beside:
                    self._undecided.pop(fact.signal.position, None)
            elif type(fact) is Logged:
                waiting = self._undecided.pop(fact.signal, None) or self._muted.pop(fact.signal, None)
                if fact.test is not None and waiting is not None:
                    self._mute(fact, fact.test, waiting)
                elif fact.storm is not None and waiting is not None:
                    self._hold_back(fact, fact.storm, waiting)
            elif type(fact) is Escalated:
                on_incident = True
                if self._notices is not None:
                    self._notices.escalated(position, fact)
            elif type(fact) is Erased:
                self._board.next_number = max(self._board.next_number, fact.next_number)
            elif type(fact) is Carried:
                self._carry(fact)
            elif type(fact) in ABOUT:
                about_tests = True
            elif type(fact) in ABOUT_STORMS:
                about_storms = True
            elif type(fact) in ABOUT_NOTICES:
                about_notices = True
            elif type(fact) in ABOUT_HANDOVERS:
                if self._handovers is not None:
                    self._handovers.fold(position, stored.entry)
            elif type(fact) is WarningHeard:
                if self._warnings is not None:
                    self._warnings.fold(stored.entry)
            elif type(fact) in ABOUT_UNITS:
                self.units.fold(position, stored.entry)
            elif type(fact) in ABOUT_CALLS:
                self.calls.fold(position, stored.entry)
            elif type(fact) in ABOUT_TRAINING:
                self.exercises.fold(position, stored.entry)
            elif type(fact) is Restored:
                if self._notices is not None:
                    self._notices.restored(fact, stored.entry.at)
            elif type(fact) not in _OF_THE_CENTRE:
                on_incident = True
        if on_incident:
            self._board.fold(position, stored.entry)
        if about_tests:
            self._fold_tests(position, stored.entry)
        if about_notices and self._notices is not None:
            self._notices.fold(position, stored.entry)
        if about_storms:
            for storm, left in self._storms.fold(position, stored.entry).items():
                for at, signal in left.items():
                    self._decide_again(at, signal, storm, stored.entry.at)

    def _receive(self, position: int, signal: Received) -> None:
        if signal.training:  # nothing is learned from an exercise
            self._undecided[position] = _Open(signal)
            return
        if not self.live.is_set():
            self._unobserved.add(position, signal)
            self._replay.remember(position, signal)
        self._undecided[position] = _Open(signal)
        self._on_test.receive(position, signal)
        if self._storms:
            self._storms.receive(position, signal)
        self._heard(position, signal)

    def _mute(self, fact: Logged, test: str, waiting: _Open) -> None:
        """A test covered a signal. Where its end stands before this, the signal is decided anew."""
        ended_at = self._on_test.mute(fact, waiting.signal)
        if ended_at is not None:
            self._decide_again(fact.signal, waiting.signal, test, ended_at)

    def _hold_back(self, fact: Logged, storm: str, waiting: _Open) -> None:
        """A storm held a signal back. Where its end stands before this, the signal is decided anew."""
        ended_at = self._storms.hold(fact, waiting.signal)
        if ended_at is not None:
            self._decide_again(fact.signal, waiting.signal, storm, ended_at)

    def _fold_tests(self, position: int, entry: Entry) -> None:
        """What is still in alarm at the end of a test is no test any more (RULES 3)."""
        for test, left in self._on_test.fold(position, entry).items():
            for at, signal in left.items():
                self._decide_again(at, signal, test, entry.at)

    def _decide_again(self, position: int, signal: Received, after: str, ended_at: datetime) -> None:
        """Its clocks count from the end of the test or storm; when it happened stays known."""
        happened = signal.occurred_at or signal.received_at
        again = structs.replace(signal, received_at=max(ended_at, signal.received_at), occurred_at=happened)
        self._undecided[position] = _Open(again, _OBSERVED, after=after)

    def _carry(self, fact: Carried) -> None:
        """Stands behind every signal that it speaks for, and nothing of its account came in between. While the centre
        runs it says what is known already."""
        if not self.live.is_set():
            self._unobserved.drain_of(fact.account)
            carry(self._triage.conditions.setdefault(fact.account, Condition()), fact)

    def _waits_unobserved(self, position: int) -> bool:
        """Whether a signal is to be observed when it is decided: it is judged by what was known before it."""
        waiting = self._undecided.get(position)
        return waiting is not None and waiting.seen is None

    # -- settling

    async def _settle(self) -> None:
        while self._undecided:
            under_way = [(write, self._send(write)) for write in self._decide(Draft(self._board))]
            failed: list[tuple[_Write, JournalError]] = []
            for write, sent in under_way:
                try:
                    positions = await sent
                except JournalError as error:
                    failed.append((write, error))
                else:
                    self._note_stored(write, positions)
            if failed:
                await self._take_stock(failed)

    def _decide(self, draft: Draft) -> Iterable[_Write]:
        writes: dict[str | None, _Write] = {}
        decide = self._triage.decide
        for position, waiting in list(islice(self._undecided.items(), BATCH_MOST)):
            if self._unobserved:
                self._unobserved.upto(position, waiting.signal.account_key)
            decision = decide(position, waiting.signal, draft, waiting.seen, waiting.after)
            waiting.seen = decision.seen
            settling = decision.settled
            if decision.beside or len(settling) > 1:
                beside, settling = in_turn(decision)
                first = [fact for fact in beside if fact.incident not in waiting.written]
                for one in first:
                    self._plan(writes, position, one, settles=False)
                if first:
                    break  # it is settled in the next round, once these are stored; who comes after it waits for that
            for fact in settling:
                self._plan(writes, position, fact, settles=True)
            waiting.muted = any(type(fact) is Logged and (fact.test or fact.storm) is not None for fact in settling)
            on_incidents = [fact for fact in settling if type(fact) is not Logged]
            if on_incidents:
                draft.note(_account_of(decision, on_incidents), on_incidents, waiting.signal.received_at)
        return writes.values()

    def _plan(
        self, writes: dict[str | None, _Write], position: int, fact: OnIncident | Logged, *, settles: bool
    ) -> None:
        incident = where(fact)
        write = writes.get(incident)
        if write is None:
            write = writes[incident] = self._write(incident)
        write.facts.append(fact)
        write.signals[position] = settles

    def _write(self, incident: str | None) -> _Write:
        """What names the entry that was seen last; a new incident is named after its signal's position, so nobody else
        can have written to it."""
        if incident is None:
            return _Write(TRIAGE, None, None)
        subject, known = incident_subject(incident), self._board.get(incident)
        return _Write(subject, incident, None if known is None else Expect(subject, known.head))

    def _send(self, write: _Write) -> "Future[Sequence[int]]":
        now = self._clock()
        write.entries = [
            Entry(id=self._id(), subject=write.subject, at=now, facts=tuple(facts)) for facts in by_weight(write.facts)
        ]
        return self._journal.append(write.entries, write.expect)

    def _id(self) -> bytes:
        if not self._ids:
            drawn = self._chance(ID_BYTES * IDS_AT_ONCE)
            self._ids = [drawn[n : n + ID_BYTES] for n in range(0, len(drawn), ID_BYTES)]
        return self._ids.pop()

    def _note_stored(self, write: _Write, positions: Sequence[int]) -> None:
        """Fold what the disk has."""
        if write.incident is not None:
            for position, entry in zip(positions, write.entries, strict=True):
                self._board.fold(position, entry)
        for position, settles in write.signals.items():
            if settles:
                settled = self._undecided.pop(position, None)
                if settled is not None and settled.muted:
                    self._muted[position] = settled
            elif (waiting := self._undecided.get(position)) is not None:
                waiting.written |= {write.incident}

    async def _take_stock(self, failed: Iterable[tuple[_Write, JournalError]]) -> None:
        """What was not stored is decided again in the next round, from the board as it is then."""
        full = False
        for write, error in failed:
            match error:
                case Stale():
                    await self._read_again(write)
                case Full():
                    full = True
                case Refused():
                    self._bare(write, error)
                case _:
                    raise error
        if full:
            log.warning("journal full, triage waits", signals=len(self._undecided))
            await asyncio.sleep(RETRY_AFTER_FULL_S)

    def _bare(self, write: _Write, error: JournalError) -> None:
        """Too large after all: better an incident without its sealed words than none. A bug, so it is loud."""
        log.error("write refused, its sealed parts are left out", subject=write.subject, error=str(error))
        for position in write.signals:
            waiting = self._undecided[position]
            if not waiting.signal.sealed:
                raise error
            waiting.signal = structs.replace(waiting.signal, sealed=())

    async def _read_again(self, write: _Write) -> None:
        """Somebody wrote first: fold what he wrote."""
        for stored in await self._journal.read(write.subject):
            if isinstance(stored, Stored):
                self._board.fold(stored.position, stored.entry)

    # -- snapshot

    def state(self) -> WalkState:
        open_ = {**self._muted, **self._undecided}
        return WalkState(
            position=self.position,
            board=self._board.state(),
            conditions=list(self._triage.conditions.items()),
            replay=self._replay.state(),
            undecided=[(position, waiting.signal) for position, waiting in open_.items()],
            on_test=self._on_test.state(),
            after=[(position, waiting.after) for position, waiting in open_.items() if waiting.after is not None],
            schedules=ScheduleState() if self._schedules is None else self._schedules.state(),
            storms=self._storms.state(),
            seen=[(position, waiting.seen) for position, waiting in open_.items() if waiting.seen is not None],
            notices=NoticeState() if self._notices is None else self._notices.state(),
            handovers=HandoverState() if self._handovers is None else self._handovers.state(),
            warnings=WarningState() if self._warnings is None else self._warnings.state(),
            training=self.exercises.state(),
            units=self.units.state(),
            calls=self.calls.state(),
        )

    def restore(self, state: WalkState) -> None:
        """Begin from a snapshot; only before `run`."""
        self.position = state.position
        self._board.restore(state.board)
        self._triage.conditions.update(state.conditions)
        self._triage.runaways.recall()
        self._replay.restore(state.replay)
        self._on_test.restore(state.on_test)
        self._on_test.follow(state.position)
        self._storms.restore(state.storms)
        self._storms.follow(state.position)
        if self._schedules is not None:
            self._schedules.restore(state.schedules)
        if self._notices is not None:
            self._notices.restore(state.notices)
        if self._handovers is not None:
            self._handovers.restore(state.handovers)
        if self._warnings is not None:
            self._warnings.restore(state.warnings)
        self.exercises.restore(state.training)
        self.units.restore(state.units)
        self.calls.restore(state.calls)
        after, seen = dict(state.after), dict(state.seen)
        for position, signal in state.undecided:
            self._undecided[position] = _Open(signal, seen.get(position), after=after.get(position))
            if position not in seen:
                self._unobserved.add(position, signal)


def _account_of(decision: Decision, facts: Sequence[OnIncident]) -> AccountKey | None:
    """Whose incidents the facts changed, for the draft."""
    for fact in facts:
        if type(fact) is Opened:
            return fact.account
    return decision.account
