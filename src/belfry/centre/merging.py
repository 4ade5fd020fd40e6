"""What an incident hears of those that are merged into it, and how they are closed with it (`domain.merging`).

Triage decides signals and knows of no case: what joins a merged incident is written there. So this listens to the
board, and writes behind triage what that means for the one that leads. It follows from the facts of both, so a crash
in between loses nothing: at the next start it is written then. A leading one that is over by itself, by its kind's own
rule, gives back what is still open under it.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from belfry.centre.board import Board, catch_up, expect_of
from belfry.domain.commands import Close, Command, Conflict, Merge, Unmerge
from belfry.domain.facts import Closed, Entry, OnIncident, incident_subject
from belfry.domain.incident import Incident
from belfry.domain.merging import closed_with, follow_up_of, news
from belfry.domain.step_facts import Unmerged
from belfry.ports import Chance, Clock, Full, Journal, Stale

log = structlog.get_logger()

TRIES: Final = 8
AGAIN_S: Final = 1.0


class Merging:
    """Build it once the board is folded; `run` is its task."""

    def __init__(self, board: Board, journal: Journal, *, clock: Clock, chance: Chance) -> None:
        self._board, self._journal, self._clock, self._chance = board, journal, clock, chance
        self._leads: dict[str, str] = {}
        """What leads each merged one, as last heard."""
        self._due: dict[str, None] = {}
        self._woken = asyncio.Event()
        self.beats = 0
        board.listen(self._heard)

    def recall(self) -> None:
        """Look at what was there before the start."""
        for incident in (*self._board.merged(), *self._board.queue()):
            if incident.merged or incident.merged_into is not None:
                self._heard(incident, 0)

    # -- what the desk asks

    def lead_of(self, incident: Incident, command: Command | None = None) -> Incident | None:
        """What an incident is merged into, or is to be: of one that is merged itself, what leads that."""
        into = command.into if isinstance(command, Merge) else incident.merged_into
        lead = None if into is None else self._board.get(into)
        if lead is not None and lead.merged_into is not None and lead.open:
            return self._board.get(lead.merged_into)
        return lead

    def beside(self, incident: Incident, command: Command) -> Sequence[str]:
        """Which other incidents an act is about, so that no other act comes between."""
        if isinstance(command, Merge | Unmerge):
            lead = self.lead_of(incident, command)
            return () if lead is None else (lead.id,)
        return [one.id for one in incident.merged] if isinstance(command, Close) else ()

    async def close(self, lead_id: str, closed: Closed, asked: datetime | None, longest: timedelta) -> None:
        """Close what is merged into an incident that is about to be closed, one entry each, before that itself. All is
        asked first; whoever is refused then, since a signal came between, leaves the leading one open. Raises a
        Refusal or a JournalError."""
        lead = self._board.get(lead_id)
        if lead is None:
            return
        await self.look_at(lead_id)
        follow_up_at = follow_up_of(closed, asked, self._clock(), longest)
        here = [one for one in self._under(lead) if one.open]
        for one in here:
            closed_with(one, lead, closed, follow_up_at=follow_up_at)
        for one in here:
            await self._close(one.id, lead, closed, follow_up_at)

    async def _close(self, incident_id: str, lead: Incident, closed: Closed, follow_up_at: datetime) -> None:
        for _ in range(TRIES):
            one = self._board.get(incident_id)
            if one is None or not one.open or one.merged_into != lead.id:
                return
            if await self._write(one, (closed_with(one, lead, closed, follow_up_at=follow_up_at),)):
                return
        raise Conflict(f"Number {lead.number} is not closed: what is merged into it changes too fast, try again")

    # -- the task

    async def run(self) -> None:
        """Raises JournalError when the journal closes."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            while self._due:
                lead_id = next(iter(self._due))
                try:
                    await self.look_at(lead_id)
                except Full:  # nothing can be kept now; it is told elsewhere
                    self._ask(lead_id)
                    await asyncio.sleep(AGAIN_S)
            self.beats += 1

    async def look_at(self, lead_id: str) -> None:
        """Write down what an incident has not heard yet of those that are merged into it. Raises JournalError."""
        self._due.pop(lead_id, None)
        for _ in range(TRIES):
            lead = self._board.get(lead_id)
            if lead is None or not lead.open:
                await self._give_back(lead_id)
                return
            facts = news(lead, self._under(lead))
            if not facts or await self._write(lead, facts):
                return
        log.warning("an incident has not heard of what is merged into it", incident=lead_id)
        self._ask(lead_id)

    async def _give_back(self, lead_id: str) -> None:
        for incident_id in [one.id for one in self._board.merged() if one.merged_into == lead_id]:
            for _ in range(TRIES):
                one = self._board.get(incident_id)
                if one is None or not one.open or one.merged_into != lead_id:
                    break
                if await self._write(one, (Unmerged(incident=one.id, out_of=lead_id),)):
                    break

    def _under(self, lead: Incident) -> list[Incident]:
        """Everything that is merged into it, and what it still believes to be."""
        found = {one.id: one for one in self._board.merged() if one.merged_into == lead.id}
        for follower in lead.merged:
            known = self._board.get(follower.id)
            if known is not None:
                found[known.id] = known
        return list(found.values())

    async def _write(self, incident: Incident, facts: Sequence[OnIncident]) -> bool:
        """False where somebody was quicker."""
        entry = Entry(id=self._chance(16), subject=incident_subject(incident.id), at=self._clock(), facts=tuple(facts))
        try:
            (position,) = await self._journal.append([entry], expect_of(incident))
        except Stale:
            await catch_up(self._board, self._journal, incident.id)
            return False
        self._board.fold(position, entry)
        return True

    def _heard(self, incident: Incident, _: int) -> None:
        into = incident.merged_into if incident.open else None
        if into is None and not incident.merged and incident.id not in self._leads:
            return  # nearly always
        before = self._leads.pop(incident.id, None)
        if into is not None:
            self._leads[incident.id] = into
        for lead in {into, before} - {None}:
            self._ask(str(lead))
        if incident.merged:  # over, so that it gives back what is open; or taken up again, without what left it
            self._ask(incident.id)

    def _ask(self, lead_id: str) -> None:
        self._due[lead_id] = None
        self._woken.set()
