"""The SMTP receiver: alarm mails of cameras and recorders, answered once they are kept.

Owns sockets, TLS and limits. Who speaks and what is answered is the desk's (`smtp_desk`), what it means nobody's here.
"""

import asyncio
from asyncio import AbstractServer, get_running_loop
from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from belfry.ports import Accounts, Chance, Clock, Intake
from belfry.ports.devices import HearsDevices
from belfry.receivers.limits import Shares, amount, host_port, room
from belfry.receivers.smtp_desk import MailDesk
from belfry.receivers.smtp_settings import SmtpSettings, Tls
from belfry.receivers.smtp_wire import Conversation, Doorstep, Wire
from belfry.receivers.tls import Anteroom, server_context, unusable

__all__ = ["SmtpReceiver", "SmtpSettings"]

BACKLOG: Final = 256
HANDSHAKE_WITHIN_S: Final = 10.0
STOP_GRACE_S: Final = 5.0
"""How long a stop waits for what is on its way to the disk, so that it is answered."""
ANSWER_TURNS: Final = 20
"""Turns of the loop that an answer needs to leave, and a conversation to end."""


class SmtpReceiver:
    """A door for mails of devices (`ports.Receiver`)."""

    Settings: ClassVar[type[SmtpSettings]] = SmtpSettings
    takes_devices: ClassVar[bool] = True

    def __init__(
        self,
        settings: SmtpSettings,
        intake: Intake,
        accounts: Accounts,
        clock: Clock,
        chance: Chance,
        *,
        devices: HearsDevices,
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._desk = MailDesk(settings, devices, clock)
        self._wire: Wire | None = None
        self._anteroom: Anteroom | None = None
        self._server: AbstractServer | None = None
        self._listening: tuple[str, int] | None = None

    @staticmethod
    def examine(settings: SmtpSettings) -> str | None:
        """Return why it could not start with these settings, without listening (`belfry check`)."""
        return unusable(settings.tls_cert, settings.tls_key)

    @property
    def listening(self) -> tuple[str, int]:
        """Host and port as bound. Raises RuntimeError before `start`."""
        if self._listening is None:
            raise RuntimeError(f"receiver {self.name} does not listen yet")
        return self._listening

    async def start(self) -> None:
        """Listen. Raises OSError with the address, or with setting and file of a certificate, where it cannot."""
        settings = self._settings
        host, port = host_port(settings.listen)
        context = None
        if settings.tls_cert is not None:
            context = await asyncio.to_thread(server_context, settings.tls_cert, settings.tls_key)
        shares = Shares(most=room(settings.max_connections), most_each=settings.max_connections_per_source)
        wire = self._wire = Wire(settings, self._desk, shares, context)
        make: Callable[[], asyncio.Protocol] = lambda: Doorstep(wire)  # noqa: E731
        if context is not None and settings.tls is Tls.IMPLICIT:
            make = self._anteroom = Anteroom(context, lambda: Conversation(wire), within_s=HANDSHAKE_WITHIN_S)
        try:
            self._server = await get_running_loop().create_server(make, host, port, backlog=BACKLOG)
        except OSError as error:
            raise OSError(error.errno, f"{settings.listen}: {error.strerror or error}") from error
        address = self._server.sockets[0].getsockname()
        self._listening = address[0], address[1]

    async def stop(self) -> None:
        """Close the door, let what is being kept be answered within `STOP_GRACE_S`, and hang up. Harmless twice."""
        if self._server is None or self._wire is None:
            return
        self._server.close()
        self._server, self._wire.closed = None, True
        if self._anteroom is not None:
            await self._anteroom.close()
        if self._desk.under_way:
            await asyncio.wait(set(self._desk.under_way), timeout=STOP_GRACE_S)
            await _turns()
        for conversation in list(self._wire.conversations):
            conversation.hang_up()
        await _turns()

    def describe(self) -> Mapping[str, object]:
        wire = self._wire
        waiting, waited = (0, 0) if self._anteroom is None else (self._anteroom.waiting, self._anteroom.turned_away)
        return {
            "name": self.name,
            "type": "smtp",
            "listen": "{}:{}".format(*self._listening) if self._listening else self._settings.listen,
            "connections": 0 if wire is None else wire.shares.total + waiting,
            "messages": self._desk.heard,
            "unkept": self._desk.unkept,
            "strangers": amount(self._desk.strangers),
            "turned_away": amount(waited + (0 if wire is None else wire.turned_away)),
        }


async def _turns() -> None:
    for _ in range(ANSWER_TURNS):
        await asyncio.sleep(0)
