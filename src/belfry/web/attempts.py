"""How often somebody may try: buckets by name and source that leak, in bounded memory.

An attempt is counted before it is judged, so that many at once do not pass together; one that succeeded gives it back.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final

KEYS_MOST: Final = 10_000
"""Names and sources remembered; past it the one that was longest not heard is forgotten."""


class Attempts:
    """At most `most` at once for each key, one more after each `again`."""

    def __init__(self, most: int, again: timedelta) -> None:
        self._most, self._again = most, again
        self._empty_at: OrderedDict[str, datetime] = OrderedDict()
        """When a key's bucket will have leaked empty."""

    def __len__(self) -> int:
        return len(self._empty_at)

    def wait(self, key: str, now: datetime) -> timedelta:
        """How long until one more is admitted; zero or less: now."""
        return self._empty(key, now) - now - self._again * (self._most - 1)

    def count(self, key: str, now: datetime) -> None:
        self._empty_at[key] = self._empty(key, now) + self._again
        self._empty_at.move_to_end(key)
        if len(self._empty_at) > KEYS_MOST:
            self._empty_at.popitem(last=False)

    def _empty(self, key: str, now: datetime) -> datetime:
        """When the bucket will be empty. One that is more than full is of before the clock was set back, and nobody
        knows how full it was: it begins anew, once, rather than to shut a whole room out."""
        empty, full = self._empty_at.get(key, now), now + self._again * self._most
        if empty > full:
            empty = self._empty_at[key] = now
        return max(empty, now)

    def give_back(self, key: str) -> None:
        if key in self._empty_at:
            self._empty_at[key] -= self._again


class Gate:
    """Attempts counted by several keys together: admitted only when every one admits it."""

    def __init__(self, *limits: Attempts) -> None:
        self._limits = limits

    def admit(self, keys: Sequence[str], now: datetime) -> timedelta | None:
        """Count an attempt under each key, one a limit; or return how long to wait, and count nothing."""
        wait = max(limit.wait(key, now) for limit, key in zip(self._limits, keys, strict=True))
        if wait > timedelta():
            return wait
        for limit, key in zip(self._limits, keys, strict=True):
            limit.count(key, now)
        return None

    def succeeded(self, keys: Sequence[str]) -> None:
        for limit, key in zip(self._limits, keys, strict=True):
            limit.give_back(key)


def source_of(host: str) -> str:
    """What counts as one source: an IPv4 address, or the /64 of an IPv6 one, since a site has all of it."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)
