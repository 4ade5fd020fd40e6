"""How a queue of ten thousand open incidents feels: one console in a headless Chromium, while signals stream in.

The incidents are written through the journal's own door, one at each account; a steady load changes the rows of some of
them for as long as it is looked at. Every time is the page's own (`performance.now`), so no clocks have to be related:
from a key to the beginning of the browser's frame after the one that shows what it did. A frame is the time between two
calls of `requestAnimationFrame` while the list is scrolled by a part of its height in each.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from bench import cells
from bench.fill import fill
from bench.measure import Figures, Say, Taken
from bench.rates import OURS
from bench.screen import NAME, PASSWORD, WAIT_MS, signed_in
from bench.subjects import CACHE, ROOT, Absent, Running, furnish, serving
from tools import chromium

STREAMED_ACCOUNTS: Final = 340
RATE: Final = 50
"""Signals a second while it is looked at."""
LOAD_AT_MOST_S: Final = 600
SCROLL_FRAMES: Final = 300
SCROLL_PX: Final = 230
"""Three rows a frame: nobody reads so quickly, and a wheel turned hard does it."""
MOVES: Final = 200
ACTS: Final = 10

FIRST_ROWS: Final = """\
(() => {
  window.seen = {};
  const look = () => {
    const row = document.querySelector('[data-testid^=row-]');
    if (!row) return;
    const at = () => performance.now();
    if (window.seen.first === undefined) requestAnimationFrame(() => (window.seen.first ??= at()));
    if (Number(row.getAttribute('aria-setsize')) < %d || window.seen.asked) return;
    window.seen.asked = true;
    requestAnimationFrame(() => (window.seen.all = at()));
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
})();
"""
"""Runs before the page does: when the first row was drawn, and when the list knew of all of them."""

SCROLL: Final = """\
([frames, step]) => new Promise((done) => {
  const list = document.querySelector('[data-testid=queue]');
  const took = [];
  let before = performance.now();
  const turn = (now) => {
    took.push(now - before);
    before = now;
    if (took.length > frames) return done(took.slice(1));
    list.scrollTop += took.length < frames / 2 ? step : -step;
    requestAnimationFrame(turn);
  };
  requestAnimationFrame((now) => { before = now; requestAnimationFrame(turn); });
})
"""

WATCH: Final = """\
() => {
  const list = document.querySelector('[data-testid=queue]');
  const state = () => {
    const row = list.querySelector('[aria-selected=true]');
    return row ? [row.dataset.testid, row.dataset.state] : ['', ''];
  };
  window.took = [];
  let pressed = null;
  let [was, before] = state();
  addEventListener('keydown', () => {
    pressed = performance.now();
    [was, before] = state();
  }, { capture: true });
  new MutationObserver(() => {
    const [now, after] = state();
    if (pressed === null || now === '' || (now === was && after === before)) return;
    const from = pressed;
    pressed = null;
    requestAnimationFrame(() => window.took.push(performance.now() - from));
  }).observe(list, { subtree: true, childList: true, attributes: true });
}
"""
"""Note how long each key took until the selected row is another one, or says another state."""


@dataclass(frozen=True)
class QueueScreen:
    incidents: int = 10_000
    name: str = "queue"

    @property
    def words(self) -> str:
        return f"{self.incidents:,} open incidents in the browser, {RATE} signals/s"

    def measure(self, rounds: int, say: Say) -> Mapping[str, Figures]:
        """Fill once, before the browser's loop runs; each round begins with a copy."""
        mine = Figures()
        try:
            with tempfile.TemporaryDirectory(dir=CACHE, prefix="queue-") as name:
                filled = Path(name)
                furnish(filled, accounts=self.incidents, staff=[NAME], password=PASSWORD)
                fill(filled, entries=0, waiting=self.incidents, say=say)
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(
                        executable_path=chromium.executable(), args=list(chromium.ARGS)
                    )
                    for _ in range(rounds):
                        mine.rounds.append(_round(browser, filled, self.incidents, say))
                    browser.close()
        except (Absent, Error) as error:
            mine.absent = str(error).strip().splitlines()[0]
            say(f"  {mine.absent}")
        return {OURS: mine}

    def lines(self, figures: Mapping[str, Figures]) -> Iterator[Sequence[str]]:
        mine = figures[OURS]
        if not mine.rounds:
            yield cells.line(self.words, OURS, cells.time_ms(mine, "first_ms"))
            return
        yield cells.line(self.words, "first row", cells.time_ms(mine, "first_ms"), goal="≤ 2 s")
        yield cells.line("", "all rows", cells.time_ms(mine, "all_ms"))
        for words, name, goal in (
            ("a frame of scrolling", "frame", "p99 ≤ 33 ms"),
            (f"key to row, {MOVES} moves down", "move", "p99 ≤ 100 ms"),
            ("key to row, take and hold", "act", "p99 ≤ 500 ms"),
        ):
            p99 = cells.time_ms(mine, f"{name}_p99_ms")
            yield cells.line("", words, f"p50 {cells.time_ms(mine, f'{name}_p50_ms')}", p99=p99, goal=goal)


def _round(browser: Browser, filled: Path, incidents: int, say: Say) -> Taken:
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="queue-") as name:
        folder = Path(name)
        shutil.copytree(filled, folder, dirs_exist_ok=True)
        with serving(folder) as running, signed_in(browser, running) as page:
            taken = _looked_at(page, running, incidents)
    told = ", ".join(f"{name.removesuffix('_ms')} {value:.0f}" for name, value in taken.items())
    say(f"  {told} ms")
    return taken


def _looked_at(page: Page, running: Running, incidents: int) -> Taken:
    page.add_init_script(FIRST_ROWS % incidents)
    with _streaming(running):
        page.reload()
        page.wait_for_function("() => window.seen.all !== undefined", timeout=WAIT_MS * 4)
        seen: dict[str, float] = page.evaluate("window.seen")
        frames: list[float] = page.evaluate(SCROLL, [SCROLL_FRAMES, SCROLL_PX])
        page.evaluate(WATCH)
        moves = _keys(page, ["ArrowDown"] * MOVES)
        acts = _acts(page)
    return {
        "first_ms": seen["first"],
        "all_ms": seen["all"],
        **middle_and_p99("frame", frames),
        **middle_and_p99("move", moves),
        **middle_and_p99("act", acts),
    }


def _keys(page: Page, keys: Sequence[str]) -> Sequence[float]:
    """Press each key when the one before it is seen in the list; how long each took, in ms."""
    for key in keys:
        seen: int = page.evaluate("window.took.length")
        page.keyboard.press(key)
        page.wait_for_function("(seen) => window.took.length > seen", arg=seen)
    took: list[float] = page.evaluate("window.took.splice(0)")
    return took


def _acts(page: Page) -> Sequence[float]:
    """Take the next row below and hold it for five minutes, some times."""
    took: list[float] = []
    for _ in range(ACTS):
        page.keyboard.press("ArrowDown")
        page.wait_for_function("() => window.took.length > 0")
        page.evaluate("window.took.splice(0)")
        took += _keys(page, ["t"])
        expect(page.get_by_test_id("act-hold")).to_be_enabled()
        page.keyboard.press("h")
        expect(page.get_by_test_id("hold-5")).to_be_focused()
        took += _keys(page, ["1"])
        expect(page.get_by_test_id("panel")).to_have_count(0)
    return took


def middle_and_p99(name: str, took: Sequence[float]) -> Mapping[str, float]:
    ordered = sorted(took)
    return {f"{name}_p50_ms": ordered[len(ordered) // 2], f"{name}_p99_ms": ordered[len(ordered) * 99 // 100]}


@contextmanager
def _streaming(running: Running) -> Iterator[None]:
    """A steady load at some of the sites until the end of the block: each signal changes a row."""
    words = [
        *(sys.executable, "-m", "bench.steady", "127.0.0.1", str(running.port), "--rate", str(RATE)),
        *("--accounts", str(STREAMED_ACCOUNTS), "--seconds", str(LOAD_AT_MOST_S), "--offset", "1"),
    ]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT) as process:
        try:
            yield
            if process.poll() is not None:
                raise Absent("the signals ended before it was looked at")
        finally:
            process.kill()
