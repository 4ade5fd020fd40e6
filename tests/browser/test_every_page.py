"""Every address of the console, as a supervisor sees it: axe-core has no serious finding, no word is missing, and no
page complains; and the wall, which nobody has to touch."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from belfry.ports.staff import Role
from belfry.web.pages import ROUTES
from tests.browser.axe import findings, in_every_look
from tests.browser.house import House, serving
from tests.browser.seats import DESK, PHONE, Seat, seat

pytestmark = pytest.mark.browser

NOT_SIGNED_IN: Final = frozenset({"signin", "setup", "tech"})
"""Looked at by themselves: `test_accessible`, `test_on_test`."""
LOOKS: Final[tuple[tuple[ViewportSize, str], ...]] = ((DESK, "light"), (PHONE, "dark"))
WALL: Final[ViewportSize] = {"width": 3840, "height": 2160}
SHOWN: Final = "() => document.querySelector('main')?.textContent.trim() && !document.querySelector('[aria-busy=true]')"
TOO_WIDE: Final = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


@asynccontextmanager
async def head_of(folder: Path, browser: Browser) -> AsyncIterator[tuple[House, Seat]]:
    """A centre, and a supervisor who has just signed in."""
    async with serving(folder, staff={"sofia": Role.SUPERVISOR}) as house, seat(browser, "sofia") as sofia:
        await sofia.sign_in(house.url)
        yield house, sofia


async def test_no_address_has_a_serious_finding_or_is_wider_than_its_window(tmp_path: Path, browser: Browser) -> None:
    found: dict[str, Any] = {}
    async with head_of(tmp_path, browser) as (house, sofia):
        await house.panel("1001").contact_id("1110", "007")
        await house.api.wait_open("1001")
        for route in ROUTES:
            if route in NOT_SIGNED_IN:
                continue
            await sofia.page.goto(f"{house.url}{route}")
            await sofia.page.wait_for_function(SHOWN)
            for size, theme in LOOKS:
                await sofia.page.set_viewport_size(size)
                await sofia.page.emulate_media(color_scheme="light" if theme == "light" else "dark")
                if grave := await findings(sofia):
                    found[f"/{route}, {size['width']}, {theme}"] = grave
                if await sofia.page.evaluate(TOO_WIDE):
                    found[f"/{route}, {size['width']}"] = "wider than its window"
    assert found == {}


async def test_a_wall_shows_what_is_open_by_itself_and_is_nobody_at_a_desk(tmp_path: Path, browser: Browser) -> None:
    async with head_of(tmp_path, browser) as (house, sofia):
        await sofia.page.set_viewport_size(WALL)
        await sofia.page.goto(f"{house.url}wall")
        await expect(sofia.of("wall-priority-1")).to_be_visible()
        await house.panel("1001").contact_id("1110", "007")
        fire = await house.api.wait_open("1001")
        row = sofia.of(f"wall-row-{fire['id']}")
        await expect(row).to_contain_text("Linden School")
        await expect(sofia.of("wall-people")).to_contain_text("Nobody is at a console")
        letters = await row.evaluate("(row) => parseFloat(getComputedStyle(row).fontSize)")
        assert letters >= 48, "pixels of 3840: read from five metres on a screen of 1.4 m"
        assert await in_every_look(sofia, "wall") == {}
        await sofia.page.set_viewport_size(WALL)
        assert await findings(sofia) == []


async def test_whoever_comes_back_to_the_queue_is_not_led_away_from_it_to_a_sheet(
    house: House, browser: Browser
) -> None:
    async with seat(browser, "boris") as boris:
        await boris.sign_in(house.url)
        await house.api.post("/handover", {"words": "The guard is late", "after": None})
        await expect(boris.of("handover-banner")).to_be_visible()
        await boris.press("p")
        await expect(boris.of("new-test")).to_be_visible()
        await boris.press("Escape")
        await expect(boris.of("queue-empty")).to_be_visible()
        # Whatever the page asks as it comes back is answered before what is asked after it.
        assert await boris.page.evaluate("() => fetch('/api/v1/handover/waiting').then((answer) => answer.ok)")
        await expect(boris.of("handover-banner")).to_be_visible()
        await expect(boris.of("queue-empty")).to_be_visible()
