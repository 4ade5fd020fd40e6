"""Travel times without a server: what the straight line says, and what nobody believes."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.earth import metres_between
from belfry.domain.travel import CELL_M, How, Leg, Point, Speeds, cell, estimate, going, is_plausible
from belfry.domain.unit import Travels

points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
SPEEDS = Speeds(detour=1.5, urban_kmh=36, rural_kmh=72, urban_km=3)


def test_the_first_kilometres_are_town_and_the_rest_is_country() -> None:
    near = estimate(Point(0, 0), Point(1_000 / 111_195, 0), SPEEDS)
    assert near.how is How.STRAIGHT
    assert near.metres == pytest.approx(1_500, abs=1)
    assert near.seconds == pytest.approx(150, abs=1)
    far = estimate(Point(0, 0), Point(4_000 / 111_195, 0), SPEEDS)
    assert far.metres == pytest.approx(6_000, abs=1)
    assert far.seconds == pytest.approx(300 + 150, abs=1)


@given(points, points)
def test_an_estimate_is_the_same_both_ways_and_never_negative(one: Point, other: Point) -> None:
    there, back = estimate(one, other, SPEEDS), estimate(other, one, SPEEDS)
    assert there.seconds == pytest.approx(back.seconds, abs=1e-3)
    assert there.metres >= metres_between(one, other) - 1e-6
    assert there.seconds >= 0


@given(points, st.floats(0, 60), st.floats(0, 60))
def test_places_of_one_cell_are_near_each_other(one: Point, north: float, east: float) -> None:
    if abs(one.latitude) > 80:
        return
    other = Point(one.latitude + north / 111_195, one.longitude)
    if cell(one) == cell(other):
        assert metres_between(one, other) <= CELL_M * 1.5


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (-91, 0), (0, 181), (nan, 0), (0, inf)])
def test_a_place_that_is_not_on_earth_is_refused(latitude: float, longitude: float) -> None:
    with pytest.raises(ValueError, match="wants -"):
        Point(latitude, longitude)


@pytest.mark.parametrize(
    ("seconds", "metres"),
    [(-1, 10), (10, -1), (nan, 10), (10, inf), (100_000, 10), (5, 20_000)],
)
def test_what_no_car_can_do_is_not_believed(seconds: float, metres: float) -> None:
    far = Point(50.2, 8)
    assert not is_plausible(Point(50, 8), far, seconds, metres)
    assert is_plausible(Point(50, 8), far, 1_200, 25_000)


def test_lights_take_a_share_of_a_cars_time_whoever_said_it() -> None:
    leg = Leg(600, 7_000, How.OSRM)
    assert going(leg, Travels.CAR, SPEEDS) == leg
    assert going(leg, Travels.LIGHTS, Speeds(lights=0.8)) == Leg(480, 7_000, How.OSRM)


def test_a_cycle_and_feet_need_their_own_time_for_the_same_way() -> None:
    leg = Leg(60, 1_500, How.STRAIGHT)
    speeds = Speeds(cycle_kmh=18, foot_kmh=5.4)
    assert going(leg, Travels.CYCLE, speeds).seconds == pytest.approx(300)
    assert going(leg, Travels.FOOT, speeds).seconds == pytest.approx(1_000)
