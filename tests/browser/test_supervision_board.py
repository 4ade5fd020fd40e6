"""The board of supervision: what comes next stands there, and Escape leads back to the desk."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.house import House
from tests.browser.seats import seat

pytestmark = pytest.mark.browser


async def test_the_next_closing_of_a_shop_stands_on_the_board(house: House, browser: Browser) -> None:
    boss = house.api
    (shop,) = (await boss.get("/accounts", account="2002"))["items"]
    file = await boss.get(f"/accounts/{shop['id']}")
    hours = {"days": list(range(7)), "opens_from": 60, "opens_until": 60, "closes_from": 1_380, "closes_until": 1_439}
    change = {
        "version": file["version"],
        "schedules": [{"name": "Shop hours", "kind": "opening", "openings": [{**hours, "must_open": False}]}],
    }
    answer = await boss.client.patch(f"/api/v1/accounts/{shop['id']}", json=change)
    assert answer.is_success, answer.text
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await anna.of("nav-supervision").click()
        await expect(anna.of("list-next")).to_contain_text("Corner Shop Averill", timeout=15_000)
        await expect(anna.of("list-next")).to_contain_text("closing")
        await expect(anna.of("list-next")).to_contain_text("Shop hours")
        await expect(anna.of("board-scheduled")).to_have_text("1")
        await expect(anna.of("board-overdue")).to_have_text("0")
        await anna.page.keyboard.press("Escape")
        await expect(anna.of("supervision-page")).to_have_count(0)
