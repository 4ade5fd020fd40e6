"""Tells who stands beside whom where calls and reports are that have no site: their positions are sealed, opened once,
and kept in memory as long as their incident is open. What was opened is never stored or logged.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from belfry.centre.board import Board
from belfry.centre.neighbours import Neighbours
from belfry.centre.seals import Seals
from belfry.domain.correlation import BY_PEOPLE
from belfry.domain.facts import Part
from belfry.domain.incident import Incident
from belfry.domain.said_place import position_of, position_part
from belfry.ports import KeysUnavailable
from belfry.safeguards.sealing import SealError

log = structlog.get_logger()

AGAIN_S: Final = 5.0
"""After a key store that failed."""


class Locating:
    """`start` when the loop runs, `stop` at its end."""

    def __init__(self, board: Board, seals: Seals, neighbours: Neighbours) -> None:
        self._board, self._seals, self._neighbours = board, seals, neighbours
        self._wanted: dict[str, None] = {}
        self._news = asyncio.Event()
        self._unlisten: Callable[[], None] = lambda: None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        for incident in self._board.queue():
            self._hear(incident, 0)
        self._unlisten = self._board.listen(self._hear)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        self._unlisten()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _hear(self, incident: Incident, _: int) -> None:
        by_people = incident.open and incident.method in BY_PEOPLE and incident.account_id is None
        if by_people and not self._neighbours.is_located(incident) and position_part(incident) is not None:
            self._wanted[incident.id] = None
            self._news.set()

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            for key in list(self._wanted):
                incident = self._board.get(key)
                try:
                    if incident is not None:
                        await self._locate(incident)
                except (KeysUnavailable, OSError):
                    log.warning("places of calls cannot be read now")
                    await asyncio.sleep(AGAIN_S)
                    self._news.set()
                    break
                self._wanted.pop(key, None)

    async def _locate(self, incident: Incident) -> None:
        part = position_part(incident)
        if part is None:
            return
        try:
            position = position_of((await self._seals.open([part])).get(Part.POSITION))
        except SealError:  # a box that was changed: it has no place
            return
        known = self._board.get(incident.id)
        if position is not None and known is not None:
            self._neighbours.locate(known, position)
