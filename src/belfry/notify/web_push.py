"""Web push to the phones of people on duty, under a key of our own and without anybody's cloud of ours in between.

The browser's maker runs the push service; it sees when something is sent to which browser and how large it is, and
reads nothing of it (RFC 8291). An endpoint is in no message and no log.
"""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from belfry.domain.reach import Audience, Channel
from belfry.notify.push_http import MayBeThere, NotAllowed, PushHttp, Reply, Unreachable
from belfry.ports import Chance, Clock
from belfry.ports.leave import Leave
from belfry.ports.outbox import MayHaveLeft, NotSent, Push
from belfry.ports.push import NoSuchPhone, PhoneUnfit, PushPhone, PushPhones, PushTarget
from belfry.ports.staff import StaffUnavailable
from belfry.protocols.web_push import (
    SALT_BYTES,
    PushKeyError,
    check_keys,
    encrypt,
    point_of,
    private_key,
    text_of,
    vapid,
)

log = structlog.get_logger()

WITHIN_S: Final = 15.0
"""How long one phone's service may take; less than the outbox waits."""
AGAIN_MOST_S: Final = 3_600
TROUBLE_AFTER: Final = 3
"""So many sendings in a row that no service took: the channel has failed."""
HALF_S: Final = 6 * 3_600
"""A VAPID word is used for half of its time."""
TITLE_SHOWN: Final = 120
BODY_SHOWN: Final = 400

URGENT: Final = {1: "high", 2: "high", 3: "normal"}
TTL_S: Final = {"alert": 3_600, "many": 3_600, "withdrawn": 3_600, "check": 240, "test": 60}
"""How long a service keeps it for a phone that is off. What was withdrawn replaces its alert under the same topic; by
the time who works alone is not asked any more everybody is told of him (`lone_alarm_s`)."""


class Payload(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the service worker reads (`docs/alerts.md`)."""

    why: str
    title: str
    body: str = ""
    alert: str | None = None
    incident: str | None = None
    number: int | None = None
    kind: str | None = None
    priority: int = 3
    quiet: bool = False
    again: bool = False
    notice: str = ""
    token: str = ""


class WebPush:
    """`hears` is told after each sending whether the channel works; `gone` of a phone that is no more."""

    def __init__(
        self,
        phones: PushPhones,
        secret: bytes,
        *,
        subject: str,
        clock: Clock,
        chance: Chance,
        allowed: Collection[str] = (),
        ca_file: Path | None = None,
    ) -> None:
        """`secret`: 32 bytes of this instance, from which its VAPID key is made. Raises OSError."""
        self.phones, self._subject, self.clock, self._chance = phones, subject, clock, chance
        self._key = private_key(secret)
        self.public_key = text_of(point_of(self._key.public_key()))
        self.http = PushHttp(clock, allowed=allowed, ca_file=ca_file)
        self._words: dict[str, tuple[float, str]] = {}
        """The VAPID word for each origin, and until when it is used."""
        self._rests: dict[str, float] = {}
        """Phones whose service asked for time, and until when."""
        self._failed = 0
        self.hears: Callable[[bool], None] = lambda _: None
        self.gone: Callable[[PushPhone], None] = lambda _: None

    def of(self, user: str) -> "PersonalPush":
        """The way to all phones of somebody."""
        return PersonalPush(self, user)

    def check(self, endpoint: str, p256dh: str, auth: str) -> None:
        """As `ports.push.PushDesk` says."""
        try:
            self.http.check(endpoint)
        except NotAllowed as error:
            raise PhoneUnfit("endpoint", str(error)) from None
        try:
            check_keys(p256dh, auth)
        except PushKeyError as error:
            field, _, wants = str(error).partition(": ")
            raise PhoneUnfit(field, wants) from None

    async def test(self, phone: PushPhone, title: str, body: str) -> str | None:
        """As `ports.push.PushDesk` says."""
        try:
            await self.send(phone, Push(title, body, target=PushTarget(why="test", priority=1)), quiet=False)
        except NotSent as error:
            return error.reason
        return None

    async def close(self) -> None:
        await self.http.close()

    async def send(self, phone: PushPhone, push: Push, *, quiet: bool) -> None:
        """Hand it to one phone's service. Raises NotSent."""
        rests = self._rests.get(phone.id, 0.0) - self.clock().timestamp()
        if 0 < rests <= AGAIN_MOST_S:
            raise NotSent("busy", again_s=int(rests) + 1)
        target = push.target or PushTarget(why="test")
        body = self._sealed(phone, push, target, quiet=quiet)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(TTL_S.get(target.why, 60)),
            "Urgency": URGENT.get(target.priority, "low"),
            "Topic": topic(target),
            "Authorization": self._authorization(phone.endpoint),
        }
        try:
            async with asyncio.timeout(WITHIN_S):
                reply = await self.http.post(phone.endpoint, headers, body)
        except TimeoutError:
            self._note(works=False)
            raise MayHaveLeft("timeout") from None
        except MayBeThere as error:
            self._note(works=False)
            raise MayHaveLeft(str(error)) from None
        except Unreachable as error:
            self._note(works=False)
            raise NotSent(str(error)) from None
        except NotAllowed:
            raise NotSent("not_allowed", final=True) from None
        await self._judge(phone, reply)

    async def _judge(self, phone: PushPhone, reply: Reply) -> None:
        match reply.status:
            case status if 200 <= status < 300:
                self._note(works=True)
            case 404 | 410:
                self._note(works=True)
                await self._forget(phone)
                raise NotSent("phone_gone", final=True)
            case 413:
                raise NotSent("too_large", final=True)
            case 429:
                raise NotSent("busy", again_s=self._rest(phone, reply))
            case status if status >= 500:
                self._note(works=False)
                raise NotSent("service_fails", again_s=self._rest(phone, reply))
            case _:  # 400, 401, 403: our word or our message is not taken, which no later try mends
                self._note(works=False)
                raise NotSent(f"refused_{reply.status}", final=True)

    def _rest(self, phone: PushPhone, reply: Reply) -> int | None:
        """How long its service wants nothing for this phone, which holds for whatever comes next too."""
        self._rests.pop(phone.id, None)
        if reply.again_s is None:
            return None
        again_s = min(max(reply.again_s, 1), AGAIN_MOST_S)
        self._rests[phone.id] = self.clock().timestamp() + again_s
        return again_s

    async def _forget(self, phone: PushPhone) -> None:
        try:
            await self.phones.remove(phone.id)
        except (NoSuchPhone, StaffUnavailable):
            return
        log.info("a phone is registered no more", phone=phone.id)
        self.gone(phone)

    def _note(self, *, works: bool) -> None:
        self._failed = 0 if works else self._failed + 1
        if works or self._failed >= TROUBLE_AFTER:
            self.hears(works)

    def _sealed(self, phone: PushPhone, push: Push, target: PushTarget, *, quiet: bool) -> bytes:
        said = Payload(
            why=target.why,
            title=push.title[:TITLE_SHOWN],
            body=push.body[:BODY_SHOWN],
            alert=target.alert,
            incident=target.incident,
            number=target.number,
            kind=target.kind,
            priority=target.priority,
            quiet=quiet or target.quiet,
            again=target.again,
            notice=target.notice,
            token=target.token,
        )
        try:
            point, auth = check_keys(phone.p256dh, phone.auth)
        except PushKeyError:
            raise NotSent("phone_keys", final=True) from None
        fresh = generate_private_key(SECP256R1())
        return encrypt(msgspec.json.encode(said), point, auth, key=fresh, salt=self._chance(SALT_BYTES))

    def _authorization(self, endpoint: str) -> str:
        scheme, _, rest = endpoint.partition("://")
        origin = f"{scheme}://{rest.partition('/')[0]}"
        now = self.clock()
        known = self._words.get(origin)
        if known is None or not 0 <= known[0] - now.timestamp() <= HALF_S:
            known = (now.timestamp() + HALF_S, vapid(origin, self._subject, now, self._key))
            self._words[origin] = known
        return known[1]


class PersonalPush:
    """A `ports.outbox.Notifier` to one person: sent where one of his phones' services took it."""

    channel = Channel.PUSH

    def __init__(self, push: WebPush, user: str) -> None:
        self._push, self._user = push, user

    async def send(self, leave: Leave, push: Push, *, audience: Audience) -> None:
        phones = self._push.phones.of(self._user)
        if not phones:
            raise NotSent("no_phone", final=True)
        leave.spend(audience, self.channel, self._push.clock())
        outcomes = await asyncio.gather(
            *(self._push.send(one, push, quiet=leave.quiet) for one in phones), return_exceptions=True
        )
        failures = [one for one in outcomes if one is not None]
        if len(failures) < len(phones):
            return
        for one in failures:
            if not isinstance(one, NotSent):
                raise one
        not_final = [one for one in failures if isinstance(one, NotSent) and not one.final]
        may_have = [one for one in not_final if isinstance(one, MayHaveLeft)]
        raise next(iter([*may_have, *not_final, *failures]))

    async def close(self) -> None:
        """The phones' connections are closed with the channel."""


def topic(target: PushTarget) -> str:
    """At most 32 characters of URL-safe base64 (RFC 8030, 5.4): what is newer takes the place of what waits."""
    about = target.alert or target.why
    return urlsafe_b64encode(sha256(about.encode()).digest())[:32].decode("ascii")
