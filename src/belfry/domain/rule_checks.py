"""What a site's own code rules may say, and the fence: what threatens a life is never quieted or lowered by one."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from belfry.domain import codes, kinds
from belfry.domain.codes import CodeRow
from belfry.domain.flaws import Flaws
from belfry.domain.premises import HAZARD_OF, LIFE_HAZARDS, CodeRule, Hazard
from belfry.domain.signal import Method, Wire

ACTS: Final = ("open_or_join", "log")
PRIORITIES: Final = (1, 5)
PENDING_MOST_S: Final = 3_600
SIA: Final = re.compile(r"[A-Z]{2}")
CID: Final = re.compile(r"[136][0-9A-F]{3}")


@cache
def family(hazard: Hazard) -> frozenset[str]:
    """Return the kinds that the code list itself gives to what watches for this hazard."""
    return frozenset(
        row.rule.kind
        for row in _all_rows()
        if HAZARD_OF.get(row.meaning.category) is hazard and row.rule.kind is not None
    )


@cache
def _all_rows() -> Sequence[CodeRow]:
    table = codes.load()
    return [
        row
        for wire in (Wire.SIA, Wire.CID)
        for code in dict.fromkeys(table.listed(wire))
        for row in table.rows(wire, code)
    ]


_GROUPS: Final[Mapping[str, Hazard]] = {"FIRE": Hazard.FIRE, "MED": Hazard.MEDICAL, "PERS": Hazard.PANIC}


def life_hazard(wire: Wire, code: str) -> Hazard | None:
    """Return what a code says of a life: by its category, or by the kind that it becomes (a disabled fire zone)."""
    hazard = HAZARD_OF.get(codes.load().meaning(wire, code).category)
    if hazard in LIFE_HAZARDS:
        return hazard
    groups = [row.rule.kind.partition(".")[0] for row in codes.load().rows(wire, code) if row.rule.kind is not None]
    return next((_GROUPS[group] for group in groups if group in _GROUPS), None)


def check_rules(rules: Sequence[CodeRule], flaws: Flaws) -> None:
    for n, rule in enumerate(rules):
        at = f"codes[{n}]"
        if rule.wire is Wire.SIA:
            flaws.pattern(f"{at}.code", rule.code, SIA, "two letters such as BA")
        else:
            flaws.pattern(f"{at}.code", rule.code, CID, "a qualifier 1, 3 or 6 and three digits, such as 1130")
        asked = (rule.act, rule.kind, rule.priority, rule.pending_s)
        flaws.unless(any(one is not None for one in asked), at, rule.code, "an act, a kind, a priority or a delay")
        _check_values(rule, at, flaws)
        hazard = life_hazard(rule.wire, rule.code)
        if hazard is not None:
            _check_fence(rule, hazard, at, flaws)


def _check_values(rule: CodeRule, at: str, flaws: Flaws) -> None:
    if rule.act is not None:
        flaws.unless(rule.act in ACTS, f"{at}.act", rule.act, f"one of {', '.join(ACTS)}")
    if rule.kind is not None:
        known = rule.kind in kinds.load() and Method.EQUIPMENT in kinds.load()[rule.kind].methods
        flaws.unless(known, f"{at}.kind", rule.kind, "a kind of the closed list that equipment may raise")
    if rule.priority is not None:
        flaws.whole(f"{at}.priority", rule.priority, *PRIORITIES)
    if rule.pending_s is not None:
        flaws.whole(f"{at}.pending_s", rule.pending_s, 0, PENDING_MOST_S, "seconds")


def _check_fence(rule: CodeRule, hazard: Hazard, at: str, flaws: Flaws) -> None:
    """Of fire, gas, medical and panic codes a rule may choose another kind of the same hazard, no more."""
    for name in ("act", "priority", "pending_s"):
        value = getattr(rule, name)
        flaws.unless(value is None, f"{at}.{name}", value, f"nothing: a rule never quiets or lowers {hazard}")
    own = [row.rule for row in codes.load().rows(rule.wire, rule.code) if row.rule.kind is not None]
    restores = rule.wire is Wire.CID and rule.code[:1] == "3"
    if not own or restores:
        flaws.unless(False, f"{at}.code", rule.code, f"a code that raises something: this one ends or adds to {hazard}")
    elif rule.kind is not None and rule.kind in kinds.load():
        chosen = kinds.load()[rule.kind]
        least = min(one.priority or PRIORITIES[1] for one in own)
        silent = all(one.kind is not None and kinds.load()[one.kind].silent for one in own)
        may = sorted(
            kind
            for kind in family(hazard)
            if kinds.load()[kind].priority <= least and (kinds.load()[kind].silent or not silent)
        )
        flaws.unless(chosen.code in may, f"{at}.kind", rule.kind, f"for {hazard} one of {', '.join(may)}")
