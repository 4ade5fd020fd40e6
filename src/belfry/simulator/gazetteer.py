"""The simulated town as a gazetteer file, in the columns of `belfry import gazetteer`."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from belfry.simulator.land import At, SpotKind, Town, Way, town

COLUMNS: Final = (
    "id", "kind", "name", "street", "house_number", "postcode", "place", "latitude", "longitude", "other_names",
    "crosses", "code",
)  # fmt: skip


def write_gazetteer(file: Path, of: Town | None = None) -> int:
    """Write the town's addresses, streets, crossings, places and check points; returns how many rows."""
    count = 0
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS, restval="")
        writer.writeheader()
        for count, row in enumerate(rows(of or town()), start=1):
            writer.writerow({"id": str(count), **row})
    return count


def rows(of: Town) -> Iterator[Mapping[str, str]]:
    for street in of.streets:
        if street.way is Way.RAIL:
            continue
        shared = {"street": street.name, "postcode": street.postcode, "place": of.name}
        middle = street.line[len(street.line) // 2]
        yield {"kind": "street", **shared, "other_names": ";".join(street.names), **_at(middle)}
        for house in street.houses:
            if house.number:
                yield {"kind": "address", **shared, "house_number": house.number, **_at(house.at)}
            else:
                yield {"kind": "place", "name": house.name, **shared, **_at(house.at)}
    for crossing in of.crossings:
        yield {
            "kind": "crossing", "street": crossing.first, "crosses": crossing.second, "place": of.name,
            **_at(crossing.at),
        }  # fmt: skip
    for spot in of.spots:
        yield {
            "kind": "check_point" if spot.kind is SpotKind.CHECK_POINT else "place",
            "name": spot.name,
            "street": spot.street,
            "house_number": spot.number,
            "place": of.name,
            "other_names": ";".join(spot.names),
            "code": spot.code,
            **_at(spot.at),
        }


def _at(at: At) -> Mapping[str, str]:
    return {"latitude": f"{at[0]:.6f}", "longitude": f"{at[1]:.6f}"}
