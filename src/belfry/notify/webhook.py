"""A webhook of ours: one signed POST a message, over a connection of its own, to an address that was judged.

    X-Belfry-Timestamp: <unix seconds>
    X-Belfry-Signature: sha256=<hex>     HMAC-SHA-256 under the shared key, over "<seconds>:" and the body
    Idempotency-Key: <id>                of the message; a repeat has the same

Taken is what is answered with 2xx; of an answer no more is read than its head. Nothing is followed: a redirect is a
refusal. What leaves is told in no log.
"""

import asyncio
import hmac
import re
import ssl
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from socket import SOCK_STREAM
from typing import Final

import msgspec
from msgspec import Struct

from belfry.domain.reach import Channel
from belfry.notify.standing import Standing
from belfry.notify.whither import context, may_reach, secret
from belfry.ports import Chance, Clock
from belfry.ports.automation import NotTaken
from belfry.ports.leave import Leave, NoLeave
from belfry.ports.output import OutputSettings, Told, Why

HEAD_MOST_BYTES: Final = 16_384
WAIT_MOST_S: Final = 300.0
"""Longest that is waited because somebody asks for it: an alarm is no newsletter."""
STATUS: Final = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: |\r)")
BUSY: Final = frozenset({408, 425, 429})
"""Refusals that are over by themselves, as all from 500 on are."""
ADDRESSES_MOST: Final = 4


class Answer(Struct, frozen=True):
    status: int
    retry_after: str | None = None


class _Vain(Exception):
    """A try was in vain: why, whether for good, how long it is to wait, and what was answered."""

    def __init__(self, why: Why, *, for_good: bool = False, wait_s: float = 0.0, status: int | None = None) -> None:
        super().__init__(why)
        self.why, self.for_good, self.wait_s, self.status = why, for_good, wait_s, status


class Webhook:
    """`ports.output.Output`. Nothing to start: each message has a connection of its own."""

    def __init__(self, settings: OutputSettings, channel: Channel, clock: Clock, chance: Chance) -> None:
        """Raises Unfit."""
        self.name, self.channel = settings.name, channel
        self._settings, self._clock = settings, clock
        self._context = context(settings)
        self._key = (secret(settings) or "").encode()
        self._at = settings.where()
        self._standing = Standing(settings, clock, chance)

    async def tell(self, leave: Leave, told: Told) -> None:
        try:
            async with asyncio.timeout(self._settings.answer_within_s):
                await self._post(leave, told)
        except _Vain as vain:
            self._standing.missed(vain.why, for_good=vain.for_good, wait_s=vain.wait_s, status=vain.status)
            raise NotTaken from None
        except TimeoutError:
            self._standing.missed(Why.NO_ANSWER)
            raise NotTaken from None
        except ssl.SSLCertVerificationError:
            self._standing.missed(Why.CERTIFICATE, for_good=True)
            raise NotTaken from None
        except (OSError, EOFError, asyncio.LimitOverrunError, ValueError):
            self._standing.missed(Why.UNREACHABLE)
            raise NotTaken from None
        except NoLeave:
            self._standing.missed(Why.UNREACHABLE)
            raise
        self._standing.took()

    async def _post(self, leave: Leave, told: Told) -> None:
        reader, writer = await self._connect()
        try:
            now = self._clock()
            leave.spend(leave.audience, self.channel, now)
            writer.write(self._request(msgspec.json.encode(told), told.id, now))
            await writer.drain()
            judge(await read_answer(reader), now)
        finally:
            with suppress(OSError):
                writer.transport.abort()

    async def _connect(self) -> tuple[StreamReader, StreamWriter]:
        """Connect to the first address that lets us. Raises _Vain where none may be reached, OSError."""
        host, port = self._settings.host_port()
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
        only_private = self._context is None
        fit = [
            str(where[0])
            for *_, where in found
            if may_reach(str(where[0]), private=self._settings.private, only_private=only_private)
        ]
        if not fit:
            raise _Vain(Why.ADDRESS, for_good=True)
        failed: OSError | None = None
        for address in list(dict.fromkeys(fit))[:ADDRESSES_MOST]:
            try:
                return await asyncio.open_connection(
                    address,
                    port,
                    ssl=self._context,
                    server_hostname=host if self._context is not None else None,
                    limit=HEAD_MOST_BYTES,
                )
            except OSError as error:
                failed = error
        assert failed is not None  # there was one at least
        raise failed

    def _request(self, body: bytes, name: str, now: datetime) -> bytes:
        stamp = str(int(now.timestamp()))
        target = (self._at.path or "/") + (f"?{self._at.query}" if self._at.query else "")
        lines = [
            f"POST {target} HTTP/1.1",
            f"Host: {self._at.netloc}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "User-Agent: Belfry",
            f"Idempotency-Key: {name}",
            f"X-Belfry-Timestamp: {stamp}",
            f"X-Belfry-Signature: sha256={signature(self._key, stamp, body)}",
            "Connection: close",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii") + body

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def up(self) -> None:
        await self._standing.up()

    def down(self) -> None:
        """There is nothing to hang up."""

    def rest(self, resting: bool) -> None:
        self._standing.rest(resting)

    def away_since(self) -> datetime | None:
        return self._standing.away_since()

    def why(self) -> str | None:
        return self._standing.why

    async def close(self) -> None:
        """There is nothing to hang up."""


def signature(key: bytes, stamp: str, body: bytes) -> str:
    return hmac.digest(key, stamp.encode("ascii") + b":" + body, sha256).hex()


async def read_answer(reader: StreamReader) -> Answer:
    """Read the head of an answer behind those that say no more than that one comes. Raises _Vain, EOFError,
    LimitOverrunError."""
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        said = STATUS.match(head)
        if said is None:
            raise _Vain(Why.NO_HTTP)
        status = int(said[1])
        if status >= 200:
            return Answer(status, _retry_after(head))


def judge(answer: Answer, now: datetime) -> None:
    """Return where a message was taken. Raises _Vain."""
    status = answer.status
    if status < 300:
        return
    wait_s = wait_of(answer.retry_after, now)
    if status < 400:
        raise _Vain(Why.ELSEWHERE, for_good=True, status=status)
    if status in BUSY or status >= 500:
        raise _Vain(Why.BUSY, wait_s=wait_s, status=status)
    raise _Vain(Why.REFUSED, for_good=True, wait_s=wait_s, status=status)


def wait_of(asked: str | None, now: datetime) -> float:
    """Seconds that `Retry-After` asks for, as a number or as a date; 0 where it asks for nothing that we know."""
    if asked is None:
        return 0.0
    if asked.isascii() and asked.isdigit() and len(asked) <= 9:
        return min(float(asked), WAIT_MOST_S)
    try:
        until = parsedate_to_datetime(asked)
    except ValueError:
        return 0.0
    until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), WAIT_MOST_S)


def _retry_after(head: bytes) -> str | None:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"retry-after":
            return value.strip()[:64].decode("latin-1")
    return None
