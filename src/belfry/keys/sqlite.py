"""The key store of one machine: a SQLite file of its own, in which a destroyed key leaves no trace.

`secure_delete` overwrites what is deleted, and after each expiry the write-ahead log is emptied as well. Every key is
wrapped under the instance key. One thread works; keys that are put while it does are committed together next.
"""

import asyncio
import sqlite3
from asyncio import Future
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from belfry.keys.errors import KeysError, KeysFull, KeysUnusable
from belfry.keys.shapes import NewKey, checked, checked_day
from belfry.keys.tables import Vault, open_vault
from belfry.ports import Chance

COMMIT_MAX_KEYS: Final = 2_048
WAITING_MAX_KEYS: Final = 65_536
"""Most keys that wait for the disk at once; beyond it a put is answered with KeysFull at once."""
NO_ROOM: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE})

T = TypeVar("T")
Put = tuple[Sequence[NewKey], "Future[None]"]


class SqliteKeyStore:
    """Open with `await SqliteKeyStore.open(folder, chance)`, from the loop that will use it."""

    def __init__(self, vault: Vault) -> None:
        """Use `open`."""
        self._vault = vault
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="belfry-keys")
        self._gathered: list[Put] = []
        self._waiting = 0
        self._committing: asyncio.Task[None] | None = None
        self._closed: asyncio.Task[None] | None = None
        self._broken: str | None = None

    @classmethod
    async def open(cls, folder: Path, chance: Chance) -> "SqliteKeyStore":
        """Open the key store of a folder; store and instance key are made at the first start.

        Raises InstanceKeyError, KeysNewer or KeysUnusable.
        """
        return cls(await asyncio.to_thread(open_vault, folder, chance))

    async def put(self, keys: Sequence[NewKey]) -> None:
        self._refuse_if_unusable()
        checked(keys)
        if self._waiting + len(keys) > WAITING_MAX_KEYS:
            raise KeysFull(f"{self._waiting} keys wait for the disk, at most {WAITING_MAX_KEYS} may")
        done: Future[None] = self._loop.create_future()
        self._waiting += len(keys)
        self._gathered.append((keys, done))
        if self._committing is None:
            self._committing = asyncio.ensure_future(self._commit())
        await done

    async def get(self, names: Sequence[bytes]) -> Mapping[bytes, bytes]:
        return await self._in_thread(partial(self._vault.get, names))

    async def daily(self, day: str) -> bytes:
        return await self._in_thread(partial(self._vault.daily, checked_day(day)))

    def derive(self, purpose: str) -> bytes:
        return self._vault.derive(purpose)

    async def expire(self, now: datetime) -> Sequence[bytes]:
        return await self._in_thread(partial(self._vault.expire, now))

    async def destroy(self, names: Sequence[bytes]) -> None:
        await self._in_thread(partial(self._vault.destroy, names))

    async def close(self) -> None:
        """Store what was handed over, then close."""
        if self._closed is None:
            self._closed = asyncio.ensure_future(self._close())
        await asyncio.shield(self._closed)

    async def _close(self) -> None:
        if self._committing is not None:
            await self._committing
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        self._thread.submit(self._vault.close).result()
        self._thread.shutdown()

    async def _commit(self) -> None:
        """Commit whatever has gathered, until nothing has."""
        while self._gathered:
            batch = self._take()
            keys = [key for some, _ in batch for key in some]
            try:
                await self._run(partial(self._vault.put, keys))
            except Exception as error:  # whatever it was, nobody waits for ever
                failure = type(error) if isinstance(error, KeysError) else KeysUnusable
                for _, done in batch:
                    if not done.done():
                        done.set_exception(failure(str(error)))
            else:
                for _, done in batch:
                    if not done.done():
                        done.set_result(None)
            self._waiting -= len(keys)
        self._committing = None

    def _take(self) -> list[Put]:
        """Whole puts up to the size of one commit, at least one."""
        count = end = 0
        while end < len(self._gathered) and count < COMMIT_MAX_KEYS:
            count += len(self._gathered[end][0])
            end += 1
        batch, self._gathered = self._gathered[:end], self._gathered[end:]
        return batch

    async def _in_thread(self, work: Callable[[], T]) -> T:
        self._refuse_if_unusable()
        return await self._run(work)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._broken is not None:
            raise KeysUnusable(self._broken)
        try:
            return await self._loop.run_in_executor(self._thread, work)
        except sqlite3.Error as error:
            if error.sqlite_errorcode in NO_ROOM:
                raise KeysFull(f"no room for the key store: {error}") from error
            self._broken = f"the key store could not be written: {error} ({error.sqlite_errorname})"
            raise KeysUnusable(self._broken) from error

    def _refuse_if_unusable(self) -> None:
        if self._closed is not None:
            raise KeysUnusable("the key store is closed")
        if self._broken is not None:
            raise KeysUnusable(self._broken)
