"""Warnings that are pushed: POST or PUT to /d/<secret>, answered once the warning is kept. Knows no socket.

Whoever does not know the secret gets the same 404, whatever was wrong. Neither the address of a request nor its body
is in any log, answer or error.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any, Final

import structlog

from belfry.domain.reading import Disposition, Said
from belfry.receivers.http_answers import KEPT, TOO_OFTEN, UNKEPT, UNKNOWN, Answer, Bodies, headers_of, send_answer
from belfry.receivers.http_settings import HttpSettings
from belfry.receivers.limits import Rates, source_of

log = structlog.get_logger()

KEPT_WITHIN_S: Final = 30.0
"""Whoever waits longer for an answer has hung up, and sends again."""
METHODS: Final = ("POST", "PUT")
_METHODS: Final = Answer(405, "a warning comes by POST or PUT", headers=((b"allow", b"POST, PUT"),))
_PACKED: Final = Answer(415, "a message is sent as it is, not packed", "Content-Encoding", ((b"accept-encoding", b""),))


class CapDoor:
    """An ASGI application: `take` verifies a message and keeps its warning, and raises where that cannot be kept."""

    def __init__(self, settings: HttpSettings, take: Callable[[bytes], Awaitable[Said]]) -> None:
        self._name, self._take = settings.name, take
        self._rates = Rates(settings.requests_per_source_per_s)
        self._bodies = Bodies(settings.body_most_bytes, settings.bodies_most_bytes)
        self._secret: bytes | None = None
        self._too_often = self.strangers = 0

    @property
    def turned_away(self) -> int:
        return self._too_often + self._bodies.turned_away

    def know(self, secret: str) -> None:
        """Whom to believe from now on."""
        self._secret = sha256(secret.encode()).digest()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope, receive)
        except Exception as error:  # its text may hold a piece of the message
            log.warning("a pushed warning was not kept", receiver=self._name, error=type(error).__name__)
            answer = UNKEPT
        if answer.status:
            await send_answer(send, answer)

    async def _answer(self, scope: Any, receive: Any) -> Answer:
        if not self._rates.allows(source_of(scope.get("client")), asyncio.get_running_loop().time()):
            self._too_often += 1
            return TOO_OFTEN
        if not self._is_known(scope["path"]):
            self.strangers += 1
            return UNKNOWN
        if scope["method"] not in METHODS:
            return _METHODS
        headers = headers_of(scope)
        if headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
            return _PACKED
        body = await self._bodies.read(receive, headers)
        if isinstance(body, Answer):
            return body
        async with asyncio.timeout(KEPT_WITHIN_S):
            said = await self._take(body)
        return Answer(400, said.reason, "body") if said.disposition is Disposition.REJECT else KEPT

    def _is_known(self, path: str) -> bool:
        said = sha256(path.removeprefix("/d/").removesuffix("/").encode("utf-8", "replace")).digest()
        known = self._secret is not None and hmac.compare_digest(said, self._secret)
        return known and path.startswith("/d/")
