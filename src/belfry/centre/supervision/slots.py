"""Supervision's memory: one slot a path of an account, kept in columns, since a million objects would be too large.

A slot is a number. Slots of one account form a chain; slots that can fall silent together are members of a group, the
receiver and prefix under which they were last heard and the provider that carries them. This module knows no rule: it
stores and finds.
"""

from array import array
from collections.abc import Iterator, Sequence
from typing import Final

NONE: Final = -1
"""No slot."""

PANEL: Final = "panel"
"""The name, beside the paths, of the clock that only the panel itself keeps going; its number is 0."""

AREAS_MOST: Final = 32_768
"""Receivers with a prefix, a provider and an area; beyond this many the area is left out."""
GROUPS_MOST: Final = AREAS_MOST + 4_096
"""A prefix comes off the wire where the registry leaves it open; beyond this many it and the provider are left out.
Receivers are few: they stand in our settings."""

# Bits of a slot.
LOST: Final = 1
"""Silent past its deadline; said, or about to be."""
BACK: Final = 2
"""Lost, and heard since."""
DIRTY: Final = 4
"""Changed since it was saved."""
PRIMARY: Final = 8
"""The first path of its account that was heard: the registry's interval is its."""
SLOW: Final = 16
"""The last look found its interval over half the window."""


class Group:
    """Who shares a receiver, a prefix, a provider and an area, and the causes that can silence them all: `receiver/…`,
    `prefix/…`, `provider/…`, `area/…`, the area last."""

    __slots__ = ("area", "causes", "members", "prefix", "provider", "receiver")

    def __init__(self, receiver: str, prefix: str | None, provider: str, area: str) -> None:
        self.receiver, self.prefix, self.provider, self.area = receiver, prefix, provider, area
        named = (("receiver", receiver), ("prefix", prefix), ("provider", provider or None), ("area", area or None))
        self.causes = tuple(f"{what}/{name}" for what, name in named if name is not None)
        self.members = array("i")


class Slots:
    """Columns by slot number. A slot is made once and never moves; an account that is gone leaves its slots empty."""

    def __init__(self) -> None:
        self.heard_s = array("d")
        """When it was last heard, seconds since 1970; 0 for never."""
        self.since_s = array("d")
        """Where silence counts from, where that is later: a panel not yet proved, a path excused; else 0."""
        self.gap_s = array("f")
        """The last interval between two frames."""
        self.planned = array("I")
        """When it is looked at next, in the ticks of its owner; 0 for not at all."""
        self.bits = bytearray()
        self.path = bytearray()
        """Number of its path's name."""
        self.account_ids: list[str] = []
        self.paths: list[str] = [PANEL]
        self.groups: list[Group] = []
        self._path_numbers = {PANEL: 0}
        self._group_numbers: dict[tuple[str, str | None, str, str], int] = {}
        self._cause_groups: dict[str, list[int]] = {}
        self._next = array("i")
        self._group = array("H")
        self._place = array("i")
        self._first: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.bits)

    @property
    def accounts(self) -> int:
        """How many accounts were ever heard."""
        return len(self._first)

    # -- finding

    def path_number(self, name: str) -> int:
        """Number of a path's name; names come from receivers, never off the wire, and there are at most 255."""
        number = self._path_numbers.get(name)
        if number is None:
            number = self._path_numbers[name] = len(self.paths)
            self.paths.append(name)
        return number

    def find(self, account_id: str, path: int) -> int:
        slot = self._first.get(account_id, NONE)
        while slot >= 0 and self.path[slot] != path:
            slot = self._next[slot]
        return slot

    def of_account(self, account_id: str) -> Iterator[int]:
        slot = self._first.get(account_id, NONE)
        while slot >= 0:
            yield slot
            slot = self._next[slot]

    def paths_of(self, account_id: str) -> Sequence[int]:
        """The slots of an account's paths, without the panel's clock."""
        return [slot for slot in self.of_account(account_id) if self.path[slot]]

    def knows(self, account_id: str) -> bool:
        return account_id in self._first

    def group(self, slot: int) -> Group:
        return self.groups[self._group[slot]]

    def sharing(self, cause: str) -> Sequence[Group]:
        """The groups that a cause would silence."""
        return [self.groups[number] for number in self._cause_groups.get(cause, ())]

    # -- changing

    def add(self, account_id: str, path: int, receiver: str, prefix: str | None, heard_s: float) -> int:
        """Make a slot. It is a member of no group until `join`."""
        slot = len(self.bits)
        first = self._first.setdefault(account_id, slot)
        if first != slot:
            while self._next[first] >= 0:
                first = self._next[first]
            self._next[first] = slot
        self.heard_s.append(heard_s)
        self.since_s.append(0.0)
        self.gap_s.append(0.0)
        self.planned.append(0)
        self.bits.append(0)
        self.path.append(path)
        self.account_ids.append(account_id)
        self._next.append(NONE)
        self._group.append(self._group_number(receiver, prefix, "", ""))
        self._place.append(NONE)
        return slot

    def forget(self, account_id: str) -> None:
        """An account left the registry: its slots are empty from now on."""
        for slot in self.of_account(account_id):
            self._leave(slot)
            self.planned[slot] = self.bits[slot] = 0
        self._first.pop(account_id, None)

    def join(self, slot: int) -> None:
        """Count a slot among those of its group; again is harmless."""
        if self._place[slot] < 0:
            members = self.group(slot).members
            self._place[slot] = len(members)
            members.append(slot)

    def move(
        self, slot: int, receiver: str, prefix: str | None, provider: str | None = None, area: str | None = None
    ) -> None:
        """It was heard under another receiver or prefix than before, or has another provider or area; None: as
        before."""
        provider = self.group(slot).provider if provider is None else provider
        area = self.group(slot).area if area is None else area
        number = self._group_number(receiver, prefix, provider, area)
        if number == self._group[slot]:
            return
        member = self._place[slot] >= 0
        self._leave(slot)
        self._group[slot] = number
        if member:
            self.join(slot)

    def _leave(self, slot: int) -> None:
        """The last member takes the place of the one that leaves."""
        place = self._place[slot]
        if place < 0:
            return
        members = self.group(slot).members
        last = members.pop()
        if last != slot:
            members[place] = last
            self._place[last] = place
        self._place[slot] = NONE

    def _group_number(self, receiver: str, prefix: str | None, provider: str, area: str) -> int:
        number = self._group_numbers.get((receiver, prefix, provider, area))
        if number is not None:
            return number
        if len(self.groups) >= AREAS_MOST and area:
            return self._group_number(receiver, prefix, provider, "")
        if len(self.groups) >= GROUPS_MOST and (prefix is not None or provider):
            return self._group_number(receiver, None, "", "")
        number = self._group_numbers[receiver, prefix, provider, area] = len(self.groups)
        group = Group(receiver, prefix, provider, area)
        self.groups.append(group)
        for cause in group.causes:
            self._cause_groups.setdefault(cause, []).append(number)
        return number
