"""Devices as the registry knows them: whose they are, how they speak, and which of their points is which zone."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.reading import Observed, Switch

ADDRESS_MOST: Final = 200
POINTS_MOST: Final = 1_000
UNITS: Final = frozenset({"C", "F", "K", "%", "ppm", "Pa", "hPa", "bar", "V", "A", "W", "lx", "m", "mm", "l", "s"})


class DeviceWire(StrEnum):
    """The language of a device; each is a reader in `protocols` of the same name."""

    ISAPI = "isapi"
    ONVIF = "onvif"
    FRIGATE = "frigate"
    ZIGBEE2MQTT = "zigbee2mqtt"
    HOMEASSISTANT = "homeassistant"
    ESPHOME = "esphome"
    SHELLY = "shelly"
    MAIL = "smtp"
    ALERTMANAGER = "alertmanager"
    GRAFANA = "grafana"
    CLOUDEVENTS = "cloudevents"
    SENSORTHINGS = "sensorthings"
    CHIRPSTACK = "chirpstack"
    THINGS_STACK = "thingsstack"
    MAPPING = "mapping"


class DevicePoint(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One point of a device, as it stands in the table of its site. What is None stays as the device says it."""

    point: str
    """As the wire names it; `*` is every point that has no row of its own."""
    area: str | None = None
    zone: str | None = None
    observed: Observed | None = None
    """What the point watches, where the wire cannot know it: an input, a number."""
    switches: frozenset[Switch] = frozenset()
    """Classes that count here; all others of `Switch` are ignored."""
    inverted: bool = False
    """A contact that opens in alarm."""
    hold_s: int | None = None
    """How long a pulse lasts before the next one is news; None: as its device."""
    above: float | None = None
    below: float | None = None
    """Of a number: beyond these it is active, in `unit`."""
    unit: str | None = None
    proved_at: datetime | None = None
    """When somebody saw this point's alarm arrive and ticked it off; None: never."""


class Device(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One device. `id` is opaque; `receiver` is the name in our settings of the door it knocks at."""

    id: str
    account_id: str
    receiver: str
    wire: DeviceWire
    address: str
    """How the wire names it: a topic, a MAC or serial, the local part of a recipient, a label's value. Unique at its
    receiver."""
    name: str = ""
    """Of the site's own table, at most 80 characters."""
    points: tuple[DevicePoint, ...] = ()
    interval_s: int | None = None
    """It is heard at least this often, else it is lost; None: not supervised."""
    hold_s: int = 60
    """How long a pulse lasts before the next one is news."""
    public_ground: bool = False
    """A camera that sees public ground raises fire, environment and technical kinds only (SCOPE, fences)."""
    mapping: str | None = None
    """Of wire `mapping`: the mapping's name."""
    secret_number: int = 0
    """Which of its secrets counts; a new one is made by the next number, and the old one is dead."""
    version: int = 0
    """Grows with every change; whoever changes a device names the one that he saw."""
    channel_offset: int = 0
    """Of a recorder: what its channels above this number are too high by, 32 for many; 0: they are as it says."""
    host: str | None = None
    """Where we go to fetch from it (alertStream, PullPoint): `https://192.0.2.7`; None: it comes to us."""
    enabled: bool = True

    def point(self, name: str) -> DevicePoint | None:
        """The row of a point, or the one for all others; None where there is neither."""
        everything = None
        for row in self.points:
            if row.point == name:
                return row
            if row.point == "*":
                everything = row
        return everything


def may_speak_for(device: Device, other: Device, tenant_of: Callable[[str], str | None]) -> bool:
    """Whether a device may say what another one does: one of its receiver, its wire and its tenant, as a gateway, a
    bridge or a recorder does. `tenant_of` tells the tenant of an account by its id, None: there is no such account."""
    if (device.receiver, device.wire) != (other.receiver, other.wire) or not other.enabled:
        return False
    if device.account_id == other.account_id:
        return True
    first = tenant_of(device.account_id)
    return first is not None and first == tenant_of(other.account_id)


class Login(Struct, frozen=True):
    """What we say to a device that we fetch from; sealed in the registry, shown to nobody."""

    user: str
    password: str

    def __repr__(self) -> str:
        return "Login(...)"
