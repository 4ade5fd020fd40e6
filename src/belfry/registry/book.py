"""The accounts in memory, as the walk asks for them: once for every frame, so in a fraction of a microsecond."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Final

from belfry.domain.premises import NO_PARTS, SiteParts
from belfry.domain.schedules import Calendar
from belfry.domain.signal import AccountKey
from belfry.domain.site import Account

FOUND_MOST: Final = 262_144
"""Keys whose account is remembered; one account may be called by many prefixes, and a stranger chooses his own."""

PARENTS_MOST: Final = 16
"""Sites one within the other; the registry takes no more, and no loop."""

_Key = tuple[str | None, str | None, str]


class AccountBook:
    """`ports.Sites`. An account may leave its receiver or prefix open; the one that says more is found first."""

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self._by_id: dict[str, Account] = {}
        self._by_key: dict[_Key, Account] = {}
        self._open_prefix = self._open_receiver = self._open_both = 0  # how many leave that open
        self._found: dict[AccountKey, Account] = {}
        self._parts: dict[str, SiteParts] = {}
        self._parents: dict[str, str] = {}
        self._holidays: dict[str, frozenset[date]] = {}
        self.moves = 0
        """How often an account has gone to another tenant, or gone: who may see it is not who was."""
        for account in accounts:
            self.put(account)

    def by_key(self, key: AccountKey) -> Account | None:
        known = self._found.get(key)
        if known is None and (known := self._find(key)) is not None and len(self._found) < FOUND_MOST:
            self._found[key] = known
        return known

    def _find(self, key: AccountKey) -> Account | None:
        number, receiver, prefix = key.account, key.receiver, key.prefix
        find = self._by_key.get
        if (account := find((receiver, prefix, number))) is not None:
            return account
        if self._open_prefix and (account := find((receiver, None, number))) is not None:
            return account
        if self._open_receiver and (account := find((None, prefix, number))) is not None:
            return account
        return find((None, None, number)) if self._open_both else None

    def by_id(self, account_id: str) -> Account | None:
        return self._by_id.get(account_id)

    def all(self) -> Sequence[Account]:
        return tuple(self._by_id.values())

    def parts(self, account_id: str) -> SiteParts:
        return self._parts.get(account_id, NO_PARTS)

    def put_parts(self, account_id: str, parts: SiteParts) -> None:
        """Keep what an account has beside its line; nothing is kept of one that has nothing."""
        if parts == NO_PARTS:
            self._parts.pop(account_id, None)
        else:
            self._parts[account_id] = parts

    def put_parent(self, account_id: str, parent: str | None) -> None:
        """Keep the site that an account is part of."""
        if parent is None:
            self._parents.pop(account_id, None)
        else:
            self._parents[account_id] = parent

    def site(self, account_id: str) -> str:
        """Accounts of one building that are part of each other, or of the same site, are one; whoever has an area of
        another one's panel is another customer. A name that no account has is returned as it is."""
        account, top = self._by_id.get(account_id), account_id
        if account is None or not account.building:
            return account_id
        for _ in range(PARENTS_MOST):
            parent = self._by_id.get(self._parents.get(top, ""))
            if parent is None or any(area.sub_account == top for area in self.parts(parent.id).areas):
                return top
            if parent.building != account.building:
                return f"{parent.id}|{account.building}"
            top = parent.id
        return top

    def holidays(self, calendar: str) -> Collection[date]:
        """The public holidays of a calendar; none of one that nobody has filled."""
        return self._holidays.get(calendar, frozenset())

    def put_calendars(self, calendars: Iterable[Calendar]) -> None:
        self._holidays = {calendar.name: frozenset(calendar.days) for calendar in calendars}

    def __len__(self) -> int:
        return len(self._by_id)

    def put(self, account: Account) -> None:
        """Add an account or replace the one of the same id."""
        before = self._by_id.get(account.id)
        self._take_out(account.id)
        self.moves += before is not None and before.tenant != account.tenant
        self._by_id[account.id] = account
        self._by_key[_key(account)] = account
        self._count(account, 1)
        self._found.clear()

    def remove(self, account_id: str) -> None:
        self.moves += account_id in self._by_id
        self._take_out(account_id)

    def _take_out(self, account_id: str) -> None:
        account = self._by_id.pop(account_id, None)
        if account is not None:
            if self._by_key.get(_key(account)) is account:  # else its number is another's by now
                del self._by_key[_key(account)]
            self._count(account, -1)
            self._found.clear()

    def _count(self, account: Account, by: int) -> None:
        match account.receiver, account.prefix:
            case None, None:
                self._open_both += by
            case None, _:
                self._open_receiver += by
            case _, None:
                self._open_prefix += by
            case _:
                pass


def _key(account: Account) -> _Key:
    return account.receiver, account.prefix, account.account
