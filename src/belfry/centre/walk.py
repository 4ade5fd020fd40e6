"""The corridor: follows the journal, keeps board and live state folded, has every signal settled by triage.

At the start it folds what is stored, up to the journal's head, and settles what was left open. Then it goes on with
what arrives. A signal is settled once its `Opened`, `Joined` or `Logged` is durable; a crash before that means that
the next start settles it. Writes about an incident name the entry they have seen (`expect`); whoever comes late reads
again and decides again.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar

import msgspec
import structlog

from belfry.centre.board import Board, BoardState
from belfry.centre.draft import Draft
from belfry.centre.replay import Replay, ReplayState
from belfry.centre.triage import Triage
from belfry.domain.condition import Condition
from belfry.domain.facts import (
    Downtime,
    Entry,
    Erased,
    Joined,
    Logged,
    OnIncident,
    Opened,
    Received,
    Started,
    incident_subject,
)
from belfry.domain.signal import AccountKey
from belfry.ports import Chance, Clock, Expect, Full, Journal, JournalError, Pruned, Stale, Stored

log = structlog.get_logger()

_T = TypeVar("_T")

BATCH_MOST: Final = 512
"""Signals settled at once; a fuller batch would let the first one wait for the last. Fits one append many times."""

FACTS_IN_ENTRY: Final = 64
"""Facts of one entry; 64 of at most 1 000 bytes stay below the journal's 65 535."""

RETRY_AFTER_FULL_S: Final = 1.0
"""How long triage waits before it tries a full disk again. Intake refuses meanwhile, so nothing piles up."""


class WalkState(msgspec.Struct):
    """A snapshot of everything that is folded, as of `position`."""

    position: int
    board: BoardState
    conditions: list[tuple[AccountKey, Condition]]
    replay: ReplayState
    undecided: list[tuple[int, Received]]


@dataclass(slots=True)
class _Open:
    """A signal that is not settled yet."""

    signal: Received
    observed: bool = False


@dataclass(slots=True)
class _Write:
    """What is to be stored about one incident, and for which signals."""

    subject: str
    incident: str | None
    expect: Expect | None
    facts: list[OnIncident | Logged] = field(default_factory=list)
    signals: list[int] = field(default_factory=list)
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
    ) -> None:
        self._journal, self._board, self._triage, self._replay = journal, board, triage, replay
        self._heard, self._clock, self._chance = heard, clock, chance
        self._undecided: dict[int, _Open] = {}
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
            self._board.position = self.position
            if self.live.is_set():
                await self._settle()
            elif self.position >= head:
                await self._go_live()

    async def _go_live(self) -> None:
        await self._settle()
        self._board.forget(self._clock())
        self.live.set()

    # -- folding

    def _fold(self, stored: Stored | Pruned) -> None:
        self.position = stored.position
        if isinstance(stored, Pruned):
            return
        on_incident = False
        for fact in stored.entry.facts:
            match fact:
                case Received():
                    self._receive(stored.position, fact)
                case Opened() | Joined():
                    self._undecided.pop(fact.signal.position, None)
                    on_incident = True
                case Logged():
                    self._undecided.pop(fact.signal, None)
                case Started() | Downtime() | Erased():
                    pass
                case _:
                    on_incident = True
        if on_incident:
            self._board.fold(stored.position, stored.entry)

    def _receive(self, position: int, signal: Received) -> None:
        observed = not self.live.is_set()
        if observed:
            self._triage.observe(position, signal)
            self._replay.remember(position, signal)
        self._undecided[position] = _Open(signal, observed)
        self._heard(position, signal)

    # -- settling

    async def _settle(self) -> None:
        while self._undecided:
            writes = self._decide(Draft(self._board))
            under_way = [(write, self._send(write)) for write in writes]
            await self._take_stock([(write, await self._stored(write, sent)) for write, sent in under_way])

    def _decide(self, draft: Draft) -> Sequence[_Write]:
        writes: dict[str, _Write] = {}
        for position, waiting in islice(self._undecided.items(), BATCH_MOST):
            decided = self._triage.decide(position, waiting.signal, draft, observed=waiting.observed)
            waiting.observed = True
            for number, fact in enumerate(decided):
                write = self._write_of(writes, fact)
                write.facts.append(fact)
                if number == 0:  # the first fact settles the signal, the others are beside it
                    write.signals.append(position)
            on_incidents = [fact for fact in decided if not isinstance(fact, Logged)]
            if on_incidents:
                draft.note(_account_of(waiting.signal, on_incidents), on_incidents, waiting.signal.received_at)
        return list(writes.values())

    def _write_of(self, writes: dict[str, _Write], fact: OnIncident | Logged) -> _Write:
        if isinstance(fact, Logged):
            subject, incident = "triage", None
        else:
            subject, incident = incident_subject(fact.incident), fact.incident
        known = writes.get(subject)
        if known is None:
            known = writes[subject] = _Write(subject, incident, self._expect(incident))
        return known

    def _expect(self, incident: str | None) -> Expect | None:
        """A new incident is named after its signal's position, so nobody else can have written to it."""
        known = None if incident is None else self._board.get(incident)
        return None if known is None else Expect(incident_subject(known.id), known.head)

    def _send(self, write: _Write) -> "Future[Sequence[int]]":
        now = self._clock()
        write.entries = [
            Entry(id=self._chance(16), subject=write.subject, at=now, facts=tuple(facts))
            for facts in _chunks(write.facts, FACTS_IN_ENTRY)
        ]
        return self._journal.append(write.entries, write.expect)

    async def _stored(self, write: _Write, sent: "Future[Sequence[int]]") -> JournalError | None:
        """Wait for the disk, fold what it has; returns why it has it not."""
        try:
            positions = await sent
        except JournalError as error:
            return error
        if write.incident is not None:
            for position, entry in zip(positions, write.entries, strict=True):
                self._board.fold(position, entry)
        for signal in write.signals:
            self._undecided.pop(signal, None)
        return None

    async def _take_stock(self, outcomes: Iterable[tuple[_Write, JournalError | None]]) -> None:
        full = False
        for write, error in outcomes:
            match error:
                case None:
                    pass
                case Stale():
                    await self._read_again(write)
                case Full():
                    full = True
                case _:
                    raise error
        if full:
            log.warning("journal full, triage waits", signals=len(self._undecided))
            await asyncio.sleep(RETRY_AFTER_FULL_S)

    async def _read_again(self, write: _Write) -> None:
        """Somebody wrote first: fold what he wrote. The signals stay undecided, what stood beside is written anew."""
        for stored in await self._journal.read(write.subject):
            if isinstance(stored, Stored):
                self._board.fold(stored.position, stored.entry)
        beside = [
            fact for fact in write.facts if not isinstance(fact, Opened | Logged) and _source(fact) not in write.signals
        ]
        incident = None if write.incident is None else self._board.get(write.incident)
        if beside and incident is not None and incident.open:
            again = _Write(write.subject, write.incident, self._expect(write.incident), list(beside))
            error = await self._stored(again, self._send(again))
            if error is not None:
                await self._take_stock([(again, error)])

    # -- snapshot

    def state(self) -> WalkState:
        return WalkState(
            position=self.position,
            board=self._board.state(),
            conditions=list(self._triage.conditions.items()),
            replay=self._replay.state(),
            undecided=[(position, waiting.signal) for position, waiting in self._undecided.items()],
        )

    def restore(self, state: WalkState) -> None:
        """Begin from a snapshot; only before `run`."""
        self.position = state.position
        self._board.restore(state.board)
        self._triage.conditions.update(state.conditions)
        self._replay.restore(state.replay)
        self._undecided.update((position, _Open(signal, observed=True)) for position, signal in state.undecided)


def _chunks(items: Sequence[_T], size: int) -> Iterable[Sequence[_T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _account_of(signal: Received, facts: Sequence[OnIncident]) -> AccountKey | None:
    """Whose incidents the facts changed, for the draft."""
    for fact in facts:
        if isinstance(fact, Opened):
            return fact.account
    return signal.account_key


def _source(fact: OnIncident) -> int | None:
    return fact.signal.position if isinstance(fact, Joined) else None
