"""Sessions in the database: they outlive a restart, and end with their user."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct
from sqlalchemy import bindparam, delete, insert, or_, select, update

from belfry.ports.staff import Role, Session, User
from belfry.registry.people import SECRET_BYTES, abilities_of, fingerprint, tenants_of
from belfry.registry.store import Store
from belfry.registry.tables import SESSION, USER
from belfry.sql import reading, writing

CSRF_BYTES: Final = 18


class Kept(Struct):
    """A session as memory holds it. `seen_at` moves with every request and is saved now and then."""

    session: Session
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class SessionTable:
    """No change rows: who works when is not what the registry records."""

    store: Store

    def open(self, user: User, now: datetime, lives: timedelta) -> tuple[str, Session]:
        secret, csrf = self._word(SECRET_BYTES), self._word(CSRF_BYTES)
        session = Session(user=user, csrf=csrf, expires_at=now + lives)
        values = {"sha256": fingerprint(secret), "user": user.id, "csrf": csrf}
        with writing(self.store.engine) as connection:
            times = {"created_at": now, "seen_at": now, "expires_at": session.expires_at}
            connection.execute(insert(SESSION).values(**values, **times))
        return secret, session

    def all(self, now: datetime) -> Mapping[bytes, Kept]:
        """Return what lasts, by the fingerprint of its secret; sessions of disabled users are over."""
        query = (
            select(SESSION, USER.c.name, USER.c.role, USER.c.skills, USER.c.speaks)
            .join(USER, SESSION.c.user == USER.c.id)
            .where(SESSION.c.expires_at > now, USER.c.disabled_at.is_(None))
        )
        with reading(self.store.engine) as connection:
            rows, tenants = connection.execute(query).all(), tenants_of(connection)
        kept: dict[bytes, Kept] = {}
        for row in rows:
            user = User(
                id=row.user,
                name=row.name,
                role=Role(row.role),
                tenants=tenants.get(row.user),
                abilities=abilities_of(row),
            )
            kept[row.sha256] = Kept(Session(user=user, csrf=row.csrf, expires_at=row.expires_at), row.seen_at)
        return kept

    def end(self, fingerprints: Iterable[bytes]) -> None:
        gone = [{"which": one} for one in fingerprints]
        if gone:
            with writing(self.store.engine) as connection:
                connection.execute(delete(SESSION).where(SESSION.c.sha256 == bindparam("which")), gone)

    def save(self, seen: Mapping[bytes, datetime], now: datetime, idle: timedelta) -> int:
        """Save when sessions were used, and end those that are expired or idle; returns how many ended."""
        with writing(self.store.engine) as connection:
            if seen:
                used = update(SESSION).where(SESSION.c.sha256 == bindparam("which")).values(seen_at=bindparam("at"))
                connection.execute(used, [{"which": which, "at": at} for which, at in seen.items()])
            over = or_(SESSION.c.expires_at <= now, SESSION.c.seen_at <= now - idle)
            return connection.execute(delete(SESSION).where(over)).rowcount

    def _word(self, size: int) -> str:
        return urlsafe_b64encode(self.store.chance(size)).rstrip(b"=").decode("ascii")
