"""A responder's phone: on duty, called, under way, out of the net for a while, and off duty again."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route, expect

from belfry.ports.staff import Role
from tests.browser.axe import in_every_look
from tests.browser.house import ENDS_WITHIN_S, PASSWORD, House, serving
from tests.browser.seats import PHONE, Seat, seat

pytestmark = pytest.mark.browser

THERE = {"latitude": 51.5, "longitude": -0.12}
LOOKS: dict[str, Any] = {
    "viewport": PHONE,
    "has_touch": True,
    "is_mobile": True,
    "geolocation": THERE,
    "permissions": ["geolocation", "notifications"],
}


KEPT = """async () => Promise.all((await caches.keys()).map(async (name) => JSON.stringify(
  (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname))))"""
"""The addresses of each store of the service worker."""
SHOWN = """async () => {
  const found = await (await navigator.serviceWorker.ready).getNotifications();
  const said = found.map(({ title, body, tag, requireInteraction, actions, data }) =>
    ({ title, body, tag, requireInteraction, data, actions: actions.map((one) => one.action) }));
  return said.length ? JSON.stringify(said) : null;
}"""
"""The notifications that the telephone shows."""


@pytest_asyncio.fixture(loop_scope="session")
async def crewed(tmp_path: Path, console_is_built: None) -> AsyncIterator[House]:
    async with serving(tmp_path, staff={"anna": Role.OPERATOR, "cleo": Role.RESPONDER}) as running:
        for sign in ("E 1", "E 2"):
            await running.api.post("/units", {"call_sign": sign, "type": "engine", "service": "fire"})
        yield running


async def answered(cleo: Seat, question: str) -> Any:
    """What the page says to a question, once it is more than nothing."""
    async with asyncio.timeout(ENDS_WITHIN_S):
        while not (said := await cleo.page.evaluate(question)):  # noqa: ASYNC110 - no event of ours tells it
            await asyncio.sleep(0.05)
    return said


async def told(house: House, incident: str, wanted: str) -> list[dict[str, Any]]:
    """The lines of one type in an incident's story, once there are any."""
    async with asyncio.timeout(ENDS_WITHIN_S):
        while not (found := [one for one in await _story(house, incident) if one["type"] == wanted]):  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # another process settles it
    return found


async def _story(house: House, incident: str) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = (await house.api.incident(incident))["timeline"]
    return lines


async def on_duty(cleo: Seat, url: str) -> None:
    await cleo.page.goto(f"{url.rstrip('/')}/me")
    await cleo.of("name").fill(cleo.name)
    await cleo.of("password").fill(PASSWORD)
    await cleo.of("signin-go").tap()
    await cleo.of("sound-play").tap()
    await cleo.of("sound-heard").tap()
    await expect(cleo.of("off-duty")).to_be_visible()


async def at_the_end(route: Route) -> None:
    """What the centre says of one's duty, as at the end of the shift."""
    answer = await route.fetch()
    duty = await answer.json()
    duty["unit"]["crew"][0]["until"] = duty["now"]
    await route.fulfill(response=answer, json=duty)


async def worker(cleo: Seat) -> None:
    await answered(cleo, "() => navigator.serviceWorker.controller !== null")


async def test_a_crew_is_called_comes_loses_the_net_and_is_free_again(crewed: House, browser: Browser) -> None:
    api = crewed.api
    (site,) = (await api.get("/accounts", account="1001"))["items"]
    card = await api.get(f"/accounts/{site['id']}")
    hazards = {
        "version": card["version"],
        "details": {"hazards": "Gas bottles in the yard", "access": "Gate to the left"},
    }
    assert (await api.client.patch(f"/api/v1/accounts/{site['id']}", json=hazards)).is_success
    async with seat(browser, "cleo", **LOOKS) as cleo:
        await on_duty(cleo, crewed.url)
        assert await in_every_look(cleo, "off duty") == {}
        await cleo.of("join-E 1").tap()
        await expect(cleo.of("my-unit")).to_have_text("E 1")
        await expect(cleo.of("no-assignment")).to_be_visible()

        await cleo.page.route("**/api/v1/me/duty", at_the_end)
        await cleo.page.evaluate("() => dispatchEvent(new Event('online'))")
        await expect(cleo.of("shift-over")).to_have_attribute("data-busy", "false")
        assert await in_every_look(cleo, "the end of a shift") == {}
        await cleo.page.unroute("**/api/v1/me/duty", at_the_end)
        await cleo.of("stay-1").tap()
        await expect(cleo.of("shift-over")).to_have_count(0)
        (crew,) = [one["crew"] for one in (await api.get("/units"))["items"] if one["crew"]]
        assert [(one["user"], one["until"] is not None) for one in crew] == [("cleo", True)]

        await cleo.of("position").check()
        await expect(cleo.of("sight")).to_have_text("on")
        await worker(cleo)

        await crewed.panel("1001").contact_id("1110", "007")
        (row,) = await api.wait_rows(1)
        await expect(cleo.of("alert")).to_be_visible()
        await expect(cleo.of("alert-place")).to_contain_text("Linden School")
        await cleo.expect_tone("square", 960)
        assert await in_every_look(cleo, "an alert") == {}
        await cleo.of("alert-eta-5").tap()
        await expect(cleo.of("alert")).to_have_count(0)
        assert [one["by"] for one in await told(crewed, row["id"], "alert_answered")] == ["cleo"]

        await api.post(f"/incidents/{row['id']}/units", {"unit": "E 1", "eta_s": 240})
        await expect(cleo.of("alert")).to_be_visible()
        await cleo.of("alert-accept").tap()
        await expect(cleo.of("alert")).to_have_count(0)
        await expect(cleo.of("assignment-place")).to_contain_text("Linden School")
        await expect(cleo.of("status")).to_have_text("Accepted")
        assert (await cleo.of("way").get_attribute("href") or "").startswith("geo:51.501,-0.124")
        await cleo.of("show-site").tap()
        await expect(cleo.of("crew-site")).to_contain_text("Gas bottles")
        assert [one["by"] for one in await told(crewed, row["id"], "access")] == ["cleo"]
        assert await in_every_look(cleo, "an assignment") == {}
        await cleo.of("say-en_route").tap()
        await expect(cleo.of("status")).to_have_text("En route")
        await expect(cleo.of("unsent")).to_have_count(0)
        where = next(one["where"] for one in (await api.get("/units"))["items"] if one["call_sign"] == "E 1")
        assert (where["latitude"], where["longitude"]) == (THERE["latitude"], THERE["longitude"])

        await cleo.page.context.set_offline(True)
        await expect(cleo.of("no-net")).to_be_visible()
        await cleo.of("say-on_scene").tap()
        await expect(cleo.of("status-unsent")).to_be_visible()
        await cleo.of("crew-note").fill("No smoke to be seen")
        await cleo.of("send-note").tap()
        await expect(cleo.of("unsent")).to_contain_text("2")
        await cleo.until_unsent("belfry-phone", "cleo", "cleo")
        assert await in_every_look(cleo, "no net") == {}
        await cleo.page.reload()
        await expect(cleo.page.locator("h1")).to_contain_text("does not answer")
        await cleo.page.context.set_offline(False)
        await expect(cleo.of("status")).to_have_text("On scene")
        await expect(cleo.of("unsent")).to_have_count(0)
        assert [(one["by"], one["text"]) for one in await told(crewed, row["id"], "note")] == [
            ("cleo", "No smoke to be seen")
        ]
        (at,) = (await api.get(f"/incidents/{row['id']}/units"))["items"]
        assert list(at["times"]) == ["offered", "accepted", "en_route", "on_scene"]

        await cleo.of("needs-more").tap()
        await expect(cleo.of("more-said")).to_be_visible()
        await cleo.of("say-available_mobile").tap()
        await expect(cleo.of("no-assignment")).to_be_visible()
        await cleo.of("sign-off").tap()
        await expect(cleo.of("off-duty")).to_be_visible()
        await cleo.of("sign-out").tap()
        await expect(cleo.of("signin-go")).to_be_visible()
        (kept,) = [json.loads(one) for one in await answered(cleo, KEPT)]
        assert "/me" in kept
        assert [path for path in kept if path.startswith("/api")] == []


async def test_a_push_wakes_the_phone_with_kind_and_place_alone(crewed: House, browser: Browser) -> None:
    async with seat(browser, "cleo", **LOOKS) as cleo:
        await on_duty(cleo, crewed.url)
        await worker(cleo)
        cdp = await cleo.page.context.new_cdp_session(cleo.page)
        registered: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def hear(event: dict[str, Any]) -> None:
            for one in event["registrations"]:
                if not one["isDeleted"] and not registered.done():
                    registered.set_result(one["registrationId"])

        cdp.on("ServiceWorker.workerRegistrationUpdated", hear)
        await cdp.send("ServiceWorker.enable")
        push = {
            "why": "alert",
            "title": "Automatic fire alarm",
            "body": "Linden School, Mill Lane 1",
            "alert": "a1",
            "incident": "i1",
            "note": "must not be shown",
        }
        delivery = {
            "origin": crewed.url.rstrip("/"),
            "registrationId": await asyncio.wait_for(registered, ENDS_WITHIN_S),
            "data": json.dumps(push),
        }
        async with asyncio.timeout(2 * ENDS_WITHIN_S):
            while not (shown := await cleo.page.evaluate(SHOWN)):  # the browser drops one for a worker that is not up
                await cdp.send("ServiceWorker.deliverPushMessage", delivery)
                await asyncio.sleep(1)
        (one,) = json.loads(shown)
        assert (one["title"], one["body"]) == ("Automatic fire alarm", "Linden School, Mill Lane 1")
        assert (one["tag"], one["requireInteraction"], one["actions"]) == ("a1", True, ["accepted", "refused"])
        assert "note" not in json.dumps(one)
