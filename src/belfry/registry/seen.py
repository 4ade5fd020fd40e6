"""Last-seen times: when a path of an account was last heard. Saved in batches (RULES 3), read once at the start."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.sqlite import insert

from belfry.registry.store import Store
from belfry.registry.tables import LAST_SEEN
from belfry.sql import reading, writing

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
ROWS_PER_PAGE: Final = 50_000

Seen = tuple[str, str, datetime]
"""Account id, path, time. What a path is called is the caller's: `tcp`, `udp`, or the clock of the panel itself."""


def save_seen(store: Store, rows: Iterable[Seen]) -> None:
    """Save a batch; a time never goes backwards."""
    values = [{"account_id": who, "path": path, "at_us": (at - EPOCH) // MICROSECOND} for who, path, at in rows]
    if not values:
        return
    fresh = insert(LAST_SEEN)
    later = func.max(LAST_SEEN.c.at_us, fresh.excluded.at_us)
    upsert = fresh.on_conflict_do_update(index_elements=["account_id", "path"], set_={"at_us": later})
    with writing(store.engine) as connection:
        connection.execute(upsert, values)


def read_seen(store: Store, after: tuple[str, str] = ("", ""), limit: int = ROWS_PER_PAGE) -> Sequence[Seen]:
    """Return one page, ordered by account id and path; `after` is where the page before ended."""
    here = tuple_(LAST_SEEN.c.account_id, LAST_SEEN.c.path)
    query = select(LAST_SEEN).where(here > after).order_by(*LAST_SEEN.primary_key).limit(limit)
    with reading(store.engine) as connection:
        return [(who, path, EPOCH + at_us * MICROSECOND) for who, path, at_us in connection.execute(query)]
