"""What all parts of the registry share: the engine, the time, chance, opaque ids and change rows.

Every transaction that changes an account, a user or a token also writes a change row: when, who, which row, which
fields - never a value. A follower journals each once, by its id.
"""

import secrets
from base64 import b32encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from msgspec import Struct
from sqlalchemy import Connection, Engine, Row, func, insert, select, text

from belfry.ports import Chance, Clock
from belfry.registry.tables import CHANGE
from belfry.sql import reading, writing

ID_BYTES: Final = 10
CHANGES_PER_PAGE: Final = 1_000


class RegistryError(Exception):
    """Something was asked of the registry that it cannot do; the message says what and the limit."""


class Change(Struct, frozen=True, kw_only=True):
    """That a row was changed. `fields` names what; the values are in the row, as they are now."""

    id: int
    at: datetime
    by: str
    table: str
    row: str
    fields: tuple[str, ...]
    account_id: str | None = None
    """The site that it belongs to."""
    version: int | None = None
    """Of that site, from this change on."""


class Note(NamedTuple):
    """What a change row is to say."""

    table: str
    row: str
    fields: Sequence[str]
    account_id: str | None = None
    version: int | None = None


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Store:
    """An open registry database, its schema up to date."""

    engine: Engine
    clock: Clock = utc_now
    chance: Chance = secrets.token_bytes

    def new_id(self, letter: str) -> str:
        """Return an opaque id: a letter that tells logs apart, and 80 random bits."""
        return letter + b32encode(self.chance(ID_BYTES)).decode("ascii").lower()


def note_changes(
    connection: Connection, rows: Iterable[tuple[str, Sequence[str]]], *, table: str, by: str, at: datetime
) -> None:
    """Write a change row for each `(row id, names of changed fields)`, in the caller's transaction."""
    write_notes(connection, (Note(table, row, fields) for row, fields in rows), by=by, at=at)


def write_notes(connection: Connection, notes: Iterable[Note], *, by: str, at: datetime) -> None:
    """Write change rows, in the caller's transaction."""
    values = [{**note._asdict(), "fields": list(note.fields), "at": at, "by": by} for note in notes]
    if values:
        connection.execute(insert(CHANGE), values)


def read_changes(store: Store, after: int, limit: int = CHANGES_PER_PAGE) -> Sequence[Change]:
    """Return the changes after an id, oldest first."""
    query = select(CHANGE).where(CHANGE.c.id > after).order_by(CHANGE.c.id).limit(limit)
    with reading(store.engine) as connection:
        return [a_change(row) for row in connection.execute(query)]


def a_change(row: Row[Any]) -> Change:
    return Change(**{**row._mapping, "fields": tuple(row.fields)})


def last_change(store: Store) -> int:
    """Return the id of the newest change, 0 when there is none: where a follower of a fresh copy begins."""
    with reading(store.engine) as connection:
        return connection.execute(select(func.max(CHANGE.c.id))).scalar() or 0


def count_changes_from(store: Store, last: int) -> None:
    """See to it that the next change row has an id above `last`, which was given out once already.

    A registry that came back from a backup would give ids a second time that are in the journal, and their changes
    would never get there.
    """
    if last_change(store) >= last:
        return
    with writing(store.engine) as connection:
        if connection.dialect.name == "postgresql":
            sequence = func.pg_get_serial_sequence("change", "id")
            connection.execute(select(func.setval(sequence, last)))
        else:
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = 'change'"))
            connection.execute(text("INSERT INTO sqlite_sequence(name, seq) VALUES('change', :last)"), {"last": last})
