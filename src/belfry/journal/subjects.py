"""Where the entries of a subject are.

An ordinary index would be written at a random place for every entry: measured, that halves the rate of an empty
journal and takes five sixths of it with a million entries behind. So the positions of a subject are kept in memory
for the newest segment of the journal, and when a segment is complete they are written once, sorted, behind the others.
A read looks into every segment: some microseconds each. Only the writer's thread changes what is here; a
reader copies lists, and ignores positions that are not durable yet.
"""

import struct
from collections.abc import Generator
from contextlib import closing
from itertools import chain
from sqlite3 import Connection
from typing import Final

from belfry.journal.tables import insert

SEGMENT_ENTRIES: Final = 65_536
ROWS_PER_COMMIT: Final = 512
"""A complete segment is written along with other commits, so that none of them takes long."""
HEADS_MAX: Final = 16_384
"""Subjects older than the newest segments whose last position is remembered once it was looked up."""


class Subjects:
    def __init__(self, indexed: int) -> None:
        """Everything up to position `indexed` is in complete segments of the file."""
        self._opened_at = indexed
        self._open: dict[str, list[int]] = {}
        self._closing: dict[str, list[int]] = {}
        self._closing_last = indexed
        self._unwritten: list[tuple[str, list[int]]] = []
        self._heads: dict[str, int] = {}

    # -- the writer's side --------------------------------------------------------------------------------------------

    def add(self, subject: str, position: int) -> None:
        positions = self._open.get(subject)
        if positions is None:
            self._open[subject] = [position]
        else:
            positions.append(position)

    def take_back(self, subject: str) -> None:
        """Undo the newest `add` of a subject."""
        positions = self._open[subject]
        positions.pop()
        if not positions:
            del self._open[subject]

    def head(self, subject: str, database: Connection) -> int:
        """The last position of a subject, 0 where there is none."""
        positions = self._open.get(subject) or self._closing.get(subject)
        if positions:
            return positions[-1]
        head = self._heads.pop(subject, None)
        if head is None:
            with closing(_stored(database, subject, self._opened_at)) as segments:
                head = next(segments, (0,))[-1]
            if len(self._heads) >= HEADS_MAX:
                del self._heads[next(iter(self._heads))]
        self._heads[subject] = head
        return head

    def close_segment(self, position: int) -> bool:
        """Close the open segment at `position` where it is long enough and the one before it is written."""
        if position - self._opened_at < SEGMENT_ENTRIES or self._unwritten:
            return False
        self._closing, self._closing_last = self._open, position
        self._open, self._opened_at = {}, position
        # A head that was looked up may be older than what this segment knows.
        self._heads = {subject: head for subject, head in self._heads.items() if subject not in self._closing}
        self._unwritten = sorted(self._closing.items(), reverse=True)
        return True

    @property
    def writing(self) -> bool:
        return bool(self._unwritten)

    def write_some(self, database: Connection) -> int:
        """Write a share of the closing segment inside the present transaction; return its number of subjects."""
        if not self._unwritten:
            return 0
        some = self._unwritten[-ROWS_PER_COMMIT:]
        rows = [(self._closing_last, subject, struct.pack(f"<{len(at)}Q", *at)) for subject, at in reversed(some)]
        insert(database, "subject_segment", 3, list(chain.from_iterable(rows)))
        if len(some) == len(self._unwritten):
            database.execute("insert into segment(last) values(?)", (self._closing_last,))
        return len(some)

    def written(self, subjects: int) -> None:
        """The transaction of `write_some` is durable."""
        if subjects:
            del self._unwritten[-subjects:]
            if not self._unwritten:
                self._closing = {}

    # -- the reader's side --------------------------------------------------------------------------------------------

    def positions(self, database: Connection, subject: str, *, below: int, limit: int | None) -> list[int]:
        """The newest `limit` positions of a subject below a position, ascending. `below` is at most the next one."""
        # In the order in which positions wander: from the open segment to the closing one to the file.
        recent = set(self._open.get(subject, ()))
        recent.update(self._closing.get(subject, ()))
        found = [position for position in recent if position < below]
        with closing(_stored(database, subject, below)) as segments:
            for positions in segments:
                found += [position for position in positions if position < below and position not in recent]
                if limit is not None and len(found) >= limit:
                    break
        found.sort()
        return found if limit is None else found[max(0, len(found) - limit) :]


def _stored(database: Connection, subject: str, below: int) -> Generator[tuple[int, ...], None, None]:
    """The positions of a subject segment by segment, the newest first, from the segment that holds `below` on."""
    rows = database.execute(
        "select positions from segment cross join subject_segment using (last) where subject = ? and last <= "
        "ifnull((select min(last) from segment where last >= ?), 9223372036854775807) order by last desc",
        (subject, below),
    )
    try:
        for (packed,) in rows:
            yield struct.unpack(f"<{len(packed) // 8}Q", packed)
    finally:
        rows.close()
