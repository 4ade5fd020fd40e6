"""The MQTT receiver with real brokers and a real journal: nothing is acknowledged before it is kept, nothing lost."""

import asyncio
import json
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest
import structlog
import uvloop
from msgspec import structs

from belfry.domain.device import Device, DevicePoint, DeviceWire
from belfry.domain.mapping import Mapping, MappingRule, Tabled
from belfry.domain.reading import Disposition, Observed, PointState
from belfry.domain.signal import SignalState
from belfry.ports import Full
from belfry.ports.devices import Still
from belfry.receivers.mqtt import MqttReceiver
from tests.receivers.brokers import (
    WITHIN_S,
    ABroker,
    Amqtt,
    Desk,
    Mosquitto,
    device,
    free_port,
    mosquitto,
    receiving,
    settings,
    somebody,
)
from tests.receivers.house import DeviceHouse, certificate, device_house

SMOKE: Final = json.dumps({"smoke": True})
QUIET: Final = json.dumps({"smoke": False})
HALL: Final = "zigbee2mqtt/up/hall"
SAMPLES: Final = Path(__file__).parents[1] / "samples"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DeviceHouse]:
    async with device_house(tmp_path / "journal") as opened:
        opened.book.put(device(DeviceWire.ZIGBEE2MQTT, HALL))
        yield opened


@pytest.fixture
async def desk(house: DeviceHouse) -> Desk:
    return Desk(house)


@pytest.fixture(params=["amqtt", "mosquitto"])
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ABroker]:
    one: ABroker = Amqtt() if request.param == "amqtt" else mosquitto(_folder(tmp_path))
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    """A broker whose sessions outlive it."""
    one = mosquitto(_folder(tmp_path))
    await one.start()
    yield one
    await one.stop()


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "broker"
    folder.mkdir()
    return folder


async def publish(port: int, *messages: tuple[str, str], retain: bool = False) -> None:
    async with somebody(port) as client:
        for topic, body in messages:
            await client.publish(topic, body, qos=1, retain=retain)


def told(receiver: MqttReceiver, name: str) -> object:
    return receiver.describe()[name]


# -- what arrives -----------------------------------------------------------------------------------------------------


async def test_a_message_of_a_registered_device_is_kept(broker: ABroker, house: DeviceHouse, desk: Desk) -> None:
    async with receiving(house, desk, settings(broker.port)) as receiver:
        await publish(broker.port, (HALL, SMOKE))
        (heard,) = await desk.hears(1)
        assert (heard.device.id, heard.said.readings[0].observed) == ("d1", Observed.SMOKE)
        assert told(receiver, "connected") is True
    (fact,) = await house.kept()
    assert (fact.device, fact.zone) == ("d1", "1")


async def test_state_that_was_retained_is_no_news(broker: ABroker, house: DeviceHouse, desk: Desk) -> None:
    await publish(broker.port, (HALL, SMOKE), retain=True)
    async with receiving(house, desk, settings(broker.port)):
        (heard,) = await desk.hears(1)
        assert heard.said.readings[0].sync
        await publish(broker.port, (HALL, SMOKE), retain=True)
        _, again = await desk.hears(2)
        assert not again.said.readings[0].sync


LEAK = MappingRule(
    observed=Observed.WATER,
    point="leak",
    state=Tabled(path="wet", table={"true": "active", "false": "inactive"}),
)


async def test_a_device_of_its_own_language_speaks_by_its_mapping(
    broker: ABroker, house: DeviceHouse, desk: Desk
) -> None:
    house.book.by_name["acme"] = Mapping(name="acme", rules=(LEAK,))
    cellar = device(DeviceWire.MAPPING, "acme/cellar", "d2")
    house.book.put(structs.replace(cellar, points=(DevicePoint(point="leak", zone="4"),), mapping="acme"))
    await publish(broker.port, ("acme/cellar", '{"wet": false}'), retain=True)
    async with receiving(house, desk, settings(broker.port)):
        (past,) = await desk.hears(1)
        await publish(broker.port, ("acme/cellar", '{"wet": true, "who": "Ann"}'))
        _, heard = await desk.hears(2)
    told = [(one.point, one.state, one.sync) for each in (past, heard) for one in each.said.readings]
    assert told == [("leak", PointState.INACTIVE, True), ("leak", PointState.ACTIVE, False)]
    assert "Ann" not in repr(heard)


async def test_whoever_is_not_registered_is_met_and_not_kept(broker: ABroker, house: DeviceHouse, desk: Desk) -> None:
    async with receiving(house, desk, settings(broker.port, zigbee2mqtt=("zigbee2mqtt",))):
        await publish(broker.port, ("zigbee2mqtt/cellar/pump", SMOKE), ("zigbee2mqtt/up/hall/lamp", SMOKE))
        await desk.meets(2)
    assert desk.heard == []
    assert await house.kept() == []


async def test_a_device_that_is_registered_later_is_subscribed(broker: ABroker, house: DeviceHouse, desk: Desk) -> None:
    async with receiving(house, desk, settings(broker.port)):
        await publish(broker.port, ("boiler/binary_sensor/gas/state", "ON"), retain=True)
        house.book.put(device(DeviceWire.ESPHOME, "boiler", "d2"))
        (heard,) = await desk.hears(1)
    assert (heard.device.id, heard.said.readings[0].point) == ("d2", "gas")


async def test_a_camera_is_a_device_or_its_frigate_is(broker: ABroker, house: DeviceHouse, desk: Desk) -> None:
    house.book.put(device(DeviceWire.FRIGATE, "frigate", "nvr"))
    house.book.put(device(DeviceWire.FRIGATE, "frigate/gate", "gate"))
    async with receiving(house, desk, settings(broker.port, frigate=("frigate",))):
        for n, camera in enumerate(("gate", "yard")):
            await publish(broker.port, (f"frigate/{camera}/status/detect", "offline"))
            await desk.hears(n + 1)
    assert [heard.device.id for heard in desk.heard] == ["gate", "nvr"]


async def test_a_bridge_that_nobody_registered_speaks_for_all_behind_it(
    broker: ABroker, house: DeviceHouse, desk: Desk
) -> None:
    house.book.put(device(DeviceWire.ZIGBEE2MQTT, "zigbee2mqtt/cellar", "d2"))
    house.book.put(device(DeviceWire.ZIGBEE2MQTT, "elsewhere/cellar", "d3"))
    async with receiving(house, desk, settings(broker.port, zigbee2mqtt=("zigbee2mqtt",))):
        await publish(broker.port, ("zigbee2mqtt/bridge/state", '{"state":"offline"}'))
        heard = await desk.hears(2)
        assert {one.device.id for one in heard} == {"d1", "d2"}
        assert {one.said.readings[0].observed for one in heard} == {Observed.OFFLINE}
        house.book.put(device(DeviceWire.ZIGBEE2MQTT, "zigbee2mqtt/bridge", "bridge"))
        await publish(broker.port, ("zigbee2mqtt/bridge/state", "offline"))
        heard = await desk.hears(3)
    assert [one.device.id for one in heard[2:]] == ["bridge"]


async def test_every_sample_comes_through_with_its_disposition(broker: ABroker, house: DeviceHouse, desk: Desk) -> None:
    for name, wire, address in (
        ("nvr", DeviceWire.FRIGATE, "frigate"),
        ("panel", DeviceWire.HOMEASSISTANT, "home/alarm"),
        ("boiler", DeviceWire.ESPHOME, "boiler-node"),
        ("shelly", DeviceWire.SHELLY, "shelly-smoke-demo01"),
    ):
        house.book.put(device(wire, address, name))
    chosen = settings(broker.port, zigbee2mqtt=("zigbee2mqtt",), frigate=("frigate",))
    files = [path for folder in ("frigate", "homeassistant", "shelly") for path in (SAMPLES / folder).glob("*.json")]
    async with receiving(house, desk, chosen), somebody(broker.port) as client:
        for n, path in enumerate(sorted(files)):
            one = json.loads(path.read_bytes())
            payload = one.get("payload_text", one.get("payload"))
            body = payload if isinstance(payload, str) else json.dumps(payload)
            await client.publish(one["topic"], body, qos=1)
            said = (await desk.hears(n + 1))[n].said
            assert said.disposition is _expected(path), path.name
            assert "Demo Person" not in repr(said)
            assert "DEMO123" not in repr(said)


def _expected(path: Path) -> Disposition:
    if path.name.startswith("tou_"):
        return Disposition.REFUSE
    return Disposition.REJECT if path.name.startswith("malformed") else Disposition.ACCEPT


async def test_what_is_too_long_is_a_fault_of_its_device_and_no_more(
    broker: ABroker, house: DeviceHouse, desk: Desk
) -> None:
    async with receiving(house, desk, settings(broker.port, payload_most_bytes=2_048)) as receiver:
        await publish(broker.port, (HALL, "x" * 400_000), (HALL, SMOKE))
        too_long, next_one = await desk.hears(2)
        assert (too_long.said.disposition, too_long.said.readings) == (Disposition.REJECT, ())
        assert too_long.said.reason == "a message of more than 2048 bytes"
        assert next_one.said.disposition is Disposition.ACCEPT
        assert told(receiver, "too_long") == "some"


# -- kept before it is acknowledged -----------------------------------------------------------------------------------


async def test_what_is_not_kept_is_sent_again(real: Mosquitto, house: DeviceHouse, desk: Desk) -> None:
    async with receiving(house, desk, settings(real.port)) as receiver:
        desk.failing = Full("no room")
        await publish(real.port, (HALL, SMOKE))
        await desk.hears(3)  # the broker asks again and again
        assert await house.kept() == []
        desk.failing = None
        await desk.until(lambda: desk.heard[-1].said.readings[0].state is PointState.ACTIVE and len(desk.heard) > 3)
        await publish(real.port, (HALL, QUIET))
        await desk.until(lambda: desk.heard[-1].said.readings[0].state is PointState.INACTIVE)
        assert told(receiver, "unkept") != 0
    assert [fact.state for fact in await house.kept()] == [SignalState.ALARM, SignalState.RESTORE]


async def test_what_was_kept_and_is_sent_again_is_heard_once(real: Mosquitto, house: DeviceHouse, desk: Desk) -> None:
    """The first message waits for the disk, the second is kept; then the link breaks, and both are sent again."""
    async with receiving(house, desk, settings(real.port)) as receiver:
        desk.held = []
        await publish(real.port, (HALL, SMOKE), (HALL, QUIET))
        await desk.hears(2)
        assert receiver._link is not None
        receiver._link.drop()
        await receiver.lost()
        await receiver.connected()
        desk.release()
        await publish(real.port, (HALL, json.dumps({"tamper": True})))
        await desk.hears(3)
        assert [one.said.readings[0].point for one in desk.heard] == ["smoke", "smoke", "tamper"]


class Knowing(Desk):
    """Whatever is said again is known at a glance."""

    def still(self, device: Device) -> Still | None:
        return device

    def again(self, still: Still, at: datetime) -> bool:
        self._news.set()
        return True


async def test_what_is_known_at_a_glance_is_not_acknowledged_before_what_came_before_it(
    broker: ABroker, house: DeviceHouse
) -> None:
    desk = Knowing(house)
    async with receiving(house, desk, settings(broker.port)) as receiver:
        desk.held = []
        await publish(broker.port, (HALL, QUIET), (HALL, QUIET), (HALL, QUIET))
        await desk.until(lambda: told(receiver, "repeats") == 2 and told(receiver, "in_flight") == 3)
        desk.release()
        await publish(broker.port, (HALL, QUIET))
        await desk.until(lambda: told(receiver, "repeats") == 3)
        assert told(receiver, "in_flight") == 0
        await publish(broker.port, (HALL, SMOKE))
        await desk.hears(2)
        assert [one.said.readings[0].state for one in desk.heard] == [PointState.INACTIVE, PointState.ACTIVE]


async def test_what_was_retained_or_is_sent_again_is_never_known_at_a_glance(
    real: Mosquitto, house: DeviceHouse
) -> None:
    desk = Knowing(house)
    async with receiving(house, desk, settings(real.port)) as receiver:
        await publish(real.port, (HALL, QUIET))
        await desk.hears(1)
        desk.held = []
        await publish(real.port, (HALL, SMOKE), (HALL, QUIET))
        await desk.hears(3)
        assert receiver._link is not None
        receiver._link.drop()
        await receiver.lost()
        await receiver.connected()
        desk.release()
        await publish(real.port, (HALL, SMOKE))
        await desk.hears(4)
        assert told(receiver, "repeats") == 0


async def test_no_more_is_under_way_than_has_room(broker: ABroker, house: DeviceHouse, desk: Desk) -> None:
    async with receiving(house, desk, settings(broker.port, in_flight_most=4)) as receiver:
        desk.held = []
        async with somebody(broker.port) as client:
            for n in range(40):
                await client.publish(HALL, json.dumps({"smoke": bool(n % 2)}), qos=0)
        await desk.hears(4)
        assert told(receiver, "in_flight") == 4
        desk.release()
        await desk.hears(40)
        assert len(desk.heard) == 40


async def test_a_kill_before_the_acknowledgement_loses_nothing(
    real: Mosquitto, house: DeviceHouse, desk: Desk, tmp_path: Path
) -> None:
    """A receiver in a process of its own hears a message, keeps it nowhere, and is killed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.receivers.mqtt_crash", str(real.port), HALL, str(tmp_path / "crash")),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    async with asyncio.timeout(WITHIN_S):
        assert await process.stdout.readline() == b"connected\n"
        await publish(real.port, (HALL, SMOKE))
        assert await process.stdout.readline() == b"heard\n"
        process.kill()
        await process.wait()
    async with receiving(house, desk, settings(real.port)):
        (heard,) = await desk.hears(1)
        assert heard.said.readings[0].observed is Observed.SMOKE
    assert len(await house.kept()) == 1


async def test_a_stop_acknowledges_what_was_kept_meanwhile(real: Mosquitto, house: DeviceHouse, desk: Desk) -> None:
    async with receiving(house, desk, settings(real.port)) as receiver:
        desk.held = []
        await publish(real.port, (HALL, SMOKE))
        await desk.hears(1)
        stop = asyncio.create_task(receiver.stop())
        await asyncio.sleep(0)
        desk.release()
        await stop
    later = Desk(house)
    async with receiving(house, later, settings(real.port)):
        await publish(real.port, (HALL, QUIET))
        await later.hears(1)
    assert [one.said.readings[0].state for one in later.heard] == [PointState.INACTIVE]


async def test_what_we_cannot_hear_for_a_fault_of_ours_does_not_come_for_ever(
    real: Mosquitto, house: DeviceHouse, desk: Desk
) -> None:
    async with receiving(house, desk, settings(real.port)) as receiver:
        with structlog.testing.capture_logs() as logged:
            desk.broken = True
            await publish(real.port, (HALL, json.dumps({"smoke": True, "zqx": "zqx"})))
            await desk.until(lambda: not desk.broken)
            await publish(real.port, (HALL, QUIET))
            (heard,) = await desk.hears(1)
        assert heard.said.readings[0].state is PointState.INACTIVE
        assert told(receiver, "unkept") == 0
    (line,) = [one for one in logged if one["log_level"] == "error"]
    assert line["error"] == "ZeroDivisionError"
    assert "zqx" not in repr(logged)


def test_it_is_at_home_in_uvloop(tmp_path: Path) -> None:
    """The loop of `belfry serve`: paho's socket is watched by it as by asyncio's own."""

    async def story() -> None:
        broker = Amqtt()
        await broker.start()
        async with device_house(tmp_path / "journal") as house:
            house.book.put(device(DeviceWire.ZIGBEE2MQTT, HALL))
            desk = Desk(house)
            async with receiving(house, desk, settings(broker.port, in_flight_most=4)):
                await publish(broker.port, *((HALL, SMOKE if n % 2 else QUIET) for n in range(40)))
                await desk.hears(40)
        await broker.stop()

    uvloop.run(story())


# -- brokers that go and come -----------------------------------------------------------------------------------------


async def test_a_broker_that_is_killed_and_comes_back_loses_nothing(
    real: Mosquitto, house: DeviceHouse, desk: Desk
) -> None:
    async with receiving(house, desk, settings(real.port, away_after_s=60)) as receiver:
        await publish(real.port, (HALL, SMOKE))
        await desk.hears(1)
        await real.kill()
        await receiver.lost()
        assert told(receiver, "connected") is False
        assert receiver.away_since() is None
        house.now = house.now.replace(minute=house.now.minute + 2)
        assert receiver.away_since() is not None
        await real.start()
        await receiver.connected()
        assert receiver.away_since() is None
        await publish(real.port, (HALL, QUIET))
        await desk.until(lambda: desk.heard[-1].said.readings[0].state is PointState.INACTIVE)
    assert [fact.state for fact in await house.kept()] == [SignalState.ALARM, SignalState.RESTORE]


async def test_what_comes_while_we_are_away_waits_at_the_broker(
    real: Mosquitto, house: DeviceHouse, desk: Desk
) -> None:
    async with receiving(house, desk, settings(real.port)):
        pass
    await publish(real.port, (HALL, SMOKE), (HALL, QUIET))
    async with receiving(house, desk, settings(real.port)):
        heard = await desk.hears(2)
    assert [one.said.readings[0].state for one in heard] == [PointState.ACTIVE, PointState.INACTIVE]
    assert not any(reading.sync for one in heard for reading in one.said.readings)


async def test_a_broker_that_is_not_there_yet_does_not_stop_the_start(house: DeviceHouse, desk: Desk) -> None:
    broker = Amqtt()
    broker.port = free_port()
    receiver = MqttReceiver(settings(broker.port), house.intake, house.accounts, house.clock, bytes, devices=desk)
    await receiver.start()
    assert told(receiver, "connected") is False
    await broker.start()
    try:
        async with asyncio.timeout(WITHIN_S):
            await receiver.connected()
    finally:
        await receiver.stop()
        await broker.stop()


async def test_our_last_will_says_that_we_are_gone(broker: ABroker, house: DeviceHouse, desk: Desk) -> None:
    async with somebody(broker.port) as client:
        await client.subscribe("belfry/mqtt/status", qos=1)
        said = aiter(client.messages)
        async with receiving(house, desk, settings(broker.port)) as receiver:
            assert (await anext(said)).payload == b"online"
            assert receiver._link is not None
            receiver._link.drop()
            assert (await anext(said)).payload == b"offline"
            assert (await anext(said)).payload == b"online"
        assert (await anext(said)).payload == b"offline"


async def test_two_receivers_of_one_broker_hear_everything_each(
    broker: ABroker, house: DeviceHouse, desk: Desk
) -> None:
    house.book.put(device(DeviceWire.ZIGBEE2MQTT, HALL, "other", receiver="second"))
    second = Desk(house)
    async with (
        receiving(house, desk, settings(broker.port)),
        receiving(house, second, settings(broker.port, name="second")),
    ):
        await publish(broker.port, (HALL, SMOKE))
        await desk.hears(1)
        await second.hears(1)
    assert (desk.heard[0].device.id, second.heard[0].device.id) == ("d1", "other")


async def test_version_5_keeps_its_session_too(real: Mosquitto, house: DeviceHouse, desk: Desk) -> None:
    async with receiving(house, desk, settings(real.port, version="5")):
        await publish(real.port, (HALL, SMOKE))
        await desk.hears(1)
    await publish(real.port, (HALL, QUIET))
    async with receiving(house, desk, settings(real.port, version="5")):
        await desk.hears(2)
    assert [one.said.readings[0].state for one in desk.heard] == [PointState.ACTIVE, PointState.INACTIVE]


# -- who may ----------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def guarded(tmp_path: Path, *more: str) -> AsyncIterator[Mosquitto]:
    folder = _folder(tmp_path)
    words = folder / "words"
    one = mosquitto(folder, "allow_anonymous false", f"password_file {words}", *more)
    made = await asyncio.create_subprocess_exec("mosquitto_passwd", "-b", "-c", str(words), "belfry", "sesame-7719")
    await made.wait()
    await one.start()
    try:
        yield one
    finally:
        await one.stop()


async def test_tls_with_a_user_and_a_pass_word_out_of_a_file(tmp_path: Path, house: DeviceHouse, desk: Desk) -> None:
    cert, key = certificate(tmp_path, "broker")
    words = _written(tmp_path / "word", "sesame-7719\n")
    async with guarded(tmp_path, f"certfile {cert}", f"keyfile {key}") as broker:
        chosen = settings(
            broker.port,
            broker=f"mqtts://127.0.0.1:{broker.port}",
            tls_ca=cert,
            user="belfry",
            password_file=words,
            zigbee2mqtt=("zigbee2mqtt",),
        )
        async with receiving(house, desk, chosen):
            own = {"username": "belfry", "password": "sesame-7719", "tls_context": _trusting(cert)}
            async with somebody(broker.port, **own) as client:
                for _ in range(50):
                    await client.publish(HALL, SMOKE, qos=1)
            await desk.hears(50)


def _written(file: Path, text: str) -> Path:
    file.write_text(text)
    return file


def _trusting(cert: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=cert)


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # paho lets go of a failed handshake unclosed
async def test_a_broker_that_nobody_vouches_for_and_a_wrong_pass_word_are_told_and_not_heard(
    tmp_path: Path, house: DeviceHouse, desk: Desk
) -> None:
    cert, key = certificate(tmp_path, "broker")
    async with guarded(tmp_path, f"certfile {cert}", f"keyfile {key}") as broker:
        address = f"mqtts://127.0.0.1:{broker.port}"
        for chosen in (
            settings(broker.port, broker=address, user="belfry", password="sesame-7719"),
            settings(broker.port, broker=address, tls_ca=cert, user="belfry", password="wrong-4242"),
        ):
            with structlog.testing.capture_logs() as logged:
                receiver = MqttReceiver(chosen, house.intake, house.accounts, house.clock, bytes, devices=desk)
                await receiver.start()
                async with asyncio.timeout(WITHIN_S):
                    await receiver.tried()
                await receiver.stop()
            assert logged[0]["event"] == "a broker is away"
            assert logged[0]["why"]
            assert "4242" not in repr(logged) + repr(receiver.describe()) + repr(chosen)
            assert "7719" not in repr(logged) + repr(receiver.describe()) + repr(chosen)


async def test_no_topic_and_no_word_of_a_message_is_logged(
    broker: ABroker, house: DeviceHouse, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="")
    caplog.set_level("DEBUG", logger="mqtt")
    chosen = settings(broker.port, zigbee2mqtt=("zigbee2mqtt",))
    with structlog.testing.capture_logs() as logged:
        async with receiving(house, desk, chosen):
            async with somebody(broker.port) as client:
                body = json.dumps({"action": "disarm", "action_code": "7719", "zqx": "zqx"})
                await client.publish("zigbee2mqtt/zqx", body, qos=1)
            await desk.meets(1)
    ours = [
        record.getMessage() for record in caplog.records if not record.name.startswith(("amqtt", "mqtt", "transitions"))
    ]
    assert "zqx" not in repr(logged) + repr(ours)
    assert "7719" not in repr(logged) + repr(ours)
