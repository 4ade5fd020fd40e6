"""What is due to be erased: data keys whose time is over, and whole entries (DESIGN 4).

An incident goes with its signals and the calls that they are of, its notices, its own entries and their keys once its
kind's retention is over; a signal that needed nobody goes with the line that says so, and so does what was done beside
any alarm (tests, codes, words, closings put off, reports sent); who changed what of the registry goes as late as an
incident. A signal always goes before the decision about it, else the next start would decide again. What an account is
known by from its signals (armed, faults) is carried past them first (`carrying`). `erasing` lets go of it.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, get_args

import structlog

from belfry.centre.board import incident_of
from belfry.centre.carrying import Busy, Carrying, Known
from belfry.centre.erasing import Batch, Erasing, expire
from belfry.centre.notices import ALERT_NOTICES_MOST, RECIPIENTS_MOST, names_of, notice_of
from belfry.domain.call_facts import CallEnded, CallUpdated, HowOver
from belfry.domain.dispatch_facts import Alerted
from belfry.domain.facts import (
    REGISTRY_SUBJECT,
    Changed,
    ClosingExtended,
    CodeIssued,
    Escalated,
    Joined,
    Logged,
    OnIncident,
    OnTestEnded,
    Opened,
    Received,
    Sealed,
    WordTried,
    call_subject,
    incident_subject,
    notice_subject,
    unit_subject,
)
from belfry.domain.handover_facts import HandoverSigned, HandoverWritten
from belfry.domain.notice_facts import NoticeAsked
from belfry.domain.training_facts import TrainingBegan, TrainingEnded
from belfry.domain.unit_facts import AboutUnit, UnitCarried
from belfry.ports import Chance, Clock, Journal, KeyStore, Stored
from belfry.ports.archive import Archive, ClosedIncident
from belfry.safeguards.retention import PERSON_GROUPS, EntryPeriods, is_of_person, runs

log = structlog.get_logger()

EVERY: Final = timedelta(hours=1)
"""How often it looks; retention is counted in days."""

BATCH: Final = 256
"""Entries that go together, about: one transaction of the journal."""
PAGE: Final = 512
GAP_MOST: Final = 32
"""Entries in between that are read along rather than read past."""
OTHER_GROUPS: Final = ("FIRE", "RES", "TRF", "PROP", "TECH", "ENV", "ADM")

_WITH_WORDS: Final = (*get_args(OnIncident), *get_args(AboutUnit), HandoverWritten, HandoverSigned)

Take = Callable[[Batch, Stored], Awaitable[None]]


class Expiry:
    """`step` is one round; whoever owns it calls it now and again."""

    def __init__(
        self,
        *,
        keys: KeyStore,
        journal: Journal,
        archive: Archive,
        known: Known,
        periods: EntryPeriods,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._keys, self._journal, self._archive = keys, journal, archive
        self._known, self._periods, self._clock, self._chance = known, periods, clock, chance
        self._carrying = Carrying(journal, archive, known, clock=clock, chance=chance)
        self._erasing = Erasing(
            keys=keys,
            journal=journal,
            archive=archive,
            known=known,
            carrying=self._carrying,
            clock=clock,
            chance=chance,
        )

    async def step(self) -> tuple[int, int]:
        """Erase all that is due; returns how many data keys ended and how many entries went. Raises what stores do."""
        keys = await expire(self._keys, self._journal, self._clock, self._chance)
        entries = await self._erasing.finish()
        now, periods = self._clock(), self._periods
        try:
            entries += await self._incidents(("", *sorted(PERSON_GROUPS)), now - periods.person)
            entries += await self._incidents(OTHER_GROUPS, now - periods.other)
            entries += await self._pass("person lines", now - periods.person, partial(self._take_line, person=True))
            entries += await self._pass("lines", now - periods.log, partial(self._take_line, person=False))
            entries += await self._pass("acts", now - periods.log, self._take_act)
            if self._known.unit is not None:
                entries += await self._pass("units", now - periods.log, self._take_unit)
            entries += await self._pass("changes", now - periods.other, self._take_changes)
        except Busy as error:
            log.info("expiry goes on in its next round", reason=str(error))
        return keys, entries

    # -- what is due

    async def _incidents(self, groups: Sequence[str], before: datetime) -> int:
        """Incidents of some groups of kinds, the oldest closing first."""
        gone = 0
        while due := await self._archive.due(groups, before=before, limit=BATCH):
            batch = Batch()
            for incident in due:
                await self._take_incident(batch, incident, before)
                if len(batch.positions) >= BATCH:
                    break
            if not batch.incidents:
                break
            if not await self._erasing.erase(batch, ("incidents", 0)):
                break
            gone += len(batch.positions)
        return gone

    async def _take_incident(self, batch: Batch, closed: ClosedIncident, before: datetime) -> None:
        """Add an incident, unless its own entries tell otherwise than the archive: then the archive is behind."""
        entries = await self._journal.read(incident_subject(closed.id))
        found = incident_of(entries)
        if found is not None and (found.closed_at is None or found.closed_at >= before):
            return
        batch.incidents.append(closed.id)
        signals: set[int] = set()
        for stored in entries:
            batch.positions.add(stored.position)
            if isinstance(stored, Stored):
                for fact in stored.entry.facts:
                    signals |= settled_by(fact)
                    batch.sealed.update(part.key for part in sealed_of(fact))
                    if isinstance(fact, Escalated):
                        batch.positions.update(await self._notices(stored.position))
                    elif isinstance(fact, Alerted):
                        batch.positions.update(await self._alert(fact.alert))
        for position, signal in await self._signals(signals):
            batch.add_signal(position, signal)
            if signal.of_call is not None and signal.of_call.call is not None:
                await self._take_call(batch, call_subject(signal.of_call.call))

    async def _take_call(self, batch: Batch, subject: str) -> None:
        """All that was written down while a call was taken, with its words."""
        for stored in await self._journal.read(subject):
            batch.positions.add(stored.position)
            if isinstance(stored, Stored):
                for fact in stored.entry.facts:
                    batch.sealed.update(part.key for part in sealed_of(fact))

    async def _notices(self, escalation: int) -> Iterable[int]:
        """Positions of what an escalation led to."""
        found: list[int] = []
        for number in range(RECIPIENTS_MOST):
            entries = await self._journal.read(notice_subject(notice_of(escalation, number)))
            if not entries:
                break
            found += (one.position for one in entries if isinstance(one, Stored))
        return found

    async def _alert(self, alert: str) -> Iterable[int]:
        """The same of an alert, with other ways to its people and what took it back."""
        found: list[int] = []
        for number in range(ALERT_NOTICES_MOST):
            first = await self._journal.read(notice_subject(f"{alert}.{number}"))
            if not first:
                break
            found += (one.position for one in first if isinstance(one, Stored))
            for name in names_of(f"{alert}.{number}"):
                more = await self._journal.read(notice_subject(name))
                found += (one.position for one in more if isinstance(one, Stored))
        return found

    async def _pass(self, name: str, before: datetime, take: Take) -> int:
        """Go through what was written before a time, from where the last round came to; `take` says what goes."""
        gone, at = 0, await self._archive.cursor(name)
        while True:
            page = await self._journal.page(at, PAGE)
            batch, upto = Batch(), at
            for stored in page:
                if isinstance(stored, Stored):
                    if stored.entry.at >= before:
                        page = []
                        break
                    await take(batch, stored)
                upto = stored.position
                if len(batch.positions) >= BATCH:
                    break
            if upto == at:
                return gone
            if not await self._erasing.erase(batch, (name, upto)):
                return gone
            gone, at = gone + len(batch.positions), upto

    async def _take_line(self, batch: Batch, stored: Stored, *, person: bool) -> None:
        """Signals that needed nobody. `person`: only those about a person."""
        lines = [fact for fact in stored.entry.facts if isinstance(fact, Logged)]
        if not lines or len(lines) < len(stored.entry.facts):
            return
        due = [line for line in lines if not person or is_of_person(line.kind)]
        for position, signal in await self._signals({line.signal for line in due}):
            batch.add_signal(position, signal)
        if len(due) == len(lines):
            batch.positions.add(stored.position)

    async def _take_act(self, batch: Batch, stored: Stored) -> None:
        """What a person did at a site beside an incident: a test from its beginning once it has ended, a technician's
        code, a pass-word that was tried, a closing that was put off; a report that was sent; a shift that was handed
        over, with the words. A test goes after the signals that it covered."""
        for fact in stored.entry.facts:
            about_no_incident = isinstance(fact, NoticeAsked) and fact.incident is None
            if about_no_incident or isinstance(fact, OnTestEnded | CodeIssued | HandoverWritten):
                whole = await self._journal.read(stored.entry.subject)
                batch.positions.update(one.position for one in whole if isinstance(one, Stored))
                if isinstance(fact, HandoverWritten):
                    facts = (each for one in whole if isinstance(one, Stored) for each in one.entry.facts)
                    batch.sealed.update(part.key for each in facts for part in sealed_of(each))
            elif isinstance(fact, CallEnded) and fact.how is HowOver.MISTAKE:  # others go with their incident
                await self._take_call(batch, stored.entry.subject)
            elif isinstance(fact, WordTried | ClosingExtended | TrainingBegan | TrainingEnded):
                batch.positions.add(stored.position)  # the signals of an exercise go with its incidents

    async def _take_unit(self, batch: Batch, stored: Stored) -> None:
        """Who was on duty with a unit, and what it said. How it is now needs nothing before its last going off duty;
        of one that somebody is always with, that is written down again first."""
        subject = stored.entry.subject
        if not subject.startswith(unit_subject("")):
            return
        newest = await self._journal.read(subject, limit=1)
        only_carried = all(isinstance(fact, UnitCarried) for fact in stored.entry.facts)
        if only_carried and newest and newest[-1].position == stored.position:
            return
        base = await self._carrying.unit(subject, stored.position)
        for one in await self._journal.read(subject, before=stored.position + 1):
            if isinstance(one, Stored) and one.position < base:
                batch.positions.add(one.position)
                batch.sealed.update(part.key for fact in one.entry.facts for part in sealed_of(fact))

    async def _take_changes(self, batch: Batch, stored: Stored) -> None:
        """Who changed what of the registry. The newest says up to where its changes are written down, and stays."""
        if stored.entry.subject != REGISTRY_SUBJECT or not all(isinstance(one, Changed) for one in stored.entry.facts):
            return
        newest = await self._journal.read(REGISTRY_SUBJECT, limit=1)
        if newest and newest[-1].position != stored.position:
            batch.positions.add(stored.position)

    async def _signals(self, positions: Iterable[int]) -> Sequence[tuple[int, Received]]:
        """The signals at positions, as far as they are not gone already."""
        wanted = set(positions)
        found: list[tuple[int, Received]] = []
        for first, last in _stretches(wanted):
            at = first - 1
            while at < last:
                page = await self._journal.page(at, min(PAGE, last - at))
                if not page:
                    break
                for stored in page:
                    if stored.position in wanted and isinstance(stored, Stored):
                        found += ((stored.position, f) for f in stored.entry.facts if isinstance(f, Received))
                at = page[-1].position
        return found


def settled_by(fact: object) -> set[int]:
    """The signals that a fact settles, by position."""
    if isinstance(fact, Opened | Joined) and not fact.beside:
        return {fact.signal.position}
    return {fact.signal} if isinstance(fact, Logged) else set()


def sealed_of(fact: object) -> Sequence[Sealed]:
    if isinstance(fact, CallUpdated):
        return (*fact.sealed, *fact.why)
    if isinstance(fact, Opened | Joined):
        return fact.signal.sealed
    return getattr(fact, "sealed", ()) if isinstance(fact, _WITH_WORDS) else ()


def _stretches(positions: Iterable[int]) -> Sequence[tuple[int, int]]:
    """Runs of positions, joined where little lies in between."""
    found: list[tuple[int, int]] = []
    for first, last in runs(positions):
        if found and first - found[-1][1] <= GAP_MOST:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found
