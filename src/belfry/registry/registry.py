"""The registry: what is changed in place - accounts, users, sessions, tokens, last-seen times.

Synchronous throughout; each call is one transaction and safe from any thread. `doors` and `asyncio.to_thread` are for
the event loop. Several processes may have it open: a server beside `belfry user` or `belfry import`.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from sqlalchemy import URL, Engine, text
from sqlalchemy.exc import DatabaseError

from belfry.domain.site import Account
from belfry.ports import Chance, Clock
from belfry.registry import accounts
from belfry.registry.accounts import ImportReport
from belfry.registry.book import AccountBook
from belfry.registry.doors import SessionsDoor, TokensDoor, UsersDoor
from belfry.registry.people import TokenTable, UserTable
from belfry.registry.seen import LastSeenTable
from belfry.registry.sessions import SessionTable
from belfry.registry.sheet import Sheet
from belfry.registry.store import CHANGES_PER_PAGE, Change, Store, read_changes, utc_now
from belfry.sql import SchemaState, SqlError, make_engine, migrate, reading, schema_state

FILE: Final = "registry.sqlite3"
MIGRATIONS: Final = "belfry.registry:migrations"


class Registry:
    """`users`, `tokens`, `sessions` are its tables of staff; the rest is here."""

    def __init__(self, store: Store, hasher: PasswordHasher) -> None:
        self.store = store
        self.users = UserTable(store, hasher)
        self.tokens = TokenTable(store)
        self.sessions = SessionTable(store)

    @classmethod
    def open(
        cls,
        where: str | Path,
        *,
        clock: Clock = utc_now,
        chance: Chance = secrets.token_bytes,
        hasher: PasswordHasher | None = None,
    ) -> "Registry":
        """Open a folder or a database URL, making or migrating it. Raises SqlError (NewerSchema among them)."""
        engine = make_engine(_url(where))
        with _whole(engine):
            migrate(engine, MIGRATIONS)
        return cls(Store(engine, clock, chance), PasswordHasher() if hasher is None else hasher)

    def close(self) -> None:
        self.store.engine.dispose()

    # -- accounts --

    def accounts(self) -> Sequence[Account]:
        return accounts.read_accounts(self.store)

    def some_accounts(self, ids: Iterable[str]) -> Sequence[Account]:
        return accounts.read_some(self.store, ids)

    def book(self) -> AccountBook:
        return AccountBook(self.accounts())

    def import_accounts(self, sheet: Sheet, *, dry_run: bool = False, by: str) -> ImportReport:
        return accounts.import_sheet(self.store, sheet, dry_run=dry_run, by=by)

    # -- changes --

    def changes(self, after: int, limit: int = CHANGES_PER_PAGE) -> Sequence[Change]:
        return read_changes(self.store, after, limit)

    # -- the doors of others, for the event loop --

    def last_seen_door(self) -> LastSeenTable:
        return LastSeenTable(self.store)

    def users_door(self) -> UsersDoor:
        return UsersDoor(self.users)

    def sessions_door(self, lives: timedelta) -> SessionsDoor:
        return SessionsDoor(self.sessions, lives=lives)

    def tokens_door(self) -> TokensDoor:
        return TokensDoor(self.tokens)


def registry_state(where: str | Path) -> SchemaState | None:
    """Say what `open` would find, changing nothing; None where there is no registry yet.

    Raises SqlError, also where a page of the file is damaged.
    """
    if isinstance(where, Path) and not (where / FILE).exists():
        return None
    engine = make_engine(_url(where))
    with _whole(engine):
        state = schema_state(engine, MIGRATIONS)
        with reading(engine) as connection:
            damage = connection.scalar(text("PRAGMA quick_check(1)"))
    engine.dispose()
    if damage != "ok":
        raise SqlError(f"{engine.url.database} is damaged: {damage}")
    return state


@contextmanager
def _whole(engine: Engine) -> Iterator[None]:
    """Say in our words that a file is no database, is locked for long or cannot be read."""
    try:
        yield
    except DatabaseError as error:
        engine.dispose()
        raise SqlError(f"{engine.url.database} cannot be used: {error.orig}") from error
    except SqlError:
        engine.dispose()
        raise


def _url(where: str | Path) -> str | URL:
    return URL.create("sqlite", database=str(where / FILE)) if isinstance(where, Path) else where
