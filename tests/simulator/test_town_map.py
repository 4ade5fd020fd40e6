"""The town as a file of tiles: whole, always the same, and cut so that nothing is drawn twice or left out."""

import gzip
import random
from typing import Final

import pytest

from belfry.protocols.pmtiles import (
    HEADER_BYTES,
    PmtilesError,
    TileType,
    archive,
    header,
    layers,
    metadata,
    tile_number,
)
from belfry.simulator.land import town
from belfry.simulator.town_map import town_map
from belfry.simulator.vector_tiles import EXTENT, Drawn, Shape, cut_area, cut_line, project, tiles

SQUARE: Final = {"south_west": (0.0, 0.0), "north_east": (1.0, 1.0)}


def test_the_town_is_a_file_that_says_what_is_in_it_and_is_always_the_same() -> None:
    file = town_map(town())
    told = header(file[:HEADER_BYTES])
    assert told.ends == len(file)
    assert (told.tile_type, told.max_zoom) == (TileType.VECTOR, 15)
    assert told.south_west < town().middle < told.north_east
    start, length = told.metadata
    assert layers(metadata(file[start : start + length], packed=told.packed)) >= {"roads", "water", "buildings"}
    assert file == town_map(town())


# From the specification's own table, and from a reader of another's.
@pytest.mark.parametrize(
    ("tile", "number"),
    [((0, 0, 0), 0), ((1, 0, 0), 1), ((1, 0, 1), 2), ((1, 1, 1), 3), ((1, 1, 0), 4), ((2, 0, 0), 5),
     ((5, 9, 22), 812), ((14, 8201, 5000), 318422910), ((15, 16384, 10021), 1273691118)],
)  # fmt: skip
def test_tiles_are_numbered_along_the_curve(tile: tuple[int, int, int], number: int) -> None:
    assert tile_number(tile) == number


def test_a_point_is_in_the_tile_that_it_lies_in_and_in_no_other() -> None:
    drawn = Drawn(layer="l", shape=Shape.POINT, places=[(0.0, 0.0)], tags={})
    found = tiles([drawn], [1])
    assert list(found) == [(1, 1, 1)]
    assert b"\x22\x03\x09\x00\x00" in found[1, 1, 1], "one step to its upper left corner"
    assert project((0.0, 0.0)) == (0.5, 0.5)


def test_a_line_that_leaves_a_tile_and_comes_back_is_two_pieces() -> None:
    pieces = cut_line([(100.0, 100.0), (100.0, 9000.0), (200.0, 9000.0), (200.0, 100.0)])
    assert [len(piece) for piece in pieces] == [2, 2]
    assert pieces[0][1][1] == pieces[1][0][1] == EXTENT + 80


def test_an_area_round_a_tile_fills_it_and_one_beside_it_is_not_there() -> None:
    whole = cut_area([(-9e3, -9e3), (9e3, -9e3), (9e3, 9e3), (-9e3, 9e3)])
    assert sorted(whole) == [(-80, -80), (-80, 4176), (4176, -80), (4176, 4176)]
    assert cut_area([(9e3, 0.0), (9.1e3, 0.0), (9.1e3, 100.0)]) == []


@pytest.mark.parametrize("wrong", [b"", b"PMTiles", b"PMTiles\x02" + bytes(119), b"PMTiles\x03" + bytes(119)])
def test_what_is_no_archive_is_refused(wrong: bytes) -> None:
    with pytest.raises(PmtilesError):
        header(wrong)


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"[1]",
        gzip.compress(b"{}", mtime=0)[:-1],
        gzip.compress(b" " * 5_000_000, mtime=0),
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_metadata_that_cannot_be_read_are_refused_however_large_they_unpack(raw: bytes) -> None:
    with pytest.raises(PmtilesError):
        metadata(raw, packed=2 if raw.startswith(b"\x1f") else 1)


def test_more_tiles_than_a_directory_holds_are_refused() -> None:
    dice = random.Random(1)
    with pytest.raises(PmtilesError, match="more than a directory"):
        archive(
            {(12, dice.randrange(4096), dice.randrange(4096)): dice.randbytes(n % 99) for n in range(9000)},
            {},
            **SQUARE,
        )
    with pytest.raises(PmtilesError, match="no tile"):
        archive({}, {}, **SQUARE)
