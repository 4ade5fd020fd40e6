"""`belfry` forked from a process that has the imports done: for tests and kills that start many.

`fork` is the bare thing; `start` gives what looks like a process of asyncio's. One zygote serves all loops of this
process, one after the other; it ends with us.
"""

import asyncio
import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from asyncio import Future, StreamReader
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
READY: Final = b"ready\n"
EMPTIED_WITHIN_S: Final = 1.0
"""For the last words of one that has ended; longer only where nobody has read the many before."""


class Forked:
    """A running command, as `asyncio.subprocess.Process` would have it."""

    def __init__(self, pid: int, ended: "Future[int]", stdout: StreamReader, stderr: StreamReader) -> None:
        self.pid, self.stdout, self.stderr = pid, stdout, stderr
        self._ended = ended

    @property
    def returncode(self) -> int | None:
        return self._ended.result() if self._ended.done() else None

    def send_signal(self, number: int) -> None:
        if not self._ended.done():
            with suppress(ProcessLookupError):  # it has just ended, and we are about to be told
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    async def communicate(self) -> tuple[bytes, bytes]:
        """What it said and complained, to its end."""
        said, complained, _ = await asyncio.gather(self.stdout.read(), self.stderr.read(), self.wait())
        return said, complained


async def start(words: Sequence[str | Path], *, complains: int | None = None) -> Forked:
    """Start the command with a pipe for what it says, and one for its complaints unless they have a place."""
    with ExitStack() as closing:
        pipes = [await _pipe(closing)]
        if complains is None:
            pipes.append(await _pipe(closing))
            complains = pipes[1].says
        pid, ended = await fork(words, pipes[0].says, complains)
    silent = StreamReader()
    silent.feed_eof()
    readers = [*(pipe.reader for pipe in pipes), silent]
    return Forked(pid, asyncio.ensure_future(_emptied(ended, pipes)), readers[0], readers[1])


async def _emptied(ended: "Future[int]", pipes: "Sequence[_Pipe]") -> int:
    """How it ended, once what it said last is there; what nobody reads is let go."""
    status = await ended
    await asyncio.wait({pipe.lost for pipe in pipes}, timeout=EMPTIED_WITHIN_S)
    for pipe in pipes:
        pipe.transport.close()
    await asyncio.wait({pipe.lost for pipe in pipes})
    return status


async def fork(
    words: Sequence[str | Path], says: int, complains: int, *, folder: Path | None = None
) -> tuple[int, "Future[int]"]:
    """Start the command with these descriptors; returns its process id, and how it ended once it has: an exit code, or
    minus the signal's number. The environment is ours as it is now."""
    request = {
        "words": [str(word) for word in words],
        "environment": dict(os.environ),
        "folder": str(folder or Path.cwd()),
    }
    hears, answers = os.pipe()
    try:
        socket.send_fds(_zygote(), [json.dumps(request).encode()], [says, complains, answers])
    finally:
        os.close(answers)
    pid = int(_line(hears))  # at once: no other request may come before it is taken
    return pid, asyncio.ensure_future(_status(await _read(hears)))


async def _status(told: "_Pipe") -> int:
    line = await told.reader.readline()
    told.transport.close()
    await told.lost
    return os.waitstatus_to_exitcode(int(line)) if line else -signal.SIGKILL  # the zygote itself was killed


def _line(descriptor: int) -> bytes:
    """A short line, byte by byte: what follows is another's to read."""
    line = b""
    while not line.endswith(b"\n"):
        if not (byte := os.read(descriptor, 1)):
            raise RuntimeError("the process that forks is gone")
        line += byte
    return line


class _Pipe(asyncio.StreamReaderProtocol):
    """What comes through a pipe, and when nothing can come any more."""

    transport: asyncio.ReadTransport
    says = -1

    def __init__(self) -> None:
        self.reader = StreamReader()
        super().__init__(self.reader)
        self.lost: Future[None] = asyncio.get_running_loop().create_future()

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        if not self.lost.done():
            asyncio.get_running_loop().call_soon(self.lost.set_result, None)  # by then the pipe itself is closed


async def _pipe(closing: ExitStack) -> _Pipe:
    hears, says = os.pipe()
    closing.callback(os.close, says)
    pipe = await _read(hears)
    pipe.says = says
    return pipe


async def _read(descriptor: int) -> _Pipe:
    pipe = os.fdopen(descriptor, "rb", buffering=0)
    transport, protocol = await asyncio.get_running_loop().connect_read_pipe(_Pipe, pipe)
    protocol.transport = transport
    return protocol


@cache
def _zygote() -> socket.socket:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "faults.zygote", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            cwd=ROOT,
        )
    atexit.register(_end, ours, process)
    if _line(ours.fileno()) != READY:
        raise RuntimeError("the process that forks did not start; see above")
    return ours


def _end(channel: socket.socket, process: "subprocess.Popen[bytes]") -> None:
    channel.close()
    process.wait()
