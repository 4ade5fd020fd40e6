"""Take next gives the most urgent, and lays lesser work aside for an emergency."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.house import House
from tests.browser.seats import seat

pytestmark = pytest.mark.browser


async def test_take_next_parks_lesser_work_for_an_emergency(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await house.panel("5005").contact_id("1154", "011")
        lesser = await house.api.wait_open("5005")
        assert lesser["priority"] > 1
        await expect(anna.rows).to_have_count(1)

        await anna.press("n")
        await expect(anna.row(lesser["id"])).to_contain_text("Taken by you")

        await house.panel("1001").contact_id("1110", "007")
        emergency = await house.api.wait_open("1001")
        assert emergency["priority"] == 1
        await expect(anna.rows).to_have_count(2)

        await anna.press("n")
        await expect(anna.row(emergency["id"])).to_contain_text("Taken by you")
        await expect(anna.row(lesser["id"])).to_contain_text("Parked by you")
        await expect(anna.of("status")).to_contain_text("1 incident was parked for it")
        await expect(anna.of("incident")).to_have_attribute("data-id", emergency["id"])
        parked = await house.api.incident(lesser["id"])
        assert (parked["state"], parked["timeline"][-1]["type"]) == ("held", "held")


async def test_take_next_says_so_when_nothing_waits(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await expect(anna.of("queue-empty")).to_have_text("Nothing waits.")
        await anna.press("n")
        await expect(anna.of("status")).to_have_text("Nothing is waiting.")
