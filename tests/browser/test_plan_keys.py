"""The plan of an incident by keys alone, as the trade's scenes have them: N next, D do, a digit for the outcome. What
opens by itself, so that it needs no D, is shown by `test_six_keys`."""

from typing import Any, Final

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import in_every_look
from tests.browser.house import House
from tests.browser.seats import Seat, seat

pytestmark = pytest.mark.browser

NUMBER: Final = [{"number": "+44 20 7946 0001", "label": "mobile"}]
AGENCIES: Final = [
    {"type": "brigade", "name": "Harbour brigade", "number": "112"},
    {"type": "police", "name": "Harbour police", "number": "110"},
]
CONTACTS: Final = [
    {"order": 1, "name": "Anna Ash", "role": "holder", "numbers": NUMBER},
    {"order": 2, "name": "Ben Birch", "role": "deputy", "numbers": NUMBER},
]


async def furnish(house: House, number: str) -> None:
    """Say whom to call at a site, and who is dialled for it."""
    found = (await house.api.get("/accounts", search=number))["items"]
    (account_id,) = [one["id"] for one in found if one["account"] == number]
    card = await house.api.get(f"/accounts/{account_id}")
    parts: dict[str, Any] = {"contacts": CONTACTS, "agencies": AGENCIES}
    parts["details"] = {**card["details"], "premises": [{"number": "+44 20 7946 0100"}]}
    parts["details"].pop("has_access_code", None)
    answer = await house.api.client.patch(f"/api/v1/accounts/{account_id}", json={"version": card["version"], **parts})
    assert answer.is_success, answer.text


async def expect_step(desk: Seat, step: str) -> None:
    await expect(desk.of("plan-now")).to_have_attribute("data-step", step)


async def arrives(desk: Seat, house: House, account: str) -> str:
    """The one alarm of a site, once the queue shows it; whatever else stands there."""
    incident: str = (await house.api.wait_open(account))["id"]
    await expect(desk.row(incident)).to_be_visible()
    return incident


async def begin(desk: Seat) -> None:
    await desk.press("d")
    await expect(desk.of("plan-now")).to_have_attribute("data-begun", "true")


async def test_a_school_fire_is_passed_on_with_a_reference_and_held(house: House, browser: Browser) -> None:
    """N D 1+reference D 1 H(restore); later D C."""
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await furnish(house, "1001")
        await house.panel("1001").contact_id("1110", "007")
        fire = await arrives(anna, house, "1001")

        await anna.press("n")
        await expect_step(anna, "brigade")
        await expect(anna.of("plan-agency")).to_contain_text("Harbour brigade")
        await expect(anna.of("owed-brigade")).to_be_visible()
        await begin(anna)
        await anna.press("1")
        await anna.expect_focus("plan-reference")
        await anna.press("Enter")
        await expect(anna.of("plan-lack")).to_be_visible()
        assert await in_every_look(anna, "a step that wants a reference") == {}
        await anna.type("CF-2231")
        await anna.press("Enter")

        await expect_step(anna, "holder")
        await expect(anna.of("step-brigade")).to_have_attribute("data-state", "done")
        await expect(anna.of("step-brigade")).to_contain_text("CF-2231")
        await expect(anna.of("plan-callee")).to_contain_text("Anna Ash")
        await expect(anna.of("plan-callee").locator("a")).to_have_attribute("href", "tel:+442079460001")
        await begin(anna)
        assert await in_every_look(anna, "a call that was begun") == {}
        await anna.press("1")
        await expect_step(anna, "restore")
        await anna.press("h")
        await anna.expect_focus("hold-5")
        await anna.press("2")
        await expect(anna.row(fire)).to_contain_text("Held by you")

        await house.panel("1001").contact_id("3110", "007")
        await expect(anna.row(fire)).to_contain_text("restored")
        await anna.press("Home", "t")
        await expect(anna.of("incident-state")).to_have_text("Taken by you")
        await anna.press("d")
        await expect(anna.of("plan-finished")).to_be_visible()
        await anna.press("c")
        await expect(anna.of("panel")).to_be_visible()
        told = [item for item in (await house.api.incident(fire))["timeline"] if item["type"] == "step"]
        assert [(one["data"]["do"], one["data"]["outcome"]) for one in told] == [
            ("notify", "passed"),
            ("call_contact", "reached"),
            ("wait", "over"),
        ]


async def test_a_wrong_word_leads_to_the_police_and_then_it_may_be_closed(house: House, browser: Browser) -> None:
    """N D(premises) 5 D(police) 1 C; closing before leads to what is owed."""
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await furnish(house, "2002")
        await house.panel("2002").contact_id("1130", "001")
        await arrives(anna, house, "2002")

        await anna.press("n")
        await expect_step(anna, "premises")
        await expect(anna.of("plan-premises").locator("a")).to_have_attribute("href", "tel:+442079460100")
        await anna.press("5")  # nothing was begun: a digit alone says nothing
        await begin(anna)
        await anna.press("Escape")
        await expect(anna.of("plan-now")).to_have_attribute("data-begun", "false")
        await begin(anna)
        await anna.press("5")
        await expect_step(anna, "police")
        await expect(anna.of("step-word")).to_have_attribute("data-state", "passed")

        await anna.press("c")
        await expect(anna.of("plan-owed")).to_be_visible()
        await expect(anna.of("panel")).to_have_count(0)
        assert await in_every_look(anna, "what is owed before closing") == {}
        await begin(anna)
        await anna.press("1")
        await expect(anna.of("owed-police")).to_have_count(0)
        await anna.press("c")
        await expect(anna.of("panel")).to_be_visible()


async def test_nobody_answers_so_somebody_comes_with_a_time(house: House, browser: Browser) -> None:
    """N D 2 no answer D(responder) 1 H(arrival)."""
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await furnish(house, "4004")
        await house.panel("4004").contact_id("1101", "012")
        call = await arrives(anna, house, "4004")

        await anna.press("n")
        await expect_step(anna, "voice")
        await begin(anna)
        await anna.press("2")
        await expect_step(anna, "responder")
        await begin(anna)
        await anna.press("2")
        await expect(anna.of("plan-callee")).to_contain_text("Ben Birch")
        await expect(anna.of("plan-attempts")).to_contain_text("1")
        await begin(anna)
        await anna.press("1")
        await anna.expect_focus("plan-minutes")
        await anna.type("25")
        await anna.press("Enter")
        await expect_step(anna, "arrival")
        await expect(anna.of("coming-0")).to_contain_text("Ben Birch")
        await anna.press("i")
        await expect(anna.of("coming-0")).to_have_count(0)
        calls = [item["data"] for item in (await house.api.incident(call))["timeline"] if item["type"] == "step"]
        assert [(one["outcome"], one.get("number")) for one in calls] == [
            ("no_answer", None),
            ("no_answer", 0),
            ("reached", 0),
            ("over", None),  # by itself: whoever was waited for is there
        ]


async def test_at_a_silent_site_no_number_is_offered_and_it_says_why(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await furnish(house, "3003")
        await house.panel("3003").contact_id("1130", "001")
        await arrives(anna, house, "3003")
        await anna.press("n")
        await expect_step(anna, "premises")
        await house.panel("3003").contact_id("1122", "009")
        await expect_step(anna, "evidence")  # the call to the premises is passed by
        await expect(anna.of("plan-now").locator("a[href^='tel:']")).to_have_count(0)
        await anna.of("step-premises").locator("button").click()
        await expect(anna.of("plan-now")).to_contain_text("No number is offered")
        await expect(anna.of("plan-now").locator("a[href^='tel:']")).to_have_count(0)
        await expect(anna.of("outcome-reached")).to_have_count(0)


async def test_a_step_is_left_out_with_a_reason_and_a_changed_plan_is_finished(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await house.panel("1001").contact_id("1110", "007")
        fire = await arrives(anna, house, "1001")
        await anna.press("n")
        await expect_step(anna, "brigade")
        plan = await house.api.get("/plans/fire-alarm")
        plan["steps"][0]["text"] = "Ring the brigade by radio."
        answer = await house.api.client.put("/api/v1/plans/fire-alarm", json={"plan": plan})
        assert answer.is_success, answer.text

        await anna.press("Shift+d")
        await anna.expect_focus("plan-reason")
        await anna.type("They called us themselves")
        await anna.press("Enter")
        await expect_step(anna, "holder")
        await expect(anna.of("step-brigade")).to_have_attribute("data-state", "skipped")
        await expect(anna.of("step-brigade")).to_contain_text("They called us themselves")
        await expect(anna.of("plan-changed")).to_be_visible()
        await anna.of("plan-why").locator("summary").click()
        await expect(anna.of("plan-below")).to_contain_text("Fire or explosion")
        assert await in_every_look(anna, "a plan that was changed since") == {}
        (skipped,) = (await house.api.get("/plans/skipped"))["items"]
        assert (skipped["incident"]["id"], skipped["reason"]) == (fire, "They called us themselves")
