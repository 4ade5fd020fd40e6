"""A server room's Alertmanager, a LoRa server and a camera that mails, from their messages to the operator's list."""

import asyncio
import json
import smtplib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec import structs

from belfry.domain.facts import Changed
from belfry.ports import Stored
from belfry.ports.staff import Role
from belfry.settings import ReceiverTable, Settings
from tests.stories.kit import Town, open_town
from tests.stories.test_devices import Fitted, fit, summary

SAMPLES: Final = Path(__file__).parents[1] / "samples"
WITHIN_S: Final = 20.0


def with_doors(settings: Settings) -> Settings:
    doors = (
        ReceiverTable(type="http", name="webhooks", listen="127.0.0.1:0"),
        ReceiverTable(type="smtp", name="mail", listen="127.0.0.1:0"),
    )
    return structs.replace(settings, receiver=(*settings.receiver, *doors))


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path, change=with_doors) as opened:
        yield opened


def alert(zone: str, name: str, *, status: str = "firing", starts: str = "2026-03-14T02:10:00Z") -> dict[str, Any]:
    return {
        "status": status,
        "labels": {"alertname": name, "zone": zone},
        "startsAt": starts,
        "endsAt": "0001-01-01T00:00:00Z" if status == "firing" else "2026-03-14T02:14:00Z",
        "fingerprint": f"{zone}{name}",
    }


async def post(device: Fitted, *alerts: dict[str, Any]) -> int:
    group = {"version": "4", "status": "firing", "groupKey": "{}", "truncatedAlerts": 0, "alerts": alerts}
    return await device.say(json.dumps(group).encode())


async def test_a_server_rooms_alert_is_an_incident_until_it_is_resolved_and_its_repeats_are_none(town: Town) -> None:
    desk = await town.operator("anna")
    room = await fit(town, "shop", "alertmanager", {"point": "rack-1", "zone": "31"})
    for _ in range(3):  # the server repeats what lasts
        assert await post(room, alert("rack-1", "RackSmoke")) == 200
    assert await summary(desk) == [("FIRE.ALARM.AUTO", 1, False)]
    (row,) = await desk.incidents("open")
    assert row["zone"] == "31"
    assert await post(room, alert("rack-1", "RackSmoke", status="resolved")) == 200
    assert await summary(desk) == [("FIRE.ALARM.AUTO", 1, True)]
    fire = [one["state"] for one in await desk.signals() if one["category"] == "fire"]
    assert fire == ["alarm", "restore"]


async def test_the_end_of_one_alert_is_not_the_end_of_another_at_the_same_point(town: Town) -> None:
    desk = await town.operator("anna")
    room = await fit(town, "shop", "alertmanager", {"point": "cellar", "zone": "32"})
    assert await post(room, alert("cellar", "WaterLeakNorth"), alert("cellar", "WaterLeakSouth")) == 200
    assert await post(room, alert("cellar", "WaterLeakNorth", status="resolved")) == 200
    (row,) = await desk.incidents("open")
    assert "restored" not in row["flags"]
    assert await post(room, alert("cellar", "WaterLeakSouth", status="resolved")) == 200
    (row,) = await desk.incidents("open")
    assert "restored" in row["flags"]


async def test_a_leak_that_a_lora_server_passes_on_is_that_of_its_sensor(town: Town) -> None:
    desk = await town.operator("anna")
    server = await fit(town, "shop", "thingsstack")
    sensor = await fit(town, "school", "thingsstack", {"point": "leak-01", "zone": "7"}, address="leak-01")
    assert await server.say((SAMPLES / "webhooks/tts_uplink_leak.json").read_bytes()) == 200
    (row,) = await desk.incidents("open")
    assert (row["account"], row["zone"]) == (town.player.role("school"), "7")
    (signal,) = [one for one in await desk.signals() if one["category"] == "water"]
    assert signal["device"] == sensor.id


def mail(kind: str, number: int) -> bytes:
    return (
        f"From: cam@site.example\r\nSubject: Alarm\r\nMessage-ID: <{number}@cam.example>\r\n\r\n"
        f"EVENT TYPE: {kind}\r\nCHANNEL NUMBER: 2\r\nIPC NAME: Kiln\r\n"
    ).encode()


async def recipient_of(town: Town, camera: Fitted) -> str:
    installer = await town.program(Role.ADMINISTRATOR, "installer")
    secret: str = (await installer.post(f"/devices/{camera.id}/secret")).json()["recipient"]
    return f"{secret}@alarms.example"


async def send(town: Town, recipient: str, body: bytes) -> None:
    host, port = next(one.listening for one in town.centre.receivers if one.name == "mail")

    def conversation() -> None:
        with smtplib.SMTP(host, port, timeout=WITHIN_S) as client:
            client.sendmail("cam@site.example", [recipient], body)

    await asyncio.to_thread(conversation)
    await town.settled()


async def test_a_camera_mails_a_fire_once_and_again_after_its_hold_time(town: Town) -> None:
    desk = await town.operator("anna")
    camera = await fit(town, "shop", "smtp", {"point": "ch2", "zone": "22"}, receiver="mail", hold_s=60)
    recipient = await recipient_of(town, camera)
    for number in (1, 1, 2):  # sent twice, and the next picture of the same fire
        await send(town, recipient, mail("Fire Detection", number))
    assert await summary(desk) == [("FIRE.ALARM.AUTO", 1, False)]

    async def fires() -> list[tuple[str, str]]:
        return [(one["state"], one["zone"]) for one in await desk.signals() if one["category"] == "fire"]

    first = await fires()
    await town.pass_time(seconds=61)
    await send(town, recipient, mail("Fire Detection", 3))
    assert len(await fires()) == len(first) + 1
    assert set(await fires()) == {("alarm", "22")}


async def test_a_face_in_a_mail_and_a_stranger_leave_nothing(town: Town) -> None:
    desk = await town.operator("anna")
    camera = await fit(town, "shop", "smtp", {"point": "*", "zone": "22"}, receiver="mail")
    recipient = await recipient_of(town, camera)
    before = town.centre.walk.position
    await send(town, recipient, mail("Face Detection", 1))
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        await send(town, "nobody@alarms.example", mail("Fire Detection", 2))
    stored = await town.centre.intake._journal.page(before, 100)
    said = {type(fact) for one in stored if isinstance(one, Stored) for fact in one.entry.facts}
    assert said <= {Changed}, "the camera was registered, and nothing else"
    assert await desk.incidents() == []
