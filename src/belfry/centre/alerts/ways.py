"""The ways to one person: his phones by web push, and what the settings name where that does not get through."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol

from belfry.centre.alerts.reaching import Reaching
from belfry.centre.asking import Rota, Way
from belfry.centre.notices import other_way
from belfry.domain.contacts import WeekWindow
from belfry.domain.incident import Incident
from belfry.domain.kinds import Kinds
from belfry.domain.notice_facts import NoticeAsked
from belfry.domain.notices import ALERT, Notice
from belfry.domain.reach import Channel
from belfry.domain.rota import is_within
from belfry.domain.sent import Alert
from belfry.ports.outbox import Notifier
from belfry.ports.push import PushPhones
from belfry.safeguards.push import Carries

CAN_WAIT: Final = 4
"""From this priority on an alert waits until nobody is disturbed by it."""
WEB_PUSH: Final = "web push"
TOKEN_BYTES: Final = 16


class PushChannel(Protocol):
    """What is needed of `notify.web_push`."""

    @property
    def phones(self) -> PushPhones: ...

    def of(self, user: str) -> Notifier: ...


@dataclass(frozen=True, slots=True)
class Fallback:
    """`[[person]]`: another way to somebody, so long after he was asked for. `number`: the how manyth of his."""

    user: str
    notifier: str
    after: timedelta
    number: int = 0


class PersonalWays:
    """`centre.asking.People`. `push` None: this centre has no web push. `secret`: 32 bytes of this instance."""

    def __init__(
        self,
        reaching: Reaching,
        push: PushChannel | None,
        rota: Rota,
        *,
        kinds: Kinds,
        secret: bytes,
        fallbacks: Sequence[Fallback] = (),
        quiet: Sequence[WeekWindow] = (),
        carries: Carries = "place",
        persons: bool = True,
    ) -> None:
        self._reaching, self._push, self._rota, self._secret = reaching, push, rota, secret
        self._kinds = kinds
        self._quiet, self._carries, self._persons = tuple(quiet), carries, persons
        by_user: dict[str, list[Fallback]] = {}
        for one in fallbacks:
            mine = by_user.setdefault(one.user.casefold(), [])
            mine.append(Fallback(one.user, one.notifier, one.after, len(mine)))
        self.fallbacks: Mapping[str, Sequence[Fallback]] = by_user
        """By the name of the staff account, whatever its case."""

    def is_on_duty(self, user: str) -> bool:
        return self._reaching.is_on_duty(user)

    def may_be_told(self, asked: NoticeAsked, incident: Incident | None) -> bool:
        alerts = () if incident is None else incident.alerts
        alert = next((one for one in alerts if one.alert == asked.alert), None)
        if incident is None or alert is None:
            return self.is_on_duty(asked.to)
        return self._reaching.may_know(asked.to, incident, self._kinds[incident.kind], alert)

    def way(self, asked: NoticeAsked) -> tuple[str, Way] | None:
        if asked.way:
            other = self._rota.ways.get(asked.way)
            return None if other is None else (asked.way, other)
        if not self._has_phone(asked.to) or self._push is None:
            return None
        notifier = self._push.of(asked.to)
        return WEB_PUSH, Way(notifier=notifier, carries=self._carries, persons=self._persons, personal=True)

    def rests(self, incident: Incident, now: datetime) -> bool:
        return incident.priority >= CAN_WAIT and is_within(self._quiet, now.astimezone(self._rota.zone))

    async def place(self, incident: Incident) -> str | None:
        point = await self._reaching.point(incident)
        return None if point is None else f"{point.latitude:.4f}, {point.longitude:.4f}"

    def token(self, notice: str) -> str:
        made = hmac.digest(self._secret, notice.encode(), sha256)[:TOKEN_BYTES]
        return urlsafe_b64encode(made).rstrip(b"=").decode("ascii")

    def is_token(self, notice: str, token: str) -> bool:
        return hmac.compare_digest(self.token(notice).encode(), token.encode("utf-8", "replace"))

    def channel(self, notifier: str) -> Channel:
        way = self._rota.ways.get(notifier)
        return Channel.PUSH if way is None else way.notifier.channel

    def other_ways(self, notices: Sequence[Notice], alert: Alert) -> Iterator[tuple[Notice, Fallback, datetime]]:
        """The other ways that are still to be tried, and when: at once where somebody has no phone, later where his
        has not said that it has it."""
        known = {one.id for one in notices}
        seen: set[str] = set()
        for notice in notices:
            asked = notice.asked
            if asked.why != ALERT or asked.way or asked.to in seen or asked.to in alert.answers:
                continue
            seen.add(asked.to)
            if notice.delivered_at is not None or not self.is_on_duty(asked.to):
                continue
            for one in self.fallbacks.get(asked.to.casefold(), ()):
                if other_way(notice.id, one.number) not in known:
                    wait = one.after if self._has_phone(asked.to) else timedelta(0)
                    yield notice, one, notice.asked_at + wait

    def _has_phone(self, user: str) -> bool:
        return self._push is not None and bool(self._push.phones.of(user))
