"""Draws the icons that a telephone shows for the installed page: the bell of favicon.svg, as PNG.

    python -m tools.icons

Chromium draws them, as the tests have it at hand anyway. `icon` has round corners, `mask` is a full square with room
round the bell for whatever shape a telephone cuts, `badge` is white on nothing for the bar at the top.
"""

import asyncio
from pathlib import Path
from typing import Final

from playwright.async_api import async_playwright

from tools import chromium

PUBLIC: Final = Path(__file__).resolve().parents[1] / "console" / "public"
BELL: Final = (
    "M16 5a2 2 0 0 1 2 2v.6c3.5.9 6 4 6 7.9v4.7l2 2.8v1H6v-1l2-2.8v-4.7c0-3.9 2.5-7 6-7.9V7a2 2 0 0 1 2-2z"
    "M13 26h6a3 3 0 0 1-6 0z"
)


def drawing(name: str) -> str:
    """One icon as SVG, in a square of 32."""
    ground = {"icon": '<rect width="32" height="32" rx="7" fill="#12202e"/>'}
    ground["mask"] = '<rect width="32" height="32" fill="#12202e"/>'
    colour = "#ffffff" if name == "badge" else "#f2b53c"
    smaller = ' transform="translate(5.6 5.6) scale(.65)"' if name == "mask" else ""
    bell = f'<path d="{BELL}" fill="{colour}"{smaller}/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">{ground.get(name, "")}{bell}</svg>'


async def draw() -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium.executable(), args=list(chromium.ARGS))
        for name, size in (("icon", 192), ("icon", 512), ("mask", 192), ("mask", 512), ("badge", 96)):
            page = await browser.new_page(viewport={"width": size, "height": size})
            await page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:{size}px}}</style>{drawing(name)}")
            await page.screenshot(path=PUBLIC / f"{name}-{size}.png", omit_background=True)
            await page.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(draw())
