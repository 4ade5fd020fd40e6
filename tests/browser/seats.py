"""Operators at their desks: a browser of their own each, and what its loudspeaker was given."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, ViewportSize, expect

from tests.browser.house import PASSWORD

DESK: Final[ViewportSize] = {"width": 1440, "height": 900}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}

LISTEN: Final = """\
window.heard = [];
window.OscillatorNode = class extends window.OscillatorNode {
  constructor(context, options) {
    super(context, options);
    window.heard.push({ wave: options.type, pitch: options.frequency, running: context.state === 'running' });
  }
};
"""
"""Write down every tone that the page hands to the loudspeaker. The page itself is as it is for everybody."""

UNSENT: Final = """\
([name, users]) => new Promise((told, failed) => {
  const asked = indexedDB.open(name, 1);
  asked.onerror = () => failed(asked.error);
  asked.onupgradeneeded = () => failed(new Error('no store of that name'));
  asked.onsuccess = () => {
    const all = asked.result.transaction('unsent').objectStore('unsent').getAll();
    all.onerror = () => failed(all.error);
    all.onsuccess = () => (asked.result.close(), told(`${all.result.map((one) => one.user)}` === users));
  };
})
"""


@dataclass
class Seat:
    page: Page
    name: str
    errors: list[str] = field(default_factory=list)
    """What the page complained of; refusals of the server and a lost line are no faults of the page."""

    def __post_init__(self) -> None:
        self.page.on("console", self._complained)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _complained(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.errors.append(message.text)

    def of(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    def row(self, incident: str) -> Locator:
        return self.of(f"row-{incident}")

    @property
    def rows(self) -> Locator:
        return self.page.locator("[data-testid^=row-]")

    async def until_unsent(self, store: str, *users: str) -> None:
        """Until a store of the browser holds one unsent entry of each. The page after an update looks for it there."""
        await self.page.wait_for_function(UNSENT, arg=[store, ",".join(users)])

    async def leave_out(self, incident: str) -> None:
        """Skip whatever the plan of an incident demands, beside the screen: for what is about something else."""
        api, asks = f"{self.page.url.split('/', 3)[0]}//{self.page.url.split('/', 3)[2]}/api/v1", self.page.request
        csrf = (await (await asks.get(f"{api}/session")).json())["csrf"]
        while owed := (plan := await (await asks.get(f"{api}/incidents/{incident}/plan")).json())["owed"]:
            body = {"version": plan["version"], "step": owed[0], "reason": "Not told here"}
            answer = await asks.post(f"{api}/incidents/{incident}/skip", data=body, headers={"X-Belfry-CSRF": csrf})
            assert answer.ok, await answer.text()

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def type(self, text: str) -> None:
        await self.page.keyboard.type(text)

    async def expect_focus(self, name: str) -> None:
        await expect(self.of(name)).to_be_focused()

    async def sign_in(self, url: str) -> None:
        """Name, password, the forced sound test; ends at the desk with its stream open."""
        await self.page.goto(url)
        await self.of("name").fill(self.name)
        await self.of("password").fill(PASSWORD)
        await self.of("signin-go").click()
        await self.of("sound-play").click()
        await self.of("sound-heard").click()
        await self.expect_connected()

    async def expect_connected(self, *, timeout_s: float = 20) -> None:
        await expect(self.of("connection")).to_have_attribute("data-state", "connected", timeout=timeout_s * 1000)

    async def forget_tones(self) -> None:
        await self.page.evaluate("() => { window.heard.length = 0; }")

    async def tones(self) -> list[dict[str, Any]]:
        """Tones that the loudspeaker was given since they were last forgotten."""
        heard: list[dict[str, Any]] = await self.page.evaluate("() => window.heard")
        return heard

    async def expect_tone(self, wave: str, pitch: float) -> None:
        wanted = "([wave, pitch]) => window.heard.some((one) => one.wave === wave && one.pitch === pitch)"
        await self.page.wait_for_function(wanted, arg=[wave, pitch])
        assert all(tone["running"] for tone in await self.tones())


@asynccontextmanager
async def seat(browser: Browser, name: str, **looks: Any) -> AsyncIterator[Seat]:
    """A browser of its own: no cookie, no memory of another's. Its page must not have complained."""
    looks = {"viewport": DESK, "locale": "en-GB", "timezone_id": "Europe/London", **looks}
    context = await browser.new_context(**looks)
    context.set_default_timeout(20_000)
    await context.add_init_script(LISTEN)
    taken = Seat(await context.new_page(), name)
    try:
        yield taken
    finally:
        await context.close()  # a page that is left open goes on working beside the other tests
    assert taken.errors == []


async def incident_ids(page: Seat) -> list[str]:
    """The rows of the queue as they stand on the page, from the top."""
    ids: list[str] = await page.rows.evaluate_all("(rows) => rows.map((row) => row.dataset.testid.slice(4))")
    return ids
