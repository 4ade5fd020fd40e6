"""What the writer knows by heart: the ids of the newest entries, so that a repeat is one, and where subjects are.

After a start both are rebuilt from the end of the file. Ids are kept in two generations, the older of which goes when
the younger is full: the last REPEAT_WINDOW entries are always known, at most twice as many. An entry that was pruned
before the start has no id any more.
"""

from collections.abc import Iterator
from sqlite3 import Connection
from typing import Final

from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from belfry.domain.codec import EntryError
from belfry.domain.facts import Entry
from belfry.journal.admission import REPEAT_WINDOW
from belfry.journal.subjects import Subjects


class _Named(Struct):
    """An entry of which only the id is wanted."""

    id: bytes


_decoder: Final = Decoder(_Named)


class Recall:
    def __init__(self, database: Connection) -> None:
        """Rebuild from the end of the file: at most some hundred thousand entries, well under a second."""
        self.position: int
        indexed: int
        (self.position,) = database.execute("select ifnull(max(position), 0) from entry").fetchone()
        (indexed,) = database.execute("select ifnull(max(last), 0) from segment").fetchone()
        self.subjects = Subjects(indexed)
        self.young: dict[bytes, int] = {}
        self.old: dict[bytes, int] = {}
        for position, subject in database.execute(
            "select position, subject from entry where position > ? order by position", (indexed,)
        ):
            self.subjects.add(subject, position)
        for position, entry_id in _ids(database, after=self.position - REPEAT_WINDOW):
            self.young[entry_id] = position

    def known(self, entry_id: bytes) -> int | None:
        """The position of an entry that was stored lately."""
        position = self.young.get(entry_id)
        return self.old.get(entry_id) if position is None else position

    def add(self, entry: Entry) -> int:
        """Give an entry its position."""
        self.position += 1
        self.young[entry.id] = self.position
        self.subjects.add(entry.subject, self.position)
        return self.position

    def take_back(self, entry: Entry) -> None:
        """Undo the newest `add`."""
        self.position -= 1
        del self.young[entry.id]
        self.subjects.take_back(entry.subject)

    def age(self) -> None:
        """After a commit: begin a new generation or segment where the present one is full."""
        if len(self.young) >= REPEAT_WINDOW:
            self.old, self.young = self.young, {}
        self.subjects.close_segment(self.position)


def _ids(database: Connection, *, after: int) -> Iterator[tuple[int, bytes]]:
    rows = database.execute(
        "select position, body from entry where position > ? and body is not null order by position", (after,)
    )
    for position, body in rows:
        try:
            yield position, _decoder.decode(body).id
        except (DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise EntryError(f"position {position} cannot be read: {error}") from error
