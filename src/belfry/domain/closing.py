"""How an incident may end, and what may have been behind it: two closed lists, and the table that groups both.

Only codes stand here; their words in each language belong to the console's catalogue. The lists only grow: what was
written down once keeps its meaning. What fits which kind, and what must be said of it, is `domain.closing_rules`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Disposition(StrEnum):
    """What it was, as judged by whoever closed it."""

    GENUINE = "genuine"
    FALSE_ALARM = "false_alarm"
    USER_ERROR = "user_error"
    TECHNICAL_FAULT = "technical_fault"
    TEST = "test"
    WEATHER = "weather"
    COMMS_FAULT = "comms_fault"
    CANCELLED = "cancelled"
    DUPLICATE = "duplicate"
    NO_CAUSE_FOUND = "no_cause_found"
    PASSED_ON = "passed_on"
    RESTORED = "restored"
    """It put itself right before anybody took it: the table's rule closed it. Never a person's judgement."""


JUDGED: Final = tuple(one for one in Disposition if one is not Disposition.RESTORED)
"""What a person may choose, in this order."""


class Cause(StrEnum):
    """What was behind it. About things and events, never about a person."""

    FIRE = "fire"
    COOKING = "cooking"
    DUST_OR_STEAM = "dust_or_steam"
    CONTRACTOR_WORKS = "contractor_works"
    USER_MISTAKE = "user_mistake"
    FORGOTTEN_CODE = "forgotten_code"
    EQUIPMENT_DEFECT = "equipment_defect"
    LOW_BATTERY = "low_battery"
    MAINS_FAILURE = "mains_failure"
    NETWORK_FAILURE = "network_failure"
    STORM = "storm"
    ANIMAL = "animal"
    BREAK_IN = "break_in"
    INTRUSION_ATTEMPT = "intrusion_attempt"
    MEDICAL_NEED = "medical_need"
    FALL = "fall"
    LIFT_FAULT = "lift_fault"
    WATER = "water"
    UNKNOWN = "unknown"
    OTHER = "other"
    MALICIOUS = "malicious"
    """Set off on purpose, without need: a call point smashed for fun. Says nothing of who it was."""


class Group(StrEnum):
    """What a closing comes to, as false-alarm records count it."""

    GENUINE = "genuine"
    USER = "user"
    EQUIPMENT = "equipment"
    ENVIRONMENT = "environment"
    COMMUNICATION = "communication"
    MALICIOUS = "malicious"
    UNKNOWN = "unknown"
    """False, and nobody found out why."""
    TEST = "test"
    NONE = "none"
    """Nothing was judged: a duplicate, passed on, or put right by itself."""


FALSE: Final = (Group.USER, Group.EQUIPMENT, Group.ENVIRONMENT, Group.COMMUNICATION, Group.MALICIOUS, Group.UNKNOWN)
"""The groups of a false alarm, in the order in which they are shown."""

_OF_A_DISPOSITION: Final[Mapping[Disposition, Group]] = {
    Disposition.GENUINE: Group.GENUINE,
    Disposition.FALSE_ALARM: Group.UNKNOWN,
    Disposition.USER_ERROR: Group.USER,
    Disposition.TECHNICAL_FAULT: Group.EQUIPMENT,
    Disposition.TEST: Group.TEST,
    Disposition.WEATHER: Group.ENVIRONMENT,
    Disposition.COMMS_FAULT: Group.COMMUNICATION,
    Disposition.CANCELLED: Group.USER,
    Disposition.DUPLICATE: Group.NONE,
    Disposition.NO_CAUSE_FOUND: Group.UNKNOWN,
    Disposition.PASSED_ON: Group.NONE,
    Disposition.RESTORED: Group.NONE,
}
"""Where the cause does not say more."""

_OF_A_CAUSE: Final[Mapping[Cause, Group]] = {
    Cause.COOKING: Group.USER,
    Cause.CONTRACTOR_WORKS: Group.USER,
    Cause.USER_MISTAKE: Group.USER,
    Cause.FORGOTTEN_CODE: Group.USER,
    Cause.DUST_OR_STEAM: Group.ENVIRONMENT,
    Cause.STORM: Group.ENVIRONMENT,
    Cause.ANIMAL: Group.ENVIRONMENT,
    Cause.WATER: Group.ENVIRONMENT,
    Cause.EQUIPMENT_DEFECT: Group.EQUIPMENT,
    Cause.LOW_BATTERY: Group.EQUIPMENT,
    Cause.MAINS_FAILURE: Group.EQUIPMENT,
    Cause.LIFT_FAULT: Group.EQUIPMENT,
    Cause.NETWORK_FAILURE: Group.COMMUNICATION,
    Cause.MALICIOUS: Group.MALICIOUS,
}
"""What a false alarm comes to by its cause."""


def _group(disposition: Disposition, cause: Cause | None) -> Group:
    if cause is Cause.MALICIOUS and _OF_A_DISPOSITION[disposition] in FALSE:
        return Group.MALICIOUS
    if disposition in (Disposition.FALSE_ALARM, Disposition.NO_CAUSE_FOUND) and cause is not None:
        return _OF_A_CAUSE.get(cause, Group.UNKNOWN)
    return _OF_A_DISPOSITION[disposition]


GROUPS: Final[Mapping[tuple[str, str | None], Group]] = {
    (one, cause): _group(one, cause) for one in Disposition for cause in (None, *Cause)
}
"""Disposition and cause to group: the whole table."""


def group_of(disposition: str, cause: str | None) -> Group:
    """What a closing comes to; a code of a later release counts as not judged."""
    return GROUPS.get((disposition, cause), Group.NONE)
