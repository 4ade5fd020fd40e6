"""A key store that lives as long as its process."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from belfry.keys.errors import KeysUnusable
from belfry.keys.shapes import KEY_BYTES, NewKey, checked, checked_day, last_day_gone, name_of
from belfry.ports import Chance


class MemoryKeyStore:
    """Open with `await MemoryKeyStore.open(chance)`."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._keys: dict[bytes, tuple[bytes, datetime]] = {}
        self._days: dict[str, bytes] = {}
        self._closed = False

    @classmethod
    async def open(cls, chance: Chance) -> "MemoryKeyStore":
        return cls(chance)

    async def put(self, keys: Sequence[NewKey]) -> None:
        self._refuse_if_closed()
        checked(keys)
        for data_key, _, expires_at in keys:
            self._keys.setdefault(name_of(data_key), (data_key, expires_at))

    async def get(self, names: Sequence[bytes]) -> Mapping[bytes, bytes]:
        self._refuse_if_closed()
        return {name: self._keys[name][0] for name in names if name in self._keys}

    async def daily(self, day: str) -> bytes:
        self._refuse_if_closed()
        key = self._days.get(checked_day(day))
        if key is None:
            key = self._days[day] = self._chance(KEY_BYTES)
        return key

    async def expire(self, now: datetime) -> Sequence[bytes]:
        self._refuse_if_closed()
        due = [name for name, (_, expires_at) in self._keys.items() if expires_at <= now]
        for name in due:
            del self._keys[name]
        for day in [day for day in self._days if day <= last_day_gone(now)]:
            del self._days[day]
        return due

    async def destroy(self, names: Sequence[bytes]) -> None:
        self._refuse_if_closed()
        for name in names:
            self._keys.pop(name, None)

    async def close(self) -> None:
        self._closed = True

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise KeysUnusable("the key store is closed")
