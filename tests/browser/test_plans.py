"""A supervisor keeps plans: a loop is told while she types, two editors lose nothing, and a trial touches nothing."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from belfry.ports.staff import Role
from belfry.registry import Registry
from tests.browser.axe import in_every_look
from tests.browser.house import PASSWORD, House
from tests.browser.seats import Seat, seat

pytestmark = pytest.mark.browser


@pytest.fixture
async def heads(house: House, tmp_path: Path) -> None:
    registry = Registry.open(tmp_path / "data")
    for name in ("sofia", "sam"):
        registry.users.add(name, Role.SUPERVISOR, PASSWORD, by="test")
    registry.close()


async def expect_flaws(desk: Seat, count: int) -> None:
    await expect(desk.of("plan-check")).to_have_attribute("data-flaws", str(count))


async def test_a_plan_is_written_checked_as_it_is_typed_and_kept(house: House, browser: Browser, heads: None) -> None:
    async with seat(browser, "sofia") as sofia:
        await sofia.sign_in(house.url)
        await sofia.of("nav-sites").click()
        await sofia.of("nav-in-plans").click()
        await expect(sofia.of("plan-prop-intrusion")).to_be_visible()
        await sofia.of("plans-kind").select_option("PROP.ALARM.INTR")
        await expect(sofia.of("plan-prop-intrusion")).to_have_attribute("data-standing", "effect")
        assert await in_every_look(sofia, "plans") == {}

        await sofia.of("plans-new").click()
        await sofia.of("plan-name").fill("Shops at night")
        await expect(sofia.of("plan-id")).to_have_value("shops-at-night")
        await sofia.of("plan-level").select_option("type")
        await sofia.of("plan-of").select_option("shop")
        await sofia.of("when-kind-add").select_option("PROP.ALARM.INTR")
        await sofia.of("add-call_premises").click()
        await sofia.expect_focus("step-0-text")
        await sofia.type("Call the shop")
        await sofia.of("add-notify").click()
        await sofia.type("Tell the police")
        await expect_flaws(sofia, 0)

        await sofia.of("step-1-then-passed").select_option("premises")
        await expect_flaws(sofia, 1)
        await expect(sofia.of("plan-check")).to_contain_text("no loop")
        assert await in_every_look(sofia, "a plan that loops") == {}
        await sofia.press("Control+Enter")
        await expect(sofia.of("plan-failed")).to_be_visible()
        await sofia.of("step-1-then-passed").select_option("end")
        await expect_flaws(sofia, 0)
        await sofia.press("Control+Enter")
        await expect(sofia.page).to_have_url(f"{house.url.rstrip('/')}/plans/shops-at-night/edit")
        kept = await house.api.get("/plans/shops-at-night")
        assert [(step["id"], step["text"]) for step in kept["steps"]] == [
            ("premises", "Call the shop"),
            ("service", "Tell the police"),
        ]
        assert (kept["level"], kept["of"], kept["when"]) == ("type", "shop", {"kinds": ["PROP.ALARM.INTR"]})

        await sofia.of("step-0").focus()
        await sofia.press("Alt+ArrowDown")
        await expect(sofia.of("step-1")).to_be_focused()
        await expect(sofia.of("step-1")).to_contain_text("Call the shop")
        await sofia.press("Control+Enter")
        await expect(sofia.of("plan-state")).to_have_text("Saved")
        await expect(sofia.of("plan-versions").locator("li")).to_have_count(2)
        await sofia.of("bring-1").click()
        await expect(sofia.of("step-0")).to_contain_text("Call the shop")
        await sofia.of("plan-discard").click()
        await sofia.of("plan-remove").click()
        await sofia.of("plan-remove-sure").click()
        await expect(sofia.of("plans")).to_be_visible()
        await expect(sofia.of("plan-shops-at-night")).to_have_count(0)


async def test_two_who_edit_one_plan_lose_nothing(house: House, browser: Browser, heads: None) -> None:
    async with seat(browser, "sofia") as sofia, seat(browser, "sam") as sam:
        for one in (sofia, sam):
            await one.sign_in(house.url)
            await one.page.goto(f"{house.url.rstrip('/')}/plans/prop-small/edit")
            await one.of("step-0").click()
        await sofia.of("step-0-text").fill("Sofia's words")
        await sofia.of("plan-name").fill("Small things")
        await sofia.press("Control+Enter")
        await expect(sofia.of("plan-state")).to_have_text("Saved")

        await sam.of("step-0-text").fill("Sam's words")
        await sam.press("Control+Enter")
        await expect(sam.of("meeting")).to_be_focused()
        await expect(sam.of("plan-name")).to_have_value("Small things")
        await expect(sam.of("step-0-text")).to_have_value("Sam's words")
        await expect(sam.of("plan-save")).to_be_disabled()
        assert await in_every_look(sam, "two editors of a plan") == {}
        await sam.of("conflict-0-theirs").check()
        await expect(sam.of("step-0-text")).to_have_value("Sofia's words")
        await sam.of("conflict-0-mine").check()
        await sam.of("plan-save").click()
        await expect(sam.of("plan-state")).to_have_text("Saved")
        kept = await house.api.get("/plans/prop-small")
        assert (kept["name"], kept["steps"][0]["text"]) == ("Small things", "Sam's words")


async def test_a_trial_walks_through_a_plan_and_touches_nothing(house: House, browser: Browser, heads: None) -> None:
    async with seat(browser, "sofia") as sofia:
        await sofia.sign_in(house.url)
        await house.panel("2002").contact_id("1130", "001")
        shop = (await house.api.wait_open("2002"))["id"]
        await sofia.page.goto(f"{house.url.rstrip('/')}/plans/try")
        await sofia.of("try-kind").select_option("PROP.ALARM.INTR")
        await sofia.of("test-site").fill("2002")
        await sofia.of("pick-2002").click()
        await sofia.press("Control+Enter")
        await expect(sofia.of("try-chosen")).to_contain_text("prop-intrusion")
        await sofia.of("walk").focus()
        await expect(sofia.of("walk")).to_have_attribute("data-step", "premises")
        await sofia.press("2")
        await expect(sofia.of("walk")).to_have_attribute("data-step", "evidence")
        await sofia.press("4")
        await expect(sofia.of("walk")).to_have_attribute("data-step", "police")
        assert await in_every_look(sofia, "a trial") == {}
        await sofia.press("Backspace")
        await expect(sofia.of("walk")).to_have_attribute("data-step", "evidence")
        await sofia.press("2")
        await expect(sofia.of("walk-end")).to_be_visible()

        await sofia.of("try-of-incident").check()
        await sofia.of("try-incident").select_option(shop)
        await sofia.press("Control+Enter")
        await expect(sofia.of("try-went")).to_be_visible()
        untouched = await house.api.incident(shop)
        assert (untouched["state"], untouched["version"]) == ("waiting", 1)


async def test_an_operator_reads_plans_and_changes_none(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await anna.page.goto(f"{house.url.rstrip('/')}/plans")
        await anna.of("plan-fire-alarm").click()
        await expect(anna.of("plan-name")).to_be_disabled()
        await expect(anna.of("plan-save")).to_have_count(0)
        await anna.of("step-0").click()
        await expect(anna.of("step-0-text")).to_be_disabled()
        assert await in_every_look(anna, "a plan that may be read") == {}
