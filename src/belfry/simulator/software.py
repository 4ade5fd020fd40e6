"""Automation software that does not exist: takes the lines that a centre hands out, and answers as it is told.

It listens, or calls; it reads with the same reader by which a centre hears alarm receivers. What it takes stands in
`taken`, in order; heartbeats are answered and counted.
"""

import asyncio
from asyncio import Server, StreamReader, StreamWriter, Task
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from typing import Final, Literal

from belfry.protocols.surgard import Frames, Line, Lines, What

READ_MOST: Final = 4_096


class Mood(StrEnum):
    """How it answers a line. Heartbeats are answered in every mood but silence."""

    TAKES = "takes"
    REFUSES = "refuses"
    SILENT = "silent"
    TAKES_SILENTLY = "takes silently"
    """It keeps the line, and its answer is lost."""


class Software:
    """`listen` or `call`, then look at `taken`; `hang_up` and `close` end connections and everything."""

    def __init__(self, form: Literal["surgard", "dc07"] = "surgard") -> None:
        self._form = form
        self._server: Server | None = None
        self._port = 0
        self._writers: set[StreamWriter] = set()
        self._callers: set[Task[None]] = set()
        self.mood: Callable[[Line], Mood] = lambda _: Mood.TAKES
        self.taken: list[Line] = []
        """Lines that it keeps, each as often as it came."""
        self.heard: list[Line] = []
        """Every line that came, whatever became of it."""
        self.bytes = b""
        """Everything that came."""
        self.heartbeats = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    async def listen(self) -> None:
        """At a free port, and at the same again after `close`."""
        self._server = await asyncio.start_server(self._came, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def call(self, address: tuple[str, int]) -> None:
        """Call a centre that waits for us, and speak until either side hangs up."""
        await self._converse(*await asyncio.open_connection(*address))

    def hang_up(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def close(self) -> None:
        """Be gone: no connection, nobody at the port."""
        self.hang_up()
        await asyncio.gather(*self._callers, return_exceptions=True)
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _came(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.create_task(self._converse(reader, writer))
        self._callers.add(task)
        task.add_done_callback(self._callers.discard)

    async def _converse(self, reader: StreamReader, writer: StreamWriter) -> None:
        stream = Lines() if self._form == "surgard" else Frames()
        self._writers.add(writer)
        try:
            with suppress(OSError):
                while chunk := await reader.read(READ_MOST):
                    self.bytes += chunk
                    for said in stream.feed(chunk):
                        writer.write(self._answer(said) if isinstance(said, Line) else said.nak)
                    await writer.drain()
        finally:
            self._writers.discard(writer)
            writer.close()

    def _answer(self, line: Line) -> bytes:
        if line.what is What.HEARTBEAT:
            self.heartbeats += 1
            return b"" if self.mood(line) is Mood.SILENT else line.ack
        self.heard.append(line)
        mood = self.mood(line)
        if mood in (Mood.TAKES, Mood.TAKES_SILENTLY):
            self.taken.append(line)
        return {Mood.TAKES: line.ack, Mood.REFUSES: line.nak}.get(mood, b"")
