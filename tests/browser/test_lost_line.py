"""A lost connection loses nothing and repeats nothing, whether it breaks or goes silent."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import in_every_look
from tests.browser.cable import cable
from tests.browser.house import Api, House
from tests.browser.seats import Seat, incident_ids, seat

pytestmark = pytest.mark.browser

SCREAM = ("sawtooth", 1400)
SCREAMS_WITHIN_MS = 30_000
"""Ten seconds without a stream, two more to see that a line that is open is dead, and a busy machine."""


async def test_a_lost_line_screams_and_afterwards_the_queue_is_the_centres(house: House, browser: Browser) -> None:
    async with (
        cable(house.url) as broken,
        cable(house.url) as silent,
        seat(browser, "anna") as anna,
        seat(browser, "boris") as boris,
    ):
        await asyncio.gather(anna.sign_in(broken.url), boris.sign_in(silent.url))
        await house.panel("1001").contact_id("1110", "007")
        closed_meanwhile = (await house.api.wait_open("1001"))["id"]
        await house.panel("2002").contact_id("1130", "001")
        grows_meanwhile = (await house.api.wait_open("2002"))["id"]
        for desk in (anna, boris):
            await expect(desk.rows).to_have_count(2)
            await desk.forget_tones()

        await broken.cut()
        await silent.die()
        await happen(house, closed_meanwhile)

        for desk in (anna, boris):
            await expect(desk.of("stale")).to_be_visible(timeout=SCREAMS_WITHIN_MS)
            await expect(desk.of("connection")).to_have_attribute("data-state", "stale")
            await desk.expect_tone(*SCREAM)
            assert await incident_ids(desk) == [closed_meanwhile, grows_meanwhile]
        assert await in_every_look(anna, "stale") == {}

        await broken.mend()
        await silent.revive()

        for desk in (anna, boris):
            await desk.expect_connected(timeout_s=40)
            await expect(desk.of("stale")).to_have_count(0)
            await show_what_the_centre_has(desk, house.api)
            await expect(desk.row(grows_meanwhile)).to_contain_text("2 signals")


async def happen(house: House, closed: str) -> None:
    """While nobody sees it: an incident is closed, one grows, three are new."""
    await house.panel("2002").contact_id("1130", "004")
    await house.panel("3003").contact_id("1122", "003")
    await house.panel("4004").contact_id("1110", "001")
    await house.panel("9999").contact_id("1130", "002")
    for account in ("3003", "4004", "9999"):
        await house.api.wait_open(account)
    await close(house.api, closed)


async def close(api: Api, incident: str) -> None:
    seen = await api.incident(incident)
    await api.post(f"/incidents/{incident}/take", {"version": seen["version"]})
    await api.leave_out(incident)
    seen = await api.incident(incident)
    words: dict[str, Any] = {"version": seen["version"], "seen_upto": seen["signals_seq"], "reason": "Seen burning"}
    await api.post(f"/incidents/{incident}/close", {"disposition": "genuine", "cause": "fire", **words})


async def show_what_the_centre_has(desk: Seat, api: Api) -> None:
    """The same rows in the same order, each once, each in its present state."""
    rows = await api.open()
    assert len(rows) == 4
    await expect(desk.rows).to_have_count(len(rows))
    assert await incident_ids(desk) == [row["id"] for row in rows]
    for row in rows:
        await expect(desk.row(row["id"])).to_have_attribute("data-state", row["state"])
