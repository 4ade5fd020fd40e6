"""Keeps the archive up to date: follows the journal and writes down what is over, in stretches.

It goes on from the archive's own position, so a kill costs nothing and nothing is counted twice. `belfry rebuild` is
the same follower on an empty archive: an incident is taken as its own entries tell it up to its closing, never from
the board, so both come to the same.
"""

import asyncio
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

import structlog

from belfry.centre.board import incident_of
from belfry.domain import own_services
from belfry.domain.clocks import acted_at
from belfry.domain.facts import (
    Carried,
    Closed,
    Erased,
    Joined,
    Opened,
    Received,
    Reclassified,
    Reopened,
    incident_subject,
)
from belfry.domain.incident import Incident
from belfry.domain.notices import TRAINING
from belfry.domain.plan_run import told_at
from belfry.domain.points import counts_by_point
from belfry.domain.unit import UnitStatus
from belfry.ports import Journal, Pruned, Stored
from belfry.ports.archive import Archive, CarriedAt, ClosedIncident, Folded, Run

log = structlog.get_logger()

STRETCH_MOST: Final = 8_192
"""Entries of one transaction where there is much to do."""
PAGE: Final = 512
RETRY_AFTER_S: Final = 1.0


class Archivist:
    """`run` reads along, `save` writes what was read; who owns it calls `save` now and again."""

    def __init__(self, journal: Journal, archive: Archive) -> None:
        self._journal, self._archive = journal, archive
        self._stretch: Folded | None = None
        self._entries = 0
        self._saving = asyncio.Lock()
        self.position = 0
        """Everything up to here is in the archive."""

    async def run(self) -> None:
        """Follow for ever; raises JournalError when the journal closes."""
        self.position = await self._archive.position()
        async for batch in self._journal.tail(self.position):
            await self._take(batch)
            while self._entries >= STRETCH_MOST:
                try:
                    await self.save()
                except Exception as error:  # a disk that is full must not end the centre; the rounds say so too
                    log.warning("the archive could not be written", error=repr(error))
                    await asyncio.sleep(RETRY_AFTER_S)

    async def catch_up(self) -> None:
        """Take everything that is stored now, then return."""
        self.position = at = await self._archive.position()
        while batch := await self._journal.page(at, PAGE):
            await self._take(batch)
            at = batch[-1].position
            if self._entries >= STRETCH_MOST:
                await self.save()
        await self.save()

    async def save(self) -> None:
        """Write what was read since. What fails is kept and tried again with the next."""
        async with self._saving:
            stretch = self._stretch
            if stretch is None:
                return
            entries, self._stretch, self._entries = self._entries, None, 0
            try:
                await self._archive.fold(stretch)
            except BaseException:
                self._put_back(stretch, entries)
                raise
            self.position = stretch.upto

    def _put_back(self, stretch: Folded, entries: int) -> None:
        later = self._stretch
        if later is not None:
            stretch.upto = later.upto
            stretch.incidents.update(later.incidents)
            for place, count in later.heard.items():
                stretch.heard[place] = stretch.heard.get(place, 0) + count
            stretch.carried += later.carried
            stretch.erased += later.erased
            stretch.erased_keys += later.erased_keys
            stretch.erased_entries += later.erased_entries
        self._stretch, self._entries = stretch, self._entries + entries

    async def _take(self, batch: Iterable[Stored | Pruned]) -> None:
        for stored in batch:
            over = await self._over(stored)  # before the stretch is asked for: it may be saved meanwhile
            stretch = self._stretch
            if stretch is None:
                stretch = self._stretch = Folded(upto=0)
            _fold(stretch, stored)
            if over is not None:
                stretch.incidents[over[0]] = over[1]
            stretch.upto = stored.position
            self._entries += 1

    async def _over(self, stored: Stored | Pruned) -> tuple[str, ClosedIncident | None] | None:
        """The incident that an entry ends, or takes up again."""
        if type(stored) is Pruned:
            return None
        ended: Closed | Reopened | None = None
        for fact in stored.entry.facts:
            if type(fact) is Closed or type(fact) is Reopened:
                ended = fact
        if ended is None:
            return None
        if isinstance(ended, Reopened):
            return ended.incident, None
        entries = await self._journal.read(incident_subject(ended.incident), before=stored.position + 1)
        incident = incident_of(entries)
        if incident is None:  # its beginning was erased before a kill, its end not yet
            return ended.incident, _remains(ended, stored)
        if incident.closed_at is None:
            return None
        return ended.incident, closed_incident(incident, ended, _kinds_of(entries))


def _fold(stretch: Folded, stored: Stored | Pruned) -> None:
    if type(stored) is Pruned:
        return
    for fact in stored.entry.facts:
        if type(fact) is Received and not fact.training:
            place = fact.received_at.date().isoformat(), fact.account_id or ""
            stretch.heard[place] = stretch.heard.get(place, 0) + 1
        elif type(fact) is Carried:
            stretch.carried.append(CarriedAt(stored.position, fact))
        elif type(fact) is Erased:
            stretch.erased += (Run(first, last, stored.entry.at) for first, last in fact.runs)
            stretch.erased_keys += fact.keys
            stretch.erased_entries += fact.entries


def _kinds_of(entries: Iterable[Stored | Pruned]) -> frozenset[str]:
    """Every kind that an incident ever was."""
    facts = (fact for stored in entries if isinstance(stored, Stored) for fact in stored.entry.facts)
    named = (fact.kind for fact in facts if isinstance(fact, Opened | Joined | Reclassified))
    return frozenset(kind for kind in named if kind is not None)


def closed_incident(incident: Incident, closed: Closed, kinds: Collection[str] = ()) -> ClosedIncident:
    """What the archive keeps of an incident that is over; `kinds` are those that it was before. Raises ValueError where
    it is not over."""
    if incident.closed_at is None:
        raise ValueError(f"{incident.id} is not over")
    first = incident.first if counts_by_point((incident.kind, *kinds)) else None
    return ClosedIncident(
        id=incident.id,
        number=incident.number,
        kind=incident.kind,
        priority=incident.priority,
        method=str(incident.method),
        account_id=incident.account_id,
        life=incident.life,
        silent=incident.silent,
        opened_at=incident.opened_at,
        due_at=incident.due_at,
        first_taken_at=incident.first_taken_at,
        first_act_at=acted_at(incident),
        closed_at=incident.closed_at,
        signals=incident.signals_seq,
        acts=incident.version - 1,
        disposition=closed.disposition,
        cause=closed.cause,
        by_rule=closed.by is None,
        told_at=_first((told_at(incident.deeds), own_services.told_at(incident))),
        arrived_at=incident.arrived_at,
        training=TRAINING in incident.flags,
        merged=incident.merged_into is not None,
        area=None if first is None else first.area,
        zone=None if first is None else first.zone,
        code=None if first is None else first.code,
        team=incident.first_team,
        units=len(incident.units),
        first_sent_at=_first(one.sent_at for one in incident.units),
        first_on_scene_at=_first(one.times.get(UnitStatus.ON_SCENE) for one in incident.units),
    )


def _first(times: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in times if at is not None), default=None)


def _remains(closed: Closed, stored: Stored) -> ClosedIncident:
    at = stored.entry.at
    return ClosedIncident(
        id=closed.incident,
        number=0,
        kind="",
        priority=0,
        method="",
        account_id=None,
        life=False,
        silent=False,
        opened_at=at,
        due_at=None,
        first_taken_at=None,
        first_act_at=None,
        closed_at=at,
        signals=0,
        acts=0,
        disposition=closed.disposition,
        cause=None,
        by_rule=closed.by is None,
    )
