"""Devices at their sites, from the bytes at the door to the desk: over real sockets, and nothing else happens."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from msgspec import structs

from belfry.app.demo_devices import devices, with_devices
from belfry.centre.devices import desk as devices_desk
from belfry.domain.facts import Changed
from belfry.ports import Stored
from belfry.ports.device_memory import Amount
from belfry.ports.staff import Role
from belfry.receivers.mqtt import MqttReceiver
from belfry.settings import ReceiverTable, Settings
from tests.receivers.brokers import QUICK, Amqtt, somebody
from tests.stories.kit import Desk, Town, open_town, until, until_told
from tests.stories.test_signals_at_sites import site_id

SAMPLES: Final = Path(__file__).parents[1] / "samples"
MARK: Final = "zqMARKqz"


def with_webhooks(settings: Settings) -> Settings:
    table = ReceiverTable(type="http", name="webhooks", listen="127.0.0.1:0")
    return structs.replace(settings, receiver=(*settings.receiver, table))


@pytest.fixture(autouse=True)
def the_silent_are_looked_for_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices_desk, "EVERY_S", 0.025)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path, change=with_webhooks) as opened:
        yield opened


class Fitted:
    """A device that an installer has put up at a site."""

    def __init__(self, town: Town, told: dict[str, Any], path: str) -> None:
        self._town, self.id, self._path = town, told["id"], path

    async def say(self, body: bytes, media: str = "application/json") -> int:
        """Post a message; decided when this returns. The status of the answer."""
        async with self._client() as client:
            answer = await client.post(self._path, content=body, headers={"content-type": media})
        await self._town.settled()
        return answer.status_code

    async def hook(self, event: str) -> int:
        """The same of a device that says it all in an address."""
        async with self._client() as client:
            answer = await client.get(self._path, params={"event": event, "cid": "0"})
        await self._town.settled()
        return answer.status_code

    def _client(self) -> httpx.AsyncClient:
        host, port = next(one.listening for one in self._town.centre.receivers if one.name == "webhooks")
        return httpx.AsyncClient(base_url=f"http://{host}:{port}")


async def fit(town: Town, role: str, wire: str, *points: dict[str, Any], **more: Any) -> Fitted:
    installer = await town.program(Role.ADMINISTRATOR, "installer")
    body = {"account_id": site_id(town, role), "receiver": "webhooks", "wire": wire, "address": f"{role}/{wire}"}
    answer = await installer.post("/devices", **{**body, **more}, points=list(points))
    assert answer.status_code == 201, answer.text
    told = answer.json()
    path = (await installer.post(f"/devices/{told['id']}/secret")).json()["path"]
    return Fitted(town, told, path)


def everything_in(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.rglob("*") if file.is_file()]


async def summary(desk: Desk) -> list[tuple[str, int, bool]]:
    return [(row["kind"], row["priority"], "restored" in row["flags"]) for row in await desk.incidents("open")]


async def test_smoke_at_a_detector_is_an_incident_and_its_end_restores_it(town: Town) -> None:
    desk = await town.operator("anna")
    detector = await fit(town, "shop", "shelly", {"point": "smoke:0", "zone": "12"})
    assert await detector.hook("smoke.alarm") == 200
    assert await summary(desk) == [("FIRE.ALARM.AUTO", 1, False)]
    (row,) = await desk.incidents("open")
    assert (row["account"], row["zone"]) == (town.player.role("shop"), "12")
    assert await detector.hook("smoke.alarm_off") == 200
    assert await summary(desk) == [("FIRE.ALARM.AUTO", 1, True)]
    signals = [one for one in await desk.signals() if one["category"] == "fire"]
    assert [(one["state"], one["device"]) for one in signals] == [("alarm", detector.id), ("restore", detector.id)]


async def test_a_device_and_its_sites_panel_confirm_each_other(town: Town) -> None:
    desk = await town.operator("anna")
    detector = await fit(town, "shop", "shelly", {"point": "smoke:0", "zone": "12"})
    await town.say("shop", "FA", "003")
    await detector.hook("smoke.alarm")
    assert await summary(desk) == [("FIRE.ALARM.CONF", 1, False)]


async def test_a_human_is_detected_while_the_sites_panel_is_armed_and_never_before(town: Town) -> None:
    desk = await town.operator("anna")
    camera = await fit(town, "shop", "isapi", {"point": "*", "zone": "21"})
    human = (SAMPLES / "isapi/fielddetection_human.xml").read_bytes()
    await town.say("shop", "OP", "001")
    assert await camera.say(human, "application/xml") == 200
    assert await summary(desk) == []
    await town.say("shop", "CL", "001")
    assert await camera.say(human, "application/xml") == 200
    assert await summary(desk) == [("PROP.ALARM.VIDEO", 2, False)]


async def test_a_refused_face_leaves_an_amount_and_nothing_else(tmp_path: Path) -> None:
    async with open_town(tmp_path, change=with_webhooks) as town:
        desk = await town.operator("anna")
        camera = await fit(town, "shop", "isapi")
        face = (SAMPLES / "isapi/face_capture.json").read_text().replace("adult", MARK).replace("smile", MARK)
        message = json.loads(face) | {"channelName": MARK, MARK: MARK}
        before = town.centre.walk.position
        assert await camera.say(json.dumps(message).encode()) == 200
        assert await desk.incidents() == []
        stored = await town.centre.intake._journal.page(before, 100)
        said = {type(fact) for one in stored if isinstance(one, Stored) for fact in one.entry.facts}
        assert said <= {Changed}, "the camera was registered, and nothing else"
        await town.centre.device_desk.save()
        (day,) = (await desk.get(f"/devices/{camera.id}/days"))["items"]
        assert day["refused"] == "some"
    assert everything_in(tmp_path)
    assert not any(MARK.encode() in content for content in everything_in(tmp_path))


async def test_an_unreadable_message_is_a_fault_of_its_device(town: Town) -> None:
    desk = await town.operator("anna")
    camera = await fit(town, "shop", "isapi")
    await camera.say((SAMPLES / "isapi/malformed_truncated.xml").read_bytes(), "application/xml")
    assert await summary(desk) == [("TECH.FAULT", 4, False)]
    (told,) = [one for one in (await desk.get("/devices"))["items"] if one["id"] == camera.id]
    assert told["faulty_since"] is not None


async def test_a_device_that_falls_silent_is_said_also_after_a_restart(town: Town) -> None:
    desk = await town.operator("anna")
    detector = await fit(town, "shop", "shelly", {"point": "smoke:0", "zone": "12"}, interval_s=600)
    await detector.hook("smoke.alarm_off")
    await town.pass_time(minutes=5)
    await town.restart()
    desk = await town.operator("anna")
    await town.pass_time(minutes=9)
    assert await summary(desk) == []  # we were away ourselves: it has its whole interval again
    await town.pass_time(minutes=2)
    await until(lambda: town.centre.device_desk.silent_count == 1)
    await town.settled()
    assert ("FIRE.FAULT", 3, False) in await summary(desk)
    await detector.hook("smoke.alarm_off")
    assert town.centre.device_desk.silent_count == 0
    assert await summary(desk) == []


@pytest.fixture
async def broker() -> AsyncIterator[Amqtt]:
    one = Amqtt()
    await one.start()
    yield one
    await one.stop()


async def test_smoke_over_a_broker_is_an_incident_and_its_end_restores_it(tmp_path: Path, broker: Amqtt) -> None:
    def with_broker(settings: Settings) -> Settings:
        rest = {"broker": f"mqtt://127.0.0.1:{broker.port}", "zigbee2mqtt": ["zigbee2mqtt"], **QUICK}
        return structs.replace(settings, receiver=(*settings.receiver, ReceiverTable(type="mqtt", rest=rest)))

    async with open_town(tmp_path, change=with_broker) as town:
        desk = await town.operator("anna")
        point = {"point": "smoke", "zone": "12"}
        await fit(town, "care", "zigbee2mqtt", point, receiver="mqtt", address="zigbee2mqtt/hall", name="Hall")
        receiver = town.centre.receivers[-1]
        assert isinstance(receiver, MqttReceiver)
        await receiver.connected()
        async with somebody(broker.port) as client:
            for smoke in (True, True, False):
                await client.publish("zigbee2mqtt/hall", json.dumps({"smoke": smoke, "linkquality": 80}), qos=1)

            async def is_told() -> bool:
                await town.settled()
                return await summary(desk) == [("FIRE.ALARM.AUTO", 1, True)]

            await until_told(is_told)
        signals = [(one["state"], one["zone"]) for one in await desk.signals() if one["category"] == "fire"]
        assert signals == [("alarm", "12"), ("restore", "12")]
        (row,) = await desk.incidents("open")
        assert row["zone_name"] == "Hall"


async def test_the_demos_town_has_a_camera_sensors_and_a_server_room(tmp_path: Path) -> None:
    async with open_town(tmp_path, change=with_devices) as town:
        desk = await town.operator("anna")

        async def at_once(_: float) -> None:
            await town.settled()

        await devices(town.centre, town.player, now=town.clock, sleep=at_once)
        await town.settled()
        told = {(row["kind"], row["account"], row["zone_name"], row["state"]) for row in await desk.incidents()}
        assert told == {
            ("FIRE.ALARM.AUTO", "4004", "Smoke sensor flat 14", "waiting"),
            ("TECH.POWER", "4004", "Smoke sensor flat 31", "waiting"),
            ("PROP.ALARM.VIDEO", "5501", "Yard camera", "waiting"),
            ("TECH.IT", "4721", None, "closed"),
        }
        camera = next(one for one in town.centre.devices.book.all() if one.name == "Yard camera")
        assert town.centre.device_desk.today(camera.id).refused is Amount.SOME
