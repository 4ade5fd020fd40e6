"""A site as its operator works on it: incidents together, one owner, nobody called in silence, whose a number is."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import in_every_look
from tests.browser.house import House
from tests.browser.seats import seat

pytestmark = pytest.mark.browser


async def test_a_site_is_handled_as_one_by_key(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna, seat(browser, "boris") as boris:
        await anna.sign_in(house.url)
        await boris.sign_in(house.url)
        await house.panel("3003").contact_id("1122", "003")
        await house.panel("3003").contact_id("1130", "004")
        await house.api.wait_rows(2)
        await expect(anna.rows).to_have_count(2)
        await expect(anna.of("others")).to_have_count(2)

        await anna.press("n")
        holdup, intrusion = [row["id"] for row in await house.api.open()]
        await expect(anna.of("incident")).to_have_attribute("data-id", holdup)
        await expect(anna.row(intrusion)).to_contain_text("Taken by you")
        await anna.press("g")
        await expect(anna.of("incident")).to_have_attribute("data-id", intrusion)
        await expect(anna.of("silent-site")).to_be_visible()
        await anna.press("g")
        await expect(anna.of("incident")).to_have_attribute("data-id", holdup)

        await house.panel("3003").contact_id("1301", "000")
        await house.panel("3003").contact_id("1110", "007")
        fire = next(row for row in await house.api.wait_rows(4) if row["kind"].startswith("FIRE"))
        await boris.row(fire["id"]).click()
        await expect(boris.of("site-owner")).to_contain_text("anna")
        await expect(boris.of("fire-order")).to_contain_text("brigade at once")
        await expect(boris.of("act-takeover")).to_be_visible()
        await expect(boris.of("act-take")).to_have_count(0)
        assert await in_every_look(boris, "an incident at a silent site that another one handles") == {}


async def test_an_unknown_number_is_assigned_by_n_1_enter(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await house.panel("2020").contact_id("1130", "001")
        unknown = await house.api.wait_open("2020")
        await expect(anna.rows).to_have_count(1)
        await anna.press("n")
        await expect(anna.of("proposals")).to_contain_text("Corner Shop Averill")
        await expect(anna.of("act-close")).to_be_visible()
        assert await in_every_look(anna, "an unknown account with proposals") == {}
        await anna.press("1", "Enter")
        await expect(anna.of("incident-title").locator("..")).to_contain_text("Corner Shop Averill")
        found = await house.api.incident(unknown["id"])
        assert found["site"]["name"] == "Corner Shop Averill"
        assert [line["type"] for line in found["timeline"][-2:]] == ["assigned", "plan"]


async def test_closing_without_a_restore_says_until_when_it_is_waited_for(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await house.panel("1001").contact_id("1110", "007")
        fire = await house.api.wait_open("1001")
        await expect(anna.rows).to_have_count(1)
        await anna.press("n")
        await expect(anna.of("act-close")).to_be_visible()
        await anna.leave_out(fire["id"])
        await anna.press("c")
        await expect(anna.of("panel")).to_be_visible()
        await anna.press("5", "1")
        await anna.of("reason").fill("Detector will be replaced")
        await anna.of("follow-up-hours").select_option("4")
        assert await in_every_look(anna, "closing without its restore") == {}
        await anna.press("Control+Enter")
        await expect(anna.of("follow-up")).to_be_visible()
        (owed,) = (await house.api.get("/follow-ups"))["items"]
        assert owed["id"] == fire["id"]
        await anna.of("nav-overview").click()
        await expect(anna.page.get_by_text("Restores still owed")).to_be_visible()
        assert await in_every_look(anna, "the overview with a restore that is owed") == {}
