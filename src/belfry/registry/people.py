"""Staff accounts, sessions and tokens in the database. Synchronous; `doors` is how the web asks.

Passwords are argon2id hashes. Sessions and tokens are 32 random bytes that only their holder has: the table knows the
SHA-256, which is enough, since nobody can guess what to hash.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any, Final
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from belfry.domain.abilities import GENERALIST, Abilities, Skill
from belfry.domain.account_checks import LABEL
from belfry.domain.agreement import holds
from belfry.ports.staff import (
    AbilitiesRefused,
    NameRefused,
    NameTaken,
    NoSuchUser,
    PasswordRefused,
    Role,
    User,
    fold,
)
from belfry.registry.agreement_table import read_agreement
from belfry.registry.store import RegistryError, Store, note_changes
from belfry.registry.tables import SESSION, TOKEN, USER, USER_TENANT
from belfry.sql import reading, writing

NAME_MAX: Final = 60
PASSWORD_MIN: Final = 10
PASSWORD_MAX: Final = 256
SECRET_BYTES: Final = 32
LABEL_SHOWN: Final = 60
SPOKEN: Final = re.compile(r"[a-z]{2,3}")
SPEAKS_MOST: Final = 12
TOKEN_MAX: Final = timedelta(hours=12)
"""A token that acts for a person lasts no longer (DESIGN 5)."""
NEVER_SET: Final = "what nobody can have as a password, since it is longer than any" + "." * PASSWORD_MAX


def fingerprint(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogateescape")).digest()


def checked_name(name: str) -> str:
    name = normalize("NFC", name)
    if not 0 < len(name) <= NAME_MAX or not name.isprintable() or name != name.strip():
        raise NameRefused(f"a name wants 1 to {NAME_MAX} printable characters, no space before or after")
    return name


def checked_password(password: str) -> str:
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise PasswordRefused(
            f"a password wants {PASSWORD_MIN} to {PASSWORD_MAX} characters; this one has {len(password)}"
        )
    return normalize("NFKC", password)


class UserTable:
    def __init__(self, store: Store, hasher: PasswordHasher) -> None:
        self.store = store
        self.hasher = hasher

    @cached_property
    def stand_in(self) -> str:
        """A hash that no password fits, of the same cost: a name that nobody has takes as long to refuse."""
        return self.hasher.hash(NEVER_SET)

    def empty(self) -> bool:
        with reading(self.store.engine) as connection:
            return not _count(connection)

    def all(self) -> Sequence[User]:
        with reading(self.store.engine) as connection:
            tenants = tenants_of(connection)
            rows = connection.execute(select(USER).order_by(USER.c.folded))
            return [_user(row, tenants.get(row.id)) for row in rows]

    def add(
        self,
        name: str,
        role: Role,
        password: str,
        *,
        by: str,
        language: str = "en",
        tenants: Collection[str] | None = None,
    ) -> User:
        """Add a staff account, of some tenants or (None) of all. Raises NameTaken, NameRefused, PasswordRefused."""
        name, hashed = checked_name(name), self.hasher.hash(checked_password(password))
        chosen = checked_tenants(tenants)
        with writing(self.store.engine) as connection:
            return self._insert(connection, name, role, hashed, by=by, language=language, tenants=chosen)

    def add_first(self, name: str, role: Role, password: str, *, by: str, language: str = "en") -> User | None:
        """Add the first staff account; None where there is one already."""
        name, hashed = checked_name(name), self.hasher.hash(checked_password(password))
        with writing(self.store.engine) as connection:
            return (
                None if _count(connection) else self._insert(connection, name, role, hashed, by=by, language=language)
            )

    def check(self, name: str, password: str) -> User | None:
        """Return whose password this is, unless that account is disabled."""
        stand_in = self.stand_in
        with reading(self.store.engine) as connection:
            row = _named(connection, name)
            tenants = tenants_of(connection, name if row is None else row.id)
        fits = self._fits(stand_in if row is None else row.password, password)
        if row is None or not fits or row.disabled_at is not None:
            return None
        if self.hasher.check_needs_rehash(row.password):
            self._renew(row.id, password)
        return _user(row, tenants.get(row.id))

    def set_password(self, name: str, password: str, *, by: str) -> User:
        """Give a new password and end the account's sessions. Raises RegistryError for a name that nobody has."""
        hashed = self.hasher.hash(checked_password(password))
        return self._change(name, {"password": hashed}, by=by)

    def disable(self, name: str, *, by: str) -> User:
        """Let an account in no more; it stays in the record. Its sessions end. Raises RegistryError."""
        return self._change(name, {"disabled_at": self.store.clock()}, by=by)

    def set_tenants(self, name: str, tenants: Collection[str] | None, *, by: str) -> User:
        """Say of which tenants an account is, or ids of which sites; None: of all, which an empty list never means.

        Raises RegistryError.
        """
        chosen = checked_tenants(tenants)
        with writing(self.store.engine) as connection:
            row = _named(connection, name)
            if row is None:
                raise RegistryError(f"there is no user {name!r}")
            connection.execute(delete(USER_TENANT).where(USER_TENANT.c.user == row.id))
            _put_tenants(connection, row.id, chosen)
            note_changes(connection, [(row.id, ["tenants"])], table="user", by=by, at=self.store.clock())
        return _user(row, chosen)

    def set_abilities(self, name: str, abilities: Abilities, *, by: str) -> User:
        """Say what somebody is trained for and which languages he speaks, in place of before; his sessions last.

        Raises NoSuchUser, AbilitiesRefused.
        """
        chosen = checked_abilities(abilities)
        values = {"skills": " ".join(sorted(chosen.skills)), "speaks": " ".join(sorted(chosen.speaks))}
        with writing(self.store.engine) as connection:
            row = _named(connection, name)
            if row is None:
                raise NoSuchUser(f"there is no user {name!r}")
            connection.execute(update(USER).where(USER.c.id == row.id).values(**values))
            note_changes(connection, [(row.id, ["abilities"])], table="user", by=by, at=self.store.clock())
            changed, tenants = _named(connection, name), tenants_of(connection, row.id)
        return _user(row if changed is None else changed, tenants.get(row.id))

    def _insert(
        self,
        connection: Connection,
        name: str,
        role: Role,
        hashed: str,
        *,
        by: str,
        language: str,
        tenants: frozenset[str] | None = None,
    ) -> User:
        if _named(connection, name) is not None:
            raise NameTaken(f"{name!r} is taken; names differ by more than case")
        at = self.store.clock()
        user = User(id=self.store.new_id("u"), name=name, role=role, tenants=tenants)
        values = {"id": user.id, "folded": fold(name), "name": name, "role": role.value, "password": hashed}
        connection.execute(insert(USER).values(**values, language=language, created_at=at))
        _put_tenants(connection, user.id, tenants)
        note_changes(connection, [(user.id, ["added"])], table="user", by=by, at=at)
        return user

    def _change(self, name: str, values: dict[str, Any], *, by: str) -> User:
        with writing(self.store.engine) as connection:
            row = _named(connection, name)
            if row is None:
                raise RegistryError(f"there is no user {name!r}")
            connection.execute(update(USER).where(USER.c.id == row.id).values(**values))
            connection.execute(delete(SESSION).where(SESSION.c.user == row.id))
            note_changes(connection, [(row.id, list(values))], table="user", by=by, at=self.store.clock())
            changed, tenants = _named(connection, name), tenants_of(connection, row.id)
        return _user(row if changed is None else changed, tenants.get(row.id))

    def _fits(self, hashed: str, password: str) -> bool:
        if len(password) > PASSWORD_MAX:
            return False
        try:
            return self.hasher.verify(hashed, normalize("NFKC", password))
        except (VerificationError, InvalidHashError):
            return False

    def _renew(self, user_id: str, password: str) -> None:
        """Hash again with today's cost; no change that a record needs."""
        hashed = self.hasher.hash(normalize("NFKC", password))
        with writing(self.store.engine) as connection:
            connection.execute(update(USER).where(USER.c.id == user_id).values(password=hashed))


@dataclass(frozen=True, slots=True)
class TokenTable:
    store: Store

    def issue(self, role: Role, *, name: str | None = None, tenant: str | None = None, hours: float, by: str) -> str:
        """Return a new bearer token that acts as `name` (default: the role's) for at most 12 hours.

        Where a user has that name, the token ends with the user and reaches no further than his tenants. `tenant`: it
        reaches that one alone. Raises RegistryError, NameRefused.
        """
        lives = timedelta(hours=hours)
        if not timedelta(0) < lives <= TOKEN_MAX:
            raise RegistryError(f"hours = {hours:g}: a token lasts more than 0 and at most 12")
        if tenant is not None:
            checked_tenants([tenant])
        if role is Role.SERVICE:
            raise RegistryError("a service needs an agreement")
        secret = urlsafe_b64encode(self.store.chance(SECRET_BYTES)).rstrip(b"=").decode("ascii")
        at = self.store.clock()
        with writing(self.store.engine) as connection:
            user = None if name is None else _named(connection, name)
            if user is not None and user.disabled_at is not None:
                raise RegistryError(f"{user.name!r} is disabled")
            mine = None if user is None else tenants_of(connection, user.id).get(user.id)
            if tenant is not None and mine is not None and tenant not in mine:
                raise RegistryError(f"{name!r} is not of tenant {tenant!r}")
            values = {
                "sha256": fingerprint(secret),
                "id": self.store.new_id("t"),
                "name": user.name if user is not None else checked_name(name or role.value),
                "role": role.value,
                "tenant": tenant,
                "user": None if user is None else user.id,
            }
            connection.execute(delete(TOKEN).where(TOKEN.c.expires_at < at))
            connection.execute(insert(TOKEN).values(**values, created_at=at, expires_at=at + lives))
            note_changes(connection, [(str(values["id"]), ["added"])], table="token", by=by, at=at)
        return secret

    def issue_for_service(
        self, agreement_id: str, *, name: str | None = None, tenant: str | None = None, hours: float | None, by: str
    ) -> str:
        """Return a new bearer token of software. It lasts as long as its agreement (or `hours`, if that is less), ends
        with it, and reaches the agreement's tenant alone. Its name is nobody's; by default it names the agreement.
        Raises RegistryError, NameRefused.
        """
        if hours is not None and hours <= 0:
            raise RegistryError(f"hours = {hours:g}: a token lasts more than 0")
        if tenant is not None:
            checked_tenants([tenant])
        secret = urlsafe_b64encode(self.store.chance(SECRET_BYTES)).rstrip(b"=").decode("ascii")
        at = self.store.clock()
        with writing(self.store.engine) as connection:
            agreement = read_agreement(connection, agreement_id)
            if agreement is None:
                raise RegistryError(f"there is no agreement {agreement_id[:LABEL_SHOWN]!r}")
            if agreement.ends <= at or agreement.ended_at is not None:
                raise RegistryError(f"the agreement {agreement.id} is over")
            if name is not None and _named(connection, name) is not None:
                raise RegistryError(f"{name!r} is a person: a service acts for nobody")
            if None not in (tenant, agreement.tenant) and tenant != agreement.tenant:
                raise RegistryError(f"the agreement {agreement.id} is not about tenant {tenant!r}")
            ends = agreement.ends if hours is None else min(agreement.ends, _after(at, hours))
            values = {
                "sha256": fingerprint(secret),
                "id": self.store.new_id("t"),
                "name": checked_name(name or f"service {agreement.id}"),
                "role": Role.SERVICE.value,
                "tenant": tenant or agreement.tenant,
                "agreement": agreement.id,
            }
            connection.execute(delete(TOKEN).where(TOKEN.c.expires_at < at))
            connection.execute(insert(TOKEN).values(**values, created_at=at, expires_at=ends))
            note_changes(connection, [(str(values["id"]), ["added"])], table="token", by=by, at=at)
        return secret

    def find(self, secret: str, now: datetime) -> User | None:
        """Return whom a token acts for: the user of its name, with the token's role, or nobody's id but its own."""
        query = select(TOKEN, USER.c.disabled_at).outerjoin(USER, TOKEN.c.user == USER.c.id)
        with reading(self.store.engine) as connection:
            row = connection.execute(query.where(TOKEN.c.sha256 == fingerprint(secret))).one_or_none()
            if row is None or row.expires_at <= now or row.disabled_at is not None:
                return None
            if row.role == Role.SERVICE:
                agreement = None if row.agreement is None else read_agreement(connection, row.agreement)
                if agreement is None or not holds(agreement, now):
                    return None
            mine = tenants_of(connection, row.user).get(row.user) if row.user else None
        return User(
            id=row.user or row.id,
            name=row.name,
            role=Role(row.role),
            tenants=_narrowed(mine, row.tenant),
            agreement=row.agreement,
        )


def _after(at: datetime, hours: float) -> datetime:
    """Raises RegistryError for more hours than there are."""
    try:
        return at + timedelta(hours=hours)
    except OverflowError:
        raise RegistryError(f"hours = {hours:g}: too many") from None


def _count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(USER)) or 0


def _named(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(select(USER).where(USER.c.folded == fold(name))).one_or_none()


def _user(row: Row[Any], tenants: frozenset[str] | None) -> User:
    return User(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        disabled=row.disabled_at is not None,
        tenants=tenants,
        abilities=abilities_of(row),
    )


# -- abilities --------------------------------------------------------------------------------------------------------


def abilities_of(row: Row[Any]) -> Abilities:
    """What a row of the table, or of a join with it, says of its user."""
    if not row.skills and not row.speaks:
        return GENERALIST
    return Abilities(frozenset(row.skills.split()), frozenset(row.speaks.split()))


def checked_abilities(abilities: Abilities) -> Abilities:
    """Raises AbilitiesRefused."""
    for skill in abilities.skills:
        if skill not in [str(one) for one in Skill]:
            raise AbilitiesRefused(f"{skill[:LABEL_SHOWN]!r}: one of {', '.join(Skill)}")
    for language in abilities.speaks:
        if SPOKEN.fullmatch(language) is None:
            raise AbilitiesRefused(f"{language[:LABEL_SHOWN]!r}: a language has two or three small letters, such as de")
    if len(abilities.speaks) > SPEAKS_MOST:
        raise AbilitiesRefused(f"at most {SPEAKS_MOST} languages")
    return abilities


# -- tenants ----------------------------------------------------------------------------------------------------------


def tenants_of(connection: Connection, user: str | None = None) -> Mapping[str, frozenset[str]]:
    """Return whose accounts users, or one user, may know of, by user id; who is absent is of all tenants."""
    query = select(USER_TENANT.c.user, USER_TENANT.c.tenant)
    found: dict[str, set[str]] = {}
    for row in connection.execute(query if user is None else query.where(USER_TENANT.c.user == user)):
        found.setdefault(row.user, set()).add(row.tenant)
    return {user_id: frozenset(tenants) for user_id, tenants in found.items()}


def checked_tenants(tenants: Collection[str] | None) -> frozenset[str] | None:
    """Raises RegistryError for what is neither a tenant's name nor an id of ours, and for none at all.

    Whoever takes away somebody's last tenant must not make him one of all tenants by it.
    """
    if tenants is None:
        return None
    if not tenants:
        raise RegistryError("no tenant is named: name at least one, or say that it is all of them")
    for tenant in tenants:
        if not tenant or LABEL.fullmatch(tenant) is None:
            raise RegistryError(f"{tenant[:LABEL_SHOWN]!r}: a tenant wants 1 to 60 letters, digits or _ . -")
    return frozenset(tenants)


def _put_tenants(connection: Connection, user: str, tenants: frozenset[str] | None) -> None:
    if tenants:
        connection.execute(insert(USER_TENANT), [{"user": user, "tenant": tenant} for tenant in sorted(tenants)])


def _narrowed(mine: frozenset[str] | None, tenant: str | None) -> frozenset[str] | None:
    """A token of one tenant reaches it, as long as whom it acts for is of it."""
    if tenant is None:
        return mine
    return frozenset({tenant}) if mine is None else mine & {tenant}
