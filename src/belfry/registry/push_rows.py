"""Phones for web push. What could be used to write to one is sealed under a key of this instance; no change row tells
more than that there was one.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct
from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint, delete, insert, select

from belfry.ports.push import PHONES_MOST, NoSuchPhone, PushPhone
from belfry.ports.staff import fold
from belfry.registry.doors import in_thread
from belfry.registry.people import fingerprint
from belfry.registry.store import Note, Store, write_notes
from belfry.registry.tables import METADATA, USER
from belfry.sql import UtcDateTime, reading, writing

NONCE_BYTES: Final = 12

PUSH_PHONE: Final = Table(
    "push_phone",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("user", Text, ForeignKey("user.id"), nullable=False),
    Column("hash", Text, nullable=False),  # of the endpoint, so that one phone is one row
    Column("box", LargeBinary, nullable=False),  # _Secret in JSON, sealed
    Column("label", Text, nullable=False),
    Column("session", LargeBinary),  # fingerprint of the session that registered it
    Column("added_at", UtcDateTime, nullable=False),
    UniqueConstraint("hash", name="push_phone_hash"),
    Index("push_phone_user", "user"),
)


class PushKeys(NamedTuple):
    """Keys of this instance, 32 bytes each; the key store derives them (`ports.KeyStore.derive`)."""

    vapid: bytes
    delivery: bytes
    endpoints: bytes


class _Secret(Struct, frozen=True):
    endpoint: str
    p256dh: str
    auth: str


class _Kept(Struct, frozen=True):
    phone: PushPhone
    session: bytes | None


def read_phones(store: Store, key: bytes) -> Sequence[_Kept]:
    """Those of accounts that work, which open under this instance's key."""
    query = (
        select(PUSH_PHONE, USER.c.name.label("name"))
        .join(USER, USER.c.id == PUSH_PHONE.c.user)
        .where(USER.c.disabled_at.is_(None))
        .order_by(PUSH_PHONE.c.added_at, PUSH_PHONE.c.id)
    )
    with reading(store.engine) as connection:
        rows = connection.execute(query).all()
    found: list[_Kept] = []
    for row in rows:
        try:
            plain = AESGCM(key).decrypt(row.box[:NONCE_BYTES], row.box[NONCE_BYTES:], row.id.encode())
        except InvalidTag:  # restored under another instance key: the phone registers anew
            continue
        secret = msgspec.json.decode(plain, type=_Secret)
        found.append(_Kept(_phone(row.id, row.name, secret, row.label, row.added_at), row.session))
    return found


def add_phone(store: Store, key: bytes, user: str, secret: _Secret, *, label: str, session: bytes | None) -> None:
    at = store.clock()
    with writing(store.engine) as connection:
        user_id = connection.execute(
            select(USER.c.id).where(USER.c.folded == fold(user), USER.c.disabled_at.is_(None)).with_for_update()
        ).scalar()
        if user_id is None:
            raise NoSuchPhone(user)
        hashed = sha256(secret.endpoint.encode()).hexdigest()
        connection.execute(delete(PUSH_PHONE).where(PUSH_PHONE.c.hash == hashed))
        mine = select(PUSH_PHONE.c.id).where(PUSH_PHONE.c.user == user_id)
        known = connection.execute(mine.order_by(PUSH_PHONE.c.added_at, PUSH_PHONE.c.id)).scalars().all()
        for old in known[: max(0, len(known) + 1 - PHONES_MOST)]:
            connection.execute(delete(PUSH_PHONE).where(PUSH_PHONE.c.id == old))
        made, nonce = store.new_id("p"), store.chance(NONCE_BYTES)
        box = nonce + AESGCM(key).encrypt(nonce, msgspec.json.encode(secret), made.encode())
        row = {"id": made, "user": user_id, "hash": hashed, "box": box, "label": label, "session": session}
        connection.execute(insert(PUSH_PHONE).values(**row, added_at=at))
        write_notes(connection, [Note("push_phone", made, ["added"])], by=user, at=at)


def remove_phones(store: Store, ids: Sequence[str], *, by: str) -> None:
    with writing(store.engine) as connection:
        connection.execute(delete(PUSH_PHONE).where(PUSH_PHONE.c.id.in_(ids)))
        notes = [Note("push_phone", one, ["removed"]) for one in ids]
        write_notes(connection, notes, by=by, at=store.clock())


def _phone(phone_id: str, user: str, secret: _Secret, label: str, at: datetime) -> PushPhone:
    return PushPhone(
        id=phone_id,
        user=user,
        endpoint=secret.endpoint,
        p256dh=secret.p256dh,
        auth=secret.auth,
        label=label,
        added_at=at,
    )


class PushPhonesDoor:
    """`ports.push.PushPhones`. Built with what is stored read; `refresh` sees accounts that were switched off since."""

    def __init__(self, store: Store, key: bytes) -> None:
        self._store, self._key = store, key
        self._moving = asyncio.Lock()
        self._kept: Mapping[str, _Kept] = {}
        self._of: Mapping[str, Sequence[PushPhone]] = {}
        self._take(read_phones(store, key))

    def of(self, user: str) -> Sequence[PushPhone]:
        return self._of.get(user, ())

    async def refresh(self) -> None:
        async with self._moving:
            self._take(await in_thread(read_phones, self._store, self._key))

    async def add(
        self, user: str, endpoint: str, p256dh: str, auth: str, *, label: str, session: str | None
    ) -> PushPhone:
        secret, mark = _Secret(endpoint, p256dh, auth), None if session is None else fingerprint(session)
        async with self._moving:
            await in_thread(add_phone, self._store, self._key, user, secret, label=label, session=mark)
            self._take(await in_thread(read_phones, self._store, self._key))
        return next(one for one in self._of[user] if one.endpoint == endpoint)

    async def remove(self, phone_id: str, user: str | None = None) -> None:
        known = self._kept.get(phone_id)
        if known is None or (user is not None and known.phone.user != user):
            raise NoSuchPhone(phone_id)
        await self._remove([phone_id], by=user or "centre")

    async def end_session(self, session: str) -> None:
        mark = fingerprint(session)
        of_it = [one.phone for one in self._kept.values() if one.session == mark]
        if of_it:
            await self._remove([one.id for one in of_it], by=of_it[0].user)

    async def _remove(self, ids: Sequence[str], *, by: str) -> None:
        async with self._moving:
            await in_thread(remove_phones, self._store, ids, by=by)
            self._take([one for one in self._kept.values() if one.phone.id not in ids])

    def _take(self, kept: Sequence[_Kept]) -> None:
        self._kept = {one.phone.id: one for one in kept}
        of: dict[str, list[PushPhone]] = {}
        for one in kept:
            of.setdefault(one.phone.user, []).append(one.phone)
        self._of = of
