"""The journal of one machine: SQLite with a write-ahead log, synced at every commit, one thread that writes.

This is the loop's side: it hands appends to the writer once for each turn of the loop, keeps the newest entries for
followers, and reads everything older in a thread with a connection of its own. What is on the disk and why it may be
believed: `docs/journal.md`.
"""

import asyncio
import os
import sqlite3
from asyncio import Future
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import Final, TypeVar

from belfry.domain.codec import EntryError, decode
from belfry.domain.facts import Entry
from belfry.journal.admission import WAITING_MAX_ENTRIES, admit
from belfry.journal.lock import lock
from belfry.journal.recall import Recall
from belfry.journal.ring import Ring
from belfry.journal.subjects import Subjects
from belfry.journal.tables import FILE, connect, open_for_writing
from belfry.journal.writer import PAGE_BYTES, Append, Commit, Errand, Writer
from belfry.ports import Expect, Full, JournalError, Pruned, Refused, Stored, Unusable
from belfry.safeguards.leaf import leaf_hash

LOCK_FILE: Final = "journal.lock"
TAIL_BATCH: Final = 512
"""Most entries in one batch of a tail: some milliseconds of decoding where they come from the file."""
READ_AT_ONCE: Final = 512
PRUNE_AT_ONCE: Final = 256
"""Entries pruned in one transaction, so that appends do not wait long behind it."""

T = TypeVar("T")


class SqliteJournal:
    """Open with `await SqliteJournal.open(folder)`, from the loop that will use it."""

    def __init__(self, held: int, writing: Connection, reading: Connection, recall: Recall) -> None:
        """Use `open`. Takes over a descriptor that holds the lock, and both connections."""
        self._loop = asyncio.get_running_loop()
        self._held, self._reading, self._subjects = held, reading, recall.subjects
        self._position = recall.position
        self._ring = Ring(recall.position)
        self._changed = asyncio.Event()
        self._gathered: list[Append] = []
        self._waiting = 0
        self._closed: Future[None] | None = None
        """The end, once it was asked for."""
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="belfry-journal-reader")
        self._writer = Writer(self._loop, writing, recall, self._settle)
        self._writer.start()

    @classmethod
    async def open(cls, folder: Path) -> "SqliteJournal":
        """Open the journal of a folder, made where it is missing. Raises InUse, Newer or Unusable."""
        return cls(*await asyncio.to_thread(_open, folder))

    @property
    def position(self) -> int:
        return self._position

    @property
    def usable(self) -> bool:
        """Whether appends are taken: not closed, and no sync has failed."""
        return self._closed is None and self._writer.broken is None

    # -- writing ------------------------------------------------------------------------------------------------------

    def append(self, entries: Sequence[Entry], expect: Expect | None = None) -> "Future[Sequence[int]]":
        future: Future[Sequence[int]] = self._loop.create_future()
        try:
            bodies = self._admit(entries)
        except JournalError as error:
            future.set_exception(error)
            return future
        self._waiting += len(bodies)
        if not self._gathered:
            # What comes in the same turn of the loop goes to the writer as one: one waking, one transaction.
            self._loop.call_soon(self._hand_over)
        self._gathered.append((future, tuple(entries), bodies, expect))
        return future

    def _admit(self, entries: Sequence[Entry]) -> list[bytes]:
        self._refuse_if_unusable()
        bodies = admit(entries)
        if self._waiting + len(bodies) > WAITING_MAX_ENTRIES:
            raise Full(f"{self._waiting} entries wait for the disk, at most {WAITING_MAX_ENTRIES} may")
        return bodies

    def _refuse_if_unusable(self) -> None:
        if self._closed is not None:
            raise Unusable("the journal is closed")
        if self._writer.broken is not None:
            raise Unusable(self._writer.broken)

    def _hand_over(self) -> None:
        if self._gathered:
            self._writer.queue.put(self._gathered)
            self._gathered = []

    def _settle(self, commit: Commit) -> None:
        """A commit is over: show what was stored, then answer."""
        self._waiting -= commit.entries
        if commit.stored:
            self._position = commit.stored[-1].position
            self._ring.extend(commit.stored, commit.size_bytes)
            self._ring_the_bell()
        for future, answer in commit.answers:
            if not future.done():
                if isinstance(answer, JournalError):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)

    def _ring_the_bell(self) -> None:
        self._changed.set()
        self._changed.clear()

    async def _errand(self, work: Callable[[Connection], object], *, erases: bool = False) -> None:
        self._refuse_if_unusable()
        self._hand_over()
        done: Future[None] = self._loop.create_future()
        self._writer.queue.put(Errand(work, done, erases))
        await done

    async def prune(self, positions: Sequence[int]) -> None:
        for position in positions:
            if not 0 < position <= self._position:
                raise Refused(f"position {position} cannot be pruned, the journal ends at {self._position}")
        for start in range(0, len(positions), PRUNE_AT_ONCE):
            some = positions[start : start + PRUNE_AT_ONCE]
            pruned: list[Pruned] = []
            await self._errand(partial(_prune, some, pruned), erases=start + PRUNE_AT_ONCE >= len(positions))
            for item in pruned:
                self._ring.replace(item)

    async def limit_size(self, most_bytes: int) -> None:
        """Let the file grow to `most_bytes` and no further, so that others find room on the disk: beyond it `Full`.

        Holds until it is set anew or the journal is closed. What is above the limit already stays.
        """
        pages = max(1, most_bytes // PAGE_BYTES)
        await self._errand(lambda database: database.execute(f"pragma max_page_count={pages}").fetchone())

    # -- reading ------------------------------------------------------------------------------------------------------

    async def tail(self, after: int) -> AsyncGenerator[Sequence[Stored | Pruned], None]:
        with self._ring.place(max(after, 0)) as place:
            while True:
                batch = self._ring.after(place.position, TAIL_BATCH)
                if batch is None:
                    batch = await self.page(place.position, TAIL_BATCH)
                if batch:
                    place.position = batch[-1].position
                    yield batch
                elif self._closed is not None:
                    raise Unusable("the journal is closed")
                else:
                    await self._changed.wait()

    async def page(self, after: int, limit: int) -> Sequence[Stored | Pruned]:
        upto = min(self._position, after + limit)
        if upto <= after:
            return []
        return await self._read(partial(_between, after=after, upto=upto))

    async def read(
        self, subject: str, *, before: int | None = None, limit: int | None = None
    ) -> Sequence[Stored | Pruned]:
        below = self._position + 1 if before is None else min(before, self._position + 1)
        return await self._read(partial(_of_subject, self._subjects, subject, below, limit))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        if self._closed is not None:
            raise Unusable("the journal is closed")
        try:
            return await self._loop.run_in_executor(self._reader, work, self._reading)
        except sqlite3.Error as error:
            raise Unusable(f"the journal could not be read: {error}") from error

    # -- the end ------------------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """Store what was handed over, answer it, and let go of the folder."""
        if self._closed is None:
            self._closed = asyncio.ensure_future(self._close())
        await asyncio.shield(self._closed)

    async def _close(self) -> None:
        self._hand_over()
        self._writer.queue.put(None)
        await asyncio.to_thread(self._end)
        self._ring_the_bell()

    def _end(self) -> None:
        self._writer.join()
        self._reader.shutdown()
        self._reading.close()
        os.close(self._held)


def _open(folder: Path) -> tuple[int, Connection, Connection, Recall]:
    with ExitStack() as undo:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held = lock(folder / LOCK_FILE)
            undo.callback(os.close, held)
            writing = open_for_writing(folder)
            undo.callback(writing.close)
            reading = connect(folder / FILE)
            undo.callback(reading.close)
            reading.execute("pragma query_only=on")
            recall = Recall(writing)
        except (OSError, sqlite3.Error, EntryError) as error:
            raise Unusable(f"no journal can be opened in {folder}: {error}") from error
        undo.pop_all()
        return held, writing, reading, recall


def _item(position: int, body: bytes | None, leaf: bytes | None) -> Stored | Pruned:
    if body is None:
        return Pruned(position, leaf or b"")
    try:
        return Stored(position, decode(body))
    except EntryError as error:
        raise Unusable(f"position {position}: {error}") from error


def _between(database: Connection, *, after: int, upto: int) -> list[Stored | Pruned]:
    rows = database.execute(
        "select position, body, leaf from entry where position > ? and position <= ? order by position", (after, upto)
    ).fetchall()
    return [_item(*row) for row in rows]


def _of_subject(
    subjects: Subjects, subject: str, below: int, limit: int | None, database: Connection
) -> list[Stored | Pruned]:
    positions = subjects.positions(database, subject, below=below, limit=limit)
    items: list[Stored | Pruned] = []
    for start in range(0, len(positions), READ_AT_ONCE):
        some = positions[start : start + READ_AT_ONCE]
        marks = ", ".join("?" * len(some))
        rows = database.execute(
            f"select position, body, leaf from entry where position in ({marks}) order by position", some
        ).fetchall()
        items += [_item(*row) for row in rows]
    return items


def _prune(positions: Sequence[int], pruned: list[Pruned], database: Connection) -> None:
    for position in positions:
        (body,) = database.execute("select body from entry where position = ?", (position,)).fetchone()
        if body is not None:
            leaf = leaf_hash(body)
            database.execute("update entry set body = null, leaf = ? where position = ?", (leaf, position))
            pruned.append(Pruned(position, leaf))
