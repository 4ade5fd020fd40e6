"""The one door for signals: second net of minimising, sealing, the journal - and only then a receipt.

A repeat of an arrival gets the receipt of the first one, also while that is still on its way to the disk. Polls pass
by the journal (RULES 3): they only tell supervision that a path lives.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

import structlog
from msgspec import Struct

from belfry.centre.replay import Replay
from belfry.centre.seals import Seals
from belfry.domain.facts import APPEND_MAX_ENTRIES, Entry, Part, Received, Retention, Sealed, account_subject
from belfry.domain.own_faults import Why
from belfry.domain.signal import AccountKey, Arrival, Method, Poll, Receipt, Signal
from belfry.ports import Accounts, Chance, Clock, Full, Journal, KeyStore, KeysUnavailable, Unusable
from belfry.safeguards.minimise import minimise
from belfry.safeguards.tags import frame_tag

log = structlog.get_logger()

DAY: Final = timedelta(days=1)


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


class Intake:
    """Implements `ports.Intake`. `prepare` must have run, and `new_day` runs before midnight UTC."""

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
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._journal, self._accounts, self._seals, self._keys = journal, accounts, seals, keys
        self._replay, self._on_poll, self._is_keyed = replay, on_poll, is_keyed
        self._clock, self._chance = clock, chance
        self._day_keys: dict[date, bytes] = {}
        self._under_way: dict[bytes, Future[Receipt]] = {}
        """Named and authenticated arrivals that the disk does not have yet, by tag."""
        self._newest: dict[AccountKey, tuple[bytes, Future[Receipt]]] = {}
        """The latest frame of an account, while the disk does not have it yet."""
        self._sealing: set[asyncio.Task[None]] = set()
        self._preparing: asyncio.Task[None] | None = None
        self.refusing: Refusing | None = None
        """Nothing can be kept, as far as is known; None while it can. `resume` ends it, not what happens to fit."""

    async def prepare(self) -> None:
        """Have the tag keys of yesterday, today and tomorrow at hand."""
        today = self._clock().date()
        days = [today - DAY, today, today + DAY]
        self._day_keys = {day: await self._keys.daily(day.isoformat()) for day in days}

    def poll(self, poll: Poll) -> None:
        self._on_poll(poll)

    def keyed(self, account: AccountKey) -> bool:
        return self._is_keyed(account)

    def deliver(self, arrival: Arrival) -> Future[Receipt]:
        """Keep an arrival; resolves with its receipt once it is durable, or raises the journal's error."""
        now = self._clock()
        key = _account_key(arrival.signals[-1])  # the one that carries the tag
        marks = self._marks(arrival, key, now)
        known = self._known(marks, key, now)
        if known is not None:
            return known
        answer: Future[Receipt] = asyncio.get_running_loop().create_future()
        self._note(marks, key, answer)
        signals = [minimise(signal) for signal in arrival.signals]
        if any(_personal(signal) for signal in signals):
            task = asyncio.create_task(self._seal_and_keep(signals, marks, answer))
            self._sealing.add(task)
            task.add_done_callback(self._sealing.discard)
        else:
            self._keep(signals, [()] * len(signals), marks, answer)
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
        while self._sealing:
            await asyncio.wait(self._sealing)

    # -- repeats

    def _known(self, marks: "_Marks", key: AccountKey | None, now: datetime) -> Future[Receipt] | None:
        """The receipt of the arrival that this one repeats, also while that is on its way to the disk."""
        if not marks.tags:
            return None
        under_way = self._under_way.get(marks.exact) or (self._under_way.get(marks.tag) if marks.named else None)
        if under_way is not None:
            return _shared(under_way)
        if marks.named:
            return _again(self._replay.named(marks.tags, now))
        position = self._replay.exact(marks.exacts, now) if marks.exacts else None
        if position is None and key is not None:
            newest = self._newest.get(key)
            if newest is not None:  # only the account's latest frame may repeat; this one is not stored yet
                return _shared(newest[1]) if newest[0] == marks.tag else None
            position = self._replay.latest(key, marks.tags, now)
        return _again(position)

    def _note(self, marks: "_Marks", key: AccountKey | None, answer: Future[Receipt]) -> None:
        """Remember an arrival while it is on its way to the disk."""
        if not marks.tags:
            return
        if marks.named or marks.exact:
            tag = marks.exact or marks.tag
            self._under_way[tag] = answer
            answer.add_done_callback(lambda _: self._under_way.pop(tag, None))
        if key is not None and not marks.named:
            self._newest[key] = (marks.tag, answer)
            answer.add_done_callback(lambda done: self._forget_newest(key, done))

    def _forget_newest(self, key: AccountKey, done: Future[Receipt]) -> None:
        newest = self._newest.get(key)
        if newest is not None and newest[1] is done:
            del self._newest[key]

    def _marks(self, arrival: Arrival, key: AccountKey | None, now: datetime) -> "_Marks":
        named = _is_named(arrival)
        if named:
            since = now - DAY
        else:
            since = (self._replay.latest_at(key) if key is not None else None) or now
        return _Marks(
            tags=self._tags(arrival.identity, since, now),
            exacts=self._tags(arrival.exact, now - self._replay.exact_for, now),
            named=named,
            source=self._source(arrival, key, now),
        )

    def _tags(self, material: bytes | None, since: datetime, now: datetime) -> tuple[bytes, ...]:
        """The tags of some material under the keys of today and, where `since` reaches back, of yesterday."""
        today = now.date()
        key = self._day_keys.get(today)
        if material is None:
            return ()
        if key is None:  # a clock that jumped: nothing is lost, but no repeat can be told before the key is here
            self._prepare_soon()
            return ()
        tag = frame_tag(key, material)
        if since.date() >= today:
            return (tag,)
        yesterday = self._day_keys.get(today - DAY)
        return (tag,) if yesterday is None else (tag, frame_tag(yesterday, material))

    def _prepare_soon(self) -> None:
        if self._preparing is None or self._preparing.done():
            self._preparing = asyncio.create_task(self.prepare())

    def _source(self, arrival: Arrival, key: AccountKey | None, now: datetime) -> bytes:
        tag_key = self._day_keys.get(now.date())
        if arrival.source is None or key is None or tag_key is None or self._accounts.by_key(key) is not None:
            return b""
        return frame_tag(tag_key, arrival.source.encode())[:6]

    # -- keeping

    async def _seal_and_keep(self, signals: Sequence[Signal], marks: "_Marks", answer: Future[Receipt]) -> None:
        try:
            parts = [_personal(signal) for signal in signals]
            boxes = iter(await self._seals.seal([part for listed in parts for part in listed]))
            sealed = [tuple(next(boxes) for _ in listed) for listed in parts]
        except Exception as error:  # whatever failed, nothing was kept, and the wire must not be answered
            self._not_kept(error, signals[-1].method)
            if not answer.done():
                answer.set_exception(error)
            return
        self._keep(signals, sealed, marks, answer)

    def _keep(
        self, signals: Sequence[Signal], sealed: Sequence[tuple[Sealed, ...]], marks: "_Marks", answer: Future[Receipt]
    ) -> None:
        last = len(signals) - 1
        received = [
            self._received(signal, boxes, marks if n == last else _NO_MARKS, n)
            for n, (signal, boxes) in enumerate(zip(signals, sealed, strict=True))
        ]
        entries = [
            Entry(id=self._chance(16), subject=_subject(fact), at=fact.received_at, facts=(fact,)) for fact in received
        ]
        for start in range(0, len(entries), APPEND_MAX_ENTRIES):
            chunk = entries[start : start + APPEND_MAX_ENTRIES]
            final = start + APPEND_MAX_ENTRIES >= len(entries)
            kept = self._journal.append(chunk)
            kept.add_done_callback(partial(self._kept, received[-1], answer if final else None, len(entries)))

    def _kept(self, last: Received, answer: Future[Receipt] | None, total: int, kept: "Future[Sequence[int]]") -> None:
        error = kept.exception()
        if error is not None and answer is not None:  # one of several appends is told by the last of them
            self._not_kept(error, last.method)
        if answer is None or answer.done():
            return
        if error is not None:
            answer.set_exception(error)
            return
        position = kept.result()[-1]
        self._replay.remember(position, last)
        answer.set_result(Receipt(position - total + 1))

    def _not_kept(self, error: BaseException, method: Method) -> None:
        if not isinstance(error, Exception):
            return
        self.refuse(error)
        if self.refusing is not None and method is not Method.SYSTEM:
            self.refusing.count += 1

    def _received(self, signal: Signal, sealed: tuple[Sealed, ...], marks: "_Marks", repeats: int) -> Received:
        return Received(
            method=signal.method,
            receiver=signal.receiver,
            received_at=signal.received_at,
            occurred_at=signal.occurred_at,
            prefix=signal.prefix,
            account=signal.account,
            account_id=self._account_id(signal),
            area=signal.area,
            zone=signal.zone,
            wire=signal.wire,
            code=signal.code,
            category=signal.category,
            subtype=signal.subtype,
            state=signal.state,
            kind=signal.kind,
            part=signal.part,
            count=signal.count,
            path=signal.path,
            authenticated=signal.authenticated,
            previous=signal.previous,
            quirks=signal.quirks,
            by=signal.by,
            sealed=sealed,
            tag=marks.tag,
            exact_tag=marks.exact,
            named=marks.named,
            timed=bool(marks.tag) and signal.occurred_at is not None and not signal.authenticated,
            repeats=repeats if marks.tag else 0,
            source=marks.source,
        )

    def _account_id(self, signal: Signal) -> str | None:
        if signal.site is not None:
            return signal.site
        key = _account_key(signal)
        account = None if key is None else self._accounts.by_key(key)
        return None if account is None else account.id


class _Marks:
    """What tells a repeat of an arrival. `tags` and `exacts` under today's key first; what is kept is today's."""

    __slots__ = ("exact", "exacts", "named", "source", "tag", "tags")

    def __init__(
        self,
        *,
        tags: tuple[bytes, ...] = (),
        exacts: tuple[bytes, ...] = (),
        named: bool = False,
        source: bytes = b"",
    ) -> None:
        self.tags, self.exacts, self.named, self.source = tags, exacts, named, source
        self.tag = tags[0] if tags else b""
        self.exact = exacts[0] if exacts else b""


_NO_MARKS = _Marks()


def _is_named(arrival: Arrival) -> bool:
    return arrival.identity is not None and arrival.identity.startswith(b"idem")


def _account_key(signal: Signal) -> AccountKey | None:
    return None if signal.account is None else AccountKey(signal.receiver, signal.prefix, signal.account)


def _subject(fact: Received) -> str:
    key = fact.account_key
    return f"method/{fact.method}" if key is None else account_subject(key)


def _personal(signal: Signal) -> Sequence[tuple[Part, Retention, str]]:
    """The personal parts of a signal, each with the class of its retention."""
    if (
        signal.user is None
        and signal.text is None
        and signal.position is None
        and signal.place_text is None
        and signal.caller is None
    ):
        return ()
    equipment = signal.method is Method.EQUIPMENT
    parts: list[tuple[Part, Retention, str]] = []
    if signal.user is not None:
        parts.append((Part.USER, Retention.SIGNAL, signal.user))
    if signal.text is not None:
        parts.append(
            (Part.ZONE_TEXT, Retention.SIGNAL, signal.text)
            if equipment
            else (Part.NOTE, Retention.INCIDENT, signal.text)
        )
    if signal.position is not None:
        where = f"{signal.position.latitude:.6f},{signal.position.longitude:.6f}"
        parts.append((Part.POSITION, Retention.SIGNAL if equipment else Retention.INCIDENT, where))
    if signal.place_text is not None:
        parts.append((Part.PLACE, Retention.INCIDENT, signal.place_text))
    if signal.caller is not None:
        said = "\n".join(part for part in (signal.caller.name, signal.caller.number) if part)
        parts.append((Part.CALLER, Retention.CALLER, said))
    return parts


def _again(position: int | None) -> Future[Receipt] | None:
    """The receipt of an arrival that is on the disk."""
    if position is None:
        return None
    answer: Future[Receipt] = asyncio.get_running_loop().create_future()
    answer.set_result(Receipt(position, repeated=True))
    return answer


def _shared(under_way: Future[Receipt]) -> Future[Receipt]:
    """A receipt of one's own for the same arrival; giving up on it leaves the first one alone."""
    answer: Future[Receipt] = asyncio.get_running_loop().create_future()

    def resolve(done: Future[Receipt]) -> None:
        if answer.done():
            return
        error = done.exception()
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(Receipt(done.result().position, repeated=True))

    under_way.add_done_callback(resolve)
    return answer
