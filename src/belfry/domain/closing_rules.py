"""What is offered when an incident of a kind is closed, and what must be said of it: tables, and the rules over them.

A disposition keeps its digit whatever the kind (`C 2`, `C 3`), since hands remember digits; what does not fit a kind is
left out, and its digit does nothing. Causes are offered with the likeliest first; all others stay one key away.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from msgspec import Struct

from belfry.domain.closing import FALSE, JUDGED, Cause, Disposition, Group, group_of

CAUSE: Final = "cause"
COMMENT: Final = "comment"
TOLD: Final = "told"
"""The service was told, or skipped with a reason."""


class Choice(Struct, frozen=True):
    """One way to close. `key` is its digit; None: none. `causes` are the likely ones, the likeliest first."""

    disposition: Disposition
    key: str | None
    causes: tuple[Cause, ...]
    needs: tuple[str, ...]
    """What must be said with it: `cause`, `told`. `comment` is needed besides where the cause is in `COMMENTED`."""


class Need(Struct, frozen=True):
    """`field` must be given where an incident of `kinds` (codes or their beginnings, up to a dot) ends like this."""

    kinds: tuple[str, ...]
    dispositions: tuple[Disposition, ...]
    field: str
    but: tuple[str, ...] = ()
    """Kinds to which it does not apply."""


NEEDS: Final = (
    Need(("FIRE",), (Disposition.FALSE_ALARM,), CAUSE, ("FIRE.FAULT", "FIRE.SUPERVISORY")),
    Need(("PROP.ALARM", "PROP.TAMPER", "PROP.DOOR"), (Disposition.FALSE_ALARM,), CAUSE),
    Need(("FIRE",), (Disposition.GENUINE,), TOLD, ("FIRE.FAULT", "FIRE.SUPERVISORY", "FIRE.ALARM.PRE")),
)
"""What is mandatory, kind by kind."""

COMMENTED: Final = frozenset({Cause.OTHER})
"""Causes that say nothing by themselves: with them a comment is needed."""

NOT_OFFERED: Final[Mapping[str, frozenset[Disposition]]] = {
    "FIRE": frozenset({Disposition.COMMS_FAULT}),
    "MED": frozenset({Disposition.WEATHER, Disposition.COMMS_FAULT}),
    "PERS": frozenset({Disposition.WEATHER, Disposition.COMMS_FAULT}),
    "RES": frozenset({Disposition.COMMS_FAULT}),
    "TRF": frozenset({Disposition.COMMS_FAULT, Disposition.USER_ERROR, Disposition.TEST}),
    "ENV": frozenset({Disposition.COMMS_FAULT}),
}
"""What does not happen to a group of kinds."""

_LIKELY: Final[Mapping[Disposition, tuple[Cause, ...]]] = {
    Disposition.GENUINE: (
        Cause.FIRE,
        Cause.BREAK_IN,
        Cause.INTRUSION_ATTEMPT,
        Cause.MEDICAL_NEED,
        Cause.FALL,
        Cause.LIFT_FAULT,
        Cause.WATER,
        Cause.MAINS_FAILURE,
        Cause.LOW_BATTERY,
        Cause.NETWORK_FAILURE,
        Cause.EQUIPMENT_DEFECT,
    ),
    Disposition.FALSE_ALARM: (
        Cause.COOKING,
        Cause.DUST_OR_STEAM,
        Cause.CONTRACTOR_WORKS,
        Cause.ANIMAL,
        Cause.EQUIPMENT_DEFECT,
        Cause.USER_MISTAKE,
        Cause.MALICIOUS,
    ),
    Disposition.USER_ERROR: (Cause.USER_MISTAKE, Cause.FORGOTTEN_CODE, Cause.COOKING, Cause.CONTRACTOR_WORKS),
    Disposition.TECHNICAL_FAULT: (
        Cause.EQUIPMENT_DEFECT,
        Cause.LOW_BATTERY,
        Cause.MAINS_FAILURE,
        Cause.NETWORK_FAILURE,
        Cause.LIFT_FAULT,
        Cause.WATER,
    ),
    Disposition.TEST: (Cause.CONTRACTOR_WORKS, Cause.USER_MISTAKE),
    Disposition.WEATHER: (Cause.STORM, Cause.WATER, Cause.MAINS_FAILURE, Cause.ANIMAL),
    Disposition.COMMS_FAULT: (
        Cause.NETWORK_FAILURE,
        Cause.MAINS_FAILURE,
        Cause.EQUIPMENT_DEFECT,
        Cause.LOW_BATTERY,
    ),
    Disposition.CANCELLED: (Cause.USER_MISTAKE, Cause.FORGOTTEN_CODE, Cause.COOKING),
}

_HAPPENS_TO: Final[Mapping[str, tuple[Cause, ...]]] = {
    "FIRE": (Cause.FIRE, Cause.COOKING, Cause.DUST_OR_STEAM, Cause.CONTRACTOR_WORKS, Cause.MALICIOUS),
    "MED": (Cause.MEDICAL_NEED, Cause.FALL),
    "PERS": (Cause.INTRUSION_ATTEMPT, Cause.MALICIOUS),
    "PROP": (
        Cause.BREAK_IN,
        Cause.INTRUSION_ATTEMPT,
        Cause.USER_MISTAKE,
        Cause.FORGOTTEN_CODE,
        Cause.ANIMAL,
        Cause.CONTRACTOR_WORKS,
    ),
    "RES": (Cause.LIFT_FAULT, Cause.WATER, Cause.MEDICAL_NEED),
    "ENV": (Cause.STORM, Cause.WATER, Cause.DUST_OR_STEAM, Cause.CONTRACTOR_WORKS),
    "TECH": (
        Cause.EQUIPMENT_DEFECT,
        Cause.LOW_BATTERY,
        Cause.MAINS_FAILURE,
        Cause.NETWORK_FAILURE,
        Cause.WATER,
        Cause.CONTRACTOR_WORKS,
    ),
}
"""What happens to a group of kinds, the likeliest first."""

_ANYWHERE: Final = (Cause.EQUIPMENT_DEFECT, Cause.USER_MISTAKE, Cause.STORM)
"""What happens to every group."""
_WHATEVER_GROUP: Final = (Disposition.TECHNICAL_FAULT, Disposition.COMMS_FAULT, Disposition.WEATHER)
"""Dispositions that tell more of the cause than the kind does."""
_LAST: Final = (Cause.UNKNOWN, Cause.OTHER)


@cache
def choices(kind: str) -> Sequence[Choice]:
    """The ways to close an incident of a kind, in the order of their digits."""
    hidden = NOT_OFFERED.get(kind.partition(".")[0], frozenset())
    return tuple(
        Choice(one, _digit(place), likely(kind, one), needed(kind, one))
        for place, one in enumerate(JUDGED)
        if one not in hidden
    )


def likely(kind: str, disposition: Disposition) -> tuple[Cause, ...]:
    """The causes that go with a disposition of a kind, the likeliest first; `unknown` and `other` end them."""
    said = _LIKELY.get(disposition, ())
    own = _HAPPENS_TO.get(kind.partition(".")[0])
    fitting: Sequence[Cause] = said
    if own is not None and disposition not in _WHATEVER_GROUP:
        both = [cause for cause in own if cause in said]
        fitting = [*both, *(cause for cause in said if cause in _ANYWHERE and cause not in both)] or said
    return (*fitting, *_LAST)


def needed(kind: str, disposition: str) -> tuple[str, ...]:
    """The fields that must be given to close an incident of a kind like this."""
    return tuple(
        need.field
        for need in NEEDS
        if disposition in need.dispositions and is_of(kind, need.kinds) and not is_of(kind, need.but)
    )


def comment_needed(cause: str | None) -> bool:
    return cause in COMMENTED


def can_be_false(kind: str) -> bool:
    """Whether an incident of a kind is an alarm that may turn out false; a fault that is none is nobody's false
    alarm."""
    return bool(kind) and not is_of(kind, ("TECH", "ADM", "FIRE.FAULT", "FIRE.SUPERVISORY"))


def is_false(kind: str, disposition: str, cause: str | None) -> bool:
    """Whether an incident that ended like this was a false alarm."""
    return can_be_false(kind) and group_of(disposition, cause) in FALSE


def is_judged(kind: str, disposition: str, cause: str | None) -> bool:
    """Whether an incident counts for a false-alarm rate: genuine or false, but no test and nothing unjudged."""
    return can_be_false(kind) and group_of(disposition, cause) not in (Group.TEST, Group.NONE)


def is_of(kind: str, beginnings: Sequence[str]) -> bool:
    """Whether a kind is one of some codes, or begins with one of them up to a dot."""
    return any(kind == one or kind.startswith(f"{one}.") for one in beginnings)


def _digit(place: int) -> str | None:
    """The digit key of the nth choice: 1 to 9, then 0; none beyond."""
    return "1234567890"[place] if place < 10 else None
