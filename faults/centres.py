"""Starts real centres, watches what they do, and kills them: `belfry serve` in a process of its own.

Most are forked from a process that has the imports done (`zygote`), so that a thousand starts take minutes; the others
are started cold, as a person would. Both are killed with SIGKILL, which no program can answer.
"""

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio import Future, StreamReader, StreamWriter
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final, Self

COMMAND: Final = (sys.executable, "-c", "from belfry.cli import main; main()")
ROOT: Final = Path(__file__).resolve().parents[1]
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


class Launcher:
    """Starts centres, one at a time. `async with Launcher() as launcher`."""

    def __init__(self) -> None:
        self._channel: socket.socket | None = None
        self._zygote: Process | None = None
        self._answers: StreamReader | None = None
        self._kept: StreamWriter | None = None
        """Held only because a writer that nobody holds closes its socket."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._kept is not None:
            self._kept.close()
        if self._channel is not None:
            self._channel.close()
        if self._zygote is not None:
            if self._zygote.returncode is None:
                self._zygote.kill()
            await self._zygote.wait()

    async def cold(
        self, config: Path, log: Path, *, before: Sequence[str] = (), environment: dict[str, str] | None = None
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

    async def forked(self, config: Path, log: Path) -> Centre:
        """Start it with the imports done."""
        if self._zygote is None:
            await self._begin()
        assert self._channel is not None
        assert self._answers is not None
        with ExitStack() as closing:
            hears, says = os.pipe()
            closing.callback(os.close, says)
            said = StreamReader()
            loop = asyncio.get_running_loop()
            await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(said), os.fdopen(hears, "rb"))
            complaints = closing.enter_context(log.open("ab"))
            words = json.dumps(["serve", "--config", str(config)]).encode()
            socket.send_fds(self._channel, [words], [says, complaints.fileno()])
        pid = int(await self._answers.readline())
        ended: Future[int] = loop.create_future()
        watching = asyncio.create_task(self._watch(ended))
        self._tasks.add(watching)
        watching.add_done_callback(self._tasks.discard)
        return Centre(pid, said, ended, log)

    async def _begin(self) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            self._zygote = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "faults.zygote",
                str(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                cwd=ROOT,
            )
        self._channel = ours
        self._answers, self._kept = await asyncio.open_connection(sock=ours.dup())
        assert await self._answers.readline() == b"ready\n"

    async def _watch(self, ended: "Future[int]") -> None:
        assert self._answers is not None
        status = int(await self._answers.readline() or 0)
        ended.set_result(os.waitstatus_to_exitcode(status))
