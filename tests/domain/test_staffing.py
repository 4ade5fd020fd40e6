"""Erlang C and Erlang A: figures that others published, a second way of reckoning, and the edges."""

from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.staffing import PEOPLE_MOST, Demand, Outlook, Target, erlang_b, needed, outlook


def test_erlang_b_is_what_the_tables_say() -> None:
    """Erlang B tables, as in ITU-D, "Teletraffic Engineering Handbook": 10 erlang on 12 lines lose 11.97 %."""
    assert erlang_b(10, 12) == pytest.approx(0.1197, abs=5e-5)
    assert erlang_b(10, 10) == pytest.approx(0.2146, abs=5e-5)
    assert (erlang_b(0, 3), erlang_b(5, 0)) == (0.0, 1.0)


def test_ten_erlang_are_met_by_fourteen() -> None:
    """The documented example of the package pyworkforce 0.1.0: 100 calls in half an hour, 3 min each, 80 % in 20 s."""
    found = needed(Demand(per_hour=200, handling_s=180), Target(share=0.8, within_s=20))
    assert found is not None
    assert found.people == 14
    assert found.in_time == pytest.approx(0.8883500191794669, rel=1e-9)
    assert found.waits == pytest.approx(0.1741319335950498, rel=1e-9)
    assert found.occupancy == pytest.approx(0.7142857142857143)


def test_ten_erlang_on_twelve_follow_from_the_table_of_erlang_b() -> None:
    """C = B / (1 - r (1 - B)): 0.1197 / (1 - 0.8333 * 0.8803) = 0.449; the mean wait is C * 180 / 2 s."""
    found = outlook(Demand(per_hour=200, handling_s=180), 12, 20)
    assert found.waits == pytest.approx(0.449, abs=5e-4)
    assert found.wait_s == pytest.approx(40.4, abs=0.1)


@pytest.mark.parametrize(
    ("people", "in_time", "wait_s"),
    [(30, 24, 209), (31, 45, 75), (32, 61, 38), (33, 73, 21), (34, 82, 13), (35, 88, 8), (36, 92, 5)],
)
def test_a_known_staffing_table_comes_out(people: int, in_time: int, wait_s: int) -> None:
    """B. Cleveland, "Call Center Management on Fast Forward", the table for 250 calls in half an hour of 210 s, 20 s,
    quoted second-hand: service level in whole per cent and mean wait in whole seconds."""
    found = outlook(Demand(per_hour=500, handling_s=210), people, 20)
    assert found.in_time * 100 == pytest.approx(in_time, abs=0.6)
    assert found.wait_s == pytest.approx(wait_s, abs=0.5)


def test_impatience_shortens_the_wait_as_published() -> None:
    """Garnett, Mandelbaum and Reiman 2002, the example at the beginning: 50 people, 48 calls a minute of one minute,
    two minutes of patience, quoted second-hand: 3.1 % give up, 3.7 s instead of 20.8 s, 93 % busy instead of 96 %."""
    calls = {"per_hour": 48 * 60.0, "handling_s": 60.0}
    endless, patient = outlook(Demand(**calls), 50, 20), outlook(Demand(**calls, patience_s=120), 50, 20)
    assert endless.wait_s == pytest.approx(20.8, abs=0.05)
    assert endless.occupancy == pytest.approx(0.96)
    assert patient.wait_s == pytest.approx(3.7, abs=0.05)
    assert patient.gives_up == pytest.approx(0.031, abs=5e-4)
    assert patient.occupancy == pytest.approx(0.93, abs=5e-3)


@pytest.mark.parametrize(("erlang", "people", "patience_s"), [(4, 5, 60), (9, 5, 30), (20, 24, 300), (0.3, 1, 600)])
def test_erlang_a_agrees_with_the_states_counted_one_by_one(erlang: float, people: int, patience_s: float) -> None:
    found = outlook(Demand(per_hour=erlang * 20, handling_s=180, patience_s=patience_s), people, 30)
    waits, gives_up = states(erlang, people, 180 / patience_s)
    assert found.waits == pytest.approx(waits, rel=1e-5)
    assert found.gives_up == pytest.approx(gives_up, rel=1e-4)


def states(erlang: float, people: int, leaves: float) -> tuple[float, float]:
    """Birth and death, by handling times: the share that finds nobody free, and the share that gives up."""
    weights = [1.0]
    for n in range(1, 3_000):
        weights.append(weights[-1] * erlang / (min(n, people) + max(0, n - people) * leaves))
    whole = sum(weights)
    queue = sum(max(0, n - people) * weight for n, weight in enumerate(weights)) / whole
    return sum(weights[people:]) / whole, leaves * queue / erlang


def test_endless_patience_is_erlang_c() -> None:
    calls = {"per_hour": 200.0, "handling_s": 180.0}
    never, hardly = outlook(Demand(**calls), 12, 20), outlook(Demand(**calls, patience_s=1e8), 12, 20)
    assert hardly.in_time == pytest.approx(never.in_time, abs=1e-4)
    assert hardly.waits == pytest.approx(never.waits, abs=1e-4)


@given(
    st.floats(0, 3_000),
    st.integers(0, 1_000),
    st.one_of(st.none(), st.floats(1, 10_000)),
    st.floats(0, 600),
)
def test_there_are_figures_for_a_thousand_people_no_load_and_overload(
    erlang: float, people: int, patience_s: float | None, within_s: float
) -> None:
    found = outlook(Demand(per_hour=erlang * 20, handling_s=180, patience_s=patience_s), people, within_s)
    for share in (found.waits, found.in_time, found.gives_up, found.occupancy):
        assert -1e-9 <= share <= 1 + 1e-9
    assert found.wait_s is None or (isfinite(found.wait_s) and found.wait_s >= 0)


@given(st.floats(0.1, 50), st.integers(1, 60), st.one_of(st.none(), st.floats(10, 1_000)))
def test_one_more_is_never_worse(erlang: float, people: int, patience_s: float | None) -> None:
    demand = Demand(per_hour=erlang * 20, handling_s=180, patience_s=patience_s)
    fewer, more = outlook(demand, people, 30), outlook(demand, people + 1, 30)
    assert more.in_time >= fewer.in_time - 1e-6
    assert more.gives_up <= fewer.gives_up + 1e-6


@given(st.floats(0, 200), st.one_of(st.none(), st.floats(10, 1_000)))
def test_what_is_needed_is_the_least_that_is_enough(erlang: float, patience_s: float | None) -> None:
    demand, target = Demand(per_hour=erlang * 20, handling_s=180, patience_s=patience_s), Target()
    found = needed(demand, target)
    assert found is not None
    assert target.is_met(found)
    assert found.people == 1 or not target.is_met(outlook(demand, found.people - 1, 30))


def test_nobody_who_hangs_up_counts_as_relief() -> None:
    demand = Demand(per_hour=20_000, handling_s=180, patience_s=120)
    lax, strict = needed(demand, Target(lost=1)), needed(demand, Target())
    assert lax is not None
    assert strict is not None
    assert lax.gives_up > 0.05 >= strict.gives_up
    assert lax.people < strict.people


def test_no_load_wants_the_least_and_too_much_is_said() -> None:
    idle = needed(Demand(per_hour=0, handling_s=180), Target(), least=2)
    assert idle == Outlook(people=2, waits=0, in_time=1, wait_s=0, gives_up=0, occupancy=0)
    assert needed(Demand(per_hour=20 * 2 * PEOPLE_MOST, handling_s=180), Target()) is None
    assert outlook(Demand(per_hour=200, handling_s=180), 10, 30).wait_s is None
    assert outlook(Demand(per_hour=200, handling_s=180, patience_s=60), 0, 30).gives_up == 1


@pytest.mark.parametrize("bad", [{"per_hour": -1}, {"handling_s": 0}, {"patience_s": 0}, {"per_hour": float("nan")}])
def test_a_demand_that_cannot_be_is_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="wants"):
        Demand(**{"per_hour": 1.0, "handling_s": 1.0, **bad})
