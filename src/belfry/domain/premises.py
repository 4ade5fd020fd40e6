"""What belongs to an account beside its panel's line: areas, zones, transmission paths, and codes that mean something
else at this site.

Triage and supervision ask for these with every signal, so they are in memory (`ports.Accounts.parts`), for those
accounts that have any.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.schedules import Schedule
from belfry.domain.signal import Category, Wire

NAME_MOST: Final = 80
"""Characters of an area's or a zone's name, as of a panel's own zone text."""
PARTS_MOST: Final = 2_000
"""Areas, zones, paths or code rules of one account each."""


class Hazard(StrEnum):
    """What a zone watches for; `on test` may be asked for by it."""

    FIRE = "fire"
    GAS = "gas"
    INTRUSION = "intrusion"
    PANIC = "panic"
    MEDICAL = "medical"
    WATER = "water"
    ENVIRONMENT = "environment"
    TECHNICAL = "technical"


LIFE_HAZARDS: Final = frozenset({Hazard.FIRE, Hazard.GAS, Hazard.PANIC, Hazard.MEDICAL})

HAZARD_OF: Final = {
    Category.FIRE: Hazard.FIRE,
    Category.GAS: Hazard.GAS,
    Category.MEDICAL: Hazard.MEDICAL,
    Category.PANIC: Hazard.PANIC,
    Category.INTRUSION: Hazard.INTRUSION,
    Category.TAMPER: Hazard.INTRUSION,
    Category.OPEN_CLOSE: Hazard.INTRUSION,
    Category.BYPASS: Hazard.INTRUSION,
    Category.WATER: Hazard.WATER,
    Category.ENVIRONMENTAL: Hazard.ENVIRONMENT,
}
"""The hazard of a category; every other one is technical."""


class Area(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A part of a site that is set by itself. `number` as the panel sends it."""

    number: str
    name: str = ""
    sub_account: str | None = None
    """Account id of another customer to whom this area belongs (a shop in a mall)."""


class Zone(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A detector or group of detectors. `area` None: whatever area the panel names with it."""

    number: str
    area: str | None = None
    name: str = ""
    hazard: Hazard | None = None
    outdoor: bool = False


class Technology(StrEnum):
    """How a transmission path reaches us. Two of different technology confirm each other's loss (RULES 2)."""

    IP = "ip"
    MOBILE = "mobile"
    PSTN = "pstn"
    RADIO = "radio"
    SATELLITE = "satellite"


class TransmissionPath(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One way on which a panel is heard. `name` as receivers say it: `tcp`, `udp`, or a receiver's name and one of both
    (`panels/tcp`)."""

    name: str
    label: str = ""
    technology: Technology | None = None
    category: str | None = None
    """EN 50136: SP1 to SP6, DP1 to DP4."""
    interval_s: int | None = None
    """Of its polls; None: as the category says, or as the account's `supervision_s`."""
    alternative: bool = False
    provider: str = ""
    """Who carries it; an outage of a provider silences all of his."""


class CodeRule(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A code that means something else here. What is None stays as the table says.

    The most exact rule counts: area and zone, then zone, then area, then neither. A rule never quiets what threatens
    a life: of fire, gas, medical and panic codes it may choose another kind of the same hazard, no more.
    """

    wire: Wire
    code: str
    """SIA letters, or Contact ID with its qualifier."""
    area: str | None = None
    zone: str | None = None
    act: str | None = None
    """`open_or_join` or `log`."""
    kind: str | None = None
    priority: int | None = None
    pending_s: int | None = None


class SiteParts(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What is in memory of an account beside the account itself."""

    areas: tuple[Area, ...] = ()
    zones: tuple[Zone, ...] = ()
    paths: tuple[TransmissionPath, ...] = ()
    codes: tuple[CodeRule, ...] = ()
    schedules: tuple[Schedule, ...] = ()


NO_PARTS: Final = SiteParts()
