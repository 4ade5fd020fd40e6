"""A script of the simulator on the town's clock: who sleeps in it wakes when that clock is there, in the order of time.

What is played in minutes is so told in seconds, through the same ports, and every panel has said its word before time
goes on.
"""

import asyncio
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any, Final

from tests.stories.kit import Town, until

TOGETHER: Final = timedelta(seconds=0.5)
"""Who would wake within this of another wakes with him."""
STEP_S: Final = 8.0
"""Seconds of the town's clock from one look around to the next."""
WORD_S: Final = 0.1
"""How long somebody who is awake may take before time goes on: who waits for others of the script sleeps in them."""


class Script:
    """Stands in for the `asyncio` of a module whose sleeps are to be the town's."""

    TaskGroup = asyncio.TaskGroup

    def __init__(self, town: Town) -> None:
        self._town = town
        self._asleep: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._turn = count()
        self._since: dict[asyncio.Task[Any], datetime] = {}
        self._awake: set[asyncio.Task[Any]] = set()

    async def sleep(self, seconds: float) -> None:
        """Sleep on the town's clock, from when this task last woke."""
        task = asyncio.current_task()
        assert task is not None
        at = self._since.get(task, self._town.clock.now) + timedelta(seconds=seconds)
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._asleep, (at, next(self._turn), woken))
        self._awake.discard(task)
        await woken
        self._since[task] = at
        self._awake.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._awake.discard(task)
        self._since.pop(task, None)

    async def go_on(self, seconds: float = STEP_S) -> None:
        """Let the town's clock go on; all who have to wake do, and have done what they do."""
        await self._town.pass_time(seconds=seconds)
        while self._asleep and self._asleep[0][0] <= self._town.clock.now:
            at = self._asleep[0][0] + TOGETHER
            while self._asleep and self._asleep[0][0] <= min(at, self._town.clock.now):
                _, _, woken = heappop(self._asleep)
                if not woken.done():
                    woken.set_result(None)
            await self._all_asleep()

    async def _all_asleep(self) -> None:
        for _ in range(3):
            await asyncio.sleep(0)  # who is woken comes to be awake
        try:
            async with asyncio.timeout(WORD_S):
                await until(lambda: not self._awake)
        except TimeoutError:
            self._awake.clear()
