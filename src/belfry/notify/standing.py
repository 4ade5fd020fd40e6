"""How a way out stands: since when nothing is taken, whether that is a fault by now, when another try is worth it."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import structlog

from belfry.ports import Chance, Clock
from belfry.ports.output import OutputSettings, Why

log = structlog.get_logger()

FAULT_AFTER: Final = 3
"""Tries in vain."""


class Standing:
    """Of one link that makes a try at a time."""

    def __init__(self, settings: OutputSettings, clock: Clock, chance: Chance) -> None:
        self._settings, self._clock, self._chance = settings, clock, chance
        self._pause_s = settings.retry_least_s
        self._missed = 0
        self._lost_at: datetime | None = None
        self._until_s = float("-inf")
        self._is_wanted = False
        self.why: Why | None = None

    def took(self) -> None:
        if self._missed:
            log.info("automation output is taken again", link=self._settings.name)
        self._missed, self._lost_at, self.why = 0, None, None
        self._pause_s, self._until_s = self._settings.retry_least_s, float("-inf")

    def missed(self, why: Why, *, for_good: bool = False, wait_s: float = 0.0, status: int | None = None) -> None:
        """A try was in vain. `for_good`: the other side refuses, so that it is a fault at once and tried rarely;
        `wait_s` is what it asked for."""
        if why != self.why:
            log.warning("automation output is not taken", link=self._settings.name, why=why.value, status=status)
        self._missed = max(self._missed + 1, FAULT_AFTER if for_good else 0)
        self._lost_at, self.why = self._lost_at or self._clock(), why
        pause_s = self._settings.retry_most_s if for_good else self._pause_s
        pause_s = max(pause_s * (0.5 + self._chance(1)[0] / 512), wait_s)
        self._until_s = asyncio.get_running_loop().time() + pause_s
        self._pause_s = min(self._pause_s * 2, self._settings.retry_most_s)

    async def up(self) -> None:
        """Return once the pause is over."""
        await asyncio.sleep(max(0.0, self._until_s - asyncio.get_running_loop().time()))

    def rest(self, resting: bool) -> None:
        if not resting and not self._is_wanted:
            self.took()
        self._is_wanted = not resting

    @property
    def is_wanted(self) -> bool:
        return self._is_wanted

    def away_since(self) -> datetime | None:
        lost_at = self._lost_at
        if lost_at is None or not self._is_wanted:
            return None
        patience = timedelta(seconds=self._settings.away_after_s)
        return lost_at if self._missed >= FAULT_AFTER or self._clock() - lost_at >= patience else None
