"""From rows to a gazetteer's file, which takes the place of the old one in one step or not at all."""

import os
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from itertools import product
from math import floor
from pathlib import Path
from typing import Final

from msgspec import Struct

from belfry.domain.place_words import fold, index_words, number_value, rows_of_keys
from belfry.gazetteer.files import read_rows
from belfry.gazetteer.rows import FileRefused, Problem, Row
from belfry.gazetteer.schema import APPLICATION, CELLS_PER_DEGREE, INDEXES, TABLES, VERSION
from belfry.ports.places import PlaceKind

PROBLEMS_SHOWN: Final = 100
BAD_SHARE: Final = 20
"""Where more than one row in so many is bad, it is the wrong file, and nothing is written."""
POSTCODES_MOST: Final = 40
"""Of one street, to be found by."""
SAME_NAME_DEGREES: Final = 0.05
"""Streets of one name without a place are the same inside a cell so wide."""


class Built(Struct, frozen=True, kw_only=True):
    """What an import did, or would do: how many of each, and what was left out."""

    addresses: int
    streets: int
    places: int
    crossings: int
    bad: int
    problems: tuple[Problem, ...]
    dry_run: bool


class _Street(Struct):
    """A street while it is put together."""

    id: int
    name: str
    place: str
    latitude: float = 0.0
    longitude: float = 0.0
    points: int = 0
    own: bool = False
    """A row of its own said where it is; else it lies in the middle of its houses."""
    postcodes: dict[str, None] = {}
    names: dict[str, None] = {}


def build(files: Iterable[Path], target: Path, *, now: datetime, dry_run: bool = False) -> Built:
    """Import files into `target`, in place of what it held. Raises FileRefused, OSError."""
    paths, fresh = list(files), target.with_name(target.name + ".new")
    fresh.unlink(missing_ok=True)
    try:
        built = _write(paths, fresh, now, dry_run=dry_run)
        if not dry_run:
            _sync(fresh)
            os.replace(fresh, target)
            _sync(target.parent)
        return built
    finally:
        fresh.unlink(missing_ok=True)


def _write(paths: list[Path], fresh: Path, now: datetime, *, dry_run: bool) -> Built:
    fresh.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(fresh, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(fresh, isolation_level=None)
    try:
        # A file that is not yet whole is thrown away: it needs no journal and no syncs of its own.
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + TABLES)
        connection.execute("BEGIN")
        writer = _Writer(connection)
        bad, problems = 0, list[Problem]()

        def tell(problem: Problem) -> None:
            nonlocal bad
            bad += 1
            if len(problems) < PROBLEMS_SHOWN:
                problems.append(problem)

        for path in paths:
            for row in read_rows(path, tell):
                writer.add(row)
        good = writer.addresses + writer.places + len(writer.streets)
        if not good or bad * BAD_SHARE > bad + writer.rows:
            first = f"; the first: {problems[0]}" if problems else ""
            raise FileRefused(f"nothing imported: {bad} of {bad + writer.rows} rows are bad{first}")
        writer.finish()
        about = {
            "imported_at": now.isoformat(), "files": "\n".join(path.name for path in paths),
            "addresses": writer.addresses, "streets": len(writer.streets), "places": writer.places,
            "crossings": writer.crossings,
        }  # fmt: skip
        connection.executemany("INSERT INTO about VALUES (?, ?)", [(key, str(value)) for key, value in about.items()])
        connection.execute("COMMIT")
        connection.executescript(INDEXES + "ANALYZE;")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    finally:
        connection.close()
    return Built(
        addresses=writer.addresses, streets=len(writer.streets), places=writer.places, crossings=writer.crossings,
        bad=bad, problems=tuple(problems), dry_run=dry_run,
    )  # fmt: skip


class _Writer:
    """Holds the streets of an import in memory, and writes houses and places as they come."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.streets: dict[tuple[str, object], _Street] = {}
        self._waiting: list[Row] = []
        self._vocabulary: set[str] = set()
        self._entries = 0
        self.rows = self.addresses = self.places = self.crossings = 0

    def add(self, row: Row) -> None:
        self.rows += 1
        match row.kind:
            case PlaceKind.ADDRESS:
                self._house(row)
            case PlaceKind.STREET:
                street = self._street(row.street, row)
                if not street.own:
                    street.own, street.latitude, street.longitude = True, row.latitude, row.longitude
                street.names.update(dict.fromkeys(row.other_names))
            case PlaceKind.CROSSING:
                self._waiting.append(row)
            case _:
                self._spot(row)

    def finish(self) -> None:
        self._merge()
        for row in self._waiting:
            one, other = self._known(row.street, row).id, self._known(row.crosses, row).id
            values = (min(one, other), max(one, other), row.latitude, row.longitude)
            self._connection.execute("INSERT INTO crossing VALUES (?, ?, ?, ?)", values)
            self.crossings += 1
        for street in {street.id: street for street in self.streets.values()}.values():
            found = index_words(street.name, *street.names, street.place, *list(street.postcodes)[:POSTCODES_MOST])
            postcode = next(iter(street.postcodes), "") if len(street.postcodes) == 1 else ""
            self._entry(
                street.id, (PlaceKind.STREET.value, "", street.name, "", postcode, street.place, ""),
                (street.latitude, street.longitude), found,
            )  # fmt: skip
        words = sorted(self._vocabulary)
        self._connection.executemany("INSERT INTO word VALUES (?)", ((word,) for word in words))
        self._connection.executemany("INSERT OR IGNORE INTO typo VALUES (?, ?)", sorted(rows_of_keys(words)))
        self._connection.execute("INSERT INTO found (found) VALUES ('optimize')")

    def _house(self, row: Row) -> None:
        street = self._street(row.street, row)
        if row.postcode:
            street.postcodes[row.postcode] = None
        if not street.own:
            street.points += 1
            street.latitude += (row.latitude - street.latitude) / street.points
            street.longitude += (row.longitude - street.longitude) / street.points
        cell = floor(row.latitude * CELLS_PER_DEGREE), floor(row.longitude * CELLS_PER_DEGREE)
        number = row.house_number
        self._connection.execute(
            "INSERT INTO house VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                street.id,
                number_value(number),
                number,
                _number(number),
                row.postcode,
                row.latitude,
                row.longitude,
                *cell,
            ),
        )
        self.addresses += 1

    def _spot(self, row: Row) -> None:
        self._entries += 1
        self.places += 1
        values = (row.kind.value, row.name, row.street, row.house_number, row.postcode, row.place, row.code)
        texts = (row.name, *row.other_names, row.street, row.place, row.postcode, row.code)
        self._entry(self._entries, values, (row.latitude, row.longitude), index_words(*texts))

    def _street(self, name: str, row: Row) -> _Street:
        where: object = fold(row.place) or (
            floor(row.latitude / SAME_NAME_DEGREES), floor(row.longitude / SAME_NAME_DEGREES)
        )  # fmt: skip
        key = fold(name), where
        street = self.streets.get(key)
        if street is None:
            self._entries += 1
            street = self.streets[key] = _Street(
                self._entries, name, row.place, row.latitude, row.longitude, postcodes={}, names={}
            )
        return street

    def _known(self, name: str, row: Row) -> _Street:
        """The street that a crossing means: of its place, or within a cell of it; else a new one."""
        folded, place = fold(name), fold(row.place)
        if place:
            return self._street(name, row)
        north, east = floor(row.latitude / SAME_NAME_DEGREES), floor(row.longitude / SAME_NAME_DEGREES)
        for up, right in sorted(product((0, -1, 1), repeat=2), key=lambda step: abs(step[0]) + abs(step[1])):
            if (street := self.streets.get((folded, (north + up, east + right)))) is not None:
                return street
        return self._street(name, row)

    def _merge(self) -> None:
        """A line of the map does not say of which place it is; the houses in the same street do."""
        named: dict[str, list[_Street]] = {}
        for (name, where), street in self.streets.items():
            if isinstance(where, str):
                named.setdefault(name, []).append(street)
        moved = []
        for key, street in list(self.streets.items()):
            near = [] if isinstance(key[1], str) else [one for one in named.get(key[0], ()) if _is_beside(street, one)]
            if near:
                whole = min(near, key=partial(_apart, street))
                whole.names.update(street.names)
                whole.postcodes.update(street.postcodes)
                moved.append((whole.id, street.id))
                self.streets[key] = whole
        if moved:
            self._connection.execute("CREATE INDEX house_merging ON house (entry)")
            self._connection.executemany("UPDATE house SET entry = ? WHERE entry = ?", moved)
            self._connection.execute("DROP INDEX house_merging")

    def _entry(self, id_: int, values: tuple[str, ...], at: tuple[float, float], found: list[str]) -> None:
        text = " ".join(found)
        self._vocabulary.update(found)
        self._connection.execute(
            "INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (id_, *values, *at, text)
        )
        self._connection.execute("INSERT INTO found (rowid, words) VALUES (?, ?)", (id_, text))


def _is_beside(one: _Street, other: _Street) -> bool:
    return abs(one.latitude - other.latitude) < SAME_NAME_DEGREES and (
        abs(one.longitude - other.longitude) < SAME_NAME_DEGREES
    )


def _apart(one: _Street, other: _Street) -> float:
    return abs(one.latitude - other.latitude) + abs(one.longitude - other.longitude)


def _number(text: str) -> str:
    return fold(text).replace(" ", "")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
