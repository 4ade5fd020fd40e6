"""How many people a room needs for a load, and what the wait will be: Erlang C and Erlang A.

Offered load is arrivals times handling time (erlang). In Erlang C everybody waits for ever; in Erlang A whoever waits
gives up after a time of patience that is exponential, so it stays finite in overload (Garnett, Mandelbaum and Reiman,
"Designing a Call Center with Impatient Customers", 2002). No alarm hangs up, so alarms wait as in C; callers as in A.

All is reckoned in logarithms, so a thousand people, no load and twice the load that can be borne give numbers. It knows
loads and nobody: no figure is of a person.
"""

from collections.abc import Callable
from math import exp, expm1, inf, log, log1p
from typing import Final

from msgspec import Struct

PEOPLE_MOST: Final = 10_000
"""More are never proposed."""
STEPS: Final = 400
"""Of Simpson's rule; even."""
FAINT: Final = 45.0
"""What is so much smaller than the largest, as a logarithm, counts as nothing."""


class Demand(Struct, frozen=True, kw_only=True):
    """What comes and how long it takes. Raises ValueError where that cannot be."""

    per_hour: float
    handling_s: float
    """Mean seconds that somebody is busy with one."""
    patience_s: float | None = None
    """Mean seconds after which whoever waits gives up; None: never, which is Erlang C."""

    def __post_init__(self) -> None:
        if not 0 <= self.per_hour < inf or not 0 < self.handling_s < inf:
            raise ValueError(f"wants arrivals from 0 and handling above 0, not {self.per_hour}, {self.handling_s}")
        if self.patience_s is not None and not 0 < self.patience_s < inf:
            raise ValueError(f"patience_s = {self.patience_s}: wants more than 0")

    @property
    def erlang(self) -> float:
        return self.per_hour * self.handling_s / 3_600


class Outlook(Struct, frozen=True, kw_only=True):
    """What so many people will make of a demand. Shares are of all that arrive, 0 to 1."""

    people: int
    waits: float
    """Share that finds nobody free."""
    in_time: float
    """Share that is answered within the target."""
    wait_s: float | None
    """Mean wait of all, those who give up counted with their own; None: it grows without end."""
    gives_up: float
    occupancy: float
    """Share of the time that people are busy, 0 to 1."""


def outlook(demand: Demand, people: int, within_s: float) -> Outlook:
    """Return what `people` who are ready will make of it. `within_s`: the target of `in_time`."""
    if people < 0 or within_s < 0:
        raise ValueError(f"wants people and seconds from 0, not {people}, {within_s}")
    if not demand.per_hour:
        return Outlook(people=people, waits=0.0, in_time=1.0, wait_s=0.0, gives_up=0.0, occupancy=0.0)
    if not people:
        return _nobody(demand)
    return _erlang_c(demand, people, within_s) if demand.patience_s is None else _erlang_a(demand, people, within_s)


class Target(Struct, frozen=True, kw_only=True):
    """What a room promises: `share` of all are answered within `within_s`, and at most `lost` give up. Without the
    second, Erlang A counts whoever hangs up as relief, and proposes fewer people than there is work for."""

    share: float = 0.8
    within_s: float = 30.0
    lost: float = 0.05

    def __post_init__(self) -> None:
        if not 0 <= self.share < 1 or not 0 <= self.within_s < inf or not 0 < self.lost <= 1:
            raise ValueError(f"wants share from 0 to less than 1, within_s from 0, lost above 0, not {self}")

    def is_met(self, told: Outlook) -> bool:
        return told.in_time >= self.share and told.gives_up <= self.lost


def needed(demand: Demand, target: Target, *, least: int = 1) -> Outlook | None:
    """Return what the fewest people who meet the target make of it; None where PEOPLE_MOST are too few. A room is never
    left with fewer than `least`."""

    def enough(people: int) -> bool:
        return target.is_met(outlook(demand, people, target.within_s))

    few = many = least
    while not enough(many):
        few, many = many + 1, max(1, many * 2)
        if few > PEOPLE_MOST:
            return None
    while few < many:
        middle = (few + many) // 2
        few, many = (few, middle) if enough(middle) else (middle + 1, many)
    return outlook(demand, many, target.within_s) if many <= PEOPLE_MOST else None


def erlang_b(erlang: float, people: int) -> float:
    """Share that is lost where nobody can wait."""
    return 1.0 if not people else 0.0 if not erlang else exp(-_log_inverse_b(erlang, people))


def _nobody(demand: Demand) -> Outlook:
    wait_s, gives_up = demand.patience_s, 0.0 if demand.patience_s is None else 1.0
    return Outlook(people=0, waits=1.0, in_time=0.0, wait_s=wait_s, gives_up=gives_up, occupancy=0.0)


def _log_inverse_b(erlang: float, people: int) -> float:
    """The logarithm of 1 / B: the states with nobody waiting, as multiples of the last of them."""
    total = 0.0
    for n in range(1, people + 1):
        step = total + log(n / erlang)
        total = log1p(exp(step)) if step < 0 else step + log1p(exp(-step))
    return total


def _erlang_c(demand: Demand, people: int, within_s: float) -> Outlook:
    load = demand.erlang
    spare = people - load
    if spare <= 0:
        return Outlook(people=people, waits=1.0, in_time=0.0, wait_s=None, gives_up=0.0, occupancy=1.0)
    free = _log_inverse_b(load, people) + log(spare / people)
    waits = 0.0 if free > _LARGEST else 1 / (exp(free) + load / people)
    return Outlook(
        people=people,
        waits=waits,
        in_time=1 - waits * exp(-spare * within_s / demand.handling_s),
        wait_s=waits * demand.handling_s / spare,
        gives_up=0.0,
        occupancy=load / people,
    )


_LARGEST: Final = 700.0
"""The largest exponent whose power is a number."""


def _erlang_a(demand: Demand, people: int, within_s: float) -> Outlook:
    """After Mandelbaum and Zeltyn, "The Palm/Erlang-A Queue, with Applications to Call Centers" (2005), steady state:
    the wait that one with endless patience would have has the density `arrivals * exp(wait(x)) / whole` at x > 0."""
    assert demand.patience_s is not None
    arrivals, served, leaves = demand.per_hour / 3_600, people / demand.handling_s, 1 / demand.patience_s

    def wait(x: float) -> float:
        return -arrivals * expm1(-leaves * x) / leaves - served * x

    nobody_waits = _log_inverse_b(demand.erlang, people - 1)
    everybody = log(arrivals) + _log_integral(wait, inf)
    whole = _log_sum(nobody_waits, everybody)
    # Answered in time: nobody was waiting, or the wait ended within the target and before the patience did.
    soon = log(arrivals) + _log_integral(lambda x: wait(x) - leaves * x, within_s)
    # Answered at all; the rest gave up, and waited for that with their patience (Little's law).
    ever = log(arrivals) + _log_integral(lambda x: wait(x) - leaves * x, inf)
    lost = exp(everybody - whole) - exp(ever - whole)
    gives_up = min(1.0, max(0.0, lost))
    return Outlook(
        people=people,
        waits=exp(everybody - whole),
        in_time=min(1.0, exp(_log_sum(nobody_waits, soon) - whole)),
        wait_s=gives_up * demand.patience_s,
        gives_up=gives_up,
        occupancy=min(1.0, demand.erlang * (1 - gives_up) / people),
    )


def _log_sum(one: float, other: float) -> float:
    high, low = max(one, other), min(one, other)
    return high if low == -inf else high + log1p(exp(low - high))


def _log_integral(exponent: Callable[[float], float], upto: float) -> float:
    """The logarithm of the integral of exp(exponent) from 0 to `upto`; `exponent` is concave, and falls in the end."""
    if upto <= 0:
        return -inf
    top = _top(exponent, upto)
    peak = exponent(top)
    begin = _edge(exponent, top, 0.0, peak)
    end = _edge(exponent, top, upto, peak)
    width = (end - begin) / STEPS
    if width <= 0:
        return -inf
    total = 0.0
    for n in range(STEPS + 1):
        weight = 1 if n in (0, STEPS) else 4 if n % 2 else 2
        total += weight * exp(exponent(begin + n * width) - peak)
    return peak + log(total * width / 3)


def _top(exponent: Callable[[float], float], upto: float) -> float:
    """Where it is largest, by thirds."""
    low, high = 0.0, upto
    if high == inf:
        high = 1.0
        while exponent(2 * high) > exponent(high):
            high *= 2
        high *= 2
    for _ in range(80):
        third = (high - low) / 3
        if exponent(low + third) < exponent(high - third):
            low += third
        else:
            high -= third
    return low


def _edge(exponent: Callable[[float], float], top: float, end: float, peak: float) -> float:
    """The point between `top` and `end` beyond which it is faint; `end` where it is nowhere."""
    if end == inf:
        end = max(1.0, 2 * top)
        while exponent(end) > peak - FAINT:
            end *= 2
    if exponent(end) >= peak - FAINT:
        return end
    inside, outside = top, end
    for _ in range(60):
        middle = (inside + outside) / 2
        if exponent(middle) >= peak - FAINT:
            inside = middle
        else:
            outside = middle
    return outside
