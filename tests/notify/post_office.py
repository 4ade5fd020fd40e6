"""A mail server on loopback, and what it was given."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


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

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """So aiosmtpd asks for it."""
        if self.refuses:
            return self.refuses.pop(0)
        assert isinstance(envelope.content, bytes)
        found = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.letters.append(found)
        return "250 taken"


@asynccontextmanager
async def post_office() -> AsyncIterator[PostOffice]:
    one = PostOffice()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(one, hostname="loopback", loop=loop), "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
