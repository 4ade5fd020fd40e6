"""Which units to send, in which order, and why (RULES 4). A person decides; this only reckons.

It knows distance, time, skill, equipment, status, cover and how much a unit was sent in this shift, and nothing of who
lives where: `Candidate` has no field for that. For priority 1 the *complete* order is to be there earliest; load and
cover break ties within a minute alone, since evening out work on a cardiac arrest kills. Priority 2 gives them two
minutes, 3 to 5 ten.

    slots of the order  x  candidates that fit  ->  earliest time for the last one to arrive  ->  cheapest among those
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from belfry.domain.response_order import Need
from belfry.domain.unit import Service, Travels, Unit, UnitEquipment, UnitSkill, UnitStatus
from belfry.domain.unit_status_map import label

TIES_S: Final[Mapping[int, float]] = {1: 60.0, 2: 120.0, 3: 600.0, 4: 600.0, 5: 600.0}
"""So many seconds of arrival load and cover may weigh at most, together."""
ROLLING_S: Final = 15
"""Turn-out of who is in the vehicle already."""
DIVERT_LEAST: Final = 2
"""So many priorities lower must be what a unit leaves (RULES 4)."""
SENT_WEIGHT: Final = 0.1
BUSY_WEIGHT: Final = 0.05
"""Share of the tie for each sending of the shift, and for each ten minutes of work."""
COVER_WEIGHT: Final = 0.3
DIVERT_WEIGHT: Final = 0.5
SHORT_WEIGHT: Final = 0.3
SPARE: Final = 6
"""Candidates kept for each slot beside as many as there are slots: behind them nobody can be in the best choice."""
NEVER: Final = float("inf")

_AT_HOME: Final = frozenset({UnitStatus.ON_CALL})
_ROLLING: Final = frozenset(
    {
        UnitStatus.AVAILABLE_MOBILE,
        UnitStatus.CANCELLED,
        UnitStatus.REFUSED,
        UnitStatus.EN_ROUTE,
        UnitStatus.STANDING_BY,
        UnitStatus.ACCEPTED,
    }
)


class Leaves(Struct, frozen=True):
    """What a unit would be taken from."""

    number: int
    priority: int
    label: str


class Candidate(Struct, frozen=True, kw_only=True):
    """A unit that may be sent. `drive_s` None: nobody knows where it is, or where it is to go."""

    unit: Unit
    status: UnitStatus
    skills: frozenset[UnitSkill]
    """Its own and its crew's."""
    drive_s: float | None
    way: str = "straight"
    old_position: bool = False
    from_station: bool = False
    short: bool = False
    sent: int = 0
    busy_s: float = 0.0
    last_cover: bool = False
    """With it gone nobody free of its service stays within reach of its station."""
    leaves: Leaves | None = None


class Choice(Struct, frozen=True, kw_only=True):
    """One unit of the recommendation. `role` None: it is not needed, and comes next."""

    unit: Unit
    role: str | None
    eta_s: int | None
    way: str
    reasons: tuple[str, ...]


class Recommendation(Struct, frozen=True, kw_only=True):
    choices: Sequence[Choice]
    """Those of the order first, then the others that may be sent, the earliest first."""
    complete_s: int | None
    """When the last one of the order is there; None where nobody knows, or the order cannot be filled."""
    unfilled: Sequence[str]
    """Roles that nobody fills: for those ask for mutual aid."""


def turnout_s(candidate: Candidate) -> int:
    if candidate.status in _AT_HOME:
        return candidate.unit.on_call_s
    return ROLLING_S if candidate.status in _ROLLING else candidate.unit.turnout_s


def arrival_s(candidate: Candidate) -> float:
    return NEVER if candidate.drive_s is None else candidate.drive_s + turnout_s(candidate)


def may_divert(candidate: Candidate, priority: int) -> bool:
    return candidate.leaves is None or candidate.leaves.priority - priority >= DIVERT_LEAST


def fits(need: Need, candidate: Candidate) -> bool:
    unit = candidate.unit
    return (
        (not need.services or unit.service in need.services)
        and (not need.types or unit.type in need.types)
        and need.skills <= candidate.skills
        and need.equipment <= unit.equipment
    )


def recommend(
    needs: Sequence[Need],
    candidates: Sequence[Candidate],
    *,
    priority: int,
    others: int = 5,
    barred: frozenset[Service] = frozenset(),
) -> Recommendation:
    """Choose units for an order. `barred` services are not to know of the incident (SCOPE, medical)."""
    tie_s = TIES_S[priority]
    free = [one for one in candidates if one.unit.service not in barred and may_divert(one, priority)]
    slots = [need for need in needs for _ in range(need.count)]
    chosen = _assign(slots, free, tie_s)
    taken = {one.unit.id for one in chosen if one is not None}
    rest = sorted((one for one in free if one.unit.id not in taken), key=lambda one: _cost(one, tie_s))
    if slots:
        rest = [one for one in rest if any(fits(need, one) for need in needs)]
    in_order = [(slot, one) for slot, one in zip(slots, chosen, strict=True) if one is not None]
    in_order.sort(key=lambda pair: arrival_s(pair[1]))
    choices = [_choice(one, slot) for slot, one in in_order]
    unfilled = [slot.role for slot, one in zip(slots, chosen, strict=True) if one is None]
    last = max((arrival_s(one) for _, one in in_order), default=NEVER)
    return Recommendation(
        choices=[*choices, *(_choice(one, None) for one in rest[:others])],
        complete_s=None if unfilled or last == NEVER else round(last),
        unfilled=unfilled,
    )


def _cost(candidate: Candidate, tie_s: float) -> float:
    """Arrival in seconds, and what load and cover add: never as much as a tie."""
    share = (
        candidate.sent * SENT_WEIGHT
        + candidate.busy_s / 600 * BUSY_WEIGHT
        + candidate.last_cover * COVER_WEIGHT
        + (candidate.leaves is not None) * DIVERT_WEIGHT
        + candidate.short * SHORT_WEIGHT
    )
    at = arrival_s(candidate)
    return (UNKNOWN_S if at == NEVER else at) + tie_s * min(share, 0.999)


UNKNOWN_S: Final = 86_400.0
"""Who nobody knows the way of comes behind everybody else."""
_BARRED: Final = 1e9


def _assign(slots: Sequence[Need], candidates: Sequence[Candidate], tie_s: float) -> list[Candidate | None]:
    """A candidate for each slot: as many filled as can be, the last arrival early, then the cheapest."""
    if not slots or not candidates:
        return [None] * len(slots)
    kept = _worth_looking_at(slots, candidates, tie_s)
    if not kept:
        return [None] * len(slots)
    arrivals = [min(arrival_s(one), UNKNOWN_S) for one in kept]
    fitting = [[fits(slot, one) for one in kept] for slot in slots]
    costs = [[_cost(one, tie_s) if ok else _BARRED for one, ok in zip(kept, row, strict=True)] for row in fitting]
    most = _filled(_hungarian(costs), costs)
    low, high = 0, len(arrivals) - 1
    times = sorted(arrivals)
    while low < high:  # the earliest time by which as many can be filled
        middle = (low + high) // 2
        if (
            _filled(_hungarian(_within(costs, arrivals, times[middle])), _within(costs, arrivals, times[middle]))
            == most
        ):
            high = middle
        else:
            low = middle + 1
    late = times[low] + tie_s
    within = _within(costs, arrivals, late)
    picked = _hungarian(within)
    return [
        kept[column] if column is not None and within[row][column] < _BARRED else None
        for row, column in enumerate(picked)
    ]


def _worth_looking_at(slots: Sequence[Need], candidates: Sequence[Candidate], tie_s: float) -> list[Candidate]:
    """The cheapest of each need: nobody behind as many as there are slots can be in the best choice."""
    ordered = sorted(candidates, key=lambda one: _cost(one, tie_s))
    kept: dict[str, Candidate] = {}
    for need in dict.fromkeys(slots):
        for one in [one for one in ordered if fits(need, one)][: len(slots) + SPARE]:
            kept[one.unit.id] = one
    return list(kept.values())


def _within(costs: list[list[float]], arrivals: Sequence[float], late: float) -> list[list[float]]:
    return [[cost if at <= late else _BARRED for cost, at in zip(row, arrivals, strict=True)] for row in costs]


def _filled(picked: Sequence[int | None], costs: list[list[float]]) -> int:
    return sum(1 for row, column in enumerate(picked) if column is not None and costs[row][column] < _BARRED)


def _hungarian(costs: list[list[float]]) -> list[int | None]:
    """The cheapest column for each row, each used once (Kuhn and Munkres, by shortest augmenting paths). More rows than
    columns: some rows get none."""
    rows, columns = len(costs), len(costs[0])
    width = max(rows, columns)
    u, v = [0.0] * (rows + 1), [0.0] * (width + 1)
    match = [0] * (width + 1)
    for row in range(1, rows + 1):
        match[0], column = row, 0
        least, before, used = [NEVER] * (width + 1), [0] * (width + 1), [False] * (width + 1)
        while True:
            used[column] = True
            here, delta, following = match[column], NEVER, 0
            for other in range(1, width + 1):
                if used[other]:
                    continue
                cost = costs[here - 1][other - 1] if other <= columns else _BARRED
                reduced = cost - u[here] - v[other]
                if reduced < least[other]:
                    least[other], before[other] = reduced, column
                if least[other] < delta:
                    delta, following = least[other], other
            for other in range(width + 1):
                if used[other]:
                    u[match[other]] += delta
                    v[other] -= delta
                else:
                    least[other] -= delta
            column = following
            if match[column] == 0:
                break
        while column:
            match[column] = match[before[column]]
            column = before[column]
    found: list[int | None] = [None] * rows
    for column in range(1, columns + 1):
        if match[column]:
            found[match[column] - 1] = column - 1
    return found


# -- why --------------------------------------------------------------------------------------------------------------


def _choice(candidate: Candidate, need: Need | None) -> Choice:
    at = arrival_s(candidate)
    return Choice(
        unit=candidate.unit,
        role=None if need is None else need.role,
        eta_s=None if at == NEVER else round(at),
        way=candidate.way,
        reasons=tuple(_reasons(candidate, need)),
    )


def _reasons(candidate: Candidate, need: Need | None) -> list[str]:
    """In words of the catalogue (`reasons.csv`); of what it can do and carries no more than its role asks for."""
    said: list[str] = []
    if candidate.drive_s is None:
        said.append("its way is not known")
    else:
        goes = _GOES[candidate.unit.travels]
        said.append(f"{goes} {_minutes(candidate.drive_s)} min, {_WAYS[candidate.way]}")
        said.append(f"turns out in {turnout_s(candidate)} s")
    said.append(f"status: {label(candidate.status, 'en')}")
    if need is not None:
        said += [f"trained: {_plain(one)}" for one in UnitSkill if one in need.skills]
        said += [f"carries: {_plain(one)}" for one in UnitEquipment if one in need.equipment]
    if candidate.from_station:
        said.append("reckoned from its station")
    if candidate.old_position:
        said.append("its position is over five minutes old")
    if candidate.leaves is not None:
        said.append(f"would leave incident {candidate.leaves.number} of priority {candidate.leaves.priority}")
    if candidate.last_cover:
        said.append("the last free one of its service at its station")
    if candidate.short:
        said.append("its crew is short")
    if candidate.sent:
        often = "once" if candidate.sent == 1 else f"{candidate.sent} times"
        said.append(f"sent {often} in this shift")
    if candidate.busy_s >= _MINUTE_S:
        said.append(f"at work for {_minutes(candidate.busy_s)} min in this shift")
    return said


_GOES: Final[Mapping[Travels, str]] = {
    Travels.LIGHTS: "drives with lights",
    Travels.CAR: "drives",
    Travels.CYCLE: "cycles",
    Travels.FOOT: "walks",
}
_WAYS: Final[Mapping[str, str]] = {
    "osrm": "by road (OSRM)",
    "valhalla": "by road (Valhalla)",
    "straight": "estimated",
}
_MINUTE_S: Final = 60.0


def _minutes(seconds: float) -> int:
    return max(1, round(seconds / _MINUTE_S))


def _plain(word: str) -> str:
    return word.replace("_", " ")
