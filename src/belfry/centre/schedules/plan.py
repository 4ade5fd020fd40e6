"""The memory of the schedules: one slot a schedule, kept in columns, and a heap of when each is looked at next.

A slot is a number; those of one account lie side by side. Deadlines are whole numbers, time above and slot below, so a
schedule costs some fifty bytes here and no object. This module knows no rule.
"""

from array import array
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush, nsmallest
from math import ceil
from typing import Final

NONE: Final = -1
SLOT_BITS: Final = 24
SLOTS_MOST: Final = 1 << SLOT_BITS


class Plan:
    """Columns by slot number; an account that changes gets new slots, and its old ones stay empty."""

    def __init__(self, now_s: float) -> None:
        self.account_ids: list[str] = []
        """Empty for a slot that is given up."""
        self.names: list[str] = []
        """The id of the schedule, by which it is known after a change."""
        self.index = bytearray()
        """Which of its account's schedules it is."""
        self.marks = array("q")
        """Of what it was made; tells whether a change of its account changed it."""
        self.from_s = array("d")
        """Of openings and closings: up to here every deadline is settled. Else: from here silence counts."""
        self.heard_s = array("d")
        """Of check-ins: when somebody was last heard; 0 for never."""
        self._planned = array("I")
        self._heap: list[int] = []
        self._first: dict[str, int] = {}
        self._base_s = now_s - 1

    def __len__(self) -> int:
        return len(self.index)

    @property
    def accounts(self) -> int:
        return len(self._first)

    def of_account(self, account_id: str) -> Sequence[int]:
        first = self._first.get(account_id)
        if first is None:
            return ()
        last = first + 1
        while last < len(self.account_ids) and self.account_ids[last] == account_id:
            last += 1
        return range(first, last)

    def live(self) -> Iterator[int]:
        """Every slot that is not given up."""
        return (slot for slot, account_id in enumerate(self.account_ids) if account_id)

    def add(self, account_id: str, schedules: Sequence[tuple[str, int]], from_s: float) -> Sequence[int]:
        """Make the slots of an account's schedules: names and marks. Raises OverflowError where there are too many."""
        first, count = len(self.index), len(schedules)
        if first + count > SLOTS_MOST:
            raise OverflowError(f"more than {SLOTS_MOST} schedules")
        for number, (name, mark) in enumerate(schedules):
            self.account_ids.append(account_id)
            self.names.append(name)
            self.marks.append(mark)
            self.index.append(number)
            self.from_s.append(from_s)
            self.heard_s.append(0.0)
            self._planned.append(0)
        self._first[account_id] = first
        return range(first, first + count)

    def drop(self, account_id: str) -> None:
        for slot in self.of_account(account_id):
            self.account_ids[slot] = ""
            self._planned[slot] = 0
        self._first.pop(account_id, None)

    # -- when to look

    def look_at(self, slot: int, at_s: float) -> None:
        """Look at a slot then, and not as was planned before."""
        tick = max(1, ceil(at_s - self._base_s))
        if self._planned[slot] != tick:
            self._planned[slot] = tick
            heappush(self._heap, tick << SLOT_BITS | slot)

    def due(self, now_s: float, most: int) -> Sequence[int]:
        """The slots whose time has come, at most so many; each must be planned anew."""
        found: list[int] = []
        now_tick = int(now_s - self._base_s)
        while self._heap and len(found) < most and self._heap[0] >> SLOT_BITS <= now_tick:
            key = heappop(self._heap)
            slot = key & (SLOTS_MOST - 1)
            if self._planned[slot] == key >> SLOT_BITS:  # else it was planned anew and this is the old plan
                self._planned[slot] = 0
                found.append(slot)
        return found

    def planned_s(self, slot: int) -> float | None:
        """When a slot is looked at next."""
        return self._base_s + self._planned[slot] if self._planned[slot] else None

    def next(self, most: int) -> Sequence[int]:
        """The slots that are looked at next, the soonest first; about as many as asked."""
        found: dict[int, None] = {}
        for key in nsmallest(2 * most, self._heap):
            slot = key & (SLOTS_MOST - 1)
            if self._planned[slot] == key >> SLOT_BITS:
                found[slot] = None
        return list(found)[:most]

    def begin_anew(self, now_s: float) -> None:
        """Forget every plan: the clock was set back."""
        self._base_s = now_s - 1
        self._heap.clear()
        for slot in range(len(self)):
            self._planned[slot] = 0
