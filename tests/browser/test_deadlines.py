"""A missed deadline as an operator meets it: it counts down, rings again louder, and the story says whom it reached."""

import asyncio
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import in_every_look
from tests.browser.house import serving
from tests.browser.seats import seat
from tests.notify.phone import phone

pytestmark = pytest.mark.browser

REACHED: Final = """
[[notifier]]
type = "apprise"
name = "sam"
url_file = "sam.url"

[[on_call]]
name = "Sam's phone"
level = "supervisor"
notifier = "sam"

[[on_call]]
name = "Duty manager"
level = "outside"
notifier = "sam"
hours = ["mo 00:00-00:01"]

[rules]
take_1_s = 2
take_1_limit_s = 3
outside_1_s = 4
act_1_s = 3600
fire_told_s = 3600
idle_release_s = 3600
"""


async def test_a_missed_deadline_rings_louder_and_says_whom_it_reached(tmp_path: Path, browser: Browser) -> None:
    async with phone() as sam:
        (tmp_path / "sam.url").write_text(sam.url, encoding="utf-8")
        async with serving(tmp_path, more=REACHED) as house, seat(browser, "anna") as anna:
            await anna.sign_in(house.url)
            await anna.page.goto(f"{house.url}overview")
            await expect(anna.of("duty-supervisor")).to_contain_text("Sam's phone")
            await expect(anna.of("duty-outside")).to_contain_text("Nobody is on call")
            await anna.page.goto(house.url)
            await anna.expect_connected()
            await house.panel("1001").contact_id("1111", "001")
            (row,) = await house.api.wait_rows(1)
            clock = anna.row(row["id"]).locator(".deadline")
            await expect(clock).to_have_attribute("data-stage", "beyond")
            await expect(clock).to_contain_text("untaken")
            await sam.rang.wait()
            async with asyncio.timeout(30):
                while "take:outside" not in (await house.api.incident(row["id"]))["escalated"]:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)

            await anna.press("n")
            clocks = anna.of("clocks")
            await expect(clocks).to_contain_text("tell")
            await expect(clocks.locator("[data-clock=take]")).to_contain_text("late")
            story = anna.page.locator("[data-type=escalated]")
            await expect(story.filter(has_text="the supervisor")).to_contain_text("Sam's phone: told")
            await expect(story.filter(has_text="phones outside")).to_contain_text("Nobody is on call")
            assert await in_every_look(anna, "an incident with all its clocks") == {}

            await anna.page.goto(f"{house.url}overview")
            await expect(anna.of("notice").first).to_be_visible()
            await expect(anna.of("notices")).to_contain_text("Sam's phone")
            assert await in_every_look(anna, "who was reached") == {}
            assert len(sam.told) == 1
