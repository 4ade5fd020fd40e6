"""Queue, incident and story in the operator's language, the server's words too; nothing lies beyond the edge."""

import asyncio
import os
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route, expect

from tests.browser.house import House
from tests.browser.seats import PHONE, Seat, seat

pytestmark = pytest.mark.browser

DESK = {"width": 1_440, "height": 900}
PICTURES = "BELFRY_PICTURES"
"""A folder where whoever looks wants pictures of it; without it none is taken."""

SAID = {
    "de-DE": ("ein zweiter Melder bestätigt", "Handfeuermelder betätigt"),
    "fr-FR": ("un second point confirme", "Déclencheur manuel actionné"),
    "es-ES": ("un segundo punto lo confirma", "Pulsador de incendio accionado"),
}


@pytest.mark.parametrize("locale", SAID)
@pytest.mark.parametrize("screen", ["desk", "phone"])
async def test_what_the_server_says_is_in_the_operators_language_and_fits(
    house: House, browser: Browser, locale: str, screen: str
) -> None:
    viewport = PHONE if screen == "phone" else DESK
    reason, code = SAID[locale]
    async with seat(browser, "anna", viewport=viewport, locale=locale) as anna:
        await anna.sign_in(house.url)
        panel = house.panel("1001")
        await panel.contact_id("1111", "007")
        await panel.contact_id("1115", "021")
        await house.panel("5301").contact_id("1301", "000")
        fire = (await house.api.wait_open("1001"))["id"]
        await expect(anna.rows).to_have_count(2)
        assert await beyond(anna) == 0
        await picture(anna, f"queue-{screen}")

        await anna.row(fire).click()
        await expect(anna.of("timeline")).to_contain_text(code)
        await expect(anna.of("timeline")).to_contain_text(reason)
        await expect(anna.of("facts")).to_contain_text(reason)
        assert await beyond(anna) == 0
        await picture(anna, f"incident-{screen}")
        await anna.of("timeline").scroll_into_view_if_needed()
        await picture(anna, f"timeline-{screen}")


async def test_somebody_who_was_quicker_is_named_in_the_operators_language(house: House, browser: Browser) -> None:
    async with seat(browser, "anna", locale="fr-FR") as anna, seat(browser, "boris") as boris:
        await asyncio.gather(anna.sign_in(house.url), boris.sign_in(house.url))
        await house.panel("1001").contact_id("1111", "007")
        fire = (await house.api.wait_open("1001"))["id"]
        await expect(anna.row(fire)).to_be_visible()
        is_his = asyncio.Event()

        async def wait_for_him(route: Route) -> None:
            await is_his.wait()
            await route.continue_()

        await anna.page.route("**/take", wait_for_him)
        await anna.press("ArrowDown", "t")
        await boris.press("ArrowDown", "t")
        await expect(boris.of("incident-state")).to_have_text("Taken by you")
        is_his.set()
        await expect(anna.of("alert")).to_contain_text("Pris par boris")


async def beyond(desk: Seat) -> int:
    """How many pixels of the page, or of a list or pane in it, lie beyond its right edge."""
    pixels: int = await desk.page.evaluate(
        "() => Math.max(...[document.documentElement, ...document.querySelectorAll('main, main *')]"
        ".filter((one) => ['auto', 'scroll', 'hidden', 'visible'].includes(getComputedStyle(one).overflowX) "
        "&& ['MAIN', 'HTML', 'OL', 'UL', 'SECTION', 'LI'].includes(one.tagName))"
        ".map((one) => one.scrollWidth - one.clientWidth))"
    )
    return pixels


async def picture(desk: Seat, name: str) -> None:
    """Keep a picture for whoever asked for one."""
    folder = os.environ.get(PICTURES)
    if folder:
        language = await desk.page.evaluate("() => document.documentElement.lang")
        await desk.page.screenshot(path=Path(folder) / f"{name}-{language}.png")
