"""What a journal's file holds, read from its first entry to its last: the chain, open incidents, what was erased.

The file is a copy that nobody writes to. Every entry is decoded, so that what cannot be read is found now and not when
it is needed.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import quote

from belfry.app.keeping.errors import KeepingError
from belfry.app.keeping.manifest import Held
from belfry.centre.board import Board
from belfry.domain.codec import EntryError, decode
from belfry.domain.facts import SCHEMA, Entry, Erased
from belfry.journal.tables import LAYOUT
from belfry.safeguards.leaf import leaf_hash

FORGET_EVERY: Final = 16_384
"""Entries after which the closed incidents that nobody needs are let go of."""
ROWS_AT_ONCE: Final = 512


@dataclass(slots=True)
class Holding:
    """Of a whole journal."""

    held: Held
    erased_at: datetime | None = None
    """When something was erased last."""
    destroyed: set[bytes] = field(default_factory=set)
    """Data keys that went before their own end."""


def examine(path: Path, *, upto: int | None = None) -> Holding:
    """Read a journal's file, up to a position where one is given. Raises KeepingError."""
    try:
        with closing(read_only(path)) as database:
            return _examine(database, path, upto)
    except sqlite3.Error as error:
        raise KeepingError(f"{path} cannot be read: {error}") from error


def read_only(path: Path) -> sqlite3.Connection:
    """A file that nobody else has open; nothing is made beside it."""
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True, isolation_level=None)


def _examine(database: sqlite3.Connection, path: Path, upto: int | None) -> Holding:
    _check_age(database, path)
    found = Holding(Held(position=0, entries=0, chain="0" * 64, open_incidents=0, incidents="0" * 64))
    board, chain = Board(), b""
    position = entries = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    rows = database.execute(
        "select position, body, leaf from entry where position <= ? order by position", (upto or 2**62,)
    )
    while some := rows.fetchmany(ROWS_AT_ONCE):
        for at, body, leaf in some:
            position += 1
            if at != position:
                raise KeepingError(f"{path}: position {position} is missing")
            if body is None and (not isinstance(leaf, bytes) or len(leaf) != 32):
                raise KeepingError(f"{path}: position {at} was pruned and has no leaf hash")
            if body is not None and not isinstance(body, bytes):
                raise KeepingError(f"{path}: position {at} is no entry")
            chain = sha256(chain + (leaf if body is None else leaf_hash(body))).digest()
            if body is not None:
                entry = _decoded(body, path, at)
                entries += 1
                first_at, last_at = first_at or entry.at, entry.at
                board.fold(at, entry)
                _note(found, entry)
            if not position % FORGET_EVERY and last_at is not None:
                board.forget(last_at)
    found.held = Held(
        position=position,
        entries=entries,
        chain=chain.hex() or "0" * 64,
        open_incidents=len(board),
        incidents=digest_of(board),
        first_at=first_at,
        last_at=last_at,
    )
    return found


def _check_age(database: sqlite3.Connection, path: Path) -> None:
    written: dict[str, int] = dict(database.execute("select name, value from meta"))
    for name, known in (("layout", LAYOUT), ("schema", SCHEMA)):
        if written.get(name, 0) > known:
            raise KeepingError(
                f"{path} has {name} {written[name]}, this version reads up to {known}: use the version that wrote it"
            )


def _decoded(body: bytes, path: Path, position: int) -> Entry:
    try:
        return decode(body)
    except EntryError as error:
        raise KeepingError(f"{path}: position {position}: {error}") from error


def _note(found: Holding, entry: Entry) -> None:
    for fact in entry.facts:
        if isinstance(fact, Erased):
            found.erased_at = entry.at if found.erased_at is None else max(found.erased_at, entry.at)
            found.destroyed.update(fact.names)


def digest_of(board: Board) -> str:
    """Tells the open incidents of two boards apart."""
    lines = (
        f"{one.id} {one.number} {one.kind} {one.priority} {one.state} {one.version} {one.signals_seq} {one.head}\n"
        for one in sorted(board.queue(), key=lambda one: one.id)
    )
    return sha256("".join(lines).encode()).hexdigest()


def differences(told: Held, found: Held) -> list[str]:
    """What a journal holds otherwise than it should, in words; empty where it holds the same."""
    return [
        f"{name} {getattr(found, name)}, should be {getattr(told, name)}"
        for name in Held.__struct_fields__
        if getattr(told, name) != getattr(found, name)
    ]
