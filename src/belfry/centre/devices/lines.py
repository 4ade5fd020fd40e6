"""Under which number a site's panel speaks, and whether it is armed: so that its devices and its panel are one account.

A frame names a prefix (`L0`) even where the registry leaves it open, and the live state of a site - armed areas, open
incidents - belongs to the number as it was spoken. A device's signal takes the panel's.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from belfry.domain.condition import ARMING, Condition, is_armed
from belfry.domain.device import Device
from belfry.domain.facts import Received
from belfry.domain.signal import AccountKey, Method
from belfry.domain.site import Account
from belfry.ports import Accounts
from belfry.ports.devices import DeviceBook

USUAL_PREFIX: Final = "0"
"""What panels send that were never given a prefix."""


class Lines:
    """The numbers of the sites that have devices. `heard` is told every signal, so it asks little."""

    def __init__(
        self,
        book: DeviceBook,
        accounts: Accounts,
        conditions: Mapping[AccountKey, Condition],
        panels: Sequence[str],
    ) -> None:
        """`panels` are the names of the receivers of panels, in the order of the settings."""
        self._book, self._accounts, self._conditions, self._panels = book, accounts, conditions, panels
        self._seen_change: int | None = None
        self._sites: frozenset[str] = frozenset()
        self._spoken: dict[str, dict[AccountKey, None]] = {}

    def recall(self) -> None:
        """Look through what is known at the start."""
        sites = self._with_devices()
        for key, condition in self._conditions.items():
            account = self._accounts.by_key(key) if sites or condition.armed else None
            if account is not None and (condition.armed or account.id in sites):
                self._note(account.id, key)

    def heard(self, received: Received) -> None:
        """A signal was kept, in the order of the journal."""
        account_id = received.account_id
        if account_id is None or received.method is not Method.EQUIPMENT:
            return
        panel = received.device is None and account_id in self._with_devices()
        if (panel or received.state in ARMING) and (key := received.account_key) is not None:
            self._note(account_id, key)

    def _note(self, account_id: str, key: AccountKey) -> None:
        self._spoken.setdefault(account_id, {})[key] = None

    def _with_devices(self) -> frozenset[str]:
        changes = self._book.changes
        if changes != self._seen_change:
            self._sites = frozenset(device.account_id for device in self._book.all())
            self._seen_change = changes
        return self._sites

    def key(self, device: Device, account: Account) -> AccountKey:
        """The number that a device's signal is of."""
        for key in self._spoken.get(account.id, ()):
            if key.prefix is not None or account.prefix is None:
                return key
        receivers = (account.receiver,) if account.receiver is not None else (*self._panels, device.receiver)
        prefix = account.prefix or USUAL_PREFIX
        keys = [AccountKey(receiver, prefix, account.account) for receiver in receivers]
        for key in keys:
            known = self._accounts.by_key(key)
            if known is not None and known.id == account.id:
                return key
        return keys[0]

    def armed(self, account_id: str, area: str | None) -> bool | None:
        """True where any of its numbers says so; None where none has said anything of this area."""
        known: bool | None = None
        for key in self._spoken.get(account_id, ()):
            condition = self._conditions.get(key)
            if condition is None or not condition.armed:
                continue
            if area and area not in condition.armed and "" not in condition.armed:
                continue
            if is_armed(condition, area):
                return True
            known = False
        return known
