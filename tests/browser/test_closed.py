"""What is over is found after its day on the board: by hazard, by site, by day; and its story is one key away."""

import asyncio

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import in_every_look
from tests.browser.house import House
from tests.browser.seats import seat

pytestmark = pytest.mark.browser


async def closed(house: House, account: str, code: str) -> None:
    """An alarm that somebody took and closed."""
    await house.panel(account).contact_id(code, "001")
    row = await house.api.wait_open(account)
    incident: str = row["id"]
    taken = await house.api.post(f"/incidents/{incident}/take", {"version": row["version"]})
    await house.api.post(
        f"/incidents/{incident}/close",
        {
            "version": taken["version"],
            "seen_upto": taken["signals_seq"],
            "disposition": "false_alarm",
            "cause": "animal",
        },
    )


async def test_a_closed_incident_is_found_and_its_story_opens(house: House, browser: Browser) -> None:
    await closed(house, "2002", "1163")
    await closed(house, "4004", "1154")
    async with asyncio.timeout(20):  # the archive is a second behind
        while len((await house.api.get("/archive/incidents"))["items"]) < 2:
            pass
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await anna.of("nav-closed").click()
        await expect(anna.of("closed-row")).to_have_count(2)
        await anna.press("ArrowDown")
        await expect(anna.of("closed-row").first).to_be_focused()
        await anna.press("ArrowDown")
        await expect(anna.of("closed-row").nth(1)).to_be_focused()
        await expect(anna.of("closed-record")).to_contain_text("TECH.TANK")
        await expect(anna.of("closed-disposition")).to_have_text("False alarm")
        await expect(anna.of("closed-page")).not_to_contain_text("Averill")
        assert await in_every_look(anna, "closed incidents") == {}

        await anna.of("closed-group").select_option("FIRE")
        await expect(anna.of("closed-row")).to_have_count(0)
        await anna.of("closed-group").select_option("TECH")
        await expect(anna.of("closed-row")).to_have_count(2)
        await expect(anna.of("closed-record")).to_contain_text("TECH.WATERLEAK")
        await anna.of("closed-group").select_option("")
        await anna.of("closed-to").fill("2020-01-01")
        await expect(anna.of("closed-row")).to_have_count(0)
        await anna.of("closed-to").fill("")
        await expect(anna.of("closed-row")).to_have_count(2)

        (shop,) = (await house.api.get("/accounts", account="2002"))["items"]
        await anna.page.goto(f"{house.url}sites/{shop['id']}")
        await anna.of("site-closed").click()
        await expect(anna.of("closed-site")).to_contain_text("Averill")
        await expect(anna.of("closed-row")).to_have_count(1)
        await anna.press("ArrowDown", "Enter")
        await expect(anna.of("incident-title")).to_be_visible()
        await expect(anna.of("incident-state")).to_have_text("Closed")
        await expect(anna.of("incident-title")).to_contain_text("Tank")
