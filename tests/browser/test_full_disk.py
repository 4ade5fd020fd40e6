"""A centre whose disk is full says so across every page, and stops saying so when there is room again (RULES 5)."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from belfry.app import health
from tests.browser.axe import in_every_look
from tests.browser.seats import seat
from tests.stories.kit import open_town
from tests.stories.test_full_disk import fill, journal_of

pytestmark = pytest.mark.browser

TECHNICAL = ("sine", 587)


async def test_a_full_disk_is_a_banner_on_every_page_until_there_is_room(
    tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "LOOK", timedelta(seconds=0.05))
    async with open_town(tmp_path) as town, seat(browser, "anna") as anna:
        await town.operator("anna")
        await anna.sign_in(town.url)
        await expect(anna.of("journal-closed")).to_have_count(0)

        await anna.forget_tones()
        await fill(journal_of(town))
        robot = await town.program()
        assert (await robot.post("/signals", account="2002", code="FA", zone="1")).status_code == 503
        for page in ("desk", "call", "overview"):
            await anna.of(f"nav-{page}").click()
            await expect(anna.of("journal-closed")).to_contain_text("its disk is full")
        await anna.of("nav-desk").click()
        alarm = anna.of("own-storage")
        await expect(alarm).to_contain_text("Fault of the centre itself")
        await expect(alarm).to_contain_text("1 delivery without an answer")
        await anna.expect_tone(*TECHNICAL)
        assert await in_every_look(anna, "full disk") == {}
        call = {"kind": "FIRE.STRUCT", "place": {"text": "behind the old mill"}}
        assert (await robot.post("/calls", **call)).status_code == 503

        await journal_of(town).limit_size(1 << 30)
        await expect(anna.of("journal-closed")).to_have_count(0)
        assert (await robot.post("/calls", **call)).status_code == 202
        await expect(anna.rows.filter(has_text="behind the old mill")).to_have_count(1)
        await expect(alarm).to_have_count(0)
        fault = anna.rows.filter(has_text="Storage of this centre")
        await expect(fault).to_contain_text("restored")
        await fault.click()
        await expect(anna.page.locator(".reasons")).to_contain_text("nothing could be kept from")
