"""Devices as the API shows them. Neither a secret nor a login is in any of them, but for `SecretView`."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from belfry.centre.devices.listening import Event
from belfry.domain.device import DeviceWire
from belfry.domain.mapping import Mapping
from belfry.domain.reading import Disposition, Observed, Quality, Reading, Switch
from belfry.ports.device_memory import Amount
from belfry.web.site_views import FlawView


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
    channel_offset: int
    """Of a recorder: what its channels above this number are too high by."""
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


class ReadingView(Struct, frozen=True, kw_only=True):
    """One point of a message. `became`: what was made of it, a word of ours; null where it is only tried."""

    point: str
    observed: str
    state: str
    target: str | None
    value: float | None
    unit: str | None
    quality: Sequence[Quality]
    occurred_at: datetime | None
    became: str | None
    category: str | None
    subtype: str | None
    zone: str | None
    switch: Switch | None
    """The class that a point's row has to switch on, of those that count only so."""


class DeviceHeardView(Struct, frozen=True, kw_only=True):
    """One message. `device_id` null: a stranger, whose `address` is what a new device would need. `dropped`: names of
    our own lists that were stripped, `dropped_others` how many beside them."""

    at: datetime
    receiver: str
    wire: DeviceWire
    device_id: str | None
    address: str | None
    disposition: Disposition | None
    heartbeat: bool
    reason: str
    readings: Sequence[ReadingView]
    dropped: Sequence[str]
    dropped_others: int


class ListeningView(Struct, frozen=True, kw_only=True):
    id: str
    until: datetime


class HeardList(Struct, frozen=True, kw_only=True):
    """`missed`: how many were let go because nobody asked for them."""

    items: Sequence[DeviceHeardView]
    missed: int
    over: bool


class MappingList(Struct, frozen=True):
    items: Sequence[Mapping]
    next: str | None


class TriedView(Struct, frozen=True, kw_only=True):
    """What the message would mean, or what of the mapping has to be mended first."""

    disposition: Disposition | None
    reason: str
    readings: Sequence[ReadingView]
    flaws: Sequence[FlawView]


def event_view(event: Event) -> DeviceHeardView:
    return DeviceHeardView(
        at=event.at,
        receiver=event.receiver,
        wire=event.wire,
        device_id=event.device,
        address=event.address,
        disposition=event.disposition,
        heartbeat=event.heartbeat,
        reason=event.reason,
        readings=[
            ReadingView(
                point=one.point,
                observed=one.observed,
                state=one.state,
                target=one.target,
                value=one.value,
                unit=one.unit,
                quality=one.quality,
                occurred_at=None,
                became=one.became,
                category=one.category,
                subtype=one.subtype,
                zone=one.zone,
                switch=one.switch,
            )
            for one in event.readings
        ],
        dropped=event.dropped,
        dropped_others=event.dropped_others,
    )


def reading_view(reading: Reading) -> ReadingView:
    """Of a message that is only tried: what it means at a site is not asked."""
    return ReadingView(
        point=reading.point,
        observed=reading.observed,
        state=reading.state,
        target=reading.target,
        value=reading.value,
        unit=reading.unit,
        quality=reading.quality,
        occurred_at=reading.occurred_at,
        became=None,
        category=None,
        subtype=None,
        zone=None,
        switch=reading.switch,
    )
