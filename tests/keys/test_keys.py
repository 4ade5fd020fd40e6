"""What a key store promises, for the one in memory and the one on the disk."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from belfry.domain.facts import Retention
from belfry.keys.errors import InstanceKeyError, KeysFull, KeysNewer, KeysRefused, KeysUnusable
from belfry.keys.memory import MemoryKeyStore
from belfry.keys.sqlite import SqliteKeyStore
from belfry.ports import KeyStore, KeysUnavailable

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def a_key(n: int) -> bytes:
    return n.to_bytes(32, "big")


def name_of(key: bytes) -> bytes:
    return sha256(key).digest()


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[KeyStore]:
    chance = Random(1).randbytes
    store: KeyStore
    if request.param == "memory":
        store = await MemoryKeyStore.open(chance)
    else:
        store = await SqliteKeyStore.open(tmp_path, chance)
    yield store
    await store.close()


async def test_a_key_is_found_by_the_hash_of_itself(store: KeyStore) -> None:
    await store.put([(a_key(1), Retention.SIGNAL, NOON), (a_key(2), Retention.INCIDENT, NOON)])
    names = [name_of(a_key(n)) for n in (1, 2, 3)]
    assert await store.get(names) == {names[0]: a_key(1), names[1]: a_key(2)}
    assert await store.get([]) == {}


async def test_many_who_put_at_once_all_find_theirs(store: KeyStore) -> None:
    keys = [a_key(n) for n in range(300)]
    await asyncio.gather(*(store.put([(key, Retention.CALLER, NOON)]) for key in keys))
    found = await store.get([name_of(key) for key in keys])
    assert sorted(found.values()) == keys


async def test_a_key_put_twice_ends_when_it_was_first_said(store: KeyStore) -> None:
    await store.put([(a_key(1), Retention.SIGNAL, NOON)])
    await store.put([(a_key(1), Retention.SIGNAL, NOON + DAY)])
    assert await store.expire(NOON) == [name_of(a_key(1))]


async def test_a_key_is_destroyed_when_it_is_due_and_not_before(store: KeyStore) -> None:
    await store.put([(a_key(n), Retention.SIGNAL, NOON + n * DAY) for n in range(4)])
    assert await store.expire(NOON - timedelta(microseconds=1)) == []
    assert set(await store.expire(NOON + DAY)) == {name_of(a_key(0)), name_of(a_key(1))}
    assert set(await store.get([name_of(a_key(n)) for n in range(4)])) == {name_of(a_key(2)), name_of(a_key(3))}
    assert await store.expire(NOON + DAY) == []


async def test_thousands_are_destroyed_at_once(store: KeyStore) -> None:
    keys = [(a_key(n), Retention.SIGNAL, NOON) for n in range(5_000)]
    await store.put([*keys, (a_key(9_999), Retention.SIGNAL, NOON + DAY)])
    assert len(await store.expire(NOON)) == 5_000
    assert await store.get([name_of(key) for key, _, _ in keys]) == {}
    assert len(await store.get([name_of(a_key(9_999))])) == 1


async def test_a_day_has_one_key_of_its_own(store: KeyStore) -> None:
    monday, again, tuesday = [await store.daily(day) for day in ("2026-11-23", "2026-11-23", "2026-11-24")]
    assert monday == again
    assert monday != tuesday
    assert len(monday) == len(tuesday) == 32


async def test_a_tag_key_is_kept_three_days(store: KeyStore) -> None:
    first = await store.daily("2026-11-23")
    await store.expire(datetime(2026, 11, 25, 23, 59, tzinfo=UTC))
    assert await store.daily("2026-11-23") == first
    await store.expire(datetime(2026, 11, 26, tzinfo=UTC))
    assert await store.daily("2026-11-23") != first


@pytest.mark.parametrize("day", ["", "today", "2026-13-01", "20261123", "2026-11-23T00:00"])
async def test_what_is_no_day_is_refused(store: KeyStore, day: str) -> None:
    with pytest.raises(KeysRefused, match="no day"):
        await store.daily(day)


async def test_what_is_no_key_is_refused_and_nothing_beside_it_is_kept(store: KeyStore) -> None:
    with pytest.raises(KeysRefused, match="31"):
        await store.put([(a_key(1), Retention.SIGNAL, NOON), (b"x" * 31, Retention.SIGNAL, NOON)])
    with pytest.raises(KeysRefused, match="time zone"):
        await store.put([(a_key(1), Retention.SIGNAL, NOON.replace(tzinfo=None))])
    assert await store.get([name_of(a_key(1))]) == {}


def test_whoever_knows_the_door_alone_can_tell_that_it_failed() -> None:
    for error in (KeysFull, KeysNewer, KeysRefused, KeysUnusable, InstanceKeyError):
        assert issubclass(error, KeysUnavailable)


async def test_a_closed_store_says_so(store: KeyStore) -> None:
    await store.close()
    await store.close()
    with pytest.raises(KeysUnusable):
        await store.put([(a_key(1), Retention.SIGNAL, NOON)])
    with pytest.raises(KeysUnusable):
        await store.get([])
    with pytest.raises(KeysUnusable):
        await store.daily("2026-11-23")
    with pytest.raises(KeysUnusable):
        await store.expire(NOON)


async def test_a_key_can_be_destroyed_before_its_time(store: KeyStore) -> None:
    await store.put([(a_key(n), Retention.INCIDENT, NOON + DAY) for n in range(5)])
    await store.destroy([name_of(a_key(1)), name_of(a_key(3)), name_of(a_key(77))])
    await store.destroy([])
    found = await store.get([name_of(a_key(n)) for n in range(5)])
    assert sorted(found.values()) == [a_key(0), a_key(2), a_key(4)]
    assert len(await store.expire(NOON + DAY)) == 3
