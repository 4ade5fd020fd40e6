"""Two people and one case: what one merges leaves both queues, un-merged it is back. And a shift is handed over."""

import asyncio

import pytest
from playwright.async_api import Browser, expect

from tests.browser.house import PASSWORD, House
from tests.browser.seats import seat

pytestmark = pytest.mark.browser


async def test_what_one_merges_leaves_the_other_ones_queue_and_comes_back_unmerged(
    house: House, browser: Browser
) -> None:
    async with seat(browser, "anna") as anna, seat(browser, "boris") as boris:
        await anna.sign_in(house.url)
        await boris.sign_in(house.url)
        await house.panel("2002").contact_id("1130", "001")
        lead = await house.api.wait_open("2002")
        await anna.press("n")
        await expect(anna.row(lead["id"])).to_contain_text("Taken by you")
        await house.panel("5005").contact_id("1130", "001")
        other = await house.api.wait_open("5005")
        await expect(boris.rows).to_have_count(2)

        await expect(anna.rows).to_have_count(2)
        await anna.press("ArrowDown", "Shift+G", "1")
        await expect(anna.rows).to_have_count(1)
        await expect(boris.rows).to_have_count(1)
        await expect(anna.row(lead["id"])).to_contain_text("+1 merged")
        await expect(anna.of("merged")).to_contain_text(f"#{other['number']}")

        await anna.of(f"unmerge-{other['number']}").click()
        await expect(boris.rows).to_have_count(2)
        await expect(anna.row(other["id"])).to_contain_text("Taken by you")
        assert anna.errors == boris.errors == []


async def test_two_who_merge_the_same_row_at_once_one_does_and_the_other_is_told(
    house: House, browser: Browser
) -> None:
    async with seat(browser, "anna") as anna, seat(browser, "boris") as boris:
        await asyncio.gather(anna.sign_in(house.url), boris.sign_in(house.url))
        for one, account in ((anna, "2002"), (boris, "5005")):
            await house.panel(account).contact_id("1130", "001")
            lead = await house.api.wait_open(account)
            await one.press("n")
            await expect(one.row(lead["id"])).to_contain_text("Taken by you")
        await house.panel("3003").contact_id("1130", "001")
        third = await house.api.wait_open("3003")
        for one in (anna, boris):
            await expect(one.rows).to_have_count(3)
            await one.page.keyboard.press("End")
            await one.press("Shift+G")
            await expect(one.of(f"merge-{third['number']}")).to_be_visible()

        await asyncio.gather(anna.press("1"), boris.press("1"))

        for one in (anna, boris):
            await expect(one.rows).to_have_count(2)
        await house.api.wait_leads(0, 1)
        rows = await house.api.open()
        leader = next(row["taken_by"] for row in rows if row["leads"])
        loser = boris if leader == "anna" else anna
        await expect(loser.of("alert")).to_contain_text(f"Taken by {leader}")
        assert third["id"] not in [row["id"] for row in rows]


async def test_of_two_who_write_the_sheet_at_once_one_reads_the_others_first(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna, seat(browser, "boris") as boris:
        await asyncio.gather(anna.sign_in(house.url), boris.sign_in(house.url))
        for one, words in ((anna, "The guard is late"), (boris, "The gate is open")):
            await one.press("Shift+H")
            await expect(one.of("handover-counts")).to_be_visible()
            await one.of("handover-text").fill(words)
        await anna.press("Control+Enter")
        await expect(anna.of("handover-by")).to_contain_text("anna")

        await boris.press("Control+Enter")
        await expect(boris.of("handover-words")).to_have_text("The guard is late")
        await expect(boris.of("handover-failed")).to_be_visible()
        await expect(boris.of("handover-text")).to_have_value("The gate is open")
        await boris.press("Control+Enter")
        await expect(boris.of("handover-signed")).to_contain_text("boris")
        assert [error for error in (*anna.errors, *boris.errors) if "409" not in error] == []


async def test_one_writes_the_sheet_and_the_other_is_led_to_it_and_signs(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna, seat(browser, "boris") as boris:
        await anna.sign_in(house.url)
        await house.panel("2002").contact_id("1130", "001")
        row = await house.api.wait_open("2002")
        await anna.press("Shift+H")
        await expect(anna.of(f"handed-{row['number']}")).to_be_visible()
        await anna.of("handover-text").fill("The guard is late")
        await anna.press("Control+Enter")
        await expect(anna.of("handover-by")).to_contain_text("anna")

        await boris.page.goto(house.url)
        await boris.of("name").fill("boris")
        await boris.of("password").fill(PASSWORD)
        await boris.of("signin-go").click()
        await boris.of("sound-play").click()
        await boris.of("sound-heard").click()
        await expect(boris.of("handover-words")).to_have_text("The guard is late")
        await boris.press("Control+Enter")
        await expect(boris.of("handover-signed")).to_contain_text("boris")
        assert anna.errors == boris.errors == []
