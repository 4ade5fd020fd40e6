"""The commonest incidents with the keys that `docs/operator/keys.md` counts: a question opens by itself, and no slip of
a key says what nobody takes back."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import in_every_look
from tests.browser.house import House
from tests.browser.seats import Seat, seat
from tests.browser.test_plan_keys import arrives, expect_step, furnish

pytestmark = pytest.mark.browser


async def opens(desk: Seat, step: str) -> None:
    """The question of a step has opened by itself."""
    await expect_step(desk, step)
    await expect(desk.of("plan-now")).to_have_attribute("data-by-self", "true")


async def test_an_alarm_that_a_user_cancelled_is_closed_by_three_keys(house: House, browser: Browser) -> None:
    """N C ^Enter."""
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        panel = house.panel("2002")
        await panel.contact_id("3401", "000")
        await panel.contact_id("1130", "001")
        alarm = await arrives(anna, house, "2002")
        await panel.contact_id("1406", "001")
        await expect(anna.row(alarm)).to_contain_text("cancelled")
        await anna.press("n")
        await expect(anna.of("incident-state")).to_have_text("Taken by you")
        await anna.press("c")
        await expect(anna.of("disposition-cancelled")).to_be_checked()
        await expect(anna.of("plan-owed")).to_have_count(0)
        await anna.press("Control+Enter")
        await expect(anna.of("incident-state")).to_contain_text("Closed")
        assert (await house.api.incident(alarm))["disposition"] == "cancelled"


async def test_the_right_word_closes_an_intruder_alarm_with_five_keys(house: House, browser: Browser) -> None:
    """N 1 1 C ^Enter; a digit that comes too soon says nothing."""
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await furnish(house, "2002")
        await house.panel("2002").contact_id("1130", "001")
        alarm = await arrives(anna, house, "2002")
        await anna.press("n")
        await opens(anna, "premises")
        assert await in_every_look(anna, "a question that opened by itself") == {}
        await anna.press("7")  # forced: never by a digit alone
        await expect(anna.of("plan-early")).to_be_visible()
        await anna.press("1")
        await expect_step(anna, "word")
        await anna.press("1")  # the same key again, at once
        await opens(anna, "word")
        await anna.press("1")
        await expect(anna.of("plan-finished")).to_be_visible()
        await anna.press("c")
        await expect(anna.of("disposition-user_error")).to_be_checked()
        await expect(anna.of("close-found")).to_be_visible()
        assert await in_every_look(anna, "an ending that was found") == {}
        await anna.press("Control+Enter")
        await expect(anna.of("incident-state")).to_contain_text("Closed")
        told = (await house.api.incident(alarm))["timeline"]
        assert [one["data"]["outcome"] for one in told if one["type"] == "step"] == ["reached", "right"]


async def test_a_fault_is_held_until_its_restore_and_closed_when_it_came(house: House, browser: Browser) -> None:
    """N 1 D, and when it is restored N C ^Enter."""
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await furnish(house, "2002")
        await house.panel("2002").contact_id("1333", "000")
        fault = await arrives(anna, house, "2002")
        await anna.press("n")
        await opens(anna, "holder")
        await anna.press("1")
        await expect_step(anna, "restore")
        await expect(anna.of("plan-hold")).to_be_visible()
        assert await in_every_look(anna, "a plan that waits") == {}
        await anna.press("d")
        await expect(anna.row(fault)).to_contain_text("until it is restored")
        assert await in_every_look(anna, "held until it is restored") == {}
        await house.panel("2002").contact_id("3333", "000")
        await expect(anna.row(fault)).to_contain_text("Waiting")
        await anna.press("n")
        await expect(anna.of("plan-finished")).to_be_visible()
        await anna.press("c")
        await expect(anna.of("disposition-technical_fault")).to_be_checked()
        await anna.press("Control+Enter")
        await expect(anna.of("incident-state")).to_contain_text("Closed")


async def test_that_a_service_was_told_wants_its_own_key(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await furnish(house, "2002")
        await house.panel("2002").contact_id("1130", "001")
        await arrives(anna, house, "2002")
        await anna.press("n")
        await opens(anna, "premises")
        await anna.press("5")
        await opens(anna, "police")
        await anna.press("1")
        await expect(anna.of("plan-early")).to_be_visible()
        await expect(anna.of("owed-police")).to_be_visible()
        await anna.press("d", "1")
        await expect_step(anna, "told")


async def test_a_slip_is_taken_back_with_one_key(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await furnish(house, "2002")
        await house.panel("2002").contact_id("1130", "001")
        alarm = await arrives(anna, house, "2002")
        await anna.press("n")
        await opens(anna, "premises")
        await anna.press("2")
        await expect_step(anna, "evidence")
        await expect(anna.of("plan-undo")).to_be_visible()
        assert await in_every_look(anna, "an answer that may be taken back") == {}
        await anna.press("Backspace")
        await opens(anna, "premises")
        await expect(anna.of("plan-undo")).to_have_count(0)
        await expect(anna.of("step-evidence")).to_have_attribute("data-state", "open")
        told = [one["type"] for one in (await house.api.incident(alarm))["timeline"]]
        assert told[-2:] == ["step", "taken_back"]


async def test_who_types_keeps_his_digits(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await furnish(house, "2002")
        await house.panel("2002").contact_id("1130", "001")
        alarm = await arrives(anna, house, "2002")
        await anna.press("n")
        await expect_step(anna, "premises")
        await anna.press("m")
        await anna.expect_focus("note")
        await anna.type("12 o'clock")
        await expect(anna.of("note")).to_have_value("12 o'clock")
        await anna.press("Control+Enter")
        await expect(anna.of("timeline-item").filter(has_text="12 o'clock")).to_have_count(1)
        assert [one for one in (await house.api.incident(alarm))["timeline"] if one["type"] == "step"] == []


async def test_a_word_that_is_checked_answers_the_step_that_asks_for_it(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await furnish(house, "2002")
        (account,) = [
            one for one in (await house.api.get("/accounts", search="2002"))["items"] if one["account"] == "2002"
        ]
        contact = (await house.api.get(f"/accounts/{account['id']}"))["contacts"][0]["id"]
        words = {"contact": contact, "word": "cormorant"}
        answer = await house.api.client.put(f"/api/v1/accounts/{account['id']}/words", json=words)
        assert answer.is_success, answer.text
        await house.panel("2002").contact_id("1130", "001")
        await arrives(anna, house, "2002")
        await anna.press("n")
        await opens(anna, "premises")
        await anna.press("1")
        await opens(anna, "word")
        await anna.press("w")
        await anna.expect_focus("word")
        await anna.type("cormorant")
        await anna.press("Enter")
        await expect(anna.of("plan-finished")).to_be_visible()
        await expect(anna.of("step-word")).to_have_attribute("data-state", "done")
