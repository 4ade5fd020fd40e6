"""PIDF-LO: every shape becomes a circle that holds it, an address stays in parts, and nobody's name comes along."""

from datetime import UTC, datetime
from math import cos, radians
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.earth import metres_between
from belfry.domain.location import Civic, Doubt, Fix, Location, LocationSource
from belfry.domain.signal import Position
from belfry.protocols.common.unreadable import Unreadable
from belfry.protocols.pidf_lo import LIMITS, read
from tests.canary import forms_in, in_every_place

SAMPLES = Path(__file__).parents[1] / "samples" / "location"
AT = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)
PERSONAL = ("ann@example", "Ann Example", "00005e005301", "desk", "handset-7", "Example network")


def sample(name: str) -> bytes:
    return (SAMPLES / f"pidf_{name}.xml").read_bytes()


def document(shape: str, *, beside: str = "") -> bytes:
    """The least document round a shape, with no prefix: namespaces are nobody's business here."""
    return (
        f'<presence entity="pres:a@example.com"><tuple id="a"><status><geopriv><location-info>{shape}</location-info>'
        f"{beside}</geopriv></status></tuple></presence>"
    ).encode()


def circle(latitude: float, longitude: float, radius: float) -> bytes:
    return document(
        f'<Circle srsName="urn:ogc:def:crs:EPSG::4326"><pos>{latitude} {longitude}</pos>'
        f'<radius uom="urn:ogc:def:uom:EPSG::9001">{radius}</radius></Circle>'
    )


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    return metres_between(Position(*one), Position(*other))


def test_a_circle_is_read_with_its_confidence_time_and_method() -> None:
    assert read(sample("circle")).location == Location(
        LocationSource.PIDF_LO, 54.0725, -0.2108, radius_m=120, confidence=67, taken_at=AT, method=Fix.SATELLITE
    )


def test_an_address_is_kept_in_parts_without_the_name_of_who_lives_there() -> None:
    located = read(sample("civic"))
    assert located.location.civic == Civic(
        country="GB", region="Coast", place="Anderby", postcode="AN1 2DA", street="Linden Walk", house_number="2b",
        floor="1", room="12", details="left of the stairs",
    )  # fmt: skip
    assert not located.location.has_position
    assert {"NAM", "entity", "contact", "note", "id"} <= set(located.dropped)


@pytest.mark.parametrize("name", ["circle", "civic", "polygon", "ellipse", "arc_band"])
def test_what_names_a_person_or_a_device_is_nowhere_in_the_result(name: str) -> None:
    located = read(sample(name))
    told = (repr(located) + repr(located.location) + msgspec.json.encode(located).decode()).lower()
    assert not [words for words in PERSONAL if words.lower() in told]


@pytest.mark.parametrize("name", ["circle", "civic", "polygon"])
def test_a_marker_in_any_place_comes_out_only_as_a_part_of_the_address(name: str) -> None:
    for body in in_every_place(sample(name)):
        try:
            located = read(body)
        except Unreadable:
            continue  # its words are ours, which other tests hold
        bare = msgspec.structs.replace(located, location=msgspec.structs.replace(located.location, civic=None))
        assert not forms_in(msgspec.json.encode(bare))
        assert not forms_in(repr(located).encode())


def test_an_ellipse_becomes_the_circle_round_it() -> None:
    assert read(sample("ellipse")).location.radius_m == 275


def test_a_sector_of_a_cell_becomes_a_circle_that_holds_its_corners() -> None:
    location = read(sample("arc_band")).location
    assert location.latitude is not None
    assert location.longitude is not None
    assert location.radius_m is not None
    for bearing in (30, 60, 90):
        for away in (1000, 1500):
            north, east = away * cos(radians(bearing)), away * cos(radians(90 - bearing))
            corner = 54.0725 + north / 111_195, -0.2108 + east / 111_195 / cos(radians(54.0725))
            assert metres((location.latitude, location.longitude), corner) <= location.radius_m + 3


def test_a_point_has_no_radius() -> None:
    located = read(document('<Point srsName="urn:ogc:def:crs:EPSG::4326"><pos>54.07 -0.21</pos></Point>'))
    assert located.location.radius_m is None
    assert located.location.has_position


def test_a_point_with_a_height_is_read_without_it() -> None:
    located = read(document('<Point srsName="urn:ogc:def:crs:EPSG::4979"><pos>54.07 -0.21 12.5</pos></Point>'))
    assert (located.location.latitude, located.location.longitude) == (54.07, -0.21)


def test_a_shape_that_cannot_be_read_does_not_take_the_address_with_it() -> None:
    both = "<Circle><pos>x y</pos></Circle><civicAddress><RD>Mill Lane</RD></civicAddress>"
    located = read(document(both))
    assert located.location.civic == Civic(street="Mill Lane")
    assert Doubt.SHAPE in located.doubts


def test_of_several_places_the_first_is_taken_and_it_is_told() -> None:
    one = b'<location-info><Point srsName="urn:ogc:def:crs:EPSG::4326"><pos>54.07 -0.21</pos></Point></location-info>'
    body = b"<presence><tuple>" + one + b"</tuple><tuple>" + one.replace(b"54.07", b"10.0") + b"</tuple></presence>"
    located = read(body)
    assert located.location.latitude == 54.07
    assert Doubt.SEVERAL in located.doubts


def test_a_place_without_a_coordinate_system_is_read_and_doubted() -> None:
    assert Doubt.SYSTEM in read(document("<Point><pos>54.07 -0.21</pos></Point>")).doubts


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "well-formed"),
        (b"<a/>", "no PIDF"),
        (b'<!DOCTYPE presence [<!ENTITY a "b">]><presence>&a;</presence>', "document type"),
        (b"<presence/>", "without a location"),
        (document("<Point><pos>95 0</pos></Point>"), "cannot be|can be"),
        (document("<Point><pos>nan 0</pos></Point>"), "can be"),
        (document('<Point srsName="urn:ogc:def:crs:EPSG::27700"><pos>5 5</pos></Point>'), "can be"),
        (document("<Circle><pos>5 5</pos><radius uom='feet'>5</radius></Circle>"), "can be"),
        (document("<civicAddress><NAM>Ann</NAM></civicAddress>"), "can be"),
        (document("<Polygon><LinearRing><posList>" + "1 2 " * 600 + "</posList></LinearRing></Polygon>"), "can be"),
        (b"x" * (LIMITS.most_bytes + 1), "more than 65536 bytes"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_words_of_ours(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(body)


@given(st.floats(-89, 89), st.floats(-180, 180), st.floats(0.1, 100_000))
def test_a_circle_is_read_as_it_was_written(latitude: float, longitude: float, radius: float) -> None:
    location = read(circle(latitude, longitude, radius)).location
    assert location.latitude == pytest.approx(latitude, abs=1e-7)
    assert location.longitude == pytest.approx(longitude, abs=1e-7)
    assert location.radius_m == pytest.approx(radius, abs=0.06)


@given(
    st.floats(-80, 80),
    st.floats(-180, 179.9),
    st.lists(st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2)), min_size=3, max_size=12, unique=True),
)
def test_the_circle_of_a_polygon_holds_every_corner(
    latitude: float, longitude: float, offsets: list[tuple[float, float]]
) -> None:
    corners = [(latitude + north, (longitude + east + 180) % 360 - 180) for north, east in offsets]
    ring = " ".join(f"{north:.9f} {east:.9f}" for north, east in (*corners, corners[0]))
    shape = f'<Polygon srsName="EPSG:4326"><LinearRing><posList>{ring}</posList></LinearRing></Polygon>'
    try:
        location = read(document(shape)).location
    except Unreadable:
        assert len({(round(north, 9), round(east, 9)) for north, east in corners}) < 3
        return
    assert location.latitude is not None
    assert location.longitude is not None
    radius = location.radius_m or 0.0
    assert all(metres((location.latitude, location.longitude), corner) <= radius + 0.2 for corner in corners)
