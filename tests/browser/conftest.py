"""A browser, and a centre that runs as it does for everybody: its own process, its own ports, the built console.

How to write a cheap browser test. Two things cost: a sign-in (two seconds of a browser) and a look of axe-core at a
screen (half a second for `in_every_look`). A centre is nearly free: it is forked from a process that has the imports
done, in a folder that is copied, so every test has one of its own and none disturbs another.

- Ask for `house` (five sites, `anna` and `boris` as operators) and `browser`; never start `belfry` by hand. Other
  people or settings: `async with serving(tmp_path, staff={"sofia": Role.SUPERVISOR}, more=SETTINGS) as house`, or a
  fixture in your module that does so. Whoever is named there costs a password once for all tests of the process;
  `Registry.users.add` in a test costs it each time.
- One test tells one whole way, from the sign-in to what is kept; it does not begin anew for each screen on the way.
  Same screen in four languages or two widths: one sign-in, then go through them (`test_sites`, `fits`).
- Everything that need not be pressed goes through `house.api` (a supervisor's token) and `house.panel`.
- A rule of the server is a test in `tests/web` or `tests/stories`, a hundredth of the price.
- Wait for what shall be seen (`expect`), never for a time; where the console or the centre waits for one, set it short
  through `more` (`[rules]`), or do not look at it here.
"""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.house import House, serving
from tools import chromium

OWN_CERTIFICATES: Final = "--ignore-certificate-errors"
"""Of centres over HTTPS, made for one test: a service worker asks nobody whether it may trust one."""

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
BUILT: Final = ROOT / "src" / "belfry" / "web" / "static" / "index.html"

expect.set_options(timeout=20_000)  # a busy machine is no failure


@pytest.fixture(autouse=True)
def console_is_built() -> None:
    """These tests look at the console, so one that was never built is a failure and nothing to skip."""
    if not BUILT.is_file():
        pytest.fail(f"the console is not built: {BUILT.relative_to(ROOT)} is missing; run `make console`")


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """One loop for all of them, since they share a browser."""
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests: each opens windows of its own, which know nothing of each other."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=chromium.executable(), args=[*chromium.ARGS, OWN_CERTIFICATES]
        )
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path: Path, console_is_built: None) -> AsyncIterator[House]:
    async with serving(tmp_path) as running:
        yield running
