"""What the registry takes of a device, and what it says of each value that it does not take."""

import re
from typing import Final
from urllib.parse import urlsplit

from belfry.domain.device import ADDRESS_MOST, POINTS_MOST, UNITS, Device, DevicePoint, DeviceWire
from belfry.domain.flaws import Flaw, Flaws
from belfry.domain.premises import NAME_MOST
from belfry.domain.reading import POINT_MOST, Observed

RECEIVER_MOST: Final = 60
NUMBER: Final = re.compile(r"[0-9A-Za-z._-]{0,15}[0-9][0-9A-Za-z._-]{0,15}|[0-9A-Fa-f]{1,16}|[A-Za-z]")
NUMBER_MOST: Final = 16
SECOND: Final = 1
WEEK_S: Final = 604_800
DAY_S: Final = 86_400
INTERVAL_LEAST_S: Final = 10

BY_ROW: Final = frozenset(set(Observed) - {Observed.VALUE, Observed.UNREADABLE, Observed.UNLISTED, Observed.OFFLINE})
"""What a row may say that its point watches."""


def check(device: Device) -> list[Flaw]:
    """Return everything that keeps a device from being kept as it is."""
    flaws = Flaws()
    flaws.line("receiver", device.receiver, RECEIVER_MOST, least=1)
    flaws.line("address", device.address, ADDRESS_MOST, least=1)
    flaws.line("name", device.name, NAME_MOST)
    if device.interval_s is not None:
        flaws.whole("interval_s", device.interval_s, INTERVAL_LEAST_S, WEEK_S, "seconds, or none")
    flaws.whole("hold_s", device.hold_s, SECOND, DAY_S, "seconds")
    if device.host is not None:
        flaws.unless(
            _is_host(device.host), "host", device.host, "an address such as 'https://192.0.2.7' without a path"
        )
    maps = device.wire is DeviceWire.MAPPING
    flaws.unless(maps == bool(device.mapping), "mapping", device.mapping, "a mapping's name where the wire is one")
    flaws.at_most("points", len(device.points), POINTS_MOST)
    flaws.once("points", [row.point for row in device.points])
    for n, row in enumerate(device.points[:POINTS_MOST]):
        _check_point(flaws, f"points[{n}]", row)
    return flaws.found


def _check_point(flaws: Flaws, where: str, row: DevicePoint) -> None:
    flaws.line(f"{where}.point", row.point, POINT_MOST, least=1)
    for name, number in (("area", row.area), ("zone", row.zone)):
        fits = number is None or (len(number) <= NUMBER_MOST and NUMBER.fullmatch(number) is not None)
        flaws.unless(fits, f"{where}.{name}", number, f"a number of at most {NUMBER_MOST} digits and letters")
    flaws.unless(
        row.observed is None or row.observed in BY_ROW,
        f"{where}.observed",
        row.observed,
        "what a point can watch",
    )
    if row.hold_s is not None:
        flaws.whole(f"{where}.hold_s", row.hold_s, SECOND, DAY_S, "seconds")
    flaws.unless(row.unit is None or row.unit in UNITS, f"{where}.unit", row.unit, f"one of {', '.join(sorted(UNITS))}")
    for name, limit in (("above", row.above), ("below", row.below)):
        if limit is not None:
            flaws.unless(abs(limit) < 1e9 and row.unit is not None, f"{where}.{name}", limit, "a number, with its unit")
    if row.above is not None and row.below is not None:
        flaws.unless(row.below < row.above, f"{where}.below", row.below, f"less than above, {row.above:g}")


def _is_host(host: str) -> bool:
    try:
        parts = urlsplit(host)
        port_fits = parts.port is None or bool(parts.port)
    except ValueError:
        return False
    bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port_fits and bare and host.isprintable()
