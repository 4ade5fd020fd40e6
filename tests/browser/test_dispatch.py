"""Sending units: by the recommendation, by the command line, by a drawn line; two dispatchers and one unit; closing."""

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from belfry.ports.staff import Role
from tests.browser.axe import in_every_look
from tests.browser.house import House, serving
from tests.browser.seats import PHONE, Seat, seat
from tests.browser.test_map import MORE, NO_WEBGL, harbour

pytestmark = pytest.mark.browser

CREWS: Final = {"E1": "cleo", "E2": "dora", "L1": "eddy"}


@pytest_asyncio.fixture(loop_scope="session")
async def manned(tmp_path: Path, console_is_built: None) -> AsyncIterator[House]:
    """Two engines and a ladder on duty at a station near the school; a map that a browser may fail to draw."""
    harbour(tmp_path)
    staff = dict.fromkeys(CREWS.values(), Role.RESPONDER)
    async with serving(tmp_path, staff=staff, more=MORE) as house:
        station = await house.api.post("/stations", {"name": "North", "latitude": 51.51, "longitude": -0.12})
        for sign, user in CREWS.items():
            card: dict[str, object] = {"call_sign": sign, "type": "engine", "service": "fire", "station": station["id"]}
            if sign == "L1":
                card |= {"type": "ladder", "equipment": ["aerial"], "crew_least": 2}
            unit = await house.api.post("/units", card | {"skills": ["firefighting"]})
            await house.api.post(f"/units/{unit['id']}/crew", {"user": user})
        yield house


async def command(one: Seat, line: str) -> None:
    await expect(one.of("command-line")).to_have_count(0)  # the one before is done
    await one.press("/")
    await one.expect_focus("line")
    await one.type(line)
    await one.press("Enter")


async def picture(one: Seat, name: str) -> None:
    """For whoever wants to look at it: written where the environment says, else not at all."""
    folder = os.environ.get("BELFRY_PICTURES")
    if folder is None:
        return
    for theme in ("light", "dark"):
        await one.page.emulate_media(color_scheme=theme)
        for width, size in (("desk", one.page.viewport_size), ("phone", PHONE)):
            assert size is not None
            before = one.page.viewport_size
            await one.page.set_viewport_size(size)
            await one.page.wait_for_timeout(300)
            await one.page.screenshot(path=f"{folder}/{name}-{width}-{theme}.png")
            assert before is not None
            await one.page.set_viewport_size(before)
    await one.page.emulate_media(color_scheme="light")


async def test_a_fire_is_sent_units_by_key_and_by_command_and_closed_without_them(
    manned: House, browser: Browser
) -> None:
    async with seat(browser, "anna") as anna, seat(browser, "boris") as boris:
        await manned.panel("1001").contact_id("1110", "007")
        fire = await manned.api.wait_open("1001")
        await anna.sign_in(manned.url)
        await boris.sign_in(manned.url)
        await anna.press("n")
        await expect(anna.of("incident")).to_have_attribute("data-id", fire["id"])

        await anna.press("Shift+S")
        await expect(anna.of("choice-E1")).to_have_attribute("data-role", "engine")
        await expect(anna.of("choice-E1")).to_contain_text("min")
        await anna.expect_focus("send-E1")
        await anna.press("2", "1")
        await expect(anna.of("send-panel")).to_have_attribute("data-level", "1")
        assert await in_every_look(anna, "the recommendation") == {}
        await picture(anna, "recommendation")
        await anna.of("send-E2").click()
        await anna.expect_focus("ask-words")
        await anna.type("Knows the school")
        await anna.press("Enter")
        await expect(anna.of("at-E2")).to_be_visible()
        await expect(anna.of("needs")).to_contain_text("The order is filled.")
        await anna.of("send-E1").focus()
        await anna.press("Enter")
        await expect(anna.of("at-E1")).to_have_attribute("data-status", "offered")
        await expect(anna.row(fire["id"])).to_contain_text("2 units")

        await anna.press("Escape")
        await command(anna, "send L1")
        await expect(anna.of("at-L1")).to_be_visible()
        await command(anna, "s E1 on scene")
        await expect(anna.of("at-E1")).to_have_attribute("data-status", "on_scene")
        await expect(anna.row(fire["id"])).to_contain_text("3 units, E1: On scene")
        await command(anna, "send E3")
        await expect(anna.of("line-wrong")).to_contain_text("No unit is called “E3”.")
        await picture(anna, "line")
        await anna.press("Escape", "/", "ArrowUp")
        await expect(anna.of("line")).to_have_value("/s E1 on scene")
        await anna.press("Escape")

        await boris.press("Shift+U")
        await expect(boris.of("unit-E1")).to_have_attribute("data-status", "on_scene")
        await command(boris, f"send E1 #{fire['number']}")
        await expect(boris.of("line-wrong")).to_contain_text("anna was quicker")
        await boris.press("Escape")

        await manned.api.post("/units/E1/status", {"status": "on_scene", "needs_more": True})
        await expect(anna.of("needs-more")).to_be_visible()
        await anna.press("Shift+L")
        await expect(anna.of("needs-more")).to_contain_text("To level 3")
        await expect(boris.of(f"incident-{fire['number']}")).to_contain_text("Level 2")
        await picture(anna, "units-at")

        await manned.api.post("/units/L1/status", {"status": "distress"})
        await expect(boris.of("unit-L1")).to_have_attribute("data-looks", "distress")
        await boris.expect_tone("sawtooth", 520)
        await picture(boris, "distress")
        await manned.api.post("/units/L1/status", {"status": "on_scene"})

        await anna.leave_out(fire["id"])
        await anna.of("incident-title").focus()
        await anna.press("c")
        await expect(anna.of("still-there")).to_contain_text("E1, E2, L1")
        assert await in_every_look(anna, "closing with units") == {}
        await anna.press("Shift+R")
        await expect(anna.of("still-there")).not_to_be_visible()
        await anna.press("2", "1")
        await anna.of("reason").fill("The panel is reset by the caretaker")
        await anna.press("Control+Enter")
        await expect(anna.of("incident")).to_have_attribute("data-id", fire["id"])
        await expect(anna.of("act-reopen")).to_be_visible()
        kept = await manned.api.get(f"/incidents/{fire['id']}/units")
        assert [(one["call_sign"], one["left_at"] is None) for one in kept["items"]] == [
            ("E2", False),
            ("E1", False),
            ("L1", False),
        ]
        await expect(boris.of("unit-E1")).to_have_attribute("data-looks", "free")
        said = [(line["type"], line["text"]) for line in (await manned.api.incident(fire["id"]))["timeline"]]
        assert ("unit_sent", "Knows the school") in said, "why another one was chosen is kept"


async def test_the_lists_send_units_where_no_map_can_be_drawn(manned: House, browser: Browser) -> None:
    async with seat(browser, "boris") as boris:
        await boris.page.add_init_script(NO_WEBGL)
        await manned.panel("1001").contact_id("1110", "007")
        await manned.panel("4004").contact_id("1110", "003")
        school, hotel = [await manned.api.wait_open(account) for account in ("1001", "4004")]
        await boris.sign_in(manned.url)
        await boris.press("Shift+U")
        await expect(boris.of("map-none")).to_have_attribute("data-why", "webgl")
        await boris.of("unit-E1").drag_to(boris.of(f"incident-{school['number']}"))
        await expect(boris.of("unit-E1")).to_have_attribute("data-status", "offered")
        await expect(boris.of(f"incident-{school['number']}")).to_contain_text("E1: Sent")

        await boris.of("unit-E1").drag_to(boris.of(f"incident-{hotel['number']}"))
        await expect(boris.of("ask-why")).to_have_attribute("data-kind", "leaves")
        await expect(boris.of("ask-why")).to_contain_text(f"is on its way to #{school['number']} and leaves it")
        await boris.press("Enter")
        await expect(boris.of("unit-E1")).to_contain_text(f"#{school['number']}")
        await boris.type("Nearer")
        assert await in_every_look(boris, "a word before a unit goes on") == {}
        await boris.press("Enter")
        await expect(boris.of("unit-E1")).to_contain_text(f"#{hotel['number']}")
        await picture(boris, "no-map")

        await boris.of(f"incident-{school['number']}").focus()
        await boris.press("ArrowDown", "ArrowUp", "Shift+S")
        await expect(boris.of("choice-E2")).to_be_visible()
        await boris.press("Control+Enter")
        await expect(boris.of("at-E2")).to_be_visible()
        assert await in_every_look(boris, "units and incidents") == {}
        await boris.of("release-E2").focus()
        await boris.press("Enter")  # it goes, and its button with it: the keys stay at the incident
        await expect(boris.of("at-E2")).to_have_count(0)
        await expect(boris.page.locator(":focus")).to_have_attribute("data-testid", re.compile("^(release|incident)-"))
        await boris.press("Escape", "/")
        assert await in_every_look(boris, "the command line") == {}
        await boris.press("Escape")
        await boris.page.set_viewport_size(PHONE)
        for part in ("units", "map", "incidents"):
            await boris.of(f"part-{part}").click()
        await expect(boris.of("dispatch-incidents")).to_be_visible()
        await expect(boris.of("unit-board")).not_to_be_visible()
