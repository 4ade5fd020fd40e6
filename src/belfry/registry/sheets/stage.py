"""Where an import lays ready what it will write, so that the registry is locked for the writing alone.

Temporary tables of its own connection, in both databases: nobody else sees them, nobody waits for them, and they are
gone with it. What was laid ready comes into the registry by a few statements in one transaction, all or nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    literal,
    select,
    tuple_,
    update,
)

from belfry.registry.account_rows import NAMES
from belfry.registry.pieces import Pen
from belfry.registry.site_tables import WORD
from belfry.registry.store import Note, write_notes
from belfry.registry.tables import ACCOUNT, CHANGE, METADATA
from belfry.sql import UtcDateTime

CHANGING: Final = (*NAMES, "version", "folded")
WORDS_GONE: Final = "gone_words"
OF_WORDS: Final = ("account_id", "contact")
NOTED: Final = ("table", "row", "fields", "account_id", "version")

Rows = Sequence[Mapping[str, Any]]


class Paper(Protocol):
    """What the changes of an import are written on, some sites at a time."""

    def put(self, *, added: Rows, changed: Rows, pen: Pen, forgotten: Rows, notes: Sequence[Note]) -> None:
        """Rows of accounts that are new and of those that change, their pieces, the contacts whose words go."""
        ...


class Straight:
    """Writes into the registry at once, in a transaction that has its lock."""

    def __init__(self, connection: Connection, *, by: str, at: datetime) -> None:
        self._connection, self._by, self._at = connection, by, at

    def put(self, *, added: Rows, changed: Rows, pen: Pen, forgotten: Rows, notes: Sequence[Note]) -> None:
        connection = self._connection
        if added:
            connection.execute(insert(ACCOUNT), list(added))
        if changed:
            matching = update(ACCOUNT).where(ACCOUNT.c.id == bindparam("same_id"))
            rows = [{**row, "same_id": row["id"]} for row in changed]
            connection.execute(matching.values({name: bindparam(name) for name in CHANGING}), rows)
        pen.write(connection)
        if forgotten:
            his = [WORD.c[name] == bindparam(f"old_{name}") for name in OF_WORDS]
            gone = [{f"old_{name}": row[name] for name in OF_WORDS} for row in forgotten]
            connection.execute(delete(WORD).where(*his), gone)
        write_notes(connection, notes, by=self._by, at=self._at)


class Stage:
    """Lays ready. Its tables are made as they are needed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tables: dict[str, Table] = {}
        self._names = MetaData()

    def put(self, *, added: Rows, changed: Rows, pen: Pen, forgotten: Rows, notes: Sequence[Note]) -> None:
        self._lay("new_account", ACCOUNT, added)
        self._lay("changed_account", ACCOUNT, changed)
        for table, gone in pen.gone.items():
            self._lay(f"gone_{table.name}", table, gone, only=tuple(gone[0]))
        for table, rows in pen.rows.items():
            self._lay(f"new_{table.name}", table, rows)
        self._lay(WORDS_GONE, WORD, forgotten, only=OF_WORDS)
        self._lay("new_change", CHANGE, [note._asdict() for note in notes], only=NOTED)

    def empty(self) -> bool:
        return not self._tables

    def write(self, *, by: str, at: datetime) -> None:
        """Bring it into the registry, in the caller's transaction, which has the lock."""
        connection = self._connection
        for table in METADATA.sorted_tables:
            if (gone := self._tables.get(f"gone_{table.name}")) is not None:
                keys = [column.name for column in gone.columns if column.name != "n"]
                both = tuple_(*(table.c[name] for name in keys))
                connection.execute(delete(table).where(both.in_(select(*(gone.c[name] for name in keys)))))
        self._change_accounts()
        for table in METADATA.sorted_tables:  # accounts before what refers to them
            if table is not CHANGE and (new := self._tables.get(f"new_{table.name}")) is not None:
                names = [column.name for column in table.columns]
                rows = select(*(new.c[name] for name in names)).order_by(new.c.n)
                connection.execute(insert(table).from_select(names, rows))
        if (words := self._tables.get(WORDS_GONE)) is not None:
            his = tuple_(*(WORD.c[name] for name in OF_WORDS))
            connection.execute(delete(WORD).where(his.in_(select(*(words.c[name] for name in OF_WORDS)))))
        if (notes := self._tables.get("new_change")) is not None:
            said = literal(by, Text).label("by"), literal(at, UtcDateTime).label("at")
            rows = select(*(notes.c[name] for name in NOTED), *said).order_by(notes.c.n)
            connection.execute(insert(CHANGE).from_select([*NOTED, "by", "at"], rows))

    def _change_accounts(self) -> None:
        changed = self._tables.get("changed_account")
        if changed is None:
            return
        values = {name: changed.c[name] for name in CHANGING if name != "id"}
        self._connection.execute(update(ACCOUNT).values(values).where(ACCOUNT.c.id == changed.c.id))

    def _lay(self, name: str, like: Table, rows: Rows, *, only: Sequence[str] | None = None) -> None:
        if not rows:
            return
        table = self._tables.get(name)
        if table is None:
            columns = [Column(one.name, one.type) for one in like.columns if only is None or one.name in only]
            # `n` counts by itself, so that rows leave in the order in which they came.
            counted = Column("n", Integer, primary_key=True, autoincrement=True)
            table = Table(f"import_{name}", self._names, counted, *columns, prefixes=["TEMPORARY"])
            table.create(self._connection)
            self._tables[name] = table
        self._connection.execute(insert(table), list(rows))
