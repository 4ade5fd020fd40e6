"""A school fire over HTTPS, at the desk and on a phone: from detectors, a call and a report to one closed record."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from belfry.ports.staff import Role
from tests.browser.house import PASSWORD, House, serving
from tests.browser.seats import PHONE, Seat, seat

pytestmark = pytest.mark.browser

AT: Final = {"latitude": 51.5012, "longitude": -0.1241}
"""Across the street from the school."""
STATION: Final = {"name": "Mill Street", "latitude": 51.508, "longitude": -0.124}
LOOKS: Final[dict[str, Any]] = {
    "viewport": PHONE,
    "is_mobile": True,
    "has_touch": True,
    "geolocation": AT,
    "permissions": ["geolocation", "notifications"],
}


@pytest_asyncio.fixture(loop_scope="session")
async def secure(tmp_path: Path, console_is_built: None) -> AsyncIterator[House]:
    """Over HTTPS, with an engine at a station near the school that nobody is signed on to yet."""
    staff = {"anna": Role.DISPATCHER, "cleo": Role.RESPONDER}
    async with serving(tmp_path, operators=(), staff=staff, secure=True) as house:
        assert house.url.startswith("https:")
        station = await house.api.post("/stations", STATION)
        await house.api.post(
            "/units", {"call_sign": "E1", "type": "engine", "service": "fire", "station": station["id"]}
        )
        yield house


async def on_duty(cleo: Seat, url: str) -> None:
    """Signed in on the phone, and on to the engine."""
    await cleo.page.goto(f"{url.rstrip('/')}/me")
    await cleo.of("name").fill(cleo.name)
    await cleo.of("password").fill(PASSWORD)
    await cleo.of("signin-go").tap()
    await cleo.of("sound-play").tap()
    await cleo.of("sound-heard").tap()
    await cleo.of("join-E1").tap()
    await expect(cleo.of("my-unit")).to_have_text("E1")


async def test_a_school_fire_is_told_three_ways_and_answered_by_one_engine(secure: House, browser: Browser) -> None:
    house, api = secure, secure.api
    async with seat(browser, "anna", ignore_https_errors=True) as anna, seat(browser, "cleo", **LOOKS) as cleo:
        await asyncio.gather(anna.sign_in(house.url), on_duty(cleo, house.url))

        # two detectors of one panel
        for zone in ("007", "012"):
            await house.panel("1001").contact_id("1110", zone)
        fire = await api.wait_open("1001")
        await expect(cleo.of("alert-place")).to_contain_text("Linden School")
        await cleo.of("alert-eta-5").tap()
        await anna.press("n")
        await expect(anna.of("incident")).to_have_attribute("data-id", fire["id"])

        # a call, and a report from the field: offered by nearness, joined by one key each
        place = {"position": AT}
        await api.post("/calls", {"kind": "FIRE.STRUCT", "place": place, "note": "flames at the roof"})
        await api.post("/reports", {"kind": "FIRE.SMOKE", "place": place, "note": "black smoke"})
        await expect(anna.of("near").locator("button")).to_have_count(2)
        for left in (1, 0):
            await anna.press("=")
            await expect(anna.of("near").locator("button")).to_have_count(left)
        await expect(anna.rows).to_have_count(1)
        await expect(anna.row(fire["id"])).to_contain_text("+2 merged")

        # recommended with reasons, and sent by one key
        await anna.press("Shift+S")
        await expect(anna.of("choice-E1")).to_have_attribute("data-role", "engine")
        await expect(anna.of("choice-E1")).to_contain_text("min")
        await anna.expect_focus("send-E1")
        await anna.press("Enter")
        await expect(anna.of("at-E1")).to_have_attribute("data-status", "offered")
        await anna.press("Escape")

        # accepted on the phone, en route, on scene, cleared
        await cleo.of("alert-accept").tap()
        await expect(cleo.of("assignment-place")).to_contain_text("Linden School")
        await expect(anna.of("at-E1")).to_have_attribute("data-status", "accepted")
        for status in ("en_route", "on_scene"):
            await cleo.of(f"say-{status}").tap()
            await expect(anna.of("at-E1")).to_have_attribute("data-status", status)
        for zone in ("007", "012"):
            await house.panel("1001").contact_id("3110", zone)
        await expect(anna.row(fire["id"])).to_contain_text("restored")
        await expect(anna.of("facts")).to_contain_text("restored")
        await cleo.of("say-available_mobile").tap()
        await expect(cleo.of("no-assignment")).to_be_visible()

        # closed, and its record tells all of it
        await anna.leave_out(fire["id"])
        await expect(anna.of("plan-owed")).to_have_count(0)
        await anna.of("incident-title").focus()
        await anna.press("c")
        await expect(anna.of("disposition-genuine")).to_be_visible()
        await anna.press("1")
        await expect(anna.of("disposition-genuine")).to_be_checked()
        await anna.press("1")
        await anna.press("Control+Enter")
        await expect(anna.rows).to_have_count(0)
        record = str(await api.get(f"/incidents/{fire['id']}/record"))
        for word in ("E1", "accepted", "en_route", "on_scene", "flames at the roof", "black smoke"):
            assert word in record, word
