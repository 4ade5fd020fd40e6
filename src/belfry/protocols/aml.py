"""Advanced Mobile Location: the text message that a phone sends of itself when an emergency number is called.

One line of `name=value`, as `EXAMPLE` below: latitude and longitude (lt, lg), radius in metres (rd), time of the
position in UTC (top), confidence in percent (lc), how it was found (pm). Subscriber and device (si, ei) are dropped
where they are read, and the network with them. Real phones leave out the plus sign (or a gateway makes a space of it),
state a length (ml) that is not theirs, and give `ei` in several lengths: all of it is read.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from belfry.domain.location import RADIUS_MOST_M, Doubt, Fix, Located, Location, LocationSource
from belfry.domain.reading import Quality
from belfry.protocols.common.times import instant
from belfry.protocols.common.unreadable import Unreadable

MOST_BYTES: Final = 1_024
"""Six joined messages; a true one is shorter than one."""
HEADER: Final = 'A"ML='
_VERSION: Final = "1"

_KEPT: Final = frozenset({"lt", "lg", "rd", "top", "lc", "pm"})
_DROPPED: Final = frozenset({"si", "ei", "mcc", "mnc"})
_LENGTH: Final = "ml"
_FOUND: Final[Mapping[str, Fix]] = {"G": Fix.SATELLITE, "W": Fix.WIFI, "C": Fix.CELL, "N": Fix.NONE}

_DEGREES: Final = re.compile(r"([+-]?)(\d{1,3}(?:\.\d{1,12})?)", re.ASCII)
_METRES: Final = re.compile(r"\d{1,9}(?:\.\d{1,3})?", re.ASCII)
_PERCENT: Final = re.compile(r"\d{1,3}(?:\.\d{1,3})?", re.ASCII)
_TIME: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})", re.ASCII)


def read(message: bytes | str, *, now: datetime | None = None) -> Located:
    """Return what a message tells of the place. Raises Unreadable, without a word of it.

    With `now` a time that lies more than a day ahead is senseless. Source: the form in which emergency services
    publish the message (version 1 of the text message), with what public parsers met in the field.
    """
    text = _text(message)
    fields, unlisted, written = _fields(text)
    doubts: list[Doubt] = []
    if (told := fields.get(_LENGTH)) is not None and told != str(written):
        doubts.append(Doubt.LENGTH)
    location = _location(fields, now, doubts)
    dropped = tuple(sorted(_DROPPED & fields.keys()))
    return Located(location, dropped=dropped, unlisted=unlisted, doubts=tuple(dict.fromkeys(doubts)))


def _text(message: bytes | str) -> str:
    if len(message) > MOST_BYTES:
        raise Unreadable(f"AML of more than {MOST_BYTES} bytes")
    if isinstance(message, str):
        return message.strip()
    try:
        return message.decode("ascii").strip()
    except UnicodeDecodeError:
        raise Unreadable("AML is written in ASCII") from None


def _fields(text: str) -> tuple[Mapping[str, str], int, int]:
    """Its fields by name, how many were none that we know, and how long it is."""
    if not text.startswith(HEADER):
        raise Unreadable("no AML message")
    version, *pairs = text.removeprefix(HEADER).split(";")
    if version.strip() != _VERSION:
        raise Unreadable("AML of another version than 1")
    fields: dict[str, str] = {}
    unlisted = 0
    for pair in pairs:
        name, equals, value = pair.partition("=")
        name = name.strip().lower()
        if not pair.strip():
            continue
        if not equals or name not in _KEPT | _DROPPED | {_LENGTH}:
            unlisted += 1
        elif name in fields:
            raise Unreadable("a field of AML stands twice")
        else:
            # Of what is dropped not even this reader holds more than the name.
            fields[name] = "" if name in _DROPPED else value.strip()
    return fields, unlisted, len(text)


def _location(fields: Mapping[str, str], now: datetime | None, doubts: list[Doubt]) -> Location:
    method = _FOUND.get(fields.get("pm", "").upper(), Fix.UNKNOWN)
    confidence, taken_at = _confidence(fields.get("lc")), _time(fields.get("top"), now, doubts)
    if method is Fix.NONE:
        return Location(LocationSource.AML, taken_at=taken_at, method=method)
    latitude, longitude = _degrees(fields, "lt", 90.0, doubts), _degrees(fields, "lg", 180.0, doubts)
    return Location(
        LocationSource.AML,
        latitude=latitude,
        longitude=longitude,
        radius_m=_radius(fields.get("rd"), doubts),
        confidence=confidence,
        taken_at=taken_at,
        method=method,
    )


def _degrees(fields: Mapping[str, str], name: str, most: float, doubts: list[Doubt]) -> float:
    found = _DEGREES.fullmatch(fields.get(name, ""))
    if found is None:
        raise Unreadable(f"AML without {name}, or with one that is no number of degrees")
    sign, digits = found.groups()
    if not sign:
        doubts.append(Doubt.SIGN)
    degrees = float(digits)
    if degrees > most:
        raise Unreadable(f"{name} of AML lies beyond {most:g} degrees")
    return -degrees if sign == "-" else degrees


def _radius(text: str | None, doubts: list[Doubt]) -> float | None:
    if text is None or text.upper() in ("", "N"):
        return None
    if _METRES.fullmatch(text) is None or not 0 < float(text) <= RADIUS_MOST_M:
        doubts.append(Doubt.RADIUS)
        return None
    return float(text)


def _confidence(text: str | None) -> int | None:
    if text is None or _PERCENT.fullmatch(text) is None or not 0 < float(text) <= 100:
        return None
    return max(1, round(float(text)))


def _time(text: str | None, now: datetime | None, doubts: list[Doubt]) -> datetime | None:
    if not text or text.upper() == "N":
        return None
    found = _TIME.fullmatch(text)
    if found is None:
        doubts.append(Doubt.CLOCK)
        return None
    year, month, day, hour, minute, second = found.groups()
    at, qualities = instant(f"{year}-{month}-{day}T{hour}:{minute}:{second}", zone=UTC, now=now)
    if at is None or Quality.CLOCK in qualities:
        doubts.append(Doubt.CLOCK)
    return at


EXAMPLE: Final = (
    'A"ML=1;lt=+54.07250;lg=-0.21080;rd=50;top=20260314021400;lc=90;pm=W;si=001010123456789;ei=004999010640000;'
    "mcc=001;mnc=01;ml=127"
)
"""Invented: subscriber and device are of the numbers kept for tests."""

__all__: Sequence[str] = ("EXAMPLE", "MOST_BYTES", "read")
