"""A monitored site as the registry knows it: what a signal of its account means, and how its panel speaks."""

from enum import StrEnum

from msgspec import Struct

from belfry.domain.signal import AccountKey


class TimeWindow(StrEnum):
    """How the time of an encrypted frame is judged (protocols, 1.5)."""

    STANDARD = "standard"
    """-40 s to +20 s, else NAK; after two NAKs of the same frame alarm and trouble states are let in, quirk `clock`."""
    STRICT = "strict"
    """-40 s to +20 s, no exception."""
    WIDE = "wide"
    """A day either way."""
    OFF = "off"


class Account(Struct, frozen=True, kw_only=True):
    """One account of the registry. `id` is our own opaque id; `receiver` None means any receiver."""

    id: str
    account: str
    prefix: str | None = None
    receiver: str | None = None
    name: str = ""
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    time_zone: str = "UTC"
    language: str = "en"
    tenant: str = ""
    type: str = "unspecified"
    """A value of `occupancies_v1.csv`."""
    keys: tuple[bytes, ...] = ()
    """AES keys (16, 24 or 32 bytes). An account with a key never speaks plain again."""
    window: TimeWindow = TimeWindow.STANDARD
    supervision_s: int | None = None
    """Interval of the path's polls in seconds; None: not supervised by polls."""
    test_s: int | None = None
    """Interval of the panel's own test report in seconds."""
    care: bool = False
    audible_panic: bool = False
    high_risk: bool = False
    line_cut: bool = False
    cancel_closes: bool = False
    verify_fire: str = "none"
    building: str = ""

    def matches(self, key: AccountKey) -> bool:
        return (
            self.account == key.account
            and (self.receiver is None or self.receiver == key.receiver)
            and (self.prefix is None or self.prefix == key.prefix)
        )


def clash(one: tuple[str | None, str | None, str], other: tuple[str | None, str | None, str]) -> bool:
    """Whether two accounts of one number cannot both be kept, by their receiver, prefix and tenant; None is any.

    Within a tenant the one that says more is meant. Of two tenants a frame is never for both: who registers another
    tenant's number at a receiver of his choice would be given that one's alarms.
    """
    if one[:2] == other[:2]:
        return True
    return one[2] != other[2] and all(a is None or b is None or a == b for a, b in zip(one[:2], other[:2], strict=True))
