"""What a storm may hold back: a few technical kinds of equipment, never a life, never a person (SCOPE; RULES 3).

A storm knows what equipment says of itself, and nothing of who lives or works where: there is no scope by area, by
tenant or by type of site, so it cannot abandon a district. In doubt a signal passes.
"""

from enum import StrEnum
from typing import Final

from belfry.domain.kinds import Kind
from belfry.domain.premises import LIFE_HAZARDS, Hazard
from belfry.domain.signal import Category, Method


class StormGroup(StrEnum):
    """What a storm is asked to hold back."""

    POWER = "power"
    PATH = "path"
    """One transmission path of several; never the last one."""
    TAMPER = "tamper"
    """Of a site or area that is not armed."""
    OUTDOOR = "outdoor"
    """Detectors in the open."""
    TECHNICAL = "technical"
    ENVIRONMENT = "environment"
    """Water, temperature and the like, as equipment measures it."""


NEVER: Final = frozenset(
    {"TECH.COMMS.LOST", "TECH.CENTRE", "TECH.OUTAGE", "TECH.RUNAWAY", "TECH.NOACTIVITY", "TECH.TEST.MISSED"}
)
"""Technical kinds that tell that a site is not heard any more, or that somebody may not be well."""
_LIFE: Final = frozenset({Category.FIRE, Category.GAS, Category.MEDICAL, Category.PANIC})
_PATHS: Final = frozenset({"TECH.COMMS", "TECH.COMMS.PATH"})
_POWER: Final = frozenset({"TECH.POWER", "TECH.UPS"})
_TAMPERS: Final = frozenset({"TECH.TAMPER", "PROP.TAMPER"})
_OUTDOOR: Final = "PROP.ALARM.OUTDOOR"
BOTH_GONE: Final = 2
"""The priority of mains and battery that are both in fault: the site is about to fall silent."""
_SURROUNDINGS: Final = frozenset({Category.WATER, Category.ENVIRONMENTAL})


def storm_group(
    method: Method,
    category: Category | None,
    kind: Kind,
    priority: int,
    *,
    armed: bool,
    hazard: Hazard | None = None,
) -> StormGroup | None:
    """Which group of a storm a signal belongs to that would open an incident of a kind; None: no storm touches it.

    `armed` is whether its area is; `hazard` what the registry says that its zone guards against.
    """
    if method is not Method.EQUIPMENT or priority <= 1 or kind.priority <= 1 or kind.life or kind.silent:
        return None
    if category in _LIFE or hazard in LIFE_HAZARDS or kind.code in NEVER:
        return None
    if category is Category.TAMPER or kind.code in _TAMPERS:
        return StormGroup.TAMPER if kind.code in _TAMPERS and not armed else None
    if kind.code == _OUTDOOR:
        return StormGroup.OUTDOOR
    if kind.group not in ("TECH", "ENV"):
        return None
    if kind.code in _PATHS:
        return StormGroup.PATH
    if kind.code in _POWER:
        return StormGroup.POWER if priority > BOTH_GONE else None
    return StormGroup.ENVIRONMENT if kind.group == "ENV" or category in _SURROUNDINGS else StormGroup.TECHNICAL
