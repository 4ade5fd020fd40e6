"""Telling a replay: a frame that came before gets the same receipt and raises nothing twice (RULES 2, replay).

Three memories, all rebuilt from the journal's tags after a restart:
- authenticated frames: any byte-identical frame of the last minutes;
- an account's latest frame: the same sequence and payload again; a plain panel with a constant sequence and no time may
  send alarm, restore, alarm, so only the latest counts, and only for the retry period unless it carries its own time;
- Idempotency-Keys: a day.
"""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from belfry.domain.facts import Received
from belfry.domain.presets import Rules
from belfry.domain.signal import AccountKey

TAGS_MOST: Final = 1_000_000
"""Tags kept for authenticated frames and Idempotency-Keys each; the oldest go first."""

STRANGERS_MOST: Final = 10_000
"""Unknown accounts whose latest frame is remembered."""

AWAY: Final = timedelta(seconds=5)
"""Heartbeats come every second. One so much later, or earlier, means that the machine slept or its clock was set."""


class Kept(Struct):
    """Where a tagged arrival stands in the journal."""

    position: int
    at: datetime


class Latest(Struct):
    """The latest frame of an account."""

    tag: bytes
    position: int
    at: datetime
    timed: bool


class ReplayState(Struct):
    """What a snapshot keeps."""

    latest: list[tuple[AccountKey, Latest]]
    exact: list[tuple[bytes, Kept]]
    named: list[tuple[bytes, Kept]]


class Replay:
    """The memory. `up_since` is when this process could first have answered: our downtime extends the retry period."""

    def __init__(self, rules: Rules, up_since: datetime) -> None:
        self._retry = timedelta(seconds=rules.replay_s)
        self.exact_for = timedelta(seconds=rules.replay_encrypted_s)
        self._exact = _Tags(self.exact_for)
        self._named = _Tags(timedelta(seconds=rules.idempotency_s))
        self._latest: dict[AccountKey, Latest] = {}
        self._strangers: OrderedDict[AccountKey, None] = OrderedDict()
        self._up_since = up_since
        self._beaten: datetime | None = None

    def beat(self, now: datetime) -> None:
        """The heart beats. After a sleep, or a clock that was set, panels repeat what got no answer: as at a start."""
        if self._beaten is not None and abs(now - self._beaten) > AWAY:
            self._up_since = now
        self._beaten = now

    def named(self, tags: tuple[bytes, ...], now: datetime) -> int | None:
        """The position of an earlier arrival with this Idempotency-Key."""
        return self._named.find(tags, now)

    def exact(self, tags: tuple[bytes, ...], now: datetime) -> int | None:
        """The position of a byte-identical authenticated frame."""
        return self._exact.find(tags, now)

    def latest(self, account: AccountKey, tags: tuple[bytes, ...], now: datetime) -> int | None:
        """The position of the account's latest frame, where it is this one again."""
        known = self._latest.get(account)
        if known is None or known.tag not in tags:
            return None
        if self._beaten is not None:
            self.beat(now)  # whoever repeats may be quicker than the heart
        # Kept later than now: the clock was set back since, and how long ago it was nobody knows.
        since = self._up_since if known.at > now + AWAY else max(known.at, self._up_since)
        return known.position if known.timed or now - since <= self._retry else None

    def latest_at(self, account: AccountKey) -> datetime | None:
        """When the latest frame of an account was kept."""
        known = self._latest.get(account)
        return None if known is None else known.at

    def remember(self, position: int, signal: Received) -> None:
        """Take note of a kept signal; `position` is its own, the arrival began `repeats` before it."""
        if not signal.tag:
            return
        first = position - signal.repeats
        if signal.named:
            self._named.add(signal.tag, Kept(first, signal.received_at))
            return
        if signal.exact_tag:
            self._exact.add(signal.exact_tag, Kept(first, signal.received_at))
        key = signal.account_key
        if key is not None:
            if signal.account_id is None:
                self._note_stranger(key)
            self._latest[key] = Latest(signal.tag, first, signal.received_at, signal.timed)

    def _note_stranger(self, key: AccountKey) -> None:
        """A scanner invents accounts: only the last of those that nobody registered are remembered."""
        self._strangers.pop(key, None)
        self._strangers[key] = None
        if len(self._strangers) > STRANGERS_MOST:
            oldest, _ = self._strangers.popitem(last=False)
            self._latest.pop(oldest, None)

    def state(self) -> ReplayState:
        return ReplayState(list(self._latest.items()), self._exact.items(), self._named.items())

    def restore(self, state: ReplayState) -> None:
        self._latest.update(state.latest)
        for tag, kept in state.exact:
            self._exact.add(tag, kept)
        for tag, kept in state.named:
            self._named.add(tag, kept)


class _Tags:
    """Tags that are forgotten after a while."""

    def __init__(self, keep: timedelta) -> None:
        self._keep = keep
        self._kept: dict[bytes, Kept] = {}
        self._order: deque[bytes] = deque()

    def find(self, tags: tuple[bytes, ...], now: datetime) -> int | None:
        self._forget(now)
        kept = next((self._kept[tag] for tag in tags if tag in self._kept), None)
        return None if kept is None or now - kept.at > self._keep else kept.position

    def add(self, tag: bytes, kept: Kept) -> None:
        if tag not in self._kept:
            self._order.append(tag)
        self._kept[tag] = kept
        self._forget(kept.at)

    def items(self) -> list[tuple[bytes, Kept]]:
        return [(tag, self._kept[tag]) for tag in self._order]

    def _forget(self, now: datetime) -> None:
        while self._order and (len(self._order) > TAGS_MOST or now - self._kept[self._order[0]].at > self._keep):
            del self._kept[self._order.popleft()]
