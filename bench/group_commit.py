"""What both limit programs share: a thread that writes whatever has queued up as one synced transaction."""

import queue
import sqlite3
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

MOST_IN_ONE_COMMIT = 2048

Who = TypeVar("Who")
Written = tuple[float, bytes, Who]


class Committer(threading.Thread, Generic[Who]):
    """Put `(time, body, who)` into `waiting`; `answer` hears on the loop of all that are on the disk."""

    def __init__(self, loop: AbstractEventLoop, path: str, answer: Callable[[Sequence["Written[Who]"]], None]) -> None:
        super().__init__(daemon=True)
        self.loop, self.path, self.answer = loop, path, answer
        self.waiting: queue.SimpleQueue[Written[Who]] = queue.SimpleQueue()

    def run(self) -> None:
        database = sqlite3.connect(self.path, isolation_level=None)
        database.execute("pragma journal_mode=wal")
        database.execute("pragma synchronous=full")
        database.execute("create table if not exists entry(position integer primary key, at real, body blob)")
        while True:
            batch = [self.waiting.get()]
            while len(batch) < MOST_IN_ONE_COMMIT:
                try:
                    batch.append(self.waiting.get_nowait())
                except queue.Empty:
                    break
            database.execute("begin")
            database.executemany("insert into entry(at, body) values(?, ?)", [(at, body) for at, body, _ in batch])
            database.execute("commit")
            self.loop.call_soon_threadsafe(self.answer, batch)
