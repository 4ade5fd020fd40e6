"""What OSRM and Valhalla are asked, and how their answers are read.

The answers have the shape of the examples in the documentation of OSRM ("Table service") and Valhalla ("Matrix API").
"""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.protocols.roads import osrm, valhalla
from belfry.protocols.roads.table import BadAnswer

HERE, THERE, FIRE = (50.11, 8.68), (50.12, 8.69), (50.1, 8.6)

OSRM = b"""{"code":"Ok","distances":[[1886.89],[null]],"durations":[[192.6],[null]],
"sources":[{"hint":"x","distance":4.2,"name":"A","location":[8.68,50.11]}],"destinations":[],"fallback_speed_cells":[]}"""
VALHALLA = b"""{"sources_to_targets":[[{"distance":1.887,"time":192,"to_index":0,"from_index":0}],
[{"distance":null,"time":null,"to_index":0,"from_index":1}]],"units":"kilometers","algorithm":"costmatrix"}"""


def test_osrm_is_asked_longitude_first_for_times_and_metres() -> None:
    assert osrm.ask([HERE, THERE], [FIRE]).path == (
        "/table/v1/driving/8.680000,50.110000;8.690000,50.120000;8.600000,50.100000"
        "?sources=0;1&destinations=2&annotations=duration,distance"
    )


def test_valhalla_is_asked_with_places_and_kilometres() -> None:
    asked = valhalla.ask([HERE], [FIRE])
    assert asked.path == "/sources_to_targets"
    assert asked.body is not None
    assert msgspec.json.decode(asked.body) == {
        "sources": [{"lat": 50.11, "lon": 8.68}],
        "targets": [{"lat": 50.1, "lon": 8.6}],
        "costing": "auto",
        "units": "kilometers",
    }


def test_both_say_seconds_and_metres_and_nothing_where_there_is_no_way() -> None:
    assert osrm.told(OSRM, 2, 1) == [[(192.6, 1886.89)], [None]]
    assert valhalla.told(VALHALLA, 2, 1) == [[(192.0, 1887.0)], [None]]


def test_valhallas_miles_are_miles() -> None:
    ((pair,), _) = valhalla.told(VALHALLA.replace(b'"kilometers"', b'"miles"'), 2, 1)
    assert pair is not None
    assert pair[1] == pytest.approx(3036.8, abs=0.1)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html><h1>502 Bad Gateway</h1>", "no JSON"),
        (b"", "not its JSON"),
        (b'{"code":"NoTable","message":"too many coordinates"}', "code 'NoTable'"),
        (b'{"code":"Ok","durations":[[1]],"distances":[[1]]}', "durations is 1 x 1, not 2 x 1"),
        (b'{"code":"Ok","durations":[[1],[1,2]],"distances":[[1],[1]]}', "uneven"),
        (b'{"code":"Ok","durations":[[1],[2]]}', "distances is 0 x uneven"),
        (b'{"code":"Ok","durations":[["soon"],[2]],"distances":[[1],[1]]}', "not its JSON"),
        (b'{"code":"Ok","durations":[[NaN],[2]],"distances":[[1],[1]]}', "not its JSON"),
        (b"[" * 100_000, "not its JSON"),
    ],
)
def test_osrms_nonsense_is_named(body: bytes, why: str) -> None:
    with pytest.raises(BadAnswer, match=why):
        osrm.told(body, 2, 1)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"error_code":171,"error":"No suitable edges near location","status_code":400}', "not its JSON"),
        (VALHALLA.replace(b'"kilometers"', b'"furlongs"'), "units 'furlongs'"),
        (VALHALLA.replace(b'"from_index":1', b'"from_index":7'), "row 1 names other pairs"),
        (VALHALLA.replace(b'"to_index":0', b'"to_index":3'), "row 0 names other pairs"),
    ],
)
def test_valhallas_nonsense_is_named(body: bytes, why: str) -> None:
    with pytest.raises(BadAnswer, match=why):
        valhalla.told(body, 2, 1)


@given(st.binary(max_size=200))
def test_noise_is_a_bad_answer_and_nothing_else(body: bytes) -> None:
    for wire in (osrm, valhalla):
        with pytest.raises(BadAnswer):
            wire.told(body, 1, 1)
