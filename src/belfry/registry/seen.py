"""Last-seen times (`ports.last_seen`): when a path was last heard, saved in batches, read at the start."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Executable, select
from sqlalchemy.dialects import postgresql, sqlite

from belfry.ports.last_seen import LastHeard
from belfry.registry.store import Store
from belfry.registry.tables import LAST_SEEN
from belfry.sql import reading, writing

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
STATE_MAX: Final = 500


class LastSeenTable:
    """`ports.last_seen.LastSeen` over the registry; the database works in a thread, so the loop goes on."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def load(self) -> Sequence[LastHeard]:
        return await asyncio.to_thread(read_seen, self._store)

    async def save(self, batch: Sequence[LastHeard]) -> None:
        await asyncio.to_thread(save_seen, self._store, batch)


def save_seen(store: Store, batch: Sequence[LastHeard]) -> None:
    """Insert or replace a batch, all or none. Raises ValueError for a state longer than 500 characters."""
    values = [_values(row) for row in batch]
    if not values:
        return
    with writing(store.engine) as connection:
        connection.execute(_upsert(store.engine.dialect.name), values)


def _upsert(dialect: str) -> Executable:
    """Both say it with the same words, and each only with its own insert."""
    fresh = postgresql.insert(LAST_SEEN) if dialect == "postgresql" else sqlite.insert(LAST_SEEN)
    replaced = {"at_us": fresh.excluded.at_us, "state": fresh.excluded.state}
    return fresh.on_conflict_do_update(index_elements=["account_id", "path"], set_=replaced)


def read_seen(store: Store) -> Sequence[LastHeard]:
    with reading(store.engine) as connection:
        rows = connection.execute(select(LAST_SEEN))
        return [LastHeard(who, path, EPOCH + at_us * MICROSECOND, state) for who, path, at_us, state in rows]


def _values(row: LastHeard) -> dict[str, object]:
    if len(row.state) > STATE_MAX:
        raise ValueError(f"the state of a path has {len(row.state)} characters, at most {STATE_MAX} are kept")
    at_us = (row.heard_at - EPOCH) // MICROSECOND
    return {"account_id": row.account_id, "path": row.path, "at_us": at_us, "state": row.state}
