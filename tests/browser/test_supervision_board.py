"""The board of supervision, and a late closing that is put off with one key and the pass-word."""

from typing import Any, Final

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import in_every_look
from tests.browser.house import House
from tests.browser.seats import seat

pytestmark = pytest.mark.browser

WORD: Final = "blue heron"
HOURS: Final = {
    "days": list(range(7)),
    "opens_from": 60,
    "opens_until": 60,
    "closes_from": 1_380,
    "closes_until": 1_439,
    "must_open": False,
}
OWNER: Final = {"order": 1, "name": "Owner", "role": "manager", "authority": ["schedule"]}


async def furnish(house: House) -> str:
    """Give the shop its hours, and an owner with a pass-word."""
    (shop,) = (await house.api.get("/accounts", account="2002"))["items"]
    site: str = shop["id"]
    file = await house.api.get(f"/accounts/{site}")
    change: dict[str, Any] = {
        "version": file["version"],
        "schedules": [{"name": "Shop hours", "kind": "opening", "openings": [HOURS]}],
        "contacts": [OWNER],
    }
    answer = await house.api.client.patch(f"/api/v1/accounts/{site}", json=change)
    assert answer.is_success, answer.text
    (owner,) = answer.json()["contacts"]
    answer = await house.api.client.put(f"/api/v1/accounts/{site}/words", json={"contact": owner["id"], "word": WORD})
    assert answer.is_success, answer.text
    return site


async def test_the_next_closing_of_a_shop_stands_on_the_board(house: House, browser: Browser) -> None:
    await furnish(house)
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await anna.press("u")
        await expect(anna.of("list-next")).to_contain_text("Corner Shop Averill", timeout=15_000)
        await expect(anna.of("list-next")).to_contain_text("closing")
        await expect(anna.of("list-next")).to_contain_text("Shop hours")
        await expect(anna.of("board-scheduled")).to_have_text("1")
        await expect(anna.of("board-overdue")).to_have_text("0")
        await anna.of("list-next").get_by_role("link").press("Enter")
        await expect(anna.of("site-brief")).to_be_visible()
        await expect(anna.page.locator("#site-title")).to_be_focused()
        await anna.press("Escape")
        await expect(anna.of("supervision-page")).to_have_count(0)


async def test_a_restore_is_no_alarm_in_the_history_of_its_site(house: House, browser: Browser) -> None:
    panel = house.panel("2002")
    await panel.contact_id("1110", "003")
    await panel.contact_id("3110", "003")
    await house.api.wait_open("2002")
    (shop,) = (await house.api.get("/accounts", account="2002"))["items"]
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await anna.page.goto(f"{house.url}sites/{shop['id']}")
        rows = anna.of("history").locator("tbody tr")
        await expect(rows).to_have_count(2)
        await expect(rows.nth(0)).to_contain_text("restored")
        await expect(rows.nth(1)).not_to_contain_text("restored")


async def test_a_late_closing_is_put_off_by_e_and_the_word_and_held_until_then(house: House, browser: Browser) -> None:
    site = await furnish(house)
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await anna.of("nav-supervision").click()
        await expect(anna.of("board-scheduled")).to_have_text("1", timeout=15_000)
        await anna.press("Escape")
        await house.panel("2002").contact_id("1454", "001")
        late = await house.api.wait_open("2002")
        await expect(anna.rows).to_have_count(1)
        await anna.press("n")
        await expect(anna.of("act-extend")).to_be_visible()
        await anna.press("e")
        await anna.expect_focus("extend-word")
        assert await in_every_look(anna, "putting a closing off") == {}
        await anna.type("a guess")
        await anna.press("Control+Enter")
        await expect(anna.of("panel").get_by_role("alert")).to_be_visible()
        await anna.of("extend-word").fill(WORD)
        await anna.press("Control+Enter")
        await expect(anna.of("act-extend")).to_have_count(0)
        found = await house.api.incident(late["id"])
        assert (found["state"], found["held_by"], found["held_on"]) == ("held", "anna", "signal")
        (closing,) = (await house.api.get("/supervision"))["due_next"]
        assert (closing["account_id"], closing["put_off"]) == (site, True)


async def test_opening_hours_are_changed_on_the_telephone_with_the_pass_word(house: House, browser: Browser) -> None:
    site = await furnish(house)
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await anna.page.goto(f"{house.url}sites/{site}/edit")
        await anna.of("tab-schedules").click()
        await expect(anna.of("edit-word")).to_have_count(0)
        await anna.of("schedule-0-name").fill("Summer hours")
        await expect(anna.of("edit-word")).to_be_visible()
        assert await in_every_look(anna, "a word for other hours") == {}
        await anna.press("Control+Enter")
        await expect(anna.of("edit-failed")).to_be_visible()
        await anna.of("edit-word").fill(WORD)
        await anna.press("Control+Enter")
        await expect(anna.of("edit-state")).to_have_text("Saved")
        await expect(anna.of("edit-word")).to_have_count(0)
        (kept,) = (await house.api.get(f"/accounts/{site}"))["schedules"]
        assert kept["name"] == "Summer hours"
