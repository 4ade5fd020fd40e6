"""Starts real centres, watches what they do, and kills them: `belfry serve` in a process of its own.

Most are forked from a process that has the imports done (`zygote`), so that a thousand starts take minutes; the others
are started cold, as a person would. Both are killed with SIGKILL, which no program can answer.
"""

import asyncio
import os
import signal
import sys
from asyncio import Future, StreamReader
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from faults import forked

COMMAND: Final = (sys.executable, "-c", "from belfry.cli import main; main()")
GREETING: Final = b"console: "
READY_WITHIN_S: Final = 120.0
"""How long a start may take on a busy machine before the run says that it hangs."""


class DidNotStart(Exception):
    """A centre ended, or hung, before it was ready; says what it complained of."""


class Centre:
    """A running centre. `ended` gives how its process ended: an exit code, or minus the signal's number."""

    def __init__(self, pid: int, said: StreamReader, ended: "Future[int]", log: Path) -> None:
        self.pid, self.ended = pid, ended
        self._said, self._log = said, log
        self.url = ""

    @property
    def running(self) -> bool:
        return not self.ended.done()

    async def ready(self) -> None:
        """Return once it greets, which it does when it serves. Raises DidNotStart."""
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                while not (line := await self._said.readline()).startswith(GREETING):
                    if not line:
                        raise DidNotStart(f"it ended with {await self.ended}: {self.complaints()[-2_000:]}")
        except TimeoutError:
            raise DidNotStart(f"not ready after {READY_WITHIN_S:.0f} s: {self.complaints()[-2_000:]}") from None
        self.url = line.removeprefix(GREETING).decode().strip()

    def send(self, number: signal.Signals) -> None:
        if self.running:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def kill(self) -> int:
        """Kill it, without warning, and return how it ended; not by the kill where it was quicker."""
        self.send(signal.SIGKILL)
        return await self.ended

    async def stop(self) -> int:
        """Ask it to stop, and return how it ended."""
        self.send(signal.SIGTERM)
        async with asyncio.timeout(READY_WITHIN_S):
            return await asyncio.shield(self.ended)

    def complaints(self) -> str:
        """What it wrote to its log."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def has_open(self, name: str) -> bool:
        """Whether its process has a file of this name open."""
        with suppress(OSError):
            for one in Path(f"/proc/{self.pid}/fd").iterdir():
                with suppress(OSError):
                    if Path(os.readlink(one)).name == name:
                        return True
        return False


async def start_cold(
    config: Path, log: Path, *, before: Sequence[str] = (), environment: dict[str, str] | None = None
) -> Centre:
    """Start it as its users do. `before` are words in front of the command, such as a tracer's."""
    with log.open("ab") as complaints:
        process = await asyncio.create_subprocess_exec(
            *before,
            *COMMAND,
            "serve",
            "--config",
            str(config),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=complaints,
            env=None if environment is None else {**os.environ, **environment},
            start_new_session=True,
        )
    assert process.stdout is not None
    return Centre(process.pid, process.stdout, asyncio.ensure_future(process.wait()), log)


async def start(config: Path, log: Path) -> Centre:
    """Start it with the imports done."""
    with log.open("ab") as complaints:
        hears, says = os.pipe()
        try:
            pid, ended = await forked.fork(["serve", "--config", config], says, complaints.fileno())
        finally:
            os.close(says)
    said = StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(said), os.fdopen(hears, "rb")
    )
    return Centre(pid, said, ended, log)
