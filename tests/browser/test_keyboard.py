"""A night without a mouse: every act of the desk by its key, and the key is on its button."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.house import PASSWORD, House
from tests.browser.seats import seat

pytestmark = pytest.mark.browser


async def test_an_operator_needs_no_mouse(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await anna.page.goto(house.url)
        await anna.expect_focus("name")
        await anna.type("anna")
        await anna.press("Tab")
        await anna.type(PASSWORD)
        await anna.press("Enter")
        await anna.expect_focus("sound-play")
        await anna.press("Enter", "Tab")
        await anna.expect_focus("sound-heard")
        await anna.press("Enter")
        await anna.expect_connected()

        await house.panel("2002").contact_id("1130", "001")
        await house.panel("5005").contact_id("1154", "011")
        shop = (await house.api.wait_open("2002"))["id"]
        depot = (await house.api.wait_open("5005"))["id"]
        await expect(anna.rows).to_have_count(2)

        await anna.press("End")
        await expect(anna.row(depot)).to_have_attribute("aria-selected", "true")
        await anna.press("Enter")
        await expect(anna.of("incident")).to_have_attribute("data-id", depot)
        await anna.press("Escape")
        await anna.expect_focus("queue")
        await anna.press("ArrowUp")
        await expect(anna.row(shop)).to_have_attribute("aria-selected", "true")

        await anna.press("t")
        await expect(anna.of("incident-state")).to_have_text("Taken by you")
        await anna.press("m")
        await anna.expect_focus("note")
        await anna.type("Nobody answers at the shop.")
        await anna.press("Control+Enter")
        await expect(anna.of("timeline")).to_contain_text("Nobody answers at the shop.")
        await anna.press("Escape")

        await anna.press("k")
        await anna.expect_focus("kind-find")
        await anna.type("PROP.DOOR")
        await anna.press("ArrowDown")
        await expect(anna.of("kind-about")).to_be_visible()
        await anna.press("Tab")
        await anna.expect_focus("reason")
        await anna.type("Guard says the door was forced.")
        await anna.press("Control+Enter")
        await expect(anna.of("status")).to_contain_text("is now:")

        await anna.press("h")
        await anna.expect_focus("hold-5")
        await anna.press("1")
        await expect(anna.row(shop)).to_contain_text("Held by you until")
        await expect(anna.of("panel")).to_have_count(0)  # the row may know of it before the act has its answer
        await anna.press("Shift+4")
        await expect(anna.rows).to_have_count(1)
        await anna.press("Home", "t")
        await expect(anna.of("incident-state")).to_have_text("Taken by you")
        await anna.press("Shift+1", "r")
        await expect(anna.of("incident-state")).to_have_text("Waiting")
        await anna.press("t")
        await expect(anna.of("incident-state")).to_have_text("Taken by you")

        await anna.leave_out(shop)
        await anna.press("c")
        await anna.expect_focus("disposition-genuine")
        await anna.press("1")
        await anna.expect_focus("cause-break_in")
        await anna.press("1")
        await expect(anna.of("cause-break_in")).to_be_checked()
        await anna.press("Control+Enter")
        await expect(anna.row(shop)).to_have_count(0)

        await anna.press("Shift+5")
        await expect(anna.row(shop)).to_be_visible()
        await anna.press("Home", "Enter")
        await expect(anna.of("incident-state")).to_contain_text("Closed")
        await anna.press("b")
        await anna.expect_focus("reason")
        await anna.type("The owner called back.")
        await anna.press("Control+Enter")
        await expect(anna.of("incident-state")).to_have_text("Taken by you")

        await anna.press("?")
        await expect(anna.of("keys-help")).to_be_visible()
        await anna.press("Escape")
        await expect(anna.of("keys-help")).to_have_count(0)
        await anna.press("v")
        await expect(anna.of("volume")).to_be_visible()
        await anna.press("v")
        await expect(anna.of("volume")).to_have_count(0)

        items = (await house.api.incident(shop))["timeline"]
        told = [item["type"] for item in items if item["by"] == "anna" and item["type"] != "skipped"]
        assert told == [
            *("taken", "note", "reclassified", "held", "taken", "released", "taken"),
            *("closed", "reopened"),
        ]


async def test_another_takes_over_with_a_reason_and_the_first_is_told(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna, seat(browser, "boris") as boris:
        await anna.sign_in(house.url)
        await boris.sign_in(house.url)
        await house.panel("2002").contact_id("1130", "001")
        shop = (await house.api.wait_open("2002"))["id"]
        await expect(anna.rows).to_have_count(1)
        await anna.press("n")
        await expect(anna.of("incident-state")).to_have_text("Taken by you")

        await expect(boris.row(shop)).to_contain_text("Taken by anna")
        await boris.press("Home", "Enter")
        await expect(boris.of("incident-state")).to_have_text("Taken by anna")
        await boris.press("o")
        await boris.expect_focus("reason")
        await boris.type("I know this shop.")
        await boris.press("Control+Enter")

        await expect(boris.of("incident-state")).to_have_text("Taken by you")
        await expect(anna.of("incident-state")).to_have_text("Taken by boris")
        await expect(anna.of("alert")).to_contain_text("boris has taken over")
        last = (await house.api.incident(shop))["timeline"][-1]
        assert (last["type"], last["by"], last["text"]) == ("takeover", "boris", "I know this shop.")
