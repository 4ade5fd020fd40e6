"""Coordinates as people type or paste them: decimal degrees, degrees and minutes, UTM, the Swiss grid.

What is no coordinates is None, so that it is searched for as a name. Nothing is guessed: two bare whole numbers are a
house number and something else, and a pair that could be meant both ways round is latitude first, as everywhere here.
"""

import re
from math import atan, atanh, cos, cosh, degrees, sin, sinh, sqrt
from typing import Final

from belfry.domain.signal import Position

LONGEST: Final = 60
"""Characters of a pair of coordinates."""

_SPACE: Final = re.compile(r"\s+")
_DEGREES: Final = r"(\d{1,3}(?:\.\d{1,12})?)"
_DECIMAL: Final = re.compile(r"([+-]?\d{1,3}\.\d{1,12})[ ,;/]+([+-]?\d{1,3}\.\d{1,12})", re.ASCII)
_GEO: Final = re.compile(r"geo:([+-]?\d{1,3}(?:\.\d{1,12})?),([+-]?\d{1,3}(?:\.\d{1,12})?)(?:[,;?].*)?", re.ASCII)
_COMMAS: Final = re.compile(r"([+-]?\d{1,3}),(\d{1,12})[ ;/]+([+-]?\d{1,3}),(\d{1,12})", re.ASCII)
_MINUTES: Final = r"(\d{1,2}(?:\.\d{1,8})?)"
_ANGLE: Final = rf"{_DEGREES} ?°? ?(?:{_MINUTES} ?'? ?(?:{_MINUTES} ?\"? ?)?)?"
_AFTER: Final = re.compile(rf"{_ANGLE}([NS])[ ,;/]*{_ANGLE}([EWO])", re.ASCII)
_BEFORE: Final = re.compile(rf"([NS]) ?{_ANGLE}[ ,;/]*([EWO]) ?{_ANGLE}", re.ASCII)
_UTM: Final = re.compile(r"(\d{1,2}) ?([C-HJ-NP-X]) (\d{6})(?:\.\d+)?m?E? (\d{1,8})(?:\.\d+)?m?N?", re.ASCII)
_SWISS: Final = re.compile(r"(2[\d' ]{6,9})[ ,;/]+(1[\d' ]{6,9})", re.ASCII)

_UPRIGHT: Final = str.maketrans({"′": "'", "’": "'", "″": '"', "”": '"', "“": '"', "º": "°", "˚": "°", "−": "-"})


def coordinates(text: str) -> Position | None:
    """Read `54.0725, -0.2108`, `54°04'21"N 0°12'39"W`, `N 54 04.35 W 0 12.65`, `30U 682600 5995300`, `2600000 1200000`.

    WGS 84; of the Swiss grid within a metre.
    """
    if len(text) > LONGEST:
        return None
    typed = _SPACE.sub(" ", text.strip().translate(_UPRIGHT).replace("''", '"'))
    for read in (_geo, _decimal, _sexagesimal, _utm, _swiss):
        if (found := read(typed)) is not None:
            return found
    return None


def _geo(typed: str) -> Position | None:
    found = _GEO.fullmatch(typed)
    return None if found is None else _position(float(found[1]), float(found[2]))


def _decimal(typed: str) -> Position | None:
    if (found := _DECIMAL.fullmatch(typed)) is not None:
        return _position(float(found[1]), float(found[2]))
    if (found := _COMMAS.fullmatch(typed)) is not None:
        return _position(float(f"{found[1]}.{found[2]}"), float(f"{found[3]}.{found[4]}"))
    return None


def _sexagesimal(typed: str) -> Position | None:
    upper = typed.upper()
    if (found := _AFTER.fullmatch(upper)) is not None:
        north, south_of, east, west_of = found.groups()[:3], found[4], found.groups()[4:7], found[8]
    elif (found := _BEFORE.fullmatch(upper)) is not None:
        south_of, north, west_of, east = found[1], found.groups()[1:4], found[5], found.groups()[5:8]
    else:
        return None
    latitude, longitude = _angle(*north), _angle(*east)
    if latitude is None or longitude is None:
        return None
    # O is east in German (Ost) and west in Spanish and French (Oeste, Ouest): who means which cannot be known.
    if west_of == "O":
        return None
    return _position(-latitude if south_of == "S" else latitude, -longitude if west_of == "W" else longitude)


def _angle(whole: str, minutes: str | None, seconds: str | None) -> float | None:
    parts = [float(part or 0) for part in (whole, minutes, seconds)]
    if parts[1] >= 60 or parts[2] >= 60:
        return None
    return parts[0] + parts[1] / 60 + parts[2] / 3_600


def _position(latitude: float, longitude: float) -> Position | None:
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return Position(round(latitude, 7), round(longitude, 7))


# -- grids

_A: Final = 6_378_137.0
_F: Final = 1 / 298.257223563
_N: Final = _F / (2 - _F)
_RADIUS: Final = _A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_BETA: Final = (_N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96, _N**2 / 48 + _N**3 / 15, 17 * _N**3 / 480)
_SCALE: Final = 0.9996


def _utm(typed: str) -> Position | None:
    """Krüger's series to the third order: better than a centimetre inside a zone."""
    found = _UTM.fullmatch(typed.upper())
    if found is None:
        return None
    zone, band, east, north = int(found[1]), found[2], float(found[3]), float(found[4])
    if not (1 <= zone <= 60 and 100_000 <= east < 900_000 and north <= 10_000_000):
        return None
    xi = (north - (10_000_000 if band < "N" else 0)) / (_SCALE * _RADIUS)
    eta = (east - 500_000) / (_SCALE * _RADIUS)
    steps = list(enumerate(_BETA, start=1))
    xi0 = xi - sum(beta * sin(2 * j * xi) * cosh(2 * j * eta) for j, beta in steps)
    eta0 = eta - sum(beta * cos(2 * j * xi) * sinh(2 * j * eta) for j, beta in steps)
    tangent = sin(xi0) / sqrt(sinh(eta0) ** 2 + cos(xi0) ** 2)
    latitude = degrees(atan(_geographic(tangent)))
    longitude = zone * 6 - 183 + degrees(atan(sinh(eta0) / cos(xi0)))
    return _position(latitude, longitude)


def _geographic(tangent: float) -> float:
    """The tangent of the latitude on the ellipsoid, of the one on the conformal sphere (Newton's way)."""
    squared = _F * (2 - _F)
    e, t = sqrt(squared), tangent
    for _ in range(5):
        sigma = sinh(e * atanh(e * t / sqrt(1 + t * t)))
        there = t * sqrt(1 + sigma * sigma) - sigma * sqrt(1 + t * t)
        slope = sqrt(1 + there * there) * (1 - squared) * sqrt(1 + t * t) / (1 + (1 - squared) * t * t)
        t += (tangent - there) / slope * sqrt(1 + there * there) / sqrt(1 + tangent * tangent)
    return t


def _swiss(typed: str) -> Position | None:
    """LV95 by swisstopo's approximate formulas: better than a metre inside Switzerland."""
    found = _SWISS.fullmatch(typed)
    if found is None:
        return None
    east, north = (float(re.sub(r"[' ]", "", part)) for part in found.groups())
    if not (2_480_000 <= east <= 2_840_000 and 1_070_000 <= north <= 1_300_000):
        return None
    y, x = (east - 2_600_000) / 1e6, (north - 1_200_000) / 1e6
    longitude = 2.6779094 + 4.728982 * y + 0.791484 * y * x + 0.1306 * y * x**2 - 0.0436 * y**3
    latitude = 16.9023892 + 3.238272 * x - 0.270978 * y**2 - 0.002528 * x**2 - 0.0447 * y**2 * x - 0.0140 * x**3
    return _position(latitude * 100 / 36, longitude * 100 / 36)
