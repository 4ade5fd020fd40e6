"""Who is close by: by metres and minutes, or in one building; and the grid misses nobody."""

import random
from datetime import timedelta

import pytest

from belfry.domain.nearby import Spot, are_neighbours, cell_of, cells_around, distance_m
from belfry.domain.presets import Rules

RULES = Rules()
AT_ONCE = timedelta(0)


def spot(latitude: float | None, longitude: float | None, account: str = "a", **more: str) -> Spot:
    by_person = more.get("by") == "person"
    return Spot(more.get("hazard", "fire"), account, latitude, longitude, more.get("building", ""), by_person)


def test_metres_and_minutes_decide_and_each_limit_counts_in() -> None:
    here, there = spot(52, 13), spot(52 + 299 / 111_195, 13, "b")
    assert are_neighbours(here, there, timedelta(minutes=-15), RULES)
    assert not are_neighbours(here, there, timedelta(minutes=15, seconds=1), RULES)
    assert not are_neighbours(here, spot(52 + 301 / 111_195, 13, "b"), AT_ONCE, RULES)


def test_another_hazard_and_the_same_site_are_no_neighbours() -> None:
    assert not are_neighbours(spot(52, 13), spot(52, 13, "b", hazard="intrusion"), AT_ONCE, RULES)
    assert not are_neighbours(spot(52, 13), spot(52, 13), AT_ONCE, RULES)


def test_one_building_is_close_without_coordinates_and_no_name_is_no_building() -> None:
    one, other = spot(None, None, "a", building="tower"), spot(None, None, "b", building="tower")
    assert are_neighbours(one, other, timedelta(hours=5), RULES)
    assert not are_neighbours(spot(None, None), spot(None, None, "b"), AT_ONCE, RULES)


def test_what_people_say_is_offered_every_hazard_near_it_in_place_and_time() -> None:
    call, panel = spot(52, 13, hazard="FIRE.STRUCT", by="person"), spot(52, 13, "b", hazard="intrusion")
    assert are_neighbours(call, panel, timedelta(minutes=15), RULES)
    assert are_neighbours(panel, call, timedelta(minutes=15), RULES)
    assert not are_neighbours(call, panel, timedelta(minutes=16), RULES)
    one = spot(None, None, hazard="FIRE.STRUCT", by="person", building="tower")
    other = spot(None, None, "b", hazard="intrusion", building="tower")
    assert are_neighbours(one, other, AT_ONCE, RULES)
    assert not are_neighbours(one, other, timedelta(hours=1), RULES)


@pytest.mark.parametrize("latitude", [0.0, 48.1, -33.9, 69.6, 89.999])
@pytest.mark.parametrize("longitude", [13.4, 179.9999, -179.9999, 0.0])
def test_the_grid_finds_everybody_within_reach(latitude: float, longitude: float) -> None:
    chance = random.Random(f"{latitude} {longitude}")
    here = spot(latitude, longitude)
    around = set(cells_around(here, RULES.neighbour_m))
    found = 0
    for _ in range(400):
        north = latitude + chance.uniform(-0.004, 0.004)
        east = (longitude + chance.uniform(-0.02, 0.02) + 540) % 360 - 180
        there = spot(max(-90.0, min(90.0, north)), east, "b")
        metres = distance_m(here, there)
        if metres is not None and metres <= RULES.neighbour_m:
            found += 1
            assert cell_of(there, RULES.neighbour_m) in around, (there, metres)
    assert found
