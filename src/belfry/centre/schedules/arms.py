"""Whether the areas of a scheduled account are set, from what its panel said on whatever line it came.

An area may belong to another customer than the panel does (a shop in a mall). Then the line of the panel tells it of
both: of the shop by its own areas, of the mall by all others.
"""

from collections.abc import Iterable, Mapping

from belfry.centre.triage.case import key_behind
from belfry.domain.condition import Armed, Condition
from belfry.domain.signal import AccountKey
from belfry.domain.site import Account
from belfry.domain.site_map import plain
from belfry.ports import Sites


class Arms:
    """`met` tells under which receiver and prefix an account speaks; its state is that of its newest word."""

    def __init__(self, sites: Sites, conditions: Mapping[AccountKey, Condition]) -> None:
        self._sites, self._conditions = sites, conditions
        self._keys: dict[str, tuple[AccountKey, ...]] = {}
        self._owners: dict[str, dict[str | None, str]] = {}
        """Of panels that speak for others: whose each such area is."""
        self._own: dict[str, set[str | None]] = {}
        """Of those others: their areas."""

    def load(self, wanted: Iterable[str]) -> None:
        """Find how some accounts were heard so far."""
        accounts = set(wanted)
        for key in self._conditions:
            account = self._sites.by_key(key)
            if account is None:
                continue
            if account.id in accounts:
                self.met(account.id, key)
            for area, owner in self._owners.get(account.id, {}).items():
                if owner in accounts:
                    self.met_part(owner, key, area)

    def learn(self, account_id: str) -> None:
        """Take over whose areas the registry says an account's areas are."""
        areas = self._sites.parts(account_id).areas
        owners = {plain(area.number): area.sub_account for area in areas if area.sub_account is not None}
        if owners:
            self._owners[account_id] = owners
        else:
            self._owners.pop(account_id, None)

    def owner(self, account_id: str, area: str | None) -> str | None:
        """Whose area a panel names, where it is not its own account's."""
        owners = self._owners.get(account_id)
        return None if owners is None else owners.get(plain(area))

    def met(self, account_id: str, key: AccountKey) -> None:
        known = self._keys.get(account_id, ())
        if key not in known:
            self._keys[account_id] = (key, *known)

    def met_part(self, account_id: str, line: AccountKey, area: str | None) -> None:
        """An account is heard over the line of another one, in an area of its own."""
        self.met(account_id, line)
        self._own.setdefault(account_id, set()).add(plain(area))

    def key(self, account: Account) -> AccountKey | None:
        """How an account was heard last for the first time; None where it never spoke."""
        known = self._keys.get(account.id)
        if not known:
            return None
        return key_behind(account, known[0]) if account.id in self._own else known[0]

    def forget(self, account_id: str) -> None:
        self._keys.pop(account_id, None)
        self._owners.pop(account_id, None)
        self._own.pop(account_id, None)

    def state(self, account_id: str, area: str | None) -> Armed | None:
        """Whether an area is set and since when; of a whole site every area has to be. None: it never said."""
        areas: dict[str | None, Armed] = {}
        own, others = self._own.get(account_id), self._owners.get(account_id, {})
        for key in self._keys.get(account_id, ()):
            condition = self._conditions.get(key)
            for number, armed in () if condition is None else condition.armed.items():
                name = plain(number)
                if name in others or (own is not None and name is not None and name not in own):
                    continue
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
