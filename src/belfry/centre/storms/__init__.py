"""The storms that run and those that nobody has answered for yet, folded from the journal by the walk, asked by triage.

The walk alone changes this, in the order of the journal, as it does with what is on test.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, get_args

from msgspec import Struct

from belfry.centre.followed import Followed
from belfry.domain.codes import Codes
from belfry.domain.facts import AboutStorm, Entry, Logged, Received, StormBegan, StormEnded
from belfry.domain.signal import RESTORING
from belfry.domain.storm import Storm, fold, hold, holds, rest, still_in_trouble
from belfry.domain.storm_cover import StormGroup

REVIEWED_MOST: Final = 50
"""Storms that are over and answered for, and still listed."""

ABOUT_STORMS: Final = frozenset(get_args(AboutStorm))


class StormState(Struct):
    """What a snapshot keeps of it."""

    storms: list[Storm] = []
    started: int = 0


class Storms(Followed):
    """Remembers every storm that runs or waits for its review, and the last that were reviewed."""

    def __init__(self, codes: Codes) -> None:
        super().__init__()
        self._codes = codes
        self._all: OrderedDict[str, Storm] = OrderedDict()
        self._running: dict[str, Storm] = {}
        self.started = 0
        """Storms since the beginning of the journal: counted in public."""
        self._listeners: list[Callable[[], None]] = []

    # -- asking

    def get(self, storm: str) -> Storm | None:
        return self._all.get(storm)

    def running(self) -> Sequence[Storm]:
        return list(self._running.values())

    def all(self) -> Iterable[Storm]:
        """Newest first."""
        return reversed(self._all.values())

    def __bool__(self) -> bool:
        """Whether one runs; asked of every signal."""
        return bool(self._running)

    def holding(self, group: StormGroup, position: int, at: datetime) -> Storm | None:
        """The storm that holds back a signal; None where an operator is to see it."""
        return next((one for one in self._running.values() if holds(one, group, position, at)), None)

    # -- folding, by the walk alone

    def receive(self, position: int, signal: Received) -> None:
        """A signal came: restores count for a storm whatever becomes of them."""
        if signal.state in RESTORING:
            for storm in self._running.values():
                rest(storm, position, signal)

    def hold(self, fact: Logged, signal: Received) -> datetime | None:
        """Triage held a signal back. Returns when its storm had ended, where that was before and somebody has to see
        what is in trouble."""
        storm = self._all.get(fact.storm or "")
        if storm is None:
            return None
        kept = hold(storm, fact, signal)
        if storm.ended_at is None or not fact.in_alarm:
            return None
        kept.left = True
        storm.left += 1
        return storm.ended_at

    def fold(self, position: int, entry: Entry) -> Mapping[str, Mapping[int, Received]]:
        """Fold an entry about storms; returns the signals that an end leaves in trouble, by storm and position."""
        left: dict[str, Mapping[int, Received]] = {}
        for fact in entry.facts:
            if isinstance(fact, AboutStorm):
                left[fact.storm] = self._fold(fact, position, entry.at)
        for listener in self._listeners:
            listener()
        return left

    def _fold(self, fact: AboutStorm, position: int, at: datetime) -> Mapping[int, Received]:
        known = self._all.get(fact.storm)
        if type(fact) is StormBegan and known is not None:
            return {}
        storm = fold(known, fact, position, at)
        if storm is None:
            return {}
        if known is None:
            self._all[storm.id] = self._running[storm.id] = storm
            self.started += 1
        if type(fact) is StormEnded and self._running.pop(storm.id, None) is not None:
            return self._end(storm)
        self._forget()
        return {}

    def _end(self, storm: Storm) -> Mapping[int, Received]:
        left = still_in_trouble(storm, self._codes)
        for kept in storm.held.values():
            kept.left = kept.position in left
        storm.left = len(left)
        return left

    def _forget(self) -> None:
        reviewed = [one.id for one in self._all.values() if one.reviewed_at is not None]
        for storm in reviewed[: max(0, len(reviewed) - REVIEWED_MOST)]:
            del self._all[storm]

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener()` after each change of a storm."""
        self._listeners.append(listener)

    # -- snapshot

    def state(self) -> StormState:
        return StormState(list(self._all.values()), self.started)

    def restore(self, state: StormState) -> None:
        """Begin from a snapshot; only on a new one."""
        self._all.update((one.id, one) for one in state.storms)
        self._running.update((one.id, one) for one in state.storms if one.ended_at is None)
        self.started = state.started
