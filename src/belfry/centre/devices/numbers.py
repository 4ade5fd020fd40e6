"""The number of its site's account that a device's signals are of: the same one for an alarm and for its end."""

from collections.abc import Callable, Sequence

from belfry.centre.devices.kept import Kept
from belfry.centre.devices.lines import Lines
from belfry.domain.device import Device
from belfry.domain.facts import Point
from belfry.domain.incident import Incident
from belfry.domain.point_state import Raised
from belfry.domain.signal import AccountKey
from belfry.ports import Accounts


class Numbers:
    def __init__(self, accounts: Accounts, lines: Lines, open_of: Callable[[AccountKey], Sequence[Incident]]) -> None:
        self._accounts, self._lines, self._open_of = accounts, lines, open_of

    def of(self, device: Device, kept: Kept) -> AccountKey:
        """The number that its signals are of; it stays the same while anything of the device is not ended, unless it is
        its site's no longer."""
        account = self._accounts.by_id(device.account_id)
        if account is None:
            raise LookupError("a device of an account that is gone was asked for its number")
        is_raised = kept.points.is_raising
        if is_raised and kept.key is not None and self._is_of(kept.key, account.id):
            return kept.key
        key = self._lines.key(device, account)
        if (key, account.id) != (kept.key, kept.account):
            kept.former = kept.key if is_raised else None
            kept.key, kept.account, kept.changed = key, account.id, True
        return key

    def of_end(self, device: Device, kept: Kept, raised: Raised) -> AccountKey:
        """The number of an end: where it was raised, also if the site has another number since."""
        key = self.of(device, kept)
        if kept.former is not None and self._is_open_at(kept.former, device, raised):
            return kept.former
        return key

    def is_open(self, device: Device, kept: Kept, raised: Raised) -> bool:
        """Whether an open incident knows of it."""
        numbers = (self.of(device, kept), kept.former)
        return any(number is not None and self._is_open_at(number, device, raised) for number in numbers)

    def _is_open_at(self, number: AccountKey, device: Device, raised: Raised) -> bool:
        point = Point(raised.area, raised.zone, raised.subtype, None, device.id)
        return any(incident.in_alarm.get(point) for incident in self._open_of(number))

    def _is_of(self, number: AccountKey, account_id: str) -> bool:
        known = self._accounts.by_key(number)
        return known is not None and known.id == account_id
