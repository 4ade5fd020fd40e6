"""The map at the desk: tiles of our own file are drawn, incidents stand on them, and every list does without."""

from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, expect

from belfry.protocols.pmtiles import archive
from belfry.simulator.vector_tiles import Drawn, Shape, tiles
from tests.browser.axe import in_every_look
from tests.browser.house import serving
from tests.browser.seats import seat

pytestmark = pytest.mark.browser

MORE: Final = '\n[map]\ntiles = "harbour.pmtiles"\n'
LAND: Final = [(51.45, -0.2), (51.45, -0.05), (51.55, -0.05), (51.55, -0.2)]
DRAWN: Final = """(layer) => {
  const { ground } = document.querySelector('[data-testid=map-box]');
  return ground?.loaded() && ground.getLayer(layer) ? ground.queryRenderedFeatures({ layers: [layer] }).length : 0;
}"""
PLACES: Final = """() => {
  const { ground } = document.querySelector('[data-testid=map-box]');
  return ground.queryRenderedFeatures({ layers: ['incidents'] }).map(({ properties }) => properties);
}"""
COLOURS: Final = """() => new Promise((tell) => {
  const { ground } = document.querySelector('[data-testid=map-box]');
  ground.once('render', () => {
    const canvas = ground.getCanvas(), gl = canvas.getContext('webgl2');
    const seen = new Uint8Array(canvas.width * canvas.height * 4);
    gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, seen);
    tell(new Set(new Uint32Array(seen.buffer)).size);
  });
  ground.triggerRepaint();
})"""
NO_WEBGL: Final = """
const asked = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind.startsWith('webgl') ? null : asked.call(this, kind, ...more);
};
"""


def harbour(folder: Path) -> Path:
    """Land, and one road by the school."""
    drawn = [
        Drawn(layer="earth", shape=Shape.AREA, places=LAND, tags={"kind": "earth"}),
        Drawn(
            layer="roads",
            shape=Shape.LINE,
            places=[(51.49, -0.14), (51.5010, -0.1240), (51.52, -0.11)],
            tags={"kind": "major_road", "name": "Mill Lane"},
        ),
    ]
    told: dict[str, Any] = {"vector_layers": [{"id": "earth"}, {"id": "roads"}], "attribution": "Nobody's harbour"}
    file = folder / "harbour.pmtiles"
    file.write_bytes(archive(tiles(drawn, range(9, 15)), told, south_west=LAND[0], north_east=LAND[2]))
    return file


async def test_incidents_stand_on_tiles_of_our_own_file_and_the_list_stays_when_it_is_gone(
    tmp_path: Path, browser: Browser
) -> None:
    file = harbour(tmp_path)
    async with serving(tmp_path, more=MORE) as house, seat(browser, "anna") as anna:
        await house.panel("1001").contact_id("1110", "007")
        fire = await house.api.wait_open("1001")
        asked: list[str] = []
        anna.page.on("request", lambda request: asked.append(request.url))
        await anna.sign_in(house.url)
        assert not any("maplibre" in url or "engine" in url for url in asked), "the queue comes without a map"
        await anna.of("nav-map").click()
        await anna.page.wait_for_function(DRAWN, arg="major_road-0")
        await anna.page.wait_for_function(DRAWN, arg="incidents")
        (point,) = await anna.page.evaluate(PLACES)
        assert (point["id"], point["priority"]) == (fire["id"], fire["priority"])
        assert await anna.page.evaluate(COLOURS) > 5, "land, a road, its edge and the sign of a priority"
        await expect(anna.of("map")).to_contain_text("Nobody's harbour")
        assert all(url.startswith((house.url, "blob:", "data:")) for url in asked), "nothing is asked elsewhere"
        assert await in_every_look(anna, "map") == {}

        await anna.page.emulate_media(color_scheme="dark")
        await expect(anna.of("map")).to_have_attribute("data-theme-drawn", "dark")
        await anna.page.wait_for_function(DRAWN, arg="incidents")

        await anna.of(f"map-row-{fire['id']}").focus()
        await anna.press("Enter")
        await expect(anna.of("incident")).to_have_attribute("data-id", fire["id"])
        await anna.of("place-map").scroll_into_view_if_needed()
        await anna.page.wait_for_function(DRAWN, arg="incidents")

        file.unlink()
        await anna.of("nav-map").click()
        await expect(anna.of("map-none")).to_have_attribute("data-why", "missing")
        await expect(anna.of(f"map-row-{fire['id']}")).to_contain_text("Linden School")


async def test_every_list_works_without_webgl(tmp_path: Path, browser: Browser) -> None:
    harbour(tmp_path)
    async with serving(tmp_path, more=MORE) as house, seat(browser, "anna") as anna:
        await anna.page.add_init_script(NO_WEBGL)
        await house.panel("1001").contact_id("1110", "007")
        fire = await house.api.wait_open("1001")
        await anna.sign_in(house.url)
        await anna.of("nav-map").click()
        await expect(anna.of("map-none")).to_have_attribute("data-why", "webgl")
        assert await in_every_look(anna, "map without WebGL") == {}
        await anna.of(f"map-row-{fire['id']}").focus()
        await anna.press("Enter")
        await expect(anna.of("incident")).to_have_attribute("data-id", fire["id"])
        await expect(anna.of("site-card")).to_be_visible()
