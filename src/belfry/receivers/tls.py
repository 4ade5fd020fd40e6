"""TLS for the doors of equipment: a context out of files, or an error that says which setting and file is at fault."""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

from belfry.receivers.limits import Rates, Shares, source_of

HANDSHAKES_MOST: Final = 256
"""Under way at once: after an outage all devices come back together, and the rest tries again."""
HANDSHAKES_MOST_EACH: Final = 64
"""Of one source."""
HANDSHAKES_PER_SOURCE_PER_S: Final = 50
"""In the long run, twice that at once: each costs a millisecond."""


def server_context(cert: Path, key: Path | None, *, client_ca: Path | None = None) -> ssl.SSLContext:
    """Return a context for a server, TLS 1.2 or later; with `client_ca` only for clients whose certificate it signed.

    Raises OSError naming setting and file; never asks at a terminal.
    """
    for setting, file in (("tls_cert", cert), ("tls_key", key or cert), ("tls_client_ca", client_ca)):
        if file is None:
            continue
        try:
            with file.open("rb"):
                pass
        except OSError as error:
            raise OSError(error.errno, f"{setting} = {file} cannot be read: {error.strerror}") from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # Nobody types a pass-phrase at the start of a server, and OpenSSL would ask for it.
        context.load_cert_chain(cert, key, password=lambda: b"")
    except (OSError, ValueError) as error:
        raise OSError(f"tls_cert = {cert} and tls_key = {key} are no certificate and its own key in PEM") from error
    if client_ca is not None:
        try:
            context.load_verify_locations(client_ca)
        except (OSError, ValueError) as error:
            raise OSError(f"tls_client_ca = {client_ca} is no certificate in PEM") from error
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def unusable(cert: Path | None, key: Path | None, *, client_ca: Path | None = None) -> str | None:
    """Return why a certificate cannot be used, for `belfry check`; None: it can, or there is none."""
    try:
        if cert is not None:
            server_context(cert, key, client_ca=client_ca)
    except OSError as error:
        return error.strerror or str(error)
    return None


class Anteroom:
    """Where connections wait until their handshake is done: so many, so many of a source, and not for long.

    A server of asyncio begins handshakes of its own accord and counts none, so whoever opens connections and says
    nothing would use up the open files of everybody.
    """

    def __init__(self, context: ssl.SSLContext, make: Callable[[], asyncio.Protocol], *, within_s: float) -> None:
        self._context, self._make, self._within_s = context, make, within_s
        self._shares = Shares(most=HANDSHAKES_MOST, most_each=HANDSHAKES_MOST_EACH)
        self._rates = Rates(HANDSHAKES_PER_SOURCE_PER_S)
        self._under_way: set[asyncio.Task[None]] = set()
        self.turned_away = 0

    def __call__(self) -> asyncio.Protocol:
        """The maker of connections of a server without TLS of its own."""
        return _Entering(self)

    @property
    def waiting(self) -> int:
        return self._shares.total

    def enter(self, transport: asyncio.Transport) -> None:
        source = source_of(transport.get_extra_info("peername"))
        now_s = asyncio.get_running_loop().time()
        if not self._rates.allows(source, now_s) or not self._shares.take(source):
            self.turned_away += 1
            transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._shake_hands(transport, source))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """End the handshakes that are under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _shake_hands(self, transport: asyncio.Transport, source: str) -> None:
        inner = self._make()
        try:
            secured = await asyncio.get_running_loop().start_tls(
                transport, inner, self._context, server_side=True, ssl_handshake_timeout=self._within_s
            )
        except OSError:  # of ssl too: no handshake, or none in time
            transport.abort()
            return
        except BaseException:
            transport.abort()
            raise
        finally:
            self._shares.give_back(source)
        if secured is None:  # gone meanwhile
            transport.abort()
        else:
            inner.connection_made(secured)


class _Entering(asyncio.Protocol):
    def __init__(self, anteroom: Anteroom) -> None:
        self._anteroom = anteroom

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._anteroom.enter(cast(asyncio.Transport, transport))  # asyncio types it no closer
