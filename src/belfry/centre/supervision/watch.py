"""The clocks of supervision: who was heard when, and who is overdue (RULES 3).

A frame only moves a time in a column. What that means for its deadline (`dues`) is looked at when the deadline comes:
then the slot is overdue, or is looked at again later. Deadlines are a heap of whole numbers, time above and slot below,
so a slot costs one number there and no object. Nothing is said here.
"""

from array import array
from collections.abc import Iterable, Sequence
from datetime import timedelta
from heapq import heappop, heappush
from math import ceil
from typing import Final

from belfry.centre.supervision.agreed import Agreed
from belfry.centre.supervision.dues import Dues
from belfry.centre.supervision.slots import BACK, DIRTY, LOST, NONE, PRIMARY, SLOW, Slots
from belfry.domain.outage_area import area_of
from belfry.domain.presets import Rules
from belfry.domain.site import Account
from belfry.domain.supervision import holds_two, too_slow
from belfry.ports import Sites

TICKS_A_SECOND: Final = 10
SLOT_BITS: Final = 24
SLOTS_MOST: Final = 1 << SLOT_BITS

LOOK_MOST: Final = 10_000
"""Deadlines looked at before others get their turn: a few hundredths of a second."""

ALTERNATIVE_AFTER_S: Final = 60.0
"""A further path is supervised once it polls again after this: a retry, or one stray poll, makes no path."""

CANDIDATES_MOST: Final = 10_000
"""Further paths that polled once and never again; the oldest are let go."""


class Watch:
    """`lost_s` is when each silent slot was found overdue; `back` are those heard since."""

    def __init__(self, accounts: Sites, rules: Rules, now_s: float) -> None:
        self.slots = Slots()
        self.lost_s: dict[int, float] = {}
        self.back: list[int] = []
        self._dirty = array("i")
        self.slow: set[int] = set()
        self._accounts, self._rules = accounts, rules
        self._due: list[int] = []
        self._base_s = now_s - 1
        self._candidates: dict[tuple[str, int], float] = {}
        self.agreed = Agreed(accounts, rules)
        self.dues = Dues(self.slots, self.agreed, self.lost_s)
        self.name, self.silent_from_s = self.dues.name, self.dues.silent_from_s

    # -- frames

    def frame(
        self, account: Account, path: str, receiver: str, prefix: str | None, *, at_s: float, polled: bool
    ) -> None:
        """A path spoke. Runs for every poll of every site."""
        slots = self.slots
        if account.id in self.agreed.by_receiver:
            path = f"{receiver}/{path}"
        number = slots.path_number(path)
        slot = slots.find(account.id, number)
        if slot < 0:
            slot = self._meet(account, number, receiver, prefix, at_s=at_s, polled=polled)
            if slot < 0:
                return
        else:
            gap_s = at_s - slots.heard_s[slot]
            if gap_s > 0:
                slots.heard_s[slot] = at_s
                slots.gap_s[slot] = gap_s
            group = slots.group(slot)
            if group.receiver != receiver or group.prefix != prefix:
                slots.move(slot, receiver, prefix)
        if not slots.planned[slot]:
            self._unplanned(slot, account, sure=polled)
        if not slots.bits[slot] & DIRTY:
            self.touch(slot)

    def proved(self, account: Account, receiver: str, prefix: str | None, at_s: float) -> None:
        """The panel itself spoke."""
        if not self.agreed.tests(account):
            return
        slot = self.watch_panel(account, receiver, prefix, at_s)
        if at_s > self.slots.heard_s[slot]:
            self.slots.heard_s[slot] = at_s
        if not self.slots.planned[slot]:
            self._unplanned(slot, account, sure=False)
        self.touch(slot)

    def watch_panel(self, account: Account, receiver: str, prefix: str | None, now_s: float) -> int:
        """The panel's clock of an account with a test; it starts with the first frame of any path."""
        slot = self.slots.find(account.id, 0)
        if slot < 0:
            slot = self._add(account, 0, receiver, prefix, heard_s=0.0)
            self.slots.since_s[slot] = now_s
            self.plan(slot, account)
            self.touch(slot)
        return slot

    def _meet(
        self, account: Account, path: int, receiver: str, prefix: str | None, *, at_s: float, polled: bool
    ) -> int:
        """A path never heard before: the account's first, or a further one; NONE where it does not count yet."""
        first = not self.slots.paths_of(account.id)
        listed = self.agreed.is_listed(account)
        if listed:
            if self.agreed.path(account, receiver, self.slots.paths[path]) is None:
                return NONE
        elif not first and not (polled and self._polls_again(account.id, path, at_s)):
            return NONE
        slot = self._add(account, path, receiver, prefix, heard_s=at_s)
        if first:
            self.slots.bits[slot] |= PRIMARY
            if self.agreed.tests(account):
                self.watch_panel(account, receiver, prefix, at_s)
        self.rank(slot, account)
        return slot

    def rank(self, slot: int, account: Account) -> None:
        """Take over what the registry says of a path: whether it is the primary one, who carries it, and where."""
        group = self.slots.group(slot)
        path = self.agreed.path(account, group.receiver, self.name(slot))
        if path is not None:
            bits = self.slots.bits
            bits[slot] = bits[slot] & ~PRIMARY if path.alternative else bits[slot] | PRIMARY
        provider, area = "" if path is None else path.provider, area_of(account, self._rules)
        if (group.provider, group.area) != (provider, area):
            self.slots.move(slot, group.receiver, group.prefix, provider, area)

    def _polls_again(self, account_id: str, path: int, at_s: float) -> bool:
        key = (account_id, path)
        first_s = self._candidates.setdefault(key, at_s)
        if at_s - first_s >= ALTERNATIVE_AFTER_S:
            del self._candidates[key]
            return True
        if len(self._candidates) > CANDIDATES_MOST:
            del self._candidates[next(iter(self._candidates))]
        return False

    def _add(self, account: Account, path: int, receiver: str, prefix: str | None, *, heard_s: float) -> int:
        slot = self.slots.add(account.id, path, receiver, prefix, heard_s)
        if slot >= SLOTS_MOST:
            raise OverflowError(f"more than {SLOTS_MOST} supervised paths")
        return slot

    def _unplanned(self, slot: int, account: Account, *, sure: bool) -> None:
        """Heard while no deadline stands: it was lost, is new, or is not supervised.

        A signal that was stored before the loss, and is read again after a restart, brings nobody back.
        """
        bits = self.slots.bits[slot]
        if not bits & LOST:
            self.plan(slot, account)
        elif not bits & BACK:
            due_s = self.dues.deadline_s(slot, account)
            if sure or due_s is None or due_s > self.lost_s[slot]:
                self.slots.bits[slot] |= BACK
                self.back.append(slot)

    # -- deadlines

    def look(self, now_s: float) -> tuple[list[int], bool]:
        """The slots found overdue, and whether there is more to look at."""
        found: list[int] = []
        now_tick = int((now_s - self._base_s) * TICKS_A_SECOND)
        planned, due = self.slots.planned, self._due
        for _ in range(LOOK_MOST):
            if not due or due[0] >> SLOT_BITS > now_tick:
                return found, False
            key = heappop(due)
            slot = key & (SLOTS_MOST - 1)
            if planned[slot] == key >> SLOT_BITS:  # else it was planned anew and this is the old plan
                planned[slot] = 0
                if self._is_overdue(slot, now_s):
                    self._lose(slot, now_s)
                    found.append(slot)
        return found, True

    def plan(self, slot: int, account: Account) -> None:
        """Look at a slot at its deadline; where one is planned already, at the earlier of both."""
        due_s = self.dues.deadline_s(slot, account)
        if due_s is None:
            return
        if self.slots.path[slot]:
            self.slots.join(slot)
        tick = max(1, ceil((due_s - self._base_s) * TICKS_A_SECOND))
        if not self.slots.planned[slot] or tick < self.slots.planned[slot]:
            self.slots.planned[slot] = tick
            heappush(self._due, tick << SLOT_BITS | slot)

    def set_back(self, now_s: float) -> None:
        """The clock was set back: what lies ahead was just now, as far as anybody can tell; every deadline is new.

        Without that, nobody's silence would be seen until the clock is again where it was.
        """
        slots = self.slots
        self._base_s = now_s - 1
        self._due.clear()
        self._candidates.clear()
        for slot in range(len(slots)):
            slots.planned[slot] = 0
            if max(slots.heard_s[slot], slots.since_s[slot]) > now_s:
                slots.heard_s[slot] = min(slots.heard_s[slot], now_s)
                slots.since_s[slot] = min(slots.since_s[slot], now_s)
                self.touch(slot)
            if slot in self.lost_s:
                self.lost_s[slot] = min(self.lost_s[slot], now_s)
            elif (account := self._accounts.by_id(slots.account_ids[slot])) is not None:
                self.plan(slot, account)

    def late(self, slot: int, now_s: float, *, within_s: float) -> bool:
        """Just lost, or will be within a while unless it speaks, and has missed a report already."""
        if self.slots.bits[slot] & LOST:
            return now_s - self.lost_s[slot] <= within_s
        account = self._accounts.by_id(self.slots.account_ids[slot])
        due_s = None if account is None else self.dues.deadline_s(slot, account)
        if due_s is None or due_s - now_s > within_s:
            return False
        # over 0.7 of its window is over its interval, for every window of RULES 3 but the longest
        silent_s = now_s - self.silent_from_s(slot)
        return silent_s > 0.7 * (silent_s + due_s - now_s)

    def _is_overdue(self, slot: int, now_s: float) -> bool:
        account = self._accounts.by_id(self.slots.account_ids[slot])
        due_s = None if account is None else self.dues.deadline_s(slot, account)
        if account is None or due_s is None:
            return False
        if due_s > now_s:
            self._look_again(slot, account, now_s)
            return False
        if not self.slots.path[slot] and self._dark(account):
            # A panel behind lost paths cannot be heard; that is said already. Its clock starts anew.
            self.slots.since_s[slot] = now_s
            self._look_again(slot, account, now_s)
            return False
        return True

    def _look_again(self, slot: int, account: Account, now_s: float) -> None:
        self.plan(slot, account)
        if self.slots.path[slot]:
            self._judge_pace(slot, account)
            if self.agreed.tests(account) and self.slots.bits[slot] & PRIMARY:
                group = self.slots.group(slot)
                panel = self.watch_panel(account, group.receiver, group.prefix, now_s)
                if not self.slots.planned[panel] and not self.slots.bits[panel] & LOST:
                    self.plan(panel, account)

    def _judge_pace(self, slot: int, account: Account) -> None:
        """Slow is whose interval was over half the window twice running: a single lost poll is not."""
        agreed = self.dues.terms(slot, account)
        if agreed is None or not holds_two(agreed, self._rules) or not self.slots.bits[slot] & PRIMARY:
            return
        if not too_slow(timedelta(seconds=self.slots.gap_s[slot]), timedelta(seconds=agreed.window_s)):
            self.slots.bits[slot] &= ~SLOW
            self.slow.discard(slot)
        elif self.slots.bits[slot] & SLOW:
            self.slow.add(slot)
        else:
            self.slots.bits[slot] |= SLOW

    def _lose(self, slot: int, now_s: float) -> None:
        self.slots.bits[slot] |= LOST
        self.lost_s[slot] = now_s
        if self.slots.bits[slot] & PRIMARY:
            self._hurry_alternatives(slot)

    def _hurry_alternatives(self, primary: int) -> None:
        """Without its primary the alternative's window is the primary's from now on, so its deadline moves up."""
        account_id = self.slots.account_ids[primary]
        account = self._accounts.by_id(account_id)
        for other in self.slots.paths_of(account_id):
            if account is not None and not self.slots.bits[other] & LOST:
                self.plan(other, account)

    def _dark(self, account: Account) -> bool:
        paths = self.slots.paths_of(account.id)
        return bool(paths) and all(self.slots.bits[path] & LOST for path in paths)

    # -- what supervision settles

    def touch(self, slot: int) -> None:
        """Save it with the next batch."""
        if not self.slots.bits[slot] & DIRTY:
            self.slots.bits[slot] |= DIRTY
            self._dirty.append(slot)

    def take_dirty(self) -> Sequence[int]:
        """What is to be saved; each is made `clean` as its row is."""
        dirty, self._dirty = self._dirty, array("i")
        return dirty

    def clean(self, slot: int) -> None:
        self.slots.bits[slot] &= ~DIRTY

    def put_back_dirty(self, slots: Iterable[int]) -> None:
        """They were not saved after all."""
        for slot in slots:
            self.clean(slot)
            self.touch(slot)

    def revive(self, slot: int, *, since_s: float | None = None) -> None:
        """It is no longer lost; with `since_s`, without having been heard: it has a whole window from then."""
        self.slots.bits[slot] &= ~(LOST | BACK)
        self.lost_s.pop(slot, None)
        if since_s is not None:
            self.slots.since_s[slot] = since_s
        self.touch(slot)
        account = self._accounts.by_id(self.slots.account_ids[slot])
        if account is not None:
            self.plan(slot, account)

    def lose(self, slot: int, at_s: float) -> None:
        """It was found lost before, and said so."""
        self.slots.planned[slot] = 0
        self._lose(slot, at_s)

    def forget(self, account_id: str) -> None:
        """The account left the registry."""
        for slot in self.slots.of_account(account_id):
            self.lost_s.pop(slot, None)
            self.slow.discard(slot)
        self.slots.forget(account_id)

    def resume(self, slots: Iterable[int], now_s: float) -> None:
        """Plan what was loaded or changed. What would be overdue already, and is not said, has a whole window from now:
        it was not supervised so before, or we went in that very second. That is kept, so it happens once.
        """
        for slot in slots:
            account = self._accounts.by_id(self.slots.account_ids[slot])
            if account is None:
                continue
            if self.slots.path[slot]:
                self.rank(slot, account)
            if self.slots.bits[slot] & LOST:
                continue
            due_s = self.dues.deadline_s(slot, account)
            if due_s is not None and due_s <= now_s:
                self.slots.since_s[slot] = now_s
                self.touch(slot)
            self.plan(slot, account)

    def pace(self, slot: int) -> tuple[timedelta, timedelta]:
        """The last interval seen, and the window."""
        account = self._accounts.by_id(self.slots.account_ids[slot])
        agreed = None if account is None else self.dues.terms(slot, account)
        window = timedelta(seconds=0 if agreed is None else agreed.window_s)
        return timedelta(seconds=self.slots.gap_s[slot]), window

    def unwatched(self, slot: int) -> bool:
        """Nothing is agreed with it any more."""
        account = self._accounts.by_id(self.slots.account_ids[slot])
        return account is None or self.dues.deadline_s(slot, account) is None
