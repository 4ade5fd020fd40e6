"""The daily way with tests: an operator on the phone with an owner, and a technician with his own phone on site."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import in_every_look
from tests.browser.house import House
from tests.browser.seats import PHONE, Seat, seat

pytestmark = pytest.mark.browser

WORD = "blue heron"


async def furnished(house: House, number: str) -> str:
    """Give a site a contact who may put it on test, and his word; returns the id of the site."""
    client = house.api.client
    (account,) = (await house.api.get("/accounts", account=number))["items"]
    site = f"/api/v1/accounts/{account['id']}"
    version = (await client.get(site)).json()["version"]
    contact: dict[str, Any] = {"order": 1, "name": "Ada Averill", "role": "holder", "authority": ["on_test"]}
    kept = await client.patch(site, json={"version": version, "contacts": [contact]})
    assert kept.status_code == 200, kept.text
    whose = kept.json()["contacts"][0]["id"]
    assert (await client.put(f"{site}/words", json={"contact": whose, "word": WORD})).status_code == 200
    return str(account["id"])


async def test_an_operator_puts_a_site_on_test_by_keys_and_sees_what_came_and_what_is_missing(
    house: House, browser: Browser
) -> None:
    await furnished(house, "2002")
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await anna.press("p")
        await expect(anna.of("on-test-page")).to_be_visible()
        await anna.press("+")
        await anna.expect_focus("test-site")
        await anna.type("2002")
        await expect(anna.of("pick-2002")).to_be_visible()
        await anna.press("Enter")
        await anna.of("said").fill(WORD)
        await anna.of("tick-fire").check()
        await anna.of("expected").fill("1-2")
        assert await in_every_look(anna, "putting on test") == {}
        await anna.press("Control+Enter")
        await expect(anna.of("done")).to_contain_text("Corner Shop Averill")
        await expect(anna.of("running")).to_contain_text("Ada Averill")

        await house.panel("2002").contact_id("1130", "001")
        await house.panel("2002").contact_id("1110", "003")
        await expect(anna.of("ticked")).to_have_text("1")
        await expect(anna.of("missing")).to_have_text("1")
        await expect(anna.of("came").locator("li")).to_have_count(2)
        await expect(anna.of("bar-on-test")).to_be_visible()
        assert await house.api.open() == []
        assert await in_every_look(anna, "on test") == {}

        await anna.of("end").click()
        await expect(anna.of("over")).to_contain_text("Ended by anna")
        rows = await house.api.wait_rows(2)
        assert {row["kind"] for row in rows} == {"PROP.ALARM.INTR", "FIRE.ALARM.AUTO"}


async def test_an_incident_says_that_its_site_is_on_test(house: House, browser: Browser) -> None:
    site = await furnished(house, "2002")
    await house.api.post("/tests", {"account_id": site, "minutes": 60, "word": WORD})
    await house.panel("2002").contact_id("1110", "007")  # fire was not ticked
    row = await house.api.wait_open("2002")
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await anna.row(row["id"]).click()
        await expect(anna.of("on-test").first).to_contain_text("on test")


LANGUAGES = ("en", "de", "fr", "es")


async def test_a_technician_runs_his_test_on_his_phone(house: House, browser: Browser) -> None:
    site = await furnished(house, "2002")
    code = (await house.api.post("/technician-codes", {"account_id": site, "minutes": 120}))["code"]
    async with seat(browser, "technician", viewport=PHONE) as phone:
        await phone.page.goto(f"{house.url}tech")
        await phone.of("tech-code").fill("ABCD-EFGHJK")
        await phone.of("tech-go").click()
        await expect(phone.of("failed")).to_be_visible()
        await phone.of("tech-code").fill(code)
        await phone.of("tech-go").click()
        await expect(phone.of("tech-form")).to_be_visible()
        await phone.of("reach-only").check()
        await fits(phone)
        await phone.of("reach-site").check()
        await phone.of("expected").fill("1-2")
        await phone.of("tech-begin").click()
        await expect(phone.of("missing")).to_have_text("2")
        await house.panel("2002").contact_id("1130", "001")
        await expect(phone.of("missing")).to_have_text("1")
        await fits(phone)
        assert await in_every_look(phone, "technician") == {}
        await house.panel("2002").contact_id("3130", "001")
        await phone.of("tech-end").click()
        await expect(phone.of("left")).to_have_attribute("data-stage", "ended")
        assert await house.api.open() == []


async def fits(phone: Seat) -> None:
    """Nothing is cut off on a phone, in any language."""
    for language in LANGUAGES:
        await phone.of("language").select_option(language)
        beyond = await phone.page.locator("main").evaluate("(main) => main.scrollWidth - main.clientWidth")
        assert beyond == 0, language
    await phone.of("language").select_option("en")


async def test_a_code_is_withdrawn_on_the_list_and_its_technician_is_signed_out(house: House, browser: Browser) -> None:
    site = await furnished(house, "2002")
    code = (await house.api.post("/technician-codes", {"account_id": site, "minutes": 120}))["code"]
    async with seat(browser, "anna") as anna, seat(browser, "phone", viewport=PHONE) as phone:
        await phone.page.goto(f"{house.url}tech")
        await phone.of("tech-code").fill(code)
        await phone.of("tech-go").click()
        await expect(phone.of("tech-form")).to_be_visible()
        await anna.sign_in(house.url)
        await anna.press("p")
        row = anna.of("code-row")
        await expect(row).to_contain_text("Corner Shop Averill")
        await expect(row).to_contain_text("His page is open")
        assert await in_every_look(anna, "codes") == {}
        await anna.of("withdraw").press("Enter")
        await expect(row).to_have_count(0)
        await phone.page.reload()
        await expect(phone.of("tech-code")).to_be_visible()
