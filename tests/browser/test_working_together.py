"""Two at their desks: the next alarm comes by itself, never to both; and two supervisors who act on many at once."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from belfry.ports.staff import Role
from belfry.registry import Registry
from tests.browser.axe import in_every_look
from tests.browser.cable import cable
from tests.browser.dc09 import Panel
from tests.browser.house import PASSWORD, House, api, furnish, line, running, serving
from tests.browser.seats import Seat, seat

pytestmark = pytest.mark.browser

AT_FAULT = "1300"


def hire(folder: Path, *supervisors: str) -> None:
    """Add supervisors beside the running centre, as `belfry user add` does."""
    registry = Registry.open(folder / "data")
    for name in supervisors:
        registry.users.add(name, Role.SUPERVISOR, PASSWORD, by="test")
    registry.close()


async def opened(one: Seat) -> str:
    """The id of the incident that came to somebody by itself."""
    await expect(one.of("incident")).to_be_visible()
    await expect(one.page.locator("#incident-title")).to_be_focused()
    found = await one.of("incident").get_attribute("data-id")
    assert found
    return found


async def test_the_next_alarm_comes_to_who_is_ready_and_never_to_both(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna, seat(browser, "boris") as boris:
        for one in (anna, boris):
            await one.sign_in(house.url)
            await expect(one.of("duty")).to_have_attribute("data-duty", "by_hand")
            await one.press("y")
            await expect(one.of("duty")).to_have_attribute("data-duty", "ready")
        for account in ("2002", "5005"):
            await house.panel(account).contact_id("1134", "001")
        hers, his = await opened(anna), await opened(boris)
        assert hers != his
        await expect(anna.row(hers)).to_contain_text("Taken by you")
        await expect(boris.row(his)).to_contain_text("Taken by you")
        await expect(anna.of("duty-said")).to_have_text("Ready: the next one comes after this")

        await boris.press("y")
        await expect(boris.of("duty")).to_have_attribute("data-duty", "paused")
        await anna.press("r")
        await expect(anna.of("duty-said")).to_contain_text("Ready: the next one comes in")
        await anna.press("n")
        await expect(anna.row(hers)).to_contain_text("Taken by you")

        await anna.press("r", "n")  # as quickly as one types: the second key waits for the first
        await expect(anna.of("status")).to_contain_text("You have")
        await expect(anna.row(hers)).to_contain_text("Taken by you")


async def test_a_browser_that_dies_gives_its_alarm_to_the_other_one(tmp_path: Path, browser: Browser) -> None:
    soon = "[rules]\nconsole_lost_1_s = 3\n"
    async with serving(tmp_path, more=soon) as house, seat(browser, "boris") as boris:
        await boris.sign_in(house.url)
        async with seat(browser, "anna") as anna:
            await anna.sign_in(house.url)
            await anna.press("y")
            await house.panel("1001").contact_id("1110", "007")
            hers = await opened(anna)
            await boris.press("y")
        # Her browser is gone; a priority 1 goes back after the time that the settings say.
        await expect(boris.row(hers)).to_contain_text("Taken by you", timeout=40_000)
        assert await opened(boris) == hers


async def test_a_restart_of_the_centre_leaves_who_was_ready_ready(tmp_path: Path, browser: Browser) -> None:
    config, token = furnish(tmp_path)
    async with AsyncExitStack() as stack:
        async with running("serve", "--config", str(config)) as first:
            line_to = await stack.enter_async_context(cable((await line(first)).removeprefix("console: ")))
            anna = await stack.enter_async_context(seat(browser, "anna"))
            await anna.sign_in(line_to.url)
            await anna.press("y")
            await expect(anna.of("duty")).to_have_attribute("data-duty", "ready")
            await line_to.cut()
        async with running("serve", "--config", str(config)) as second:
            url = (await line(second)).removeprefix("console: ")
            line_to.lead_to(url)
            await line_to.mend()
            await anna.expect_connected(timeout_s=40)
            await expect(anna.of("duty")).to_have_attribute("data-duty", "ready")
            async with api(url, token) as program:
                host, _, port = (await program.get("/centre"))["receivers"][0]["listen"].rpartition(":")
            await Panel((host, int(port)), "2002").contact_id("1134", "001")
            assert await opened(anna)


async def count(one: Seat, reason: str) -> None:
    await one.press("l")
    await expect(one.of("many")).to_be_visible()
    await one.of("many-kind").select_option("TECH.FAULT")
    await one.of("many-reason").fill(reason)
    await one.press("Control+Enter")
    await expect(one.of("many-counts")).to_contain_text("4 fit. 4 would be done")


async def test_two_supervisors_who_close_many_at_once_close_each_one_once(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    hire(tmp_path, "sofia", "tomas")
    for account in ("2002", "3003", "4004", "5005"):
        await house.panel(account).contact_id(AT_FAULT, "000")
    await house.api.wait_rows(4)
    async with seat(browser, "sofia") as sofia, seat(browser, "tomas") as tomas:
        for one in (sofia, tomas):
            await one.sign_in(house.url)
            await count(one, "the receiver was at fault")
        await asyncio.gather(sofia.press("Control+Enter"), tomas.press("Control+Enter"))
        done = 0
        for one in (sofia, tomas):
            await expect(one.of("many-counts")).to_contain_text(" done, ")
            await expect(one.rows).to_have_count(0)
            said = await one.of("many-counts").locator(".counts").inner_text()
            done += int(said.split(" ", 1)[0])
        assert done == 4
        closed = (await house.api.get("/incidents", state="closed"))["items"]
        assert [row["disposition"] for row in closed] == ["technical_fault"] * 4


async def test_the_room_shows_who_has_what_and_no_screen_of_it_has_a_serious_finding(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    hire(tmp_path, "sofia")
    async with seat(browser, "anna") as anna, seat(browser, "sofia") as sofia:
        await anna.sign_in(house.url)
        await sofia.sign_in(house.url)
        await anna.press("y")
        await house.panel("2002").contact_id("1134", "001")
        await opened(anna)
        await house.panel("5005").contact_id(AT_FAULT, "000")
        await house.api.wait_rows(2)
        found = await in_every_look(anna, "ready")
        await sofia.press("l")
        await sofia.of("many-reason").fill("the receiver was at fault")
        await sofia.press("Control+Enter")
        await expect(sofia.of("many-counts")).to_contain_text("would be done")
        found |= await in_every_look(sofia, "one act on many")
        await sofia.press("Escape", "f")
        await expect(sofia.of("list-people")).to_contain_text("anna")
        await expect(sofia.of("list-people")).to_contain_text("Corner Shop Averill")
        await expect(sofia.of("oldest-4")).to_contain_text("Parcel Depot North")
        await sofia.of("skills-name").select_option("anna")
        await sofia.of("skill-fire").check()
        await sofia.of("skills-speaks").fill("de fr")
        await sofia.of("skills-save").click()
        await expect(sofia.of("skills")).to_contain_text("Saved for anna")
        found |= await in_every_look(sofia, "the room")
        assert found == {}


async def test_one_key_shows_what_is_on_test_and_what_is_nobodys(house: House, browser: Browser) -> None:
    async with seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        for account in ("2002", "7777"):
            await house.panel(account).contact_id("1134", "001")
        rows = {row["account"]: row["id"] for row in await house.api.wait_rows(2)}
        known, unknown = anna.row(rows["2002"]), anna.row(rows["7777"])
        await expect(known).to_be_visible()
        await anna.press("Shift+Digit8")
        await expect(known).to_have_count(0)
        await expect(unknown).to_be_visible()
        await anna.press("Shift+Digit6")
        await expect(anna.of("queue-empty")).to_have_text("Nothing is open at a site on test.")
        await anna.press("Shift+Digit1")
        await expect(known).to_be_visible()
