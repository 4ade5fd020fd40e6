"""Silence is a signal: every path and every panel must be heard from in time (RULES 3).

`watch` keeps the times and deadlines (`dues`, from what is `agreed`), in columns (`slots`); `losses` says what is lost
and what is back, through the same door as every other signal (`silence`), and once where many fall silent together
(`outages`); `memory` saves it. Polls are journaled nowhere; only lost and restored are.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from itertools import chain, islice
from typing import Final

import structlog
from msgspec import Struct

from belfry.centre.supervision.losses import Asks, Losses
from belfry.centre.supervision.memory import Memory
from belfry.centre.supervision.silence import OUTAGE
from belfry.centre.supervision.watch import Watch
from belfry.domain.facts import Downtime, Received
from belfry.domain.presets import Rules
from belfry.domain.signal import AccountKey, Arrival, Method, Poll, Receipt
from belfry.domain.supervision import proves_panel
from belfry.ports import Clock, Sites
from belfry.ports.last_seen import LastSeen

__all__ = ["Asks", "Heard", "OutageNow", "Silent", "Slow", "Supervision", "Uncommissioned"]

log = structlog.get_logger()

_EQUIPMENT: Final = Method.EQUIPMENT

EVERY_S: Final = 0.5
"""Between two steps, so that what is overdue is seen within a second."""

STALL: Final = timedelta(seconds=10)
"""A step that comes this much later than it should, or before the last one: the machine slept or the clock was set.
Nobody was silent."""

STRANGERS_MOST: Final = 1_000
"""Unknown accounts of which only polls are heard; the oldest are let go. Scanners will come."""


class Silent(Struct, frozen=True):
    """A lost path (or `panel`). `kind` is None while it waits to be said; `outage` is the cause that explains it."""

    account_id: str
    path: str
    since: datetime
    heard_at: datetime | None
    kind: str | None
    outage: str | None
    life: bool = False
    """A fire, somebody who needs help or somebody in a lift would not be heard, so it is listed on top."""


class Uncommissioned(Struct, frozen=True):
    """A registered account that was never heard, or an unknown one of which only polls are."""

    receiver: str | None
    prefix: str | None
    account: str
    account_id: str | None
    name: str
    heard_at: datetime | None


class Heard(Struct, frozen=True):
    """When a path (or `panel`) was last heard, None: never since it is known; and since when it is lost."""

    path: str
    heard_at: datetime | None
    lost_since: datetime | None


class Slow(Struct, frozen=True):
    """A path whose interval is over half its window: one lost poll would be an alarm."""

    account_id: str
    path: str
    observed: timedelta
    window: timedelta


class OutageNow(Struct, frozen=True):
    """An outage that is not over: how many paths it silenced in all, and how many still are."""

    part: str
    since: datetime
    silent: int
    folded: int


class Supervision:
    """`load` first, then frames (`poll`, `heard`), then `run`; `save` once more at the end."""

    def __init__(
        self,
        accounts: Sites,
        deliver: Callable[[Arrival], Future[Receipt]],
        *,
        rules: Rules,
        clock: Clock,
        last_seen: LastSeen,
        asks: Asks | None = None,
    ) -> None:
        self._accounts, self._clock = accounts, clock
        self._asks = asks or Asks()
        self._watch = Watch(accounts, rules, clock().timestamp())
        self._losses = Losses(self._watch, accounts, deliver, rules=rules, asks=self._asks)
        self._memory = Memory(self._watch, self._losses, accounts, last_seen)
        self._strangers: dict[AccountKey, datetime] = {}
        self._live = False
        self._turned = self._saved = clock()
        self._save_every = timedelta(seconds=rules.save_last_seen_s / 2)
        self._failing = False
        self.beats = 0
        """Grows with every step; whoever watches the followers sees that this one goes on."""

    # -- frames

    def poll(self, poll: Poll) -> None:
        """A link test was heard: the path is alive, of the panel nothing is known."""
        key = poll.account
        account = self._accounts.by_key(key)
        if account is None:
            self._note_stranger(key, poll.at)
        elif poll.authenticated or not (account.keys or self._asks.is_keyed(key)):
            self._watch.frame(account, poll.path, key.receiver, key.prefix, at_s=poll.at.timestamp(), polled=True)

    def heard(self, received: Received) -> None:
        """A signal was kept: of a panel, it proves path and panel; of our own, it tells what was said before a crash.

        In the order of the journal; hearing one again changes nothing.
        """
        if received.method is not _EQUIPMENT:
            if received.method is Method.SYSTEM and not self._live:
                self._losses.recall(received, received.account_key)
            return
        if received.device is not None:  # a device speaks for itself; the site's panel may be dead
            return
        key = received.account_key
        account = None if key is None else self._accounts.by_key(key)
        if key is None or account is None:
            return
        if received.authenticated or not (account.keys or self._asks.is_keyed(key)):
            at_s = received.received_at.timestamp()
            if received.path is not None:
                self._watch.frame(account, received.path, received.receiver, received.prefix, at_s=at_s, polled=False)
            if self._watch.agreed.tests(account) and proves_panel(received):
                self._watch.proved(account, received.receiver, received.prefix, at_s)

    def was_down(self, since: datetime, until: datetime) -> None:
        """We did not listen for a while; it is nobody's silence."""
        self._memory.away([Downtime(part="centre", since=since, until=until)], until)

    def changed(self, account_id: str) -> None:
        """The registry changed or removed an account; a shorter interval counts from now."""
        if self._accounts.by_id(account_id) is None:
            for slot in self._watch.slots.of_account(account_id):
                self._losses.forget(slot)
            self._watch.forget(account_id)
            return
        self._watch.agreed.learn(account_id)
        for slot in self._watch.slots.of_account(account_id):
            if self._watch.unwatched(slot):  # a path that was taken out: whoever has its incident closes it
                self._losses.forget(slot)
                self._watch.revive(slot)
        self._watch.resume(self._watch.slots.of_account(account_id), self._clock().timestamp())

    def _note_stranger(self, key: AccountKey, at: datetime) -> None:
        self._strangers.pop(key, None)
        self._strangers[key] = at
        if len(self._strangers) > STRANGERS_MOST:
            del self._strangers[next(iter(self._strangers))]

    # -- steps

    async def run(self) -> None:
        """Step and save until cancelled. Raises nothing that a full disk or a failing store raises."""
        self._turned = self._saved = self._clock()
        while True:
            await asyncio.sleep(EVERY_S)
            await self.turn()

    async def turn(self) -> None:
        """One round of `run`: credit a stall of ours, step, save where it is time or something was said."""
        now = self._clock()
        if now - self._turned > STALL:
            log.warning("supervision stalled", seconds=(now - self._turned).total_seconds())
            self.was_down(self._turned, now)
        elif self._turned - now > STALL:
            log.warning("the clock was set back", seconds=(self._turned - now).total_seconds())
            self._memory.set_back(now)
        await self.step(now)
        self._turned = now
        if self._losses.changed or now - self._saved >= self._save_every:
            self._saved = now
            await self._try_to_save()

    async def _try_to_save(self) -> None:
        try:
            await self.save()
        except Exception as error:
            # Whatever the store raises: it delays the saving, and what is overdue must still be seen.
            if not self._failing:
                log.error("last-seen times are not saved", error=str(error))
            self._failing = True
        else:
            self._failing = False

    async def step(self, now: datetime) -> None:
        """Find what is overdue and say it; say who is back. One step at a time."""
        self._live = True
        self.beats += 1
        overdue, more = self._watch.look(now.timestamp())
        while more:
            await asyncio.sleep(0)
            found, more = self._watch.look(now.timestamp())
            overdue += found
        await self._losses.step(overdue, now)

    # -- memory

    async def load(self, downs: Sequence[Downtime] = ()) -> Downtime | None:
        """Take up where the last run ended, before the first frame; returns our downtime that ends now, if known.

        `downs` are those of earlier starts (`domain.supervision.downtimes`), for whom was not heard since.
        """
        return await self._memory.load(downs, self._clock())

    async def save(self) -> None:
        """Save what changed since the last time. Raises what the store raises; nothing is forgotten by that."""
        self._losses.changed = False
        await self._memory.save(self._clock())

    # -- lists

    @property
    def lost_count(self) -> int:
        return len(self._watch.lost_s)

    def lost(self, limit: int | None = None) -> Sequence[Silent]:
        """What is lost now: fire, care and lifts on top, then the longest silent first."""
        lost_s, first, ids = self._watch.lost_s, self._watch.agreed.first, self._watch.slots.account_ids

        def order(slot: int) -> tuple[bool, float, int]:
            return (ids[slot] not in first, lost_s[slot], slot)

        return [self._silent(slot) for slot in nsmallest(len(lost_s) if limit is None else limit, lost_s, key=order)]

    def _silent(self, slot: int) -> Silent:
        said = self._losses.said.get(slot)
        return Silent(
            account_id=self._watch.slots.account_ids[slot],
            path=self._watch.name(slot),
            since=datetime.fromtimestamp(self._watch.lost_s[slot], UTC),
            heard_at=_instant(self._watch.slots.heard_s[slot]),
            kind=None if said is None else said.kind,
            outage=said.part if said is not None and said.kind == OUTAGE else None,
            life=self._watch.slots.account_ids[slot] in self._watch.agreed.first,
        )

    @property
    def not_commissioned_count(self) -> int:
        """Registered accounts never heard, and unknown ones that poll; asks no account one by one."""
        unknown = sum(self._accounts.by_key(key) is None for key in self._strangers)
        return max(0, len(self._accounts.all()) - self._watch.slots.accounts) + unknown

    def not_commissioned(self, limit: int | None = None) -> Sequence[Uncommissioned]:
        """Unknown accounts that poll, the latest first, then registered accounts that were never heard."""
        unknown = (
            Uncommissioned(key.receiver, key.prefix, key.account, None, "", at)
            for key, at in reversed(self._strangers.items())
            if self._accounts.by_key(key) is None
        )
        silent = (
            Uncommissioned(one.receiver, one.prefix, one.account, one.id, one.name, None)
            for one in self._accounts.all()
            if not self._watch.slots.knows(one.id)
        )
        count = self.not_commissioned_count  # what is behind the last of them need not be looked at
        return list(islice(chain(unknown, silent), count if limit is None else min(limit, count)))

    def heard_of(self, account_id: str) -> Sequence[Heard]:
        """When each path of an account was last heard; none where it never was."""
        watch = self._watch
        return [
            Heard(watch.name(slot), _instant(watch.slots.heard_s[slot]), _instant(watch.lost_s.get(slot, 0.0)))
            for slot in watch.slots.of_account(account_id)
        ]

    @property
    def slow_count(self) -> int:
        return len(self._watch.slow)

    def slow(self, limit: int | None = None) -> Sequence[Slow]:
        """Paths of which one lost poll would be an alarm."""
        return [
            Slow(self._watch.slots.account_ids[slot], self._watch.name(slot), *self._watch.pace(slot))
            for slot in nsmallest(self.slow_count if limit is None else limit, self._watch.slow)
        ]

    def outages(self) -> Sequence[OutageNow]:
        """The outages that are not over."""
        return [
            OutageNow(outage.part, datetime.fromtimestamp(outage.opened_s, UTC), len(outage.silent), outage.folded)
            for outage in self._losses.outages.open.values()
        ]


def _instant(at_s: float) -> datetime | None:
    return datetime.fromtimestamp(at_s, UTC) if at_s else None
