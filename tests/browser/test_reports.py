"""Figures on the screen: charts with their numbers, honest where there is nothing, and the same on a phone; a site that
cries wolf is named where its next alarm is handled, and an incident's record is one press away."""

import asyncio

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import in_every_look
from tests.browser.house import House
from tests.browser.seats import PHONE, seat

pytestmark = pytest.mark.browser


async def wolf(house: House, times: int) -> None:
    """The shop's detector 7 rings for nothing, again and again."""
    panel = house.panel("2002")  # one panel that counts: the same frame within the same second is a repeat
    for n in range(1, times + 1):
        await panel.contact_id("1134", "007")
        row = await house.api.wait_open("2002")
        incident = row["id"]
        taken = await house.api.post(f"/incidents/{incident}/take", {"version": row["version"]})
        await house.api.leave_out(incident)
        seen = await house.api.incident(incident)
        await house.api.post(
            f"/incidents/{incident}/close",
            {
                "version": seen["version"],
                "seen_upto": taken["signals_seq"],
                "disposition": "false_alarm",
                "cause": "equipment_defect",
            },
        )
        async with asyncio.timeout(20):  # the archive is a second behind
            while len((await house.api.get("/archive/incidents"))["items"]) < n:
                pass


async def test_figures_are_shown_with_their_numbers_and_of_nothing_there_is_no_chart(
    house: House, browser: Browser
) -> None:
    await wolf(house, 3)
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await anna.of("nav-reports").click()
        await expect(anna.of("report-incidents")).to_contain_text("3")
        await expect(anna.of("chart").first.locator("canvas")).to_be_visible()
        await anna.of("chart").first.locator("summary").click()
        await expect(anna.of("chart").first.locator("tbody tr")).to_have_count(24)
        assert await in_every_look(anna, "load") == {}
        await anna.of("report-accounts").click()
        await expect(anna.page.locator("table[data-testid=report-accounts]")).to_contain_text("2002")
        assert await in_every_look(anna, "sites") == {}
        await anna.of("report-response").click()
        await anna.of("report-by").select_option("kind")
        await expect(anna.of("report-shown")).to_contain_text("98.5 % within")
        async with anna.page.expect_download() as given:
            await anna.of("report-pdf").click()
        assert (await given.value).suggested_filename.startswith("response-")
        await anna.of("report-span").select_option("before")
        await expect(anna.of("report-none")).to_be_visible()
        await expect(anna.of("chart")).to_have_count(0)
        assert anna.errors == []


async def test_figures_fit_a_phone(house: House, browser: Browser) -> None:
    await wolf(house, 1)
    async with seat(browser, "anna", viewport=PHONE) as anna:
        await anna.sign_in(house.url)
        await anna.page.goto(f"{house.url}reports")
        await expect(anna.of("report-incidents")).to_contain_text("1")
        wide = await anna.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"]


async def test_a_site_that_cries_wolf_is_named_and_a_record_is_a_press_away(house: House, browser: Browser) -> None:
    await wolf(house, 3)
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await house.panel("2002").contact_id("1134", "007")
        row = await house.api.wait_open("2002")
        await anna.row(row["id"]).click()
        await expect(anna.of("repair")).to_be_visible()
        await expect(anna.of("repair")).to_contain_text("caused 3 of 3")
        async with anna.page.expect_download() as given:
            await anna.of("record-pdf").click()
        assert (await given.value).suggested_filename == "incident-4.pdf"
        await expect(anna.of("timeline")).to_contain_text("Whole record given out by anna")
        await anna.press("a")
        await expect(anna.of("site-record")).to_contain_text("3 of 3 alarms were false")
        assert await in_every_look(anna, "site") == {}
