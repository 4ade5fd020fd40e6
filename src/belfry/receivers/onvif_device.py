"""One ONVIF device as its client sees it: `onvif-zeep-async`, kept to one host, to limits, and away from what is said.

The library would verify no certificate, follow a device to any address that it names, read answers of any length, and
write whole answers to its debug log. Here it goes to the host of the book alone, with the receiver's TLS and limits;
its loggers are silent; and what a pull brings never reaches it: the bytes are ours, it is told that nothing came.
"""

import asyncio
import logging
import ssl
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from onvif import ONVIFCamera  # type: ignore[import-untyped,import-not-found,unused-ignore]  # of the extra `onvif`
from onvif.client import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
    AsyncTransportProtocolErrorHandler,
)
from onvif.exceptions import ONVIFError  # type: ignore[import-untyped,import-not-found,unused-ignore]
from zeep.exceptions import Error as ZeepError  # type: ignore[import-untyped,import-not-found,unused-ignore]
from zeep.exceptions import Fault, TransportError

from belfry.domain.device import Login
from belfry.protocols.common.unreadable import Unreadable
from belfry.protocols.common.xml import parse_leniently
from belfry.receivers.camera_http import Address
from belfry.receivers.fetching import Gone, Unwelcome

ANSWER_MOST_BYTES: Final = 1 << 20
MESSAGES_A_PULL: Final = 100
LEAVE_WITHIN_S: Final = 2.0
"""Saying good-bye is a courtesy: a subscription ends by itself."""

_NOTHING: Final = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
    b'<e:PullMessagesResponse xmlns:e="http://www.onvif.org/ver10/events/wsdl">'
    b"<e:CurrentTime>2026-01-01T00:00:00Z</e:CurrentTime><e:TerminationTime>2026-01-01T00:01:00Z</e:TerminationTime>"
    b"</e:PullMessagesResponse></s:Body></s:Envelope>"
)
_NOT_AUTHORIZED: Final = "notauthorized"

for _name in ("onvif", "zeep"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


class _Transport(AsyncTransportProtocolErrorHandler):  # type: ignore[misc]  # its base has no types
    """Posts within limits, and keeps the answer of a pull to itself."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        super().__init__(session=session, verify_ssl=True, cache=None)
        self.pulled: bytes | None = None

    async def _post_internal(self, address: str, message: str | bytes, headers: dict[str, str]) -> Any:
        data = message.encode() if isinstance(message, str) else message
        headers.setdefault("Content-Type", 'application/soap+xml; charset="utf-8"')
        # No redirect: it would carry our digest to whomever the device names.
        async with self.session.post(address, data=data, headers=headers, allow_redirects=False) as response:
            content = await _within(response)
            if b":PullMessages" in data and response.status == 200:
                self.pulled, content = content, _NOTHING
            elif content:
                _checked(content)
            return response, content


class OnvifDevice(ONVIFCamera):  # type: ignore[misc]  # its base has no types
    """A device at one address, with a subscription to its events. `close` it."""

    def __init__(self, where: Address, login: Login | None, context: ssl.SSLContext, *, within_s: float) -> None:
        """`within_s` is how long any answer may take, a pull's wait included."""
        self._where = where
        user, password = (login.user, login.password) if login is not None else (None, None)
        middlewares = (aiohttp.DigestAuthMiddleware(user, password or ""),) if user else ()
        self._session_of_all = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context),
            timeout=aiohttp.ClientTimeout(total=within_s),
            middlewares=middlewares,
            auto_decompress=True,
        )
        super().__init__(self._base, where.port, user, password, adjust_time=True, no_cache=True)
        self._manager: Any = None
        self._ended = False

    @property
    def _base(self) -> str:
        scheme = "https" if self._where.tls else "http"
        return f"{scheme}://[{self._where.host}]" if ":" in self._where.host else f"{scheme}://{self._where.host}"

    def rewrite_url(self, url: str | None) -> str | None:
        """Whatever address the device names, we stay at its host."""
        if not url:
            return url
        parts = urlsplit(url)
        return urlunsplit(("https" if self._where.tls else "http", self._where.authority, parts.path, parts.query, ""))

    async def create_onvif_service(self, *args: Any, **kwargs: Any) -> Any:
        # Cancelled in between, the library would leave a session open that nobody knows.
        service = await _to_the_end(super().create_onvif_service(*args, **kwargs))
        if not isinstance(service.transport, _Transport):
            transport = _Transport(self._session_of_all)
            service.transport = transport
            service.zeep_client.transport = service.zeep_client_authless.transport = transport
        return service

    async def subscribe(self, for_s: float) -> None:
        """Subscribe to all events, and have their present state repeated. Raises Gone, Unwelcome."""
        try:
            await self._find_services()
            self._manager = await self.create_pullpoint_manager(timedelta(seconds=for_s), self._lost)
            await self._manager.set_synchronization_point()
        except Exception as error:
            raise _told(error) from None

    async def pull(self, wait_s: float) -> bytes:
        """Return the body of the next answer; within `wait_s` an empty one where nothing happened. Raises Gone."""
        service = self._manager.get_service()
        transport = service.transport
        transport.pulled = None
        try:
            await service.PullMessages({"MessageLimit": MESSAGES_A_PULL, "Timeout": timedelta(seconds=wait_s)})
        except Exception as error:
            raise _told(error) from None
        if self._ended:
            raise Gone("it ended our subscription")
        pulled: bytes | None = transport.pulled
        if pulled is None:
            raise Gone("its answer cannot be read")
        return pulled

    async def leave(self) -> None:
        """End the subscription, so that the device has a place for the next, and close everything."""
        await _to_the_end(self._leave())

    async def _leave(self) -> None:
        try:
            if self._manager is not None:
                async with asyncio.timeout(LEAVE_WITHIN_S):
                    await self._manager.shutdown()
        except Exception:  # it ends by itself
            pass
        finally:
            await self.close()
            await self._session_of_all.close()

    async def _find_services(self) -> None:
        try:
            await self.update_xaddrs()
        except (ValueError, TypeError, AttributeError):  # a clock of year 0 is no time to correct ours by
            self.adjust_time = False
            await self.update_xaddrs()

    def _lost(self) -> None:
        self._ended = True


async def _to_the_end(work: Coroutine[Any, Any, Any]) -> Any:
    """Await work that must not be left half done: who is cancelled meanwhile is so when it is over."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


async def _within(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for piece in response.content.iter_any():
        content += piece
        if len(content) > ANSWER_MOST_BYTES:
            raise Gone(f"its answer is longer than {ANSWER_MOST_BYTES} bytes")
    return bytes(content)


def _checked(content: bytes) -> None:
    """What goes to the library is XML within limits and without a document type."""
    try:
        parse_leniently(content)
    except Unreadable:
        raise Gone("its answer cannot be read") from None


def _told(error: Exception) -> Exception:
    """An error of the library, in words of ours: its own quote what the device said."""
    if isinstance(error, Gone | OSError):  # TimeoutError is one
        return error
    if isinstance(error, Fault):
        codes = [str(error.code), *(str(getattr(code, "text", code)) for code in error.subcodes or ())]
        if any(_NOT_AUTHORIZED in code.lower() for code in codes):
            return Unwelcome("it does not take our log-on")
        return Gone("it refuses what we ask for")
    if isinstance(error, TransportError) and error.status_code in (401, 403):
        return Unwelcome("it does not take our log-on")
    if isinstance(error, aiohttp.ClientError):
        return Gone("it cannot be reached")
    if isinstance(error, ONVIFError | ZeepError):
        return Gone("it does not speak ONVIF as it should")
    return Gone(f"its answer is not understood ({type(error).__name__})")
