"""What a site makes of a verdict: codes that mean something else there, and zones that tell what a generic code hides.

The fence stands here, whatever the registry let in: nothing that a site has registered quiets or lowers what threatens
a life. Of fire, gas, medical and panic codes a rule may choose another kind of the same hazard, no more.
"""

from typing import Final

from msgspec import structs

from belfry.domain.facts import Received
from belfry.domain.kinds import Kind, Kinds
from belfry.domain.premises import HAZARD_OF, LIFE_HAZARDS, CodeRule, Hazard
from belfry.domain.signal import RESTORING, Category, Method, SignalState, Wire
from belfry.domain.site_map import SiteMap
from belfry.domain.verdict import Verdict

LOG: Final = "log"
OPEN: Final = "open_or_join"
UNKNOWN: Final = "ADM.UNKNOWN"
_GENERIC: Final = "unknown"
"""The subtype of listed codes that say `alarm` and not of what (Contact ID 140 and 150, SIA UA and UX). What is not
listed at all stays unknown until a person picks a kind (SCOPE)."""

_KIND_OF_HAZARD: Final = {
    Hazard.FIRE: "FIRE.ALARM.AUTO",
    Hazard.GAS: "FIRE.ALARM.GAS",
    Hazard.MEDICAL: "MED.ALARM",
    Hazard.PANIC: "PERS.ALARM.PANIC",
    Hazard.INTRUSION: "PROP.ALARM.INTR",
    Hazard.WATER: "TECH.WATERLEAK",
    Hazard.ENVIRONMENT: "TECH.TEMP",
    Hazard.TECHNICAL: "TECH.FAULT",
}

_HAZARDS: Final = (
    # a kind or its group, the longer one first
    ("FIRE.ALARM.GAS", Hazard.GAS),
    ("FIRE.ALARM.CO", Hazard.GAS),
    ("FIRE", Hazard.FIRE),
    ("MED", Hazard.MEDICAL),
    ("PERS", Hazard.PANIC),
    ("PROP", Hazard.INTRUSION),
    ("TECH.WATERLEAK", Hazard.WATER),
    ("TECH.TANK", Hazard.ENVIRONMENT),
    ("TECH.COLD", Hazard.ENVIRONMENT),
    ("TECH.FREEZE", Hazard.ENVIRONMENT),
    ("TECH.TEMP", Hazard.ENVIRONMENT),
    ("ENV", Hazard.ENVIRONMENT),
)


_OF_THE_LINE: Final = frozenset({Category.COMMUNICATION, Category.POWER, Category.TEST, Category.SUPERVISORY})
"""What is said of the panel itself stays with its own account, whatever area is named with it."""


def other_owner(site: SiteMap, signal: Received) -> str | None:
    """The account id of the other customer to whom the area of a signal belongs; None: it is the panel's own."""
    if not site.parted or signal.method is not Method.EQUIPMENT or signal.category in _OF_THE_LINE:
        return None
    return site.sub_account(signal.area, signal.zone)


def hazard_of_kind(kind: str) -> Hazard:
    """What a kind of the closed list is about; technical where it is none of the others."""
    return next((h for prefix, h in _HAZARDS if kind == prefix or kind.startswith(f"{prefix}.")), Hazard.TECHNICAL)


def at_site(verdict: Verdict, signal: Received, site: SiteMap, kinds: Kinds) -> Verdict:
    """What a verdict becomes at a site that has registered zones or code rules."""
    if signal.method is not Method.EQUIPMENT or signal.state in RESTORING:
        return verdict
    if signal.wire is not None and signal.code is not None:
        rule = site.rule(signal.wire, signal.code, area=signal.area, zone=signal.zone)
        if rule is not None:
            return ruled(verdict, rule, category=signal.category, kinds=kinds)
    return _by_zone(verdict, signal, site, kinds)


def refusal(rule: CodeRule, *, category: Category | None, base: Kind | None, priority: int, kinds: Kinds) -> str | None:
    """Why a rule may not be applied to a code whose table gives kind `base` and `priority`; None: it may."""
    chosen = None
    if rule.kind is not None:
        if rule.kind not in kinds:
            return "its kind is not in the closed list"
        chosen = kinds[rule.kind]
        if Method.EQUIPMENT not in chosen.methods:
            return "its kind is not one that equipment may say"
    if not _threatens_life(category, base):
        return None
    hazard = HAZARD_OF.get(category, Hazard.TECHNICAL) if category is not None else Hazard.TECHNICAL
    if hazard not in LIFE_HAZARDS and base is not None:
        hazard = hazard_of_kind(base.code)
    if rule.act == LOG or rule.pending_s:
        return "it would quiet what threatens a life"
    if rule.priority is not None and rule.priority > priority:
        return "it would lower what threatens a life"
    if chosen is None:
        return None
    if hazard_of_kind(chosen.code) is not hazard:
        return "its kind is of another hazard than what threatens a life"
    if chosen.priority > priority or (base is not None and base.life and not chosen.life):
        return "it would lower what threatens a life"
    return None


def ruled(verdict: Verdict, rule: CodeRule, *, category: Category | None, kinds: Kinds) -> Verdict:
    """Apply a rule of a site to the table's verdict, or say why not. The reasons name the rule."""
    name = in_words(rule)
    refused = refusal(rule, category=category, base=verdict.kind, priority=verdict.priority, kinds=kinds)
    if refused is not None:
        return structs.replace(verdict, reasons=(*verdict.reasons, f"{name} is not applied: {refused}"))
    reasons = (*verdict.reasons, name)
    if rule.act == LOG:
        return structs.replace(verdict, act=LOG, second_point=False, reasons=reasons)
    kind = verdict.kind if rule.kind is None else kinds[rule.kind]
    if kind is None:
        return structs.replace(verdict, reasons=(*verdict.reasons, f"{name} is not applied: it names no kind"))
    changed = kind is not verdict.kind
    priority = rule.priority
    if priority is None:
        priority = kind.priority if changed else verdict.priority
    if _threatens_life(category, verdict.kind):
        priority = min(priority, verdict.priority)
    restore, auto_close, pending_s = verdict.restore, verdict.auto_close, verdict.pending_s
    if changed:
        restore, auto_close, pending_s = kind.restore, kind.auto_close, kind.pending_s
    if rule.pending_s is not None and not kind.life:
        pending_s = rule.pending_s or None
        if pending_s is not None:
            auto_close = "pending_then_restore"
        elif auto_close == "pending_then_restore":
            auto_close = "by_restore"
    return Verdict(
        act=OPEN,
        kind=kind,
        priority=priority,
        rank=kind.rank if priority == kind.priority else None,
        restore=restore,
        auto_close=auto_close,
        pending_s=pending_s,
        second_point=verdict.second_point and not changed,
        reasons=reasons,
    )


def in_words(rule: CodeRule) -> str:
    """How the reasons name a rule: `rule of the site for SIA BA, area 1, zone 7`."""
    wire = "SIA" if rule.wire is Wire.SIA else "Contact ID"
    where = "".join(f", {what} {n}" for what, n in (("area", rule.area), ("zone", rule.zone)) if n is not None)
    return f"rule of the site for {wire} {rule.code}{where}"


def _threatens_life(category: Category | None, kind: Kind | None) -> bool:
    if kind is not None and kind.life:
        return True
    return category is not None and HAZARD_OF.get(category) in LIFE_HAZARDS


def _by_zone(verdict: Verdict, signal: Received, site: SiteMap, kinds: Kinds) -> Verdict:
    """A generic alarm of a zone whose hazard is registered is an alarm of that hazard."""
    if signal.subtype != _GENERIC or signal.state is not SignalState.ALARM:
        return verdict
    if verdict.kind is None or verdict.kind.code != UNKNOWN:
        return verdict
    hazard = site.hazard(signal.area, signal.zone)
    if hazard is None:
        return verdict
    kind = kinds[_KIND_OF_HAZARD[hazard]]
    return Verdict(
        act=OPEN,
        kind=kind,
        priority=kind.priority,
        rank=kind.rank,
        restore=kind.restore,
        auto_close=kind.auto_close,
        pending_s=kind.pending_s if kind.auto_close == "pending_then_restore" else None,
        reasons=(*verdict.reasons, f"its zone is registered for {hazard}"),
    )
