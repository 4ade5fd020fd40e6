"""From a level of an escalation to notices: whom the rota names for it now, and what follows where it names nobody.

A level that has nobody on call, or whose people could not be reached, reaches the next one at once. Notices of a level
are asked for together or not at all, each under a name that only this level has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Protocol

from belfry.centre.board import Board, catch_up, expect_of
from belfry.centre.notices import RECIPIENTS_MOST, NoticeBook, Reached, escalation_of, is_lost, notice_of
from belfry.domain.escalation import DESK, LEVELS, NEXT, further, mark
from belfry.domain.facts import Entry, Escalated, Fact, incident_subject, notice_subject
from belfry.domain.incident import Incident
from belfry.domain.notice_facts import NoticeAsked, NoticeDropped
from belfry.domain.notices import NOBODY, why_not
from belfry.domain.presets import Rules
from belfry.domain.reach import Audience, Channel
from belfry.domain.rota import OnCall, is_configured, is_on_duty, on_call
from belfry.ports import Chance, Clock, Expect, Journal, Stale
from belfry.ports.outbox import Notifier, Wanted
from belfry.safeguards import push


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A notifier of the settings, and what it may carry."""

    notifier: Notifier
    carries: push.Carries = "place"
    persons: bool = False
    personal: bool = False
    """To the phones of one person: each sending has a machine of its own at its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """Whom the settings name, and how they are reached."""

    rows: Sequence[OnCall] = ()
    ways: Mapping[str, Way] = field(default_factory=dict)
    """By the name of the notifier."""
    zone: tzinfo
    language: str = "en"

    def row(self, name: str) -> OnCall | None:
        return next((row for row in self.rows if row.name == name), None)

    def channel(self, row: OnCall) -> Channel:
        way = self.ways.get(row.notifier)
        return Channel.PUSH if way is None else way.notifier.channel

    def on_duty(self, level: str, now: datetime) -> Sequence[OnCall]:
        """Whom a level reaches at this hour, whatever it is about."""
        local = now.astimezone(self.zone)
        return [row for row in self.rows if row.level == level and is_on_duty(row, local)]


class People(Protocol):
    """The ways to people on duty, one by one (`centre.alerts.ways`)."""

    def may_be_told(self, asked: NoticeAsked, incident: Incident | None) -> bool:
        """Whether he is on duty and, of an alert, may still know of what it is about."""
        ...

    def way(self, asked: NoticeAsked) -> tuple[str, Way] | None:
        """The way that a notice of an alert goes, and its name; None: there is none."""
        ...

    def rests(self, incident: Incident, now: datetime) -> bool:
        """Whether it is of a kind that can wait, at an hour at which nobody is disturbed for that."""
        ...

    async def place(self, incident: Incident) -> str | None:
        """Where it is, in coordinates, where it has no site."""
        ...

    def token(self, notice: str) -> str:
        """What a phone shows back once it has a notice."""
        ...


class Scribe:
    """Stores what becomes of notices, and folds it at once."""

    def __init__(self, book: NoticeBook, board: Board, journal: Journal, *, clock: Clock, chance: Chance) -> None:
        self._book, self._board, self._journal = book, board, journal
        self._clock, self._chance = clock, chance

    def entry(self, subject: str, *facts: Fact) -> Entry:
        return Entry(id=self._chance(16), subject=subject, at=self._clock(), facts=facts)

    async def store(self, entries: Sequence[Entry], expect: Expect) -> None:
        """All or none. Raises JournalError."""
        positions = await self._journal.append(entries, expect)
        for position, entry in zip(positions, entries, strict=True):
            self._book.fold(position, entry)
            if isinstance(entry.facts[0], Escalated):
                self._board.fold(position, entry)

    async def look_again(self, incident: str) -> None:
        """Somebody wrote about an incident first: fold that."""
        await catch_up(self._board, self._journal, incident)


class Asking:
    """What is left over of a round - somebody was quicker - is done in the next one."""

    def __init__(self, book: NoticeBook, board: Board, scribe: Scribe, *, rota: Rota, rules: Rules) -> None:
        self._book, self._board, self._scribe, self.rota, self._rules = book, board, scribe, rota, rules
        self.given_up: set[int] = set()
        """Escalations of which a notice was given up."""

    async def want(self, wanted: Wanted) -> bool:
        """As `ports.outbox.Outbox` says."""
        row = self.rota.row(wanted.to)
        if row is None:
            raise LookupError(f"nobody of the name {wanted.to!r} is on call")
        if escalation_of(wanted.notice) is not None:
            raise ValueError(f"{wanted.notice!r} is how notices of escalations are called")
        if self._book.get(wanted.notice) is not None:
            return False
        asked = NoticeAsked(
            notice=wanted.notice,
            audience=Audience.ROOM,
            channel=self.rota.channel(row),
            to=row.name,
            why=wanted.why,
            training=wanted.training,
        )
        try:
            await self._scribe.store([self._scribe.entry(notice_subject(asked.notice), asked)], first_of(asked.notice))
        except Stale:
            return False
        return True

    async def reach(self, level: str, why: str, name: str, now: datetime) -> None:
        """Want whoever is on call at a level now to be reached, each once under a name that is given once. Raises
        JournalError."""
        for number, row in enumerate(self.rota.on_duty(level, now)[:RECIPIENTS_MOST]):
            await self.want(Wanted(notice=f"{name}.{number}", to=row.name, why=why))

    async def ask(self, reached: Reached, now: datetime) -> None:
        """Turn a level into notices, all or none."""
        incident = self._board.get(reached.incident)
        rows, level = self.rota.rows, reached.level
        first = self._asked(reached, 0, None, incident)
        if incident is None or why_not(first, incident, self._rules) is not None:
            del self._book.reached[reached.position]
            return
        if not _pages(rows) or (level in (DESK, NEXT) and not is_configured(rows, level)):
            del self._book.reached[reached.position]  # the desks hear it, and there is nobody else
            return
        there = on_call(rows, level, incident.kind, now.astimezone(self.rota.zone))[:RECIPIENTS_MOST]
        if not there:
            await self._ask_nobody(first, incident)
            return
        asked = [self._asked(reached, number, row, incident) for number, row in enumerate(there)]
        entries = [self._scribe.entry(notice_subject(one.notice), one) for one in asked]
        try:
            await self._scribe.store(entries, first_of(first.notice))
        except Stale:
            self._book.reached.pop(reached.position, None)  # it was asked for, and is being folded

    async def _ask_nobody(self, asked: NoticeAsked, incident: Incident) -> None:
        """Nobody is on call: that is shown, and the next level is reached at once."""
        dropped = NoticeDropped(notice=asked.notice, reason=NOBODY)
        entries = [self._scribe.entry(notice_subject(asked.notice), asked, dropped)]
        onward = self._onward(asked, incident, f"nobody is on call: {asked.level}")
        try:
            if onward is None:
                await self._scribe.store(entries, first_of(asked.notice))
            else:
                await self._scribe.store([*entries, onward], expect_of(incident))
        except Stale:  # it is decided anew in the next round
            await self._scribe.look_again(incident.id)

    async def reach_further(self, position: int) -> None:
        """Where nobody of a level could be reached, the next one is."""
        notices = self._book.of(position)
        self.given_up.discard(position)
        if not is_lost(notices):
            return
        asked = notices[0].asked
        incident = None if asked.incident is None else self._board.get(asked.incident)
        if incident is None or why_not(asked, incident, self._rules) is not None:
            return
        onward = self._onward(asked, incident, f"nobody could be reached: {asked.level}")
        if onward is None:
            return
        try:
            await self._scribe.store([onward], expect_of(incident))
        except Stale:
            await self._scribe.look_again(incident.id)
            self.given_up.add(position)

    def _onward(self, asked: NoticeAsked, incident: Incident, reason: str) -> Entry | None:
        level = further(asked.level, self._rules)
        if level is None or mark(asked.why, level) in incident.escalated:
            return None
        fact = Escalated(incident=incident.id, clock=asked.why, level=level, reasons=(reason,))
        return self._scribe.entry(incident_subject(incident.id), fact)

    def _asked(self, reached: Reached, number: int, row: OnCall | None, incident: Incident | None) -> NoticeAsked:
        return NoticeAsked(
            notice=notice_of(reached.position, number),
            audience=Audience.ROOM,
            channel=Channel.PUSH if row is None else self.rota.channel(row),
            to="" if row is None else row.name,
            why=reached.clock,
            incident=reached.incident,
            account_id=None if incident is None else incident.account_id,
            level=reached.level,
        )


def _pages(rows: Sequence[OnCall]) -> bool:
    """Whether anybody of the rota is there for more than reports."""
    return any(is_configured(rows, level) for level in LEVELS)


def first_of(notice: str) -> Expect:
    """Nobody has asked for it yet."""
    return Expect(notice_subject(notice), 0)
