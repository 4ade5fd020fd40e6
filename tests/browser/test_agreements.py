"""What may leave by machine: an administrator agrees and ends it by keys, an overseer reads it, and nobody else may."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from belfry.ports.staff import Role
from tests.browser.axe import in_every_look
from tests.browser.house import PASSWORD, House, serving
from tests.browser.seats import Seat, seat

pytestmark = pytest.mark.browser

SIREN = """[[output]]
name = "siren"
type = "webhook"
address = "https://siren.invalid/"
secret_file = "siren.key"
agreement = "g1"
"""


@pytest_asyncio.fixture(loop_scope="session")
async def agreeing(tmp_path: Path, console_is_built: None) -> AsyncIterator[House]:
    staff = {"ada": Role.ADMINISTRATOR, "ove": Role.OVERSEER}
    (tmp_path / "siren.key").write_text("k" * 32)
    async with serving(tmp_path, staff=staff, more=SIREN) as running:
        yield running


async def kind(ada: Seat, code: str) -> None:
    """Tick one kind by the keyboard; its group is opened first where it is not."""
    group = ada.of(f"group-{code.partition('.')[0]}")
    if await group.get_attribute("open") is None:
        await group.locator("summary").press("Enter")
    await ada.of(f"kind-{code}").press("Space")


async def test_an_administrator_agrees_and_ends_it_and_an_overseer_reads_it(agreeing: House, browser: Browser) -> None:
    async with seat(browser, "ada") as ada:
        await ada.sign_in(agreeing.url)
        await ada.of("nav-sites").press("Enter")
        await ada.of("nav-in-agreements").press("Enter")
        await expect(ada.of("agreements-none")).to_be_visible()
        await expect(ada.of("link")).to_contain_text("Incidents by webhook · Agreement g1")
        await expect(ada.of("link-state")).to_have_text("Rests: its agreement is not known")
        await ada.press("+")
        await ada.expect_focus("agreement-partner")
        await ada.press("Control+Enter")
        await expect(ada.of("flaw-partner")).to_be_visible()
        await ada.type("Water board")
        await ada.of("months-1").press("Enter")
        await ada.of("agreement-why").fill("They close the valve.")
        for field in ("received_at", "account", "kind"):
            await ada.of(f"field-{field}").press("Space")
        await ada.of("group-ENV").locator("summary").press("Enter")
        await ada.of("all-ENV").press("Space")
        await kind(ada, "TECH.TAMPER")
        await ada.of("group-MED").locator("summary").press("Enter")
        await expect(ada.of("all-MED")).to_be_disabled()
        await ada.of("agreement-medical").press("Space")
        await ada.of("all-MED").press("Space")
        assert await in_every_look(ada, "a new agreement") == {}
        await ada.of("agreement-medical").press("Space")
        await expect(ada.of("all-MED")).not_to_be_checked()
        await ada.press("Control+Enter")
        await expect(ada.of("agreement-standing")).to_contain_text("Ends in")
        await expect(ada.of("agreements-soon")).to_be_visible()
        (kept,) = (await agreeing.api.get("/agreements"))["items"]
        assert (kept["kinds"], kept["medical"], kept["made_by"]) == (["ENV", "TECH.TAMPER"], False, "ada")
        assert await in_every_look(ada, "agreements") == {}

        async with seat(browser, "ove") as ove:
            await ove.page.goto(f"{agreeing.url}/agreements")
            await ove.of("name").fill("ove")
            await ove.of("password").fill(PASSWORD)
            await ove.press("Enter")
            await expect(ove.of("agreement")).to_contain_text("Water board")
            await expect(ove.of("agreement-id")).to_have_text(kept["id"])
            await expect(ove.of("link")).to_contain_text("siren")
            await expect(ove.of("agreement-new")).to_have_count(0)
            await expect(ove.of("agreement-end")).to_have_count(0)

        await ada.of("agreement-end").press("Enter")
        await ada.of("agreement-end-sure").press("Enter")
        await expect(ada.of("agreement")).to_have_attribute("data-standing", "ended")
