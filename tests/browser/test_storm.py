"""The way with a storm: a supervisor starts it by keys, everybody sees what is held back, and one answers."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from belfry.ports.staff import Role
from belfry.registry import Registry
from tests.browser.axe import in_every_look
from tests.browser.house import PASSWORD, House
from tests.browser.seats import seat

pytestmark = pytest.mark.browser


@pytest.fixture
async def sofia(house: House, tmp_path: Path) -> None:
    registry = Registry.open(tmp_path / "data")
    registry.users.add("sofia", Role.SUPERVISOR, PASSWORD, by="test")
    registry.close()


@pytest.mark.usefixtures("sofia")
async def test_a_storm_is_started_by_keys_seen_on_every_page_and_answered_for(house: House, browser: Browser) -> None:
    async with seat(browser, "sofia") as anna:
        await anna.sign_in(house.url)
        await anna.press("x")
        await expect(anna.of("storm-page")).to_be_visible()
        await anna.press("+")
        await anna.expect_focus("reason")
        await anna.type("Gale over the coast")
        assert await in_every_look(anna, "starting a storm") == {}
        await anna.press("Control+Enter")
        await expect(anna.of("storm-banner")).to_be_visible()

        await house.panel("2002").contact_id("1301", "000")
        await house.panel("2002").contact_id("1110", "003")
        (fire,) = await house.api.wait_rows(1)
        assert fire["kind"] == "FIRE.ALARM.AUTO"
        await expect(anna.of("storm-held")).to_contain_text("1")
        await expect(anna.of("held")).to_have_count(1)
        await expect(anna.of("held").get_by_role("link")).to_have_text("Corner Shop Averill")
        if (folder := os.environ.get("BELFRY_PICTURES")) is not None:
            for width in (1440, 390):
                await anna.page.set_viewport_size({"width": width, "height": 900})
                await anna.page.screenshot(path=f"{folder}/storm-{width}.png")
            await anna.page.set_viewport_size({"width": 1440, "height": 900})
        assert await in_every_look(anna, "a storm runs") == {}

        await anna.of("end").click()
        await expect(anna.of("storm-owed")).to_be_visible()
        assert {row["kind"] for row in await house.api.wait_rows(2)} == {"FIRE.ALARM.AUTO", "TECH.POWER"}
        await anna.of("words").fill("One shop without mains, called the owner")
        await anna.of("review").click()
        await expect(anna.of("storm")).to_contain_text("answered for by sofia")
        await expect(anna.of("storm-owed")).to_have_count(0)
        assert await in_every_look(anna, "a storm that is answered for") == {}
