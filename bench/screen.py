"""How long a signal takes from the wire to the screen: one real console in a headless Chromium, 19 streams beside it.

Each frame is an alarm of another zone at a site that has an incident already, so that it changes that incident's row:
the row says how many signals it has. What is looked at are the rows in view, of all the rows that change. A signal is
on the screen when its row says so and the next frame of the browser begins: by then the one with it is drawn.

The page stamps with its own clock (`performance.now`), the sender with the machine's monotonic one. They are related by
asking the page for its time again and again: its answer lies between question and answer, so half of the shortest of
these round trips is the error. It is asked before and after; how far the two differ is told as well.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Error, Page, ViewportSize, expect, sync_playwright

from belfry.ports.staff import Role
from belfry.registry import Registry
from bench import cells
from bench.dc09_blast import FIRST_ACCOUNT
from bench.measure import Figures, Say, Taken
from bench.rates import OURS
from bench.subjects import CACHE, ROOT, Absent, Running, furnish, serving
from tools import chromium

ACCOUNTS: Final = 340
"""At 500 a second each sends 88 a minute: beyond 100 a runaway would be told of as well."""
STREAMS_BESIDE: Final = 19
RATE: Final = 500
SCREEN: Final[ViewportSize] = {"width": 1440, "height": 900}
NAME: Final = "anna"
PASSWORD: Final = "correct horse battery"
ASKED: Final = 200
"""How often the page is asked for its time."""
WARM_UP_TURNS: Final = 4
"""A console is open all day: what is looked at begins when the page has seen a few changes."""
SETTLED_S: Final = 2.0
WAIT_MS: Final = 30_000

WATCH: Final = """\
() => {
  const list = document.querySelector('[data-testid=queue]');
  const box = list.getBoundingClientRect();
  const seen = [...list.querySelectorAll('[data-testid^=row-]')].filter((row) => {
    const at = row.getBoundingClientRect();
    return at.top >= box.top && at.bottom <= Math.min(box.bottom, innerHeight);
  });
  const counts = new Map(seen.map((row) => [row.dataset.testid, 0]));
  const countOf = (row) => {
    for (const chip of row.querySelectorAll('.chip')) {
      const said = /^([0-9,]+) signals?$/.exec(chip.textContent);
      if (said) return Number(said[1].replaceAll(',', ''));
    }
    return 1;
  };
  window.painted = [];
  const look = () => {
    const changed = [];
    for (const [id, before] of counts) {
      const row = list.querySelector(`[data-testid="${id}"]`);
      const now = row ? countOf(row) : before;
      if (now > before) {
        counts.set(id, now);
        changed.push([id.slice(4), now]);
      }
    }
    if (changed.length === 0) return;
    requestAnimationFrame(() => {
      const at = performance.now();
      for (const [id, count] of changed) window.painted.push([id, count, at]);
    });
  };
  new MutationObserver(look).observe(list, { subtree: true, childList: true, characterData: true });
  look();
  return [...counts.keys()].map((id) => id.slice(4));
}
"""
"""Note every change of the count of signals of the rows in view, at the beginning of the frame after it."""


@dataclass(frozen=True)
class Offset:
    """What to add to the page's clock to have the machine's; milliseconds, and how wrong that may be."""

    ms: float
    error_ms: float


@dataclass(frozen=True)
class Screen:
    seconds: float
    name: str = "screen"

    @property
    def words(self) -> str:
        return f"signal on the wire to row on the screen, {RATE} signals/s, one browser and {STREAMS_BESIDE} streams"

    def measure(self, rounds: int, say: Say) -> Mapping[str, Figures]:
        mine = Figures()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium.executable(), args=list(chromium.ARGS))
                for _ in range(rounds):
                    mine.rounds.append(_round(browser, self.seconds, say))
                browser.close()
        except (Absent, Error) as error:
            mine.absent = str(error).strip().splitlines()[0]
            say(f"  {mine.absent}")
        return {OURS: mine}

    def lines(self, figures: Mapping[str, Figures]) -> Iterator[Sequence[str]]:
        mine = figures[OURS]
        p99 = cells.time_ms(mine, "p99_ms") if mine.rounds else ""
        reached = f"p50 {cells.time_ms(mine, 'p50_ms')}" if mine.rounds else cells.time_ms(mine, "p50_ms")
        yield cells.line(self.words, OURS, reached, p99=p99, cpu=cells.cpu(mine), goal="p99 ≤ 100 ms")
        if mine.rounds:
            error = max(max(taken["error_ms"], taken["drift_ms"]) for taken in mine.rounds)
            longest = max(taken["max_ms"] for taken in mine.rounds)
            looked_at = f"{mine.middle('samples'):,.0f} signals a round looked at, none missing"
            yield cells.line("", f"clocks within {error:.1f} ms", looked_at, p99=f"longest {longest:.0f} ms")


def _round(browser: Browser, seconds: float, say: Say) -> Taken:
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="screen-") as name:
        folder = Path(name)
        furnish(folder, accounts=ACCOUNTS, staff=[NAME], password=PASSWORD)
        tokens = _tokens(folder)
        with serving(folder) as running:
            _send(running, turns=1, after=0)  # the incidents whose rows are to change
            running.caught_up()
            with _listening(running, tokens) as beside, signed_in(browser, running) as page:
                taken = _watched(page, running, max(1, round(seconds * RATE / ACCOUNTS)))
                told = _end(beside)
    if told["streams"] != STREAMS_BESIDE:
        raise Absent(f"only {told['streams']} of the streams beside lasted")
    say(f"  p50 {taken['p50_ms']:.0f} ms, p99 {taken['p99_ms']:.0f} ms, longest {taken['max_ms']:.0f} ms")
    return {**taken, "rows_beside": told["rows"]}


def _watched(page: Page, running: Running, turns: int) -> Taken:
    """Send so many alarms of each account, and hold what the page wrote down against when they left."""
    _send(running, turns=WARM_UP_TURNS, after=1)
    running.caught_up()
    page.wait_for_timeout(SETTLED_S * 1_000)
    shown = dict.fromkeys(page.evaluate(WATCH), 1 + WARM_UP_TURNS)
    if not shown:
        raise Absent("no row is in view")
    index = _accounts(running)
    before = _offset(page)
    cpu_s = running.cpu_s()
    sent = _send(running, turns=turns, after=1 + WARM_UP_TURNS)
    cpu_s = running.cpu_s() - cpu_s
    page.wait_for_timeout(SETTLED_S * 1_000)
    after = _offset(page)
    took: list[float] = []
    for incident, count, at in page.evaluate("window.painted"):
        left = sent[index[incident]][shown[incident] - 1 - WARM_UP_TURNS : count - 1 - WARM_UP_TURNS]
        took += (at + before.ms - one * 1_000 for one in left)
        shown[incident] = max(count, shown[incident])
    missing = sum(1 + WARM_UP_TURNS + turns - count for count in shown.values())
    if missing:
        raise Absent(f"{missing} signals never came to the screen")
    took.sort()
    return {
        "p50_ms": took[len(took) // 2],
        "p99_ms": took[len(took) * 99 // 100],
        "max_ms": took[-1],
        "samples": len(took),
        "error_ms": max(before.error_ms, after.error_ms),
        "drift_ms": abs(after.ms - before.ms),
        "cpu_us": cpu_s / (turns * ACCOUNTS) * 1e6,
    }


def _offset(page: Page) -> Offset:
    """Relate the page's clock to this machine's monotonic one."""
    best = Offset(0.0, float("inf"))
    for _ in range(ASKED):
        asked = time.perf_counter() * 1_000
        said: float = page.evaluate("performance.now()")
        heard = time.perf_counter() * 1_000
        if (heard - asked) / 2 < best.error_ms:
            best = Offset((asked + heard) / 2 - said, (heard - asked) / 2)
    return best


# -- who takes part ---------------------------------------------------------------------------------------------------


def _tokens(folder: Path) -> Sequence[str]:
    """One for each stream: a person may have a few only."""
    registry = Registry.open(folder / "data")
    try:
        return [
            registry.tokens.issue(Role.OPERATOR, name=f"desk {number}", hours=1, by="bench")
            for number in range(STREAMS_BESIDE)
        ]
    finally:
        registry.close()


@contextmanager
def _listening(running: Running, tokens: Sequence[str]) -> Iterator["subprocess.Popen[str]"]:
    words = [sys.executable, "-m", "bench.listeners", running.url]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write("".join(f"{token}\n" for token in (*tokens, "")))
            process.stdin.flush()
            if process.stdout.readline() != "listening\n":
                raise Absent("the streams beside did not open")
            yield process
        finally:
            process.kill()


def _end(beside: "subprocess.Popen[str]") -> Mapping[str, int]:
    assert beside.stdin is not None
    assert beside.stdout is not None
    beside.stdin.close()
    told: Mapping[str, int] = json.loads(beside.stdout.readline())
    return told


@contextmanager
def signed_in(browser: Browser, running: Running) -> Iterator[Page]:
    """An operator at the console, with its stream open."""
    context = browser.new_context(viewport=SCREEN, locale="en-GB", timezone_id="Europe/London")
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.goto(running.url.removesuffix("api/v1"))
    page.get_by_test_id("name").fill(NAME)
    page.get_by_test_id("password").fill(PASSWORD)
    for button in ("signin-go", "sound-play", "sound-heard"):
        page.get_by_test_id(button).click()
    expect(page.get_by_test_id("connection")).to_have_attribute("data-state", "connected", timeout=WAIT_MS)
    yield page
    context.close()


def _send(running: Running, *, turns: int, after: int) -> Sequence[Sequence[float]]:
    """Let every account send so many alarms, at the rate of all; returns when each of them left."""
    words = [
        *(sys.executable, "-m", "bench.steady", "127.0.0.1", str(running.port), "--accounts", str(ACCOUNTS)),
        *("--rate", str(RATE), "--seconds", str(turns * ACCOUNTS / RATE), "--offset", str(after)),
    ]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    told: Any = json.loads(done.stdout)
    if told["answered"] != turns * ACCOUNTS:
        raise Absent(f"{told['answered']} of {turns * ACCOUNTS} signals were answered")
    sent: Sequence[Sequence[float]] = told["sent"]
    return sent


def _accounts(running: Running) -> Mapping[str, int]:
    """Which account, counted from 0, an incident is of."""
    headers = {"Authorization": f"Bearer {running.token}"}
    with urlopen(Request(f"{running.url}/incidents?state=open&limit=1000", headers=headers)) as answer:
        items = json.load(answer)["items"]
    return {row["id"]: int(row["account"]) - FIRST_ACCOUNT for row in items}
