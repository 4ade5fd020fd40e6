"""What the registry says to an edit that it cannot make.

RegistryError
├── NoSuchAccount   there is no account of this id
├── NoSuchContact   the account has no contact of this id
├── NoSuchCalendar  there is no calendar of this name
├── NoSuchCursor    a search goes on from a place that was never given
├── Changed         somebody else changed it since: carries how it is now, and what was changed
├── Unfit           values that cannot be kept: carries all of them, with field, value and limit
├── Outdated        a list of all sites is not as it was seen any more
├── InUse           a calendar that schedules still name
└── Taken           another account answers to this receiver, prefix and number already
"""

from collections.abc import Sequence

from belfry.domain.site_checks import Flaw
from belfry.domain.site_file import SiteFile
from belfry.registry.store import Change, RegistryError


class NoSuchAccount(RegistryError, LookupError):
    def __init__(self, account_id: str) -> None:
        super().__init__(f"there is no account {account_id!r}")


class NoSuchContact(RegistryError, LookupError):
    def __init__(self, contact: str) -> None:
        super().__init__(f"the account has no contact {contact!r}")


class Changed(RegistryError):
    """Nothing was written. `changes` are those after the version that was seen, oldest first."""

    def __init__(self, current: SiteFile, changes: Sequence[Change]) -> None:
        super().__init__(f"the account was changed meanwhile and is at version {current.version}")
        self.current, self.changes = current, changes


class Unfit(RegistryError):
    """Nothing was written. Every flaw is told, not the first alone."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("; ".join(map(str, flaws)))
        self.flaws = flaws


class Taken(RegistryError):
    """Says number, receiver and prefix, and never whose it is: it may be another tenant's."""

    def __init__(self, account: str, receiver: str | None, prefix: str | None) -> None:
        where = f"receiver {receiver!r}" if receiver else "any receiver"
        line = f"prefix {prefix!r}" if prefix else "any prefix"
        super().__init__(f"account {account!r} of {where} and {line} is taken")
        self.account, self.receiver, self.prefix = account, receiver, prefix


class Outdated(RegistryError):
    """Nothing was written."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: changed by somebody else since they were read")


class InUse(RegistryError):
    """Nothing was removed. `schedules` is how many name it."""

    def __init__(self, name: str, schedules: int) -> None:
        super().__init__(f"calendar {name!r} is named by {schedules} schedules")
        self.schedules = schedules


class NoSuchCalendar(RegistryError, LookupError):
    def __init__(self, name: str) -> None:
        super().__init__(f"there is no calendar {name!r}")


class NoSuchCursor(RegistryError):
    def __init__(self) -> None:
        super().__init__("a search goes on from a cursor that it gave; this is none")
