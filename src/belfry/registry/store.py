"""What all parts of the registry share: the engine, the time, chance, opaque ids and change rows.

Every transaction that changes an account, a user or a token also writes a change row: when, who, which row, which
fields - never a value. A follower journals each once, by its id.
"""

import secrets
from base64 import b32encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct
from sqlalchemy import Connection, Engine, func, insert, select

from belfry.ports import Chance, Clock
from belfry.registry.tables import CHANGE
from belfry.sql import reading

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
    values = [{"at": at, "by": by, "table": table, "row": row, "fields": list(fields)} for row, fields in rows]
    if values:
        connection.execute(insert(CHANGE), values)


def read_changes(store: Store, after: int, limit: int = CHANGES_PER_PAGE) -> Sequence[Change]:
    """Return the changes after an id, oldest first."""
    query = select(CHANGE).where(CHANGE.c.id > after).order_by(CHANGE.c.id).limit(limit)
    with reading(store.engine) as connection:
        rows = connection.execute(query).all()
    return [
        Change(id=row.id, at=row.at, by=row.by, table=row.table, row=row.row, fields=tuple(row.fields)) for row in rows
    ]


def last_change(store: Store) -> int:
    """Return the id of the newest change, 0 when there is none: where a follower of a fresh copy begins."""
    with reading(store.engine) as connection:
        return connection.execute(select(func.max(CHANGE.c.id))).scalar() or 0
