"""From which address which registered account was heard lately: a panel that says a wrong number says it from there.

In memory only and for proposals alone (RULES 2, unknown account): nothing of an address of a registered account is ever
kept, and none proves anything. An address behind which many accounts stand names none of them.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

LATELY: Final = timedelta(hours=26)
"""A panel's test comes once a day; who was not heard for longer may have another address by now."""
NAMED_MOST: Final = 5
"""Accounts behind one address; with more it is a network's, and tells nothing."""
ADDRESSES_MOST: Final = 131_072
"""Addresses remembered; beyond, those that were new first are let go."""


class Sources:
    def __init__(self) -> None:
        self._heard: OrderedDict[str, dict[str, datetime]] = OrderedDict()

    def note(self, source: str, account_id: str, now: datetime) -> None:
        """A registered account was heard from an address."""
        here = self._heard.get(source)
        if here is None:
            here = self._heard[source] = {}
            if len(self._heard) > ADDRESSES_MOST:
                self._heard.popitem(last=False)
        if account_id not in here and len(here) > NAMED_MOST:
            self._heard[source] = here = {one: at for one, at in here.items() if now - at <= LATELY}
            if len(here) > NAMED_MOST:
                return
        here[account_id] = now

    def near(self, source: str, now: datetime) -> tuple[str, ...]:
        """Ids of the accounts heard from an address lately, who was heard last first."""
        here = {one: at for one, at in self._heard.get(source, {}).items() if now - at <= LATELY}
        return () if len(here) > NAMED_MOST else tuple(sorted(here, key=lambda one: here[one], reverse=True))
