"""The rows of devices: each change is one transaction with its change row, and no secret is in any of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import structs
from sqlalchemy import Connection, Executable, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from belfry.domain.device import Device, DevicePoint, Login
from belfry.domain.device_checks import check
from belfry.domain.flaws import Flaw
from belfry.ports.device_memory import STATE_MOST, Amount, DeviceDay, DeviceState
from belfry.ports.devices import DeviceChanged, DeviceTaken, DeviceUnfit, NoSuchDevice
from belfry.registry.device_tables import DEVICE, DEVICE_DAY, DEVICE_STATE, MAPPING
from belfry.registry.store import Note, Store, write_notes
from belfry.registry.tables import ACCOUNT
from belfry.sql import reading, writing

DEVICES_MOST: Final = 5_000
"""Of one account."""
DAYS_KEPT: Final = timedelta(days=90)
NONCE_BYTES: Final = 12
OURS: Final = frozenset({"id", "version", "secret_number"})
"""Fields that whoever changes a device does not choose."""


class DeviceKeys(NamedTuple):
    """Keys of this instance, 32 bytes each; the key store derives them (`ports.KeyStore.derive`)."""

    secrets: bytes
    logins: bytes


def read_devices(store: Store) -> Sequence[Device]:
    with reading(store.engine) as connection:
        return [_device(row.body) for row in connection.execute(select(DEVICE.c.body).order_by(DEVICE.c.id))]


def read_some(store: Store, ids: Collection[str]) -> Mapping[str, Device]:
    with reading(store.engine) as connection:
        rows = connection.execute(select(DEVICE.c.id, DEVICE.c.body).where(DEVICE.c.id.in_(ids)))
        return {row.id: _device(row.body) for row in rows}


def read_of_account(store: Store, account_id: str) -> Sequence[Device]:
    with reading(store.engine) as connection:
        rows = connection.execute(select(DEVICE.c.body).where(DEVICE.c.account_id == account_id))
        return sorted((_device(row.body) for row in rows), key=lambda device: (device.name, device.id))


def add(store: Store, device: Device, *, by: str) -> Device:
    kept = structs.replace(device, id=store.new_id("d"), version=1, secret_number=1, points=_unproved(device.points))
    try:
        with writing(store.engine) as connection:
            _must_fit(connection, kept, before=None)
            connection.execute(insert(DEVICE).values(_row(kept)))
            _note(connection, store, kept, ["added"], by)
    except IntegrityError as error:
        raise DeviceTaken(device.receiver) from error
    return kept


def change(store: Store, device: Device, *, by: str) -> Device:
    try:
        with writing(store.engine) as connection:
            before = _seen(connection, device.id, device.version)
            proved = {row.point: row.proved_at for row in before.points if row == _like(row, device)}
            points = tuple(structs.replace(row, proved_at=proved.get(row.point)) for row in device.points)
            after = structs.replace(device, secret_number=before.secret_number, points=points)
            fields = [
                name
                for name in Device.__struct_fields__
                if name not in OURS and getattr(before, name) != getattr(after, name)
            ]
            if not fields:
                return before
            kept = structs.replace(after, version=before.version + 1)
            _must_fit(connection, kept, before=before)
            _write(connection, kept)
            _note(connection, store, kept, fields, by)
            if before.account_id != kept.account_id:
                _note(connection, store, before, ["removed"], by)
    except IntegrityError as error:
        raise DeviceTaken(device.receiver) from error
    return kept


def remove(store: Store, device_id: str, version: int, *, by: str) -> None:
    with writing(store.engine) as connection:
        before = _seen(connection, device_id, version)
        connection.execute(delete(DEVICE).where(DEVICE.c.id == device_id))
        _note(connection, store, before, ["removed"], by)


def renew_secret(store: Store, device_id: str, *, by: str) -> Device:
    with writing(store.engine) as connection:
        before = _now(connection, device_id)
        kept = structs.replace(before, secret_number=before.secret_number + 1, version=before.version + 1)
        _write(connection, kept)
        _note(connection, store, kept, ["secret"], by)
    return kept


def note_shown(store: Store, device: Device, *, by: str) -> None:
    with writing(store.engine) as connection:
        _note(connection, store, device, ["secret shown"], by)


def prove(store: Store, device_id: str, point: str, at: datetime, *, by: str) -> Device:
    with writing(store.engine) as connection:
        before = _now(connection, device_id)
        if all(row.point != point for row in before.points):
            raise LookupError(f"the device has no row for this point, of {len(before.points)}")
        points = tuple(structs.replace(r, proved_at=at) if r.point == point else r for r in before.points)
        kept = structs.replace(before, points=points, version=before.version + 1)
        _write(connection, kept)
        _note(connection, store, kept, ["proved"], by)
    return kept


# -- logins -----------------------------------------------------------------------------------------------------------


def set_login(store: Store, keys: DeviceKeys, device_id: str, login: Login | None, *, by: str) -> Device:
    with writing(store.engine) as connection:
        before = _now(connection, device_id)
        box = None
        if login is not None:
            nonce = store.chance(NONCE_BYTES)
            box = nonce + AESGCM(keys.logins).encrypt(nonce, msgspec.json.encode(login), device_id.encode())
        kept = structs.replace(before, version=before.version + 1)
        connection.execute(update(DEVICE).where(DEVICE.c.id == device_id).values(**_row(kept), login=box))
        _note(connection, store, kept, ["login" if login is not None else "login removed"], by)
    return kept


def read_logins(store: Store, keys: DeviceKeys) -> Mapping[str, Login]:
    """Return the logins that open under this instance's key, by device."""
    with reading(store.engine) as connection:
        rows = connection.execute(select(DEVICE.c.id, DEVICE.c.login).where(DEVICE.c.login.is_not(None))).all()
    found: dict[str, Login] = {}
    for row in rows:
        try:
            plain = AESGCM(keys.logins).decrypt(row.login[:NONCE_BYTES], row.login[NONCE_BYTES:], row.id.encode())
        except InvalidTag:  # restored under another instance key: the login has to be given anew
            continue
        found[row.id] = msgspec.json.decode(plain, type=Login)
    return found


# -- memory -----------------------------------------------------------------------------------------------------------


def read_states(store: Store) -> Sequence[DeviceState]:
    with reading(store.engine) as connection:
        return [DeviceState(row.device, row.heard_at, row.state) for row in connection.execute(select(DEVICE_STATE))]


def save_states(store: Store, batch: Sequence[DeviceState]) -> None:
    """Raises ValueError for a state that is too long."""
    for one in batch:
        if len(one.state) > STATE_MOST:
            raise ValueError(f"the state of a device has {len(one.state)} characters, at most {STATE_MOST} are kept")
    with writing(store.engine) as connection:
        there = _those_that_are(connection, [one.device for one in batch])
        values = [structs.asdict(one) for one in batch if one.device in there]
        if values:
            connection.execute(_upsert(store, DEVICE_STATE, ["device"], ["heard_at", "state"]), values)


def read_days(store: Store, *, device: str | None, since: Any) -> Sequence[DeviceDay]:
    query = select(DEVICE_DAY).where(DEVICE_DAY.c.day >= since).order_by(DEVICE_DAY.c.device, DEVICE_DAY.c.day)
    if device is not None:
        query = query.where(DEVICE_DAY.c.device == device)
    with reading(store.engine) as connection:
        rows = connection.execute(query)
        return [DeviceDay(row.device, row.day, Amount(row.refused), Amount(row.stripped)) for row in rows]


def save_days(store: Store, batch: Sequence[DeviceDay]) -> None:
    with writing(store.engine) as connection:
        there = _those_that_are(connection, [one.device for one in batch])
        values = [
            {"device": one.device, "day": one.day, "refused": one.refused.value, "stripped": one.stripped.value}
            for one in batch
            if one.device in there
        ]
        if values:
            connection.execute(_upsert(store, DEVICE_DAY, ["device", "day"], ["refused", "stripped"]), values)
        connection.execute(delete(DEVICE_DAY).where(DEVICE_DAY.c.day < store.clock().date() - DAYS_KEPT))


def _upsert(store: Store, table: Any, keys: list[str], values: list[str]) -> Executable:
    fresh = postgresql.insert(table) if store.engine.dialect.name == "postgresql" else sqlite.insert(table)
    replaced = {name: fresh.excluded[name] for name in values}
    return fresh.on_conflict_do_update(index_elements=keys, set_=replaced)


def _those_that_are(connection: Connection, ids: Collection[str]) -> frozenset[str]:
    return frozenset(connection.execute(select(DEVICE.c.id).where(DEVICE.c.id.in_(ids))).scalars())


# -- pieces -----------------------------------------------------------------------------------------------------------


def _must_fit(connection: Connection, device: Device, before: Device | None) -> None:
    """Raises DeviceUnfit with every flaw."""
    flaws = check(device)
    if before is None or before.account_id != device.account_id:
        if connection.execute(select(ACCOUNT.c.id).where(ACCOUNT.c.id == device.account_id)).first() is None:
            flaws.append(Flaw("account_id", repr(device.account_id[:60]), "the id of an account"))
        of = select(func.count()).where(DEVICE.c.account_id == device.account_id)
        if (connection.execute(of).scalar() or 0) >= DEVICES_MOST:
            flaws.append(Flaw("account_id", repr(device.account_id[:60]), f"at most {DEVICES_MOST} devices"))
    known = select(MAPPING.c.name).where(MAPPING.c.name == device.mapping)
    if device.mapping and connection.execute(known).first() is None:
        flaws.append(Flaw("mapping", repr(device.mapping[:60]), "the name of a mapping"))
    if flaws:
        raise DeviceUnfit(flaws)


def _unproved(points: Sequence[DevicePoint]) -> tuple[DevicePoint, ...]:
    return tuple(structs.replace(row, proved_at=None) for row in points)


def _like(row: DevicePoint, device: Device) -> DevicePoint | None:
    """The row of the same point in a changed device, as if it were proved as before: one that was changed is not."""
    after = next((one for one in device.points if one.point == row.point), None)
    return None if after is None else structs.replace(after, proved_at=row.proved_at)


def _now(connection: Connection, device_id: str) -> Device:
    body = connection.execute(select(DEVICE.c.body).where(DEVICE.c.id == device_id).with_for_update()).scalar()
    if body is None:
        raise NoSuchDevice(device_id)
    return _device(body)


def _seen(connection: Connection, device_id: str, version: int) -> Device:
    now = _now(connection, device_id)
    if now.version != version:
        raise DeviceChanged(now)
    return now


def _write(connection: Connection, device: Device) -> None:
    connection.execute(update(DEVICE).where(DEVICE.c.id == device.id).values(_row(device)))


def _note(connection: Connection, store: Store, device: Device, fields: Sequence[str], by: str) -> None:
    note = Note("device", device.id, fields, device.account_id)
    write_notes(connection, [note], by=by, at=store.clock())


def _row(device: Device) -> dict[str, Any]:
    return {
        "id": device.id,
        "account_id": device.account_id,
        "receiver": device.receiver,
        "address": device.address,
        "version": device.version,
        "body": msgspec.json.encode(device).decode("utf-8"),
    }


def _device(body: str) -> Device:
    return msgspec.json.decode(body, type=Device)


def name_of_secret(secret: str) -> bytes:
    """What a secret is looked up by, so that looking takes as long for a wrong one."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()
