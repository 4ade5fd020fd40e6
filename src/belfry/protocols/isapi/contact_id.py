"""Contact ID out of the CIDEvent of an AX Pro panel: `1401` is qualifier 1 and code 401.

Source: SIA DC-05 event codes, as far as a device's reading can hold them. What concerns doors and users (411 to 466
but for arming) is nobody's alarm, and a bypass is told by the panel itself.
"""

from collections.abc import Mapping
from typing import Final

from belfry.domain.reading import Observed, PointState

_RANGES: Final = (
    (100, 102, Observed.MEDICAL),
    (110, 110, Observed.FIRE),
    (111, 111, Observed.SMOKE),
    (112, 113, Observed.FIRE),
    (114, 114, Observed.HEAT),
    (115, 118, Observed.FIRE),
    (120, 120, Observed.PANIC),
    (121, 121, Observed.DURESS),
    (122, 123, Observed.PANIC),
    (124, 125, Observed.DURESS),
    (130, 130, Observed.INTRUSION),
    (131, 131, Observed.PERIMETER),
    (132, 135, Observed.INTRUSION),
    (136, 136, Observed.PERIMETER),
    (137, 137, Observed.TAMPER),
    (138, 140, Observed.INTRUSION),
    (141, 143, Observed.FAULT),
    (144, 145, Observed.TAMPER),
    (146, 146, Observed.INTRUSION),
    (147, 149, Observed.FAULT),
    (151, 151, Observed.GAS),
    (152, 153, Observed.ENVIRONMENT),
    (154, 154, Observed.WATER),
    (155, 161, Observed.ENVIRONMENT),
    (162, 162, Observed.CO),
    (163, 168, Observed.ENVIRONMENT),
    (200, 299, Observed.FAULT),
    (301, 301, Observed.POWER),
    (302, 302, Observed.BATTERY),
    (309, 309, Observed.BATTERY),
    (311, 311, Observed.BATTERY),
    (300, 337, Observed.FAULT),
    (338, 338, Observed.BATTERY),
    (339, 340, Observed.FAULT),
    (341, 341, Observed.TAMPER),
    (342, 342, Observed.POWER),
    (343, 349, Observed.FAULT),
    (350, 359, Observed.NETWORK),
    (370, 382, Observed.FAULT),
    (383, 383, Observed.TAMPER),
    (384, 384, Observed.BATTERY),
    (385, 399, Observed.FAULT),
    (400, 404, Observed.ARMING),
    (407, 409, Observed.ARMING),
    (441, 442, Observed.ARMING),
    (450, 452, Observed.ARMING),
    (601, 603, Observed.TEST),
    (608, 608, Observed.TEST),
)
"""From, to, what: the first row that fits."""

_OF_NO_CONCERN: Final = ((405, 406), (411, 440), (443, 449), (453, 466), (501, 599), (604, 699))
"""Cancelled by a user, doors and cards, bypasses, logs."""

_STATES: Final[Mapping[int, PointState]] = {1: PointState.ACTIVE, 3: PointState.INACTIVE, 6: PointState.ACTIVE}
"""New event, restore, still so."""

STILL: Final = 6


def read_code(code: int) -> tuple[int, int] | None:
    """Return qualifier and code; a code of three digits is new. None where it is neither."""
    qualifier, event = divmod(code, 1_000) if code > 999 else (1, code)
    return (qualifier, event) if qualifier in _STATES and event >= 100 else None


def observed(event: int) -> Observed | None:
    """What a code is about; None: no row names it."""
    return next((what for first, last, what in _RANGES if first <= event <= last), None)


def of_no_concern(event: int) -> bool:
    return any(first <= event <= last for first, last in _OF_NO_CONCERN)


def state(qualifier: int, what: Observed) -> PointState:
    """Of arming the qualifier means the other way round: an opening (new) disarms, a closing (restore) arms."""
    if what is Observed.TEST:
        return PointState.PULSE
    found = _STATES[qualifier]
    if what is not Observed.ARMING:
        return found
    return PointState.INACTIVE if found is PointState.ACTIVE else PointState.ACTIVE
