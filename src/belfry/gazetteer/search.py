"""Questions to a gazetteer's file. One thread of its own asks; nothing that goes wrong leaves as an exception.

What somebody typed reaches MATCH only as words of letters and digits in quotation marks. A question that takes longer
than `ANSWER_WITHIN_S` is given up. A file that an import put in place is noticed by itself.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import product
from math import cos, floor, radians
from pathlib import Path
from time import monotonic
from typing import Final, TypeVar

import structlog

from belfry.domain.coordinates import coordinates
from belfry.domain.earth import metres_between
from belfry.domain.place_words import TYPO_LEAST, asked, crossing, fold, is_near, spellings, typed_keys
from belfry.domain.signal import Position
from belfry.gazetteer.schema import APPLICATION, CELLS_PER_DEGREE, VERSION
from belfry.ports.places import (
    LIMIT_MOST,
    FoundPlace,
    GazetteerNow,
    GazetteerState,
    PlaceKind,
    PlacesFound,
)

log = structlog.get_logger()
T = TypeVar("T")

FILE: Final = "gazetteer.sqlite3"
ANSWER_WITHIN_S: Final = 0.5
"""No question that is meant needs a tenth of it."""
STEPS: Final = 10_000
"""Of SQLite's machine, between two looks at the clock."""
CANDIDATES: Final = 400
"""Entries that are looked at for their rank; of those near the place first."""
CORRECTED_MOST: Final = 12
"""Words that a mistyped one may have meant."""
STREETS_OF_A_CROSSING: Final = 12
CROSSING_NEAR_M: Final = 120
"""Two streets whose houses come so near to each other meet there, about, where no crossing is known."""
RINGS: Final = (1, 3, 9)
"""Cells around a point that are looked at for the nearest address, until one has some: 9 are some 5 km."""

_ENTRY: Final = "id, kind, name, street, house_number, postcode, place, code, latitude, longitude, words"
_Row = tuple[int, str, str, str, str, str, str, str, float, float, str]


class _Unusable(Exception):
    def __init__(self, state: GazetteerState) -> None:
        super().__init__(state.value)
        self.state = state


class SqliteGazetteer:
    """The gazetteer in a folder; there need be none."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gazetteer")
        self._open: tuple[tuple[int, int, int], sqlite3.Connection] | None = None
        self._said: GazetteerState | None = None

    async def search(self, text: str, *, near: Position | None, limit: int) -> PlacesFound:
        limit = max(1, min(limit, LIMIT_MOST))
        if (typed := coordinates(text)) is not None:
            label = f"{typed.latitude:.5f}, {typed.longitude:.5f}"
            found = FoundPlace(
                kind=PlaceKind.POSITION, label=label, latitude=typed.latitude, longitude=typed.longitude,
                distance_m=None if near is None else _metres(near, typed.latitude, typed.longitude),
            )  # fmt: skip
            beside = await self._ask(lambda file: PlacesFound(items=_nearest(file, typed, limit)))
            return PlacesFound(items=[found, *beside.items][:limit], state=beside.state)
        return await self._ask(lambda file: _search(file, text, near, limit))

    async def nearest(self, near: Position, *, limit: int) -> PlacesFound:
        return await self._ask(lambda file: PlacesFound(items=_nearest(file, near, max(1, min(limit, LIMIT_MOST)))))

    async def now(self) -> GazetteerNow:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._now)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._let_go)
        self._thread.shutdown()

    # -- in the thread

    async def _ask(self, question: Callable[[sqlite3.Connection], PlacesFound]) -> PlacesFound:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, question)

    def _answer(self, question: Callable[[sqlite3.Connection], PlacesFound]) -> PlacesFound:
        try:
            connection = self._connection()
            _give_up_after(connection, ANSWER_WITHIN_S)
            return question(connection)
        except _Unusable as error:
            return PlacesFound(state=self._tell(error.state))
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                return PlacesFound(state=GazetteerState.SLOW)
            return PlacesFound(state=self._broken(error))
        except sqlite3.Error as error:
            return PlacesFound(state=self._broken(error))

    def _connection(self) -> sqlite3.Connection:
        """The file as it is now. Raises _Unusable, sqlite3.Error."""
        try:
            stat = os.stat(self._file)
        except OSError:
            self._let_go()
            raise _Unusable(GazetteerState.NONE) from None
        mark = stat.st_ino, stat.st_size, stat.st_mtime_ns
        if self._open is not None and self._open[0] == mark:
            return self._open[1]
        self._let_go()
        uri = f"{self._file.absolute().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        try:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if application != APPLICATION or version < VERSION:
                raise _Unusable(GazetteerState.DAMAGED)
            if version > VERSION:
                raise _Unusable(GazetteerState.NEWER)
            connection.execute("PRAGMA cache_size = -32768")
        except BaseException:
            connection.close()
            raise
        self._open = mark, connection
        self._said = None
        return connection

    def _now(self) -> GazetteerNow:
        try:
            connection = self._connection()
            about = dict(connection.execute("SELECT key, value FROM about").fetchall())
            return GazetteerNow(
                state=GazetteerState.READY,
                imported_at=datetime.fromisoformat(about["imported_at"]),
                addresses=int(about["addresses"]),
                streets=int(about["streets"]),
                places=int(about["places"]),
                crossings=int(about["crossings"]),
                files=tuple(about["files"].splitlines()),
            )
        except _Unusable as error:
            return GazetteerNow(state=self._tell(error.state))
        except (sqlite3.Error, KeyError, ValueError) as error:
            return GazetteerNow(state=self._broken(error))

    def _broken(self, error: Exception) -> GazetteerState:
        self._let_go()
        if self._said is not GazetteerState.DAMAGED:
            log.error("the gazetteer is damaged; import it again", file=str(self._file), error=type(error).__name__)
            self._said = GazetteerState.DAMAGED
        return GazetteerState.DAMAGED

    def _tell(self, state: GazetteerState) -> GazetteerState:
        if state is not self._said and state is not GazetteerState.NONE:
            log.error("the gazetteer cannot be used; import it again", file=str(self._file), state=state.value)
        self._said = state
        return state

    def _let_go(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None


def _give_up_after(connection: sqlite3.Connection, seconds: float) -> None:
    until = monotonic() + seconds
    connection.set_progress_handler(lambda: monotonic() > until, STEPS)


# -- by words


def _search(file: sqlite3.Connection, text: str, near: Position | None, limit: int) -> PlacesFound:
    if (both := crossing(text)) is not None and (crossings := _crossings(file, *both, near)):
        nearer = sorted(crossings, key=lambda one: one.distance_m or 0)  # as they came where nobody asks to be near
        return PlacesFound(items=nearer[:limit])
    query = asked(text)
    items, ignored = _find(file, query.words, query.number, near, limit)
    if query.number is not None and not items:  # the number was part of a name or a postcode
        whole, unknown = _find(file, (*query.words, query.number), None, near, limit)
        items, ignored = whole or items, unknown if whole else ignored
    return PlacesFound(items=items, ignored=ignored)


def _find(
    file: sqlite3.Connection, typed: Sequence[str], number: str | None, near: Position | None, limit: int
) -> tuple[Sequence[FoundPlace], Sequence[str]]:
    """The entries that have every word, the best first, with their house where a number is asked for."""
    meant = {word: _meant(file, word) for word in typed}
    ignored = tuple(word for word, (spelled, _) in meant.items() if not spelled)
    known = {word: one for word, one in meant.items() if one[0]}
    if not known:
        return (), ignored
    rows = _matching(file, [spelled for spelled, _ in known.values()], near)
    mistyped = sum(corrected for _, corrected in known.values())
    order = sorted(rows, key=lambda row: _rank(row, known, near, mistyped, number))
    items: list[FoundPlace] = []
    for row in order[: limit * 2]:
        items += _told(file, row, number, near)
    return items[:limit], ignored


def _meant(file: sqlite3.Connection, typed: str) -> tuple[Sequence[str], bool]:
    """What a typed word may begin, and whether it had to be corrected; nothing where no place has such a word."""
    there = [word for word in spellings(typed) if _begins(file, word)]
    if there:
        return there, False
    if len(typed) < TYPO_LEAST:
        return (), False
    keys = sorted(typed_keys(typed))
    marks = ",".join("?" * len(keys))
    near = file.execute(f"SELECT DISTINCT word FROM typo WHERE key IN ({marks}) LIMIT 500", keys).fetchall()
    return tuple(word for (word,) in near if is_near(typed, word))[:CORRECTED_MOST], True


def _begins(file: sqlite3.Connection, word: str) -> bool:
    found = file.execute("SELECT word FROM word WHERE word >= ? ORDER BY word LIMIT 1", (word,)).fetchone()
    return found is not None and str(found[0]).startswith(word)


def match(words: Sequence[Sequence[str]]) -> str:
    """The expression for MATCH: all of them, each by any spelling. Every word is letters and digits, in quotes."""
    return " AND ".join("(" + " OR ".join(f'"{one}" *' for one in spelled) + ")" for spelled in words)


def _matching(file: sqlite3.Connection, words: Sequence[Sequence[str]], near: Position | None) -> Sequence[_Row]:
    there = "FROM entry WHERE id IN (SELECT rowid FROM found WHERE found MATCH ?)"
    if near is None:
        statement = f"SELECT {_ENTRY} {there} ORDER BY length(words) LIMIT {CANDIDATES}"
        return file.execute(statement, (match(words),)).fetchall()
    narrow = cos(radians(near.latitude))
    statement = (
        f"SELECT {_ENTRY} {there} ORDER BY (latitude - ?2) * (latitude - ?2)"
        f" + (longitude - ?3) * (longitude - ?3) * ?4 LIMIT {CANDIDATES}"
    )
    return file.execute(statement, (match(words), near.latitude, near.longitude, narrow * narrow)).fetchall()


_Known = dict[str, tuple[Sequence[str], bool]]


def _rank(row: _Row, known: _Known, near: Position | None, mistyped: int, number: str | None) -> tuple[float, ...]:
    """A plate that says just this (`CP 03`); where a number is asked for, streets; whole words before beginnings;
    then the nearer, then the shorter."""
    own = set(row[10].split())
    begun = sum(not own & set(spelled) for spelled, _ in known.values())
    is_street = row[1] == PlaceKind.STREET
    name = set(fold(row[3] if is_street else row[2]).split())
    beside = 0 if any(name & set(spelled) or _any_begins(name, spelled) for spelled, _ in known.values()) else 1
    away = 0 if near is None else _metres(near, row[8], row[9])
    plate = 0 if row[7] and set(fold(row[7]).split()) == {*known, *filter(None, (number,))} else 1
    return plate, mistyped, beside, 0 if number is None or is_street else 1, begun, away, len(row[10])


def _any_begins(name: set[str], spelled: Sequence[str]) -> bool:
    return any(word.startswith(tuple(spelled)) for word in name)


def _told(file: sqlite3.Connection, row: _Row, number: str | None, near: Position | None) -> Iterator[FoundPlace]:
    """What an entry comes to: itself, or the house with the number that is nearest to the one asked for."""
    id_, kind, name, street, house_number, postcode, place, code, latitude, longitude, _ = row
    if kind == PlaceKind.STREET and number is not None and (house := _house(file, id_, number)) is not None:
        found, its_postcode, north, east, exact = house
        yield FoundPlace(
            kind=PlaceKind.ADDRESS, label=label("", street, found, its_postcode or postcode, place), latitude=north,
            longitude=east, street=street, house_number=found, postcode=its_postcode or postcode, place=place,
            exact=exact, asked="" if exact else number, distance_m=None if near is None else _metres(near, north, east),
        )  # fmt: skip
        return
    unmet = number if number is not None and kind == PlaceKind.STREET else ""
    yield FoundPlace(
        kind=PlaceKind(kind), label=label(name, street, house_number, postcode, place), latitude=latitude,
        longitude=longitude, name=name, street=street, house_number=house_number, postcode=postcode, place=place,
        code=code, exact=not unmet, asked=unmet,
        distance_m=None if near is None else _metres(near, latitude, longitude),
    )  # fmt: skip


def _house(file: sqlite3.Connection, street: int, number: str) -> tuple[str, str, float, float, bool] | None:
    """The house of a number: the very one, else the nearest, on the same side where that is no farther."""
    told = file.execute(
        "SELECT number, postcode, latitude, longitude FROM house WHERE entry = ? AND folded = ?", (street, number)
    ).fetchone()
    if told is not None:
        return *told, True
    digits = "".join(letter for letter in number if letter.isascii() and letter.isdigit())
    found = file.execute(
        "SELECT number, postcode, latitude, longitude FROM house WHERE entry = ?1 AND value IS NOT NULL"
        " ORDER BY abs(value - ?2), (value - ?2) & 1, value LIMIT 1",
        (street, int(digits)),
    ).fetchone()
    return None if found is None else (*found, False)


# -- crossings


def _crossings(file: sqlite3.Connection, one: str, other: str, near: Position | None) -> Sequence[FoundPlace]:
    first, second = _streets(file, one, near), _streets(file, other, near)
    found = []
    for a, b in product(first, second):
        if a[0] == b[0]:
            continue
        at = file.execute(
            "SELECT latitude, longitude FROM crossing WHERE one = ? AND other = ?", (min(a[0], b[0]), max(a[0], b[0]))
        ).fetchone()
        exact = at is not None
        at = at if at is not None else _where_near(file, a[0], b[0])
        if at is not None:
            place = a[6] or b[6]
            found.append(FoundPlace(
                kind=PlaceKind.CROSSING, label=f"{a[3]} / {b[3]}" + (f", {place}" if place else ""), latitude=at[0],
                longitude=at[1], street=a[3], name=b[3], place=place, exact=exact, asked="" if exact else "/",
                distance_m=None if near is None else _metres(near, *at),
            ))  # fmt: skip
    return [place for place in found if place.exact] or found


def _streets(file: sqlite3.Connection, text: str, near: Position | None) -> Sequence[_Row]:
    query = asked(text)
    typed = (*query.words, *(() if query.number is None else (query.number,)))
    meant = {word: one for word in typed if (one := _meant(file, word))[0]}
    if not meant:
        return ()
    rows = [row for row in _matching(file, [one for one, _ in meant.values()], near) if row[1] == PlaceKind.STREET]
    return sorted(rows, key=lambda row: _rank(row, meant, near, 0, None))[:STREETS_OF_A_CROSSING]


def _where_near(file: sqlite3.Connection, one: int, other: int) -> tuple[float, float] | None:
    """Between the two houses of two streets that are nearest to each other, if they are near."""
    houses = [
        file.execute("SELECT latitude, longitude FROM house WHERE entry = ? LIMIT 400", (street,)).fetchall()
        for street in (one, other)
    ]
    pairs = (((a[0] - b[0]) ** 2 + ((a[1] - b[1]) * cos(radians(a[0]))) ** 2, a, b) for a, b in product(*houses))
    best = min(pairs, default=None)
    if best is None or _metres(Position(*best[1]), *best[2]) > CROSSING_NEAR_M:
        return None
    return (best[1][0] + best[2][0]) / 2, (best[1][1] + best[2][1]) / 2


# -- by place


def _nearest(file: sqlite3.Connection, near: Position, limit: int) -> Sequence[FoundPlace]:
    """The nearest houses, and check points among them where they are nearer."""
    row, column = floor(near.latitude * CELLS_PER_DEGREE), floor(near.longitude * CELLS_PER_DEGREE)
    for ring in RINGS:
        # One cell more is looked at than counts, since a near one may lie across the border of a cell.
        columns = max(1, round(ring / max(0.05, cos(radians(near.latitude)))))
        houses = file.execute(
            "SELECT h.number, h.postcode, h.latitude, h.longitude, e.street, e.place, e.postcode FROM house h"
            " JOIN entry e ON e.id = h.entry WHERE h.row BETWEEN ? AND ? AND h.col BETWEEN ? AND ?",
            (row - ring, row + ring, column - columns, column + columns),
        ).fetchall()
        if houses:
            break
    else:
        return ()
    far = sorted((_metres(near, house[2], house[3]), house) for house in houses)[:limit]
    return [
        FoundPlace(
            kind=PlaceKind.ADDRESS, label=label("", street, number, own or shared, place), latitude=latitude,
            longitude=longitude, street=street, house_number=number, postcode=own or shared, place=place,
            exact=False, distance_m=metres,
        )
        for metres, (number, own, latitude, longitude, street, place, shared) in far
    ]  # fmt: skip


def label(name: str, street: str, number: str, postcode: str, place: str) -> str:
    """One line: name, street with its number, postcode with its place."""
    parts = (name, f"{street} {number}".strip(), f"{postcode} {place}".strip())
    return ", ".join(part for part in parts if part)


def _metres(near: Position, latitude: float, longitude: float) -> int:
    return round(metres_between(near, Position(latitude, longitude)))
