"""A mail server on loopback, as much of SMTP as a client needs to hand over a letter, and what it was given."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class PostOffice:
    """`letters` in the order in which they came; `refuses`: the answers to the next ones in turn, as `451 busy`."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refuses: list[str] = []
        self.port = 0

    @property
    def url(self) -> str:
        """As Apprise's `mailto://` wants it, in the clear."""
        return f"mailto://127.0.0.1:{self.port}/?from=centre@example.org&to=sam@example.org&mode=insecure"

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        writer.write(b"220 loopback\r\n")
        try:
            while line := await reader.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    writer.write(b"354 go on\r\n")
                    await self._take(reader, writer)
                elif word == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                else:
                    writer.write(b"250 loopback\r\n")
                await writer.drain()
        finally:
            writer.close()

    async def _take(self, reader: StreamReader, writer: StreamWriter) -> None:
        letter = (await reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
        if self.refuses:
            writer.write(self.refuses.pop(0).encode() + b"\r\n")
            return
        found = message_from_bytes(letter, policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.letters.append(found)
        writer.write(b"250 taken\r\n")


@asynccontextmanager
async def post_office() -> AsyncIterator[PostOffice]:
    one = PostOffice()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0, limit=20_000_000)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
        await server.wait_closed()
