"""A port for HTTP of a receiver's own, never the console's: sockets, TLS and limits. It knows nobody who speaks.

What is asked and answered is its application's (ASGI): `http_door` for devices, `cap_door` for warnings.
"""

import asyncio
from asyncio import AbstractServer, get_running_loop
from collections.abc import Callable
from typing import Any, Final

import uvicorn

from belfry.receivers.http_guard import Guard, guarded
from belfry.receivers.http_settings import HttpSettings
from belfry.receivers.limits import Shares, host_port, room
from belfry.receivers.tls import Anteroom, server_context

BACKLOG: Final = 512
STOP_GRACE_S: Final = 5.0
"""How long a stop waits for what is on its way to the disk, so that it is answered."""


class HttpListener:
    def __init__(self, settings: HttpSettings, application: Any) -> None:
        self._settings, self._application = settings, application
        self._guard = Guard(settings, self._shares(settings.max_connections))
        self._anteroom: Anteroom | None = None
        self._server: AbstractServer | None = None
        self.bound: tuple[str, int] | None = None
        """Host and port, once it listens."""

    @property
    def connections(self) -> int:
        return self._guard.shares.total + (0 if self._anteroom is None else self._anteroom.waiting)

    @property
    def turned_away(self) -> int:
        return self._guard.turned_away + (0 if self._anteroom is None else self._anteroom.turned_away)

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
        self.bound = address[0], address[1]

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

    def _shares(self, most: int) -> Shares:
        return Shares(most=most, most_each=self._settings.max_connections_per_source)

    def _config(self) -> uvicorn.Config:
        config = uvicorn.Config(
            self._application,
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
