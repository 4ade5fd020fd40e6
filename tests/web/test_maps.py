"""The map over HTTP: for whoever is signed in, a piece at a time; whatever is wrong with its files, lists go on."""

import json
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from belfry.ports.staff import Role
from belfry.protocols.pmtiles import archive
from belfry.web.map_files import PIECE_MOST_BYTES, MapFiles, origins
from tests.web.kit import BASE, Rig, centre

SQUARE: Final = {"south_west": (52.0, 13.0), "north_east": (52.2, 13.4)}
TOWN: Final = archive({(0, 0, 0): b"land", (1, 1, 0): b"more"}, {"attribution": "<b>Surveyors</b>"}, **SQUARE)
TILES: Final = f"{BASE}/api/v1/map/tiles/town.pmtiles"


async def asked(tmp_path: Path, files: MapFiles, *paths: str, **headers: str) -> list[Any]:
    async with centre(tmp_path, map=files) as rig:
        client = rig.token(Role.RESPONDER)
        return [await client.get(f"{BASE}/api/v1{path}", headers=headers) for path in paths]


def town(tmp_path: Path, content: bytes = TOWN) -> MapFiles:
    (tmp_path / "town.pmtiles").write_bytes(content)
    return MapFiles(tiles=tmp_path / "town.pmtiles")


async def test_a_map_says_whose_it_is_without_markup_and_where_it_begins(tmp_path: Path) -> None:
    (answer,) = await asked(tmp_path, town(tmp_path), "/map")
    assert answer.json() == {
        "available": True,
        "why": None,
        "attribution": "Surveyors",
        "center": [52.1, 13.2],
        "zoom": 13,
        "max_zoom": 1,
    }


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "missing"), (b"no tiles", "damaged"), (TOWN[:-1], "damaged"), (TOWN[:60], "damaged"), (b"", "damaged")],
)
async def test_a_map_that_cannot_be_read_says_why_and_every_list_goes_on(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    files = MapFiles(tiles=tmp_path / "town.pmtiles") if content is None else town(tmp_path, content)
    told, style, queue = await asked(tmp_path, files, "/map", "/map/style.json", "/incidents")
    assert (told.json()["available"], told.json()["why"]) == (False, why)
    assert (style.status_code, style.json()["type"]) == (404, f"belfry:map-{why}")
    assert str(tmp_path) not in style.text
    assert queue.status_code == 200


async def test_a_centre_without_a_map_says_so(tmp_path: Path) -> None:
    told, tiles = await asked(tmp_path, MapFiles(), "/map", "/map/tiles/town.pmtiles")
    assert told.json()["why"] == "not_set"
    assert tiles.status_code == 404


@pytest.mark.parametrize(
    ("wanted", "begins", "content"),
    [
        ("bytes=0-6", 0, TOWN[:7]),
        ("bytes=7-", 7, TOWN[7:]),
        ("bytes=-4", len(TOWN) - 4, TOWN[-4:]),
        ("bytes=0-99999999", 0, TOWN),
    ],
)
async def test_a_range_is_answered_with_exactly_its_bytes(
    tmp_path: Path, wanted: str, begins: int, content: bytes
) -> None:
    (answer,) = await asked(tmp_path, town(tmp_path), "/map/tiles/town.pmtiles", Range=wanted)
    assert (answer.status_code, answer.content) == (206, content)
    assert answer.headers["content-range"] == f"bytes {begins}-{begins + len(content) - 1}/{len(TOWN)}"
    assert answer.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("wanted", ["bytes=99999-", "bytes=5-2", "bytes=0-1,3-4", "lines=1-2", "bytes=-", "bytes=-0"])
async def test_what_is_no_range_of_the_file_is_refused(tmp_path: Path, wanted: str) -> None:
    (answer,) = await asked(tmp_path, town(tmp_path), "/map/tiles/town.pmtiles", Range=wanted)
    assert (answer.status_code, answer.json()["type"]) == (416, "belfry:range")


async def test_a_file_that_was_replaced_has_another_mark_and_is_sent_from_its_start(tmp_path: Path) -> None:
    files = town(tmp_path)
    async with centre(tmp_path, map=files) as rig:
        client = rig.token(Role.OPERATOR)
        before = (await client.get(TILES, headers={"Range": "bytes=0-6"})).headers["etag"]
        same = await client.get(TILES, headers={"Range": "bytes=0-6", "If-Range": before})
        town(tmp_path, TOWN + b"newer")
        newer = await client.get(TILES, headers={"Range": "bytes=0-6", "If-Range": before})
        assert (same.status_code, newer.status_code, newer.content) == (206, 200, TOWN + b"newer")
        assert newer.headers["etag"] != before
        (tmp_path / "town.pmtiles").unlink()
        assert (await client.get(TILES, headers={"Range": "bytes=0-6"})).status_code == 404


async def test_one_answer_has_a_limit(tmp_path: Path) -> None:
    files = town(tmp_path, TOWN + bytes(PIECE_MOST_BYTES))
    async with centre(tmp_path, map=files) as rig:
        client = rig.token(Role.OPERATOR)
        whole, much = await client.get(TILES), await client.get(TILES, headers={"Range": "bytes=0-"})
    assert whole.status_code == 416
    assert (much.status_code, len(much.content)) == (206, PIECE_MOST_BYTES)


async def test_nothing_of_the_map_is_for_who_is_not_signed_in(rig: Rig) -> None:
    for path in ("map", "map/style.json", "map/tiles/town.pmtiles"):
        assert (await rig.client().get(f"{BASE}/api/v1/{path}")).status_code == 401


@pytest.mark.parametrize("name", ["..%2ftown.pmtiles", "other.pmtiles", "town.pmtiles.txt", ".hidden.pmtiles"])
async def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "maps"
    folder.mkdir()
    for file in (folder / "a.pmtiles", folder / ".hidden.pmtiles", tmp_path / "town.pmtiles"):
        file.write_bytes(TOWN)
    found, other = await asked(tmp_path, MapFiles(tiles=folder), "/map/tiles/a.pmtiles", f"/map/tiles/{name}")
    assert (found.status_code, other.status_code) == (200, 404)


async def test_our_style_asks_for_nothing_elsewhere_and_has_no_glyphs(tmp_path: Path) -> None:
    answers = await asked(tmp_path, town(tmp_path), "/map/style.json?theme=light", "/map/style.json?theme=dark")
    light, dark = (answer.json() for answer in answers)
    assert light["sources"] == {"tiles-0": {"type": "vector", "url": "pmtiles://town.pmtiles"}} == dark["sources"]
    assert "glyphs" not in light
    assert "sprite" not in light
    assert light["layers"] != dark["layers"]
    assert all("//" not in text for text in (answer.text.replace("pmtiles://", "") for answer in answers))


async def test_an_archive_of_pictures_lies_below_everything_that_is_drawn(tmp_path: Path) -> None:
    aerial = bytearray(TOWN)
    aerial[99] = 2  # PMTiles 3, header: tile type PNG
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "a-aerial.pmtiles").write_bytes(aerial)
    (tmp_path / "maps" / "b-town.pmtiles").write_bytes(TOWN)
    (answer,) = await asked(tmp_path, MapFiles(tiles=tmp_path / "maps"), "/map/style.json?theme=light")
    style = answer.json()
    assert {name: one["type"] for name, one in style["sources"].items()} == {"tiles-0": "raster", "tiles-1": "vector"}
    assert [one["type"] for one in style["layers"][:3]] == ["background", "raster", "fill"]
    assert [one["source"] for one in style["layers"] if one["type"] == "raster"] == ["tiles-0"]


STYLE: Final = {"version": 8, "sources": {"a": {"type": "vector", "url": "pmtiles://town.pmtiles"}}, "layers": []}
REMOTE: Final = {**STYLE, "glyphs": "https://letters.example:8443/{fontstack}/{range}.pbf"}


@pytest.mark.parametrize(
    ("style", "usable"),
    [
        (json.dumps(STYLE), True),
        (json.dumps(REMOTE), False),
        (json.dumps({**STYLE, "sources": {"a": {"type": "raster", "tiles": ["//elsewhere.example/{z}"]}}}), False),
        (json.dumps({**STYLE, "sources": {"a": {"type": "vector", "url": "pmtiles://https://x.example/a"}}}), False),
        ('{"version": 8}', False),
        ("[1]", False),
        ("no json", False),
    ],
)
async def test_a_style_of_ones_own_is_used_as_it_is_or_there_is_no_map(
    tmp_path: Path, style: str, usable: bool
) -> None:
    (tmp_path / "style.json").write_text(style)
    files = msgspec.structs.replace(town(tmp_path), style=tmp_path / "style.json")
    told, answer = await asked(tmp_path, files, "/map", "/map/style.json")
    assert (told.json()["why"], answer.status_code) == ((None, 200) if usable else ("style", 404))
    assert not usable or answer.json() == json.loads(style)
    assert origins(files) == ()


async def test_a_style_may_ask_elsewhere_only_where_the_settings_say_so_and_the_page_names_the_place(
    tmp_path: Path,
) -> None:
    (tmp_path / "style.json").write_text(json.dumps(REMOTE))
    files = msgspec.structs.replace(town(tmp_path), style=tmp_path / "style.json", allow_remote=True)
    assert origins(files) == ["https://letters.example:8443"]
    async with centre(tmp_path, map=files, map_origins=origins(files)) as rig:
        policy = (await rig.client().get(f"{BASE}/map")).headers["content-security-policy"]
    assert "connect-src 'self' https://letters.example:8443" in policy
    assert policy.startswith("default-src 'self'; ")
    assert "script-src" not in policy
