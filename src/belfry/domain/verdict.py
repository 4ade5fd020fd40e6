"""What the rules say of one signal: kind, priority and act, with the reasons in words (RULES 1).

The verdict knows the code, the site and the live state of the account; which incident it then touches is triage's.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Final

from msgspec import Struct

from belfry.domain.codes import Codes, Meaning, Rule
from belfry.domain.condition import LIFE, Condition, arm_changed_at, believed_time, is_armed, mains_and_battery
from belfry.domain.correlation import family, within_reach
from belfry.domain.facts import Brief, Point, Received
from belfry.domain.incident import Incident
from belfry.domain.kinds import Kind, Kinds
from belfry.domain.own_faults import OWN_FAULT, WARNING_PRIORITY
from belfry.domain.own_faults import reasons as own_fault_reasons
from belfry.domain.path_loss import all_paths
from belfry.domain.presets import Rules, span
from belfry.domain.reading import Quality
from belfry.domain.signal import RESTORING, Category, Method, SignalState, Wire
from belfry.domain.site import Account
from belfry.domain.site_map import SiteMap, plain
from belfry.domain.tables import rows

ALARMS: Final = frozenset({SignalState.ALARM, SignalState.VERIFIED, SignalState.UNVERIFIED, SignalState.PRE_ALARM})
TROUBLES: Final = frozenset({SignalState.TROUBLE, SignalState.SUPERVISORY, SignalState.DISABLED})


@cache
def life_sites() -> frozenset[str]:
    """Account types where people sleep or cannot leave by themselves: a mains failure waits five minutes there."""
    return frozenset(row["code"] for row in rows("occupancies_v1.csv") if row["life_site"] == "yes")


VERDICTS_KEPT: Final = 4_096
"""A code list has under 500 codes times three qualifiers, few with conditions; a hostile panel may invent more."""

_NONE: Final = frozenset[str]()
RESTORE_OVERDUE: Final = "ADM.RESTORE.OVERDUE"


def _never() -> bool:
    return False


_CONFIRMABLE: Final = {Category.FIRE: "fire", Category.INTRUSION: "intrusion"}


class Verdict(Struct, frozen=True, kw_only=True):
    """What is to be done with a signal. `kind` is None where it opens nothing."""

    act: str
    """open_or_join, annotate, log or banner."""
    kind: Kind | None = None
    priority: int = 5
    rank: int | None = None
    restore: str = "none"
    auto_close: str = "never"
    pending_s: int | None = None
    second_point: bool = False
    reasons: tuple[str, ...] = ()


def second_point(
    signal: Received,
    open_here: Sequence[Incident],
    *,
    set_since: datetime | None,
    rules: Rules,
    site: SiteMap | None = None,
) -> bool:
    """Another point of the same hazard is in an open incident of the account; of intrusion, another one indoors."""
    if signal.category is None or signal.state not in ALARMS:
        return False
    hazard = _CONFIRMABLE.get(signal.category)
    if hazard is None:
        return False
    indoors = hazard == "intrusion"
    if indoors and is_outdoor(signal, site):
        return False
    return any(
        any(_is_other(signal, point) and not (indoors and is_outdoor(point, site)) for point in incident.in_alarm)
        for incident in open_here
        if family(incident.kind) == hazard
        and within_reach(incident, signal.received_at, set_since=set_since, rules=rules)
    )


OUTDOOR: Final = "outdoor"
EXIT: Final = "exit"
BY_HAND_OR_FLOW: Final = frozenset({"manual", "flow"})


def is_outdoor(where: Received | Point | Brief, site: SiteMap | None) -> bool:
    """An outdoor detector, as its code or the registry says; one of intrusion confirms nothing (RULES 4)."""
    return where.subtype == OUTDOOR or (site is not None and site.outdoor(where.area, where.zone))


def is_pointless(where: Received | Point) -> bool:
    """An exit error that names its user and no point: it is the same one that the panel says of a zone."""
    return where.subtype == EXIT and plain(where.zone) is None


def _is_other(signal: Received, point: Point) -> bool:
    """Another place; or a call point or water flow beside a detector, which are never the same device."""
    if is_pointless(signal) or is_pointless(point):
        return False
    if (point.area, point.zone) != (signal.area, signal.zone):
        return True
    if point.device != signal.device:
        return True
    return point.subtype != signal.subtype and bool({point.subtype, signal.subtype} & BY_HAND_OR_FLOW)


def conditions(
    asked: Iterable[str],
    signal: Received,
    *,
    account: Account | None,
    condition: Condition,
    open_here: Sequence[Incident],
    rules: Rules,
    on_test: bool = False,
    mode_since: datetime | None = None,
    site: SiteMap | None = None,
    out_of_schedule: Callable[[], bool] = _never,
) -> frozenset[str]:
    """Those of the asked words of the table's `when` column that hold for a signal.

    Programming is unexpected where nobody is on test (`on_test`); `mode_since` is when the panel's own test mode began
    that the signal says again. `out_of_schedule` is asked of openings only; without schedules none is.
    """

    def holds(word: str) -> bool:
        match word:
            case "armed":
                return was_armed(condition, signal, rules)
            case "second_point":
                since = arm_changed_at(condition, signal.area)
                return second_point(signal, open_here, set_since=since, rules=rules, site=site)
            case "mains_and_battery":
                return mains_and_battery(condition, signal)
            case "open_incident":
                return bool(open_here)
            case "unexpected":
                return not on_test
            case "over_8h":
                return mode_since is not None and signal.received_at - mode_since >= span(rules.panel_test_s)
            case "care":
                return account is not None and account.care
            case "audible":
                return account is not None and account.audible_panic
            case "line_cut":
                return account is not None and account.line_cut
            case "life_site":
                return account is not None and account.type in life_sites()
            case "out_of_schedule":
                return signal.state is SignalState.OPEN and out_of_schedule()
            case "all_paths":
                return site is not None and all_paths(condition, signal, site.parts.paths)
            case _:
                return False

    return frozenset(word for word in asked if holds(word))


EVERY_CONDITION: Final = (
    "armed", "second_point", "mains_and_battery", "open_incident", "unexpected", "care", "audible", "line_cut",
    "life_site", "out_of_schedule", "all_paths",
)  # fmt: skip


def judge(
    signal: Received,
    *,
    account: Account | None,
    condition: Condition,
    open_here: Sequence[Incident],
    kinds: Kinds,
    codes: Codes,
    rules: Rules,
    on_test: bool = False,
    mode_since: datetime | None = None,
    site: SiteMap | None = None,
    out_of_schedule: Callable[[], bool] = _never,
) -> Verdict:
    """Return the verdict on a signal by the table; `site_rules.at_site` then says what its site makes of it.

    `open_here` are the open incidents of its account.
    """
    if signal.kind is not None:
        return _picked(signal, kinds[signal.kind], account, condition)
    if signal.wire is None or signal.code is None:
        held = conditions(
            EVERY_CONDITION,
            signal,
            account=account,
            condition=condition,
            open_here=open_here,
            rules=rules,
            on_test=on_test,
            site=site,
            out_of_schedule=out_of_schedule,
        )
        return _by_meaning(signal.category, signal.subtype, signal.state, held, codes, kinds)
    held = _NONE
    if asked := codes.asks(signal.wire, signal.code):
        held = conditions(
            asked,
            signal,
            account=account,
            condition=condition,
            open_here=open_here,
            rules=rules,
            on_test=on_test,
            mode_since=mode_since,
            site=site,
            out_of_schedule=out_of_schedule,
        )
    return _by_code(signal.wire, signal.code, held, codes, kinds)


def _picked(signal: Received, kind: Kind, account: Account | None, condition: Condition) -> Verdict:
    """A person or the centre itself named the kind."""
    armed = is_armed(condition, signal.area)
    priority, auto_close = kind.priority, kind.auto_close
    reasons = [f"{kind.label}: {_SAID_BY[signal.method]}"]
    if signal.method is Method.SYSTEM and kind.code == "TECH.COMMS.LOST" and armed:
        auto_close = "never"
        reasons.append("all paths lost while armed: it stays until a person closes it")
        if account is not None and account.line_cut:
            priority = 1
            reasons.append("the site treats a cut line as an alarm")
    if signal.method is Method.SYSTEM and kind.code == "TECH.OUTAGE" and signal.count is not None:
        reasons.append(f"{signal.count} paths are silent at once")
    if signal.method is Method.SYSTEM and kind.code == OWN_FAULT:
        reasons += own_fault_reasons(signal)
        if signal.state in (SignalState.SUPERVISORY, SignalState.SUPERVISORY_RESTORE):
            priority = WARNING_PRIORITY
    if signal.of_call is not None and signal.of_call.priority not in (None, priority):
        priority = signal.of_call.priority or priority
        said = "the call-taker makes it" if signal.of_call.by_hand else "the call-taker's questions make it"
        reasons.append(f"{said} priority {priority}")
    if kind.code == RESTORE_OVERDUE and signal.count is not None:
        reasons.append(f"incident {signal.count} was closed, and the restore that it needs has not come in time")
    return Verdict(
        act="annotate" if signal.state in RESTORING else "open_or_join",
        kind=kind,
        priority=priority,
        rank=kind.rank if priority == kind.priority else None,
        restore=kind.restore,
        auto_close=auto_close,
        pending_s=kind.pending_s,
        reasons=tuple(reasons),
    )


_SAID_BY: Final = {
    Method.DUTY: "reported from the field",
    Method.CALL: "recorded from a call",
    Method.SYSTEM: "raised by the centre itself",
    Method.EQUIPMENT: "said by equipment",
}


# What a code means under the conditions that hold is the same for every account, so its verdict is made once.


@lru_cache(maxsize=VERDICTS_KEPT)
def _by_code(wire: Wire, code: str, held: frozenset[str], codes: Codes, kinds: Kinds) -> Verdict:
    rule, meaning = codes.rule(wire, code, held), codes.meaning(wire, code)
    return _by_rule(rule, kinds, _code_in_words(wire, code, meaning, rule.when))


@lru_cache(maxsize=VERDICTS_KEPT)
def _by_meaning(
    category: Category | None,
    subtype: str | None,
    state: SignalState | None,
    held: frozenset[str],
    codes: Codes,
    kinds: Kinds,
) -> Verdict:
    rule = codes.rule_for(category, subtype, state, held)
    return _by_rule(rule, kinds, (f"{category}, {subtype}: {state}", *_conditions_in_words(rule.when)))


def _by_rule(rule: Rule, kinds: Kinds, reasons: tuple[str, ...]) -> Verdict:
    kind = None if rule.kind is None else kinds[rule.kind]
    priority = rule.priority if rule.priority is not None else (kind.priority if kind is not None else 5)
    return Verdict(
        act=rule.act,
        kind=kind,
        priority=priority,
        rank=kind.rank if kind is not None and priority == kind.priority else None,
        restore=rule.restore,
        auto_close=rule.auto_close,
        pending_s=rule.pending_s if rule.pending_s is not None or kind is None else kind.pending_s,
        second_point="second_point" in rule.when.split("+"),
        reasons=reasons,
    )


_WORDS: Final = {
    "armed": "the area was armed",
    "second_point": "a second point confirms it",
    "care": "the account has a care service",
    "audible": "the account's panic alarm is audible",
    "life_site": "people sleep or need help here",
    "mains_and_battery": "mains and battery are both in fault",
    "line_cut": "the site treats a cut line as an alarm",
    "all_paths": "all transmission paths are lost",
    "out_of_schedule": "outside the schedule",
    "unexpected": "nobody is on test",
    "open_incident": "an incident of the site is open",
    "over_8h": "longer than eight hours",
}


def _code_in_words(wire: Wire, code: str, meaning: Meaning, when: str) -> tuple[str, ...]:
    """What was said, in the words of the code list, and the conditions that made the rule."""
    if not meaning.listed:
        return (f"{_LISTS[wire]} {code} is not in the code list", *_conditions_in_words(when))
    state = "" if meaning.state in ALARMS else f": {meaning.state}"
    return (f"{_LISTS[wire]} {code}, {meaning.name}{state}", *_conditions_in_words(when))


def _conditions_in_words(when: str) -> Iterable[str]:
    return (_WORDS[word] for word in when.split("+") if word in _WORDS)


_LISTS: Final = {Wire.CID: "Contact ID", Wire.SIA: "SIA"}


def was_armed(condition: Condition, signal: Received, rules: Rules) -> bool:
    """Whether the area was armed when it happened; a late alarm is judged by the set period that it comes from.

    What a person or the centre itself names is of now.
    """
    late = signal.kind is None and is_late(signal, rules)
    return is_armed(condition, signal.area, believed_time(signal) if late else None)


def unknown_priority(signal: Received) -> int:
    """Priority of an unknown account's signal by its code: life 1, alarm 2, the rest 3 (RULES 2)."""
    if signal.state in ALARMS:
        return 1 if signal.category in LIFE else 2
    return 3


def quality(signal: Received, rules: Rules) -> tuple[str, ...]:
    """What a person should know of how the signal came."""
    if signal.occurred_at is None and not signal.quirks and not signal.previous:
        return ()
    marks = []
    if is_late(signal, rules):
        marks.append("late")
    if "clock" in signal.quirks or Quality.CLOCK in signal.quirks:
        marks.append("clock")
    if signal.previous:
        marks.append("reported_before")
    return tuple(marks)


def is_late(signal: Received, rules: Rules) -> bool:
    return signal.occurred_at is not None and signal.received_at - signal.occurred_at > span(rules.late_s)
