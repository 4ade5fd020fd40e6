"""A supervisor brings a file of another system in: by its dry run, the columns it is taken for, and all or nothing."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from belfry.ports.staff import Role
from belfry.registry import Registry
from tests.browser.axe import in_every_look
from tests.browser.house import PASSWORD, House
from tests.browser.seats import Seat, seat

pytestmark = pytest.mark.browser

BAD = "Acct No,Zone Nr,Zone Desc,Alarm Type,Colour\n1001,1,Front door,intrusion,red\n1001,2,Cellar,smoke,blue\n"
GOOD = BAD.replace("smoke", "fire")


@pytest.fixture
async def sofia(house: House, tmp_path: Path) -> None:
    registry = Registry.open(tmp_path / "data")
    registry.users.add("sofia", Role.SUPERVISOR, PASSWORD, by="test")
    registry.close()


async def chosen(one: Seat, content: str, name: str = "zones.csv") -> None:
    file = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    await one.of("sheet-file").set_input_files(file)  # type: ignore[arg-type]  # a file that is in no folder
    await expect(one.of("sheet-told")).to_be_visible()


@pytest.mark.usefixtures("sofia")
async def test_a_file_is_looked_at_mended_and_brought_in(house: House, browser: Browser) -> None:
    async with seat(browser, "sofia") as sofia:
        await sofia.sign_in(house.url)
        await sofia.of("nav-sites").click()
        await sofia.of("nav-in-import").click()
        await chosen(sofia, BAD)
        await expect(sofia.of("sheet-kind")).to_have_value("zones")
        await expect(sofia.of("sheet-list-problems")).to_contain_text("'smoke' wants one of fire")
        await expect(sofia.of("sheet-apply")).to_be_disabled()
        assert await in_every_look(sofia, "import with problems") == {}

        await chosen(sofia, GOOD)
        await expect(sofia.of("sheet-list-problems")).to_have_count(0)
        await expect(sofia.of("sheet-added")).to_have_text("2")
        await expect(sofia.of("sheet-column-4")).to_have_value("")
        await sofia.of("sheet-column-2").select_option("")
        await sofia.of("sheet-column-4").select_option("name")
        await expect(sofia.of("sheet-apply")).to_be_disabled()
        await sofia.press("Control+Enter")
        await expect(sofia.of("sheet-apply")).to_be_enabled()
        assert await in_every_look(sofia, "import") == {}
        await sofia.press("Control+Enter")
        await expect(sofia.of("sheet-done")).to_be_visible()

        school = next(one for one in (await house.api.get("/accounts"))["items"] if one["account"] == "1001")
        zones = (await house.api.get(f"/accounts/{school['id']}"))["zones"]
        assert [(one["number"], one["name"], one["hazard"]) for one in zones] == [
            ("1", "red", "intrusion"),
            ("2", "blue", "fire"),
        ]
        async with sofia.page.expect_download() as download:
            await sofia.of("export-zones-csv").click()
        assert (await download.value).suggested_filename == "zones.csv"
        assert sofia.errors == []
