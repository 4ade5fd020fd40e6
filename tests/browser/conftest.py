"""A browser, and a centre that runs as it does for everybody: its own process, its own ports, the built console."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.house import House, serving
from tools import chromium

ROOT: Final = Path(__file__).resolve().parents[2]
BUILT: Final = ROOT / "src" / "belfry" / "web" / "static" / "index.html"

expect.set_options(timeout=20_000)  # a busy machine is no failure


@pytest.fixture(autouse=True)
def console_is_built() -> None:
    """These tests look at the console, so one that was never built is a failure and nothing to skip."""
    if not BUILT.is_file():
        pytest.fail(f"the console is not built: {BUILT.relative_to(ROOT)} is missing; run `make console`")


@pytest.fixture
async def browser(console_is_built: None) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium.executable(), args=list(chromium.ARGS))
        yield launched
        await launched.close()


@pytest.fixture
async def house(tmp_path: Path, console_is_built: None) -> AsyncIterator[House]:
    async with serving(tmp_path) as running:
        yield running
