"""The devices door (`ports.devices.Devices`) over the registry: the book in memory answers at once, the database in
threads. A device's secret is made from a key of this instance and its number, so no store holds it."""

import hmac
from base64 import b32encode
from collections.abc import Callable, Collection, Iterable, Sequence
from collections.abc import Mapping as Table
from datetime import date, datetime
from hashlib import sha256
from typing import Final, ParamSpec

from belfry.domain.device import Device, Login
from belfry.domain.mapping import Mapping
from belfry.ports.device_memory import DeviceDay, DeviceState
from belfry.ports.devices import NoSuchDevice
from belfry.registry import device_rows, mapping_rows
from belfry.registry.device_rows import DeviceKeys, name_of_secret
from belfry.registry.doors import in_thread
from belfry.registry.store import Store

P = ParamSpec("P")

SECRET_LETTERS: Final = 26
"""Base 32, so 130 bits: nobody guesses one."""
SECRET_MOST: Final = 200


class DeviceBook:
    """`ports.devices.DeviceBook`."""

    def __init__(self, keys: DeviceKeys, devices: Iterable[Device] = (), logins: Table[str, Login] | None = None):
        self._keys = keys
        self._by_id: dict[str, Device] = {}
        self._by_address: dict[tuple[str, str], Device] = {}
        self._by_secret: dict[bytes, Device] = {}
        self._logins = dict(logins or {})
        self._mappings: dict[str, Mapping] = {}
        self.changes = 0
        for device in devices:
            self.put(device)

    def by_id(self, device_id: str) -> Device | None:
        return self._by_id.get(device_id)

    def by_address(self, receiver: str, address: str) -> Device | None:
        return _on(self._by_address.get((receiver, address)))

    def by_secret(self, receiver: str, secret: str) -> Device | None:
        device = self._by_secret.get(name_of_secret(secret[:SECRET_MOST].lower()))
        return _on(device) if device is not None and device.receiver == receiver else None

    def at(self, receiver: str) -> Sequence[Device]:
        return tuple(one for one in self._by_id.values() if one.receiver == receiver and one.enabled)

    def all(self) -> Sequence[Device]:
        return tuple(self._by_id.values())

    def of_account(self, account_id: str) -> Sequence[Device]:
        return tuple(one for one in self._by_id.values() if one.account_id == account_id)

    def signing_key(self, device: Device) -> bytes:
        return self._made(b"sign", device)

    def secret(self, device: Device) -> str:
        """What a device is known by in an address."""
        return b32encode(self._made(b"secret", device)).decode("ascii").lower()[:SECRET_LETTERS]

    def mapping(self, name: str) -> Mapping | None:
        return self._mappings.get(name)

    def mappings(self) -> Sequence[Mapping]:
        return sorted(self._mappings.values(), key=lambda one: one.name)

    def put_mappings(self, mappings: Iterable[Mapping]) -> None:
        """Keep these in place of all."""
        self._mappings = {one.name: one for one in mappings}
        self.changes += 1

    def login(self, device_id: str) -> Login | None:
        return self._logins.get(device_id)

    def put(self, device: Device) -> None:
        """Add a device or replace the one of its id, unless that is newer already."""
        before = self._by_id.get(device.id)
        if before is not None and before.version > device.version:
            return
        self._take_out(device.id)
        self._by_id[device.id] = device
        self._by_address[device.receiver, device.address] = device
        self._by_secret[name_of_secret(self.secret(device))] = device
        self.changes += 1

    def put_login(self, device_id: str, login: Login | None) -> None:
        if login is None:
            self._logins.pop(device_id, None)
        else:
            self._logins[device_id] = login
        self.changes += 1

    def remove(self, device_id: str) -> None:
        self._take_out(device_id)
        self._logins.pop(device_id, None)
        self.changes += 1

    def _take_out(self, device_id: str) -> None:
        before = self._by_id.pop(device_id, None)
        if before is None:
            return
        if self._by_address.get((before.receiver, before.address)) is before:
            del self._by_address[before.receiver, before.address]
        self._by_secret.pop(name_of_secret(self.secret(before)), None)

    def _made(self, use: bytes, device: Device) -> bytes:
        what = b"%b:%b:%d" % (use, device.id.encode(), device.secret_number)
        return hmac.new(self._keys.secrets, what, sha256).digest()


def _on(device: Device | None) -> Device | None:
    return device if device is not None and device.enabled else None


class DevicesDoor:
    """Implements `ports.devices.Devices` and `ports.device_memory.DeviceMemory`."""

    def __init__(self, store: Store, keys: DeviceKeys) -> None:
        self._store, self._keys = store, keys
        self.book = DeviceBook(keys, device_rows.read_devices(store), device_rows.read_logins(store, keys))
        self.book.put_mappings(mapping_rows.read_mappings(store).values())

    async def refresh(self, ids: Collection[str]) -> None:
        """Take devices over that somebody changed, this process or another one."""
        found = await in_thread(device_rows.read_some, self._store, ids)
        logins = await in_thread(device_rows.read_logins, self._store, self._keys)
        for device_id in ids:
            if device_id not in found:
                self.book.remove(device_id)
                continue
            self.book.put(found[device_id])
            self.book.put_login(device_id, logins.get(device_id))

    async def of_account(self, account_id: str) -> Sequence[Device]:
        return await in_thread(device_rows.read_of_account, self._store, account_id)

    async def add(self, device: Device, *, by: str) -> Device:
        return await self._kept(device_rows.add, self._store, device, by=by)

    async def change(self, device: Device, *, by: str) -> Device:
        return await self._kept(device_rows.change, self._store, device, by=by)

    async def remove(self, device_id: str, version: int, *, by: str) -> None:
        await in_thread(device_rows.remove, self._store, device_id, version, by=by)
        self.book.remove(device_id)

    async def secret(self, device_id: str, *, by: str) -> str:
        device = self.book.by_id(device_id)
        if device is None:
            raise NoSuchDevice(device_id)
        await in_thread(device_rows.note_shown, self._store, device, by=by)
        return self.book.secret(device)

    async def renew_secret(self, device_id: str, *, by: str) -> str:
        return self.book.secret(await self._kept(device_rows.renew_secret, self._store, device_id, by=by))

    async def set_login(self, device_id: str, login: Login | None, *, by: str) -> None:
        await self._kept(device_rows.set_login, self._store, self._keys, device_id, login, by=by)
        self.book.put_login(device_id, login)

    async def prove(self, device_id: str, point: str, at: datetime, *, by: str) -> Device:
        return await self._kept(device_rows.prove, self._store, device_id, point, at, by=by)

    # -- mappings

    async def refresh_mappings(self) -> None:
        """Take mappings over that somebody changed."""
        self.book.put_mappings((await in_thread(mapping_rows.read_mappings, self._store)).values())

    async def put_mapping(self, mapping: Mapping, *, by: str) -> Mapping:
        kept = await in_thread(mapping_rows.put, self._store, mapping, by=by)
        await self.refresh_mappings()
        return kept

    async def remove_mapping(self, name: str, version: int, *, by: str) -> None:
        await in_thread(mapping_rows.remove, self._store, name, version, by=by)
        await self.refresh_mappings()

    # -- memory

    async def load(self) -> Sequence[DeviceState]:
        return await in_thread(device_rows.read_states, self._store)

    async def save(self, batch: Sequence[DeviceState]) -> None:
        await in_thread(device_rows.save_states, self._store, batch)

    async def days(self, *, device: str | None = None, since: date) -> Sequence[DeviceDay]:
        return await in_thread(device_rows.read_days, self._store, device=device, since=since)

    async def save_days(self, batch: Sequence[DeviceDay]) -> None:
        await in_thread(device_rows.save_days, self._store, batch)

    async def _kept(self, write: Callable[P, Device], /, *words: P.args, **named: P.kwargs) -> Device:
        kept = await in_thread(write, *words, **named)
        self.book.put(kept)
        return kept
