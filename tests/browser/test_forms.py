"""What people say by hand - a duty report, a call - is an incident like any other."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.house import House
from tests.browser.seats import Seat, seat

pytestmark = pytest.mark.browser


async def test_a_duty_report_raises_an_incident_at_its_site(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        school = next(one for one in (await house.api.get("/accounts"))["items"] if one["account"] == "1001")

        await anna.of("nav-report").click()
        await anna.of("kind-find").fill("unsecured")
        await anna.of("kind-PROP.UNSECURED").click()
        await expect(anna.of("kind-about")).to_be_visible()
        await expect(anna.of("send")).to_be_disabled()
        await anna.of("site").fill(school["id"])
        await anna.of("note").fill("Side door found open on the round.")
        await anna.of("send").click()
        await expect(anna.of("kept")).to_be_visible()

        row = await raised(house, "duty")
        assert (row["kind"], row["site"]["name"]) == ("PROP.UNSECURED", "Linden School")
        await shown(anna, row)
        await expect(anna.of("timeline")).to_contain_text("Side door found open on the round.")


async def test_a_call_raises_an_incident_by_keyboard_and_is_sent_once(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)

        await anna.of("nav-call").click()
        await expect(anna.page.locator("[data-testid^=kind-][role=option]").first).to_contain_text("Building fire")
        await anna.of("kind-find").focus()
        await anna.type("collision")
        await anna.press("ArrowDown")
        await expect(anna.of("kind-about")).to_be_visible()
        await anna.of("place-words").focus()
        await anna.type("Ring Road, at the Hill Road junction")
        await anna.press("Tab")
        await anna.type("Two cars, nobody trapped.")
        await anna.press("Tab")
        await anna.type("Passing driver")
        await anna.press("Tab")
        await anna.type("01632 960 118")
        await anna.press("Control+Enter", "Control+Enter")
        await expect(anna.of("kept")).to_be_visible()

        row = await raised(house, "call")
        assert row["kind"].startswith("TRF.")
        await anna.of("nav-desk").click()
        await expect(anna.row(row["id"])).to_contain_text("Ring Road, at the Hill Road junction")
        await shown(anna, row)
        await expect(anna.of("incident")).to_contain_text("Ring Road, at the Hill Road junction")
        await expect(anna.of("incident")).to_contain_text("Passing driver")


async def raised(house: House, method: str) -> dict[str, Any]:
    """The one incident that the form has raised."""
    rows = await house.api.wait_rows(1)
    assert [row["method"] for row in rows] == [method]
    return rows[0]


async def shown(desk: Seat, row: dict[str, Any]) -> None:
    """It waits in the queue, and opens from there."""
    await desk.of("nav-desk").click()
    await expect(desk.row(row["id"])).to_have_attribute("data-state", "waiting")
    await desk.row(row["id"]).click()
    await expect(desk.of("incident-title")).to_be_visible()
