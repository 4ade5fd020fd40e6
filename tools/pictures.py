"""Take the pictures of the guide anew, from the demo as it is after one minute.

    .venv/bin/python tools/pictures.py [--seed 1] [--only NAME ...]

The demo runs in a process of its own on free ports, with a seed, so that the same night is seen each time; only the
clocks differ. Four browsers look at it, each signed in as another operator: desk and phone, light and dark.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Final, Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # since this file is run by its path

from tools import chromium
from tools.png import shrink

Theme = Literal["light", "dark"]
FOLDER: Final = Path(__file__).resolve().parents[1] / "docs" / "pictures"
DESK: Final[ViewportSize] = {"width": 1440, "height": 900}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
FORM: Final[ViewportSize] = {"width": 1200, "height": 860}
LOOKED_AT_AFTER_S: Final = 62
WAITS_AT_MOST_S: Final = 240

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
        wait_until(begun + LOOKED_AT_AFTER_S)
        wait_for_a_dozen(desks["console-light"])
        for name in ("phone-light", "phone-dark"):
            keep(desks[name], name, asked.only)
        at_work(desks["console-light"], desks["console-dark"], asked.only)
        other_pages(browser, url, desks["phone-light"], asked.only)
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
    command = [sys.executable, "-c", "from belfry.cli import main; main()", "demo", "--port", "0", "--no-browser"]
    child = subprocess.Popen([*command, "--seed", str(seed)], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        url = child.stdout.readline().strip()
        if not url:
            raise SystemExit("the demo did not start; its words are above")
        yield url
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


def at_work(first: Page, second: Page, only: Sequence[str]) -> None:
    """Two operators take an emergency each, write what they did, and look at closing and holding."""
    first.locator("[data-testid^=row-]", has_text="Linden School").click()
    first.get_by_test_id("act-take").wait_for()
    first.keyboard.press("t")
    second.keyboard.press("n")
    write(first, "Fire brigade informed, two engines on their way.")
    write(second, "Police informed at once. The bank is not called.")
    keep(first, "console-light", only)
    keep(second, "console-dark", only)
    first.keyboard.press("c")
    first.get_by_test_id("disposition-genuine").wait_for()
    first.keyboard.press("1")
    first.get_by_test_id("cause-fire").wait_for()
    keep(first, "incident-light", only)
    second.keyboard.press("h")
    second.get_by_test_id("hold-signal").wait_for()
    keep(second, "incident-dark", only)


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
    page.get_by_test_id("user-menu").click()
    page.get_by_test_id("sign-out").click()
    page.get_by_test_id("signin").wait_for()
    keep(page, "signin", only)


def fill_report(page: Page) -> None:
    page.get_by_test_id("kind-find").fill("water")
    page.get_by_test_id("kind-find").press("ArrowDown")
    page.get_by_test_id("place-text").click()
    page.get_by_test_id("place-words").fill("Quay Street, at the lock")
    page.get_by_test_id("note").fill("Water is coming up through the road, two drains lifted.")


def fill_call(page: Page) -> None:
    page.get_by_test_id("kind-find").fill("smoke")
    page.get_by_test_id("kind-find").press("ArrowDown")
    page.get_by_test_id("place-words").fill("Hill Road 12, third floor")
    page.get_by_test_id("note").fill("Smoke on the stairs, two people at the window.")
    page.get_by_test_id("caller-name").fill("Neighbour opposite")
    page.get_by_test_id("caller-number").fill("01632 960 204")


def size_of(page: Page) -> ViewportSize:
    size = page.viewport_size
    assert size is not None
    return size


def keep(page: Page, name: str, only: Sequence[str]) -> None:
    if only and name not in only:
        return
    file = FOLDER / f"{name}.png"
    page.mouse.move(1, size_of(page)["height"] - 1)  # nothing is to look pointed at
    file.write_bytes(shrink(page.screenshot()))
    print(f"{file.relative_to(FOLDER.parents[1])}  {file.stat().st_size // 1024} kB")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
