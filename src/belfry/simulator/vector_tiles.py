"""Shapes of the made-up town as vector tiles: projected, cut at the borders of each tile, and written down.

A tile is a protobuf message; only the few fields that are needed are written, by hand. Cutting is by half planes, which
is exact for lines and for the simple shapes of a town.

Source: Mapbox Vector Tile specification 2.1; web Mercator, EPSG:3857.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Final

from msgspec import Struct

from belfry.protocols.pmtiles import Tile, varint

EXTENT: Final = 4_096
"""Units along a tile's side."""
BORDER: Final = 80
"""Units beyond it, so that lines have no seams."""

Place = tuple[float, float]
"""Latitude and longitude, degrees."""
Point = tuple[float, float]
"""Right and down, in sides of the world or in units of a tile."""
Value = str | int | bool


class Shape(IntEnum):
    POINT = 1
    LINE = 2
    AREA = 3


class Drawn(Struct, frozen=True, kw_only=True):
    """Something of the town. An area is one ring, whose last corner need not be its first."""

    layer: str
    shape: Shape
    places: Sequence[Place]
    tags: Mapping[str, Value]
    from_zoom: int = 0


def tiles(drawn: Iterable[Drawn], zooms: Iterable[int]) -> dict[Tile, bytes]:
    """Return the tiles that have anything on them."""
    found: dict[Tile, dict[str, list[bytes]]] = {}
    keys: dict[tuple[Tile, str], _Words] = {}
    wanted = list(zooms)
    for one in drawn:
        world = [project(place) for place in one.places]
        for zoom in wanted:
            if zoom < one.from_zoom:
                continue
            for tile in _touched(world, zoom):
                words = keys.setdefault((tile, one.layer), _Words())
                if feature := _feature(one, _in_tile(world, tile), words):
                    found.setdefault(tile, {}).setdefault(one.layer, []).append(feature)
    return {
        tile: b"".join(_layer(name, features, keys[tile, name]) for name, features in layers.items())
        for tile, layers in found.items()
    }


def project(place: Place) -> Point:
    """A place in web Mercator, as share of the world from its north-western corner."""
    latitude, longitude = (math.radians(value) for value in place)
    return 0.5 + longitude / math.tau, 0.5 - math.asinh(math.tan(latitude)) / math.tau


def _touched(world: Sequence[Point], zoom: int) -> Iterator[Tile]:
    side, more = 1 << zoom, BORDER / EXTENT
    xs, ys = [x * side for x, _ in world], [y * side for _, y in world]
    for x in range(math.floor(min(xs) - more), math.floor(max(xs) + more) + 1):
        for y in range(math.floor(min(ys) - more), math.floor(max(ys) + more) + 1):
            yield zoom, x, y


def _in_tile(world: Sequence[Point], tile: Tile) -> list[Point]:
    zoom, left, top = tile
    side = 1 << zoom
    return [((x * side - left) * EXTENT, (y * side - top) * EXTENT) for x, y in world]


# -- cutting

_LOW, _HIGH = -BORDER, EXTENT + BORDER
_SIDES: Final = ((0, _LOW, 1), (0, _HIGH, -1), (1, _LOW, 1), (1, _HIGH, -1))
"""Axis, where it is cut, and which way is inside."""


def cut_area(ring: Sequence[Point]) -> list[Point]:
    """What of a ring lies within a tile; empty where nothing does."""
    left = list(ring)
    for axis, at, inwards in _SIDES:
        before, left = left, []
        for n, here in enumerate(before):
            last = before[n - 1]
            if _inside(last, axis, at, inwards) != _inside(here, axis, at, inwards):
                left.append(_crossing(last, here, axis, at))
            if _inside(here, axis, at, inwards):
                left.append(here)
    return left


def cut_line(line: Sequence[Point]) -> list[list[Point]]:
    """The pieces of a line that lie within a tile."""
    pieces = [list(line)]
    for axis, at, inwards in _SIDES:
        pieces = [piece for whole in pieces for piece in _cut_once(whole, axis, at, inwards)]
    return pieces


def _cut_once(line: Sequence[Point], axis: int, at: float, inwards: int) -> Iterator[list[Point]]:
    piece: list[Point] = []
    for n, here in enumerate(line):
        inside = _inside(here, axis, at, inwards)
        if n and inside != _inside(line[n - 1], axis, at, inwards):
            piece.append(_crossing(line[n - 1], here, axis, at))
        if inside:
            piece.append(here)
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def _inside(point: Point, axis: int, at: float, inwards: int) -> bool:
    return (point[axis] - at) * inwards >= 0


def _crossing(one: Point, other: Point, axis: int, at: float) -> Point:
    share = (at - one[axis]) / (other[axis] - one[axis])
    across = one[1 - axis] + share * (other[1 - axis] - one[1 - axis])
    return (at, across) if axis == 0 else (across, at)


# -- writing

_MOVE, _LINE, _CLOSE = 1, 2, 7


class _Words:
    """The keys and values of a layer, each once."""

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}
        self.values: dict[tuple[type, Value], int] = {}

    def tags(self, tags: Mapping[str, Value]) -> list[int]:
        found = []
        for key, value in tags.items():
            found.append(self.keys.setdefault(key, len(self.keys)))
            found.append(self.values.setdefault((type(value), value), len(self.values)))
        return found


def _feature(one: Drawn, points: Sequence[Point], words: _Words) -> bytes:
    commands = _commands(one.shape, points)
    if not commands:
        return b""
    return (
        _bytes(2, b"".join(map(varint, words.tags(one.tags))))
        + _number(3, one.shape)
        + _bytes(4, b"".join(map(varint, commands)))
    )


def _commands(shape: Shape, points: Sequence[Point]) -> list[int]:
    pen = _Pen()
    if shape is Shape.AREA:
        ring = _rounded(cut_area(points))
        if len(ring) > 1 and ring[0] == ring[-1]:
            ring.pop()
        area = _area(ring)
        if len(ring) >= 3 and area:
            pen.path(ring if area > 0 else ring[::-1])
            pen.drawn.append(_CLOSE | 1 << 3)
    elif shape is Shape.LINE:
        for piece in map(_rounded, cut_line(points)):
            if len(piece) > 1:
                pen.path(piece)
    else:
        inside = [(x, y) for x, y in points if 0 <= x < EXTENT and 0 <= y < EXTENT]
        pen.path(_rounded(inside)[:1])
    return pen.drawn


class _Pen:
    """Draws from where it is; each step is written as the way from the last."""

    def __init__(self) -> None:
        self.drawn: list[int] = []
        self._at = (0, 0)

    def path(self, points: Sequence[tuple[int, int]]) -> None:
        for command, some in ((_MOVE, points[:1]), (_LINE, points[1:])):
            if some:
                self.drawn.append(command | len(some) << 3)
            for x, y in some:
                self.drawn += [_zigzag(x - self._at[0]), _zigzag(y - self._at[1])]
                self._at = x, y


def _rounded(points: Iterable[Point]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for x, y in points:
        here = round(x), round(y)
        if not found or found[-1] != here:
            found.append(here)
    return found


def _area(ring: Sequence[tuple[int, int]]) -> int:
    """Twice the area; above zero for outer rings, which run clockwise on the screen."""
    return sum(ring[n - 1][0] * y - x * ring[n - 1][1] for n, (x, y) in enumerate(ring))


def _layer(name: str, features: Sequence[bytes], words: _Words) -> bytes:
    body = _number(15, 2) + _bytes(1, name.encode())
    body += b"".join(_bytes(2, feature) for feature in features)
    body += b"".join(_bytes(3, key.encode()) for key in words.keys)
    body += b"".join(_bytes(4, _value(value)) for _, value in words.values)
    return _bytes(3, body + _number(5, EXTENT))


def _value(value: Value) -> bytes:
    if isinstance(value, bool):
        return _number(7, value)
    return _number(6, _zigzag(value)) if isinstance(value, int) else _bytes(1, value.encode())


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def _number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def _bytes(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content
