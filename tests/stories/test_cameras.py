"""Cameras that are visited, from their stream to the desk: an alarm, a loss, a return, and nothing else happens."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec import structs

from belfry.centre.devices import desk as devices_desk
from belfry.ports.staff import Role
from belfry.settings import ReceiverTable, Settings
from tests.protocols.isapi.samples import sample
from tests.protocols.onvif.samples import notice, notify
from tests.receivers.camera import PASSWORD, USER, Camera, camera, part
from tests.receivers.onvif_camera import OnvifCamera, onvif_camera
from tests.stories.kit import Desk, Town, open_town, until, until_told
from tests.stories.test_devices import everything_in, summary
from tests.stories.test_signals_at_sites import site_id

QUICK: Final = {"retry_least_s": 0.01, "retry_most_s": 0.02, "lost_after_s": 0.0, "look_every_s": 0.01}
MARK: Final = "zqMARKqz"


def with_cameras(settings: Settings) -> Settings:
    tables = (
        ReceiverTable(type="isapi", name="cameras", rest={**QUICK}),
        ReceiverTable(type="onvif", name="onvif", rest={**QUICK, "pull_s": 0.05}),
    )
    return structs.replace(settings, receiver=(*settings.receiver, *tables))


@pytest.fixture(autouse=True)
def the_silent_are_looked_for_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices_desk, "EVERY_S", 0.025)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path, change=with_cameras) as opened:
        yield opened


async def put_up(town: Town, one: Camera | OnvifCamera, wire: str, *points: dict[str, Any], **more: Any) -> str:
    """Register a camera at the shop, with its log-on; return its id when it is being listened to."""
    installer = await town.program(Role.ADMINISTRATOR, "installer")
    receiver = {"isapi": "cameras", "onvif": "onvif"}[wire]
    body = {"account_id": site_id(town, "shop"), "receiver": receiver, "wire": wire, "address": f"a/{wire}"}
    answer = await installer.post("/devices", **{**body, **more}, host=one.host, points=list(points))
    assert answer.status_code == 201, answer.text
    device_id: str = answer.json()["id"]
    login = {"user": USER, "password": PASSWORD}
    answer = await installer.client.put(f"/devices/{device_id}/login", json=login)
    assert answer.status_code == 204, answer.text
    await until(lambda: town.centre.device_desk.now(device_id).heard_at is not None)
    await one.listened_to()
    return device_id


async def told(town: Town, desk: Desk, *expected: tuple[str, int, bool]) -> None:
    async def is_told() -> bool:
        await town.settled()
        return sorted(await summary(desk)) == sorted(expected)

    await until_told(is_told)


async def test_a_fire_on_a_stream_a_camera_that_goes_away_and_comes_back(town: Town) -> None:
    desk = await town.operator("anna")
    async with camera() as one:
        device_id = await put_up(town, one, "isapi", {"point": "ch2", "zone": "21"})
        fire = sample("fire_multipart.eml").partition(b"\r\n\r\n")[2]
        one.say(fire)
        await told(town, desk, ("FIRE.ALARM.AUTO", 1, False))
        await one.go_away()
        await town.pass_time(seconds=90)
        await told(town, desk, ("FIRE.ALARM.AUTO", 1, False), ("TECH.CAMERA", 4, False))
        await one.begin()
        await told(town, desk, ("FIRE.ALARM.AUTO", 1, False))
        signals = [(signal["category"], signal["state"], signal["device"]) for signal in await desk.signals()]
        assert [signal for signal in signals if signal[2] == device_id] == [
            ("fire", "alarm", device_id),
            ("supervisory", "trouble", device_id),
            ("supervisory", "trouble_restore", device_id),
        ]


async def test_a_second_alarm_of_a_rule_that_never_says_its_end_is_no_repeat(town: Town) -> None:
    desk = await town.operator("anna")
    async with camera() as one:
        device_id = await put_up(town, one, "isapi", {"point": "ch1", "zone": "21"})
        alarm = json.dumps({"channelID": 1, "eventType": "PIR", "eventState": "active", "dateTime": "{}"})

        receiver = next(one for one in town.centre.receivers if one.name == "cameras")
        signals = []
        for minutes in (0, 0, 2):
            await town.pass_time(minutes=minutes)
            heard = receiver.describe()["messages"]
            at = town.clock.now.isoformat()
            one.say(part(alarm.replace("{}", at).encode(), kind=b"application/json"))
            await until(lambda before=heard: receiver.describe()["messages"] != before)  # type: ignore[misc]
            await town.settled()
            signals.append(len([1 for signal in await desk.signals() if signal["device"] == device_id]))
        assert signals == [1, 1, 2]


async def test_an_input_of_an_onvif_device_means_what_its_row_says_and_its_end_restores_it(town: Town) -> None:
    desk = await town.operator("anna")
    async with onvif_camera() as one:
        row = {"point": "DI_1", "zone": "21", "observed": "smoke"}
        await put_up(town, one, "onvif", row)
        for state, restored in (("true", False), ("false", True)):
            body = notice("tns1:Device/Trigger/DigitalInput", {"InputToken": "DI_1"}, {"LogicalState": state})
            one.say(notify(body))
            await told(town, desk, ("FIRE.ALARM.AUTO", 1, restored))


async def test_what_cameras_say_of_people_is_nowhere_on_the_disk(tmp_path: Path) -> None:
    async with open_town(tmp_path, change=with_cameras) as town:
        desk = await town.operator("anna")
        async with camera() as one, onvif_camera() as two:
            await put_up(town, one, "isapi", {"point": "in1", "zone": "21"})
            await put_up(town, two, "onvif", {"point": "DI_1", "zone": "22"})
            face = sample("face_capture.json").replace(b"Entrance", MARK.encode()).replace(b"happy", MARK.encode())
            named = sample("io_active.xml").replace(b"North yard", MARK.encode())
            one.say(part(face, kind=b"application/json"), part(MARK.encode(), kind=b"image/jpeg"), part(named))
            who = {"CredentialHolderName": MARK, "CredentialToken": MARK, "Reason": MARK}
            two.say(
                notify(notice("tns1:RuleEngine/Recognition/Face", {"Source": MARK}, {"Label": MARK})),
                notify(notice(f"tns1:New/{MARK}", {"Source": MARK}, {MARK: MARK})),
                notify(notice("tns1:AccessControl/Duress", {"AccessPointToken": MARK}, who)),
            )

            async def kept() -> bool:
                await town.settled()
                return {row["kind"] for row in await desk.incidents("open")} >= {"PERS.ALARM.DURESS"}

            await until_told(kept)
        assert MARK not in json.dumps(await desk.signals()) + json.dumps(await desk.incidents())
    assert everything_in(tmp_path)
    assert not any(MARK.encode() in content for content in everything_in(tmp_path))
