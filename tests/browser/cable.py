"""A network cable between a browser and the centre, to be cut and mended.

Cut: connections break and new ones are refused, as when a switch loses power. Dead: connections stay and carry
nothing, as when a firewall forgets them; the browser hears no error at all.
"""

import asyncio
from asyncio import StreamReader, StreamWriter, Task
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

CHUNK = 65_536


class Cable:
    """Carries bytes from `url` to a centre while it is whole."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._at = ("127.0.0.1", 0)
        self._server: asyncio.Server | None = None
        self._lines: set[Task[None]] = set()
        self._whole = asyncio.Event()

    @property
    def url(self) -> str:
        return "http://{}:{}/".format(*self._at)

    async def mend(self) -> None:
        """Let everything through, again under the same address."""
        self._whole.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._carry, *self._at)
            self._at = self._server.sockets[0].getsockname()

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    def lead_to(self, url: str) -> None:
        """What is connected from now on reaches another centre, as one that was started again on another port."""
        host, _, port = url.removeprefix("http://").rstrip("/").rpartition(":")
        self._to = (host, int(port))

    async def die(self) -> None:
        self._whole.clear()

    async def revive(self) -> None:
        """What had died stays dead: a new connection gets through."""
        await self.cut()
        await self.mend()

    async def _carry(self, reader: StreamReader, writer: StreamWriter) -> None:
        line = asyncio.current_task()
        assert line is not None
        self._lines.add(line)
        there, back = await asyncio.open_connection(*self._to)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, back))
                both.create_task(self._pump(there, writer))
        except asyncio.CancelledError:
            pass  # cut: the task ends here, and asyncio's server should not report it
        finally:
            self._lines.discard(line)
            for end in (writer, back):
                with suppress(OSError):
                    end.transport.abort()

    async def _pump(self, source: StreamReader, sink: StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await source.read(CHUNK):
                await self._whole.wait()
                sink.write(chunk)
                await sink.drain()
            if sink.can_write_eof():
                sink.write_eof()


@asynccontextmanager
async def cable(url: str) -> AsyncIterator[Cable]:
    host, _, port = url.removeprefix("http://").rstrip("/").rpartition(":")
    laid = Cable(host, int(port))
    await laid.mend()
    try:
        yield laid
    finally:
        await laid.cut()
