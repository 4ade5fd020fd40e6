"""The DC-09 receiver: TCP and UDP on one port number, for panels of any make.

Owns the sockets, their limits and time-outs, and knows no meaning: `protocols.dc09` reads, intake keeps. A frame is
answered once it is kept; a link test (NULL) at once. What cannot be kept is answered by silence, so that the panel
turns to its second receiver.
"""

from asyncio import AbstractServer, DatagramTransport, Future, TimerHandle, get_running_loop, wait
from collections.abc import Mapping
from socket import SO_RCVBUF, SO_SNDBUF, SOL_SOCKET
from typing import ClassVar, Final

from belfry.domain.signal import AccountKey, Receipt
from belfry.ports import Accounts, Chance, Clock, Intake
from belfry.receivers.dc09_desk import Desk
from belfry.receivers.dc09_settings import Dc09Settings, Key
from belfry.receivers.dc09_tcp import RECEIVE_BUFFER_BYTES, SEND_BUFFER_BYTES, Conversation
from belfry.receivers.dc09_udp import Datagrams, bound
from belfry.receivers.limits import Shares, amount, host_port, room

__all__ = ["Dc09Receiver", "Dc09Settings", "Key"]

BACKLOG: Final = 1_024
"""Connections that the system holds ready: after an outage all panels come back at once."""

SWEEP_S: Final = 15.0
"""How often silent connections are looked for; shorter where the time-outs are."""

PORT_TRIES: Final = 20
"""With port 0 the TCP port that the system gave may be taken for UDP: as often another one is asked for."""

STOP_GRACE_S: Final = 5.0
"""How long a stop waits for what is on its way to the disk, so that it is answered."""


class Dc09Receiver:
    """A door for DC-09 panels (`ports.Receiver`)."""

    Settings: ClassVar[type[Dc09Settings]] = Dc09Settings

    def __init__(
        self, settings: Dc09Settings, intake: Intake, accounts: Accounts, clock: Clock, chance: Chance
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._desk = Desk(settings, intake, accounts, clock, chance)
        self._shares = Shares(most=settings.max_connections, most_each=settings.max_connections_per_source)
        self._conversations: set[Conversation] = set()
        self._turned_away = 0
        self._server: AbstractServer | None = None
        self._udp: tuple[DatagramTransport, Datagrams] | None = None
        self._sweeper: TimerHandle | None = None
        self._listening: tuple[str, int] | None = None

    @property
    def listening(self) -> tuple[str, int]:
        """Host and port as bound. Raises RuntimeError before `start`."""
        if self._listening is None:
            raise RuntimeError(f"receiver {self.name} does not listen yet")
        return self._listening

    async def start(self) -> None:
        """Bind TCP and UDP and listen. Raises OSError with the address where it cannot."""
        host, port = host_port(self._settings.listen)
        # Before the door opens: panels that have waited for it are through it before `_bind` returns.
        self._shares = Shares(
            most=room(self._settings.max_connections), most_each=self._settings.max_connections_per_source
        )
        tries = PORT_TRIES if port == 0 else 1
        for left in reversed(range(tries)):
            try:
                await self._bind(host, port)
                break
            except OSError as error:
                await self._unbind()
                if not left:
                    raise OSError(error.errno, f"{self._settings.listen}: {error.strerror or error}") from error
        self._sweep()

    async def stop(self) -> None:
        """Close the door, answer what is still kept within `STOP_GRACE_S`, and hang up."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        if self._server is not None:
            self._server.close()
        on_their_way: list[Future[Receipt]] = [] if self._udp is None else self._udp[1].stop()
        for conversation in list(self._conversations):
            on_their_way += conversation.stop()
        if on_their_way:
            await wait(on_their_way, timeout=STOP_GRACE_S)
        for conversation in list(self._conversations):
            conversation.close()
        await self._unbind()

    def quirks_of(self, account: AccountKey) -> tuple[str, ...]:
        """How an account's panel differs from the standard, as far as it was met since the start."""
        return self._desk.quirks_of(account)

    def quirky(self) -> Mapping[AccountKey, tuple[str, ...]]:
        """The quirks of every account where any was met (`ports.NoticesQuirks`)."""
        return self._desk.quirky()

    def describe(self) -> Mapping[str, object]:
        return {
            "name": self.name,
            "type": "dc09",
            "listen": "{}:{}".format(*self._listening) if self._listening else self._settings.listen,
            "connections": self._shares.total,
            "turned_away": amount(self._turned_away),
            **self._desk.describe(),
        }

    # -- sockets ------------------------------------------------------------------------------------------------------

    async def _bind(self, host: str, port: int) -> None:
        loop = get_running_loop()
        self._server = await loop.create_server(
            lambda: Conversation(self._desk, self._joined, self._left), host, port, backlog=BACKLOG
        )
        listener = self._server.sockets[0]
        listener.setsockopt(SOL_SOCKET, SO_SNDBUF, SEND_BUFFER_BYTES)  # both are inherited by what is accepted
        listener.setsockopt(SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        address = listener.getsockname()
        wire = bound(listener.family, address[0], address[1])
        transport, datagrams = await loop.create_datagram_endpoint(lambda: Datagrams(self._desk, wire), sock=wire)
        self._udp = transport, datagrams
        self._listening = address[0], address[1]

    async def _unbind(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._udp is not None:
            self._udp[0].close()
            self._udp = None

    # -- connections --------------------------------------------------------------------------------------------------

    def _joined(self, conversation: Conversation) -> bool:
        if not self._shares.take(conversation.source):
            self._turned_away += 1
            return False
        self._conversations.add(conversation)
        return True

    def _left(self, conversation: Conversation) -> None:
        self._shares.give_back(conversation.source)
        self._conversations.discard(conversation)

    def _sweep(self) -> None:
        """Close connections that have been silent for too long; one timer for all of them."""
        loop, settings = get_running_loop(), self._settings
        now_s = loop.time()
        for conversation in list(self._conversations):
            limit_s = settings.idle_timeout_s if conversation.spoke else settings.first_frame_timeout_s
            if conversation.silence(now_s) >= limit_s:
                conversation.abort()
        every_s = min(SWEEP_S, settings.idle_timeout_s / 4, settings.first_frame_timeout_s / 4)
        self._sweeper = loop.call_later(every_s, self._sweep)
