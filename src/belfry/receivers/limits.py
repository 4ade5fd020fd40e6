"""Guards that every socket of equipment needs: how many, how fast, from where. A source address is no identity.

One source is an IPv4 address or an IPv6 /64, since a whole /64 belongs to one customer. What was refused is told as
none, some or many, never as a number (SCOPE, refusals are no counters).
"""

import resource
from collections import OrderedDict
from enum import StrEnum
from ipaddress import IPv6Address
from typing import Final

SOURCES_MAX: Final = 10_000
"""Sources remembered for their rate; beyond it the one heard longest ago is forgotten, and may begin anew."""

MANY: Final = 10
"""From here on refusals are told as many."""


FILES_RESERVED: Final = 256
"""Open files left to the rest of the program: journal, registry, browsers."""


class Amount(StrEnum):
    NONE = "none"
    SOME = "some"
    MANY = "many"


def amount(count: int) -> Amount:
    if count == 0:
        return Amount.NONE
    return Amount.SOME if count < MANY else Amount.MANY


def room(connections: int) -> int:
    """Return how many connections the system's limit of open files has room for, at most `connections`.

    Raises this process's own limit first, as far as it may. Beyond it accepting would fail for everybody.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + FILES_RESERVED
    if soft == resource.RLIM_INFINITY:
        return connections
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, min(connections, soft - FILES_RESERVED))


def host_port(listen: str) -> tuple[str, int]:
    """Return host and port of `127.0.0.1:12009` or `[::1]:12009`. Raises ValueError."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"listen = {listen!r}: wants HOST:PORT")
    return host.strip("[]"), int(port)


def source_of(address: object) -> str:
    """Return the source of a socket's peer name: its address, of IPv6 the first 64 bits."""
    host = str(address[0]) if isinstance(address, tuple) and address else ""
    if ":" not in host:
        return host
    try:
        return f"{int(IPv6Address(host.partition('%')[0])) >> 64:x}::/64"
    except ValueError:
        return host


class Shares:
    """How many of something each source holds, and all together."""

    def __init__(self, *, most: int, most_each: int) -> None:
        self._most, self._most_each = most, most_each
        self._held: dict[str, int] = {}
        self.total = 0

    def take(self, source: str) -> bool:
        """Give a source one more; False where it or all together have enough."""
        held = self._held.get(source, 0)
        if self.total >= self._most or held >= self._most_each:
            return False
        self._held[source] = held + 1
        self.total += 1
        return True

    def give_back(self, source: str) -> None:
        held = self._held[source] - 1
        if held:
            self._held[source] = held
        else:
            del self._held[source]
        self.total -= 1


class Load:
    """How much of each source is under way, so that one that sends without waiting leaves the others their turn."""

    def __init__(self, most_each: int) -> None:
        self._most_each = most_each
        self._under_way: dict[str, int] = {}

    def room(self, source: str) -> int:
        """How much more a source may have under way."""
        return self._most_each - self._under_way.get(source, 0)

    def change(self, source: str, by: int) -> None:
        under_way = self._under_way.get(source, 0) + by
        if under_way:
            self._under_way[source] = under_way
        else:
            self._under_way.pop(source, None)


class Rates:
    """A token bucket for each source: `per_s` in the long run, twice that at once."""

    def __init__(self, per_s: int) -> None:
        self._per_s = per_s
        self._burst = 2.0 * per_s
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, source: str, now_s: float) -> bool:
        """Take one from the source's bucket at a monotonic time; False where it is empty."""
        left, since = self._buckets.get(source, (self._burst, now_s))
        left = min(self._burst, left + (now_s - since) * self._per_s)
        allowed = left >= 1
        self._buckets[source] = (left - 1 if allowed else left, now_s)
        self._buckets.move_to_end(source)
        if len(self._buckets) > SOURCES_MAX:
            self._buckets.popitem(last=False)
        return allowed
