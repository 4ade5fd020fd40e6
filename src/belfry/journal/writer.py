"""The one thread that writes: whatever has queued up becomes one transaction, then its callers are answered at once.

An append is decided in the order of the queue - repeat, stale or stored - against a memory that runs ahead of the file
by the transaction in hand; when that transaction fails, the memory is taken back with it. Callers are answered
on the loop, by one call for each commit.
"""

import sqlite3
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from queue import SimpleQueue
from sqlite3 import Connection
from threading import Thread
from typing import Any, Final

from belfry.domain.facts import Entry
from belfry.journal.admission import partly_known
from belfry.journal.recall import Recall
from belfry.journal.tables import BUSY_TIMEOUT_MS, ROWS_AT_ONCE, insert
from belfry.ports import Expect, Full, JournalError, Stale, Stored, Unusable

COMMIT_MAX_ENTRIES: Final = 2_048
COMMIT_MAX_BYTES: Final = 4 * 1024 * 1024
"""What one transaction holds at most; the last append of it may go above."""

CHECKPOINT_BYTES: Final = 16 * 1024 * 1024
"""Written to the write-ahead log before the log is moved into the file."""

PAGE_BYTES: Final = 4_096
"""A commit writes its last page anew, however little is in it."""

NO_ROOM: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE})
"""Nothing was stored and nothing is damaged: another commit may succeed. All other errors end the writing."""

Append = tuple["Future[Sequence[int]]", Sequence[Entry], list[bytes], Expect | None]
"""An append on its way: the caller's future, its entries, the bytes of those, what it expects."""

Answer = tuple["Future[Sequence[int]]", Sequence[int] | JournalError]


@dataclass(frozen=True, slots=True)
class Errand:
    """Something else than an append that the writer does in its turn; the caller's future gets what it gives."""

    work: Callable[[Connection], object]
    done: "Future[Any]"
    erases: bool = False
    """The write-ahead log is to be emptied as well, since it still holds what was erased."""


@dataclass(slots=True)
class Commit:
    """What one transaction holds, and what its callers are told after it."""

    rows: list[Any] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    entries: int = 0
    size_bytes: int = 0


class Writer(Thread):
    """Owns the writing connection. Put lists of appends or errands into `queue`, and None to end it."""

    def __init__(
        self, loop: AbstractEventLoop, database: Connection, recall: Recall, settle: Callable[[Commit], None]
    ) -> None:
        super().__init__(name="belfry-journal", daemon=True)
        self.queue: SimpleQueue[list[Append] | Errand | None] = SimpleQueue()
        self.broken: str | None = None
        """Why nothing more is stored."""
        self._loop, self._database, self._recall, self._settle = loop, database, recall, settle
        self._in_log_bytes = 0
        self._log_to_erase = False

    # -- the thread ---------------------------------------------------------------------------------------------------

    def run(self) -> None:
        for work in self._turns():
            try:
                if isinstance(work, Errand):
                    self._run(work)
                else:
                    self._store(work)
            except Exception as error:  # a bug of ours: memory and file may differ, so nothing more is stored
                self.broken = f"the journal's writer failed: {error!r}"
                self._give_up(work)
        self._checkpoint()
        self._database.close()

    def _turns(self) -> Iterator[list[Append] | Errand]:
        """What to do next, until the end is asked for. Appends that wait one behind the other come as one list."""
        while (work := self.queue.get()) is not None:
            while isinstance(work, list) and len(work) < COMMIT_MAX_ENTRIES and not self.queue.empty():
                following = self.queue.get()  # nobody else takes from this queue, so it is there
                if not isinstance(following, list):
                    yield work
                    work = following
                    break
                work += following
            if work is None:
                return
            yield work

    def _tell(self, say: Callable[..., None], *words: object) -> None:
        # Where the loop was closed before the journal there is nobody left to tell.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(say, *words)

    def _give_up(self, work: list[Append] | Errand) -> None:
        """Answer whoever was not answered yet."""
        self._roll_back()
        waiting = [work.done] if isinstance(work, Errand) else [future for future, *_ in work]
        for future in waiting:
            self._tell(fail, future, Unusable(self.broken))

    # -- appends ------------------------------------------------------------------------------------------------------

    def _store(self, appends: list[Append]) -> None:
        begun = 0
        while begun < len(appends):
            commit = Commit()
            begun = self._decide(appends, begun, commit)
            if commit.rows and (failure := self._commit(commit)) is not None:
                for entry in reversed([stored.entry for stored in commit.stored]):
                    self._recall.take_back(entry)
                commit.stored.clear()
                commit.answers = [(future, failure()) for future, _ in commit.answers]
            self._tell(self._settle, commit)
            if commit.stored:
                self._recall.age()
                if self._in_log_bytes > CHECKPOINT_BYTES:
                    self._checkpoint()

    def _decide(self, appends: list[Append], begun: int, commit: Commit) -> int:
        """Fill a commit with appends from `begun` on; return where the next one begins."""
        for future, entries, bodies, expect in islice(appends, begun, None):
            if len(commit.stored) >= COMMIT_MAX_ENTRIES or commit.size_bytes >= COMMIT_MAX_BYTES:
                break
            begun += 1
            commit.entries += len(entries)
            try:
                commit.answers.append((future, self._admit(entries, bodies, expect, commit)))
            except JournalError as error:
                commit.answers.append((future, error))
        return begun

    def _admit(
        self, entries: Sequence[Entry], bodies: list[bytes], expect: Expect | None, commit: Commit
    ) -> Sequence[int]:
        recall = self._recall
        if self.broken is not None:
            raise Unusable(self.broken)
        known = [position for entry in entries if (position := recall.known(entry.id)) is not None]
        if known:
            if len(known) < len(entries):
                raise partly_known(len(known), len(entries))
            return tuple(known)
        if expect is not None:
            head = recall.subjects.head(expect.subject, self._database)
            if head != expect.position:
                raise Stale(expect.subject, expect.position, head)
        first = recall.position + 1
        for entry, body in zip(entries, bodies, strict=True):
            position = recall.add(entry)
            commit.rows += (position, entry.subject, body)
            commit.stored.append(Stored(position, entry))
            commit.size_bytes += len(body)
        return range(first, recall.position + 1)

    def _commit(self, commit: Commit) -> Callable[[], JournalError] | None:
        """Make a commit durable, or say what its callers are to be told."""
        subjects = self._recall.subjects
        try:
            if len(commit.stored) <= ROWS_AT_ONCE and not subjects.writing:
                insert(self._database, "entry", 3, commit.rows)  # one statement is a transaction by itself
            else:
                self._database.execute("begin immediate")
                insert(self._database, "entry", 3, commit.rows)
                written = subjects.write_some(self._database)
                self._database.execute("commit")
                subjects.written(written)
        except sqlite3.Error as error:
            return self._failed(error)
        self._in_log_bytes += commit.size_bytes + PAGE_BYTES
        return None

    # -- errands and upkeep -------------------------------------------------------------------------------------------

    def _run(self, errand: Errand) -> None:
        """Do an errand in a transaction of its own."""
        done = errand.done
        try:
            if self.broken is not None:
                raise Unusable(self.broken)
            self._database.execute("begin immediate")
            errand.work(self._database)
            self._database.execute("commit")
        except sqlite3.Error as error:
            self._tell(fail, done, self._failed(error)())
        except JournalError as error:
            self._roll_back()
            self._tell(fail, done, error)
        else:
            if errand.erases:
                self._log_to_erase = True
                self._checkpoint()
            self._tell(succeed, done)

    def _checkpoint(self) -> None:
        """Move the log into the file. A failed sync of that is as bad as any other: the log must not be reused."""
        if self.broken is not None:
            return
        try:
            # A reader in the middle of a page is a reason to try again later, not to wait.
            mode = "truncate" if self._log_to_erase else "passive"
            self._database.execute("pragma busy_timeout=0")
            busy, *_ = self._database.execute(f"pragma wal_checkpoint({mode})").fetchone()
            self._database.execute(f"pragma busy_timeout={BUSY_TIMEOUT_MS}")
        except sqlite3.Error as error:
            self._failed(error)
        else:
            self._in_log_bytes = 0
            self._log_to_erase = self._log_to_erase and bool(busy)

    def _failed(self, error: sqlite3.Error) -> Callable[[], JournalError]:
        """Take the transaction back and say why. Whatever is not a lack of room ends the writing until a restart."""
        if error.sqlite_errorcode in NO_ROOM and self._roll_back():
            return lambda: Full(f"no room for the journal: {error}")
        reason = self.broken = f"the journal could not be written: {error} ({error.sqlite_errorname})"
        return lambda: Unusable(reason)

    def _roll_back(self) -> bool:
        try:
            if self._database.in_transaction:
                self._database.execute("rollback")
        except sqlite3.Error:
            return False
        return True


def succeed(done: "Future[Any]") -> None:
    if not done.done():
        done.set_result(None)


def fail(done: "Future[Any]", error: JournalError) -> None:
    if not done.done():
        done.set_exception(error)
