"""Every screen, in light and dark, at a desk and on a phone: axe-core has no serious finding."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser import dc09
from tests.browser.axe import in_every_look
from tests.browser.house import PASSWORD, House, furnish, line, running
from tests.browser.seats import Seat, seat

pytestmark = pytest.mark.browser

Look = Callable[[str], Awaitable[None]]


@asynccontextmanager
async def looking(browser: Browser) -> AsyncIterator[tuple[Seat, Look]]:
    """A seat, and the act of looking at it; what was found is told together at the end."""
    found: dict[str, Any] = {}
    async with seat(browser, "anna") as anna:

        async def look(screen: str) -> None:
            found.update(await in_every_look(anna, screen))

        yield anna, look
    assert found == {}


async def test_the_way_in_has_no_serious_finding(house: House, browser: Browser) -> None:
    async with looking(browser) as (anna, look):
        await anna.page.goto(house.url)
        await expect(anna.of("signin")).to_be_visible()
        await look("sign-in")
        await anna.of("name").fill("anna")
        await anna.of("password").fill("not the password")
        await anna.of("signin-go").click()
        await expect(anna.of("failed")).to_be_visible()
        await look("sign-in refused")
        await anna.of("password").fill(PASSWORD)
        await anna.of("signin-go").click()
        await anna.of("sound-play").click()
        await anna.of("sound-nothing").click()
        await look("sound test")


async def test_the_first_start_has_no_serious_finding(tmp_path: Path, browser: Browser) -> None:
    config, _ = furnish(tmp_path, operators=())
    async with running("serve", "--config", str(config)) as child, looking(browser) as (anna, look):
        await anna.page.goto((await line(child)).removeprefix("console: "))
        await expect(anna.of("setup")).to_be_visible()
        await anna.of("password").fill("one")
        await anna.of("again").fill("another")
        await look("set-up")


async def test_the_desk_has_no_serious_finding(house: House, browser: Browser) -> None:
    async with looking(browser) as (anna, look):
        await anna.sign_in(house.url)
        await expect(anna.of("queue-empty")).to_be_visible()
        await look("empty queue")

        await house.panel("1001").contact_id("1110", "007")
        await house.panel("2002").contact_id("1130", "001")
        await house.panel("3003").contact_id("1122", "003")
        await house.panel("5005").contact_id("1301", "000")
        await house.panel("9999").contact_id("1130", "002")
        await expect(anna.rows).to_have_count(5)
        await look("queue")

        await anna.press("n")
        await expect(anna.of("incident-state")).to_have_text("Taken by you")
        await look("incident")
        await anna.leave_out(await anna.of("incident").get_attribute("data-id") or "")
        for panel, key in {"closing": "c", "holding": "h", "reclassifying": "k"}.items():
            await anna.press(key)
            await expect(anna.of("panel")).to_be_visible()
            await look(panel)
            await anna.press("Escape")
        await anna.press("?")
        await expect(anna.of("keys-help")).to_be_visible()
        await look("keys")
        await anna.press("?")
        for menu in ("sound-menu", "user-menu"):
            await anna.of(menu).click()
            await look(menu)
            await anna.press("Escape")


async def test_the_other_pages_have_no_serious_finding(house: House, browser: Browser) -> None:
    async with looking(browser) as (anna, look):
        await anna.sign_in(house.url)
        await anna.of("nav-report").click()
        await anna.of("all-kinds").click()
        await anna.of("kind-find").press("ArrowDown")
        await expect(anna.of("kind-about")).to_be_visible()
        await look("report")
        await anna.of("nav-call").click()
        await expect(anna.of("taking-new")).to_be_visible()
        await look("call")

        await anna.of("nav-decode").click()
        good = dc09.frame(b'"ADM-CID"0001L0#1001[#1001|1110 01 007]')
        await anna.of("frames").fill(f"{good.hex()}\n{good[:-2].hex()}")
        await anna.of("decode-go").click()
        await expect(anna.of("decoded").first).to_be_visible()
        await look("decode")

        await anna.of("nav-overview").click()
        await expect(anna.of("lost")).to_be_visible()
        await look("overview")

        await anna.of("nav-supervision").click()
        await expect(anna.of("list-not-commissioned")).to_be_visible()
        await look("supervision")
