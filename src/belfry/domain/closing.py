"""How an incident may end, and what may have been behind it: two closed lists.

Only codes stand here; their words in each language belong to the console's catalogue.
"""

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
