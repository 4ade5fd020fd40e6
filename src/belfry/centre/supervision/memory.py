"""What supervision still knows after a restart: when each path was heard, what was said, how long we were away."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from belfry.centre.supervision.losses import Losses
from belfry.centre.supervision.silence import Beside, Said, keep, kept
from belfry.centre.supervision.slots import PRIMARY
from belfry.centre.supervision.watch import Watch
from belfry.domain.facts import Downtime
from belfry.domain.supervision import merged
from belfry.ports import Accounts
from belfry.ports.last_seen import LastHeard, LastSeen

SAVE_MOST: Final = 5_000
"""Rows of one batch."""

AWAY_KEPT: Final = timedelta(days=40)
"""Our own downtime matters as long as the longest window: a month's test."""

OURSELVES: Final = ("", "centre")
"""Account id and path of our own row: when we last saved, so that the next start knows how long we were away."""


class Memory:
    """Rows in and out of the store; `away` keeps our own downtime."""

    def __init__(self, watch: Watch, losses: Losses, accounts: Accounts, last_seen: LastSeen) -> None:
        self._watch, self._slots, self._losses = watch, watch.slots, losses
        self._accounts, self._last_seen = accounts, last_seen
        self._downs: Sequence[Downtime] = ()

    async def load(self, downs: Sequence[Downtime], now: datetime) -> Downtime | None:
        """Take up every row and plan its deadline; returns our downtime that ends now, where a row tells it."""
        down = None
        for row in await self._last_seen.load():
            if (row.account_id, row.path) == OURSELVES:
                down = Downtime(part="centre", since=min(row.heard_at, now), until=now)
            else:
                self._take_up(row, now)
        self.away((*downs, down) if down is not None else downs, now)
        self._watch.resume(range(len(self._slots)), now.timestamp())
        return down

    def away(self, downs: Iterable[Downtime], now: datetime) -> None:
        """Credit our own downtime beside what is credited already; of one that lies ahead, what is over."""
        self._downs = [
            Downtime(part=known.part, since=known.since, until=min(known.until, now))
            for known in (*self._downs, *downs)
            if known.since < now and now - known.until < AWAY_KEPT
        ]
        self._watch.dues.credit(merged(self._downs))

    def set_back(self, now: datetime) -> None:
        """The clock was set back."""
        self.away((), now)
        self._watch.set_back(now.timestamp())

    def _take_up(self, row: LastHeard, now: datetime) -> None:
        account = self._accounts.by_id(row.account_id)
        if account is None:
            return
        beside = kept(row.state)
        receiver, prefix = beside.receiver or account.receiver or "", beside.prefix or account.prefix
        path = self._slots.path_number(row.path)
        slot = self._slots.add(account.id, path, receiver, prefix, min(row.heard_at, now).timestamp())
        if path and beside.primary:
            self._slots.bits[slot] |= PRIMARY
        self._slots.since_s[slot] = min(beside.since_s, now.timestamp())
        if beside.lost_s is not None and beside.kind is not None and beside.part is not None:
            self._losses.take_up(slot, beside.lost_s, Said(beside.kind, beside.part))

    async def save(self, now: datetime) -> None:
        """Save what changed, our own row last. What the store did not take stays to be saved."""
        dirty, done = self._watch.take_dirty(), 0
        try:
            while done < len(dirty):
                batch = dirty[done : done + SAVE_MOST]
                await self._last_seen.save([row for slot in batch if (row := self._row(slot)) is not None])
                done += len(batch)
            await self._last_seen.save([LastHeard(*OURSELVES, now)])
        finally:
            self._watch.put_back_dirty(dirty[done:])

    def _row(self, slot: int) -> LastHeard | None:
        self._watch.clean(slot)
        account = self._accounts.by_id(self._slots.account_ids[slot])
        if account is None:
            return None
        path, heard_s, since_s = self._slots.path[slot], self._slots.heard_s[slot], self._slots.since_s[slot]
        group, said = self._slots.group(slot), self._losses.said.get(slot)
        beside = Beside(
            receiver="" if group.receiver == account.receiver else group.receiver,
            prefix=None if group.prefix == account.prefix else group.prefix,
            primary=not path or bool(self._slots.bits[slot] & PRIMARY),
            since_s=since_s if since_s > heard_s else 0.0,
            lost_s=None if said is None else self._watch.lost_s[slot],
            kind=None if said is None else said.kind,
            part=None if said is None else said.part,
        )
        return LastHeard(account.id, self._slots.paths[path], datetime.fromtimestamp(heard_s, UTC), keep(beside))
