"""An installer on a ladder puts a smoke detector into service by his telephone; the desk reads devices and mappings."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from belfry.ports.staff import Role
from belfry.registry import Registry
from tests.browser.axe import in_every_look
from tests.browser.house import PASSWORD, House, serving
from tests.browser.seats import PHONE, Seat, seat

pytestmark = pytest.mark.browser

DOOR = """
[[receiver]]
type = "http"
name = "webhooks"
listen = "127.0.0.1:0"
"""


@pytest_asyncio.fixture(loop_scope="session")
async def ported(tmp_path: Path, console_is_built: None) -> AsyncIterator[House]:
    """A centre with a door for devices."""
    async with serving(tmp_path, more=DOOR) as running:
        registry = Registry.open(tmp_path / "data")
        registry.users.add("ida", Role.INSTALLER, PASSWORD, by="test")
        registry.users.add("sofia", Role.SUPERVISOR, PASSWORD, by="test")
        registry.close()
        yield running


async def come_in(one: Seat, house: House, path: str) -> None:
    """Who sees no queue hears no sound test."""
    await one.page.goto(house.url + path)
    await one.of("name").fill(one.name)
    await one.of("password").fill(PASSWORD)
    await one.press("Enter")


def smoke(alarm: bool) -> dict[str, object]:
    told = {"smoke:0": {"id": 0, "alarm": alarm}, "somebody": "Ada"}
    return {"src": "shellyplussmoke-1", "method": "NotifyStatus", "params": told}


async def test_an_installer_commissions_a_smoke_detector_by_keys_on_a_phone(ported: House, browser: Browser) -> None:
    async with seat(browser, "ida", viewport=PHONE) as ida, httpx.AsyncClient() as detector:
        await come_in(ida, ported, "/devices")
        await expect(ida.of("devices-none")).to_be_visible()
        await ida.press("+")
        await ida.of("test-site").fill("1001")
        await expect(ida.of("pick-1001")).to_be_visible()
        await ida.of("test-site").press("Enter")
        await ida.of("device-name").fill("Smoke in the hall")
        await ida.of("device-wire").select_option("shelly")
        await ida.of("device-address").fill("shellyplussmoke-1")
        await ida.of("device-interval").fill("1")
        await ida.press("Control+Enter")
        await expect(ida.of("flaw")).to_contain_text("10")
        await ida.expect_focus("device-interval")
        await expect(ida.of("device-address")).to_have_value("shellyplussmoke-1")
        await ida.of("device-interval").fill("")
        await ida.press("Control+Enter")
        await expect(ida.of("standing")).to_have_text("Never heard")

        await ida.of("secret-show").press("Enter")
        address = await ida.of("secret-0").input_value()
        assert address.startswith("http://127.0.0.1:")
        await ida.press("l")
        await expect(ida.of("listen-state")).to_have_attribute("data-state", "on")
        assert (await detector.post(address, json=smoke(True))).status_code == 200
        await expect(ida.of("heard")).to_contain_text("Stripped")
        await expect(ida.of("reading")).to_have_attribute("data-became", "begins")
        await expect(ida.of("standing")).to_have_text("Well")
        await ida.press("+")
        await expect(ida.of("told")).to_contain_text("is in the table")
        await expect(ida.of("never-proved")).to_be_visible()
        assert "Ada" not in await ida.page.content()

        for alarm in (False, True):
            assert (await detector.post(address, json=smoke(alarm))).status_code == 200
        await expect(ida.of("heard")).to_have_count(3)
        assert await in_every_look(ida, "listening") == {}
        await ida.page.set_viewport_size(PHONE)
        await ida.press("d")
        await expect(ida.of("proved")).to_be_visible()
        await expect(ida.of("unproved")).to_have_text("Every point proved")
        await ida.press("l")
        await expect(ida.of("listen-state")).to_have_attribute("data-state", "ended")
        wide = await ida.page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= PHONE["width"]

    row = await ported.api.wait_open("1001")
    assert row["zone_name"] == "Smoke in the hall"


async def test_a_stranger_becomes_a_device_and_two_who_edit_lose_nothing(ported: House, browser: Browser) -> None:
    site = (await ported.api.get("/accounts", search="1001"))["items"][0]["id"]
    body = {"account_id": site, "receiver": "webhooks", "wire": "isapi", "address": "yard-1", "name": "Yard"}
    device = await ported.api.post("/devices", {**body, "points": [{"point": "*", "zone": "61"}]})
    async with seat(browser, "sofia") as sofia:
        await sofia.sign_in(ported.url)
        await sofia.of("nav-sites").click()
        await sofia.of("nav-in-devices").click()
        await expect(sofia.of("device-yard-1")).to_contain_text("1 point never proved")
        await sofia.press("Shift+Digit2")
        await expect(sofia.of("devices-none")).to_be_visible()
        await sofia.press("Shift+Digit3")
        await sofia.press("ArrowDown", "Enter")
        await sofia.of("device-name").fill("Yard camera")
        version = {"version": device["version"], "interval_s": 600, "points": [{"point": "*", "zone": "61"}]}
        answer = await ported.api.client.put(f"/api/v1/devices/{device['id']}", json={**body, **version})
        assert answer.is_success
        await sofia.press("Control+Enter")
        await expect(sofia.of("changed")).to_be_visible()
        await expect(sofia.of("device-name")).to_have_value("Yard camera")
        assert await in_every_look(sofia, "device changed") == {}
        await sofia.of("mine").click()
        await expect(sofia.of("saved")).not_to_be_empty()
        assert (await ported.api.get(f"/devices/{device['id']}"))["name"] == "Yard camera"

        await sofia.page.goto(f"{ported.url}/sites/{site}")
        await expect(sofia.of("site-devices")).to_contain_text("Yard camera")
        await sofia.of("to-devices").click()
        await expect(sofia.of("devices-count")).to_have_text("1 device")
        assert await in_every_look(sofia, "devices") == {}
        await sofia.press("l")
        await expect(sofia.of("listen")).to_be_enabled()
        await sofia.press("l")
        await expect(sofia.of("listen-state")).to_have_attribute("data-state", "on")
        assert await in_every_look(sofia, "listen to a receiver") == {}


async def test_a_mapping_is_tried_while_it_is_typed(ported: House, browser: Browser) -> None:
    async with seat(browser, "sofia") as sofia:
        await sofia.sign_in(ported.url)
        await sofia.page.goto(f"{ported.url}/mappings")
        await sofia.of("mapping-message").fill('{"type": "leak", "state": "wet", "who": "Ada"}')
        await expect(sofia.of("tried")).to_contain_text("water")
        text = await sofia.of("mapping-text").input_value()
        await sofia.of("mapping-text").fill(text.replace('"water"', '"face"'))
        await expect(sofia.of("mapping-flaws")).not_to_be_empty()
        await sofia.of("mapping-text").fill(text + "}")
        await expect(sofia.of("mapping-flaws")).to_contain_text("No JSON: line")
        assert await in_every_look(sofia, "mappings") == {}
        await sofia.of("mapping-text").fill(text)
        await sofia.press("Control+Enter")
        await expect(sofia.of("saved")).not_to_be_empty()
        assert [one["name"] for one in (await ported.api.get("/mappings"))["items"]] == ["acme-leak"]


def storm(now: datetime) -> bytes:
    told, ends = (one.strftime("%Y-%m-%dT%H:%M:%S+00:00") for one in (now, now + timedelta(hours=3)))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>storm-1</identifier><sender>met@example.org</sender>
<sent>{told}</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
<info><category>Met</category><event>Storm</event><urgency>Expected</urgency><severity>Severe</severity>
<certainty>Likely</certainty><expires>{ends}</expires>
<area><areaDesc>Harbour</areaDesc><circle>51.501,-0.124 5</circle></area></info></alert>""".encode()


async def test_a_public_warning_is_a_quiet_line_beside_the_site_it_touches(tmp_path: Path, browser: Browser) -> None:
    async def told(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = storm(datetime.now(UTC))
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/cap+xml\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    feed = await asyncio.start_server(told, "127.0.0.1", 0)
    port = feed.sockets[0].getsockname()[1]
    more = f'[[receiver]]\ntype = "cap"\nname = "met"\nurls = ["http://127.0.0.1:{port}/storm"]\n'
    async with feed, serving(tmp_path, more=more) as house, seat(browser, "anna") as anna:
        async with asyncio.timeout(20):
            while not (await house.api.get("/warnings"))["items"]:  # noqa: ASYNC110 - another process reads the feed
                await asyncio.sleep(0.05)
        await anna.sign_in(house.url)
        await house.panel("1001").contact_id("1110", "007")
        await expect(anna.rows).to_have_count(1)
        await anna.press("n")
        await expect(anna.of("warnings")).to_contain_text("Weather, severe until")
        assert await in_every_look(anna, "warning beside an incident") == {}
        await anna.press("a")
        await expect(anna.of("site")).to_be_visible()
        await expect(anna.of("warnings")).to_contain_text("not signed")
        assert len(await house.api.open()) == 1
