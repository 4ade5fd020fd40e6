"""The one door for signals: second net of minimising, sealing, the journal - and only then a receipt.

A repeat of an arrival gets the receipt of the first one, also while that is still on its way to the disk. What comes in
one turn of the loop goes to the journal together, as far as one append holds it. Polls pass by the journal (RULES 3):
they only tell supervision that a path lives.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from msgspec import Struct

from belfry.centre.marks import DAY, NO_MARKS, Marker, Marks, is_named
from belfry.centre.received import account_key, as_received, personal, subject
from belfry.centre.replay import Replay
from belfry.centre.seals import Seals
from belfry.centre.sources import Sources
from belfry.domain.facts import APPEND_MAX_ENTRIES, Entry, Received, Sealed
from belfry.domain.own_faults import Why
from belfry.domain.signal import AccountKey, Arrival, Method, Poll, Receipt, Signal
from belfry.domain.site import Account
from belfry.ports import Accounts, Chance, Clock, Full, Journal, KeyStore, KeysUnavailable, Refused, Unusable
from belfry.safeguards.minimise import is_bare, minimise

log = structlog.get_logger()

ID_BYTES: Final = 16


class Refusing(Struct):
    """Since when nothing can be kept, why, and how many deliveries got no receipt since."""

    since: datetime
    why: Why
    count: int = 0


def _why(error: Exception) -> Why | None:
    """Which store failed, and how; None: none did."""
    match error:
        case Full():
            return Why.FULL
        case Unusable():
            return Why.FAILED
        case KeysUnavailable():
            return Why.KEYS
        case _:
            return None


class _Waiting(Struct, eq=False):
    """An arrival on its way to the disk, and whoever waits for it."""

    signals: Sequence[Signal]
    is_private: bool
    """Has parts to be sealed."""
    key: AccountKey | None
    """The account of its last signal, which carries the marks."""
    account_id: str | None
    marks: Marks
    answer: Future[Receipt]
    sealed: Sequence[tuple[Sealed, ...]] | None = None
    last: Received | None = None
    """The fact of its last signal."""
    end: int = 0
    """Where that stands in its append."""
    repeated: list[Future[Receipt]] | None = None
    """Those who delivered the same meanwhile."""


class Intake:
    """Implements `ports.Intake`. `prepare` must have run, and runs again before midnight UTC."""

    def __init__(
        self,
        *,
        journal: Journal,
        accounts: Accounts,
        seals: Seals,
        keys: KeyStore,
        replay: Replay,
        on_poll: Callable[[Poll], None],
        is_keyed: Callable[[AccountKey], bool],
        behind: Callable[[], int] = lambda: 0,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._journal, self._accounts, self._seals = journal, accounts, seals
        self._replay, self._on_poll, self._is_keyed = replay, on_poll, is_keyed
        self._behind = behind
        self._clock, self._chance = clock, chance
        self._marker = Marker(keys, clock)
        self._sources = Sources()
        self._now = clock()
        self._gathered: list[_Waiting] = []
        """What came in this turn of the loop, at `_now`."""
        self._under_way: dict[bytes, _Waiting] = {}
        """Named and authenticated arrivals that the disk does not have yet, by tag."""
        self._newest: dict[AccountKey, _Waiting] = {}
        """The latest frame of an account, while the disk does not have it yet."""
        self._sealing: set[asyncio.Task[None]] = set()
        self.refusing: Refusing | None = None
        """Nothing can be kept, as far as is known; None while it can. `resume` ends it, not what happens to fit."""

    async def prepare(self) -> None:
        """Have the tag keys of yesterday, today and tomorrow at hand."""
        await self._marker.prepare()

    def beat(self) -> None:
        """To be called every second: tells a sleep, and a clock that was set, from a panel that said nothing."""
        self._replay.beat(self._clock())

    def poll(self, poll: Poll) -> None:
        if poll.source is not None and (known := self._accounts.by_key(poll.account)) is not None:
            self._sources.note(poll.source, known.id, poll.at)
        self._on_poll(poll)

    def keyed(self, account: AccountKey) -> bool:
        return self._is_keyed(account)

    def backlog(self) -> int:
        return self._behind()

    def deliver(self, arrival: Arrival) -> Future[Receipt]:
        """Keep an arrival; resolves with its receipt once it is durable, or raises the journal's error."""
        loop = asyncio.get_running_loop()
        if not self._gathered:
            self._now = self._clock()
        now = self._now
        key = account_key(arrival.signals[-1])  # the one that carries the tag
        known = None if key is None else self._accounts.by_key(key)
        near = self._near(arrival, key, known, now)
        marks = self._marks(arrival, key, now, near)
        answer: Future[Receipt] = loop.create_future()
        if marks.tag and self._is_repeat(marks, key, now, answer):
            return answer
        signals, is_private = arrival.signals, False
        if not all(map(is_bare, signals)):
            signals = tuple(map(minimise, signals))
            is_private = any(map(personal, signals))
        waiting = _Waiting(signals, is_private, key, None if known is None else known.id, marks, answer)
        self._note(waiting)
        if not self._gathered:
            loop.call_soon(self._hand_over)
        self._gathered.append(waiting)
        return answer

    def refuse(self, error: Exception) -> None:
        """Take note that something could not be kept for want of a store. A mistake of the caller is none of that."""
        why = _why(error)
        if why is None:
            log.error("an append was refused", why=str(error))
        elif self.refusing is None:
            self.refusing = Refusing(self._clock(), why)
            log.error("signals are refused, nothing of them is kept", why=str(error))
        else:
            self.refusing.why = why

    def resume(self) -> None:
        """The stores have been seen to keep things again, with room to spare."""
        self.refusing = None

    async def settle(self) -> None:
        """Wait for what is being sealed; called before the journal closes."""
        self._hand_over()
        while self._sealing:
            await asyncio.wait(self._sealing)

    # -- repeats

    def _near(
        self, arrival: Arrival, key: AccountKey | None, known: Account | None, now: datetime
    ) -> tuple[str, ...] | None:
        """The registered accounts that were heard from the address of an unknown one; None: it is registered."""
        source = arrival.source
        if known is not None and source is not None:
            self._sources.note(source, known.id, now)
        if known is not None or key is None:
            return None
        return () if source is None else self._sources.near(source, now)

    def _marks(self, arrival: Arrival, key: AccountKey | None, now: datetime, near: tuple[str, ...] | None) -> Marks:
        if is_named(arrival.identity):
            since = now - DAY
        else:
            since = (None if key is None else self._replay.latest_at(key)) or now
        exact_since = now if arrival.exact is None else now - self._replay.exact_for
        return self._marker.marks(arrival, now, since=since, exact_since=exact_since, near=near)

    def _is_repeat(self, marks: Marks, key: AccountKey | None, now: datetime, answer: Future[Receipt]) -> bool:
        """Whether an arrival came before, on the disk or on its way there: then `answer` gets the same receipt."""
        waiting = position = None
        if marks.named:
            waiting = self._under_way.get(marks.tag)
            position = self._replay.named(marks.tags, now)
        else:
            if marks.exact:
                waiting = self._under_way.get(marks.exact)
                position = self._replay.exact(marks.exacts, now)
            if waiting is None and position is None and key is not None:
                newest = self._newest.get(key)
                if newest is None:
                    position = self._replay.latest(key, marks.tags, now)
                elif newest.marks.tag == marks.tag:  # only the account's latest frame may repeat; it is not stored yet
                    waiting = newest
        if waiting is not None:
            if waiting.repeated is None:
                waiting.repeated = []
            waiting.repeated.append(answer)
        elif position is not None:
            answer.set_result(Receipt(position, repeated=True))
        return waiting is not None or position is not None

    def _note(self, waiting: _Waiting) -> None:
        """Remember an arrival while it is on its way to the disk."""
        marks = waiting.marks
        if not marks.tag:
            return
        if marks.named:
            self._under_way[marks.tag] = waiting
            return
        if marks.exact:
            self._under_way[marks.exact] = waiting
        if waiting.key is not None:
            self._newest[waiting.key] = waiting

    def _forget(self, waiting: _Waiting) -> None:
        marks, key = waiting.marks, waiting.key
        if marks.named or marks.exact:
            self._under_way.pop(marks.exact or marks.tag, None)
        if key is not None and self._newest.get(key) is waiting:
            del self._newest[key]

    # -- keeping

    def _hand_over(self) -> None:
        """Send what has gathered on its way: to the journal, or first to be sealed."""
        gathered, self._gathered = self._gathered, []
        bare: list[_Waiting] = []
        private: list[_Waiting] = []
        for waiting in gathered:
            (private if waiting.is_private else bare).append(waiting)
        if private:
            task = asyncio.create_task(self._seal_and_keep(private))
            self._sealing.add(task)
            task.add_done_callback(self._sealing.discard)
        if bare:
            self._keep(bare)

    async def _seal_and_keep(self, batch: Sequence[_Waiting]) -> None:
        try:
            parts = [personal(signal) for waiting in batch for signal in waiting.signals]
            boxes = iter(await self._seals.seal([part for listed in parts for part in listed]))
            sealed = iter([tuple(next(boxes) for _ in listed) for listed in parts])
        except Exception as error:  # whatever failed, nothing was kept, and the wire must not be answered
            for waiting in batch:
                self._lose(waiting, error)
            return
        for waiting in batch:
            waiting.sealed = [next(sealed) for _ in waiting.signals]
        self._keep(batch)

    def _keep(self, batch: Sequence[_Waiting]) -> None:
        """Append arrivals: each whole, as many together as one append takes; one that is longer takes several."""
        try:
            self._append_all(batch)
        except Exception as error:  # a mistake of ours: nobody waits for ever, and it is loud
            for waiting in batch:
                self._lose(waiting, error)
            raise

    def _append_all(self, batch: Sequence[_Waiting]) -> None:
        together: list[_Waiting] = []
        entries: list[Entry] = []
        ids = _cut(self._chance(ID_BYTES * sum(len(waiting.signals) for waiting in batch)))
        for waiting in batch:
            if entries and len(entries) + len(waiting.signals) > APPEND_MAX_ENTRIES:
                self._append(entries, together)
                together, entries = [], []
            entries += self._entries(waiting, ids)
            while len(entries) > APPEND_MAX_ENTRIES:
                self._append(entries[:APPEND_MAX_ENTRIES], ())
                entries = entries[APPEND_MAX_ENTRIES:]
            together.append(waiting)
            waiting.end = len(entries) - 1
        self._append(entries, together)

    def _append(self, entries: Sequence[Entry], ending: Sequence[_Waiting]) -> None:
        """Append entries; `ending` are the arrivals whose last entry is among them."""
        self._journal.append(entries).add_done_callback(partial(self._kept, entries, ending))

    def _entries(self, waiting: _Waiting, ids: Iterator[bytes]) -> list[Entry]:
        signals, sealed = waiting.signals, waiting.sealed
        last = len(signals) - 1
        entries = []
        for n, signal in enumerate(signals):
            key, account_id, marks = waiting.key, waiting.account_id, waiting.marks
            if n != last:
                key = account_key(signal)
                marks = Marks(source=marks.source, near=marks.near) if marks.source else NO_MARKS
                known = None if key is None else self._accounts.by_key(key)
                account_id = None if known is None else known.id
            fact = as_received(signal, signal.site or account_id, () if sealed is None else sealed[n], marks, n)
            waiting.last = fact
            entries.append(Entry(id=next(ids), subject=subject(signal, key), at=fact.received_at, facts=(fact,)))
        return entries

    def _kept(self, entries: Sequence[Entry], ending: Sequence[_Waiting], kept: "Future[Sequence[int]]") -> None:
        error = kept.exception()
        if error is None:
            positions = kept.result()
            for waiting in ending:
                self._receive(waiting, positions[waiting.end])
        elif isinstance(error, Refused | Full) and len(ending) > 1:  # each by itself: one may be at fault, or fit
            start = 0
            for waiting in ending:
                start, its = waiting.end + 1, entries[start : waiting.end + 1]
                waiting.end = len(its) - 1
                self._append(its, (waiting,))
        else:
            for waiting in ending:
                self._lose(waiting, error)

    def _receive(self, waiting: _Waiting, position: int) -> None:
        """An arrival is on the disk; `position` is that of its last signal."""
        self._forget(waiting)
        if waiting.last is not None:
            self._replay.remember(position, waiting.last)
        first = position - len(waiting.signals) + 1
        if not waiting.answer.done():
            waiting.answer.set_result(Receipt(first))
        for repeated in waiting.repeated or ():
            if not repeated.done():
                repeated.set_result(Receipt(first, repeated=True))

    def _lose(self, waiting: _Waiting, error: BaseException) -> None:
        """An arrival could not be kept, and the wire must not be answered."""
        self._forget(waiting)
        if isinstance(error, Exception):
            self.refuse(error)
            if self.refusing is not None and waiting.signals[-1].method is not Method.SYSTEM:
                self.refusing.count += 1
        for answer in (waiting.answer, *(waiting.repeated or ())):
            if not answer.done():
                answer.set_exception(error)


def _cut(chance: bytes) -> Iterator[bytes]:
    """Ids of entries out of one draw: asking the system for each costs more than making the rest of the entry."""
    return (chance[start : start + ID_BYTES] for start in range(0, len(chance), ID_BYTES))
