"""Calling through a list by keys: next, the last one again, one digit for what came of it; and the score beside it."""

from typing import Any, Final

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import in_every_look
from tests.browser.house import House
from tests.browser.seats import seat

pytestmark = pytest.mark.browser

CONTACTS: Final[list[dict[str, Any]]] = [
    {
        "order": 1, "name": "Alma Averill", "role": "holder", "authority": ["cancel"],
        "numbers": [{"number": "07700 900 021", "label": "mobile"}, {"number": "01632 960 121", "label": "at home"}],
    },
    {"order": 2, "name": "Bram Toome", "role": "deputy", "language": "de", "numbers": [{"number": "07700 900 022"}]},
]  # fmt: skip
AGENCIES: Final = [{"type": "police", "name": "Anderby police control", "number": "01632 960 911"}]


async def furnish(house: House, number: str) -> None:
    account_id = (await house.api.get("/accounts", search=number))["items"][0]["id"]
    card = await house.api.get(f"/accounts/{account_id}")
    details = {name: value for name, value in card["details"].items() if name != "has_access_code"}
    wanted = {**details, "two_calls": True, "premises": [{"number": "01632 960 110", "label": "shop"}]}
    body = {"version": card["version"], "contacts": CONTACTS, "agencies": AGENCIES, "details": wanted}
    answer = await house.api.client.patch(f"/api/v1/accounts/{account_id}", json=body)
    assert answer.status_code == 200, answer.text


async def test_a_list_is_called_through_by_keys(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await furnish(house, "2002")
        await anna.sign_in(house.url)
        await house.panel("2002").contact_id("1130", "001")
        shop = await house.api.wait_open("2002")
        await expect(anna.rows).to_have_count(1)
        await anna.press("n")
        await expect(anna.of("incident")).to_have_attribute("data-id", shop["id"])
        await expect(anna.of("score")).to_have_attribute("data-level", "1")

        await anna.press("j")
        now = anna.of("call-now")
        await expect(now).to_contain_text("Alma Averill")
        await expect(now).to_contain_text("07700 900 021")
        await expect(anna.of("call-dial")).to_have_attribute("href", "tel:07700900021")
        await expect(anna.of("read-out")).to_contain_text("May I have your pass-word")
        await expect(anna.of("two-calls")).to_contain_text("0 so far")
        assert await in_every_look(anna, "calling through a list") == {}

        await anna.press("2")  # no answer
        await expect(now).to_contain_text("Bram Toome")
        await expect(anna.of("read-out")).to_have_attribute("lang", "de")
        await anna.press("3")  # busy
        await expect(now).to_contain_text("01632 960 121")  # the second round, her other number
        await expect(anna.of("two-calls")).to_contain_text("the police may be told")
        await anna.press("ArrowRight")
        await expect(now).to_contain_text("07700 900 022")
        await anna.press("ArrowLeft")
        await expect(now).to_contain_text("01632 960 121")
        await anna.press("1")
        await anna.expect_focus("call-minutes")
        await anna.type("15")
        await anna.press("Enter")
        await expect(anna.of("call-standing")).to_have_text("Somebody comes")
        await anna.press("Escape")
        await expect(anna.of("call-now")).to_have_count(0)

        found = await house.api.incident(shop["id"])
        told = [item["data"] for item in found["timeline"] if item["type"] == "step"]
        assert [(one["outcome"], one["number"]) for one in told] == [("no_answer", 0), ("busy", 0), ("reached", 1)]
        assert anna.errors == []


async def test_the_police_are_told_after_two_calls_or_with_a_reason(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await furnish(house, "2002")
        await anna.sign_in(house.url)
        await house.panel("2002").contact_id("1130", "001")
        shop = await house.api.wait_open("2002")
        await expect(anna.rows).to_have_count(1)
        await anna.press("n")
        await expect(anna.of("incident")).to_have_attribute("data-id", shop["id"])
        await anna.of("step-police").get_by_role("button").click()
        await anna.press("d", "1")
        await anna.expect_focus("plan-override")  # nobody was called yet: why are they told?
        assert [item for item in (await house.api.incident(shop["id"]))["timeline"] if item["type"] == "step"] == []
        await anna.type("The neighbour sees a light")
        await anna.press("Enter")
        await expect(anna.of("incident")).to_contain_text("without the two calls")
        (told,) = [item for item in (await house.api.incident(shop["id"]))["timeline"] if item["type"] == "step"]
        assert (told["data"]["outcome"], told["data"]["unverified"], told["data"]["score"]) == ("passed", True, 1)


async def test_a_level_is_judged_otherwise_by_keys(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await furnish(house, "2002")
        await anna.sign_in(house.url)
        await house.panel("2002").contact_id("1130", "001")
        await house.panel("2002").contact_id("1132", "004")
        shop = await house.api.wait_open("2002")
        await expect(anna.row(shop["id"]).get_by_test_id("score-short")).to_have_text("Val. 2")
        await anna.press("n")
        await expect(anna.of("score")).to_contain_text("two points indoors: 001, 004")
        await anna.press("q", "3")
        await anna.expect_focus("score-reason")
        assert await in_every_look(anna, "judging a level") == {}
        await anna.type("The neighbour sees a broken door")
        await anna.press("Control+Enter")
        await expect(anna.of("score")).to_have_attribute("data-level", "3")
        await expect(anna.of("score")).to_contain_text("set by a person; the table says 2")
        assert anna.errors == []
