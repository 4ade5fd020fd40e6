"""Cameras that call us: every sample posted to the HTTP receiver as the device would, over a real socket."""

from pathlib import Path
from typing import Final

import httpx
import pytest

from belfry.domain.device import DeviceWire
from belfry.domain.reading import Disposition
from belfry.protocols.isapi.message import _without_mime_head
from belfry.receivers.http import HttpReceiver, HttpSettings
from tests.protocols.isapi import samples as isapi
from tests.protocols.isapi.test_samples import INDEX as ISAPI
from tests.protocols.onvif import samples as onvif
from tests.protocols.onvif.test_samples import INDEX as ONVIF
from tests.receivers.house import SECRET, device_house

KINDS: Final = {".json": "application/json", ".xml": 'application/xml; charset="UTF-8"'}


def posted(name: str) -> tuple[bytes, str]:
    """A sample's body and its Content-Type."""
    if name.endswith(".eml"):
        return _without_mime_head(isapi.sample(name), "")
    return isapi.sample(name), KINDS[Path(name).suffix]


async def push(folder: Path, wire: DeviceWire, body: bytes, kind: str) -> tuple[int, Disposition, int]:
    """Status, disposition, and how many signals are in the journal when the answer is here."""
    async with device_house(folder) as house:
        settings = HttpSettings(listen="127.0.0.1:0")
        house.register(wire, settings.name, "*")
        receiver = HttpReceiver(settings, house.intake, house.accounts, house.clock, bytes, devices=house.devices)
        await receiver.start()
        try:
            url = "http://{}:{}".format(*receiver.listening)
            async with httpx.AsyncClient() as client:
                answer = await client.post(f"{url}/d/{SECRET}", content=body, headers={"content-type": kind})
            assert answer.status_code >= 400 or answer.content == b""
            (heard,) = house.devices.heard
            return answer.status_code, heard.said.disposition, len(await house.kept())
        finally:
            await receiver.stop()


@pytest.mark.parametrize("name", isapi.NAMES)
async def test_an_isapi_push_is_answered_once_it_is_kept(tmp_path: Path, name: str) -> None:
    disposition, readings, _ = ISAPI[name]
    told = await push(tmp_path, DeviceWire.ISAPI, *posted(name))
    assert told[0] == 200
    # Without a row of its own a region is its channel: two regions are one point.
    points = {str(point).partition("/")[0] for _, point, *_ in readings}
    assert told[1:] == (disposition, len(points))


@pytest.mark.parametrize("name", onvif.NAMES)
async def test_an_onvif_notify_is_answered_once_it_is_kept(tmp_path: Path, name: str) -> None:
    disposition, readings, _ = ONVIF[name]
    body = onvif.sample(name)
    told = await push(tmp_path, DeviceWire.ONVIF, body, "application/soap+xml; charset=utf-8")
    assert told == (200, disposition, len(readings))
