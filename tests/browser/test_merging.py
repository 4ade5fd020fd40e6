"""Two people and one case: what one merges leaves both queues, un-merged it is back. And a shift is handed over."""

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
