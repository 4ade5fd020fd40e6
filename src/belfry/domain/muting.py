"""What a test may keep from an operator, and what has to be asked for by itself (RULES 3, on test).

A scope says where; a tick says what more. Without its tick nothing that threatens a life is muted, whatever the scope:
`fire` is the tick of fire and gas, `panic` of panic and of medical help, since a person presses both, `comms` of
silence and of path faults. An alarm of which nobody can say what it means wants `fire` and `panic`. Whoever speaks
himself (duty, call) is never muted.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.premises import HAZARD_OF, LIFE_HAZARDS, Hazard, SiteParts, Zone
from belfry.domain.signal import Category, Method, SignalState

LISTED_MOST: Final = 500
"""Areas, zones or hazards of one scope, and signals that one test expects."""


class Tick(StrEnum):
    """What is muted only where it was asked for by itself."""

    COMMS = "comms"
    PANIC = "panic"
    FIRE = "fire"


class Reach(StrEnum):
    """How the lists of a scope are meant."""

    SITE = "site"
    """The whole site; there are no lists."""
    ONLY = "only"
    """What one of the lists names."""
    ALL_EXCEPT = "all_except"
    """Everything but that."""


class Scope(Struct, frozen=True, omit_defaults=True):
    """Where a test mutes. Areas and zones as the registry numbers them."""

    reach: Reach = Reach.SITE
    areas: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    hazards: tuple[Hazard, ...] = ()


class Expected(Struct, frozen=True, omit_defaults=True):
    """A signal that a test shall bring: a zone, a code of it, or a code alone."""

    zone: str | None = None
    area: str | None = None
    code: str | None = None
    """SIA letters, or Contact ID without its qualifier."""

    @property
    def name(self) -> str:
        """How it is named where it is missing: `zone 004`, `area 1 zone 4 BA`."""
        said = [("area", self.area), ("zone", self.zone), ("code", self.code)]
        return " ".join(f"{word} {value}" for word, value in said if value is not None)


class Asker(StrEnum):
    """Who asked for a test; each has a longest time of his own (`domain.presets`)."""

    OWNER = "owner"
    """A contact whom the site named, with the authority to put it on test."""
    TECHNICIAN = "technician"
    SUPERVISOR = "supervisor"
    """A supervisor of the control room, in his own name."""


class Proof(StrEnum):
    """How it was made sure who asked."""

    WORD = "word"
    CODE = "code"
    ROLE = "role"
    """He was signed in as what he is."""


class Asked(Struct, frozen=True, omit_defaults=True):
    """Who asked for a test and how he was verified. `contact` is the id of a contact, `code` of a technician's code:
    names are the registry's."""

    asker: Asker
    proof: Proof
    contact: str | None = None
    code: str | None = None


TICK_OF: Final = {
    Hazard.FIRE: Tick.FIRE,
    Hazard.GAS: Tick.FIRE,
    Hazard.PANIC: Tick.PANIC,
    Hazard.MEDICAL: Tick.PANIC,
}
ALARMING: Final = frozenset({SignalState.ALARM, SignalState.VERIFIED, SignalState.UNVERIFIED, SignalState.PRE_ALARM})
_EITHER: Final = frozenset({Tick.FIRE, Tick.PANIC})
_SUPERVISED: Final = frozenset({Category.COMMUNICATION, Category.TEST})
"""What supervision itself says: silence, and a test report that did not come."""


class Heard(Struct, frozen=True):
    """Of a signal, as much as muting asks for."""

    method: Method
    area: str | None = None
    zone: str | None = None
    category: Category | None = None
    subtype: str | None = None
    state: SignalState | None = None


def mutes(scope: Scope, ticks: Iterable[Tick], heard: Heard, parts: SiteParts) -> bool:
    """Whether a test of this scope keeps a signal from the operators. In doubt it does not."""
    if heard.method not in (Method.EQUIPMENT, Method.SYSTEM):
        return False
    if heard.method is Method.SYSTEM and heard.category not in _SUPERVISED:
        return False
    zone = zone_of(heard, parts)
    return ticks_needed(heard, zone) <= frozenset(ticks) and in_scope(scope, heard, zone)


def zone_of(heard: Heard, parts: SiteParts) -> Zone | None:
    """The registered zone of a signal; None where it has none, or one that nobody registered."""
    number = heard.zone
    if blank(number):
        return None
    here = [zone for zone in parts.zones if zone.area is None or blank(heard.area) or same(zone.area, heard.area)]
    return next(
        (zone for zone in here if zone.number == number),
        next((zone for zone in here if same(zone.number, number)), None),
    )


def in_scope(scope: Scope, heard: Heard, zone: Zone | None) -> bool:
    """Whether a signal lies in a scope. A zone that nobody registered lies in that of the whole site alone."""
    if scope.reach is Reach.SITE:
        return True
    if zone is None and not blank(heard.zone):
        return False
    area = heard.area if not blank(heard.area) else (None if zone is None else zone.area)
    main = _main_hazard(heard, zone)
    if scope.reach is Reach.ONLY:
        by_hazard = {main, *(_own_hazards(heard) & LIFE_HAZARDS)} <= set(scope.hazards)
        by_area = area is not None and any(same(area, one) for one in scope.areas)
        return (zone is not None and zone.number in scope.zones) or by_area or by_hazard
    if scope.areas and (area is None or any(same(area, one) for one in scope.areas)):
        return False  # of no area: it may be one of those
    if zone is not None and zone.number in scope.zones:
        return False
    return not ({main} | _own_hazards(heard)) & set(scope.hazards)


def ticks_needed(heard: Heard, zone: Zone | None) -> frozenset[Tick]:
    """What must have been asked for by itself before a signal may be muted."""
    if heard.method is Method.SYSTEM or heard.category is Category.COMMUNICATION:
        return frozenset({Tick.COMMS})
    hazards = {_main_hazard(heard, zone)} | _own_hazards(heard)
    needed = frozenset(TICK_OF[hazard] for hazard in hazards if hazard in TICK_OF)
    return needed | _EITHER if _unclear(heard) else needed


def _unclear(heard: Heard) -> bool:
    """An alarm that says not of what: an unlisted code, a general alarm, more help asked for."""
    meant = heard.category not in (None, Category.OTHER) and heard.subtype != "unlisted"
    return not meant and (heard.state is None or heard.state in ALARMING)


def _own_hazards(heard: Heard) -> frozenset[Hazard]:
    """The hazard that the signal itself names."""
    if heard.category is None:
        return frozenset()
    return frozenset({HAZARD_OF.get(heard.category, Hazard.TECHNICAL)})


def _main_hazard(heard: Heard, zone: Zone | None) -> Hazard:
    """The zone's hazard, as the registry has it, or else the signal's."""
    if zone is not None and zone.hazard is not None:
        return zone.hazard
    return next(iter(_own_hazards(heard)), Hazard.TECHNICAL)


def same(one: str | None, other: str | None) -> bool:
    """Whether two numbers of zones or areas are one: `4`, `04` and `004` are written by different hands."""
    return one == other or (one is not None and other is not None and one.lstrip("0") == other.lstrip("0"))


def blank(number: str | None) -> bool:
    """Absent, or all zeros as panels write it."""
    return not number or not number.strip("0")
