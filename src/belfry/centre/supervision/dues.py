"""When silence is too long: the deadline of a slot, from what is agreed with it and our own downtime (RULES 3).

Nothing is remembered here but when we were away; the columns and what is lost are the watch's.
"""

from collections.abc import Mapping, Sequence

from belfry.centre.supervision.agreed import Agreed
from belfry.centre.supervision.slots import PRIMARY, Slots
from belfry.domain.site import Account
from belfry.domain.supervision import Away, Terms, counted_from_s


class Dues:
    """`lost_s` is when each silent slot was found overdue."""

    def __init__(self, slots: Slots, agreed: Agreed, lost_s: Mapping[int, float]) -> None:
        self._slots, self._agreed, self._lost_s = slots, agreed, lost_s
        self._away: Sequence[Away] = ()
        self._away_until_s = 0.0

    def credit(self, away: Sequence[Away]) -> None:
        """Our own downtime, all that still matters, in order."""
        self._away = away
        self._away_until_s = max((gap.until_s for gap in away), default=0.0)

    def deadline_s(self, slot: int, account: Account) -> float | None:
        """When silence is too long; None where the slot is not supervised."""
        if not self._slots.path[slot]:
            return self._test_due_s(slot, account)
        agreed = self.terms(slot, account)
        if agreed is None:
            return None
        due_s = self._due_s(slot, agreed)
        if self._slots.bits[slot] & PRIMARY:
            return due_s
        alone = self._alone(account)
        if alone is not None:
            alone_s, of_primary = alone
            due_s = min(due_s, max(self._due_s(slot, of_primary), alone_s + of_primary.window_s))
        return due_s

    def terms(self, slot: int, account: Account) -> Terms | None:
        primary = bool(self._slots.bits[slot] & PRIMARY)
        return self._agreed.terms(account, self._slots.group(slot).receiver, self.name(slot), primary=primary)

    def _alone(self, account: Account) -> tuple[float, Terms] | None:
        """Since when an alternative stands alone, and what was agreed with the primary that is lost."""
        bits = self._slots.bits
        primaries = [
            slot for slot in self._slots.of_account(account.id) if self._slots.path[slot] and bits[slot] & PRIMARY
        ]
        if not primaries or any(slot not in self._lost_s for slot in primaries):
            return None
        last = max(primaries, key=lambda slot: self._lost_s[slot])
        agreed = self.terms(last, account)
        return None if agreed is None else (self._lost_s[last], agreed)

    def _test_due_s(self, slot: int, account: Account) -> float | None:
        """When the panel's own test is missed."""
        agreed = self._agreed.test(account)
        if agreed is not None:
            return self._due_s(slot, agreed)
        return self._agreed.fixed_test_s(account, self.silent_from_s(slot), self._away)

    def _due_s(self, slot: int, agreed: Terms) -> float:
        from_s = self.silent_from_s(slot)
        if from_s < self._away_until_s:
            from_s = counted_from_s(from_s, agreed.interval_s, agreed.window_s, self._away)
        return from_s + agreed.window_s

    def silent_from_s(self, slot: int) -> float:
        """From when silence counts, our own downtime left aside."""
        return max(self._slots.heard_s[slot], self._slots.since_s[slot])

    def name(self, slot: int) -> str:
        """The path's name, or `panel`."""
        return self._slots.paths[self._slots.path[slot]]
