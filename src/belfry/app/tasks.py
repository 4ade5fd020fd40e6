"""The tasks of a centre, by name. One that fails fails the centre: half a centre looks whole and is not."""

import asyncio
from asyncio import Future, Task
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog

log = structlog.get_logger()

Work = Coroutine[Any, Any, Any]


def _nobody(name: str, well: bool) -> None:
    """Nobody is told of rounds."""


class Tasks:
    """Owns and ends them. `failed` never resolves; it raises what made a task fail."""

    def __init__(self) -> None:
        self.round_ended: Callable[[str, bool], None] = _nobody
        """Told the name of each round that ends, and whether it went well."""
        self._tasks: list[Task[Any]] = []
        self._failed: Future[None] = asyncio.get_running_loop().create_future()

    def own(self, name: str, work: Work) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def every(self, name: str, span: timedelta, act: Callable[[], Work]) -> None:
        """Do something now and again after each span. A round that fails is told, and tried again after the next."""

        async def again() -> None:
            while True:
                try:
                    await act()
                except Exception as error:  # the loop that supervises: a full disk must not end the centre
                    log.error("round failed", part=name, error=repr(error))
                    self.round_ended(name, False)
                else:
                    self.round_ended(name, True)
                await asyncio.sleep(span.total_seconds())

        self.own(name, again())

    @property
    def whole(self) -> bool:
        """No task has failed."""
        return not self._failed.done()

    async def failure(self) -> None:
        """Return never, or raise what made a task fail. Giving up on it harms nobody."""
        await asyncio.shield(self._failed)

    async def until(self, wanted: Work) -> None:
        """Wait for something, or raise what made a task fail meanwhile."""
        waiting = asyncio.ensure_future(wanted)
        await asyncio.wait({waiting, self._failed}, return_when=asyncio.FIRST_COMPLETED)
        if self._failed.done():
            waiting.cancel()
            self._failed.result()

    async def stop(self) -> None:
        """End the newest first."""
        for task in reversed(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):  # its failure was told by `failure`
                await task
        if self._failed.done() and not self._failed.cancelled():
            self._failed.exception()  # asked here so that nobody calls it unheard

    def _ended(self, task: Task[Any]) -> None:
        if task.cancelled() or self._failed.done():
            return
        error = task.exception()
        if error is not None:
            log.error("part failed", part=task.get_name(), error=repr(error))
            self._failed.set_exception(error)
