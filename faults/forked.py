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
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
READY: Final = b"ready\n"


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
        stdout, says = await _pipe()
        closing.callback(os.close, says)
        if complains is None:
            stderr, complains = await _pipe()
            closing.callback(os.close, complains)
        else:
            stderr = StreamReader()
            stderr.feed_eof()
        pid, ended = await fork(words, says, complains)
    return Forked(pid, ended, stdout, stderr)


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
    told, _ = await _reader(hears)
    ended = asyncio.ensure_future(_status(told))
    return pid, ended


async def _status(told: StreamReader) -> int:
    line = await told.readline()
    return os.waitstatus_to_exitcode(int(line)) if line else -signal.SIGKILL  # the zygote itself was killed


def _line(descriptor: int) -> bytes:
    """A short line, byte by byte: what follows is another's to read."""
    line = b""
    while not line.endswith(b"\n"):
        if not (byte := os.read(descriptor, 1)):
            raise RuntimeError("the process that forks is gone")
        line += byte
    return line


async def _pipe() -> tuple[StreamReader, int]:
    hears, says = os.pipe()
    reader, _ = await _reader(hears)
    return reader, says


async def _reader(descriptor: int) -> tuple[StreamReader, asyncio.ReadTransport]:
    reader = StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", buffering=0)
    )
    return reader, transport


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
