"""Devices of the demo's town: a camera at the parcel depot, smoke sensors in the flats, a server room's Alertmanager.

The camera and Alertmanager post to the HTTP receiver like real ones. The flats' sensors speak Zigbee; for want of a
broker in the demo their messages are handed over as the broker's receiver hands them.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from msgspec import structs

from belfry.app.centre import Centre
from belfry.domain.device import Device, DevicePoint, DeviceWire
from belfry.domain.reading import Observed
from belfry.ports import Clock
from belfry.protocols.hint import Hint
from belfry.protocols.readers import READERS
from belfry.settings import ReceiverTable, Settings
from belfry.simulator.play import Player

WEBHOOKS: Final = "webhooks"
BY: Final = "demo"
POSTED_WITHIN_S: Final = 10.0

CAMERA: Final = "depot-yard-camera"
SENSORS: Final = ("zigbee2mqtt/flat 14", "zigbee2mqtt/flat 31")
SERVERS: Final = "alertmanager"


def with_devices(settings: Settings) -> Settings:
    """The settings of the town with a door for devices on a port that the system chooses."""
    table = ReceiverTable(type="http", name=WEBHOOKS, listen="127.0.0.1:0")
    return structs.replace(settings, receiver=(*settings.receiver, table))


Sleep = Callable[[float], Awaitable[object]]


async def devices(centre: Centre, player: Player, *, now: Clock, sleep: Sleep = asyncio.sleep) -> None:
    """Put the devices up and let them speak; nothing where the town has no door for them."""
    if all(receiver.name != WEBHOOKS for receiver in centre.receivers):
        return
    town = _Town(centre, player, now, sleep, await _fit(centre, player))
    async with asyncio.TaskGroup() as living:
        living.create_task(_yard(town))
        living.create_task(_flats(town))
        living.create_task(_servers(town))


@dataclass(frozen=True, slots=True)
class _Town:
    centre: Centre
    player: Player
    now: Clock
    sleep: Sleep
    fitted: Mapping[str, Device]


async def _fit(centre: Centre, player: Player) -> Mapping[str, Device]:
    def site(role: str) -> str:
        number = player.role(role)
        return next(account.id for account in centre.book.all() if account.account == number)

    rows = (
        _row(site("depot"), DeviceWire.ISAPI, CAMERA, "Yard camera", DevicePoint(point="*", zone="61")),
        *(
            _row(site("care"), DeviceWire.ZIGBEE2MQTT, address, name, DevicePoint(point="smoke", zone=zone))
            for address, name, zone in zip(
                SENSORS, ("Smoke sensor flat 14", "Smoke sensor flat 31"), ("114", "131"), strict=True
            )
        ),
        _row(
            site("office"),
            DeviceWire.ALERTMANAGER,
            SERVERS,
            "Server room",
            DevicePoint(point="rack-1", zone="71", observed=Observed.IT),
        ),
    )
    return {row.address: await centre.devices.add(row, by=BY) for row in rows}


def _row(account_id: str, wire: DeviceWire, address: str, name: str, *points: DevicePoint) -> Device:
    return Device(id="", account_id=account_id, receiver=WEBHOOKS, wire=wire, address=address, name=name, points=points)


# -- the yard


async def _yard(town: _Town) -> None:
    """A face is refused and somebody in the yard of an unset depot is nobody's business; once it is set, he is."""
    await town.sleep(15)
    await _post(town, CAMERA, _seen(town.now(), "faceCapture", ""), "application/xml")
    await _post(town, CAMERA, _seen(town.now(), "fielddetection", "human"), "application/xml")
    await town.sleep(10)
    await town.player.panel(town.player.role("depot")).say("CL", zone="001")
    await town.sleep(5)
    await _post(town, CAMERA, _seen(town.now(), "fielddetection", "human"), "application/xml")


def _seen(at: datetime, event: str, target: str) -> bytes:
    region = f"<detectionTarget>{target}</detectionTarget>" if target else ""
    return f"""<EventNotificationAlert version="2.0">
<macAddress>02:00:5e:10:00:61</macAddress><channelID>1</channelID><dateTime>{_told(at)}</dateTime>
<activePostCount>1</activePostCount><eventType>{event}</eventType><eventState>active</eventState>
<DetectionRegionList><DetectionRegionEntry><regionID>1</regionID>{region}</DetectionRegionEntry></DetectionRegionList>
</EventNotificationAlert>""".encode()


# -- the flats


async def _flats(town: _Town) -> None:
    """Toast in one flat; in the other the battery of a sensor runs down."""
    await town.sleep(48)
    await _publish(town, SENSORS[0], smoke=True)
    await town.sleep(20)
    await _publish(town, SENSORS[1], smoke=False, battery_low=True)
    await town.sleep(40)
    await _publish(town, SENSORS[0], smoke=False)


async def _publish(town: _Town, address: str, **fields: bool) -> None:
    sensor, now = town.fitted[address], town.now()
    body = json.dumps({**fields, "linkquality": 96}).encode()
    said = READERS[sensor.wire.value](body, Hint(topic=sensor.address, points=sensor.points, now=now))
    await town.centre.device_desk.hear(sensor, said, now)


# -- the server room


async def _servers(town: _Town) -> None:
    await town.sleep(62)
    began = _told(town.now())
    await _post(town, SERVERS, _alert("firing", began, "0001-01-01T00:00:00Z"))
    await town.sleep(150)
    await _post(town, SERVERS, _alert("resolved", began, _told(town.now())))


def _alert(status: str, began: str, ended: str) -> bytes:
    labels = {"alertname": "NodeDown", "zone": "rack-1", "severity": "critical"}
    alert = {"status": status, "labels": labels, "annotations": {}, "startsAt": began, "endsAt": ended}
    head = {"version": "4", "groupKey": "demo", "truncatedAlerts": 0, "status": status, "receiver": "arc"}
    return json.dumps({**head, "alerts": [{**alert, "fingerprint": "1a30ba71cca29261"}]}).encode()


# -- the wire


async def _post(town: _Town, address: str, body: bytes, media: str = "application/json") -> None:
    secret = town.centre.devices.book.secret(town.fitted[address])
    host, port = next(one.listening for one in town.centre.receivers if one.name == WEBHOOKS)
    await asyncio.to_thread(_send, f"http://{host}:{port}/d/{secret}", body, media)


def _send(url: str, body: bytes, media: str) -> None:
    """To our own port, so by no proxy."""
    to = build_opener(ProxyHandler({}))
    try:
        with to.open(Request(url, body, {"Content-Type": media}), timeout=POSTED_WITHIN_S):
            pass
    except HTTPError as error:
        error.close()  # told by the receiver itself; the town goes on


def _told(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
