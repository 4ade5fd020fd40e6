"""Automation output of a centre: a link for each `[[automation]]`, its tasks, and what is watched about it."""

from datetime import timedelta
from typing import Final

from belfry.app.health import Health
from belfry.app.tasks import Tasks
from belfry.centre.automation import Automations, Link, LinkNow, Outlet
from belfry.centre.board import Board
from belfry.centre.silent import SilentSites
from belfry.domain.codes import Codes
from belfry.domain.own_faults import Part
from belfry.domain.reach import Audience
from belfry.notify.automation import AutomationLink
from belfry.ports import Accounts, Chance, Clock, Journal
from belfry.ports.automation import KnownAgreements, Positions
from belfry.settings import AutomationTable

LOOK: Final = timedelta(seconds=1)
"""How soon the beginning and the end of an agreement are noticed while nothing is said, and how often positions are
kept: what was acknowledged within it is handed again after a crash."""


class AutomationOutput:
    """Begin with `begin`, end with `stop`."""

    def __init__(
        self,
        tables: tuple[AutomationTable, ...],
        *,
        journal: Journal,
        board: Board,
        accounts: Accounts,
        agreements: KnownAgreements,
        positions: Positions,
        codes: Codes,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self.ways = [AutomationLink(table.link(), clock, chance) for table in tables]
        silent = SilentSites(board, accounts, clock)
        links = [
            Link(
                Outlet(way, table.agreement, Audience(table.audience)),
                journal=journal,
                board=board,
                accounts=accounts,
                silent=silent,
                agreements=agreements,
                codes=codes,
                clock=clock,
            )
            for way, table in zip(self.ways, tables, strict=True)
        ]
        self._all = Automations(links, positions, journal.position)

    async def begin(self, tasks: Tasks, health: Health) -> None:
        """Raises OSError where a link cannot listen."""
        await self._all.load()
        for way, link in zip(self.ways, self._all.links, strict=True):
            await way.start()
            tasks.own(f"calls of {way.name}", way.run())
            tasks.own(f"automation {way.name}", link.run())
            health.watch(way.name, way.away_since, Part.AUTOMATION)
        if self.ways:
            tasks.every("automation", LOOK, self._all.look)

    async def stop(self) -> None:
        """Hang up; the tasks are ended by their owner, before."""
        for way in self.ways:
            await way.close()

    async def save(self) -> None:
        await self._all.save()

    def now(self) -> tuple[LinkNow, ...]:
        return self._all.now()
