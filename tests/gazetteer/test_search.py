"""A call-taker finds the place: words in any order, mistyped, shortened; the nearest house; crossings; coordinates."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from belfry.domain.place_words import asked, spellings
from belfry.domain.signal import Position
from belfry.gazetteer import FILE, SqliteGazetteer, build
from belfry.gazetteer.search import match
from belfry.ports.places import FoundPlace, GazetteerState, PlaceKind
from belfry.simulator.gazetteer import write_gazetteer
from belfry.simulator.land import MIDDLE

NOW = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)
HERE = Position(*MIDDLE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gazetteer")
    write_gazetteer(folder / "town.csv")
    build([folder / "town.csv"], folder / FILE, now=NOW)
    return folder


@pytest.fixture
async def gazetteer(folder: Path) -> AsyncIterator[SqliteGazetteer]:
    opened = SqliteGazetteer(folder)
    yield opened
    await opened.close()


async def first(gazetteer: SqliteGazetteer, text: str) -> FoundPlace:
    found = await gazetteer.search(text, near=HERE, limit=5)
    assert found.state is GazetteerState.READY
    assert found.items, text
    return found.items[0]


@pytest.mark.parametrize(
    "text",
    ["2 linden walk", "Linden Walk 2", "walk, LINDEN 2", "2 linden w", "2 lindne walk", "lindenwalk 2", "linden wk 2"],
)
async def test_an_address_is_found_however_it_is_typed(gazetteer: SqliteGazetteer, text: str) -> None:
    found = await first(gazetteer, text)
    assert (found.kind, found.street, found.house_number, found.exact) == (PlaceKind.ADDRESS, "Linden Walk", "2", True)


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("busum way", "Büsum Way"),
        ("Buesum Way", "Büsum Way"),
        ("alesund", "Ålesund Road"),
        ("aalesund rd", "Ålesund Road"),
        ("the front", "Esplanade"),
        ("a1653", "Ring Road"),
        ("harbuor rd", "Harbour Road"),
        ("lihgthouse road", "Lighthouse Road"),
        ("hawthron avenue", "Hawthorn Avenue"),
    ],
)
async def test_accents_other_names_short_words_and_typos_find_a_street(
    gazetteer: SqliteGazetteer, text: str, street: str
) -> None:
    found = await gazetteer.search(text, near=HERE, limit=5)
    assert street in {one.street for one in found.items if one.kind is PlaceKind.STREET}


async def test_of_a_number_that_is_not_known_the_nearest_house_is_told_as_such(gazetteer: SqliteGazetteer) -> None:
    found = await first(gazetteer, "mill lane 999")
    assert (found.exact, found.asked, found.street) == (False, "999", "Mill Lane")
    assert int(found.house_number) > 50


async def test_a_crossing_is_found_from_either_street(gazetteer: SqliteGazetteer) -> None:
    one, other = await first(gazetteer, "hill rd / ring rd"), await first(gazetteer, "Ring Road & Hill Road")
    assert one.kind is other.kind is PlaceKind.CROSSING
    assert (one.latitude, one.longitude, one.exact) == (other.latitude, other.longitude, True)


async def test_streets_that_do_not_meet_have_no_crossing(gazetteer: SqliteGazetteer) -> None:
    assert not (await gazetteer.search("Lighthouse Road / Mill Lane", near=HERE, limit=5)).items


async def test_a_check_point_is_found_by_its_plate(gazetteer: SqliteGazetteer) -> None:
    found = await first(gazetteer, "cp 03")
    assert (found.kind, found.code) == (PlaceKind.CHECK_POINT, "CP 03")


async def test_coordinates_are_a_position_with_the_addresses_beside_it(gazetteer: SqliteGazetteer) -> None:
    found = await gazetteer.search("54.0725, -0.2108", near=None, limit=3)
    assert [one.kind for one in found.items] == [PlaceKind.POSITION, PlaceKind.ADDRESS, PlaceKind.ADDRESS]


async def test_a_place_gives_the_addresses_that_are_nearest(gazetteer: SqliteGazetteer) -> None:
    address = await first(gazetteer, "27 mill lane")
    found = await gazetteer.nearest(Position(address.latitude, address.longitude), limit=3)
    assert (found.items[0].label, found.items[0].distance_m) == (address.label, 0)
    assert [one.distance_m for one in found.items] == sorted(one.distance_m or 0 for one in found.items)


async def test_the_nearer_of_two_is_first(gazetteer: SqliteGazetteer) -> None:
    far = await first(gazetteer, "lighthouse road")
    there = await gazetteer.search("road", near=Position(far.latitude, far.longitude), limit=5)
    assert there.items[0].street == "Lighthouse Road"


async def test_words_that_no_place_has_are_left_out_and_told(gazetteer: SqliteGazetteer) -> None:
    found = await gazetteer.search("xyzzy linden walk", near=HERE, limit=5)
    assert found.ignored == ("xyzzy",)
    assert found.items


async def test_nothing_found_is_an_answer(gazetteer: SqliteGazetteer) -> None:
    found = await gazetteer.search("xyzzy", near=HERE, limit=5)
    assert (found.state, list(found.items)) == (GazetteerState.READY, [])


@given(st.text(max_size=200))
def test_what_is_typed_reaches_the_search_as_quoted_words_only(text: str) -> None:
    query = asked(text)
    expression = match([spellings(word) for word in query.words])
    outside = re.sub(r'"[^\W_]+" \*', "x", expression)
    assert set(outside.split()) <= {"AND", "OR", "x", "(x", "x)", "(x)"}


@pytest.fixture(scope="module")
def held(folder: Path) -> SqliteGazetteer:
    return SqliteGazetteer(folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    text=st.one_of(st.text(max_size=200), st.sampled_from(['"', "NEAR(a b)", "words:x", "a* OR b", "^a", "{a}", "--"]))
)
async def test_nothing_that_is_typed_is_a_fault(held: SqliteGazetteer, text: str) -> None:
    found = await held.search(text, near=HERE, limit=5)
    assert found.state is GazetteerState.READY
