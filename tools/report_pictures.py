"""Take the pictures of closing, false alarms and reports anew, from a centre with a month of invented work behind it.

    .venv/bin/python -m tools.report_pictures

The month goes straight into the archive, since nobody waits for four hundred alarms. The picture of a record on paper
wants `pypdfium2`, which is nothing that Belfry needs, and is left as it is where that is not installed.
"""

import asyncio
import random
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright

from belfry.archive import SqlArchive
from belfry.ports.archive import ClosedIncident, Folded
from tests.stories.kit import PASSWORD, Desk, Town, open_town
from tools import chromium
from tools.png import shrink

FOLDER: Final = Path(__file__).resolve().parents[1] / "docs" / "pictures"
DESK: Final = {"width": 1440, "height": 900}
PHONE: Final = {"width": 390, "height": 844}
INCIDENTS: Final = 420
SCALE: Final = 1.2

# Kind, how often beside the others, code, and how it usually ends.
KINDS: Final = (
    (
        "PROP.ALARM.INTR",
        9,
        "1134",
        (("false_alarm", "animal"), ("user_error", "user_mistake"), ("genuine", "break_in")),
    ),
    ("FIRE.ALARM.AUTO", 4, "1111", (("false_alarm", "dust_or_steam"), ("false_alarm", "cooking"), ("genuine", "fire"))),
    ("TECH.POWER", 5, "1301", (("technical_fault", "mains_failure"),)),
    ("TECH.COMMS.LOST", 3, "1350", (("comms_fault", "network_failure"),)),
    ("MED.ALARM.CARE", 3, "1101", (("user_error", "user_mistake"), ("genuine", "fall"))),
    ("RES.LIFT.ALARM", 1, "1140", (("genuine", "lift_fault"),)),
)


async def main() -> None:
    with TemporaryDirectory(prefix="belfry-pictures-") as folder:
        async with open_town(Path(folder)) as town, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium.executable(), args=list(chromium.ARGS))
            anna = await town.operator("anna")
            fire = await _a_night(town, anna)
            await _a_month(town, anna)
            await _look(browser, town, fire)
            await _on_paper(anna, fire)
            await browser.close()


async def _a_night(town: Town, anna: Desk) -> str:
    """A fire at the school, taken and passed on, and the shop's detector 7 once more."""
    await town.say("school", "1111", "007")
    (row,) = await anna.incidents("open")
    town.clock.wait(seconds=12)
    await anna.act(row["id"], "take")
    town.clock.wait(seconds=9)
    await anna.act(row["id"], "note", text="Smoke from the kitchen, says the caretaker.")
    await anna.act(row["id"], "do", step="brigade", outcome="passed", reference="CF-2231")
    await town.say("shop", "1134", "007")
    found: str = row["id"]
    return found


async def _a_month(town: Town, anna: Desk) -> None:
    dice, sites = random.Random(7), (await anna.get("/accounts", limit=100))["items"]
    archive = SqlArchive.open(town.settings.data)
    position = await archive.position()
    made = [_over(n, dice, sites, town) for n in range(INCIDENTS)]
    await archive.fold(Folded(upto=position + 1, incidents={one.id: one for one in made}))
    await archive.close()


def _over(n: int, dice: random.Random, sites: list[dict[str, Any]], town: Town) -> ClosedIncident:
    kind, _, code, ends = dice.choices(KINDS, weights=[one[1] for one in KINDS])[0]
    shop = kind == "PROP.ALARM.INTR" and dice.random() < 0.2
    disposition, cause = ("false_alarm", "equipment_defect") if shop else dice.choice(ends)
    hour = dice.choices(range(24), weights=[6, 6, 7, 5, 4, 4, 6, 9, 8, 5, 4, 4, 5, 4, 4, 5, 6, 9, 10, 8, 7, 8, 9, 8])[0]
    opened = (town.clock.now - timedelta(days=dice.randrange(13))).replace(hour=hour, minute=dice.randrange(60))
    opened = opened if opened < town.clock.now else opened - timedelta(days=1)
    site = next(one for one in sites if one["account"] == "2002") if shop else dice.choice(sites)
    waited = timedelta(seconds=dice.expovariate(1 / 22) + 2)
    return ClosedIncident(
        id=f"made-{n}",
        number=n + 10_000,
        kind=kind,
        priority=1 if kind.startswith(("FIRE", "MED")) else 2,
        method="equipment",
        account_id=site["id"],
        life=False,
        silent=False,
        opened_at=opened,
        due_at=opened,
        first_taken_at=opened + waited,
        first_act_at=opened + waited * 2,
        closed_at=opened + waited + timedelta(minutes=4),
        signals=1,
        acts=3,
        disposition=disposition,
        cause=cause,
        by_rule=False,
        told_at=opened + waited * 3 if kind.startswith("FIRE") else None,
        zone=None if kind.startswith("MED") else "007" if shop else f"{dice.randrange(1, 9):03}",
        code=None if kind.startswith("MED") else code,
    )


async def _look(browser: Browser, town: Town, fire: str) -> None:
    desk = await _signed_in(browser, town, viewport=DESK, color_scheme="light")
    await desk.get_by_test_id(f"row-{fire}").click()
    await desk.get_by_test_id("act-close").wait_for()
    await desk.keyboard.press("c")
    await desk.get_by_test_id("disposition-false_alarm").wait_for()
    await desk.keyboard.press("2")
    await desk.get_by_test_id("cause-cooking").wait_for()
    await desk.keyboard.press("1")
    await _keep(desk, "closing")
    await desk.keyboard.press("Escape")
    await desk.locator("[data-testid^=row-]", has_text="Averill").click()
    await desk.get_by_test_id("repair").wait_for()
    await desk.keyboard.press("a")
    card = desk.get_by_test_id("site-record")
    await card.locator("canvas").wait_for()
    await card.scroll_into_view_if_needed()
    (FOLDER / "false-alarms.png").write_bytes(shrink(await card.screenshot()))
    await desk.get_by_test_id("nav-reports").click()
    await desk.get_by_test_id("chart").first.locator("canvas").wait_for()
    await _keep(desk, "reports-load")
    phone = await _signed_in(browser, town, viewport=PHONE, color_scheme="dark")
    await phone.get_by_test_id("nav-reports").click()
    await phone.get_by_test_id("chart").first.locator("canvas").wait_for()
    await _keep(phone, "reports-narrow")


async def _signed_in(browser: Browser, town: Town, **looks: Any) -> Page:
    page = await (await browser.new_context(locale="en-GB", timezone_id="Europe/London", **looks)).new_page()
    await page.goto(town.url)
    await page.get_by_test_id("name").fill("anna")
    await page.get_by_test_id("password").fill(PASSWORD)
    await page.get_by_test_id("signin-go").click()
    await page.get_by_test_id("sound-play").click()
    await page.get_by_test_id("sound-heard").click()
    await page.locator("[data-testid=connection][data-state=connected]").wait_for()
    return page


async def _keep(page: Page, name: str) -> None:
    (FOLDER / f"{name}.png").write_bytes(shrink(await page.screenshot()))


async def _on_paper(anna: Desk, fire: str) -> None:
    if find_spec("pypdfium2") is None:
        return
    paper = (await anna.client.get(f"/incidents/{fire}/record.pdf")).content
    page: Any = import_module("pypdfium2").PdfDocument(paper)[0]
    page.render(scale=SCALE).to_pil().save(FOLDER / "record.png", optimize=True)


if __name__ == "__main__":
    asyncio.run(main())
