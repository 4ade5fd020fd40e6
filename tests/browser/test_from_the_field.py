"""From the field: a report without a net, its picture seen at the desk, taken back; a roll call, a check, distress."""

import os
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, FilePayload, expect

from belfry.ports.staff import Role
from tests.browser.axe import findings, in_every_look
from tests.browser.house import PASSWORD, House, serving
from tests.browser.seats import PHONE, Seat, seat

pytestmark = pytest.mark.browser

LOOKS: dict[str, Any] = {
    "viewport": PHONE,
    "has_touch": True,
    "is_mobile": True,
    "geolocation": {"latitude": 54.0721, "longitude": -0.2101, "accuracy": 12},
    "permissions": ["geolocation"],
}
SHOTS = os.environ.get("BELFRY_SHOTS")
"""A folder for pictures of the screens, for whoever wants to look at them."""


@pytest_asyncio.fixture(loop_scope="session")
async def crewed(tmp_path: Path, console_is_built: None) -> AsyncIterator[House]:
    async with serving(tmp_path, staff={"anna": Role.OPERATOR, "cleo": Role.RESPONDER}) as running:
        await running.api.post("/units", {"call_sign": "E 1", "type": "engine", "service": "fire"})
        await running.api.post("/units/E 1/crew", {"user": "cleo"})
        yield running


def a_picture() -> FilePayload:
    out = BytesIO()
    Image.effect_mandelbrot((800, 600), (-2, -1, 1, 1), 60).convert("RGB").save(out, "JPEG")
    return {"name": "scene.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


async def sign_in_on_a_phone(cleo: Seat, url: str) -> None:
    await cleo.page.goto(f"{url.rstrip('/')}/me")
    await cleo.of("name").fill(cleo.name)
    await cleo.of("password").fill(PASSWORD)
    await cleo.of("signin-go").tap()
    await cleo.of("sound-play").tap()
    await cleo.of("sound-heard").tap()
    await expect(cleo.of("my-unit")).to_have_text("E 1")


async def shot(one: Seat, name: str) -> None:
    if SHOTS:
        for scheme in ("light", "dark"):
            await one.page.emulate_media(color_scheme=scheme)
            await one.page.screenshot(path=f"{SHOTS}/{name}-{scheme}.png", full_page=True)


async def test_a_report_goes_from_a_phone_without_a_net_to_the_desk_and_a_roll_call_back(
    crewed: House, browser: Browser
) -> None:
    house = crewed
    async with seat(browser, "anna") as anna, seat(browser, "cleo", **LOOKS) as cleo:
        await sign_in_on_a_phone(cleo, house.url)
        await anna.sign_in(house.url)

        # three taps, without a net: unsent, then sent once
        await cleo.of("to-report").tap()
        await expect(cleo.of("here")).to_contain_text("12")
        await shot(cleo, "report")
        await cleo.page.context.set_offline(True)
        await cleo.of("where-code").tap()
        await cleo.of("code").fill("CP 03")
        await cleo.of("find-code").tap()
        await expect(cleo.of("code-later")).to_be_visible()
        await expect(cleo.of("send")).to_be_disabled()
        await cleo.of("likely-FIRE.STRUCT").tap()
        await expect(cleo.of("send")).to_be_enabled()
        await cleo.of("where-here").tap()
        await cleo.page.locator("summary").tap()
        await cleo.of("picture").set_input_files([a_picture()])
        await expect(cleo.of("picture-taken")).to_be_visible()
        await cleo.of("note").fill("flames at the back")
        assert await findings(cleo) == []
        await cleo.of("send").tap()
        await expect(cleo.of("unsent")).to_be_visible()
        await cleo.until_unsent("belfry-reports", "cleo")
        await shot(cleo, "unsent")
        assert await house.api.open() == []

        # it leaves whatever page is shown once there is a net again
        await cleo.page.go_back()
        await expect(cleo.of("reports-unsent")).to_contain_text("1")
        await cleo.page.context.set_offline(False)
        (row,) = await house.api.wait_rows(1)
        assert (row["kind"], row["method"]) == ("FIRE.STRUCT", "duty")
        await expect(cleo.of("reports-unsent")).to_have_count(0)
        await cleo.of("alert-accept").tap()  # of what she reported herself
        await cleo.of("to-report").tap()
        await expect(cleo.of("unsent")).to_have_count(0)
        await expect(cleo.of("reported")).to_contain_text(str(row["number"]))

        # its picture is seen by who handles it, and the look is told
        await anna.press("n")
        await anna.of("look").click()
        await expect(anna.of("picture-shown")).to_be_visible()
        assert await anna.of("picture-shown").evaluate("(one) => [one.naturalWidth, one.naturalHeight]") == [48, 36]
        await expect(anna.of("pictures")).to_contain_text("Seen 1 time")
        await expect(anna.of("timeline")).to_contain_text("Picture looked at")
        await shot(anna, "pictures")

        # taken back within minutes, and told
        await cleo.of("withdraw").tap()
        await expect(anna.of("withdrawn")).to_contain_text("cleo")

        # on scene: the roll runs, everybody is called, the crew answers with one button
        await house.api.post(f"/incidents/{row['id']}/units", {"unit": "E 1"})
        for status in ("en_route", "on_scene"):
            await house.api.post("/units/E 1/status", {"status": status})
        await expect(anna.of("roll")).to_have_attribute("data-runs", "true")
        await anna.of("roll-why").select_option("collapse")
        await anna.of("roll-call").click()
        await expect(anna.of("roll-E 1")).to_have_attribute("data-state", "waiting")
        await shot(anna, "roll")
        assert await in_every_look(anna, "an incident with a roll call") == {}
        await cleo.page.go_back()
        await cleo.of("alert-accept").tap()
        if await cleo.of("alert-accept").count():  # of being sent, and of what she reported herself
            await cleo.of("alert-accept").tap()
        await expect(cleo.of("roll-answer")).to_be_visible()
        await shot(cleo, "roll-answer")
        await cleo.of("roll-yes").tap()
        await expect(anna.of("roll-E 1")).to_have_attribute("data-state", "answered")

        # a picture from where she is sent
        await cleo.of("crew-picture").set_input_files([a_picture()])
        await expect(cleo.of("pictured")).to_contain_text("control room")
        pictures = (await house.api.get(f"/incidents/{row['id']}/pictures"))["items"]
        assert [one["by"] for one in pictures] == ["cleo", "cleo"]
        await shot(cleo, "crew-picture")

        # alone, and watched over
        await cleo.of("lone-30").tap()
        await expect(cleo.of("lone-due")).to_be_visible()
        await shot(cleo, "lone")
        await cleo.of("lone-ok").tap()
        await expect(cleo.of("lone")).to_have_attribute("data-watched", "true")

        # in distress: the room alone ends it, with a reason
        await house.api.post("/units/E 1/status", {"status": "distress"})
        await anna.of("distress-why").fill("spoke to her")
        await shot(anna, "distress")
        await anna.of("distress-end").click()
        await expect(anna.of("distress-E 1")).to_have_count(0)
