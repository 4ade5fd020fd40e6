"""Where what a call-taker enters becomes facts, and goes out while the caller is still speaking.

First the call's own entry is durable, then the signal goes out under a name made of call and entry, then that it is out
is written down. A kill in between loses nothing and says nothing twice: `look` sends what is unsaid under the same
name, and intake answers a repeat with the first receipt.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar
from weakref import WeakValueDictionary

import msgspec
import structlog

from belfry.centre.board import Board
from belfry.centre.calls.book import CallBook, CallNow
from belfry.centre.seals import Seals
from belfry.domain.call_facts import CallBegan, CallEnded, CallField, CallJoined, CallPassed, CallUpdated, HowOver
from belfry.domain.call_taking import (
    ENDED_AFTER,
    NOTHING_KNOWN,
    CallerSaid,
    CallPlace,
    Change,
    check,
    check_picked,
    judged,
)
from belfry.domain.commands import NOTE_MOST, Conflict, Staff
from belfry.domain.facts import Entry, Fact, call_subject
from belfry.domain.incident import Incident
from belfry.domain.kinds import Kinds
from belfry.domain.question_tree import Heard, danger_words, load, read_back
from belfry.domain.sealed import Part, Retention, Sealed
from belfry.domain.signal import API_PATH, Arrival, Caller, Method, OfCall, Position, Receipt, Signal
from belfry.ports import Chance, Clock, Expect, Journal, JournalError, KeysUnavailable, Stale, Stored

log = structlog.get_logger()

TRIES: Final = 8
OPEN_MOST: Final = 20
"""Calls that one person may have in progress; more is a script."""
RECEIVER: Final = "api"

Deliver = Callable[[Arrival], Awaitable[Receipt]]
T = TypeVar("T")


class NoSuchCall(LookupError): ...


class Elsewhere(Conflict):
    """Another tab said something of the same field since."""


class CallDesk:
    """`book` is folded by the walk; this folds what it writes at once. `deliver` is intake's door."""

    def __init__(
        self,
        book: CallBook,
        board: Board,
        journal: Journal,
        seals: Seals,
        deliver: Deliver,
        *,
        kinds: Kinds,
        language: str,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self.book, self._board, self._journal, self._seals, self._deliver = book, board, journal, seals, deliver
        self._kinds, self._language, self._clock, self._chance = kinds, language, clock, chance
        self._acting: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.news: list[Callable[[CallNow], None]] = []

    # -- taking

    async def begin(self, by: Staff) -> CallNow:
        """Raises Conflict, or a JournalError."""
        if sum(one.by == by.name for one in self.book.open()) >= OPEN_MOST:
            raise Conflict(f"You have {OPEN_MOST} calls in progress: end one first")
        call = f"c{self._chance(8).hex()}"
        entry = self._entry(call, CallBegan(call=call, by=by.name))
        (position,) = await self._journal.append([entry], Expect(entry.subject, 0))
        return self._folded(position, entry)

    async def change(self, call: str, change: Change, by: Staff, *, seen: int) -> CallNow:
        """Take what was said anew; `seen` is the entry that the screen shows. Raises NoSuchCall, Elsewhere, Conflict,
        Invalid, or what the stores raise."""
        check(change, self._kinds)
        self._own(call, by)
        sealed = await self._sealed(change)
        why: tuple[Sealed, ...] = ()
        if change.judges and change.reason and change.reason.strip():
            why = await self._seals.seal([(Part.NOTE, Retention.INCIDENT, change.reason.strip())])

        def decide(now: CallNow) -> Sequence[Fact]:
            if not now.open:
                raise Conflict("The call is over")
            late = [field for field in change.fields if now.changed.get(field, 0) > seen]
            if late:
                raise Elsewhere(f"{late[0]} was changed elsewhere since")
            tree, answers = _asked(change, now)
            check_picked(change, load().tree(tree), answers)
            return [self._updated(now, change, by, sealed, why)] if change.fields else []

        return await self._try_out(await self._write(call, decide))

    async def join(self, call: str, incident: str | None, by: Staff) -> CallNow:
        """Say that a call of which nothing is out is about an open incident, or after all not. Raises as `change`."""
        self._own(call, by)

        def decide(now: CallNow) -> Sequence[Fact]:
            if not now.open:
                raise Conflict("The call is over")
            if now.first is not None:
                raise Conflict("It is out already: merge its incident")
            return [CallJoined(call=call, by=by.name, incident=incident)] if now.into != incident else []

        return await self._try_out(await self._write(call, decide))

    async def end(self, call: str, how: HowOver, by: Staff | None) -> CallNow:
        """End a call; whatever is known of it goes out, also of one that hung up at once. The same again changes
        nothing. Raises NoSuchCall, Conflict, or what the stores raise."""
        if by is not None:
            self._own(call, by)

        def decide(now: CallNow) -> Sequence[Fact]:
            if not now.open:
                return []
            if how is HowOver.MISTAKE and (now.said or now.first is not None):
                raise Conflict("Something was said already: end it as a call")
            return [CallEnded(call=call, how=how, by=None if by is None else by.name)]

        return await self._try_out(await self._write(call, decide))

    # -- what nobody does

    async def look(self) -> None:
        """Send what a kill left unsaid, and end calls that nobody touches. Raises what the stores raise."""
        for one in self.book.unsaid():
            await self._out(one)
        now = self._clock()
        self.book.forget(now)
        for one in self.book.open():
            if now - one.touched_at >= ENDED_AFTER:
                how = HowOver.IDLE if one.said else HowOver.MISTAKE
                log.info("a call is ended by itself", call=one.call, how=str(how))
                await self.end(one.call, how, None)

    # -- reading

    def incident_of(self, call: CallNow) -> Incident | None:
        """The incident that tells of a call, as far as the board knows it yet."""
        own = None if call.first is None else self._board.get(f"i{call.first}")
        return own or (None if call.into is None else self._board.get(call.into))

    def heard(self, call: CallNow) -> Heard:
        """Where the call stands in its tree."""
        return judged(load().tree(call.tree), call.picked, dict(call.answers), call.override, self._kinds).heard

    async def words(self, call: CallNow) -> tuple[CallPlace | None, CallerSaid | None, str | None]:
        """Place, caller and note; None too where they are erased. Raises what the key store raises."""
        fields = list(call.parts)
        opened = await self._seals.open_each([(call.parts[field],) for field in fields])
        said = {field: next(iter(texts.values()), None) for field, texts in zip(fields, opened, strict=True)}
        place, caller, note = (said.get(one) for one in (CallField.PLACE, CallField.CALLER, CallField.NOTE))
        return (
            None if place is None else msgspec.json.decode(place, type=CallPlace),
            None if caller is None else msgspec.json.decode(caller, type=CallerSaid),
            note,
        )

    def _own(self, call: str, by: Staff) -> CallNow:
        known = self.book.get(call)
        if known is None or known.by != by.name:
            raise NoSuchCall(call)
        return known

    # -- out

    async def _try_out(self, call: CallNow) -> CallNow:
        """What was said is kept, whatever comes of this: a store that fails now is tried again by `look`."""
        try:
            return await self._out(call)
        except (JournalError, KeysUnavailable) as error:
            log.warning("a call is not passed on yet", call=call.call, error=repr(error))
            return self.book.get(call.call) or call

    async def _out(self, call: CallNow) -> CallNow:
        """Have what is unsaid go out, and write down that it is."""
        if not call.unsaid:
            return call
        async with self._acting.setdefault(call.call, asyncio.Lock()):
            now = self.book.get(call.call) or call
            while now.unsaid:
                upto = max(now.said, now.passed)
                signal = await self._signal(now)
                receipt = await self._deliver(Arrival(signals=(signal,), identity=f"call/{now.call}/{upto}".encode()))
                told = CallPassed(
                    call=now.call,
                    upto=upto,
                    signal=receipt.position,
                    kind=signal.kind or NOTHING_KNOWN,
                    priority=self._priority(now),
                )
                now = await self._append(now.call, lambda _, fact=told: [fact])  # type: ignore[misc]
        return now

    def _priority(self, call: CallNow) -> int:
        return call.priority or self._kinds[call.kind or NOTHING_KNOWN].priority

    async def _signal(self, call: CallNow) -> Signal:
        """What is new of a call, as intake takes it; of the first signal that is all."""
        place, caller, note = await self.words(call)
        new = {field for field, at in call.changed.items() if call.first is None or at > call.passed}
        kind = call.kind or call.told_kind or NOTHING_KNOWN
        where = place if CallField.PLACE in new else None
        is_place = where is not None and where.latitude is not None and where.longitude is not None
        who = caller if CallField.CALLER in new else None
        return Signal(
            method=Method.CALL,
            receiver=RECEIVER,
            received_at=self._clock(),
            path=API_PATH,
            authenticated=True,
            kind=kind,
            site=call.site,
            by=call.by,
            text=self._said(call, note, new, await self._why(call)),
            place_text=None if where is None else where.text,
            position=Position(where.latitude, where.longitude)  # type: ignore[arg-type]
            if is_place and where is not None
            else None,
            caller=None if who is None else Caller(who.name, who.number),
            of_call=OfCall(
                call=call.call,
                into=call.into,
                first=call.first,
                was=call.told_kind,
                was_priority=call.told_priority,
                priority=self._priority(call),
                by_hand=call.override is not None,
            ),
        )

    async def _why(self, call: CallNow) -> str | None:
        """Why kind or priority was judged otherwise, where that is not out yet."""
        if call.why_at <= call.passed or (call.picked is None and call.override is None):
            return None
        return (await self._seals.open(call.why)).get(Part.NOTE)

    def _said(self, call: CallNow, note: str | None, new: set[CallField], why: str | None) -> str | None:
        """The answers as they are read back, how many, the dangers, and the note: what a crew has to know."""
        lines: list[str] = []
        if new & {CallField.KIND, CallField.ANSWERS, CallField.PEOPLE, CallField.DANGERS}:
            words = {name: texts[self._language] for name, texts in load().words.items()}
            lines += read_back(load().tree(call.tree), self.heard(call).asked, self._language)
            if call.people is not None:
                lines.append(f"{words['people']}: {call.people}")
            dangers = danger_words((*self.heard(call).dangers, *call.dangers), self._language)
            if dangers:
                lines.append(f"{words['dangers']}: {', '.join(dangers)}")
        if why:
            lines.append(f"{load().words['why'][self._language]}: {why}")
        if note and CallField.NOTE in new:
            lines.append(note)
        return "\n".join(lines)[:NOTE_MOST] or None

    # -- writing

    def _updated(
        self, now: CallNow, change: Change, by: Staff, sealed: tuple[Sealed, ...], why: tuple[Sealed, ...]
    ) -> CallUpdated:
        tree, answers = _asked(change, now)
        picked, override = _new(change.kind, now.picked), _new(change.priority, now.override)
        worth = judged(load().tree(tree), picked, answers, override, self._kinds)
        fields = change.fields
        if tree != now.tree and CallField.ANSWERS not in fields:
            fields = (*fields, CallField.ANSWERS)
        return CallUpdated(
            call=now.call,
            by=by.name,
            changed=fields,
            tree=tree,
            picked=picked,
            answers=worth.heard.asked,
            people=_new(change.people, now.people),
            dangers=tuple(dict.fromkeys(_new(change.dangers, now.dangers))),
            help=_new(change.help, now.help),
            site=change.site if CallField.PLACE in fields else now.site,
            override=override,
            kind=worth.kind,
            priority=worth.priority,
            sealed=sealed,
            why=why,
        )

    async def _sealed(self, change: Change) -> tuple[Sealed, ...]:
        parts: list[tuple[Part, Retention, str]] = []
        if isinstance(change.place, CallPlace):
            parts.append((Part.PLACE, Retention.INCIDENT, msgspec.json.encode(change.place).decode()))
        if isinstance(change.caller, CallerSaid) and (change.caller.name or change.caller.number):
            parts.append((Part.CALLER, Retention.CALLER, msgspec.json.encode(change.caller).decode()))
        if isinstance(change.note, str) and change.note.strip():
            parts.append((Part.NOTE, Retention.INCIDENT, change.note.strip()))
        return await self._seals.seal(parts)

    async def _write(self, call: str, decide: Callable[[CallNow], Sequence[Fact]]) -> CallNow:
        async with self._acting.setdefault(call, asyncio.Lock()):
            return await self._append(call, decide)

    async def _append(self, call: str, decide: Callable[[CallNow], Sequence[Fact]]) -> CallNow:
        """One at a time; another node may be quicker. Raises NoSuchCall, what `decide` raises, or a JournalError."""
        for _ in range(TRIES):
            now = self.book.get(call)
            if now is None:
                raise NoSuchCall(call)
            facts = decide(now)
            if not facts:
                return now
            entry = self._entry(call, *facts)
            try:
                (position,) = await self._journal.append([entry], Expect(entry.subject, now.head))
            except Stale:
                for stored in await self._journal.read(entry.subject):
                    if isinstance(stored, Stored):
                        self.book.fold(stored.position, stored.entry)
                continue
            return self._folded(position, entry)
        raise Conflict("Somebody was quicker")

    def _entry(self, call: str, *facts: Fact) -> Entry:
        at: datetime = self._clock()
        return Entry(id=self._chance(16), subject=call_subject(call), at=at, facts=facts)

    def _folded(self, position: int, entry: Entry) -> CallNow:
        self.book.fold(position, entry)
        now = self.book.get(entry.subject.partition("/")[2])
        assert now is not None
        for tell in self.news:
            tell(now)
        return now


def _asked(change: Change, now: CallNow) -> tuple[str | None, Mapping[str, str]]:
    """Tree and answers once a change is made: another tree begins without any."""
    tree = _new(change.tree, now.tree)
    known = dict(now.answers) if tree == now.tree else {}
    return tree, known if isinstance(change.answers, msgspec.UnsetType) else dict(change.answers)


def _new(given: T | msgspec.UnsetType, known: T) -> T:
    return known if isinstance(given, msgspec.UnsetType) else given
