"""Take the pictures of the guide anew, from the demo as it is after one minute.

    .venv/bin/python tools/pictures.py [--seed 1] [--only NAME ...]

The demo runs in a process of its own on free ports, with a seed, so that the same night is seen each time; only the
clocks differ. Four browsers look at it, each signed in as another operator: desk and phone, light and dark.
"""

import argparse
import base64
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Final, Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # since this file is run by its path

from belfry.ports.staff import Role
from belfry.registry import Registry
from belfry.simulator.cards import cards
from belfry.simulator.town import TIME_ZONE
from tools import chromium
from tools.png import shrink

Theme = Literal["light", "dark"]
FOLDER: Final = Path(__file__).resolve().parents[1] / "docs" / "pictures"
DESK: Final[ViewportSize] = {"width": 1440, "height": 900}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
FORM: Final[ViewportSize] = {"width": 1200, "height": 860}
WALL: Final[ViewportSize] = {"width": 3840, "height": 2160}
SHOWN_WIDTH: Final = 1280
"""A wall's picture is kept at a third of its size: the guide shows it no larger."""
LOOKED_AT_AFTER_S: Final = 62
WAITS_AT_MOST_S: Final = 240
HOLDER: Final = "anderby"
HEAD: Final = "sofia"
PASSWORD: Final = "correct horse battery"

# What the decode page is shown: a closing of a panel whose CRC covers the carriage return, and a frame torn on its way.
FRAMES: Final = """\
0A41413141303033302241444D2D434944223032323752344633394C3446333923344633395B23344633397C33343031203031203035375D0D
0A3638414530303235225349412D44435322303030314C3023313233345B23313233347C4E7269312F424131325D0D
"""


def main(words: Sequence[str]) -> int:
    asked = options(words)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo(asked.seed) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=list(chromium.ARGS))
        begun = monotonic()
        desks = {
            "console-light": visit(browser, url, DESK, "light"),
            "console-dark": visit(browser, url, DESK, "dark"),
            "phone-light": visit(browser, url, PHONE, "light"),
            "phone-dark": visit(browser, url, PHONE, "dark"),
        }
        keep_begin(desks["console-light"], asked.only)
        wait_until(begun + LOOKED_AT_AFTER_S)
        wait_for_a_dozen(desks["console-light"])
        for name in ("phone-light", "phone-dark"):
            keep(desks[name], name, asked.only)
        at_work(desks["console-light"], desks["console-dark"], asked.only)
        units(desks["console-light"], asked.only)
        sites(desks["console-light"], desks["console-dark"], asked.only)
        storm(desks["console-light"], asked.only)
        wall(browser, url, desks["console-dark"], asked.only)
        plans(desks["console-light"], asked.only)
        together(desks["console-light"], asked.only)
        shift(desks["console-light"], asked.only)
        other_pages(browser, url, desks["phone-light"], asked.only)
        holder(browser, asked.only)
        sheet(browser, asked.only)
        devices(browser, asked.only)
        supervision(browser, url, asked.only)
        browser.close()
    return 0


def options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Take the pictures of the guide anew.")
    parser.add_argument("--seed", type=int, default=1, help="the night that is shown (default 1)")
    parser.add_argument("--only", nargs="*", default=[], help="names of pictures; default: all")
    return parser.parse_args(words)


@contextmanager
def demo(seed: int) -> Iterator[str]:
    """A demo on free ports; gives its address."""
    with serving(["demo", "--port", "0", "--no-browser", "--seed", str(seed)]) as url:
        yield url


@contextmanager
def serving(words: Sequence[str]) -> Iterator[str]:
    """A `belfry` command until the end of the block; gives the first line that it says."""
    command = [sys.executable, "-c", "from belfry.cli import main; main()", *words]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        said = child.stdout.readline().strip()
        if not said:
            raise SystemExit("belfry did not start; its words are above")
        yield said
    finally:
        child.terminate()
        child.wait(timeout=30)


def visit(browser: Browser, url: str, size: ViewportSize, theme: Theme) -> Page:
    """A browser of its own, signed in as the demo's next operator, with sound allowed and tried."""
    phone = size is PHONE
    context = browser.new_context(
        viewport=size, color_scheme=theme, locale="en-GB", timezone_id="Europe/London", has_touch=phone, is_mobile=phone
    )
    page = context.new_page()
    page.goto(url)
    allow_sound(page)
    page.locator("[data-testid=connection][data-state=connected]").wait_for()
    return page


SOUND_TRIES = 5


def allow_sound(page: Page) -> None:
    """The first press may only wake the browser's sound; the next one plays the tone."""
    heard = page.get_by_test_id("sound-heard")
    for _ in range(SOUND_TRIES):
        page.get_by_test_id("sound-play").click()
        page.wait_for_timeout(500)
        if heard.is_visible():
            break
    heard.click()


def wait_until(then: float) -> None:
    """One minute is what the guide promises to show."""
    sleep(max(0.0, then - monotonic()))


def wait_for_a_dozen(page: Page) -> None:
    """The dozen that the demo promises is counted at the head of the queue."""
    counted = (
        "[...document.querySelectorAll('[data-testid^=count-] b')].reduce((sum, b) => sum + Number(b.textContent), 0)"
    )
    page.wait_for_function(f"{counted} >= 12", timeout=WAITS_AT_MOST_S * 1000)


BEGUN_MS: Final = 12_000


def keep_begin(page: Page, only: Sequence[str]) -> None:
    """What a visitor sees who has just come: a handful of rows, and what to try."""
    page.get_by_test_id("tour").wait_for()
    page.wait_for_timeout(BEGUN_MS)
    keep(page, "demo", only)


def wall(browser: Browser, url: str, signed_in: Page, only: Sequence[str]) -> None:
    """The room on a wall of 3840 px, as a whole and as small as the guide shows it."""
    if only and "wall" not in only:
        return
    context = browser.new_context(
        viewport=WALL, color_scheme="dark", locale="en-GB", timezone_id="Europe/London",
        storage_state=signed_in.context.storage_state(),
    )  # fmt: skip
    page = context.new_page()
    page.goto(f"{url}wall")
    page.locator("[data-testid^=wall-row-]").nth(3).wait_for()
    page.wait_for_timeout(1_000)
    picture = base64.b64encode(page.screenshot()).decode()
    page.set_viewport_size({"width": SHOWN_WIDTH, "height": SHOWN_WIDTH * WALL["height"] // WALL["width"]})
    page.goto("about:blank")
    page.set_content(f'<body style="margin:0"><img src="data:image/png;base64,{picture}" style="width:100%">')
    page.wait_for_timeout(500)
    keep(page, "wall", only)
    context.close()


AT_WORK: Final = frozenset(
    {"console-light", "console-dark", "plan-step", "plan-call", "plan-owed", "incident-light", "incident-dark"}
)


def at_work(first: Page, second: Page, only: Sequence[str]) -> None:
    """Two operators take an emergency each, write what they did, and look at closing and holding."""
    if only and not AT_WORK & {*only}:
        return
    first.locator("[data-testid^=row-]", has_text="Linden School").first.click()
    first.get_by_test_id("act-take").wait_for()
    first.keyboard.press("t")
    second.keyboard.press("n")
    write(first, "Fire brigade informed, two engines on their way.")
    write(second, "Police informed at once. The bank is not called.")
    keep(first, "console-light", only)
    keep(second, "console-dark", only)
    tell_brigade(first, only)
    first.keyboard.press("c")
    first.get_by_test_id("disposition-genuine").wait_for()
    first.keyboard.press("1")
    first.get_by_test_id("cause-fire").wait_for()
    keep(first, "incident-light", only)
    second.keyboard.press("h")
    second.get_by_test_id("hold-signal").wait_for()
    keep(second, "incident-dark", only)


def tell_brigade(page: Page, only: Sequence[str]) -> None:
    """The plan of a fire: passed to the brigade with its reference, and a contact called."""
    step = page.get_by_test_id("plan-now")
    page.locator("[data-testid=plan-now][data-step=brigade]").wait_for()
    page.keyboard.press("d")
    page.locator("[data-testid=plan-now][data-begun=true]").wait_for()
    page.keyboard.press("1")
    page.get_by_test_id("plan-reference").fill("CF-2231")
    keep(page, "plan-step", only)
    page.keyboard.press("Enter")
    page.locator("[data-testid=plan-now][data-step=holder]").wait_for()
    step.get_by_test_id("plan-callee").wait_for()
    page.keyboard.press("d")
    page.locator("[data-testid=plan-now][data-begun=true]").wait_for()
    keep(page, "plan-call", only)
    page.keyboard.press("1")
    page.locator("[data-testid=plan-now][data-step=restore]").wait_for()
    page.keyboard.press("c")
    page.get_by_test_id("plan-owed").wait_for()
    keep(page, "plan-owed", only)
    page.keyboard.press("d")
    page.locator("[data-testid=plan-now][data-begun=true]").wait_for()
    page.keyboard.press("1")
    page.locator("[data-testid^=owed-]").wait_for(state="detached")


def units(page: Page, only: Sequence[str]) -> None:
    """Whom the centre would send and why, beside units and map; the map alone; and the rota."""
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+U")
    page.get_by_test_id("dispatch-incidents").locator("[data-row]", has_text="Linden School").first.click()
    page.keyboard.press("Shift+S")
    page.locator("[data-choice]").first.wait_for()
    page.locator("[data-testid=map][data-ready=true]").wait_for()
    page.wait_for_timeout(2_000)  # tiles, and marks upon them
    keep(page, "dispatch", only)
    page.get_by_test_id("nav-map").click()
    page.locator("[data-testid=map][data-ready=true]").wait_for()
    page.get_by_test_id("map-list").locator("[data-row]", has_text="Linden School").first.focus()
    page.wait_for_timeout(2_000)
    keep(page, "map", only)
    page.get_by_test_id("nav-sites").click()
    page.get_by_test_id("nav-in-fleet").click()
    page.get_by_test_id("fleet").get_by_text("E 1").first.wait_for()
    keep(page, "units", only)
    page.get_by_test_id("nav-desk").click()


def plans(page: Page, only: Sequence[str]) -> None:
    """All plans for a kind, one of them being edited, and a trial of it."""
    page.get_by_test_id("nav-sites").click()
    page.get_by_test_id("nav-in-plans").click()
    page.get_by_test_id("plans-kind").select_option("FIRE.ALARM.AUTO")
    page.locator("[data-standing=below]").first.wait_for()
    keep(page, "plans", only)
    page.get_by_test_id("plans-kind").select_option("PROP.ALARM.INTR")
    page.get_by_test_id("plan-prop-intrusion").click()
    page.get_by_test_id("step-2").click()
    page.get_by_test_id("step-2-then-nothing_seen").select_option("premises")
    page.get_by_test_id("plan-check").get_by_text("no loop").wait_for()
    page.get_by_test_id("plan-editor").evaluate("(main) => { main.scrollTop = 0; }")
    keep(page, "plan-edit", only)
    page.get_by_test_id("plan-discard").click()
    page.get_by_test_id("nav-in-plan-try").click()
    page.get_by_test_id("try-kind").select_option("PROP.ALARM.INTR")
    page.get_by_test_id("test-site").fill("2002")
    page.get_by_test_id("pick-2002").click()
    page.get_by_test_id("try-go").click()
    page.get_by_test_id("walk").focus()
    page.keyboard.press("2")
    page.locator("[data-testid=walk][data-step=evidence]").wait_for()
    keep(page, "plan-try", only)
    page.get_by_test_id("nav-desk").click()


def together(page: Page, only: Sequence[str]) -> None:
    """Who is ready, the room as a supervisor sees it, and an act on many that is counted first."""
    page.locator("[data-testid=duty]").wait_for()
    page.keyboard.press("y")
    page.locator("[data-testid=duty][data-duty=ready]").wait_for()
    keep(page, "together-ready", only)
    page.keyboard.press("y")
    page.locator("[data-testid=duty][data-duty=paused]").wait_for()
    page.get_by_test_id("duty-by-hand").click()
    page.keyboard.press("l")
    page.get_by_test_id("many-reason").fill("The provider says that it is mended")
    page.keyboard.press("Control+Enter")
    page.get_by_test_id("many-counts").locator(".counts").wait_for()
    keep(page, "together-many", only)
    page.get_by_test_id("many-close").click()
    page.keyboard.press("f")
    page.get_by_test_id("list-people").wait_for()
    keep(page, "together-floor", only)
    page.get_by_test_id("nav-desk").click()


def sites(first: Page, second: Page, only: Sequence[str]) -> None:
    """A site found, its card, its editor; and two operators who edit one contact."""
    first.keyboard.press("Escape")
    first.keyboard.press("Escape")
    first.keyboard.press("s")
    first.get_by_test_id("site-find").fill("market")
    first.get_by_test_id("site-2002").wait_for()
    first.get_by_test_id("site-1001").wait_for(state="detached")  # it is in no Market Street
    keep(first, "sites-search", only)
    second.keyboard.press("Escape")
    open_site(second, "linden")
    second.get_by_test_id("history").get_by_role("row").nth(1).wait_for()
    keep(second, "sites-card", only)
    for page in (first, second):
        open_site(page, "anderby")
        page.keyboard.press("e")
        page.get_by_test_id("contact-0").click()
    keep(second, "sites-contacts", only)
    first.get_by_test_id("tab-schedules").click()
    keep(first, "sites-week", only)
    first.get_by_test_id("tab-contacts").click()
    first.get_by_test_id("contact-0").click()
    first.get_by_test_id("contact-0-number-0").fill("07700 900 065")
    second.get_by_test_id("contact-0-number-0").fill("07700 900 068")
    second.get_by_test_id("contact-0-name").fill("Nils Anderby jun.")
    second.keyboard.press("Control+Enter")
    second.get_by_test_id("edit-state").get_by_text("Saved").wait_for()
    first.keyboard.press("Control+Enter")
    first.get_by_test_id("meeting").wait_for()
    keep(first, "sites-two-editors", only)
    first.get_by_test_id("edit-discard").click()


def open_site(page: Page, words: str) -> None:
    page.keyboard.press("s")
    page.get_by_test_id("site-find").fill(words)
    page.locator("[data-testid=site-list] [role=option]", has_text=words.title()).first.click()
    page.get_by_test_id("site-brief").wait_for()


def holder(browser: Browser, only: Sequence[str]) -> None:
    """What the holder of a site reads of it, on a phone: of a centre of its own, since the demo has operators alone."""
    with TemporaryDirectory(prefix="belfry-pictures-") as folder, one_site(Path(folder)) as url:
        page = browser.new_context(viewport=PHONE, locale="en-GB", timezone_id="Europe/London").new_page()
        page.goto(url)
        page.get_by_test_id("name").fill(HOLDER)
        page.get_by_test_id("password").fill(PASSWORD)
        page.get_by_test_id("signin-go").click()
        page.get_by_test_id("confirmed-at").wait_for()
        keep(page, "sites-holder", only)


ZONES: Final = """\
Acct No,Zone Nr,Zone Desc,Alarm Type,Colour
5201,1,Shop door,intrusion,red
5201,2,Store room,smoke,blue
5201,3,Under the counter,panic,red
"""


def sheet(browser: Browser, only: Sequence[str]) -> None:
    """The dry run of a file of another system, with a value that nobody here knows."""
    with TemporaryDirectory(prefix="belfry-pictures-") as folder, one_site(Path(folder)) as url:
        page = browser.new_context(viewport=DESK, locale="en-GB", timezone_id="Europe/London").new_page()
        page.goto(url)
        page.get_by_test_id("name").fill(HEAD)
        page.get_by_test_id("password").fill(PASSWORD)
        page.get_by_test_id("signin-go").click()
        page.get_by_test_id("sound-play").click()
        page.get_by_test_id("sound-heard").click()
        page.get_by_test_id("nav-sites").click()
        page.get_by_test_id("nav-in-import").click()
        page.get_by_test_id("sheet-file").set_input_files(
            {"name": "zones.csv", "mimeType": "text/csv", "buffer": ZONES.encode()}
        )
        page.get_by_test_id("sheet-list-problems").wait_for()
        keep(page, "import", only)


DOOR: Final = '[[receiver]]\ntype = "http"\nname = "webhooks"\nlisten = "127.0.0.1:0"\n'
FITTED: Final = """async () => {
  const { csrf } = await (await fetch('/api/v1/session')).json();
  const ask = async (path, body) => (await fetch('/api/v1' + path, body && {
    method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Belfry-CSRF': csrf }, body: JSON.stringify(body),
  })).json();
  const account_id = (await ask('/accounts?search=5201')).items[0].id;
  const at = { account_id, receiver: 'webhooks' };
  const point = (name, zone) => ({ points: [{ point: name, zone }] });
  await ask('/devices', { ...at, wire: 'isapi', address: 'yard-1', name: 'Back yard camera', ...point('*', '61') });
  const fridge = { wire: 'chirpstack', address: 'a84041', name: 'Vaccine fridge' };
  await ask('/devices', { ...at, ...fridge, ...point('temp', '12') });
  const smoke = await ask('/devices', { ...at, wire: 'shelly', address: 'smoke-1', name: 'Smoke, store room' });
  const door = (await ask('/centre')).receivers.find((one) => one.name === 'webhooks');
  return `http://${door.listen}${(await ask(`/devices/${smoke.id}/secret`, {})).path}`;
}"""
"""Registers three devices, and says of the smoke detector where it posts."""


def devices(browser: Browser, only: Sequence[str]) -> None:
    """The list of devices, and on a phone what a smoke detector says while it is put into service."""
    with TemporaryDirectory(prefix="belfry-pictures-") as folder, one_site(Path(folder), DOOR) as url:
        context = browser.new_context(viewport=DESK, locale="en-GB", timezone_id="Europe/London")
        page = context.new_page()
        page.goto(url)
        page.get_by_test_id("name").fill(HEAD)
        page.get_by_test_id("password").fill(PASSWORD)
        page.get_by_test_id("signin-go").click()
        page.get_by_test_id("sound-play").click()
        page.get_by_test_id("sound-heard").click()
        page.get_by_test_id("nav-sites").click()
        address = page.evaluate(FITTED)
        page.get_by_test_id("nav-in-devices").click()
        page.get_by_test_id("device-smoke-1").wait_for()
        keep(page, "devices", only)
        page.get_by_test_id("device-smoke-1").click()
        page.get_by_test_id("listen").click()
        page.locator("[data-testid=listen-state][data-state=on]").wait_for()
        told = {"method": "NotifyStatus", "params": {"smoke:0": {"id": 0, "alarm": True}}}
        context.request.post(address, data=told)
        page.get_by_test_id("heard").wait_for()
        page.set_viewport_size(PHONE)
        page.get_by_test_id("listening").scroll_into_view_if_needed()
        page.get_by_test_id("listening").evaluate("(one) => one.scrollIntoView()")
        keep(page, "devices-listen", only)


@contextmanager
def one_site(folder: Path, more: str = "") -> Iterator[str]:
    """A centre with the demo's pharmacy and its holder; gives its address. `more` are further settings."""
    card = cards(datetime.now(UTC))["pharmacy"]
    registry = Registry.open(folder / "data")
    file = registry.add(
        {"account": "5201", "name": "Pharmacy Anderby", "address": "22 Market Street", "type": "shop",
         "time_zone": TIME_ZONE},
        by="pictures", change=card.change,
    )  # fmt: skip
    registry.users.add(HOLDER, Role.HOLDER, PASSWORD, by="pictures", tenants=[file.account.id])
    registry.users.add(HEAD, Role.SUPERVISOR, PASSWORD, by="pictures")
    registry.close()
    config = folder / "belfry.toml"
    settings = 'name = "Harbour control"\ndata = "data"\n[console]\nlisten = "127.0.0.1:0"\n'
    config.write_text(settings + more, encoding="utf-8")
    with serving(["serve", "--config", str(config)]) as said:
        yield said.removeprefix("console: ")


def write(page: Page, note: str) -> None:
    """A note on the incident in hand."""
    page.get_by_test_id("incident-state").get_by_text("Taken by you").wait_for()
    page.keyboard.press("m")
    page.keyboard.type(note)
    page.keyboard.press("Control+Enter")
    page.get_by_test_id("timeline").get_by_text(note).wait_for()
    page.keyboard.press("Escape")


def other_pages(browser: Browser, url: str, signed_in: Page, only: Sequence[str]) -> None:
    """Forms, tools and the way in, as whoever is signed in on another page sees them."""
    context = browser.new_context(viewport=FORM, color_scheme="light", locale="en-GB", timezone_id="Europe/London")
    session = signed_in.context.cookies()[0]
    context.add_cookies([{"name": session["name"], "value": session["value"], "url": url}])
    page = context.new_page()
    page.goto(f"{url}report")
    allow_sound(page)
    fill_report(page)
    keep(page, "report", only)
    page.get_by_test_id("nav-call").click()
    fill_call(page)
    keep(page, "call", only)
    page.get_by_test_id("nav-decode").click()
    page.get_by_test_id("frames").fill(FRAMES)
    page.get_by_test_id("decode-go").click()
    page.get_by_test_id("decoded").nth(1).wait_for()
    keep(page, "decode", only)
    page.get_by_test_id("nav-overview").click()
    page.get_by_test_id("lost").wait_for()
    keep(page, "overview", only)
    closed(page, only)
    on_test(browser, page, url, only)
    page.get_by_test_id("user-menu").click()
    page.get_by_test_id("sign-out").click()
    page.get_by_test_id("signin").wait_for()
    keep(page, "signin", only)


CLOSE_SOME: Final = """\
async () => {
  const json = async (path, body) => (await fetch('/api/v1' + path, body && {
    method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', 'X-Belfry-CSRF': csrf },
  })).json();
  const { csrf } = await (await fetch('/api/v1/session')).json();
  const ends = [['false_alarm', 'user_mistake'], ['technical_fault', 'low_battery'], ['weather', 'storm']];
  const { items } = await json('/incidents?state=waiting&limit=100');
  for (const [n, { id, version }] of items.slice(-6).entries()) {
    let { version: taken, signals_seq } = await json(`/incidents/${id}/take`, { version });
    for (const step of (await json(`/incidents/${id}/plan`)).owed ?? []) {
      ({ version: taken } = await json(`/incidents/${id}/skip`, { version: taken, step, reason: 'Told by radio.' }));
    }
    const [disposition, cause] = ends[n % ends.length];
    const seen = { version: taken, seen_upto: signals_seq, disposition, cause };
    await json(`/incidents/${id}/close`, { ...seen, reason: 'Somebody is on his way.' });
  }
}
"""


def closed(page: Page, only: Sequence[str]) -> None:
    """What is over, once somebody closed a few."""
    page.evaluate(CLOSE_SOME)
    rows = page.get_by_test_id("closed-row")
    while rows.count() < 3:  # the archive is a second behind
        page.get_by_test_id("nav-overview").click()
        page.get_by_test_id("nav-closed").click()
        page.wait_for_timeout(500)
    page.keyboard.press("ArrowDown")
    keep(page, "closed", only)


def on_test(browser: Browser, page: Page, url: str, only: Sequence[str]) -> None:
    """The list with a test unfolded, and a technician's own page on a phone, signed in with a code of its own."""
    page.get_by_test_id("nav-on-test").click()
    page.locator("[data-row]").first.click()
    page.get_by_test_id("came").first.wait_for()
    keep(page, "on-test", only)
    page.get_by_test_id("new-test").click()
    page.get_by_test_id("test-site").fill("bakery")
    page.locator("[data-testid^=pick-]").first.click()
    page.get_by_test_id("who-issue").check()
    page.get_by_test_id("put-on").click()
    code = page.get_by_test_id("code").inner_text()
    context = browser.new_context(viewport=PHONE, color_scheme="light", locale="en-GB", timezone_id="Europe/London")
    phone = context.new_page()
    phone.goto(f"{url}tech")
    phone.get_by_test_id("tech-code").fill(code)
    phone.get_by_test_id("tech-go").click()
    phone.get_by_test_id("expected").fill("1-4")
    phone.get_by_test_id("tech-begin").click()
    phone.get_by_test_id("missing").wait_for()
    keep(phone, "technician", only)
    phone.get_by_test_id("tech-end").click()
    phone.get_by_test_id("tech-leave").click()
    context.close()
    page.get_by_test_id("cancel").click()


def fill_report(page: Page) -> None:
    page.get_by_test_id("likely-TECH.WATER").or_(page.locator(".tile", has_text="Water leak")).first.click()
    page.get_by_test_id("where-other").click()
    page.get_by_test_id("place-text").click()
    page.get_by_test_id("place-words").fill("Quay Street, at the lock")
    page.locator("summary").first.click()
    page.get_by_test_id("note").fill("Water is coming up through the road, two drains lifted.")


def fill_call(page: Page) -> None:
    page.get_by_test_id("taking-new").click()
    page.get_by_test_id("taking-where").fill("Hill Road 12, third floor")
    page.get_by_test_id("taking-found").last.click()
    page.get_by_test_id("taking-fire").click()
    page.get_by_test_id("taking-building").click()
    page.get_by_test_id("taking-yes").click()
    page.get_by_test_id("note").fill("Smoke on the stairs, two people at the window.")
    page.get_by_test_id("caller-name").fill("Neighbour opposite")
    page.get_by_test_id("caller-number").fill("01632 960 204")
    page.get_by_test_id("taking-what").focus()
    page.get_by_test_id("taking-kept").get_by_text("Kept").wait_for()
    page.locator("main").evaluate("(main) => { main.scrollTop = 0; }")


def size_of(page: Page) -> ViewportSize:
    size = page.viewport_size
    assert size is not None
    return size


HELD: Final = 4
"""Lines of a storm's list that are waited for."""


def storm(page: Page, only: Sequence[str]) -> None:
    """What a storm holds back while it runs, as whoever may end it sees it; and the point that runs away."""
    if only and "storm" not in only:
        return
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    page.get_by_test_id("held").nth(HELD - 1).wait_for(timeout=1_000 * WAITS_AT_MOST_S)
    keep(page, "storm", only)


def shift(page: Page, only: Sequence[str]) -> None:
    """Two fires close by as one case, the sheet of a shift, and somebody who practises."""
    if only and not {"merged", "handover", "handover-sign", "training"} & {*only}:
        return
    page.goto(f"{page.url.partition('?')[0].rstrip('/')}/?incident={page.evaluate(MERGE)}")
    page.get_by_test_id("merged").wait_for()
    allow_sound(page)
    page.locator("[data-testid=connection][data-state=connected]").wait_for()
    keep(page, "merged", only)
    page.keyboard.press("Shift+H")
    page.get_by_test_id("handover-words").wait_for()
    keep(page, "handover-sign", only)
    page.keyboard.press("Control+Enter")
    page.get_by_test_id("handover-signed").wait_for()
    page.keyboard.press("Escape")
    page.get_by_test_id("queue").wait_for()
    page.keyboard.press("Shift+H")
    page.get_by_test_id("handover-text").fill(LEFT)
    keep(page, "handover", only)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+T")
    page.get_by_test_id("train-shop").click()
    page.get_by_test_id("training-banner").wait_for()
    page.keyboard.press("Shift+T")
    page.get_by_test_id("training-end").first.wait_for()
    keep(page, "training", only)
    page.get_by_test_id("training-end").first.click()


LEFT: Final = "The guard at the kiosk is late: ask him again at three."
MERGE: Final = """async () => {
  const { csrf } = await (await fetch('/api/v1/session')).json();
  const ask = async (path, body) => (await fetch(`/api/v1${path}`, body && {
    method: 'POST', body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', 'X-Belfry-CSRF': csrf },
  })).json();
  const { items } = await ask('/incidents?state=open&limit=1000');
  const at_school = (row) => row.method === 'equipment' && row.site?.name === 'Linden School';
  const lead = items.find(at_school) ?? items.find((row) => row.neighbours > 0);
  let { version, siblings, neighbours_open, acts } = await ask(`/incidents/${lead.id}`);
  if (acts.includes('take')) await ask(`/incidents/${lead.id}/take`, { version });
  else if (acts.includes('takeover')) await ask(`/incidents/${lead.id}/takeover`, { version, reason: 'One case' });
  const [other] = [...siblings.filter((row) => row.id !== lead.id && row.method === 'call'), ...neighbours_open];
  const seen = await ask(`/incidents/${other.id}`); // what is open at a site is taken together
  await ask(`/incidents/${other.id}/merge`, { version: seen.version, into: lead.id, reason: 'One case' });
  return lead.id;
}"""
"""Takes the fire at the school, merges the neighbour's call into it, and says which it is."""


def supervision(browser: Browser, url: str, only: Sequence[str]) -> None:
    """The board, once the bakery is late and the provider has failed, and the outage's own incident; that takes some
    four minutes of the demo."""
    if only and not {"supervision", "outage"} & {*only}:
        return
    page = visit(browser, url, DESK, "light")
    page.get_by_test_id("nav-supervision").click()
    page.get_by_test_id("list-outages").wait_for(timeout=2_000 * WAITS_AT_MOST_S)
    page.wait_for_timeout(8_000)  # until the last of them is silent
    keep(page, "supervision", only)
    page.get_by_test_id("list-outages").get_by_role("link").first.click()
    page.get_by_test_id("outage-now").wait_for()
    keep(page, "outage", only)


def keep(page: Page, name: str, only: Sequence[str]) -> None:
    if only and name not in only:
        return
    file = FOLDER / f"{name}.png"
    page.mouse.move(1, size_of(page)["height"] - 1)  # nothing is to look pointed at
    file.write_bytes(shrink(page.screenshot()))
    print(f"{file.relative_to(FOLDER.parents[1])}  {file.stat().st_size // 1024} kB")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
