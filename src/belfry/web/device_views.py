"""Devices as the API shows them. Neither a secret nor a login is in any of them, but for `SecretView`."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from belfry.domain.device import DeviceWire
from belfry.domain.reading import Observed, Switch
from belfry.ports.device_memory import Amount


class DevicePointView(Struct, frozen=True, kw_only=True):
    point: str
    area: str | None
    zone: str | None
    zone_name: str | None
    """As the site's own table calls the zone."""
    observed: Observed | None
    switches: Sequence[Switch]
    inverted: bool
    hold_s: int | None
    above: float | None
    below: float | None
    unit: str | None
    proved_at: datetime | None
    """When somebody saw this point's alarm arrive; null: never."""


class DeviceView(Struct, frozen=True, kw_only=True):
    """`unproved`: how many of its points never proved their alarm."""

    id: str
    version: int
    account_id: str
    account: str
    site: str
    receiver: str
    wire: DeviceWire
    address: str
    name: str
    points: Sequence[DevicePointView]
    interval_s: int | None
    hold_s: int
    public_ground: bool
    mapping: str | None
    host: str | None
    has_login: bool
    enabled: bool
    unproved: int
    heard_at: datetime | None
    lost_since: datetime | None
    """Since when it is silent for too long."""
    faulty_since: datetime | None
    """Since when nothing readable came of it."""


class DeviceList(Struct, frozen=True):
    items: Sequence[DeviceView]
    next: str | None


class SecretView(Struct, frozen=True, kw_only=True):
    """What an installer types into a device. `signing_key` in hexadecimal digits, for those that sign."""

    secret: str
    path: str
    """Of the listener for devices: `/d/<secret>`."""
    recipient: str
    """The part before the @ of mail."""
    signing_key: str


class DayView(Struct, frozen=True, kw_only=True):
    day: date
    refused: Amount
    stripped: Amount


class DayList(Struct, frozen=True):
    items: Sequence[DayView]
