"""The board of supervision names whom nobody has heard, what is due next, and whose panel speaks oddly.

On a phone nothing of it is cut off.
"""

import asyncio

import pytest
from playwright.async_api import Browser, expect

from tests.browser import dc09
from tests.browser.house import House
from tests.browser.seats import PHONE, seat

pytestmark = pytest.mark.browser


async def send(house: House, raw: bytes) -> None:
    """Send a frame as it is, and wait until it was answered."""
    reader, writer = await asyncio.open_connection(*house.panels)
    writer.write(raw)
    async with asyncio.timeout(30):
        await reader.readuntil(b"\r")
    writer.close()
    await writer.wait_closed()


async def test_sites_never_heard_and_odd_panels_are_listed_by_name(house: House, browser: Browser) -> None:
    await send(house, dc09.frame(b'"ADM-CID"0001L#1001[#1001|1110 01 007]'))  # L0 is meant
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await anna.of("nav-overview").click()
        await anna.of("to-supervision").click()
        silent = anna.of("list-not-commissioned")
        await expect(silent).to_contain_text("Corner Shop Averill")
        await expect(silent).not_to_contain_text("Linden School")
        await expect(anna.of("total-not-commissioned")).to_have_text("4")
        await expect(anna.of("total-lost")).to_have_text("0")
        await expect(anna.of("total-quirks")).to_have_text("1")
        await expect(anna.of("list-quirks")).to_contain_text("Linden School")
        await expect(anna.of("list-quirks")).to_contain_text("empty-prefix")


@pytest.mark.parametrize("locale", ["en-GB", "de-DE", "fr-FR", "es-ES"])
@pytest.mark.parametrize(("page", "sign"), [("overview", "lost"), ("supervision", "list-not-commissioned")])
async def test_they_fit_a_phone_in_every_language(
    house: House, browser: Browser, locale: str, page: str, sign: str
) -> None:
    async with seat(browser, "anna", viewport=PHONE, locale=locale) as anna:
        await anna.sign_in(house.url)
        await anna.page.goto(f"{house.url}{page}")
        await expect(anna.of(sign)).to_be_visible()
        beyond = await anna.page.locator("main").evaluate("(main) => main.scrollWidth - main.clientWidth")
        assert beyond == 0
