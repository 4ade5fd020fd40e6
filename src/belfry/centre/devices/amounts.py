"""How much of what devices say is refused or stripped: by device and UTC day, and as none, some or many - no counters.

A number of refused faces by the hour would be what was refused: a log of who passed. So nothing finer is ever told.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from belfry.ports.device_memory import Amount, DeviceDay

MANY: Final = 20
"""Messages of a day from which on it is many."""


class Amounts:
    """The present day of every device; days before it are saved and forgotten here."""

    def __init__(self) -> None:
        self._today: dict[str, tuple[date, int, int]] = {}
        self._changed: dict[tuple[str, date], DeviceDay] = {}

    def recall(self, days: Sequence[DeviceDay], today: date) -> None:
        for one in days:
            if one.day == today:
                self._today[one.device] = (today, _least(one.refused), _least(one.stripped))

    def note(self, device: str, at: datetime, *, refused: bool, stripped: bool) -> None:
        day = at.date()
        known, before_refused, before_stripped = self._today.get(device, (day, 0, 0))
        if known != day:
            before_refused = before_stripped = 0
        n_refused, n_stripped = min(before_refused + refused, MANY), min(before_stripped + stripped, MANY)
        self._today[device] = (day, n_refused, n_stripped)
        told = (_amount(n_refused), _amount(n_stripped))
        if known != day or told != (_amount(before_refused), _amount(before_stripped)):
            self._changed[device, day] = DeviceDay(device, day, *told)

    def today(self, device: str, day: date) -> DeviceDay:
        known, refused, stripped = self._today.get(device, (day, 0, 0))
        return DeviceDay(device, day, _amount(refused), _amount(stripped)) if known == day else DeviceDay(device, day)

    def is_full(self, device: str, at: datetime) -> bool:
        """Whether one more message of the day that had fields stripped would change nothing."""
        known, _, stripped = self._today.get(device, (None, 0, 0))
        return stripped >= MANY and known == at.date()

    def take_changed(self) -> list[DeviceDay]:
        """What is to be saved; `put_back` what could not be."""
        changed, self._changed = list(self._changed.values()), {}
        return changed

    def put_back(self, days: Sequence[DeviceDay]) -> None:
        for one in days:
            self._changed.setdefault((one.device, one.day), one)


def _amount(count: int) -> Amount:
    if not count:
        return Amount.NONE
    return Amount.SOME if count < MANY else Amount.MANY


def _least(amount: Amount) -> int:
    return {Amount.NONE: 0, Amount.SOME: 1, Amount.MANY: MANY}[amount]
