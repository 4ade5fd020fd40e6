"""What is known of an account from its own signals: armed areas, path and power faults, what repeats.

Folded from received signals in the order of the journal. Arm state orders by the time it happened (RULES 2, late).
"""

from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import Final

from msgspec import Struct

from belfry.domain.codes import pair_key
from belfry.domain.facts import Carried, Received
from belfry.domain.presets import Rules, span
from belfry.domain.signal import API_PATH, AccountKey, Category, SignalState, Wire

POINTS_MOST: Final = 256
"""Points of one account whose repeats are counted; beyond, the oldest are let go."""
LET_GO: Final = 32
"""So many at once: taking the first key of a dict looks past every key that was taken before it."""

RUNAWAY: Final = "TECH.RUNAWAY"
"""The kind under which a person is told of an account that says too much."""

AREAS_MOST: Final = 64
FAULTS_MOST: Final = 64
"""Areas and faults of one account that are told apart; a panel has fewer, a hostile one shall not fill the memory."""

CLOCK_BELIEVED: Final = timedelta(days=1)
"""A panel's time further back than this is its clock's fault, not when it happened."""

ARMING: Final[dict[SignalState, bool]] = {SignalState.CLOSE: True, SignalState.OPEN: False}

LIFE: Final = frozenset({Category.FIRE, Category.GAS, Category.MEDICAL, Category.PANIC})


class Armed(Struct, gc=False):
    """Arm state of one area and since when, by the panel's clock where it can be believed."""

    armed: bool
    since: datetime


class Repeats(Struct, gc=False):
    """How often one point said the same: for runaway and for `also heard on B`."""

    last_at: datetime
    window_from: datetime
    paths: tuple[str, ...] = ()
    """Paths that brought the present occurrence; a path that says it again begins a new one."""
    count: int = 1
    runaway: bool = False


class Seen(Struct, frozen=True, gc=False):
    """What observing a signal told: kept with it, so that a decision made again says the same."""

    count: int = 1
    runaway: bool = False
    doubled: bool = False


_ONCE: Final = Seen()
_MINUTE: Final = timedelta(minutes=1)
_POWER_FAULTS: Final = {"mains": "mains", "battery": "battery"}
PATH_FAULTS: Final = frozenset({"path", "jam"})


class Condition(Struct):
    """The live state of one account."""

    armed: dict[str, Armed] = {}
    faults: dict[str, datetime] = {}
    """Path and power faults that are open: `path/…`, `mains`, `battery`."""
    repeats: dict[str, Repeats] = {}
    first_heard: datetime | None = None
    minute_from: datetime | None = None
    minute_count: int = 0
    flooded_at: datetime | None = None
    """When it last said more in a minute than an account may."""
    authenticated: bool = False


def point_key(signal: Received) -> str:
    where = f"{signal.area or ''}/{signal.zone or ''}"
    device = "" if signal.device is None else f"/{signal.device}"
    return f"{signal.code or signal.subtype}/{where}{device}{'' if signal.point is None else f'/{signal.point}'}"


def is_armed(condition: Condition, area: str | None, at: datetime | None = None) -> bool:
    """Whether an area is armed, or was at an earlier time; one without a state of its own follows the site's."""
    state = condition.armed.get(area or "") or condition.armed.get("")
    if state is None and not area:
        return any(one.armed for one in condition.armed.values())
    if state is None:
        return False
    return state.armed if at is None or at >= state.since else not state.armed


def arm_changed_at(condition: Condition, area: str | None) -> datetime | None:
    """When the set period of an area began: the last change of its arm state."""
    armed = condition.armed
    if not armed:
        return None
    site, own = armed.get(""), armed.get(area or "")
    if site is None or own is None:
        known = site or own
        return None if known is None else known.since
    return max(site.since, own.since)


def mains_and_battery(condition: Condition, signal: Received) -> bool:
    """This power trouble meets the other one already open."""
    kind = fault_key(signal)
    return (kind == "mains" and "battery" in condition.faults) or (kind == "battery" and "mains" in condition.faults)


def path_faults(condition: Condition, since: datetime | None = None) -> int:
    """Path faults that are open; with `since` only those of this set period."""
    if not condition.faults:
        return 0
    return sum(key.startswith("path/") and (since is None or began >= since) for key, began in condition.faults.items())


def names_its_path(signal: Received) -> bool:
    """Whether the code of a path fault is the path, since panels name no zone with it: one that is back says nothing of
    the others."""
    return signal.category is Category.COMMUNICATION and signal.subtype in PATH_FAULTS


def fault_key(signal: Received) -> str | None:
    """The fault that a trouble opens and its restore ends, where it is one of path or power."""
    if signal.category is Category.POWER:
        return _POWER_FAULTS.get(signal.subtype or "")
    if signal.category is Category.COMMUNICATION and signal.subtype in PATH_FAULTS:
        code = signal.part or (pair_key(signal.wire, signal.code) if signal.wire and signal.code else "")
        return f"path/{code}/{signal.zone or ''}"
    return None


_WITH_FAULTS: Final = frozenset({Category.POWER, Category.COMMUNICATION})
_SIA_ENDS: Final = {"YK": ("YC", "YS"), "LR": ("LT",), "NR": ("NT", "NC"), "XH": ("XQ",)}
"""The path faults that a SIA restore ends."""


def observe(condition: Condition, signal: Received, rules: Rules) -> Seen:
    """Fold one signal, in the order of the journal; returns what is to be remembered with it."""
    at = signal.received_at
    if condition.first_heard is None:
        condition.first_heard = at
    if signal.authenticated and signal.path != API_PATH:  # a token proves who called the API, no panel's key
        condition.authenticated = True
    if signal.state in ARMING:
        _arm(condition, signal)
    if signal.category in _WITH_FAULTS:
        _fault(condition, signal)
    if condition.minute_from is None or at - condition.minute_from >= _MINUTE:
        condition.minute_from, condition.minute_count = at, 0
    condition.minute_count += 1
    if condition.minute_count > rules.runaway_account_per_minute:
        condition.flooded_at = at
    return _repeat(condition, signal, rules)


def tells(signal: Received) -> bool:
    """Whether a signal tells something of its account that holds until another one ends it."""
    return signal.state in ARMING or fault_key(signal) is not None


def carried(account: AccountKey, condition: Condition) -> Carried:
    """What of an account's state outlives its signals. What repeats and how often is forgotten in an hour anyway."""
    return Carried(
        account=account,
        armed=tuple((area, one.armed, one.since) for area, one in sorted(condition.armed.items())),
        faults=tuple(sorted(condition.faults.items())),
        first_heard=condition.first_heard,
        authenticated=condition.authenticated,
    )


def carry(condition: Condition, fact: Carried) -> None:
    """Set what was carried. It was true when the fact was written, so it replaces what older entries told."""
    condition.armed = {area: Armed(armed, since) for area, armed, since in fact.armed}
    condition.faults = dict(fact.faults)
    condition.first_heard = fact.first_heard
    condition.authenticated = fact.authenticated


def _fault(condition: Condition, signal: Received) -> None:
    fault = fault_key(signal)
    if fault is None:
        return
    if signal.state is SignalState.TROUBLE:
        condition.faults.setdefault(fault, signal.received_at)
        if len(condition.faults) > FAULTS_MOST:
            del condition.faults[next(iter(condition.faults))]
    elif signal.state in (SignalState.TROUBLE_RESTORE, SignalState.RESTORE):
        condition.faults.pop(fault, None)
        for code in _SIA_ENDS.get(signal.code or "", ()) if signal.wire is Wire.SIA else ():
            condition.faults.pop(f"path/{code}/{signal.zone or ''}", None)


def _arm(condition: Condition, signal: Received) -> None:
    """Set the arm state of an area, or of the whole site; an older report of a later change is no news."""
    assert signal.state is not None
    happened = believed_time(signal)
    key = signal.area or ""
    known = condition.armed.get(key)
    if known is not None and happened < known.since:
        return
    if not key:
        condition.armed.clear()
    elif len(condition.armed) >= AREAS_MOST and key not in condition.armed:
        del condition.armed[next(iter(condition.armed))]
    condition.armed[key] = Armed(ARMING[signal.state], happened)


def believed_time(signal: Received) -> datetime:
    """When it happened, by the panel's clock unless that is in the future or a day off."""
    happened, received = signal.occurred_at, signal.received_at
    if happened is None or happened > received or received - happened > CLOCK_BELIEVED:
        return received
    return happened


def _repeat(condition: Condition, signal: Received, rules: Rules) -> Seen:
    repeats, key = condition.repeats, point_key(signal)
    known = repeats.pop(key, None)  # put back at the end: the first key is the oldest
    at, path = signal.received_at, signal.path or ""
    if known is None:
        _forget_quiet(repeats, at, rules)
        repeats[key] = Repeats(at, at, (path,))
        if len(repeats) > POINTS_MOST:
            for oldest in list(islice(repeats, LET_GO)):
                del repeats[oldest]
        return _ONCE
    doubled = path not in known.paths and at - known.last_at <= span(rules.doubled_s)
    known.paths = (*known.paths, path) if doubled else (path,)
    _count(condition, known, signal, rules)
    known.last_at = at
    repeats[key] = known
    return Seen(known.count, known.runaway, doubled)


def _forget_quiet(repeats: dict[str, Repeats], at: datetime, rules: Rules) -> None:
    """Let go of points quiet for so long that they count as new when they speak again; in a year all would have."""
    before = at - span(max(rules.runaway_quiet_s, rules.runaway_s, rules.doubled_s))
    for point in list(takewhile(lambda key: repeats[key].last_at < before, repeats)):
        del repeats[point]


def _count(condition: Condition, known: Repeats, signal: Received, rules: Rules) -> None:
    """Over `runaway_signals` in `runaway_s` runs away; ends by quiet, or with the set period."""
    at = signal.received_at
    changed = arm_changed_at(condition, signal.area)
    new_period = changed is not None and changed > known.last_at
    if new_period or at - known.last_at > span(rules.runaway_quiet_s):
        known.runaway = False
        known.window_from, known.count = at, 0
    if not known.runaway and at - known.window_from > span(rules.runaway_s):
        known.window_from, known.count = at, 0
    known.count += 1
    known.runaway = known.runaway or known.count > rules.runaway_signals
