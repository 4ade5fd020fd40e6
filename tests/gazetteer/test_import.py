"""A gazetteer is imported whole; bad rows are told with line, field, value and limit; a damaged file stops nobody."""

import bz2
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from belfry.cli import app
from belfry.domain.signal import Position
from belfry.gazetteer import FILE, Built, FileRefused, SqliteGazetteer, build
from belfry.ports.places import GazetteerState, PlaceKind

NOW = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)
HEAD = "kind,name,street,house_number,postcode,place,latitude,longitude\n"
GOOD = "".join(f"address,,Mill Lane,{n},AN1 1,Anderby,54.07{n:03},-0.21\n" for n in range(1, 41))
OSM = """<?xml version="1.0"?><osm version="0.6">
<node id="1" lat="54.0700" lon="-0.2100"/><node id="2" lat="54.0710" lon="-0.2100"/>
<node id="3" lat="54.0720" lon="-0.2100"/><node id="4" lat="54.0710" lon="-0.2120"/>
<node id="5" lat="54.0712" lon="-0.2102"><tag k="addr:housenumber" v="7"/><tag k="addr:street" v="Mill Lane"/>
 <tag k="addr:city" v="Anderby"/></node>
<node id="6" lat="54.0713" lon="-0.2103"><tag k="name" v="Corner Shop"/><tag k="shop" v="convenience"/></node>
<node id="7" lat="54.0714" lon="-0.2104"><tag k="name" v="Nobody's tag"/></node>
<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/><tag k="name" v="Mill Lane"/></way>
<way id="2"><nd ref="4"/><nd ref="2"/><tag k="highway" v="tertiary"/><tag k="name" v="Hill Road"/></way>
<way id="3"><nd ref="1"/><nd ref="4"/><tag k="building" v="yes"/><tag k="addr:housenumber" v="9"/>
 <tag k="addr:place" v="Upper Anderby"/></way>
</osm>"""


def imported(folder: Path, *texts: str) -> Built:
    files = []
    for n, text in enumerate(texts):
        files.append(folder / f"{n}.csv")
        files[-1].write_text(text, encoding="utf-8")
    return build(files, folder / FILE, now=NOW)


@pytest.mark.parametrize(
    ("row", "field", "wanted"),
    [
        ("address,,,12,AN1,,54.07,-0.21", "street", "wants a street"),
        (",,,,AN1,Anderby,54.07,-0.21", "street", "wants a street with a house number, or the name of a place"),
        ("address,,Mill Lane,,,Anderby,54.07,-0.21", "house_number", "wants a number"),
        ("address,,Mill Lane,1,,Anderby,91,-0.21", "latitude", "-90 to 90"),
        ("address,,Mill Lane,1,,Anderby,54.07,east", "longitude", "-180 to 180"),
        ("person,,Mill Lane,1,,Anderby,54.07,-0.21", "kind", "wants one of address, street"),
        (f"place,{'x' * 121},,,,Anderby,54.07,-0.21", "name", "at most 120 characters"),
        ("crossing,,Mill Lane,,,Anderby,54.07,-0.21", "crosses", "wants the other street"),
    ],
)
def test_a_bad_row_is_left_out_and_told_with_line_field_value_and_limit(
    tmp_path: Path, row: str, field: str, wanted: str
) -> None:
    built = imported(tmp_path, HEAD + GOOD + row + "\n")
    (problem,) = built.problems
    assert (built.bad, problem.line, problem.field) == (1, 42, field)
    assert wanted in problem.wanted
    assert built.addresses == 40


async def test_a_house_without_a_street_is_an_address_of_its_place(tmp_path: Path) -> None:
    imported(tmp_path, HEAD + GOOD + "address,,,12,AN9,Upper Anderby,54.08,-0.22\n")
    gazetteer = SqliteGazetteer(tmp_path)
    found = await gazetteer.search("upper anderby 12", near=None, limit=1)
    await gazetteer.close()
    assert (found.items[0].kind, found.items[0].street) == (PlaceKind.ADDRESS, "Upper Anderby")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (HEAD + "address,,,12,AN1,,54.07,-0.21\n", "nothing imported"),
        ("a,b\n1,2\n", "unknown column 'a'"),
        ("name,street\n1,2\n", "no columns latitude and longitude"),
        ("", "unknown column|no columns"),
        (HEAD + GOOD + '"' + "x" * 20_000, "field larger"),
    ],
)
def test_a_file_that_is_no_gazetteer_leaves_the_old_one_as_it_was(tmp_path: Path, text: str, why: str) -> None:
    imported(tmp_path, HEAD + GOOD)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(FileRefused, match=why):
        imported(tmp_path, text)
    assert (tmp_path / FILE).read_bytes() == before
    assert not list(tmp_path.glob("*.new"))


async def test_an_import_is_seen_by_who_has_the_old_one_open(tmp_path: Path) -> None:
    imported(tmp_path, HEAD + GOOD)
    gazetteer = SqliteGazetteer(tmp_path)
    assert (await gazetteer.now()).addresses == 40
    imported(tmp_path, HEAD + GOOD + "address,,Hill Road,1,,Anderby,54.07,-0.21\n")
    assert (await gazetteer.now()).addresses == 41
    await gazetteer.close()


async def test_none_a_damaged_and_a_newer_file_are_told_apart_and_raise_nothing(tmp_path: Path) -> None:
    gazetteer = SqliteGazetteer(tmp_path)
    assert (await gazetteer.search("mill", near=None, limit=5)).state is GazetteerState.NONE
    (tmp_path / FILE).write_bytes(b"no database" * 1_000)
    assert (await gazetteer.search("mill", near=None, limit=5)).state is GazetteerState.DAMAGED
    coordinates = await gazetteer.search("54.07 -0.21", near=None, limit=5)
    assert (coordinates.state, coordinates.items[0].kind) == (GazetteerState.DAMAGED, PlaceKind.POSITION)
    imported(tmp_path, HEAD + GOOD)
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[:60] + (99).to_bytes(4, "big") + whole[64:])
    assert (await gazetteer.now()).state is GazetteerState.NEWER
    (tmp_path / FILE).write_bytes(whole[:8192] + bytes(len(whole) - 8192))
    assert (await gazetteer.search("mill", near=None, limit=5)).state is GazetteerState.DAMAGED
    (tmp_path / FILE).write_bytes(whole)
    assert (await gazetteer.search("mill", near=None, limit=5)).items
    await gazetteer.close()


@pytest.mark.parametrize("packed", [False, True])
async def test_an_extract_of_openstreetmap_gives_addresses_streets_crossings_and_places(
    tmp_path: Path, packed: bool
) -> None:
    file = tmp_path / ("town.osm.bz2" if packed else "town.osm")
    file.write_bytes(bz2.compress(OSM.encode()) if packed else OSM.encode())
    built = build([file], tmp_path / FILE, now=NOW)
    assert (built.addresses, built.crossings, built.places, built.bad) == (2, 1, 1, 0)
    gazetteer = SqliteGazetteer(tmp_path)
    at = Position(54.0710, -0.2100)
    crossing = (await gazetteer.search("hill road / mill lane", near=at, limit=1)).items[0]
    assert (crossing.kind, crossing.distance_m) == (PlaceKind.CROSSING, 0)
    streets = (await gazetteer.search("mill lane", near=at, limit=5)).items
    assert [(one.street, one.place) for one in streets] == [("Mill Lane", "Anderby")]
    assert (await gazetteer.search("corner shop", near=at, limit=1)).items[0].name == "Corner Shop"
    assert not (await gazetteer.search("nobody", near=at, limit=1)).items
    await gazetteer.close()


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.osm", b"<osm><node"), ("a.osm.bz2", b"no bzip"), ("a.osm.gz", b"no gzip"), ("a.osm.pbf", b"\0")],
)
def test_an_extract_that_cannot_be_read_is_refused_in_a_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileRefused, match=name):
        build([tmp_path / name], tmp_path / FILE, now=NOW)


def test_the_command_imports_tells_and_can_only_try(tmp_path: Path) -> None:
    config, file = tmp_path / "belfry.toml", tmp_path / "town.csv"
    config.write_text('data = "data"\n', encoding="utf-8")
    file.write_text(HEAD + GOOD, encoding="utf-8")
    words = ["import", "gazetteer", str(file), "--config", str(config)]
    tried = CliRunner().invoke(app, [*words, "--dry-run"])
    assert (tried.exit_code, "would import 40 addresses" in tried.stdout) == (0, True)
    assert not (tmp_path / "data" / FILE).exists()
    done = CliRunner().invoke(app, [*words, "--json"])
    assert (done.exit_code, json.loads(done.stdout)["addresses"]) == (0, 40)
    file.write_text(HEAD + GOOD + "address,,,1,,,54,0\n", encoding="utf-8")
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 1
    assert "town.csv, line 42, street: '': wants a street" in told.stdout
    file.write_text("x\n", encoding="utf-8")
    refused = CliRunner().invoke(app, words)
    assert refused.exit_code == 1
    assert "unknown column" in refused.stderr
