"""The accounts in memory, as the walk asks for them: once for every frame, so in a fraction of a microsecond."""

from collections.abc import Iterable, Sequence

from belfry.domain.signal import AccountKey
from belfry.domain.site import Account

_Key = tuple[str | None, str | None, str]


class AccountBook:
    """`ports.Accounts`. An account may leave its receiver or prefix open; the one that says more is found first."""

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self._by_id: dict[str, Account] = {}
        self._by_key: dict[_Key, Account] = {}
        self._open_prefix = self._open_receiver = self._open_both = 0  # how many leave that open
        for account in accounts:
            self.put(account)

    def by_key(self, key: AccountKey) -> Account | None:
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

    def __len__(self) -> int:
        return len(self._by_id)

    def put(self, account: Account) -> None:
        """Add an account or replace the one of the same id."""
        self.remove(account.id)
        self._by_id[account.id] = account
        self._by_key[_key(account)] = account
        self._count(account, 1)

    def remove(self, account_id: str) -> None:
        account = self._by_id.pop(account_id, None)
        if account is not None:
            del self._by_key[_key(account)]
            self._count(account, -1)

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
