"""Which incident a signal belongs to: grouping keys and who may join (RULES 2, grouping keys).

One building's fire is one incident, sixty flats' pendants are sixty. A higher priority, a silent kind or another
hazard family never joins.
"""

from datetime import datetime
from functools import cache
from typing import Final

from belfry.domain.facts import Received
from belfry.domain.incident import Incident
from belfry.domain.kinds import Kind
from belfry.domain.presets import Rules, span
from belfry.domain.signal import AccountKey, Method

_FAMILIES: Final = (
    # a kind or its group, the longer one first: the first that fits is the hazard family
    ("FIRE.ALARM.CO", "co"),
    ("FIRE.ALARM.GAS", "gas"),
    ("FIRE.ALARM", "fire"),
    ("FIRE.SUPPRESSION", "fire"),
    ("FIRE.FAULT", "fire fault"),
    ("FIRE.SUPERVISORY", "fire supervisory"),
    ("PERS.ALARM.HOLDUP", "hold-up"),
    ("PERS.ALARM.PANIC", "panic"),
    ("PERS.ALARM.DURESS", "duress"),
    ("PROP.ALARM", "intrusion"),
    ("PROP.DOOR", "door"),
    ("TECH.COMMS", "path"),
)

SET_PERIOD_FAMILIES: Final = frozenset({"intrusion"})
THIRTY_MINUTE_FAMILIES: Final = frozenset({"hold-up", "panic", "duress"})
BY_PEOPLE: Final = frozenset({Method.CALL, Method.DUTY})
CONFIRMING_FAMILY: Final = "fire"


@cache
def family(kind: str) -> str:
    """The hazard family of a kind; a kind without one is its own."""
    return next((name for prefix, name in _FAMILIES if kind == prefix or kind.startswith(f"{prefix}.")), kind)


def group_key(kind: Kind, signal: Received, *, building: str = "", account: AccountKey | None = None) -> str | None:
    """The grouping key of a signal of a kind, or None where it never joins: calls and duty reports do not.

    `account` is whose incident it is, where that is not the account that said it.
    """
    if signal.method in BY_PEOPLE or kind.group_key == "none":
        return None
    if kind.group_key in ("cause", "centre+part"):
        return f"centre|{family(kind.code)}|{signal.part or ''}"
    if account is None:
        who = f"{signal.receiver}/{signal.prefix or ''}/{signal.account or signal.account_id or ''}"
    else:
        who = f"{account.receiver}/{account.prefix or ''}/{account.account}"
    return f"{who}|{family(kind.code)}|{_part(kind.group_key, signal, building)}"


def _part(group: str, signal: Received, building: str) -> str:
    match group:
        case "account+building":
            return building
        case "account+area":
            return signal.area or ""
        case "account+point":
            return f"{signal.area or ''}/{signal.zone or signal.device or ''}"
        case "account+point+subtype":
            return f"{signal.area or ''}/{signal.zone or signal.device or ''}/{signal.subtype or ''}"
        case "account+path":
            return signal.part or signal.code or ""
        case "account":
            return ""
        case _:
            raise ValueError(f"grouping key {group!r} is not one of the table's")


def within_reach(incident: Incident, now: datetime, *, set_since: datetime | None, rules: Rules) -> bool:
    """An intrusion joins within its set period and 60 minutes, panic and hold-up within 30, the rest while open."""
    kind_family = family(incident.kind)
    if kind_family in SET_PERIOD_FAMILIES:
        same_period = set_since is None or set_since <= incident.opened_at
        return same_period and now - (incident.last_alarm_at or incident.opened_at) <= span(rules.intrusion_group_s)
    if kind_family in THIRTY_MINUTE_FAMILIES:
        return now - (incident.last_alarm_at or incident.opened_at) <= span(rules.panic_group_s)
    return True


def may_join(incident: Incident, kind: Kind, priority: int) -> bool:
    """A higher priority or a silent kind beside a loud one is its own incident and rings for itself."""
    return priority >= incident.priority and kind.silent == incident.silent
