"""From the drawing in metres to the town in degrees: houses along streets, rivers with their width, crossings.

Even numbers stand right of the line and odd ones left, counted from its start; a number whose ground is water, park or
another street is left out, as in any town.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations, pairwise
from math import cos, dist, hypot, radians
from typing import Final

from belfry.domain.polygon import holds
from belfry.simulator.land.ground import (
    AREAS,
    MIDDLE,
    NAMED_HOUSES,
    NUMBERED,
    OTHER_NAMES,
    RIVERS,
    SPOTS,
    STREETS,
    USUAL_M,
    Line,
    Metres,
)
from belfry.simulator.land.shapes import PLACE_NAME, Area, At, Cover, Crossing, House, Spot, Street, Town, Way

_NORTH_M: Final = 111_320.0
"""Metres of a degree of latitude."""
_EAST_M: Final = _NORTH_M * cos(radians(MIDDLE[0]))
_FIRST_M: Final = 14.0
"""From a street's start to its first houses."""
_BACK_M: Final = 15.0
"""From a street's middle line to the middle of a house."""
_CLEAR_M: Final = 9.0
"""No house stands nearer to another street."""
_WIDE_M, _DEEP_M = 11.0, 9.0
_MEET_M: Final = 6.0
"""Lines that come as near as this meet."""
_BARE: Final = frozenset({Cover.WATER, Cover.PARK, Cover.SAND, Cover.WOOD})
"""Where nobody builds."""


@cache
def town() -> Town:
    """Return the town; the same one for every caller."""
    lines = {name: line for name, way, _, line in STREETS if way is not Way.RAIL}
    waters = [(name, Cover.WATER, _widened(line, width)) for name, width, line in RIVERS]
    areas = [(name, cover, tuple(outline)) for name, cover, outline in (*AREAS, *waters)]
    return Town(
        name=PLACE_NAME,
        middle=MIDDLE,
        streets=tuple(_streets(lines, areas)),
        areas=tuple(Area(name, cover, _degrees(outline)) for name, cover, outline in areas),
        spots=tuple(
            Spot(name, kind, _degree(at), street, number, code, names)
            for name, kind, at, street, number, code, names in SPOTS
        ),
        crossings=tuple(_crossings(lines)),
    )


def _streets(lines: dict[str, Line], areas: Sequence[tuple[str, Cover, Line]]) -> Iterator[Street]:
    for number, (name, way, sector, line) in enumerate(STREETS):
        houses = () if way is Way.RAIL else tuple(_houses(name, line, lines, areas))
        postcode = sector and f"{sector}{chr(ord('A') + number % 20)}{chr(ord('A') + number % 7)}"
        yield Street(name, way, _degrees(line), postcode, houses, OTHER_NAMES.get(name, ()))


def _houses(name: str, line: Line, lines: dict[str, Line], areas: Sequence[tuple[str, Cover, Line]]) -> Iterator[House]:
    others = [other for street, other in lines.items() if street != name]
    bare = [outline for _, cover, outline in areas if cover in _BARE]
    built = [outline for _, cover, outline in areas if cover is Cover.BUILDING]
    for number, at, along in _plots(name, line):
        if all(_clear(other, at) for other in others) and not any(holds(one, *at) for one in bare):
            inside = any(holds(one, *at) for one in built)
            yield House(str(number), _degree(at), () if inside else _degrees(_box(at, along)))
    for called, street, at in NAMED_HOUSES:
        if street == name:
            yield House("", _degree(at), _degrees(_box(at, (1.0, 0.0))), called)


def _plots(name: str, line: Line) -> Iterator[tuple[int, Metres, Metres]]:
    """Every number of a street with the middle of its plot and the direction of the street there."""
    step, left_alone = NUMBERED.get(name, (USUAL_M, False))
    length = sum(dist(a, b) for a, b in pairwise(line))
    for n in range(int((length - _FIRST_M) // step) + 1):
        (east, north), (x, y) = _along(line, _FIRST_M + n * step)
        left, right = (east - y * _BACK_M, north + x * _BACK_M), (east + y * _BACK_M, north - x * _BACK_M)
        if left_alone:
            yield n + 1, left, (x, y)
        else:
            yield 2 * n + 1, left, (x, y)
            yield 2 * n + 2, right, (x, y)


def _along(line: Line, metres: float) -> tuple[Metres, Metres]:
    """The point so far from the start, and the direction there, of length one."""
    for a, b in pairwise(line):
        long = dist(a, b)
        x, y = (b[0] - a[0]) / long, (b[1] - a[1]) / long
        if metres <= long or b is line[-1]:
            return (a[0] + x * metres, a[1] + y * metres), (x, y)
        metres -= long
    raise ValueError(f"a line of {len(line)} points has no direction")


def _box(at: Metres, along: Metres) -> Line:
    (east, north), (x, y) = at, along
    corners = ((-_WIDE_M, -_DEEP_M), (_WIDE_M, -_DEEP_M), (_WIDE_M, _DEEP_M), (-_WIDE_M, _DEEP_M))
    return tuple((east + (x * w - y * d) / 2, north + (y * w + x * d) / 2) for w, d in corners)


def _widened(line: Line, width: float) -> Line:
    """A band round a line, as a polygon."""
    left, right = [], []
    for n, (east, north) in enumerate(line):
        before, after = line[max(0, n - 1)], line[min(len(line) - 1, n + 1)]
        x, y = after[0] - before[0], after[1] - before[1]
        half = width / 2 / hypot(x, y)
        left.append((east - y * half, north + x * half))
        right.append((east + y * half, north - x * half))
    return (*left, *reversed(right))


def _crossings(lines: dict[str, Line]) -> Iterator[Crossing]:
    for (one, a), (other, b) in combinations(sorted(lines.items()), 2):
        if (at := _meeting(a, b)) is not None:
            yield Crossing(one, other, _degree(at))


def _meeting(one: Line, other: Line) -> Metres | None:
    """Where two lines cross, or the point of one that touches the other."""
    for a, b in pairwise(one):
        for c, d in pairwise(other):
            if (at := _cut(a, b, c, d)) is not None:
                return at
    touching = [at for at in one if _apart(other, at) <= _MEET_M] + [at for at in other if _apart(one, at) <= _MEET_M]
    return touching[0] if touching else None


def _cut(a: Metres, b: Metres, c: Metres, d: Metres) -> Metres | None:
    ab, cd, ac = (b[0] - a[0], b[1] - a[1]), (d[0] - c[0], d[1] - c[1]), (c[0] - a[0], c[1] - a[1])
    across = ab[0] * cd[1] - ab[1] * cd[0]
    if across == 0:
        return None
    t, u = (ac[0] * cd[1] - ac[1] * cd[0]) / across, (ac[0] * ab[1] - ac[1] * ab[0]) / across
    return (a[0] + ab[0] * t, a[1] + ab[1] * t) if 0 <= t <= 1 and 0 <= u <= 1 else None


def _clear(line: Line, at: Metres) -> bool:
    """Whether a house may stand there beside this street; most streets are far away, which is quick to see."""
    easts, norths = [east for east, _ in line], [north for _, north in line]
    if not (min(easts) - _CLEAR_M < at[0] < max(easts) + _CLEAR_M):
        return True
    if not (min(norths) - _CLEAR_M < at[1] < max(norths) + _CLEAR_M):
        return True
    return _apart(line, at) >= _CLEAR_M


def _apart(line: Line, at: Metres) -> float:
    """Metres from a point to a line."""
    return min(_to_segment(a, b, at) for a, b in pairwise(line))


def _to_segment(a: Metres, b: Metres, at: Metres) -> float:
    x, y = b[0] - a[0], b[1] - a[1]
    share = max(0.0, min(1.0, ((at[0] - a[0]) * x + (at[1] - a[1]) * y) / (x * x + y * y)))
    return dist(at, (a[0] + share * x, a[1] + share * y))


def _degree(at: Metres) -> At:
    return round(MIDDLE[0] + at[1] / _NORTH_M, 6), round(MIDDLE[1] + at[0] / _EAST_M, 6)


def _degrees(line: Line) -> Sequence[At]:
    return tuple(_degree(at) for at in line)
