"""Serves the application inside a loop that others share: own sockets, own ending, nobody's signals."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

import uvicorn
from litestar import Litestar

from belfry.web.certificate import unusable
from belfry.web.crowd import Crowd, counted
from belfry.web.front import Front

BACKLOG: Final = 2_048
CONNECTIONS_MOST: Final = 4_000
GRACE_S: Final = 5
"""How long requests may finish once the server stops; event streams are ended before that."""
KEEP_ALIVE_S: Final = 75
"""How long a connection may rest between two requests."""
SILENT_S: Final = 10
"""A connection that sends no whole request within once to twice this is closed: uvicorn would wait for ever."""
TICKS_PER_S: Final = 10
"""How often uvicorn calls `on_tick`."""
DEAD_AFTER_MS: Final = 15_000
"""A console whose machine is gone acknowledges nothing: its stream ends, and its operator counts as lost."""


class Doorway(Protocol):
    """The settings of `[console]` that matter here."""

    @property
    def listen(self) -> str:
        """HOST:PORT; port 0 lets the system choose."""
        ...

    @property
    def tls_cert(self) -> Path | None: ...

    @property
    def tls_key(self) -> Path | None: ...

    @property
    def trusted_proxies(self) -> Sequence[str]: ...


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers, which would end the process before the centre's own clean-up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()
        self._silent: set[object] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    async def on_tick(self, counter: int) -> bool:
        if counter % (SILENT_S * TICKS_PER_S) == 0:
            self.drop_silent()
        return await super().on_tick(counter)

    def drop_silent(self) -> None:
        """Close the connections that have sent no request since the last look."""
        silent = {one for one in self.server_state.connections if getattr(one, "cycle", self) is None}
        for connection in silent & self._silent:
            connection.transport.close()
        self._silent = set(silent)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Console:
    """The console's port. `start` returns once it listens."""

    def __init__(self, doorway: Doorway, app: Litestar) -> None:
        self._doorway, self._app = doorway, app
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None
        self._sockets: list[socket.socket] = []
        self._address: tuple[str, int] | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port as bound."""
        if self._address is None:
            raise RuntimeError("the console does not listen yet")
        return self._address

    @property
    def server(self) -> _Server:
        if self._server is None:
            raise RuntimeError("the console does not listen yet")
        return self._server

    @property
    def secure(self) -> bool:
        return self._doorway.tls_cert is not None

    @property
    def url(self) -> str:
        host, port = self.address
        shown = f"[{host}]" if ":" in host else host
        return f"{'https' if self.secure else 'http'}://{shown}:{port}/"

    async def start(self) -> None:
        """Bind and serve. Raises OSError with the address, or certificate and key, where it cannot."""
        if self._doorway.tls_cert is not None:
            fault = await asyncio.to_thread(unusable, self._doorway.tls_cert, self._doorway.tls_key)
            if fault is not None:
                raise OSError(fault)
        self._sockets = await _bound(self._doorway.listen)
        self._address = self._sockets[0].getsockname()[:2]
        try:
            server = _Server(self._config())
            self._server, self._task = server, asyncio.create_task(_serve(server, self._sockets))
            up = asyncio.create_task(server.up.wait())
            await asyncio.wait({up, self._task}, return_when=asyncio.FIRST_COMPLETED)
            up.cancel()
            if self._task.done():
                self._task.result()
                raise RuntimeError("the console stopped while it started")
        except BaseException:
            for bound in self._sockets:
                bound.close()
            raise

    def unseen(self) -> int:
        """How many incidents wait that no console is shown."""
        desk: Front = self._app.state["front"]
        return desk.hub.unseen()

    def listens(self, name: str) -> bool:
        """Whether a page of somebody's is open now."""
        desk: Front = self._app.state["front"]
        return desk.hub.is_heard_by(name)

    def unit_moved(self, unit: str) -> None:
        """Tell whoever may see a unit where it is, with the next look."""
        desk: Front = self._app.state["front"]
        desk.hub.unit_moved(unit)

    async def wait(self) -> None:
        """Return when the server has ended; raises what ended it."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def stop(self) -> None:
        """End event streams and whoever waits for news of devices, let requests finish, and close. Harmless twice."""
        if self._server is None or self._task is None:
            return
        front: Front = self._app.state["front"]
        await front.hub.stop()
        front.ears.close()
        self._server.should_exit = True
        await asyncio.gather(self._task, return_exceptions=True)
        self._server = self._task = None

    def _config(self) -> uvicorn.Config:
        doorway = self._doorway
        return uvicorn.Config(
            self._app,
            http=counted(Crowd(doorway.trusted_proxies)),
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            backlog=BACKLOG,
            limit_concurrency=CONNECTIONS_MOST,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACE_S,
            proxy_headers=bool(doorway.trusted_proxies),
            forwarded_allow_ips=list(doorway.trusted_proxies),
            ssl_certfile=doorway.tls_cert,
            ssl_keyfile=doorway.tls_key,
        )


async def _serve(server: _Server, sockets: list[socket.socket]) -> None:
    try:
        await server.serve(sockets)
    except SystemExit as error:  # uvicorn's word for an application that failed to start
        raise RuntimeError("the console's application did not start") from error


async def _bound(listen: str) -> list[socket.socket]:
    """Sockets for every address of a host; with port 0 only the first, since each would get another port."""
    host, _, port = listen.rpartition(":")
    found = await asyncio.get_running_loop().getaddrinfo(
        host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    sockets: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in found[:1] if port == "0" else found:
            sockets.append(_listener(family, kind, protocol, address))
    except OSError as error:
        for bound in sockets:
            bound.close()
        raise OSError(error.errno, f"the console cannot listen on {listen}: {error.strerror}") from error
    return sockets


def _listener(family: int, kind: int, protocol: int, address: tuple[object, ...]) -> socket.socket:
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # inherited by what is accepted
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_AFTER_MS)
        listener.bind(address)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener
