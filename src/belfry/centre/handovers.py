"""What each shift left to the next: written, and signed by somebody else. Folded from the journal by the walk.

One is open at most: who writes says which was the last one that he saw, so of two who write at once the second one
reads what the first one wrote before he writes. What was never signed stays the one to sign until a newer one is there.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, get_args

from msgspec import Struct, structs

from belfry.centre.seals import Seals
from belfry.domain.facts import Entry, Part, Retention, Sealed, handover_subject
from belfry.domain.handover_facts import AboutHandover, HandoverSigned, HandoverWritten
from belfry.ports import Chance, Clock, Expect, Journal

ABOUT_HANDOVERS: Final = frozenset(get_args(AboutHandover))
_FACTS: Final = get_args(AboutHandover)

KEPT_MOST: Final = 100
"""Sheets at hand; older ones are in the journal until their time is over."""
FIRST_SHIFT: Final = timedelta(hours=12)
"""From when the first sheet of a centre counts."""
IDS_MOST: Final = 500
"""Incidents that a sheet names, the gravest and then the newest first; its counts say how many there were."""
LISTED_MOST: Final = 100
"""Of each other list."""


class CannotHandOver(ValueError):
    """CannotHandOver    the sheet has moved on, is signed, or is one's own; the message is a title for people."""


class NoSuchHandover(LookupError): ...


class Handover(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A sheet as it is after position `head`."""

    written: HandoverWritten
    at: datetime
    head: int
    signed_by: str | None = None
    signed_at: datetime | None = None
    sealed: tuple[Sealed, ...] = ()
    """What the next shift said to it."""

    @property
    def id(self) -> str:
        return self.written.handover


class HandoverState(Struct):
    """What a snapshot keeps."""

    sheets: list[Handover] = []


class HandoverBook:
    """Written by folding alone."""

    def __init__(self) -> None:
        self._sheets: dict[str, Handover] = {}

    def get(self, handover: str) -> Handover | None:
        return self._sheets.get(handover)

    def newest(self) -> Sequence[Handover]:
        """Newest first."""
        return list(reversed(self._sheets.values()))

    @property
    def last(self) -> Handover | None:
        return next(iter(reversed(self._sheets.values())), None)

    @property
    def to_sign(self) -> Handover | None:
        """The newest one, where nobody has signed it yet."""
        return self.last if self.last is not None and self.last.signed_by is None else None

    def since(self, now: datetime) -> datetime:
        """From when the present shift counts: the last sheet that was signed."""
        signed = (one.at for one in self.newest() if one.signed_by is not None)
        return next(signed, now - FIRST_SHIFT)

    def fold(self, position: int, entry: Entry) -> None:
        for fact in entry.facts:
            if isinstance(fact, HandoverWritten):
                if fact.handover not in self._sheets:
                    self._sheets[fact.handover] = Handover(written=fact, at=entry.at, head=position)
                    while len(self._sheets) > KEPT_MOST:
                        del self._sheets[next(iter(self._sheets))]
            elif isinstance(fact, HandoverSigned):
                known = self._sheets.get(fact.handover)
                if known is not None and position > known.head:
                    self._sheets[known.id] = structs.replace(
                        known, head=position, signed_by=fact.by, signed_at=entry.at, sealed=fact.sealed
                    )

    def state(self) -> HandoverState:
        return HandoverState(list(self._sheets.values()))

    def restore(self, state: HandoverState) -> None:
        """Begin from a snapshot; only on a new book."""
        self._sheets = {one.id: one for one in state.sheets}


class HandoverDesk:
    """Where people's wishes about sheets become facts; one at a time."""

    def __init__(self, book: HandoverBook, journal: Journal, seals: Seals, *, clock: Clock, chance: Chance) -> None:
        self.book, self._journal, self._seals = book, journal, seals
        self._clock, self._chance = clock, chance
        self._alone = asyncio.Lock()

    async def write(self, sheet: HandoverWritten, words: str | None, *, after: str | None) -> Handover:
        """Write a sheet down; its id and its words are added here. `after` is the last one that its writer saw.
        Raises CannotHandOver, JournalError, or what the key store raises."""
        async with self._alone:
            last = self.book.last
            if last is not None and last.id != after:
                raise CannotHandOver(f"{last.written.by} has written one since: read it first")
            sealed = await self._sealed(words)
            fact = structs.replace(sheet, handover=f"h{self._chance(8).hex()}", sealed=sealed)
            return await self._write(fact, 0)

    async def sign(self, handover: str, words: str | None, *, by: str) -> Handover:
        """Say that the next shift has read it. Raises NoSuchHandover, CannotHandOver, JournalError."""
        async with self._alone:
            sheet = self.book.get(handover)
            if sheet is None:
                raise NoSuchHandover(handover)
            if sheet.signed_by is not None:
                raise CannotHandOver(f"{sheet.signed_by} has signed it")
            if sheet is not self.book.last:
                raise CannotHandOver("A newer one was written: sign that one")
            if sheet.written.by == by:
                raise CannotHandOver("Somebody else signs what you wrote")
            return await self._write(
                HandoverSigned(handover=handover, by=by, sealed=await self._sealed(words)), sheet.head
            )

    async def _sealed(self, words: str | None) -> tuple[Sealed, ...]:
        return () if words is None else await self._seals.seal([(Part.NOTE, Retention.INCIDENT, words)])

    async def _write(self, fact: AboutHandover, head: int) -> Handover:
        subject = handover_subject(fact.handover)
        entry = Entry(id=self._chance(16), subject=subject, at=self._clock(), facts=(fact,))
        (position,) = await self._journal.append([entry], Expect(subject, head))
        self.book.fold(position, entry)
        sheet = self.book.get(fact.handover)
        assert sheet is not None
        return sheet
