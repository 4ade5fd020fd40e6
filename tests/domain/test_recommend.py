"""Who is recommended, and why: the complete order earliest, load and cover only among those alike."""

from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain import reasons
from belfry.domain.kinds import load
from belfry.domain.recommend import (
    TIES_S,
    Candidate,
    Leaves,
    Recommendation,
    _cost,
    arrival_s,
    fits,
    recommend,
)
from belfry.domain.response_order import Need, Order, check, needs_of, presets
from belfry.domain.unit import Service, Travels, Unit, UnitEquipment, UnitSkill, UnitStatus, UnitType

ENGINE = Need(role="engine", types=frozenset({UnitType.ENGINE}))
LADDER = Need(role="aerial", equipment=frozenset({UnitEquipment.AERIAL}))


def a(sign: str, drive_s: float | None = 120.0, **more: Any) -> Candidate:
    of_unit = {
        name: more.pop(name)
        for name in ("type", "service", "equipment", "turnout_s", "on_call_s", "travels")
        if name in more
    }
    fields = {"type": UnitType.ENGINE, "service": Service.FIRE, **of_unit}
    unit = Unit(id=sign, call_sign=sign, **fields)
    return Candidate(
        **{"unit": unit, "status": UnitStatus.AVAILABLE_STATION, "skills": unit.skills, "drive_s": drive_s, **more}
    )


def signs(found: Recommendation) -> list[tuple[str, str | None]]:
    return [(one.unit.call_sign, one.role) for one in found.choices]


def test_turn_out_counts_so_that_who_is_on_the_road_may_be_there_before_who_is_nearer() -> None:
    near = a("E1", 100.0, turnout_s=90)
    rolling = a("E2", 140.0, status=UnitStatus.AVAILABLE_MOBILE)
    home = a("E3", 10.0, status=UnitStatus.ON_CALL)
    found = recommend([ENGINE], [near, rolling, home], priority=1)
    assert signs(found)[0] == ("E2", "engine")
    assert [one.eta_s for one in found.choices] == [155, 190, 310]


def test_for_priority_1_load_and_cover_never_cost_more_than_a_minute() -> None:
    tired = a("E1", 100.0, sent=30, busy_s=30_000.0, last_cover=True)
    for rested_s, first in ((155.0, "E2"), (165.0, "E1")):
        found = recommend([ENGINE], [tired, a("E2", rested_s)], priority=1)
        assert signs(found)[0][0] == first, rested_s


def test_the_complete_order_is_there_earliest_even_where_the_nearest_unit_takes_another_role() -> None:
    both = a("T1", 60.0, equipment=frozenset({UnitEquipment.AERIAL}))
    engine = a("E1", 90.0)
    ladder = a("L1", 600.0, type=UnitType.LADDER, equipment=frozenset({UnitEquipment.AERIAL}))
    found = recommend([ENGINE, LADDER], [both, engine, ladder], priority=1)
    assert signs(found)[:2] == [("T1", "aerial"), ("E1", "engine")]
    assert found.complete_s == 150


def test_a_role_that_nobody_fills_is_named() -> None:
    found = recommend([ENGINE, LADDER], [a("E1")], priority=1)
    assert (signs(found), found.unfilled, found.complete_s) == ([("E1", "engine")], ["aerial"], None)
    assert recommend([ENGINE], [], priority=1).unfilled == ["engine"]


def test_who_is_on_its_way_to_something_two_priorities_lower_may_be_diverted_and_it_says_what_is_left() -> None:
    def moving(priority: int) -> Candidate:
        return a("E9", 30.0, status=UnitStatus.EN_ROUTE, leaves=Leaves(17, priority, "Leak"))

    far = a("E1", 600.0)
    found = recommend([ENGINE], [moving(3), far], priority=1)
    assert signs(found)[0] == ("E9", "engine")
    assert "would leave incident 17 of priority 3" in found.choices[0].reasons
    assert signs(recommend([ENGINE], [moving(2), far], priority=1)) == [("E1", "engine")]


def test_what_is_not_to_know_of_an_incident_is_not_among_them() -> None:
    guard = a("G1", 10.0, type=UnitType.GUARD, service=Service.GUARD)
    medic = a("M1", 500.0, type=UnitType.AMBULANCE, service=Service.EMS)
    barred = frozenset({Service.GUARD, Service.POLICE})
    found = recommend([Need(role="help")], [guard, medic], priority=1, barred=barred)
    assert signs(found) == [("M1", "help")]


def test_whose_way_nobody_knows_comes_last_and_says_so() -> None:
    found = recommend([ENGINE, ENGINE], [a("E1", None), a("E2", 900.0)], priority=3)
    assert [(one.unit.call_sign, one.eta_s) for one in found.choices] == [("E2", 960), ("E1", None)]
    assert found.complete_s is None
    assert "its way is not known" in found.choices[1].reasons


def test_status_skill_equipment_work_and_the_source_of_the_way_are_said_in_words() -> None:
    command = Need(role="command", skills=frozenset({UnitSkill.INCIDENT_COMMAND}))
    ladder = Need(role="aerial", equipment=frozenset({UnitEquipment.AERIAL}))
    able = frozenset({UnitSkill.INCIDENT_COMMAND, UnitSkill.FIRST_AID})
    chief = a("C1", status=UnitStatus.ON_CALL, skills=able, way="valhalla", sent=1, busy_s=1_500.0)
    long = a("L1", equipment=frozenset({UnitEquipment.AERIAL}), way="osrm", sent=2)
    idle = a("E1")
    of = {
        one.unit.call_sign: one.reasons for one in recommend([command, ladder], [chief, long, idle], priority=3).choices
    }
    assert of["C1"] == (
        "drives with lights 2 min, by road (Valhalla)",
        "turns out in 300 s",
        "status: On call",
        "trained: incident command",  # what the role asks for, and nothing else that he can do
        "sent once in this shift",
        "at work for 25 min in this shift",
    )
    assert of["L1"] == (
        "drives with lights 2 min, by road (OSRM)",
        "turns out in 60 s",
        "status: Available, at the station",
        "carries: aerial",
        "sent 2 times in this shift",
    )
    assert reasons.say_all(of["C1"][2:4], "de") == ["Status: In Bereitschaft", "ausgebildet: Einsatzleitung"]


def test_every_reason_is_in_the_catalogue() -> None:
    known = [
        a("E1", None),
        a("E2", way="osrm", from_station=True, old_position=True, short=True, sent=3, last_cover=True),
        a("E3", leaves=Leaves(17, 5, "Leak")),
    ]
    ways = ("osrm", "valhalla", "straight")
    known += [a(f"T{n}{way}", travels=travels, way=way) for n, travels in enumerate(Travels) for way in ways]
    known += [a(f"S{n}", status=status, sent=1, busy_s=60.0) for n, status in enumerate(UnitStatus)]
    able = a("A1", skills=frozenset(UnitSkill), equipment=frozenset(UnitEquipment))
    asked = Need(role="all", skills=frozenset(UnitSkill), equipment=frozenset(UnitEquipment))
    (whole,) = recommend([asked], [able], priority=1).choices
    assert len(whole.reasons) > len(UnitSkill) + len(UnitEquipment)
    for choice in (whole, *recommend([], known, priority=1, others=len(known)).choices):
        for reason in choice.reasons:
            assert reasons.knows(reason), reason


arrivals = st.one_of(st.none(), st.floats(0, 4_000))


@st.composite
def fleets(draw: st.DrawFn) -> list[Candidate]:
    count = draw(st.integers(0, 6))
    return [
        a(
            f"U{number}",
            draw(arrivals),
            type=draw(st.sampled_from((UnitType.ENGINE, UnitType.LADDER))),
            equipment=frozenset({UnitEquipment.AERIAL}) if draw(st.booleans()) else frozenset(),
            sent=draw(st.integers(0, 12)),
            last_cover=draw(st.booleans()),
        )
        for number in range(count)
    ]


@given(fleets(), st.lists(st.sampled_from((ENGINE, LADDER)), min_size=1, max_size=4), st.integers(1, 5))
def test_no_other_choice_fills_more_or_completes_the_order_sooner_by_more_than_a_tie(
    fleet: list[Candidate], slots: list[Need], priority: int
) -> None:
    """Held against every choice that there is."""
    found = recommend(slots, fleet, priority=priority)
    chosen = [one for one in found.choices if one.role is not None]
    best_filled, best_last = 0, float("inf")
    for order in permutations([*fleet, *([None] * len(slots))], len(slots)):
        pairs = [(slot, one) for slot, one in zip(slots, order, strict=True) if one is not None]
        if any(not fits(slot, one) for slot, one in pairs):
            continue
        last = max((min(arrival_s(one), 86_400.0) for _, one in pairs), default=0.0)
        if len(pairs) > best_filled or (len(pairs) == best_filled and last < best_last):
            best_filled, best_last = len(pairs), last
    assert len(chosen) == best_filled
    assert len({one.unit.id for one in chosen}) == len(chosen)
    if chosen:
        by_id = {one.unit.id: one for one in fleet}
        mine = max(min(arrival_s(by_id[one.unit.id]), 86_400.0) for one in chosen)
        assert mine <= best_last + TIES_S[priority]


@given(fleets(), st.integers(1, 5))
def test_who_is_a_tie_later_is_never_before_whoever_is_earlier(fleet: list[Candidate], priority: int) -> None:
    found = recommend([], fleet, priority=priority, others=100)
    by_id = {one.unit.id: one for one in fleet}
    times = [min(arrival_s(by_id[one.unit.id]), 86_400.0) for one in found.choices]
    assert all(later + TIES_S[priority] >= earlier for earlier, later in pairwise(times))
    assert all(_cost(one, 60.0) - min(arrival_s(one), 86_400.0) < 60.0 for one in fleet)


# -- response orders


def test_the_longest_beginning_of_a_kind_counts_and_a_level_that_is_not_there_is_the_one_below() -> None:
    kinds = load()
    assert [need.role for need in needs_of(kinds["FIRE.STRUCT.MULTI"], 1)] == [
        "engine",
        "aerial",
        "command",
        "ambulance",
    ]
    second = {need.role: need.count for need in needs_of(kinds["FIRE.STRUCT"], 2)}
    assert second["engine"] == 4
    assert needs_of(kinds["FIRE.STRUCT"], 5) == needs_of(kinds["FIRE.STRUCT"], 3)
    assert [need.role for need in needs_of(kinds["MED.FALL"], 1)] == list(kinds["MED.FALL"].lead)
    assert needs_of(kinds["ADM.CALL"], 1) == []
    own = Order(kind="FIRE.STRUCT", needs=(Need(role="everything we have"),))
    assert [need.role for need in needs_of(kinds["FIRE.STRUCT"], 1, [own])] == ["everything we have"]


def test_every_preset_names_kinds_that_there_are() -> None:
    check(presets(), load().all())


@pytest.mark.parametrize(
    ("orders", "wants"),
    [
        ([Order(kind="FIRE.NOTHING")], "closed list"),
        ([Order(kind="FIRE", needs=(Need(role="x", count=20),) * 3)], "at most 40"),
        ([Order(kind="FIRE"), Order(kind="FIRE")], "twice"),
    ],
)
def test_an_order_that_cannot_be_is_refused_by_its_name(orders: list[Order], wants: str) -> None:
    with pytest.raises(ValueError, match=wants):
        check(orders, load().all())


def test_a_need_asks_for_every_skill_that_it_names() -> None:
    need = Need(role="x", skills=frozenset({UnitSkill.FIRST_AID, UnitSkill.NURSING}))
    assert not fits(need, a("N1", skills=frozenset({UnitSkill.FIRST_AID})))
    assert fits(need, a("N1", skills=frozenset({UnitSkill.FIRST_AID, UnitSkill.NURSING, UnitSkill.DOCTOR})))
