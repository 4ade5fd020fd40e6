"""Whether the areas of a scheduled account are set, from what its panel said on whatever line it came."""

from collections.abc import Iterable, Mapping

from belfry.domain.condition import Armed, Condition
from belfry.domain.signal import AccountKey
from belfry.domain.site_map import plain
from belfry.ports import Accounts


class Arms:
    """`met` tells under which receiver and prefix an account speaks; its state is that of its newest word."""

    def __init__(self, accounts: Accounts, conditions: Mapping[AccountKey, Condition]) -> None:
        self._accounts, self._conditions = accounts, conditions
        self._keys: dict[str, tuple[AccountKey, ...]] = {}

    def load(self, wanted: Iterable[str]) -> None:
        """Find how some accounts were heard so far."""
        accounts = set(wanted)
        for key in self._conditions:
            account = self._accounts.by_key(key)
            if account is not None and account.id in accounts:
                self.met(account.id, key)

    def met(self, account_id: str, key: AccountKey) -> None:
        known = self._keys.get(account_id, ())
        if key not in known:
            self._keys[account_id] = (key, *known)

    def key(self, account_id: str) -> AccountKey | None:
        """How an account was heard last for the first time; None where it never spoke."""
        known = self._keys.get(account_id)
        return known[0] if known else None

    def forget(self, account_id: str) -> None:
        self._keys.pop(account_id, None)

    def state(self, account_id: str, area: str | None) -> Armed | None:
        """Whether an area is set and since when; of a whole site every area has to be. None: it never said."""
        areas: dict[str | None, Armed] = {}
        for key in self._keys.get(account_id, ()):
            condition = self._conditions.get(key)
            for number, armed in () if condition is None else condition.armed.items():
                name = plain(number)
                known = areas.get(name)
                if known is None or armed.since > known.since:
                    areas[name] = armed
        if area:
            return areas.get(plain(area)) or areas.get(None)
        if not areas:
            return None
        named = [one for name, one in areas.items() if name] or list(areas.values())
        unset = [one for one in named if not one.armed]
        return max(unset or named, key=lambda one: one.since)
