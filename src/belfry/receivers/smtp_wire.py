"""aiosmtpd's conversation, with limits that it does not have: connections of a source, and bytes before an answer.

Nothing of it goes to its log, at any level: it would write down every command, and a recipient is a secret.
"""

import asyncio
import logging
import ssl
from typing import Any, ClassVar, Final, cast

from aiosmtpd.smtp import SMTP

from belfry.receivers.limits import Rates, Shares, source_of
from belfry.receivers.smtp_desk import MailDesk
from belfry.receivers.smtp_settings import SmtpSettings, Tls

LINE_MOST_BYTES: Final = 65_536
"""Of a line of a mail; the standard says 1,000, and cameras send a picture on one."""
COMMANDS_MOST: Final = 200
"""Of each kind in one connection; a relay that has more begins anew."""
ASIDE_MOST_BYTES: Final = 262_144
"""How much may come beyond a mail's limit before anything is answered: the end of a mail that is a little too long is
waited for, to say so; one without an end is not."""

_QUOTING: Final = "500 Error: command "
_NOT_UNDERSTOOD: Final = "500 5.5.2 Not understood"
_TOO_MANY: Final = b"421 4.7.0 Too many connections\r\n"


def _nothing(_: logging.LogRecord) -> bool:
    return False


class Wire:
    """What the conversations of one receiver share."""

    def __init__(self, settings: SmtpSettings, desk: MailDesk, shares: Shares, tls: ssl.SSLContext | None) -> None:
        self.settings, self.desk, self.shares = settings, desk, shares
        self.starttls = None if settings.tls is Tls.IMPLICIT else tls
        self.conversations: set[Conversation] = set()
        self.rates = Rates(settings.connections_per_source_per_s)
        self.turned_away = 0
        self.closed = False
        """Whoever was let in when the door closed, and is made a connection of after that, is hung up."""
        # Before the first connection: aiosmtpd logs whatever is said, recipients and lines of mails. A filter, since it
        # outlives every later set-up of logs.
        logging.getLogger("mail.log").addFilter(_nothing)


class Doorstep(asyncio.Protocol):
    """A connection before anything is built for it: who comes too often is sent away."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        wire, entering = self._wire, cast(asyncio.Transport, transport)  # asyncio types it no closer
        source = source_of(entering.get_extra_info("peername"))
        if not wire.rates.allows(source, asyncio.get_running_loop().time()):
            wire.turned_away += 1
            entering.write(_TOO_MANY)
            entering.close()
            return
        conversation = Conversation(wire)
        entering.set_protocol(conversation)
        conversation.connection_made(entering)


class Conversation(SMTP):
    """One connection."""

    line_length_limit: ClassVar[int] = LINE_MOST_BYTES  # type: ignore[misc]  # aiosmtpd reads it of the class

    def __init__(self, wire: Wire) -> None:
        settings = wire.settings
        self._wire = wire
        self._source: str | None = None
        self._is_refused = False
        self._unanswered = 0
        super().__init__(
            wire.desk,
            data_size_limit=settings.mail_most_bytes,
            enable_SMTPUTF8=True,
            hostname=settings.hostname,
            ident="ESMTP",
            tls_context=wire.starttls,
            require_starttls=settings.tls is Tls.REQUIRED,
            timeout=settings.timeout_s,
            auth_require_tls=settings.tls is not Tls.IMPLICIT and not settings.auth_in_clear,
            authenticator=wire.desk.authenticate,
            command_call_limit=COMMANDS_MOST,
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._wire.closed:
            self._is_refused = True
            cast(asyncio.Transport, transport).abort()
            return
        if self._source is None:  # not once more for STARTTLS
            source = source_of(transport.get_extra_info("peername"))
            if not self._wire.shares.take(source):
                self._refuse(transport)
                return
            self._source = source
            self._wire.conversations.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._is_refused:
            return
        if self._source is not None:
            self._wire.shares.give_back(self._source)
            self._wire.conversations.discard(self)
            self._source = None
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        self._unanswered += len(data)
        if self._unanswered > self._wire.settings.mail_most_bytes + ASIDE_MOST_BYTES:
            self.hang_up()
            return
        super().data_received(data)

    def eof_received(self) -> bool | None:
        return None if self._is_refused else super().eof_received()

    async def push(self, status: Any) -> None:
        """Answer. aiosmtpd repeats a command that it does not know, whatever stands in it: here nobody is quoted."""
        self._unanswered = 0
        is_quoting = isinstance(status, str) and status.startswith(_QUOTING)
        await super().push(_NOT_UNDERSTOOD if is_quoting else status)

    def hang_up(self) -> None:
        """Close without a word. The transports of uvloop are of no class of asyncio: what they are is not asked."""
        for transport in (self.transport, self._original_transport):
            if transport is not None:
                cast(asyncio.Transport, transport).abort()

    def _refuse(self, transport: asyncio.BaseTransport) -> None:
        self._is_refused = True
        self._wire.turned_away += 1
        entered = cast(asyncio.Transport, transport)
        entered.write(_TOO_MANY)
        entered.close()
