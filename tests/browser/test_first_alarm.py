"""The whole walk: a panel speaks, two screens ring, one operator gets it, and its story is whole."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.browser.house import House
from tests.browser.seats import Seat, seat

pytestmark = pytest.mark.browser

FIRE = ("square", 960)
NOTE = "School called on 01632 960 100: smoke in the kitchen, all out."


async def leave_at_once(*pages: Page) -> None:
    """Let requests to take leave together: the first waits until the last key was pressed."""
    start = asyncio.Barrier(len(pages))

    async def wait_for_the_other(route: Route) -> None:
        await start.wait()
        await route.continue_()

    for page in pages:
        await page.route("**/take", wait_for_the_other)


async def test_an_alarm_rings_on_two_screens_is_taken_once_and_leaves_its_whole_story(
    house: House, browser: Browser
) -> None:
    async with seat(browser, "anna") as anna, seat(browser, "boris") as boris:
        await asyncio.gather(anna.sign_in(house.url), boris.sign_in(house.url))
        await asyncio.gather(anna.forget_tones(), boris.forget_tones())
        panel = house.panel("1001")

        await panel.contact_id("1110", "007")

        incident = (await house.api.wait_open("1001"))["id"]
        for desk in (anna, boris):
            await expect(desk.row(incident)).to_contain_text("Linden School")
            await expect(desk.row(incident)).to_contain_text("Emergency")
            await desk.expect_tone(*FIRE)

        await leave_at_once(anna.page, boris.page)
        await asyncio.gather(anna.press("ArrowDown", "t"), boris.press("ArrowDown", "t"))
        taker, other = await who_has_it(house, incident, anna, boris)
        await expect(taker.of("incident-state")).to_have_text("Taken by you")
        await expect(other.row(incident)).to_contain_text(f"Taken by {taker.name}")
        await expect(other.of("alert")).to_contain_text(f"Taken by {taker.name}")
        await expect(other.row(incident)).to_have_attribute("data-state", "taken")

        await taker.press("m")
        await taker.expect_focus("note")
        await taker.type(NOTE)
        await taker.press("Control+Enter")
        await expect(taker.of("timeline")).to_contain_text(NOTE)

        await panel.contact_id("3110", "007")
        await expect(taker.row(incident)).to_contain_text("restored")
        await expect(taker.of("facts")).to_contain_text("Everything is restored")
        await expect(taker.of("timeline")).to_contain_text("Restored")  # nothing is closed over what was not shown

        await taker.press("Escape", "d")
        await expect(taker.of("plan-now")).to_have_attribute("data-begun", "true")
        await taker.press("1")
        await taker.expect_focus("plan-reference")
        await taker.type("CF-2231")
        await taker.press("Enter")
        await expect(taker.of("step-brigade")).to_have_attribute("data-state", "done")
        await taker.press("c")
        await taker.expect_focus("disposition-genuine")
        await taker.press("2")
        await expect(taker.of("disposition-false_alarm")).to_be_checked()
        await taker.expect_focus("cause-cooking")
        await taker.press("1")
        await expect(taker.of("cause-cooking")).to_be_checked()
        await taker.press("Control+Enter")

        await expect(taker.of("incident-state")).to_contain_text("Closed")
        for desk in (anna, boris):
            await expect(desk.row(incident)).to_have_count(0)
        tell_apart(await house.api.incident(incident), taker.name)


async def who_has_it(house: House, incident: str, *desks: Seat) -> tuple[Seat, Seat]:
    for desk in desks:
        await expect(desk.row(incident)).to_have_attribute("data-state", "taken")
    name = (await house.api.incident(incident))["taken_by"]
    taker = next(desk for desk in desks if desk.name == name)
    return taker, next(desk for desk in desks if desk is not taker)


def tell_apart(story: dict[str, Any], taker: str) -> None:
    """The story, in its order: what the panel said and what one person did."""
    assert (story["state"], story["disposition"], story["cause"]) == ("closed", "false_alarm", "cooking")
    assert story["account"] == "1001"
    assert story["restore"]["restored"] is True
    told = [(item["type"], item["by"]) for item in story["timeline"]]
    assert told == [
        ("opened", None),
        ("taken", taker),
        ("plan", None),
        ("note", taker),
        ("restored", None),
        ("step", taker),
        ("closed", taker),
    ]
    signals = [item["signal"] for item in story["timeline"] if item["signal"]]
    assert [(one["code"], one["zone"], one["state"]) for one in signals] == [
        ("1110", "007", "alarm"),
        ("3110", "007", "restore"),
    ]
    assert next(item["text"] for item in story["timeline"] if item["type"] == "note") == NOTE
    places = [(int(item["position"]), item["index"]) for item in story["timeline"]]
    assert places == sorted(places)
