"""PMTiles version 3: one file that holds the tiles of a map. Bytes in, values out, and the other way round.

A file is a header of 127 bytes, a root directory, metadata as JSON, leaf directories and the tiles. Directories number
tiles along a Hilbert curve, zoom by zoom, so that neighbours lie beside each other in the file. What is written
here has no leaves: a town fits into the 16 KiB that a reader fetches first. Leaves of other files are read by the
browser, which asks for them itself.

Source: PMTiles specification, version 3 (public domain).
"""

import gzip
import json
import struct
import zlib
from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Final

from msgspec import Struct

MAGIC: Final = b"PMTiles"
VERSION: Final = 3
HEADER_BYTES: Final = 127
ROOT_MOST_BYTES: Final = 16_384
"""Header and root directory lie within so many bytes."""
METADATA_MOST_BYTES: Final = 4_194_304
"""Packed and unpacked: it names layers and their fields, and no tiles."""
ZOOM_MOST: Final = 26
_GZIP: Final = 2
_DEGREES: Final = 10_000_000
_LAYOUT: Final = struct.Struct("<7sB11Q6B4iB2i")


class PmtilesError(ValueError):
    """A file that is no PMTiles file of version 3, or a damaged one."""


class TileType(IntEnum):
    UNKNOWN = 0
    VECTOR = 1
    PNG = 2
    JPEG = 3
    WEBP = 4
    AVIF = 5


class Header(Struct, frozen=True, kw_only=True):
    """What a file says of itself. Offsets and lengths in bytes; places as latitude and longitude in degrees."""

    root: tuple[int, int]
    metadata: tuple[int, int]
    leaves: tuple[int, int]
    tiles: tuple[int, int]
    tile_type: TileType
    packed: int
    """How directories and metadata are packed: 1 not at all, 2 gzip; others are the browser's to read."""
    min_zoom: int
    max_zoom: int
    south_west: tuple[float, float]
    north_east: tuple[float, float]
    centre: tuple[float, float]
    centre_zoom: int

    @property
    def ends(self) -> int:
        """So many bytes the file has at least."""
        return max(sum(part) for part in (self.root, self.metadata, self.leaves, self.tiles))


def header(head: bytes) -> Header:
    """Return what the first 127 bytes of a file say. Raises PmtilesError."""
    if not head.startswith(MAGIC):
        raise PmtilesError("it is no PMTiles file")
    if len(head) < HEADER_BYTES:
        raise PmtilesError("it ends within its header")
    fields = _LAYOUT.unpack_from(head)
    if fields[1] != VERSION:
        raise PmtilesError(f"it is of version {fields[1]}, and version {VERSION} is read")
    numbers, small, west_south_east_north = fields[2:13], fields[13:19], fields[19:23]
    if small[3] not in set(TileType):
        raise PmtilesError(f"its tiles are of an unknown type, {small[3]}")
    found = Header(
        root=(numbers[0], numbers[1]),
        metadata=(numbers[2], numbers[3]),
        leaves=(numbers[4], numbers[5]),
        tiles=(numbers[6], numbers[7]),
        packed=small[1],
        tile_type=TileType(small[3]),
        min_zoom=small[4],
        max_zoom=small[5],
        south_west=(west_south_east_north[1] / _DEGREES, west_south_east_north[0] / _DEGREES),
        north_east=(west_south_east_north[3] / _DEGREES, west_south_east_north[2] / _DEGREES),
        centre_zoom=fields[23],
        centre=(fields[25] / _DEGREES, fields[24] / _DEGREES),
    )
    _check(found)
    return found


def _check(found: Header) -> None:
    if found.root[0] + found.root[1] > ROOT_MOST_BYTES or not found.root[1]:
        raise PmtilesError("its root directory is not within its first 16 KiB")
    if found.metadata[1] > METADATA_MOST_BYTES:
        raise PmtilesError(f"its metadata has more than {METADATA_MOST_BYTES} bytes")
    if not found.min_zoom <= found.max_zoom <= ZOOM_MOST:
        raise PmtilesError(f"its zooms are {found.min_zoom} to {found.max_zoom}, and 0 to {ZOOM_MOST} is possible")
    on_earth = all(
        -90 <= latitude <= 90 and -180 <= longitude <= 180
        for latitude, longitude in (found.south_west, found.north_east, found.centre)
    )
    if not on_earth:
        raise PmtilesError("its borders are not on the earth")


def metadata(raw: bytes, *, packed: int) -> Mapping[str, Any]:
    """Return the metadata of a file; empty where it is packed in a way that only browsers know. Raises PmtilesError."""
    if packed > _GZIP or packed == 0:
        return {}
    try:
        text = _unpacked(raw) if packed == _GZIP else raw
        found = json.loads(text or b"{}")
    except (zlib.error, ValueError, RecursionError) as error:
        raise PmtilesError("its metadata cannot be read") from error
    if not isinstance(found, dict):
        raise PmtilesError("its metadata is no JSON object")
    return found


def _unpacked(raw: bytes) -> bytes:
    unpack = zlib.decompressobj(wbits=31)
    text = unpack.decompress(raw, METADATA_MOST_BYTES)
    if not unpack.eof:
        raise PmtilesError(f"its metadata is cut off, or has more than {METADATA_MOST_BYTES} bytes")
    return text


def layers(told: Mapping[str, Any]) -> frozenset[str]:
    """The names of the vector layers that metadata tell of."""
    listed = told.get("vector_layers")
    if not isinstance(listed, list):
        return frozenset()
    return frozenset(str(one["id"]) for one in listed if isinstance(one, dict) and "id" in one)


# -- writing

Tile = tuple[int, int, int]
"""Zoom, column and row."""


def tile_number(tile: Tile) -> int:
    """Return the place of a tile on the curve through all tiles of all zooms."""
    zoom, x, y = tile
    before = ((1 << 2 * zoom) - 1) // 3
    number = 0
    for level in range(zoom - 1, -1, -1):
        side = 1 << level
        right, below = int(x & side > 0), int(y & side > 0)
        number += side * side * ((3 * right) ^ below)
        if not below:
            if right:
                x, y = side - 1 - (x & (side - 1)), side - 1 - (y & (side - 1))
            x, y = y, x
        x, y = x & (side - 1), y & (side - 1)
    return before + number


def archive(
    tiles: Mapping[Tile, bytes],
    told: Mapping[str, object],
    *,
    south_west: tuple[float, float],
    north_east: tuple[float, float],
) -> bytes:
    """Return a file of vector tiles, each packed with gzip here. The same tiles give the same bytes.

    Raises PmtilesError where there are none, or more than a root directory holds.
    """
    if not tiles:
        raise PmtilesError("there is no tile to write")
    ordered = sorted((tile_number(tile), content) for tile, content in tiles.items())
    packed = [gzip.compress(content, mtime=0) for _, content in ordered]
    root = gzip.compress(_directory([number for number, _ in ordered], [len(content) for content in packed]), mtime=0)
    if HEADER_BYTES + len(root) > ROOT_MOST_BYTES:
        raise PmtilesError(f"{len(ordered)} tiles are more than a directory of {ROOT_MOST_BYTES} bytes holds")
    words = gzip.compress(json.dumps(told).encode(), mtime=0)
    words_at, tiles_at = HEADER_BYTES + len(root), HEADER_BYTES + len(root) + len(words)
    body = b"".join(packed)
    zooms = [zoom for zoom, _, _ in tiles]
    south, west = (round(value * _DEGREES) for value in south_west)
    north, east = (round(value * _DEGREES) for value in north_east)
    head = _LAYOUT.pack(
        MAGIC, VERSION,
        HEADER_BYTES, len(root), words_at, len(words), tiles_at, 0, tiles_at, len(body),
        len(ordered), len(ordered), len(ordered),
        1, _GZIP, _GZIP, TileType.VECTOR, min(zooms), max(zooms),
        west, south, east, north,
        min(zooms), (west + east) // 2, (south + north) // 2,
    )  # fmt: skip
    return head + root + words + body


def _directory(numbers: list[int], lengths: list[int]) -> bytes:
    """A root directory of tiles that lie one behind the other."""
    steps = [number - before for before, number in zip([0, *numbers], numbers, strict=False)]
    fields = [len(numbers), *steps, *[1] * len(numbers), *lengths, 1, *[0] * (len(numbers) - 1)]
    return b"".join(varint(field) for field in fields)


def varint(number: int) -> bytes:
    """A number of at least 0 in groups of seven bits, the lowest first."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
