"""What an act on one incident writes about the others of its site (`domain.site_handling`).

Each of them has its own entry with its own `expect`: a signal that joins meanwhile costs another look, no more. Two
desks may bring the same site along at once; whoever took by his own act later has it in the end, and both write that.
"""

import asyncio
from collections.abc import Callable

import structlog

from belfry.centre.board import Board, catch_up, expect_of
from belfry.centre.plans import Planner
from belfry.domain.facts import Entry, OnIncident, incident_subject
from belfry.domain.incident import Incident
from belfry.domain.site_handling import beside, brought_along, given_back, handed, owner_beside, site_of
from belfry.domain.teams import NO_TEAMS, Teams
from belfry.ports import Chance, Clock, Journal, Stale

log = structlog.get_logger()

TRIES = 8
"""How often it is decided anew what becomes of one of them; then it stays as it is, and is shown so."""

Follows = Callable[[Incident, Incident], OnIncident | None]


class Together:
    def __init__(
        self,
        board: Board,
        journal: Journal,
        *,
        clock: Clock,
        chance: Chance,
        plans: Planner | None = None,
        teams: Teams = NO_TEAMS,
    ) -> None:
        self._board, self._journal, self._clock, self._chance = board, journal, clock, chance
        self._plans, self._teams = plans, teams

    async def bring(self, lead: Incident) -> None:
        """Everything of the site goes to who has taken `lead`. Raises JournalError."""
        await self._each(lead, brought_along)

    async def enter(self, one: Incident) -> None:
        """An incident came to a site: it goes to who handles that, or brings all there along. Raises JournalError."""
        here = self._board.of_site(site_of(one))
        other = next((each for each in beside(one, here) if each.taken_by == owner_beside(one, here)), None)
        if other is None or other.taken_by in (None, one.taken_by):
            await self.bring(one)
        else:
            await self._one(other.id, one.id, handed)

    async def give_back(self, lead: Incident, by: str) -> None:
        """Everything of the site that `by` has goes back to the queue with `lead`. Raises JournalError."""
        await self._each(lead, lambda _, other: given_back(by, other))

    async def _each(self, lead: Incident, follows: Follows) -> None:
        others = beside(lead, self._board.of_site(site_of(lead)))
        if others:
            await asyncio.gather(*(self._one(lead.id, other.id, follows) for other in others))

    async def _one(self, lead_id: str, other_id: str, follows: Follows) -> None:
        for _ in range(TRIES):
            lead, other = self._board.get(lead_id), self._board.get(other_id)
            fact = None if lead is None or other is None else follows(lead, other)
            if fact is None or other is None:
                return
            now, fact = self._clock(), self._teams.mark(fact)
            facts = (fact, *(() if self._plans is None else self._plans.beside(other, fact, now)))
            entry = Entry(id=self._chance(16), subject=incident_subject(other_id), at=now, facts=facts)
            try:
                (position,) = await self._journal.append([entry], expect_of(other))
            except Stale:
                await catch_up(self._board, self._journal, other_id)
                continue
            self._board.fold(position, entry)
            return
        log.warning("an incident could not follow its site", incident=other_id)
