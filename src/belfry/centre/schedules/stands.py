"""What is not kept: said once through the door of every signal, remembered while it stands, taken back when it is over.

A slot stands from when what was said of it is on the disk. What cannot be kept is said again in a while.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from belfry.centre.duress import ANY_RECEIVER
from belfry.centre.schedules.arms import Arms
from belfry.centre.schedules.said import UNSECURED, Stands, about
from belfry.centre.schedules.unsecured import Unsecured
from belfry.centre.schedules.watched import Watched
from belfry.domain.schedules import Schedule
from belfry.domain.signal import AccountKey, Arrival, Receipt
from belfry.domain.site import Account
from belfry.ports import JournalError

RETRY_S: Final = 5.0
"""What could not be kept is tried again after this."""


class Say(Struct):
    """Something to be said about a schedule, and what is so once it is kept; its account may change meanwhile."""

    arrival: Arrival
    account_id: str
    schedule: str
    stands: Stands | None
    """None: nothing any more."""
    from_s: float = 0.0


class Standing:
    """`by_slot` are those that are late or silent, as said; `back` those silent ones that were heard again, and when:
    to be said."""

    def __init__(
        self, watched: Watched, arms: Arms, unsecured: Unsecured, deliver: Callable[[Arrival], Future[Receipt]]
    ) -> None:
        self._watched, self._arms, self._unsecured, self._deliver = watched, arms, unsecured, deliver
        self.by_slot: dict[int, Stands] = {}
        self.back: dict[int, float] = {}

    def key(self, account: Account) -> AccountKey:
        """Under which of its lines something is said of an account."""
        key = self._arms.key(account)
        return key or AccountKey(account.receiver or ANY_RECEIVER, account.prefix, account.account)

    def missed(
        self, kind: str, account: Account, schedule: Schedule, now: datetime, at: datetime, from_s: float
    ) -> Say:
        """What `at` wanted did not come."""
        key, name = self.key(account), f"{schedule.id} {at:%Y-%m-%dT%H:%M:%S}"
        arrival = about(
            kind, now, account=account, key=key, area=schedule.area, zone=schedule.point, wanted_at=at, name=name
        )
        return Say(arrival, account.id, schedule.id, Stands(kind, at.timestamp(), key), from_s)

    def say_back(self, now: datetime) -> list[Say]:
        """Who was missed and is heard again."""
        says = []
        for slot, at_s in self.back.items():
            account, schedule, stands = (
                self._watched.account(slot),
                self._watched.schedule(slot),
                self.by_slot.get(slot),
            )
            if account is None or schedule is None or stands is None:
                continue
            name = f"{schedule.id} {at_s:.0f}"
            arrival = about(
                stands.kind, now, account=account, key=stands.key, area=schedule.area, zone=schedule.point, over=True,
                name=name,
            )  # fmt: skip
            says.append(Say(arrival, account.id, schedule.id, None))
        self.back.clear()
        return says

    async def say(self, says: Sequence[Say], now: datetime) -> None:
        """Deliver all of these; what is kept stands, or stands no more."""
        watched = self._watched
        answers = await self._deliver_all([one.arrival for one in says])
        for one, is_kept in zip(says, answers, strict=True):
            slot = watched.slot(one.account_id, one.schedule)  # now: the registry may have changed it meanwhile
            if slot is None:
                continue
            if one.stands is None and is_kept:
                self.by_slot.pop(slot, None)
            elif one.stands is None:
                self.back[slot] = watched.heard_s[slot]
            elif not is_kept:
                watched.look_at(slot, now.timestamp() + RETRY_S)
            else:
                self.by_slot[slot] = one.stands
                watched.from_s[slot] = max(watched.from_s[slot], one.from_s)
                if watched.planned_s(slot) is None:
                    watched.look_at(slot, now.timestamp())

    async def say_unsecured(self, now: datetime) -> None:
        """Say of who was disarmed after a night alarm that he is still unset."""
        found = list(self._unsecured.due(now))
        arrivals = []
        for account, key, one in found:
            name = f"{one.area} {one.since:%Y-%m-%dT%H:%M:%S}"
            area = one.area or None
            arrivals.append(about(UNSECURED, now, account=account, key=key, area=area, wanted_at=one.since, name=name))
        for (_, _, one), is_kept in zip(found, await self._deliver_all(arrivals), strict=True):
            if not is_kept:
                self._unsecured.put_back(one, now)

    async def _deliver_all(self, arrivals: Sequence[Arrival]) -> Sequence[bool]:
        """Tells of each whether it is kept."""
        answers = await asyncio.gather(*(self._deliver(one) for one in arrivals), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, JournalError):
                raise answer
        return [not isinstance(answer, BaseException) for answer in answers]
