"""Registered accounts whose numbers are nearly an unknown one's: one digit other, or two neighbours swapped."""

from collections.abc import Iterator
from typing import Final, Protocol

from msgspec import structs

from belfry.domain.signal import AccountKey
from belfry.domain.site import Account

_DIGITS: Final = "0123456789ABCDEF"

PROPOSED_MOST: Final = 5


class _Book(Protocol):
    def by_key(self, key: AccountKey) -> Account | None: ...


def near_accounts(key: AccountKey, accounts: _Book) -> tuple[str, ...]:
    """At most PROPOSED_MOST numbers of registered accounts on the same receiver and prefix, nearest kind first."""
    found: list[str] = []
    for number in _variants(key.account):
        account = accounts.by_key(structs.replace(key, account=number))
        if account is not None and number not in found:
            found.append(number)
            if len(found) == PROPOSED_MOST:
                break
    return tuple(found)


def _variants(number: str) -> Iterator[str]:
    for place in range(len(number) - 1):
        if number[place] != number[place + 1]:
            yield number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    for place, digit in enumerate(number):
        for other in _DIGITS:
            if other != digit.upper():
                yield number[:place] + other + number[place + 1 :]
