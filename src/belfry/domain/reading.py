"""What a device's message says once everything that describes people is gone: readings of points, and nothing else.

Every wire of devices (`protocols.isapi`, `onvif`, `frigate`, ...) returns a `Said` for each message. It holds words of
ours, numbers and the device's own names of its points; no text, no picture, no key that we do not list. What the words
mean at a site is the business of `domain.device_rules`, what is raised that of the centre.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

POINT_MOST: Final = 80
"""Characters of a point's own name; a longer one names no point that anybody registered."""
READINGS_MOST: Final = 256
"""Readings of one message; a message with more is unreadable."""


class Disposition(StrEnum):
    """What became of a message."""

    ACCEPT = "accept"
    IGNORE = "ignore"
    """Of no concern: a heartbeat, a repeat, a state that needs nobody."""
    REFUSE = "refuse"
    """Describes people: nothing of it is read."""
    REJECT = "reject"
    """Unreadable or unverifiable: a technical fault of the device."""
    QUARANTINE = "quarantine"
    """A type that no list of ours names."""


class Observed(StrEnum):
    """What a reading is about."""

    FIRE = "fire"
    SMOKE = "smoke"
    HEAT = "heat"
    GAS = "gas"
    CO = "co"
    WATER = "water"
    INTRUSION = "intrusion"
    PERIMETER = "perimeter"
    MOTION = "motion"
    PANIC = "panic"
    DURESS = "duress"
    MEDICAL = "medical"
    FALL = "fall"
    TAMPER = "tamper"
    VIDEO_LOSS = "video_loss"
    ENVIRONMENT = "environment"
    IT = "it"
    """A server, a network or what runs on them."""
    INPUT = "input"
    """A contact whose meaning the site's own table tells."""
    ARMING = "arming"
    """`active`: armed, `inactive`: disarmed."""
    VALUE = "value"
    """A number; an alarm only by a rule of the site."""
    FAULT = "fault"
    BATTERY = "battery"
    POWER = "power"
    STORAGE = "storage"
    NETWORK = "network"
    CLOCK = "clock"
    OFFLINE = "offline"
    """`active`: whoever speaks for the device says that it is gone."""
    SECURITY = "security"
    """Somebody failed to log on to the device."""
    UNREADABLE = "unreadable"
    UNLISTED = "unlisted"
    TEST = "test"


class PointState(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    PULSE = "pulse"
    """Begins, and its end is never said."""
    PENDING = "pending"
    """About to be active: a pre-alarm, an entry delay."""
    UNKNOWN = "unknown"


class Target(StrEnum):
    """What a detector says it saw, as a class and no more."""

    HUMAN = "human"
    VEHICLE = "vehicle"
    ANIMAL = "animal"
    OTHER = "other"


class Switch(StrEnum):
    """A class of readings that counts only where a site's own table switches it on (EQUIPMENT 1, 2, 3, 8)."""

    MOTION = "motion"
    SOUND = "sound"
    LINE = "line"
    BAGGAGE = "baggage"
    PARKING = "parking"
    FALL = "fall"
    POST = "post"


class Quality(StrEnum):
    """What is doubtful about a reading; kept with its signal as a quirk."""

    CLOCK = "device-clock"
    """The device's time cannot be right; ours stands."""
    RECOVERED = "recovered"
    """Read after one repair of the message."""
    RETAINED = "retained"
    STATE_MISSING = "state-missing"
    REPEATED = "repeated"
    """The device says itself that this goes on."""
    TRUNCATED = "truncated"
    SOUND = "sound"
    """Heard by a microphone: of lower confidence."""


class Reading(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One point of a device, as it says it is."""

    observed: Observed
    point: str
    """The point as the wire names it: `ch2/region1`, `DI_1`, `smoke`; at most POINT_MOST characters. Never kept: a
    registered point becomes a zone, and one that nobody registered becomes no more than its device."""
    state: PointState
    occurred_at: datetime | None = None
    """The device's clock, UTC."""
    target: Target | None = None
    switch: Switch | None = None
    value: float | None = None
    unit: str | None = None
    """One of the units of `domain.device.UNITS`."""
    quality: tuple[Quality, ...] = ()
    sync: bool = False
    """State as it has been (retained, Initialized): raises only where it is news."""
    once: str | None = None
    """What a repeat of the same event shares; only an HMAC of it is ever kept."""
    part: str | None = None
    """Where several conditions share a point (alerts of one zone): which of them this is, as a digest. Each has a state
    of its own, so that the end of one is not that of the others."""
    hold_s: int | None = None
    """Of a pulse, by a mapping: how long it lasts where the site's own row does not say."""
    address: str | None = None
    """Where one message speaks for several devices (a gateway, a recorder, a bridge): the device's own address."""


class Said(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message, read and minimised."""

    disposition: Disposition
    readings: tuple[Reading, ...] = ()
    dropped: tuple[str, ...] = ()
    """Names of the fields that were stripped. Shown by `belfry decode`, and those of our own lists live while a device
    is put into service; kept nowhere."""
    reason: str = ""
    """In words of ours; never words of the message."""
    heartbeat: bool = False
    """The device lives, and that is all it says."""
    refused_in_part: bool = False
    """Beside what it says, a part of it was refused: it describes people."""
    address: str | None = None
    """How the wire names the device that speaks, where the message tells it: a serial, a MAC, a topic."""
