"""Taking calls with one hand: one key from anywhere, the place typed and chosen, answers by digits, no mouse."""

import asyncio

import pytest
from playwright.async_api import Browser, Route, expect

from tests.browser.axe import in_every_look
from tests.browser.house import House
from tests.browser.seats import seat

pytestmark = pytest.mark.browser


async def test_a_call_is_taken_joined_lost_with_the_browser_and_ended_by_keys_alone(
    house: House, browser: Browser
) -> None:
    await house.panel("1001").contact_id("1110", "007")
    (alarm,) = await house.api.wait_rows(1)
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await anna.press("Shift+C")
        await expect(anna.of("taking-head")).to_be_visible()
        await anna.expect_focus("taking-where")
        await anna.type("///filled.count.soap")
        await expect(anna.of("taking-three")).to_contain_text("what3words")
        await anna.press("Control+a")
        await anna.type("Linden School")
        await expect(anna.of("taking-found")).to_have_count(2)
        await expect(anna.of("taking-found").first).to_contain_text("Linden School")
        await anna.press("Enter")
        await expect(anna.of("taking-place")).to_contain_text("Linden School, Mill Lane 1")
        await expect(anna.of("taking-offer")).to_contain_text(str(alarm["number"]))
        await anna.press("Alt+j")
        await expect(anna.of("taking-joined")).to_be_visible()

        await anna.press("1")
        await expect(anna.of("taking-ask")).to_contain_text("What is burning?")
        await expect(anna.of("taking-passed")).to_contain_text(str(alarm["number"]))
        await anna.press("1")
        await expect(anna.of("taking-say")).to_contain_text("Leave the building")
        await anna.press("3")
        await expect(anna.of("taking-ask")).to_contain_text("smoke in stairs")
        await anna.press("Backspace")
        await expect(anna.of("taking-ask")).to_contain_text("still inside")
        await anna.press("1")
        await expect(anna.of("taking-read-back")).to_contain_text("People inside: Yes")
        await expect(anna.of("taking-read-back")).to_contain_text("Linden School, Mill Lane 1")

        # another kind than the answers say wants a reason, and is taken back by one button
        await anna.of("taking-other").click()
        await anna.of("kind-find").fill("vehicle fire")
        await anna.of("kind-FIRE.VEHICLE").click()
        await expect(anna.of("taking-kind-set")).to_be_disabled()
        await anna.of("taking-kind-why").fill("the car before it")
        await anna.of("taking-kind-set").click()
        await expect(anna.of("taking-kind")).to_contain_text("Vehicle fire")
        await anna.of("taking-kind-as").click()
        await expect(anna.of("taking-kind")).to_contain_text("Building fire")
        await anna.of("note").focus()
        await anna.type("Smoke on the second floor.")
        await anna.press("Tab")
        slow = asyncio.Event()

        async def hold(route: Route) -> None:
            await slow.wait()
            await route.continue_()

        await anna.page.route("**/api/v1/calls/*", hold)
        await anna.type("Ida Moss")
        await anna.press("Tab")
        await anna.type("01632 960 204")
        await expect(anna.of("caller-name")).to_have_value("Ida Moss")
        slow.set()
        await expect(anna.of("taking-kept")).to_have_text("Kept")
        await expect(anna.of("caller-name")).to_have_value("Ida Moss")
        await anna.page.unroute("**/api/v1/calls/*")
        assert await in_every_look(anna, "call") == {}
        await anna.press("Shift+C")  # in a field a letter is typed there
        await expect(anna.of("taking-resume")).to_have_count(0)

    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await anna.of("nav-call").click()
        await expect(anna.of("note")).to_have_value("Smoke on the second floor.")
        await anna.of("taking-what").focus()
        await anna.press("Shift+C")
        await expect(anna.of("taking-resume")).to_have_count(2)
        await expect(anna.of("taking-mistake")).to_be_visible()
        await anna.expect_focus("taking-where")
        slow.clear()
        await anna.page.route("**/api/v1/calls/*", hold)
        await anna.type("Ring Road, at the lights")
        await anna.press("Enter")
        await anna.expect_focus("taking-what")
        await anna.press("3")  # while the place is still on its way
        slow.set()
        await expect(anna.of("taking-place")).to_contain_text("Ring Road, at the lights")
        await expect(anna.of("taking-kind")).to_contain_text("ollision")
        await anna.page.unroute("**/api/v1/calls/*")
        await anna.press("Alt+h")
        await expect(anna.of("note")).to_have_value("Smoke on the second floor.")
        await anna.press("Escape", "m")
        await anna.expect_focus("note")
        await anna.press("Control+End")
        await anna.type(" Two at the window.")
        await anna.press("Control+Enter")  # at once: the last words are kept, then the call ends
        await expect(anna.of("taking-ended")).to_be_visible()
        await anna.expect_focus("taking-send")
        assert await in_every_look(anna, "a call that is over") == {}
        await anna.press("Shift+S")
        await expect(anna.of(f"incident-{alarm['number']}")).to_be_focused()

        rows = await house.api.wait_rows(2)
        assert {(row["kind"], row["method"]) for row in rows} == {
            ("FIRE.ALARM.AUTO", "equipment"),
            ("TRF.COLLISION", "call"),
        }
        await anna.of("nav-desk").click()
        await anna.row(alarm["id"]).click()
        await expect(anna.of("timeline")).to_contain_text("Smoke on the second floor. Two at the window.")
        await expect(anna.of("incident")).to_contain_text("Ida Moss")
