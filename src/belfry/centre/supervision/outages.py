"""Many silent at once are one thing: the mass fold (RULES 3).

Paths that share a receiver, a prefix, a provider or an area, and are lost within a minute in numbers that no
coincidence makes, become one outage. Until the number is reached nobody knows, so a lost path may have to wait: only
where so many others are late as well that an outage is likely, and never longer than that minute.

What is never folded, and what is said, is supervision's matter.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from belfry.centre.supervision.slots import LOST, Slots
from belfry.domain.presets import Rules
from belfry.domain.supervision import mass

SAMPLE: Final = 4_096
"""Members of a cause that are looked at to judge whether an outage is likely; of more, every n-th."""

NARROWER: Final = 2.0
"""A prefix is named as the cause, rather than its receiver, where its share of lost paths is over this many times the
receiver's: one provider is down. Where all prefixes suffer alike, it is the receiver."""


PROVIDER: Final = 1.9
"""A provider is named where more than a twentieth more of it is silent than of its receiver: others are heard there."""

STANDS_OUT: Final = 2.0
"""An area is named only where its share of lost paths is over this many times that of whatever else its silent paths
share. There are many areas, and by chance some reach their number before the receiver or provider that has failed; so
where it stands out from nothing it is named a little later, when that has had its time."""
HAD_TIME: Final = 0.25
"""Of the time within which paths are lost together: so old is half of the losses by then."""


class Outage:
    """One cause that silenced many. `silent` are the slots folded in and not heard since, of `folded` in all."""

    __slots__ = ("folded", "opened_s", "part", "receiver", "silent", "since_s", "told", "told_s")

    def __init__(self, part: str, receiver: str, opened_s: float) -> None:
        self.part, self.receiver, self.opened_s = part, receiver, opened_s
        self.since_s = opened_s
        """When it last silenced many at once; who was heard later is not silent because of it."""
        self.folded = 0
        self.silent: set[int] = set()
        self.told = 0
        """How many it was last said to have silenced, and when."""
        self.told_s = opened_s

    @property
    def over(self) -> bool:
        """Most are back."""
        return 2 * len(self.silent) < self.folded or not self.silent

    def fold(self, slot: int) -> None:
        if slot not in self.silent:
            self.folded += 1
            self.silent.add(slot)


class Outages:
    """Counts what is lost together, cause by cause. `open` are the outages that are not over, by cause."""

    def __init__(self, slots: Slots, rules: Rules) -> None:
        self._slots, self._rules = slots, rules
        self._recent: dict[str, deque[tuple[float, int]]] = {}
        self.open: dict[str, Outage] = {}

    def note(self, slot: int, now_s: float) -> None:
        """A path is lost, whatever becomes of it."""
        for cause in self._slots.group(slot).causes:
            self._recent.setdefault(cause, deque()).append((now_s, slot))

    def covering(self, slot: int) -> Outage | None:
        """The open outage that explains this silence: one that began after the path was last heard."""
        heard_s = self._slots.heard_s[slot]
        for cause in self._slots.group(slot).causes:
            outage = self.open.get(cause)
            if outage is not None and heard_s <= outage.since_s:
                return outage
        return None

    def reached(self, now_s: float) -> Sequence[str]:
        """The causes that have silenced enough for an outage within the last minute, the likelier name first."""
        shares = {
            cause: share
            for cause in list(self._recent)
            if (share := self._share(cause, now_s)) is not None and self._stands_out(cause, share, now_s)
        }
        return sorted(shares, key=lambda cause: (-_weight(cause, shares), cause))

    def is_reached(self, cause: str, now_s: float) -> bool:
        """Still so, where other outages have explained some of it meanwhile."""
        return cause in self._recent and self._share(cause, now_s) is not None

    def begin(self, cause: str, receiver: str, now_s: float) -> Outage:
        """The outage of a cause as of now; one that is open already takes up what fell silent again."""
        outage = self.open.setdefault(cause, Outage(cause, receiver, now_s))
        outage.since_s = max(outage.since_s, now_s)
        return outage

    def end(self, cause: str) -> None:
        self.open.pop(cause, None)
        self._recent.pop(cause, None)

    def likely(self, cause: str, late: Callable[[int], bool]) -> bool:
        """Enough for an outage are lost or will be within a minute unless they speak; `late` tells it of a slot."""
        groups = self._slots.sharing(cause)
        sharing = sum(len(group.members) for group in groups)
        needed = mass(sharing, self._rules)
        if sharing < needed:
            return False
        step, first, found = max(1, sharing // SAMPLE), 0, 0
        for group in groups:  # every n-th of all of them, however small the groups are
            found += sum(late(slot) for slot in group.members[first::step])
            first = (first - len(group.members)) % step
        return step * found >= needed

    def _stands_out(self, cause: str, share: float, now_s: float) -> bool:
        """Whether an area is the cause rather than what else its silent paths share; other causes are weighed."""
        recent = self._recent[cause]
        if not cause.startswith("area/") or now_s - recent[len(recent) // 2][0] >= HAD_TIME * self._rules.mass_within_s:
            return True
        beside = {
            other
            for group in {self._slots.group(slot) for _, slot in recent}
            for other in group.causes
            if other != cause
        }
        return all(share > STANDS_OUT * self._lost_of(other) for other in beside)

    def _lost_of(self, cause: str) -> float:
        """Which share of a cause's paths was lost within the last minute, however few."""
        sharing = sum(len(group.members) for group in self._slots.sharing(cause))
        return len({slot for _, slot in self._recent.get(cause, ())}) / max(sharing, 1)

    def _share(self, cause: str, now_s: float) -> float | None:
        """Which share of a cause's paths was lost within the last minute and is not folded; None where too few."""
        recent = self._recent[cause]
        while recent and now_s - recent[0][0] > self._rules.mass_within_s:
            recent.popleft()
        if not recent:
            del self._recent[cause]
            return None
        sharing = sum(len(group.members) for group in self._slots.sharing(cause))
        needed = mass(sharing, self._rules)
        if len(recent) < needed:
            return None
        bits, folded = self._slots.bits, [outage.silent for outage in self.open.values()]
        silent = {slot for _, slot in recent if bits[slot] & LOST}
        lost = sum(not any(slot in others for others in folded) for slot in silent)
        return lost / sharing if lost >= needed else None


def _weight(cause: str, shares: Mapping[str, float]) -> float:
    """A receiver's share counts for more, so that a prefix comes first only where it stands out; of a prefix and a
    provider that suffer alike the provider is named."""
    what = cause.partition("/")[0]
    return shares[cause] * {"receiver": NARROWER, "provider": PROVIDER}.get(what, 1.0)
