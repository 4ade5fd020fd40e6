"""An alarm receiver that a station already owns, and that does not exist: it hands on what panels said, as lines.

It calls a centre that waits for it, or listens until one calls, and says one line at a time: the same again until it is
acknowledged, over a line that was lost too. In between it says that it is there.
"""

import asyncio
from asyncio import IncompleteReadError, Server, StreamReader, StreamWriter
from contextlib import suppress
from typing import Final

from belfry.protocols.surgard import ACK, END

AGAIN_S: Final = 1.0
"""Before it calls again."""
ANSWERED_WITHIN_S: Final = 5.0
"""An answer that takes longer does not come: the line is said again."""


def contact_id(
    account: str, code: str, *, zone: int = 0, area: int = 1, receiver: str = "01", line: str = "1"
) -> bytes:
    """A line of Contact ID; `code` begins with its qualifier: `E130` is a burglary, `R130` its end."""
    return f"5{receiver}{line} 18{account}{code}{area:02}{zone:03}".encode("ascii") + END


def heartbeat(*, receiver: str = "01", line: str = "1") -> bytes:
    return f"1{receiver}{line}           @    ".encode("ascii") + END


class Station:
    """`call` a centre or `listen` for one, then `say`; `hang_up` and `close` end the line and everything."""

    def __init__(self) -> None:
        self._centre: tuple[str, int] | None = None
        self._server: Server | None = None
        self._wire: tuple[StreamReader, StreamWriter] | None = None
        self._called = asyncio.Event()
        self._speaks = asyncio.Lock()
        self.repeated = 0
        """Lines that had to be said again."""

    def call(self, address: tuple[str, int]) -> None:
        """Where the centre waits; it is called when there is something to say."""
        self._centre = address

    async def listen(self) -> tuple[str, int]:
        """At a free port of this machine, until a centre calls."""
        self._server = await asyncio.start_server(self._taken, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()[:2]
        return str(host), int(port)

    async def say(self, said: bytes) -> None:
        """Say a line until the centre has it, however often that takes."""
        async with self._speaks:
            while not await self._said(said):
                self.repeated += 1
                self.hang_up()
                if self._centre is not None:
                    await asyncio.sleep(AGAIN_S)

    def hang_up(self) -> None:
        wire, self._wire = self._wire, None
        self._called.clear()
        if wire is not None:
            wire[1].transport.abort()

    async def close(self) -> None:
        self.hang_up()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _said(self, said: bytes) -> bool:
        try:
            reader, writer = await self._line()
            writer.write(said)
            async with asyncio.timeout(ANSWERED_WITHIN_S):
                return await reader.readexactly(1) == ACK
        except (OSError, IncompleteReadError):
            return False

    async def _line(self) -> tuple[StreamReader, StreamWriter]:
        if self._wire is None and self._centre is not None:
            self._wire = await asyncio.open_connection(*self._centre)
        while self._wire is None:
            await self._called.wait()
        return self._wire

    async def _taken(self, reader: StreamReader, writer: StreamWriter) -> None:
        """A centre calls; the one that called last is spoken to."""
        self.hang_up()
        self._wire = reader, writer
        self._called.set()
        with suppress(OSError):
            await writer.wait_closed()
