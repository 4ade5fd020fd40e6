"""The one place of the centre where personal words are sealed and opened.

Every part has a data key of its own. The keys are stored before the sealed parts are handed out, so that no entry ever
names a key that does not exist; a key whose entry was never written is an orphan and expires like any other. Keys that
are asked for at the same time go to the store together.
"""

import asyncio
from asyncio import Future
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from belfry.domain.facts import Part, Retention, Sealed
from belfry.ports import Chance, Clock, KeyStore
from belfry.safeguards.retention import DEFAULT_PERIODS, expires_at
from belfry.safeguards.sealing import DATA_KEY_BYTES, NONCE_BYTES, seal, unseal

KeyRow = tuple[bytes, Retention, datetime]

CHANCE_BYTES: Final = DATA_KEY_BYTES + NONCE_BYTES
"""Drawn for each part."""


class Seals:
    """`periods` says how long the key of each class lives."""

    def __init__(
        self,
        keys: KeyStore,
        chance: Chance,
        clock: Clock,
        periods: Mapping[Retention, timedelta] = DEFAULT_PERIODS,
    ) -> None:
        self._keys, self._chance, self._clock, self._periods = keys, chance, clock, periods
        self._rows: list[KeyRow] = []
        self._asked: list[Future[None]] = []
        self._storing: asyncio.Task[None] | None = None

    async def seal(self, parts: Sequence[tuple[Part, Retention, str]]) -> tuple[Sealed, ...]:
        """Seal texts, in their order; the keys are durable on return. Raises what the key store raises."""
        if not parts:
            return ()
        now = self._clock()
        ends = {retention: expires_at(retention, now, self._periods) for _, retention, _ in parts}
        chance = self._chance(CHANCE_BYTES * len(parts))  # one draw: each asks the system
        sealed: list[Sealed] = []
        rows: list[KeyRow] = []
        for n, (part, retention, text) in enumerate(parts):
            key, nonce = _cut(chance[n * CHANCE_BYTES : (n + 1) * CHANCE_BYTES])
            sealed.append(seal(part, retention, text.encode(), data_key=key, nonce=nonce))
            rows.append((key, retention, ends[retention]))
        await self._store(rows)
        return tuple(sealed)

    async def open(self, sealed: Sequence[Sealed]) -> Mapping[Part, str | None]:
        """Return the texts by part; None where the key is gone, so that nobody can read it any more.

        Raises what the key store raises, and SealError where a box was changed.
        """
        return (await self.open_each([sealed]))[0]

    async def open_each(self, groups: Sequence[Sequence[Sealed]]) -> Sequence[Mapping[Part, str | None]]:
        """Open the parts of several facts with one look into the key store, in their order."""
        names = {one.key for group in groups for one in group}
        if not names:
            return [{} for _ in groups]
        keys = await self._keys.get(sorted(names))
        return [{one.part: _open(one, keys.get(one.key)) for one in group} for group in groups]

    async def _store(self, rows: Sequence[KeyRow]) -> None:
        """Store keys, together with all others that wait."""
        stored: Future[None] = asyncio.get_running_loop().create_future()
        self._rows += rows
        self._asked.append(stored)
        if self._storing is None:
            self._storing = asyncio.create_task(self._store_waiting())
        await stored

    async def _store_waiting(self) -> None:
        asked: list[Future[None]] = []
        try:
            while self._rows:
                rows, asked = self._rows, self._asked
                self._rows, self._asked = [], []
                try:
                    await self._keys.put(rows)
                except Exception as error:  # whoever asked decides what that means; the next ones try anew
                    _settle(asked, error)
                else:
                    _settle(asked, None)
        finally:
            self._storing = None
            for future in (*asked, *self._asked):
                future.cancel()  # nothing to do where it is done; stopped in the middle, nobody shall wait for ever


def _cut(chance: bytes) -> tuple[bytes, bytes]:
    return chance[:DATA_KEY_BYTES], chance[DATA_KEY_BYTES:]


def _open(sealed: Sealed, key: bytes | None) -> str | None:
    return None if key is None else unseal(sealed, key).decode()


def _settle(asked: Sequence[Future[None]], error: Exception | None) -> None:
    for future in asked:
        if future.done():
            continue  # whoever asked gave up
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
