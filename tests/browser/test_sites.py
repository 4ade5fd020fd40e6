"""The daily ways with sites: found from anywhere, read beside an alarm, edited by two at once, words checked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, expect

from belfry.domain.contacts import Absence, Authority, Contact, ContactRole, Number
from belfry.domain.premises import Area, Hazard, Zone
from belfry.domain.site_file import Agency, AgencyType, SiteChange, SiteDetails
from belfry.ports.staff import Role
from belfry.registry import Registry
from belfry.registry.sheet import read_sheet
from tests.browser.axe import in_every_look
from tests.browser.house import PASSWORD, House, api, furnish, line, running
from tests.browser.seats import PHONE, Seat, seat

pytestmark = pytest.mark.browser

SHOP: Final = "2002"


def describe_the_shop(folder: Path) -> str:
    """Write what belongs to the shop into the registry, and its holder into the staff; returns the shop's id."""
    registry = Registry.open(folder / "data")
    registry.import_accounts(read_sheet(folder / "accounts.csv"), by="test")
    shop = next(one for one in registry.accounts() if one.account == SHOP)
    now = datetime.now(UTC)
    away = Absence(now - timedelta(days=1), now + timedelta(days=3))
    change = SiteChange(
        details=SiteDetails(hazards="Gas bottles in the yard.", premises=(Number("01632 960 110"),)),
        areas=(Area(number="1", name="Ground floor"),),
        zones=(Zone(number="004", name="Store room window", hazard=Hazard.INTRUSION),),
        contacts=(
            Contact(order=1, name="Alma Averill", role=ContactRole.HOLDER, numbers=(Number("07700 900 021"),),
                    authority=(Authority.CANCEL, Authority.KEYS)),
            Contact(order=2, name="Bram Toome", numbers=(Number("07700 900 022"),), absences=(away,)),
            Contact(order=3, name="Neighbour"),
        ),
        agencies=(Agency(type=AgencyType.POLICE, name="Anderby police", number="01632 960 911"),),
    )  # fmt: skip
    file = registry.site(shop.id)
    assert file is not None
    registry.edit(shop.id, change, version=file.version, by="test")
    registry.users.add("hedda", Role.HOLDER, PASSWORD, by="test", tenants=[shop.id])
    registry.users.add("sam", Role.SUPERVISOR, PASSWORD, by="test")
    registry.close()
    return shop.id


@asynccontextmanager
async def described(folder: Path) -> AsyncIterator[tuple[House, str]]:
    """A centre whose shop has people, zones and an agency; and the shop's id."""
    config, token = furnish(folder)
    shop = describe_the_shop(folder)
    async with running("serve", "--config", str(config)) as child:
        url = (await line(child)).removeprefix("console: ")
        async with api(url, token) as program:
            host, _, port = (await program.get("/centre"))["receivers"][0]["listen"].rpartition(":")
            yield House(url, program, (host, int(port))), shop


async def site(house: House, shop: str) -> dict[str, Any]:
    found: dict[str, Any] = await house.api.get(f"/accounts/{shop}")
    return found


async def test_a_site_is_found_from_an_alarm_read_and_left_for_the_alarm_again(
    tmp_path: Path, browser: Browser
) -> None:
    async with described(tmp_path) as (house, shop), seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await house.panel(SHOP).contact_id("1130", "004")
        row = await house.api.wait_open(SHOP)
        await anna.row(row["id"]).click()

        brief = anna.of("facts")
        await expect(anna.of("zone")).to_contain_text("Store room window")
        await expect(anna.of("zone")).to_contain_text("Ground floor")
        await expect(brief).to_contain_text("not confirmed by its holder")
        await expect(brief).to_contain_text("Gas bottles in the yard.")
        await expect(anna.of("people").locator("ol")).to_contain_text("Alma Averill")
        await expect(anna.of("people").locator("ol")).not_to_contain_text("Bram Toome")
        await expect(anna.of("people").locator("[data-why=absent]")).to_contain_text("Bram Toome")
        await expect(anna.of("people").locator("[data-why=no_number]")).to_contain_text("Neighbour")
        await expect(anna.of("agencies").get_by_role("link")).to_have_attribute("href", "tel:01632960911")

        await anna.press("s")
        await anna.expect_focus("site-find")
        await anna.type("07700 900022")
        await expect(anna.of(f"site-{SHOP}")).to_be_visible()
        await expect(anna.page.get_by_role("option")).to_have_count(1)
        await anna.press("Enter")
        await expect(anna.page).to_have_url(f"{house.url}sites/{shop}")
        await expect(anna.of("history")).to_contain_text("Store room window")
        await expect(anna.of("open-here")).to_contain_text(f"#{row['number']}")
        await anna.press("Escape")
        await expect(anna.of("incident")).to_have_attribute("data-id", row["id"])

        await anna.press("a")
        await expect(anna.of("site")).to_be_visible()
        await anna.page.go_back()
        await expect(anna.of("incident")).to_have_attribute("data-id", row["id"])


async def test_a_contact_is_edited_by_keyboard_and_what_is_refused_stands_at_its_field(
    tmp_path: Path, browser: Browser
) -> None:
    async with described(tmp_path) as (house, shop), seat(browser, "anna") as anna:
        await anna.sign_in(house.url)
        await anna.page.goto(f"{house.url}sites/{shop}")
        await expect(anna.of("site-edit")).to_be_visible()
        await anna.press("e")
        await anna.of("contact-1").focus()
        await anna.press("Alt+ArrowUp")
        await anna.expect_focus("contact-0")
        await anna.press("Enter")
        await anna.of("contact-0-number-0").fill("nobody")
        await anna.press("Control+Enter")
        await expect(anna.of("flaw")).to_contain_text("a number as it is dialled")
        await anna.expect_focus("contact-0-number-0")
        await anna.of("contact-0-number-0").fill("07700 900 099")

        await anna.page.reload()  # what is typed waits in the browser
        await expect(anna.of("edit-found")).to_be_visible()
        await anna.press("Control+Enter")
        await expect(anna.of("edit-state")).to_have_text("Saved")
        contacts = (await site(house, shop))["contacts"]
        assert [(one["name"], one["order"]) for one in contacts] == [
            ("Bram Toome", 1), ("Alma Averill", 2), ("Neighbour", 3),
        ]  # fmt: skip
        assert contacts[0]["numbers"][0]["number"] == "07700 900 099"
        await anna.page.reload()
        await expect(anna.of("edit-state")).to_have_text("Nothing is changed")
        await anna.of("tab-agencies").click()
        await expect(anna.of("agencies-add")).to_be_disabled()


async def test_the_second_of_two_editors_sees_what_changed_and_loses_nothing(tmp_path: Path, browser: Browser) -> None:
    async with (
        described(tmp_path) as (house, shop),
        seat(browser, "anna") as anna,
        seat(browser, "boris") as boris,
    ):
        for one in (anna, boris):
            await one.sign_in(house.url)
            await one.page.goto(f"{house.url}sites/{shop}/edit")
            await one.of("contact-0").click()
        await anna.of("contact-0-number-0").fill("07700 900 031")
        await anna.of("contact-0-name").fill("Alma Averill-Pym")
        await anna.press("Control+Enter")
        await expect(anna.of("edit-state")).to_have_text("Saved")

        await boris.of("contact-0-number-0").fill("07700 900 032")
        await boris.of("tab-details").click()
        await boris.of("notes").fill("The dog is called Bolt.")
        await boris.press("Control+Enter")
        await expect(boris.of("meeting")).to_be_visible()
        conflict = boris.of("conflict-0")
        await expect(conflict).to_contain_text("Alma Averill-Pym · Telephone numbers")
        await expect(conflict).to_contain_text("anna")
        await expect(conflict).to_contain_text("07700 900 031")
        await expect(conflict).to_contain_text("07700 900 032")
        await expect(boris.of("meeting-news")).to_contain_text("Alma Averill-Pym")
        await expect(boris.of("edit-save")).to_be_disabled()
        assert (await site(house, shop))["contacts"][0]["numbers"][0]["number"] == "07700 900 031"

        await boris.page.reload()  # the choice waits as well
        await boris.of("conflict-0-mine").check()
        await boris.press("Control+Enter")
        await expect(boris.of("edit-state")).to_have_text("Saved")
        now = await site(house, shop)
        assert now["details"]["notes"] == "The dog is called Bolt."
        assert (now["contacts"][0]["name"], now["contacts"][0]["numbers"][0]["number"]) == (
            "Alma Averill-Pym",
            "07700 900 032",
        )


async def test_a_word_is_set_by_a_supervisor_and_checked_at_the_alarm(tmp_path: Path, browser: Browser) -> None:
    async with described(tmp_path) as (house, shop), seat(browser, "sam") as sam, seat(browser, "anna") as anna:
        await sam.sign_in(house.url)
        await sam.page.goto(f"{house.url}sites/{shop}/edit")
        await sam.of("contact-0").click()
        for name, word in (("word", "Marmalade"), ("duress_word", "Treacle")):
            await sam.of(f"{name}-set").click()
            await sam.of(name).fill(word)
            await sam.of(f"{name}-keep").click()
            await expect(sam.of(f"{name}-state")).to_have_text("set")
        assert "Marmalade" not in await sam.page.content()

        await house.panel(SHOP).contact_id("1130", "004")
        row = await house.api.wait_open(SHOP)
        await anna.sign_in(house.url)
        await anna.row(row["id"]).click()
        await expect(anna.of("word-box")).to_be_visible()
        await anna.press("t")
        await expect(anna.of("incident-state")).to_contain_text("you")
        said = dict[str, str]()
        for word in ("marmalade", "treacle", "honey"):
            await anna.press("w")
            await anna.expect_focus("word")
            await anna.type(word)
            await anna.press("Enter")
            await expect(anna.of("word-answer").locator("p").first).to_be_visible()
            said[word] = await anna.of("word-answer").inner_text()
            await anna.press("Escape")
        assert "Alma Averill" in said["marmalade"]
        assert "cancel an alarm" in said["marmalade"]
        assert said["treacle"] == said["marmalade"]
        assert said["honey"].strip() == "Not accepted"


async def test_a_holder_reads_everything_about_his_site_and_confirms_it(tmp_path: Path, browser: Browser) -> None:
    async with described(tmp_path) as (house, shop), seat(browser, "hedda") as hedda:
        await hedda.page.goto(house.url)
        await hedda.of("name").fill("hedda")
        await hedda.of("password").fill(PASSWORD)
        await hedda.of("signin-go").click()
        page = hedda.of("my-site")
        for words in ("Corner Shop Averill", "Gas bottles", "Alma Averill", "07700 900 022", "Store room window"):
            await expect(page).to_contain_text(words)
        await expect(hedda.of("looks")).to_contain_text("Nobody looked at any")
        await expect(hedda.of("confirmed-at")).to_contain_text("Never confirmed")
        await hedda.of("confirm").click()
        await expect(hedda.of("confirmed-at")).to_contain_text("by hedda")
        assert (await site(house, shop))["confirmed_by"] == "hedda"
        await expect(hedda.of("nav-sites")).to_have_count(0)
        found = await in_every_look(hedda, "my site")
        assert found == {}


async def test_a_new_account_begins_with_the_template_of_its_type(tmp_path: Path, browser: Browser) -> None:
    async with described(tmp_path) as (house, _), seat(browser, "sam") as sam:
        await sam.sign_in(house.url)
        await sam.press("s")
        await sam.of("nav-in-site-new").click()
        await sam.of("new-type").select_option("school")
        await sam.of("new-account").fill(SHOP)
        await sam.press("Control+Enter")
        await expect(sam.of("failed")).to_be_visible()
        await sam.of("new-account").fill("7001")
        await sam.of("new-name").fill("Harbour School")
        assert await in_every_look(sam, "new account") == {}
        await sam.press("Control+Enter")
        await expect(sam.of("site-editor")).to_contain_text("Harbour School")
        await sam.of("tab-schedules").click()
        await expect(sam.of("schedule-0-name")).to_have_value("School hours")


async def test_the_screens_of_sites_have_no_serious_finding(tmp_path: Path, browser: Browser) -> None:
    found = dict[str, Any]()
    async with described(tmp_path) as (house, shop), seat(browser, "sam") as sam:
        await sam.sign_in(house.url)
        await sam.press("s")
        await expect(sam.of(f"site-{SHOP}")).to_be_visible()
        found |= await in_every_look(sam, "search")
        await sam.page.goto(f"{house.url}sites/{shop}")
        await expect(sam.of("site-brief")).to_be_visible()
        found |= await in_every_look(sam, "card")
        await sam.of("site-edit").click()
        await sam.of("contact-0").click()
        for tab in ("contacts", "details", "zones", "agencies", "account", "paths", "codes", "schedules"):
            await sam.of(f"tab-{tab}").click()
            for add in ("paths", "codes", "schedules"):
                if tab == add:
                    await sam.of(f"{add}-add").click()
            found |= await in_every_look(sam, tab)
        await house.panel(SHOP).contact_id("1130", "004")
        row = await house.api.wait_open(SHOP)
        await sam.of("nav-desk").click()
        await sam.row(row["id"]).click()
        await expect(sam.of("word-box")).to_be_visible()
        found |= await in_every_look(sam, "incident with its site")
    assert found == {}


async def test_a_card_and_its_editor_fit_a_phone_in_every_language(tmp_path: Path, browser: Browser) -> None:
    async with described(tmp_path) as (house, shop), seat(browser, "anna", viewport=PHONE) as anna:
        await anna.sign_in(house.url)
        for language in ("en", "de", "fr", "es"):
            await anna.page.evaluate(f"() => localStorage.setItem('belfry.language', '\"{language}\"')")
            for path, shown in ((f"sites/{shop}", "site-brief"), (f"sites/{shop}/edit", "list-contacts")):
                await anna.page.goto(f"{house.url}{path}")
                await expect(anna.of(shown)).to_be_visible()
                assert await beyond(anna) == 0


async def beyond(desk: Seat) -> int:
    """How many pixels of a page lie beyond its right edge."""
    pixels: int = await desk.page.locator("main").evaluate("(main) => main.scrollWidth - main.clientWidth")
    return pixels
