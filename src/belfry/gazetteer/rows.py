"""Rows of a gazetteer: what a file says of one address, street, crossing or place; and what is wrong with it.

A bad row is left out and told with its line, field, value and limit; the others go on (`build`).
"""

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from belfry.ports.places import PlaceKind

COLUMNS: Final = (
    "id", "kind", "name", "street", "house_number", "postcode", "place", "latitude", "longitude", "other_names",
    "crosses", "code",
)  # fmt: skip
LIMITS: Final[Mapping[str, int]] = {
    "id": 60, "kind": 20, "name": 120, "street": 120, "house_number": 20, "postcode": 20, "place": 120,
    "other_names": 400, "crosses": 120, "code": 40,
}  # fmt: skip
"""Characters of each column."""
SHOWN: Final = 60
"""Characters of a bad value that are repeated."""

Tell = Callable[["Problem"], None]


class Row(Struct, frozen=True):
    kind: PlaceKind
    latitude: float
    longitude: float
    name: str = ""
    street: str = ""
    house_number: str = ""
    postcode: str = ""
    place: str = ""
    other_names: tuple[str, ...] = ()
    crosses: str = ""
    code: str = ""


class Problem(Struct, frozen=True):
    """A row that was left out: where, what stands there, and what is wanted."""

    file: str
    line: int
    field: str
    value: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}, {self.field}: {self.value!r}: {self.wanted}"


class FileRefused(Exception):
    """A file that is no gazetteer; nothing was written. Says why and what to do."""


def row_of(cells: Mapping[str, str], file: str, line: int) -> Row | Problem:
    """Read one row. A row without a street is an address of its place, or a place by its name; else it is refused."""
    said = {column: " ".join(text.split()) for column, text in cells.items()}
    for column, most in LIMITS.items():
        text = said.get(column, "")
        if len(text) > most or not text.isprintable():
            wanted = f"at most {most} characters" if len(text) > most else "printable characters"
            return Problem(file, line, column, text[:SHOWN], wanted)
    latitude, longitude = _degrees(said.get("latitude", ""), 90), _degrees(said.get("longitude", ""), 180)
    if latitude is None or longitude is None:
        column, most = ("latitude", 90) if latitude is None else ("longitude", 180)
        wanted = f"wants degrees such as 54.07251, -{most} to {most}"
        return Problem(file, line, column, said.get(column, "")[:SHOWN], wanted)
    kind = _kind(said)
    if kind is None:
        kinds = ", ".join(one for one in PlaceKind if one not in (PlaceKind.SITE, PlaceKind.POSITION))
        return Problem(file, line, "kind", said.get("kind", "")[:SHOWN], f"wants one of {kinds}")
    street = said.get("street", "")
    if kind is PlaceKind.ADDRESS and not street:
        street = said.get("place", "")  # villages number their houses without streets
    missing = _missing(kind, said, street)
    if missing is not None:
        return Problem(file, line, *missing)
    return Row(
        kind=kind,
        latitude=latitude,
        longitude=longitude,
        name=said.get("name", ""),
        street=street,
        house_number=said.get("house_number", ""),
        postcode=said.get("postcode", ""),
        place=said.get("place", ""),
        other_names=tuple(one.strip() for one in said.get("other_names", "").split(";") if one.strip())[:10],
        crosses=said.get("crosses", ""),
        code=said.get("code", ""),
    )


def _kind(said: Mapping[str, str]) -> PlaceKind | None:
    """The kind as said, or what follows from the other cells."""
    told = said.get("kind", "")
    if told:
        listed = set(PlaceKind) - {PlaceKind.SITE, PlaceKind.POSITION}
        return PlaceKind(told) if told in listed else None
    if said.get("crosses"):
        return PlaceKind.CROSSING
    if said.get("house_number") and (said.get("street") or not said.get("name")):
        return PlaceKind.ADDRESS
    return PlaceKind.PLACE if said.get("name") or not said.get("street") else PlaceKind.STREET


def _missing(kind: PlaceKind, said: Mapping[str, str], street: str) -> tuple[str, str, str] | None:
    """Field, value and what is wanted, where a row lacks what its kind needs."""
    match kind:
        case PlaceKind.ADDRESS if not street:
            return "street", "", "wants a street, or the place whose houses are numbered without streets"
        case PlaceKind.ADDRESS if not said.get("house_number"):
            return "house_number", "", "wants a number of at most 20 characters; a street alone is kind street"
        case PlaceKind.STREET | PlaceKind.CROSSING if not street:
            return "street", "", f"wants a street: the row is of kind {kind}"
        case PlaceKind.CROSSING if not said.get("crosses"):
            return "crosses", "", "wants the other street"
        case PlaceKind.PLACE | PlaceKind.CHECK_POINT if not said.get("name"):
            return "street", "", "wants a street with a house number, or the name of a place"
    return None


def _degrees(text: str, most: int) -> float | None:
    if len(text) > 24 or "_" in text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return round(value, 7) if -most <= value <= most else None
