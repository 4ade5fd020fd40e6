"""A supervisor keeps holidays and districts; somebody else at the same list takes nothing away from her."""

from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, expect

from belfry.ports.staff import Role
from belfry.registry import Registry
from tests.browser.axe import in_every_look
from tests.browser.house import PASSWORD, House
from tests.browser.seats import seat

pytestmark = pytest.mark.browser

SQUARE = '{"type":"Polygon","coordinates":[[[13,52],[14,52],[14,53],[13,53],[13,52]]]}'


@pytest.fixture
async def sofia(house: House, tmp_path: Path) -> Registry:
    registry = Registry.open(tmp_path / "data")
    registry.users.add("sofia", Role.SUPERVISOR, PASSWORD, by="test")
    return registry


async def test_holidays_and_districts_are_kept_by_keys_and_nothing_typed_is_lost(
    house: House, browser: Browser, sofia: Registry
) -> None:
    async with seat(browser, "sofia") as one:
        await one.sign_in(house.url)
        await one.of("nav-sites").click()
        await one.of("nav-in-regions").click()
        await one.of("calendar-name").fill("berlin")
        await one.of("calendar-days").fill("2026-12-25 Christmas\nEaster")
        await expect(one.of("calendar-bad")).to_contain_text("Easter")
        await expect(one.of("calendar-save")).to_be_disabled()
        await one.of("calendar-days").fill("25.12.2026\n")
        await one.press("Control+Enter")
        await expect(one.of("calendar")).to_have_value("berlin")
        assert [calendar.name for calendar in sofia.calendars()] == ["berlin"]

        await one.of("district-add").click()
        await one.of("district-0-name").fill("Brigade East")
        await one.of("district-0-number").fill("call me")
        await one.of("district-0-border").fill("52, 13\n52, 14\nnorth")
        await expect(one.of("district-bad")).to_contain_text("north")
        file = {"name": "east.geojson", "mimeType": "application/json", "buffer": SQUARE.encode()}
        await one.of("district-0").locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]  # in no folder
        await one.of("district-0-number").focus()
        await one.press("Control+Enter")
        await expect(one.of("district-0").get_by_test_id("flaw")).to_contain_text("2 to 40 digits")
        assert await in_every_look(one, "regions") == {}
        await one.of("district-0-number").fill("112")
        await one.press("Control+Enter")
        await expect(one.of("districts").get_by_test_id("saved")).not_to_be_empty()
        (kept,) = sofia.districts()
        assert (kept.name, kept.number, kept.polygon[0]) == ("Brigade East", "112", (52.0, 13.0))

        await one.of("district-0-open").click()
        await one.of("district-0-permit").fill("P 17")
        sofia.put_districts([], by="bert")
        await one.of("districts-save").click()
        await expect(one.of("changed")).to_be_visible()
        await expect(one.of("district-0-permit")).to_have_value("P 17")
        assert await in_every_look(one, "regions changed") == {}
        await one.of("mine").click()
        await expect(one.of("districts").get_by_test_id("saved")).not_to_be_empty()
        assert [agency.permit for agency in sofia.districts()] == ["P 17"]

        await one.of("calendar-days").fill("2026-12-24")
        await one.of("district-add").click()
        await one.of("district-1-name").fill("Brigade West")
        await one.press("Escape")
        await expect(one.of("site-find")).to_be_visible()
        await one.of("nav-in-regions").click()
        await expect(one.of("calendar-days")).to_have_value("2026-12-24")
        await expect(one.of("district-1-open")).to_contain_text("Brigade West")
        await one.of("calendar-undo").click()
        await one.of("district-1-out").click()
        await one.of("calendar-remove").click()
        await expect(one.of("calendar-name")).to_be_visible()
        assert sofia.calendars() == []
        assert one.errors == []
    sofia.close()


async def test_an_operator_reads_them_and_changes_none(house: House, browser: Browser, sofia: Registry) -> None:
    async with httpx.AsyncClient(base_url=house.url) as client:
        assert (await client.get("/regions")).status_code == 200
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await anna.of("nav-sites").click()
        await anna.of("nav-in-regions").click()
        await expect(anna.of("calendars")).to_contain_text("You may read this")
        await expect(anna.of("calendar-save")).to_have_count(0)
        await expect(anna.of("district-add")).to_have_count(0)
        assert await in_every_look(anna, "regions read") == {}
    sofia.close()
