"""The staff door (`ports.staff`) over the registry: the database is asked in threads, memory answers at once.

Another process may change users at any time (`belfry user`, `belfry token`), so whoever follows the change rows calls
`refresh`; tokens are looked up again after a few seconds anyway.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, ParamSpec, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from belfry.domain.abilities import GENERALIST, Abilities
from belfry.domain.agreement import holds
from belfry.ports.automation import KnownAgreements
from belfry.ports.staff import Role, Session, StaffUnavailable, User
from belfry.registry.people import TokenTable, UserTable, fingerprint
from belfry.registry.sessions import Kept, SessionTable

P = ParamSpec("P")
T = TypeVar("T")

HASHES_AT_ONCE: Final = 2
"""Each takes 64 MiB and a core for a while: a flood of sign-ins must not take all of both."""
TOKEN_TRUSTED: Final = timedelta(seconds=5)
TOKENS_REMEMBERED: Final = 1_000
SECRET_MAX: Final = 200
IDLE: Final = timedelta(hours=12)
BY: Final = "console"


async def in_thread(ask: Callable[P, T], /, *words: P.args, **named: P.kwargs) -> T:
    """What a synchronous question answers. Raises StaffUnavailable where the database does not."""
    try:
        return await asyncio.to_thread(ask, *words, **named)
    except SQLAlchemyError as error:
        raise StaffUnavailable(f"the registry fails: {type(error).__name__}") from error


class UsersDoor:
    def __init__(self, table: UserTable) -> None:
        self._table = table
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)

    async def empty(self) -> bool:
        return await in_thread(self._table.empty)

    async def all(self) -> Sequence[User]:
        return await in_thread(self._table.all)

    async def add(self, name: str, role: Role, password: str) -> User:
        async with self._hashing:
            return await in_thread(self._table.add, name, role, password, by=BY)

    async def add_first(self, name: str, role: Role, password: str) -> User | None:
        async with self._hashing:
            return await in_thread(self._table.add_first, name, role, password, by=BY)

    async def set_abilities(self, name: str, abilities: Abilities, *, by: str) -> User:
        return await in_thread(self._table.set_abilities, name, abilities, by=by)

    async def check(self, name: str, password: str) -> User | None:
        async with self._hashing:
            return await in_thread(self._table.check, name, password)


class SessionsDoor:
    """Sessions by the fingerprint of their secret. Call `refresh` once before use."""

    def __init__(self, table: SessionTable, *, lives: timedelta, idle: timedelta = IDLE) -> None:
        self._table = table
        self._lives, self._idle = lives, idle
        self._kept: dict[bytes, Kept] = {}
        self._moving = asyncio.Lock()

    async def refresh(self, now: datetime) -> None:
        """Read the sessions again: those of users disabled meanwhile are over."""
        async with self._moving:
            before = self._kept
            self._kept = dict(await in_thread(self._table.all, now))
            for which, kept in self._kept.items():
                if which in before:
                    kept.seen_at = max(kept.seen_at, before[which].seen_at)

    async def open(self, user: User, now: datetime) -> tuple[str, Session]:
        async with self._moving:
            secret, session = await in_thread(self._table.open, user, now, self._lives)
            self._kept[fingerprint(secret)] = Kept(session, now)
        return secret, session

    def find(self, secret: str, now: datetime) -> Session | None:
        kept = self._kept.get(fingerprint(secret)) if len(secret) <= SECRET_MAX else None
        if kept is None or kept.session.expires_at <= now or now - kept.seen_at >= self._idle:
            return None
        kept.seen_at = now
        return kept.session

    def abilities(self, name: str) -> Abilities:
        """What somebody who is signed in is trained for, as it is by now."""
        found = (kept.session.user for kept in self._kept.values() if kept.session.user.name == name)
        return next((user.abilities for user in found), GENERALIST)

    async def end(self, secret: str) -> None:
        which = fingerprint(secret)
        async with self._moving:
            self._kept.pop(which, None)
            await in_thread(self._table.end, [which])

    async def sweep(self, now: datetime) -> int:
        """Save when sessions were used and end what is expired or idle; returns how many ended. For once a minute."""
        async with self._moving:
            seen = {which: kept.seen_at for which, kept in self._kept.items()}
            ended = await in_thread(self._table.save, seen, now, self._idle)
            over = [which for which, at in seen.items() if now - at >= self._idle or self._expired(which, now)]
            for which in over:
                self._kept.pop(which, None)
        return ended

    def _expired(self, which: bytes, now: datetime) -> bool:
        kept = self._kept.get(which)
        return kept is None or kept.session.expires_at <= now


class TokensDoor:
    """`agreements` is asked with every request of a service, so that it ends with its agreement at once."""

    def __init__(self, table: TokenTable, agreements: KnownAgreements | None = None) -> None:
        self._table, self._agreements = table, agreements
        self._known: dict[bytes, tuple[User, datetime]] = {}

    async def find(self, secret: str, now: datetime) -> User | None:
        if len(secret) > SECRET_MAX:
            return None
        which = fingerprint(secret)
        known = self._known.get(which)
        if known is not None and timedelta(0) <= now - known[1] < TOKEN_TRUSTED:
            return known[0] if self._is_agreed(known[0], now) else None
        user = await in_thread(self._table.find, secret, now)
        if user is None:
            self._known.pop(which, None)
        else:
            if len(self._known) >= TOKENS_REMEMBERED:
                self._known.clear()
            self._known[which] = (user, now)
        return user if user is None or self._is_agreed(user, now) else None

    def _is_agreed(self, user: User, now: datetime) -> bool:
        if user.agreement is None or self._agreements is None:
            return True
        agreement = self._agreements.get(user.agreement)
        return agreement is None or holds(agreement, now)  # one that memory does not know yet the table has asked

    def refresh(self) -> None:
        self._known.clear()
