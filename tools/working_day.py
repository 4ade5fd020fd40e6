"""Sit a working day: the demo at full load, one operator, by keyboard alone, and what it came to.

    .venv/bin/python -m tools.working_day [--minutes 60] [--rate 2] [--accounts 400] [--seed 1] [--out FILE]

The operator sees what stands on the page and presses keys, as fast as a hand does; nothing is clicked. Counted are the
keys from ring to closed by kind (what has to be typed, such as a reference, is counted apart), and noted is what goes
wrong: errors of the page, answers of 400 and more, rows that stay although they are over, keys that would land in a
field that nobody opened, and the memory of the page. The demo's clock is the wall's, so an hour takes an hour.
"""

import argparse
import json
import random
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, Final

from playwright.sync_api import ConsoleMessage, Page, Response, sync_playwright
from playwright.sync_api import TimeoutError as TookTooLong

from tools import chromium
from tools.pictures import DESK, allow_sound, serving

THINKS_MS: Final = 140
"""Between two keys whose meaning is known."""
READS_MS: Final = 650
"""Before the answer to a question that has just been shown; the page takes no faster one for an answer."""
SHOWN_WITHIN_MS: Final = 8_000
STEPS_MOST: Final = 25
LOOKS_EVERY_S: Final = 60.0
ROUND_EVERY: Final = 12
"""Incidents from one look at the other pages to the next."""
STALE_MS: Final = 3_000
FIRST_OUTCOME: Final = 0.8
"""How often the first outcome of a step is what came of it; otherwise the second."""
ROUND: Final = (("p", "on-test"), ("u", "supervision"), ("x", "storm"), ("f", "floor"), ("s", "sites"))

SEES: Final = """\
() => {
  const of = (name) => document.querySelector(`[data-testid=${name}]`);
  const pane = of('incident'), step = of('plan-now'), at = document.activeElement;
  const title = pane?.querySelector('.line');
  return {
    id: pane?.dataset.id ?? null,
    state: of('incident-state')?.textContent?.trim() ?? null,
    kind: (title?.textContent?.match(/[A-Z]{2,5}(\\.[A-Z0-9]+)+/) ?? [null])[0],
    step: step?.dataset.step ?? null, begun: step?.dataset.begun === 'true',
    outcomes: step?.querySelectorAll('[data-testid^=outcome-]').length ?? 0,
    waits: !!of('plan-hold'), finished: !!of('plan-finished'), owed: !!of('plan-owed'), early: !!of('plan-early'),
    wants: ['reference', 'minutes', 'reason', 'override'].find((one) => of(`plan-${one}`)) ?? null,
    panel: !!of('panel'), proposals: !!of('proposals'), failed: of('plan-failed')?.textContent?.trim() ?? null,
    lacks: of('panel')?.querySelector('[role=alert]')?.textContent?.trim() ?? null,
    field: at?.tagName === 'TEXTAREA' || (at?.tagName === 'INPUT' && !['radio', 'checkbox'].includes(at.type)),
    focus: at === document.body ? 'body' : (at?.dataset?.testid ?? at?.id ?? at?.tagName),
  };
}
"""

Sight = dict[str, Any]


@dataclass
class Day:
    """What was counted and what went wrong."""

    keys: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    typed: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    seconds: list[float] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    stuck: list[str] = field(default_factory=list)
    """Where no key led on, with what was seen."""
    in_a_field: Counter[str] = field(default_factory=Counter)
    """After which act a field had the focus that nobody opened."""
    stay: Counter[str] = field(default_factory=Counter)
    memory: list[dict[str, float]] = field(default_factory=list)


class Operator:
    def __init__(self, page: Page, day: Day, seed: int) -> None:
        self._page, self._day, self._dice = page, day, random.Random(seed)
        self._pressed = self._typed = 0
        self._assigned: str | None = None

    # -- hands and eyes

    def press(self, key: str, *, after_ms: int = THINKS_MS) -> None:
        self._page.wait_for_timeout(after_ms)
        self._page.keyboard.press(key)
        self._pressed += 1

    def write(self, text: str) -> None:
        self._page.keyboard.type(text, delay=15)
        self._typed += len(text)

    def wait(self, ms: int) -> None:
        self._page.wait_for_timeout(ms)

    def see(self) -> Sight:
        seen: Sight = self._page.evaluate(SEES)
        return seen

    def until(self, script: str, arg: object = None, within_ms: int = SHOWN_WITHIN_MS) -> bool:
        try:
            self._page.wait_for_function(script, arg=arg, timeout=within_ms)
        except TookTooLong:
            return False
        return True

    # -- one incident

    def work(self) -> bool:
        """Take the next one and bring it to an end; False where nothing waits."""
        self._pressed = self._typed = 0
        before = self.see()["id"]
        begun = monotonic()
        self.press("n")
        taken = (
            "(before) => { const pane = document.querySelector('[data-testid=incident]');"
            " return pane?.dataset.id && pane.dataset.id !== before"
            " && document.querySelector('[data-testid=incident-state]')?.textContent.includes('Taken by you'); }"
        )
        if not self.until(taken, before, 2_500):
            return False
        sight = self.see()
        kind = sight["kind"] or "?"
        how = self._to_its_end(sight["id"])
        self._day.ended[how] += 1
        if how in ("closed", "held"):
            self._day.keys[f"{kind} {how}"].append(self._pressed)
            self._day.typed[f"{kind} {how}"].append(self._typed)
            self._day.seconds.append(monotonic() - begun)
        self._page.wait_for_timeout(200)
        after = self.see()
        if after["field"]:
            self._day.in_a_field[f"{how}: {after['focus']}"] += 1
            self.press("Escape")
        return True

    def _to_its_end(self, id_: str) -> str:
        self.until("() => document.querySelector('[data-testid=plan-now], [data-testid=plan-finished]')", None, 2_000)
        last: tuple[Any, ...] = ()
        same = 0
        for _ in range(STEPS_MOST):
            sight = self.see()
            if sight["id"] != id_ or "Taken by you" not in (sight["state"] or ""):
                return self._over(sight)
            now = (sight["step"], sight["begun"], sight["wants"], sight["panel"], sight["failed"], sight["owed"])
            same = same + 1 if now == last else 0
            last = now
            if same > 3:
                break
            self._go_on(sight)
            self._page.wait_for_timeout(250)
        self._day.stuck.append(json.dumps(self.see(), ensure_ascii=False))
        self.press("r")  # gives it back, with its age
        self._page.wait_for_timeout(600)
        self.press("Escape")
        self.press("Escape")
        return "stuck"

    def _over(self, sight: Sight) -> str:
        state = sight["state"] or ""
        return (
            "closed" if "Closed" in state or "losed" in state else "held" if "Held" in state else f"left: {state[:20]}"
        )

    def _go_on(self, sight: Sight) -> None:
        if sight["wants"]:
            self._give(sight["wants"])
        elif sight["panel"]:
            self._close(sight)
        elif sight["proposals"] and self._assigned != sight["id"]:
            self._assigned = sight["id"]
            self.press("1", after_ms=READS_MS)
            self.press("Enter", after_ms=READS_MS)
        elif sight["step"] is None or sight["finished"]:
            self.press("c")
        elif sight["waits"]:
            self.press("d", after_ms=READS_MS)
            self._reason_for_hold()
        elif sight["begun"]:
            many = sight["outcomes"] > 1
            self.press("1" if not many or self._dice.random() < FIRST_OUTCOME else "2", after_ms=READS_MS)
            if self.see()["early"]:
                self.press("d", after_ms=READS_MS)
        else:
            self.press("d", after_ms=READS_MS)

    def _give(self, what: str) -> None:
        self._page.wait_for_timeout(THINKS_MS)
        self.write({"reference": "CF-2231", "minutes": "10"}.get(what, "Said on the telephone"))
        self.press("Enter")

    def _reason_for_hold(self) -> None:
        self._page.wait_for_timeout(400)
        sight = self.see()
        if sight["panel"] and sight["field"]:
            self.write("Waiting for the restore")
            self.press("Control+Enter")

    def _close(self, sight: Sight) -> None:
        """A digit for what it was, one for its cause, and the words that it asks for."""
        self.press(self._dice.choice("2345"))
        self.press("1")
        self._page.wait_for_timeout(150)
        if self.see()["field"]:
            self.write("Seen and said on the telephone")
        self.press("Control+Enter")
        self.until("() => !document.querySelector('[data-testid=panel]')", None, 2_500)
        if self.see()["panel"]:  # this ending does not happen to this kind: what happens to all
            self.press("0")
            self.press("Control+Enter")
            self._page.wait_for_timeout(500)

    # -- around it

    def note(self) -> None:
        self.press("m")
        self.write("Called back, all is well.")
        self.press("Control+Enter")
        self._page.wait_for_timeout(500)
        if self.see()["field"] and self.see()["focus"] != "note":
            self._day.in_a_field[f"note: {self.see()['focus']}"] += 1
        self.press("Escape")

    def round(self) -> None:
        """The other pages, and back with Esc."""
        for key, page in ROUND:
            self.press(key)
            if not self.until("(page) => location.pathname.startsWith(`/${page}`)", page, STALE_MS):
                self._day.stuck.append(f"{key} led to {self._page.url}")
            self._page.wait_for_timeout(700)
            self.press("Escape")
            if not self.until("() => location.pathname === '/'", None, STALE_MS):
                self._day.stuck.append(f"Escape on {page} stayed at {self._page.url}, focus {self.see()['focus']}")
                self._page.keyboard.press("Escape")
                if not self.until("() => location.pathname === '/'", None, STALE_MS):
                    self._page.goto(self._page.url.split("/", 3)[0] + "//" + self._page.url.split("/", 3)[2] + "/")

    def hand_over(self) -> bool:
        """Sign the sheet of the shift before where it waits, and write one's own."""
        self.press("Escape")
        self.press("Shift+H")
        if not self.until("() => document.querySelector('[data-testid=handover-text]')"):
            return False
        if self._page.get_by_test_id("handover-later").is_visible():
            self._page.wait_for_timeout(READS_MS)
            self.press("Control+Enter")
            self._page.wait_for_timeout(2_000)
            if self.see()["field"]:
                self._day.in_a_field[f"handover signed: {self.see()['focus']}"] += 1
            self.press("Escape")
            self.until("() => location.pathname === '/'", None, STALE_MS)
            self.press("Shift+H")
        if not self.until("() => document.querySelector('[data-testid=handover-text]')"):
            self._day.stuck.append(f"no sheet to write at {self._page.url}: {self.see()}")
            return False
        self._page.wait_for_timeout(READS_MS)
        for _ in range(12):  # by Tab into its field
            if self.see()["focus"] == "handover-text":
                break
            self.press("Tab")
        self.write("What is held wakes by itself; the shop's shutter sticks.")
        self.press("Control+Enter")
        return self.until("() => document.querySelector('[data-testid=handover-by]')")

    def look(self, since: float) -> None:
        """Memory of the page, and rows on it that the centre does not hold open any more."""
        self._page.evaluate("() => window.gc?.()")
        found = self._page.evaluate(
            """async () => {
              const rows = () => [...document.querySelectorAll('[data-testid^=row-]')];
              const shown = () => rows().map((row) => row.dataset.testid.slice(4));
              const before = shown();
              const answer = await fetch('/api/v1/incidents?state=open&limit=1000').then((said) => said.json());
              const open = new Set(answer.items.map((row) => row.id));
              await new Promise((go) => setTimeout(go, 2000));
              const after = new Set(shown());
              return { stay: before.filter((id) => after.has(id) && !open.has(id)), open: open.size,
                       heap: performance.memory?.usedJSHeapSize ?? 0,
                       nodes: document.getElementsByTagName('*').length };
            }"""
        )
        for row in found["stay"]:
            self._day.stay[row] += 1
        point = {"minute": round((monotonic() - since) / 60, 1), "open": found["open"]}
        self._day.memory.append(point | {"heap_mb": round(found["heap"] / 1e6, 1), "nodes": found["nodes"]})


def main(words: Sequence[str]) -> int:
    asked = options(words)
    day = Day()
    command = ["demo", "--port", "0", "--no-browser", "--seed", str(asked.seed)]
    command += ["--accounts", str(asked.accounts), "--rate", str(asked.rate)]
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    with serving(command) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.executable(),
            args=[*chromium.ARGS, "--js-flags=--expose-gc", "--enable-precise-memory-info"],
        )
        page = browser.new_context(viewport=DESK, locale="en-GB", timezone_id="Europe/London").new_page()
        watch(page, day)
        page.goto(url)
        allow_sound(page)
        page.locator("[data-testid=connection][data-state=connected]").wait_for()
        sit(Operator(page, day, asked.seed), day, asked.minutes * 60)
        page.screenshot(path=str(asked.out.with_suffix(".png")))
        browser.close()
    tell(day, asked)
    return 0


def sit(operator: Operator, day: Day, seconds: float) -> None:
    begun = monotonic()
    looked, done = 0.0, 0
    while monotonic() - begun < seconds:
        if not operator.work():
            operator.wait(1_000)
        else:
            done += 1
            if done % ROUND_EVERY == 0:
                operator.round()
            elif done % ROUND_EVERY == 6:
                operator.note()
        if monotonic() - looked > LOOKS_EVERY_S:
            operator.look(begun)
            looked = monotonic()
    day.ended["handover written" if operator.hand_over() else "handover not written"] += 1


def watch(page: Page, day: Day) -> None:
    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            day.errors.append(message.text[:300])

    def answered(answer: Response) -> None:
        if answer.status >= 400:
            path = "/".join("…" if len(part) > 20 or part.isdigit() else part for part in answer.url.split("/")[3:])
            day.refusals[f"{answer.status} {answer.request.method} {path.split('?')[0]}"] += 1

    page.on("console", said)
    page.on("pageerror", lambda error: day.errors.append(str(error)[:300]))
    page.on("response", answered)


def options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Sit a working day by keyboard alone.")
    parser.add_argument("--minutes", type=float, default=60.0, help="how long (default 60)")
    parser.add_argument("--rate", type=float, default=2.0, help="daily signals of the town, a second (default 2)")
    parser.add_argument("--accounts", type=int, default=400, help="sites of the town (default 400)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("build/working-day.json"))
    return parser.parse_args(words)


def tell(day: Day, asked: argparse.Namespace) -> None:
    rows = [
        {"incident": kind, "times": len(counts), "median": statistics.median(counts), "least": min(counts),
         "most": max(counts), "typed": statistics.median(day.typed[kind])}
        for kind, counts in sorted(day.keys.items(), key=lambda one: -len(one[1]))
    ]  # fmt: skip
    told = {
        "minutes": asked.minutes,
        "rate": asked.rate,
        "accounts": asked.accounts,
        "keys": rows,
        "seconds_median": round(statistics.median(day.seconds), 1) if day.seconds else None,
        "ended": day.ended,
        "errors": day.errors,
        "refusals": day.refusals,
        "stuck": day.stuck,
        "in_a_field": day.in_a_field,
        "stay": {row: times for row, times in day.stay.items() if times > 1},
        "memory": day.memory,
    }
    asked.out.write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")
    for row in rows:
        span = f"{row['least']}-{row['most']}"
        print(f"{row['times']:4}  {row['median']:5}  {span:8} +{row['typed']:<5} {row['incident']}")
    print(json.dumps({name: told[name] for name in ("ended", "refusals", "in_a_field", "stay")}, ensure_ascii=False))
    print(f"errors {len(day.errors)}, stuck {len(day.stuck)}, all of it in {asked.out}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
