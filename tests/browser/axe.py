"""axe-core looks at a screen in every look that it has: light and dark, desk and phone."""

from collections.abc import Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Final, Literal

import pytest

from tests.browser.seats import DESK, PHONE, Seat

SOURCE: Final = Path(__file__).resolve().parents[2] / "console" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE: Final = ("serious", "critical")
SIZES: Final = {"desk": DESK, "phone": PHONE}
THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
OF_COLOURS: Final = ("color-contrast", "link-in-text-block")
"""What another theme can change."""

RUN: Final = """\
async (rules) => {
  const only = rules ? { runOnly: { type: 'rule', values: rules } } : {};
  const { violations } = await axe.run(document, { resultTypes: ['violations'], ...only });
  return violations.map(({ id, impact, nodes }) => ({
    id, impact, where: nodes.map((node) => node.html.slice(0, 200)), why: nodes[0]?.failureSummary ?? '',
  }));
}
"""


@cache
def source() -> str:
    if not SOURCE.is_file():
        pytest.fail("axe-core is missing: `make console` installs the console's packages, axe-core among them")
    return SOURCE.read_text(encoding="utf-8")


async def findings(desk: Seat, *, rules: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Serious and critical findings on the page as it is now, of some rules or of all."""
    if not await desk.page.evaluate("() => 'axe' in window"):
        await desk.page.evaluate(source())
    found: list[dict[str, Any]] = await desk.page.evaluate(RUN, rules)
    return [one for one in found if one["impact"] in GRAVE]


async def in_every_look(desk: Seat, screen: str) -> dict[str, list[dict[str, Any]]]:
    """Findings by look; the page is afterwards as wide and as bright as a desk's."""
    grave: dict[str, list[dict[str, Any]]] = {}
    for (size, viewport), theme in product(SIZES.items(), THEMES):
        await desk.page.set_viewport_size(viewport)
        await desk.page.emulate_media(color_scheme=theme)
        if found := await findings(desk, rules=OF_COLOURS if theme == "dark" else None):
            grave[f"{screen}, {size}, {theme}"] = found
    await desk.page.set_viewport_size(DESK)
    await desk.page.emulate_media(color_scheme="light")
    return grave
