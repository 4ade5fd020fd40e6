"""Units, stations and the rota: a supervisor keeps them up by keys, and two responders trade a shift on phones."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from belfry.ports.staff import Role
from tests.browser.axe import in_every_look
from tests.browser.house import PASSWORD, House, serving
from tests.browser.seats import PHONE, Seat, seat

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture(loop_scope="session")
async def crewed(tmp_path: Path, console_is_built: None) -> AsyncIterator[House]:
    staff = {"sue": Role.SUPERVISOR, "anna": Role.RESPONDER, "bert": Role.RESPONDER}
    async with serving(tmp_path, staff=staff) as running:
        yield running


async def on_the_phone(one: Seat, url: str) -> None:
    await one.page.set_viewport_size(PHONE)
    await one.page.goto(f"{url.rstrip('/')}/units/manage")
    await one.of("name").fill(one.name)
    await one.of("password").fill(PASSWORD)
    await one.press("Enter")
    await one.of("sound-play").click()
    await one.of("sound-heard").click()
    await expect(one.of("fleet")).to_be_visible()


async def test_a_rota_is_kept_by_keys_and_a_shift_is_traded(crewed: House, browser: Browser) -> None:
    async with seat(browser, "sue") as sue:
        await sue.sign_in(crewed.url)
        await sue.of("nav-sites").press("Enter")
        await sue.of("nav-in-fleet").press("Enter")
        await sue.of("part-stations").press("Enter")
        await expect(sue.of("station-new")).to_be_visible()
        await sue.press("+")
        await sue.type("North")
        await sue.of("station-latitude").fill("far")
        await sue.of("station-longitude").fill("0")
        await sue.press("Control+Enter")
        await expect(sue.of("flaw-latitude")).to_be_visible()
        await sue.of("station-latitude").fill("54.0725, -0.2108")
        await expect(sue.of("station-longitude")).to_have_value("-0.2108")
        await sue.press("Control+Enter")
        await expect(sue.of("station")).to_contain_text("North")

        await sue.of("part-units").press("Enter")
        for sign in ("E 1", "L 1"):
            await expect(sue.of("unit-new")).to_be_visible()
            await sue.press("+")
            await sue.type(sign)
            await sue.of("unit-station").select_option(label="North")
            await sue.of("skills-firefighting").press("Space")
            if sign == "E 1":
                assert await in_every_look(sue, "a new unit") == {}
            await sue.press("Control+Enter")
            await expect(sue.page.locator(f"[data-testid=unit][data-sign='{sign}']")).to_be_visible()
        await expect(sue.of("unit-new")).to_be_visible()
        await sue.press("+")
        await sue.type("e-1")
        await sue.press("Control+Enter")
        await expect(sue.of("unit-refused")).to_contain_text("call sign")
        await sue.press("Escape")
        assert await in_every_look(sue, "units") == {}

        await sue.of("unit-change").first.press("Enter")
        await sue.of("unit-turnout_s").fill("90")
        await sue.of("fleet-changes").locator("summary").press("Enter")
        await expect(sue.of("fleet-changes")).to_contain_text("sue added")
        assert await in_every_look(sue, "a unit that is changed") == {}
        await sue.press("Control+Enter")
        await expect(sue.of("fleet-said")).to_contain_text("E 1")

        await sue.of("part-rota").press("Enter")
        await sue.of("week-after").press("Enter")
        await sue.of("rota-E 1-0").focus()
        await sue.press("ArrowRight", "ArrowDown", "ArrowUp")
        await sue.expect_focus("rota-E 1-1")
        await sue.press("Enter")
        await sue.expect_focus("shift-user")
        await sue.type("anna")
        await sue.press("Enter")
        await expect(sue.of("rota-E 1-1")).to_contain_text("anna 06:00–14:00")
        await sue.press("Escape")
        await sue.expect_focus("rota-E 1-1")
        await sue.press("ArrowDown", "Enter")
        await sue.type("anna")
        await sue.press("Enter")
        await expect(sue.of("shift-refused")).to_contain_text("E 1")
        assert await in_every_look(sue, "a rota with a day open") == {}
        await sue.press("Escape")

        async with seat(browser, "anna") as anna, seat(browser, "bert") as bert:
            await on_the_phone(anna, crewed.url)
            await on_the_phone(bert, crewed.url)
            await anna.of("week-after").click()
            await bert.of("week-after").click()
            await expect(bert.of("shifts-none")).to_be_visible()
            await anna.of("trade-to").select_option("bert")
            await anna.of("trade-offer").click()
            await expect(anna.of("my-shifts")).to_contain_text("offered to bert")
            assert await in_every_look(anna, "my shifts") == {}
            await bert.of("week-before").click()
            await bert.of("week-after").click()
            await bert.of("trade-take").click()
            await expect(anna.of("unit-new")).to_have_count(0)

            await sue.of("week-before").press("Enter")
            await sue.of("week-after").press("Enter")
            await sue.of("trade-agree").press("Enter")
            await expect(sue.of("rota-E 1-1")).to_contain_text("bert")
            await bert.of("week-before").click()
            await bert.of("week-after").click()
            await expect(bert.of("my-shifts").get_by_test_id("shift")).to_contain_text("instead of anna")
