"""A whole centre for a target: real journal, triage, board and web in one process, made anew now and then.

A target's function is called and returns; the centre's loop turns only in between.
"""

import asyncio
import atexit
import logging
import shutil
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final, TypeVar

from tests.web.kit import Rig, centre

T = TypeVar("T")

INPUTS_EACH: Final = 1_000
"""Inputs that one centre gets: state of the earlier ones is wanted, a memory that grows for ever is not."""

TURNS_MOST: Final = 20_000
"""Turns of the loop until everything stored is decided. A triage that died would be waited for without end."""


class Bugs(logging.Handler):
    """Remembers what the house logged as its own fault."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            self.heard.append(record.exc_info[1])


class Living:
    """`run` a coroutine in a centre. `ready` is called with each new one."""

    def __init__(self, ready: Callable[[Rig], None] = lambda rig: None) -> None:
        self._ready = ready
        self._loop: asyncio.AbstractEventLoop | None = None
        self._rig: Rig | None = None
        self._opened: AbstractAsyncContextManager[Rig] | None = None
        self._folder: Path | None = None
        self._inputs = 0
        self.bugs = Bugs()
        self.loop_bugs: list[dict[str, Any]] = []

    def run(self, work: Callable[[Rig], Coroutine[Any, Any, T]]) -> T:
        """Return what `work` gave. Raises what it raised, or what the house logged as its own fault meanwhile."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._loop.set_exception_handler(lambda _, said: self.loop_bugs.append(said))
            logging.getLogger("belfry").addHandler(self.bugs)
            logging.getLogger("belfry").propagate = False
            atexit.register(self.close)
        if self._rig is None or self._inputs >= INPUTS_EACH:
            self._end()
            self._rig = self._loop.run_until_complete(self._begin())
            self._ready(self._rig)
        self._inputs += 1
        self.bugs.heard.clear()
        self.loop_bugs.clear()
        try:
            told = self._loop.run_until_complete(work(self._rig))
            for bug in self.bugs.heard:
                raise bug
            for said in self.loop_bugs:
                raise said.get("exception") or AssertionError(str(said))
        except BaseException:
            self._end()  # whatever it was, the next input begins with a sound centre
            raise
        return told

    def close(self) -> None:
        """End the centre and the loop. Harmless twice."""
        self._end()
        if self._loop is not None:
            logging.getLogger("belfry").removeHandler(self.bugs)
            logging.getLogger("belfry").propagate = True
            self._loop.close()
            self._loop = None

    async def _begin(self) -> Rig:
        self._folder = Path(mkdtemp(prefix="belfry-fuzz-"))
        self._opened = centre(self._folder)
        self._inputs = 0
        return await self._opened.__aenter__()

    def _end(self) -> None:
        if self._rig is not None and self._opened is not None and self._loop is not None:
            self._loop.run_until_complete(self._opened.__aexit__(None, None, None))
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._rig = self._opened = self._folder = None


async def settled(rig: Rig) -> None:
    """Wait until everything stored is folded and decided. AssertionError where that does not come about."""
    for _ in range(TURNS_MOST):
        if rig.walk.position >= rig.journal.position and not rig.walk.behind:
            return
        await asyncio.sleep(0)
    raise AssertionError(
        f"the walk stands at {rig.walk.position} of {rig.journal.position}, {rig.walk.behind} signals undecided"
    )
