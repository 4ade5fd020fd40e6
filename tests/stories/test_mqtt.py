"""Devices behind a broker, from the message to the desk; and a broker that goes away and comes back."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from belfry.app import health
from belfry.ports.staff import Role
from belfry.receivers.mqtt import MqttReceiver
from belfry.settings import ReceiverTable, Settings
from tests.receivers.brokers import QUICK, Amqtt, somebody
from tests.stories.kit import Desk, Town, open_town, until_told
from tests.stories.test_signals_at_sites import site_id

KEYPAD = "zigbee2mqtt/hall/keypad"
PIN = "7719"


@pytest.fixture(autouse=True)
def a_look_is_taken_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LOOK", timedelta(seconds=0.05))


@pytest.fixture
async def broker() -> AsyncIterator[Amqtt]:
    one = Amqtt()
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def town(tmp_path: Path, broker: Amqtt) -> AsyncIterator[Town]:
    def with_broker(settings: Settings) -> Settings:
        rest: dict[str, object] = {**QUICK, "broker": f"mqtt://127.0.0.1:{broker.port}"}
        table = ReceiverTable(type="mqtt", name="house", rest={**rest, "zigbee2mqtt": ["zigbee2mqtt"]})
        return structs.replace(settings, receiver=(*settings.receiver, table))

    async with open_town(tmp_path, change=with_broker) as opened:
        await door(opened).connected()
        yield opened


def door(town: Town) -> MqttReceiver:
    return next(one for one in town.centre.receivers if isinstance(one, MqttReceiver))


async def fit(town: Town, *points: dict[str, Any]) -> None:
    installer = await town.program(Role.ADMINISTRATOR, "installer")
    body = {"account_id": site_id(town, "shop"), "receiver": "house", "wire": "zigbee2mqtt", "address": KEYPAD}
    answer = await installer.post("/devices", **body, points=list(points))
    assert answer.status_code == 201, answer.text
    await until_told(known(town))


def known(town: Town) -> Any:
    async def is_known() -> bool:
        return town.centre.device_desk.book.by_address("house", KEYPAD) is not None

    return is_known


def kinds(desk: Desk, *wanted: tuple[str, bool]) -> Any:
    async def are_open() -> bool:
        rows = await desk.incidents("open")
        return sorted((row["kind"], "restored" in row["flags"]) for row in rows) == sorted(wanted)

    return are_open


async def say(broker: Amqtt, **body: object) -> None:
    async with somebody(broker.port) as client:
        await client.publish(KEYPAD, json.dumps(body), qos=1)


async def test_smoke_behind_a_broker_is_an_incident_and_its_end_restores_it(town: Town, broker: Amqtt) -> None:
    desk = await town.operator("anna")
    await fit(town, {"point": "smoke", "zone": "12"})
    await say(broker, smoke=True, action="", action_code=PIN, linkquality=80)
    await until_told(kinds(desk, ("FIRE.ALARM.AUTO", False)))
    (row,) = await desk.incidents("open")
    assert (row["account"], row["zone"]) == (town.player.role("shop"), "12")
    await say(broker, smoke=True)
    await say(broker, tamper=False)
    await say(broker, smoke=False)
    await until_told(kinds(desk, ("FIRE.ALARM.AUTO", True)))
    fire = [one for one in await desk.signals() if one["category"] == "fire"]
    assert [one["state"] for one in fire] in (["alarm", "restore"], ["restore", "alarm"])
    assert PIN not in json.dumps(fire)


async def test_a_sensor_that_says_all_day_that_all_is_well_is_heard_when_it_is_not(town: Town, broker: Amqtt) -> None:
    desk = await town.operator("anna")
    await fit(town, {"point": "smoke", "zone": "12"})
    async with somebody(broker.port) as client:

        async def says(count: int, **body: object) -> None:
            for n in range(count):
                told = json.dumps({**body, "battery": 90 - n, "temperature": 20 + n / 2, "linkquality": 80 + n})
                await client.publish(KEYPAD, told, qos=1)

        async def are_known() -> bool:
            return told_again() >= 5

        def told_again() -> int:
            return int(str(door(town).describe()["repeats"]))

        await says(30, smoke=False, tamper=False)
        await until_told(are_known)
        assert await desk.signals() == []
        await says(2, smoke=True, tamper=False)
        await until_told(kinds(desk, ("FIRE.ALARM.AUTO", False)))
        before = told_again()
        await says(1, smoke=False, tamper=False)
        await until_told(kinds(desk, ("FIRE.ALARM.AUTO", True)))
        assert told_again() == before
        await says(1, smoke=True, tamper=False)
        await until_told(kinds(desk, ("FIRE.ALARM.AUTO", False)))
    assert [one["state"] for one in await desk.signals()].count("alarm") == 2


async def test_a_panic_key_is_an_incident_and_a_key_that_disarms_is_none(town: Town, broker: Amqtt) -> None:
    desk = await town.operator("anna")
    await fit(town)
    await say(broker, action="disarm", action_code=PIN, tamper=False)
    await say(broker, action="panic", action_code=PIN, tamper=False)
    await until_told(kinds(desk, ("PERS.ALARM.PANIC", False)))


async def test_a_broker_that_is_gone_is_a_fault_of_the_centre_s_own(town: Town, broker: Amqtt) -> None:
    desk = await town.operator("anna")
    await fit(town, {"point": "smoke", "zone": "12"})
    await broker.stop()
    await door(town).lost()
    town.clock.wait(seconds=31)
    await until_told(kinds(desk, ("TECH.CENTRE", False)))
    (row,) = await desk.incidents("open")
    detail = await desk.detail(row["id"])
    assert detail["reasons"][1:] == ["what house hears through is gone, nothing is heard of its devices"]
    await broker.start()
    await until_told(kinds(desk, ("TECH.CENTRE", True)))
    await say(broker, smoke=True)
    await until_told(kinds(desk, ("TECH.CENTRE", True), ("FIRE.ALARM.AUTO", False)))
