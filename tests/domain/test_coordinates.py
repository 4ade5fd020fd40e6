"""Coordinates are recognised as people type them, and nothing else is taken for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.coordinates import coordinates


@pytest.mark.parametrize(
    ("text", "latitude", "longitude"),
    [
        ("54.0725, -0.2108", 54.0725, -0.2108),
        ("54,0725 -0,2108", 54.0725, -0.2108),
        ("geo:54.0725,-0.2108;u=30", 54.0725, -0.2108),
        ("54°04'21\"N 0°12'39\"W", 54.0725, -0.210833),
        ("54° 4′ 21″ N, 0° 12′ 39″ W", 54.0725, -0.210833),
        ("N 54 04.35 W 0 12.65", 54.0725, -0.210833),
        ("33.8587S 151.2140E", -33.8587, 151.2140),
        ("31 U 448251 5411932", 48.858194, 2.294489),  # the Eiffel tower
        ("33T 500000 5000000", 45.153477, 15.0),
        ("56H 334786 6252072", -33.858736, 151.214021),
        ("2 700 000 / 1 100 000", 46.044127, 8.730497),  # swisstopo's example: 46°02'38.87" 8°43'49.79"
    ],
)
def test_coordinates_are_read_as_people_write_them(text: str, latitude: float, longitude: float) -> None:
    found = coordinates(text)
    assert found is not None
    assert (found.latitude, found.longitude) == pytest.approx((latitude, longitude), abs=1e-5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12 34",
        "12 Mill Lane",
        "95.0, 5.0",
        "54.07",
        "1.2.3",
        "54°61'N 0°0'W",
        "54.07N 13.4O",
        "61U 500000 1",
        "1" * 99,
    ],
)
def test_what_is_no_pair_of_coordinates_is_none(text: str) -> None:
    assert coordinates(text) is None


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_decimal_degrees_are_read_as_written(latitude: float, longitude: float) -> None:
    found = coordinates(f"{latitude:.6f}, {longitude:.6f}")
    assert found is not None
    assert (found.latitude, found.longitude) == pytest.approx((latitude, longitude), abs=1e-6)


@given(st.text(max_size=80))
def test_any_text_gives_a_place_on_earth_or_none(text: str) -> None:
    found = coordinates(text)
    assert found is None or (abs(found.latitude) <= 90 and abs(found.longitude) <= 180)
