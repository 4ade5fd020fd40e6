"""Devices in the registry: found by address and by secret, two who change one, nothing secret in any row."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from belfry.domain.device import Device, DevicePoint, DeviceWire, Login
from belfry.domain.mapping import Mapping, MappingRule
from belfry.domain.reading import Observed, Switch
from belfry.ports.device_memory import Amount, DeviceDay, DeviceState
from belfry.ports.devices import (
    DeviceChanged,
    DeviceTaken,
    DeviceUnfit,
    MappingChanged,
    MappingInUse,
    NoSuchDevice,
    NoSuchMapping,
)
from belfry.registry import Registry, device_rows
from belfry.registry.device_door import DevicesDoor
from belfry.registry.device_rows import DeviceKeys
from tests.registry.conftest import IN_A_FILE, Clock, everything_stored

KEYS = DeviceKeys(b"s" * 32, b"l" * 32)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SMOKE = DevicePoint(point="smoke", zone="7")


@pytest.fixture
def account_id(registry: Registry) -> str:
    return registry.add({"account": "1042"}, by="sue").account.id


def a_device(account_id: str, **other: object) -> Device:
    device = Device(id="", account_id=account_id, receiver="town", wire=DeviceWire.ZIGBEE2MQTT, address="z/hall smoke")
    return structs.replace(device, points=(SMOKE,), **other)


async def test_a_device_is_found_by_its_address_and_by_its_secret(registry: Registry, account_id: str) -> None:
    door = registry.devices_door(KEYS)
    kept = await door.add(a_device(account_id), by="sue")
    secret = await door.secret(kept.id, by="sam")
    assert door.book.by_address("town", "z/hall smoke") == kept
    assert door.book.by_address("other", "z/hall smoke") is None
    assert door.book.by_secret("town", secret) == kept
    assert door.book.by_secret("town", secret.upper()) == kept
    assert door.book.by_secret("other", secret) is None
    assert door.book.by_secret("town", secret[:-1]) is None
    assert door.book.at("town") == (kept,)
    assert registry.devices_door(KEYS).book.by_secret("town", secret) == kept


async def test_a_new_secret_kills_the_old_one(registry: Registry, account_id: str) -> None:
    door = registry.devices_door(KEYS)
    kept = await door.add(a_device(account_id), by="sue")
    old, signed = await door.secret(kept.id, by="sue"), door.book.signing_key(kept)
    new = await door.renew_secret(kept.id, by="sue")
    now = door.book.by_secret("town", new)
    assert now is not None
    assert now.id == kept.id
    assert door.book.by_secret("town", old) is None
    assert door.book.signing_key(now) != signed


async def test_what_is_switched_off_is_not_found(registry: Registry, account_id: str) -> None:
    door = registry.devices_door(KEYS)
    kept = await door.add(a_device(account_id), by="sue")
    off = await door.change(structs.replace(kept, enabled=False), by="sue")
    assert door.book.by_address("town", kept.address) is None
    assert door.book.by_secret("town", door.book.secret(off)) is None
    assert (door.book.at("town"), door.book.all()) == ((), (off,))
    assert await door.of_account(account_id) == [off]


async def test_the_second_of_two_who_change_one_device_is_told(registry: Registry, account_id: str) -> None:
    door = registry.devices_door(KEYS)
    kept = await door.add(a_device(account_id), by="sue")
    hers = await door.change(structs.replace(kept, name="Hall"), by="sue")
    with pytest.raises(DeviceChanged) as refusal:
        await door.change(structs.replace(kept, name="His"), by="sam")
    assert refusal.value.current == hers
    with pytest.raises(DeviceChanged):
        await door.remove(kept.id, kept.version, by="sam")
    await door.remove(kept.id, hers.version, by="sam")
    with pytest.raises(NoSuchDevice):
        await door.change(hers, by="sue")
    assert [(one.table, one.fields, one.by, one.account_id) for one in registry.changes(0)][1:] == [
        ("device", ("added",), "sue", account_id),
        ("device", ("name",), "sue", account_id),
        ("device", ("removed",), "sam", account_id),
    ]


async def test_an_address_is_one_device_s_at_its_receiver(registry: Registry, account_id: str) -> None:
    door = registry.devices_door(KEYS)
    await door.add(a_device(account_id), by="sue")
    other = await door.add(a_device(account_id, receiver="other"), by="sue")
    with pytest.raises(DeviceTaken):
        await door.add(a_device(account_id), by="sue")
    with pytest.raises(DeviceTaken):
        await door.change(structs.replace(other, receiver="town"), by="sue")


async def test_every_value_that_cannot_be_kept_is_named_with_its_limit(registry: Registry, account_id: str) -> None:
    points = (
        DevicePoint(point="t", observed=Observed.UNREADABLE, above=3.0),
        DevicePoint(point="t", zone="the cellar", unit="miles", above=1.0, below=2.0, hold_s=0),
    )
    bad = structs.replace(
        a_device("nobody"), address="", interval_s=1, hold_s=0, host="ftp://x/y", mapping="m", points=points
    )
    with pytest.raises(DeviceUnfit) as refusal:
        await registry.devices_door(KEYS).add(bad, by="sue")
    assert [flaw.field for flaw in refusal.value.flaws] == [
        "address",
        "interval_s",
        "hold_s",
        "host",
        "mapping",
        "points[1]",
        "points[0].observed",
        "points[0].above",
        "points[1].zone",
        "points[1].hold_s",
        "points[1].unit",
        "points[1].below",
        "account_id",
        "mapping",
    ]


async def test_a_point_that_was_changed_has_to_prove_itself_again(registry: Registry, account_id: str) -> None:
    door = registry.devices_door(KEYS)
    heat = DevicePoint(point="heat", zone="8")
    kept = await door.add(structs.replace(a_device(account_id), points=(SMOKE, heat)), by="sue")
    await door.prove(kept.id, "smoke", AT, by="sam")
    proved = await door.prove(kept.id, "heat", AT, by="sam")
    assert [row.proved_at for row in proved.points] == [AT, AT]
    moved = structs.replace(proved, points=(structs.replace(SMOKE, switches=frozenset({Switch.SOUND})), heat))
    assert [row.proved_at for row in (await door.change(moved, by="sue")).points] == [None, AT]
    with pytest.raises(LookupError):
        await door.prove(kept.id, "cellar", AT, by="sam")


@IN_A_FILE
async def test_neither_a_login_nor_a_secret_is_on_the_disk(registry: Registry, account_id: str, where: Path) -> None:
    door = registry.devices_door(KEYS)
    kept = await door.add(a_device(account_id), by="sue")
    await door.set_login(kept.id, Login("canary-of-a-user", "canary-of-a-password"), by="sue")
    secret = await door.secret(kept.id, by="sue")
    again = registry.devices_door(KEYS).book
    assert again.login(kept.id) == Login("canary-of-a-user", "canary-of-a-password")
    assert registry.devices_door(DeviceKeys(b"s" * 32, b"x" * 32)).book.login(kept.id) is None
    registry.close()
    stored = everything_stored(where)
    assert b"hall smoke" in stored
    for hidden in (b"canary-of-a-password", b"canary-of-a-user", secret.encode()):
        assert hidden not in stored


async def test_what_another_process_changed_is_taken_over(registry: Registry, account_id: str) -> None:
    door, beside = registry.devices_door(KEYS), registry.devices_door(KEYS)
    kept = await beside.add(a_device(account_id), by="sue")
    await beside.set_login(kept.id, Login("a", "b"), by="sue")
    before = door.book.changes
    await door.refresh([kept.id])
    assert door.book.by_address("town", kept.address) is not None
    assert door.book.login(kept.id) == Login("a", "b")
    assert door.book.changes > before
    now = beside.book.by_id(kept.id)
    assert now is not None
    await beside.remove(kept.id, now.version, by="sue")
    await door.refresh([kept.id])
    assert door.book.all() == ()


async def test_states_and_days_are_remembered(registry: Registry, account_id: str, clock: Clock) -> None:
    door: DevicesDoor = registry.devices_door(KEYS)
    kept = await door.add(a_device(account_id), by="sue")
    today = date(2026, 3, 1)
    await door.save([DeviceState(kept.id, None, "a"), DeviceState("gone", AT, "b")])
    await door.save([DeviceState(kept.id, AT, "c")])
    assert await door.load() == [DeviceState(kept.id, AT, "c")]
    await door.save_days([DeviceDay(kept.id, today, Amount.SOME), DeviceDay("gone", today)])
    await door.save_days([DeviceDay(kept.id, today, Amount.MANY, Amount.SOME)])
    assert await door.days(since=today) == [DeviceDay(kept.id, today, Amount.MANY, Amount.SOME)]
    clock.turn(timedelta(days=91))
    await door.save_days([DeviceDay(kept.id, today + timedelta(days=91))])
    assert [one.day for one in await door.days(device=kept.id, since=today)] == [date(2026, 5, 31)]
    with pytest.raises(ValueError, match="at most"):
        await door.save([DeviceState(kept.id, AT, "x" * 60_001)])


def test_a_removed_account_takes_its_devices_with_it(registry: Registry, account_id: str) -> None:
    kept = device_rows.add(registry.store, a_device(account_id), by="sue")
    device_rows.save_states(registry.store, [DeviceState(kept.id, AT, "a")])
    with registry.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM account")
    assert device_rows.read_devices(registry.store) == []
    assert device_rows.read_states(registry.store) == []


LEAK = MappingRule(observed=Observed.WATER, point="leak")


async def test_a_mapping_is_kept_changed_by_who_saw_it_and_stays_while_a_device_names_it(
    registry: Registry, account_id: str
) -> None:
    door, beside = registry.devices_door(KEYS), registry.devices_door(KEYS)
    kept = await door.put_mapping(Mapping(name="acme", rules=(LEAK,)), by="sue")
    assert (kept.version, door.book.mapping("acme"), beside.book.mapping("acme")) == (1, kept, None)
    await beside.refresh_mappings()
    assert beside.book.mappings() == [kept]
    with pytest.raises(MappingChanged):
        await door.put_mapping(Mapping(name="acme", rules=(LEAK, LEAK)), by="sam")
    changed = await door.put_mapping(structs.replace(kept, rules=(LEAK, LEAK)), by="sam")
    with pytest.raises(DeviceUnfit):
        await door.put_mapping(structs.replace(changed, rules=()), by="sam")
    device = await door.add(a_device(account_id, wire=DeviceWire.MAPPING, mapping="acme"), by="sue")
    with pytest.raises(MappingInUse, match="1 devices"):
        await door.remove_mapping("acme", changed.version, by="sue")
    await door.remove(device.id, device.version, by="sue")
    with pytest.raises(MappingChanged):
        await door.remove_mapping("acme", kept.version, by="sue")
    await door.remove_mapping("acme", changed.version, by="sue")
    assert door.book.mapping("acme") is None
    with pytest.raises(NoSuchMapping):
        await door.remove_mapping("acme", 3, by="sue")
