"""What people say by hand is an incident like any other. Calls: `test_call_taking`."""

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
        await anna.of("all-kinds").click()
        await anna.of("kind-find").fill("unsecured")
        await anna.of("kind-PROP.UNSECURED").click()
        await expect(anna.of("kind-about")).to_be_visible()
        await expect(anna.of("send")).to_be_disabled()
        await expect(anna.of("wanted")).to_contain_text("Still wanted: where it is")
        await anna.of("where-other").click()
        await anna.of("site").fill(school["id"])
        await anna.page.locator("summary").click()
        await anna.of("note").fill("Side door found open on the round.")
        await anna.of("send").click()
        await expect(anna.of("reported")).to_be_visible()

        row = await raised(house, "duty")
        assert (row["kind"], row["site"]["name"]) == ("PROP.UNSECURED", "Linden School")
        await shown(anna, row)
        await expect(anna.of("timeline")).to_contain_text("Side door found open on the round.")


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
