"""Squares of the ground: the same for everybody, never small, and one for each place."""

from math import cos, radians

from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.earth import DEGREE_M
from belfry.domain.outage_area import area_of
from belfry.domain.presets import Rules
from belfry.domain.site import Account

_latitude = st.floats(-89.9, 89.9)
_longitude = st.floats(-180, 180)


def at(latitude: float | None, longitude: float | None) -> Account:
    return Account(id="a", account="1", latitude=latitude, longitude=longitude)


def test_a_site_without_coordinates_lies_in_no_area() -> None:
    assert area_of(at(None, 8.5)) == area_of(at(47.3, None)) == ""


def test_neighbours_share_their_area_and_two_towns_do_not() -> None:
    assert area_of(at(47.3769, 8.5417)) == area_of(at(47.3775, 8.5425))
    assert area_of(at(47.3769, 8.5417)) != area_of(at(46.948, 7.4474))


@given(_latitude, _longitude, st.integers(0, 100_000))
def test_a_site_lies_within_its_square_and_the_square_is_no_smaller_than_a_kilometre(
    latitude: float, longitude: float, side_m: int
) -> None:
    middle, meridian = map(float, area_of(at(latitude, longitude), Rules(mass_area_m=side_m)).split(","))
    half_m, slack = max(side_m, 1_000) / 2, 0.0006 * DEGREE_M  # said to three places
    assert abs(latitude - middle) * DEGREE_M <= half_m + slack
    assert abs(longitude - meridian) * DEGREE_M * max(cos(radians(middle)), 0.01) <= half_m + slack


@given(_latitude, _longitude)
def test_no_setting_makes_a_square_smaller_than_a_kilometre(latitude: float, longitude: float) -> None:
    assert area_of(at(latitude, longitude), Rules(mass_area_m=0)) == area_of(
        at(latitude, longitude), Rules(mass_area_m=1_000)
    )
