"""What fell silent, as far as somebody may know of it: the lists of supervision, sifted by tenant."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from msgspec import Struct

from belfry.web.house import House, Silence
from belfry.web.outlet import Audience
from belfry.web.tenants import Tenants

LISTED_MOST: Final = 500
"""Of each list: more than anybody reads, and a mass outage shall not fill the line."""
NEXT_MOST: Final = 100
NEXT_SIFTED_MOST: Final = 1_000
"""Of the deadlines ahead: each has to be reckoned."""
"""Deadlines that come next."""
SIFTED_MOST: Final = 20_000
"""Of each list looked through for somebody who may not know of all; so the numbers of one tenant end there."""
COUNTED_FOR: Final = timedelta(seconds=10)
"""How long numbers for the stream are believed: they are asked for every second."""
AUDIENCES_MOST: Final = 200

T = TypeVar("T")


class Counts(Struct, frozen=True):
    lost: int
    not_commissioned: int


class Silences:
    def __init__(self, house: House, tenants: Tenants) -> None:
        self._house, self._tenants = house, tenants
        self._counted: dict[tuple[frozenset[str], bool], tuple[datetime, Counts]] = {}

    def of(self, audience: Audience) -> Silence:
        """What an audience may know of, at most LISTED_MOST of each list."""
        if audience.tenants is None:
            return self._house.silence(LISTED_MOST)
        found = self._house.silence(SIFTED_MOST)
        lost = self._sifted(audience, found.lost, lambda one: one.account_id)
        unheard = self._sifted(audience, found.not_commissioned, lambda one: one.account_id)
        slow = self._sifted(audience, found.slow, lambda one: one.account_id)
        overdue = self._sifted(audience, found.overdue, lambda one: one.account_id)
        outages = found.outages if self._tenants.account(audience, None) else ()  # of one cause, and of many tenants
        return Silence(
            lost=lost[:LISTED_MOST],
            lost_count=len(lost),
            not_commissioned=unheard[:LISTED_MOST],
            not_commissioned_count=len(unheard),
            slow=slow[:LISTED_MOST],
            slow_count=len(slow),
            outages=outages[:LISTED_MOST],
            outage_count=len(outages),
            overdue=overdue[:LISTED_MOST],
            overdue_count=len(overdue),
            due_next=self._sifted(audience, found.due_next, lambda one: one.account_id)[:NEXT_MOST],
            scheduled_count=self._scheduled(audience),
        )

    def counts(self, audience: Audience) -> Counts:
        """The numbers of an audience; of those who may not know of all they are some seconds old."""
        if audience.tenants is None:
            now = self._house.describe()
            return Counts(now.lost, now.not_commissioned)
        key = (audience.tenants, self._tenants.account(audience, None))
        at, known = self._counted.get(key, (None, None))
        now_at = self._house.clock()
        if at is not None and known is not None and abs(now_at - at) < COUNTED_FOR:
            return known
        found = self._house.silence(SIFTED_MOST)
        lost = self._sifted(audience, found.lost, lambda one: one.account_id)
        unheard = self._sifted(audience, found.not_commissioned, lambda one: one.account_id)
        counts = Counts(len(lost), len(unheard))
        if len(self._counted) >= AUDIENCES_MOST:
            self._counted.clear()
        self._counted[key] = (now_at, counts)
        return counts

    def _scheduled(self, audience: Audience) -> int:
        """How many accounts of an audience have a schedule."""
        accounts, may = self._house.accounts, self._tenants.account
        return sum(bool(accounts.parts(one.id).schedules) for one in accounts.all() if may(audience, one))

    def _sifted(self, audience: Audience, listed: Sequence[T], account_of: Callable[[T], str | None]) -> list[T]:
        by_id, may = self._house.accounts.by_id, self._tenants.account
        return [
            one
            for one in listed
            if may(audience, None if (account_id := account_of(one)) is None else by_id(account_id))
        ]
