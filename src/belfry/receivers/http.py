"""The HTTP receiver: a listener of its own for devices and monitoring systems, never the console's port.

Owns sockets, TLS and limits. Who speaks and what is answered is the door's (`http_door`), what it means nobody's here.
"""

import asyncio
from asyncio import AbstractServer, get_running_loop
from collections.abc import Callable, Mapping
from typing import ClassVar, Final

import uvicorn

from belfry.ports import Accounts, Chance, Clock, Intake
from belfry.ports.devices import HearsDevices
from belfry.receivers.http_door import HttpDoor
from belfry.receivers.http_guard import Guard, guarded
from belfry.receivers.http_settings import HttpSettings
from belfry.receivers.limits import Shares, amount, host_port, room
from belfry.receivers.tls import Anteroom, server_context, unusable

__all__ = ["HttpReceiver", "HttpSettings"]

BACKLOG: Final = 512
STOP_GRACE_S: Final = 5.0
"""How long a stop waits for what is on its way to the disk, so that it is answered."""


class HttpReceiver:
    """A door for devices over HTTP (`ports.Receiver`)."""

    Settings: ClassVar[type[HttpSettings]] = HttpSettings
    takes_devices: ClassVar[bool] = True

    def __init__(
        self,
        settings: HttpSettings,
        intake: Intake,
        accounts: Accounts,
        clock: Clock,
        chance: Chance,
        *,
        devices: HearsDevices,
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._door = HttpDoor(settings, devices, accounts, clock)
        self._guard = Guard(settings, self._shares(settings.max_connections))
        self._anteroom: Anteroom | None = None
        self._server: AbstractServer | None = None
        self._listening: tuple[str, int] | None = None

    @staticmethod
    def examine(settings: HttpSettings) -> str | None:
        """Return why it could not start with these settings, without listening (`belfry check`)."""
        return unusable(settings.tls_cert, settings.tls_key, client_ca=settings.tls_client_ca)

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
            context = await asyncio.to_thread(
                server_context, settings.tls_cert, settings.tls_key, client_ca=settings.tls_client_ca
            )
        self._guard = Guard(settings, self._shares(room(settings.max_connections)))
        make: Callable[[], asyncio.Protocol] = guarded(self._config(), self._guard)
        if context is not None:
            make = self._anteroom = Anteroom(context, make, within_s=settings.handshake_within_s)
        try:
            self._server = await get_running_loop().create_server(make, host, port, backlog=BACKLOG)
        except OSError as error:
            raise OSError(error.errno, f"{settings.listen}: {error.strerror or error}") from error
        address = self._server.sockets[0].getsockname()
        self._listening = address[0], address[1]

    async def stop(self) -> None:
        """Close the door, let what is being kept be answered within `STOP_GRACE_S`, and hang up. Harmless twice."""
        if self._server is None:
            return
        self._server.close()
        self._server, self._guard.closed = None, True
        if self._anteroom is not None:
            await self._anteroom.close()
        state = self._guard.state
        for connection in list(state.connections):
            connection.shutdown()
        if state.tasks:
            await asyncio.wait(list(state.tasks), timeout=STOP_GRACE_S)
        for connection in list(state.connections):
            if connection.transport is not None:
                connection.transport.abort()

    def describe(self) -> Mapping[str, object]:
        door = self._door
        waiting, waited = (0, 0) if self._anteroom is None else (self._anteroom.waiting, self._anteroom.turned_away)
        return {
            "name": self.name,
            "type": "http",
            "listen": "{}:{}".format(*self._listening) if self._listening else self._settings.listen,
            "connections": self._guard.shares.total + waiting,
            "tls": self._settings.tls_cert is not None,
            "messages": door.heard,
            "unkept": door.unkept,
            "strangers": amount(door.strangers),
            "turned_away": amount(door.turned_away + self._guard.turned_away + waited),
        }

    def _shares(self, most: int) -> Shares:
        return Shares(most=most, most_each=self._settings.max_connections_per_source)

    def _config(self) -> uvicorn.Config:
        config = uvicorn.Config(
            self._door,
            interface="asgi3",
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=max(1, round(self._settings.rest_s)),
        )
        config.load()
        return config
