"""What is known of an account from its own signals: armed areas, path and power faults, what repeats.

Folded from received signals in the order of the journal. Arm state orders by the time it happened (RULES 2, late).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from belfry.domain.codes import pair_key
from belfry.domain.facts import Received
from belfry.domain.presets import Rules
from belfry.domain.signal import Category, SignalState, Wire

POINTS_MOST: Final = 256
"""Points of one account whose repeats are counted; beyond, the oldest are let go."""

ARMING: Final[dict[SignalState, bool]] = {SignalState.CLOSE: True, SignalState.OPEN: False}

LIFE: Final = frozenset({Category.FIRE, Category.GAS, Category.MEDICAL, Category.PANIC})


class Armed(Struct):
    """Arm state of one area and since when, by the panel's clock where it has one."""

    armed: bool
    since: datetime


class Repeats(Struct):
    """How often one point said the same: for runaway and for `also heard on B`."""

    position: int
    path: str | None
    last_at: datetime
    window_from: datetime
    count: int = 1
    runaway: bool = False


class Condition(Struct):
    """The live state of one account."""

    armed: dict[str, Armed] = {}
    faults: dict[str, datetime] = {}
    """Path and power faults that are open: `path/…`, `mains`, `battery`."""
    repeats: dict[str, Repeats] = {}
    first_heard: datetime | None = None
    minute_from: datetime | None = None
    minute_count: int = 0
    authenticated: bool = False


def point_key(signal: Received) -> str:
    return f"{signal.code or signal.subtype}/{signal.area or ''}/{signal.zone or ''}"


def is_armed(condition: Condition, area: str | None) -> bool:
    """An area without a state of its own follows the site's."""
    state = condition.armed.get(area or "") or condition.armed.get("")
    if state is None and not area:
        return any(one.armed for one in condition.armed.values())
    return state is not None and state.armed


def arm_changed_at(condition: Condition, area: str | None) -> datetime | None:
    """When the set period of an area began: the last change of its arm state."""
    changes = [s.since for key, s in condition.armed.items() if key in ("", area or "")]
    return max(changes, default=None)


def mains_and_battery(condition: Condition, signal: Received) -> bool:
    """This power trouble meets the other one already open."""
    kind = fault_key(signal)
    return (kind == "mains" and "battery" in condition.faults) or (kind == "battery" and "mains" in condition.faults)


def path_faults(condition: Condition) -> int:
    return sum(key.startswith("path/") for key in condition.faults)


def fault_key(signal: Received) -> str | None:
    """The fault that a trouble opens and its restore ends, where it is one of path or power."""
    if signal.category is Category.POWER:
        return {"mains": "mains", "battery": "battery"}.get(signal.subtype or "")
    if signal.category is Category.COMMUNICATION and signal.subtype in ("path", "jam"):
        code = signal.part or (pair_key(signal.wire, signal.code) if signal.wire and signal.code else "")
        return f"path/{_fault_code(signal.wire, code)}/{signal.zone or ''}"
    return None


_SIA_FAULT_OF: Final = {"YK": "YC", "LR": "LT", "NR": "NT", "XH": "XQ"}


def _fault_code(wire: Wire | None, code: str) -> str:
    return _SIA_FAULT_OF.get(code, code) if wire is Wire.SIA else code


def doubled(condition: Condition, signal: Received, rules: Rules) -> Repeats | None:
    """The same account, code and point heard on another path just now."""
    known = condition.repeats.get(point_key(signal))
    if known is None or known.path == signal.path or signal.path is None or known.path is None:
        return None
    return known if signal.received_at - known.last_at <= timedelta(seconds=rules.doubled_s) else None


def observe(condition: Condition, signal: Received, position: int, rules: Rules) -> Repeats:
    """Fold one signal; returns how often its point has said so."""
    at = signal.received_at
    condition.first_heard = condition.first_heard or at
    condition.authenticated = condition.authenticated or signal.authenticated
    if signal.state in ARMING:
        _arm(condition, signal)
    fault = fault_key(signal)
    if fault is not None:
        if signal.state is SignalState.TROUBLE:
            condition.faults.setdefault(fault, at)
        elif signal.state in (SignalState.TROUBLE_RESTORE, SignalState.RESTORE):
            condition.faults.pop(fault, None)
    if condition.minute_from is None or at - condition.minute_from >= timedelta(minutes=1):
        condition.minute_from, condition.minute_count = at, 0
    condition.minute_count += 1
    return _repeat(condition, signal, position, rules)


def _arm(condition: Condition, signal: Received) -> None:
    """Set the arm state of an area, or of the whole site; an older report of a later change is no news."""
    assert signal.state is not None
    happened = signal.occurred_at or signal.received_at
    key = signal.area or ""
    known = condition.armed.get(key)
    if known is not None and happened < known.since:
        return
    if not key:
        condition.armed.clear()
    condition.armed[key] = Armed(ARMING[signal.state], happened)


def _repeat(condition: Condition, signal: Received, position: int, rules: Rules) -> Repeats:
    key = point_key(signal)
    known = condition.repeats.pop(key, None)  # put back at the end: the first key is the oldest
    at = signal.received_at
    if known is None:
        known = Repeats(position, signal.path, at, at)
    else:
        if known.runaway and at - known.last_at > timedelta(seconds=rules.runaway_quiet_s):
            known.runaway = False
        if not known.runaway and at - known.window_from > timedelta(seconds=rules.runaway_s):
            known.window_from, known.count = at, 0
        known.count += 1
        known.runaway = known.runaway or known.count > rules.runaway_signals
        known.position, known.path, known.last_at = position, signal.path, at
    condition.repeats[key] = known
    if len(condition.repeats) > POINTS_MOST:
        del condition.repeats[next(iter(condition.repeats))]
    return known


def open_faults(condition: Condition) -> Iterable[str]:
    return sorted(condition.faults)
