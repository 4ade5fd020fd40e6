"""Metres between places: what every distance in the house promises."""

from math import cos, pi, radians, sin, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.earth import DEGREE_M, EARTH_M, FLAT, metres_between, narrowed
from belfry.domain.signal import Position

latitudes, longitudes = st.floats(-90, 90), st.floats(-180, 180)
places = st.builds(Position, latitudes, longitudes)


@given(places, places, places)
def test_metres_are_a_distance_on_a_ball(one: Position, other: Position, third: Position) -> None:
    there = metres_between(one, other)
    assert metres_between(one, one) == 0
    assert there == pytest.approx(metres_between(other, one), abs=1e-3)
    assert 0 <= there <= pi * EARTH_M + 1e-3
    assert there <= metres_between(one, third) + metres_between(third, other) + 1  # at the antipodes cosines are coarse
    assert metres_between(Position(one.latitude, 180), Position(one.latitude, -180)) == pytest.approx(0, abs=1e-3)


@given(st.floats(-89, 89), longitudes, st.floats(0, 1), st.floats(0, 1))
def test_no_short_way_is_farther_off_than_said(latitude: float, longitude: float, north: float, east: float) -> None:
    if north + east < 0.1:
        north = 1.0
    there = Position(latitude + north / 1_000, longitude + east / 1_000)
    middle = radians(latitude + north / 2_000)
    # WGS 84: the radii of curvature along the meridian and across it.
    axis_m, flattened = 6_378_137.0, 6.69437999014e-3
    bent = 1 - flattened * sin(middle) ** 2
    along, across = axis_m * (1 - flattened) / bent**1.5, axis_m / sqrt(bent)
    true = sqrt((radians(north / 1_000) * along) ** 2 + (radians(east / 1_000) * across * cos(middle)) ** 2)
    assert metres_between(Position(latitude, longitude), there) == pytest.approx(true, rel=0.006)


@pytest.mark.parametrize("longitude", [0, 13.4, -179.9])
def test_a_degree_of_latitude_is_as_long_everywhere(longitude: float) -> None:
    assert metres_between(Position(52, longitude), Position(53, longitude)) == pytest.approx(DEGREE_M, abs=1)


@pytest.mark.parametrize(("latitude", "share"), [(0, 1), (60, 0.5), (-60, 0.5), (90, FLAT), (90.004, FLAT)])
def test_degrees_of_longitude_grow_narrow_towards_the_poles(latitude: float, share: float) -> None:
    assert narrowed(latitude) == pytest.approx(share)
