"""The map at the desk: tiles of our own file are drawn, incidents stand on them, and every list does without."""

from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, FilePayload, expect

from belfry.ports.staff import Role
from belfry.protocols.pmtiles import archive
from belfry.simulator.vector_tiles import Drawn, Shape, tiles
from tests.browser.axe import in_every_look
from tests.browser.house import serving
from tests.browser.seats import seat
from tests.safeguards.test_floor_plan import plan

pytestmark = pytest.mark.browser

MORE: Final = '\n[map]\ntiles = "harbour.pmtiles"\n'
LAND: Final = [(51.45, -0.2), (51.45, -0.05), (51.55, -0.05), (51.55, -0.2)]
DRAWN: Final = """(layer) => {
  const { ground } = document.querySelector('[data-testid=map-box]') ?? {};
  return ground?.loaded() && ground.getLayer(layer) ? ground.queryRenderedFeatures({ layers: [layer] }).length : 0;
}"""
PLACES: Final = """() => {
  const { ground } = document.querySelector('[data-testid=map-box]');
  return ground.queryRenderedFeatures({ layers: ['incidents'] }).map(({ properties }) => properties);
}"""
LOOKED_AT: Final = """() => {
  const { ground } = document.querySelector('[data-testid=map-box]');
  return !ground.isMoving() && [ground.getZoom(), ground.getCenter().lat, ground.getCenter().lng];
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
CLOSER: Final = """() => {
  const { ground } = document.querySelector('[data-testid=map-box]');
  ground.jumpTo({ center: [-0.15, 51.48], zoom: 13 });
}"""
LAID: Final = """() => {
  const { ground } = document.querySelector('[data-testid=map-box]');
  const plan = ground?.getStyle()?.layers.find(({ id }) => id.startsWith('plan-'));
  return plan && ground.getSource(plan.id).image ? ground.getSource(plan.id).coordinates : null;
}"""
NOT_LAID: Final = """() => !document.querySelector('[data-testid=map-box]').ground.getStyle().layers.some(
  ({ id }) => id.startsWith('plan-'))"""
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

        await anna.page.get_by_role("button", name="Nearer").click()
        await anna.of("map-all").wait_for()
        looked_at = await (await anna.page.wait_for_function(LOOKED_AT)).json_value()
        await house.panel("5005").contact_id("1130", "001")
        await anna.of(f"map-row-{(await house.api.wait_open('5005'))['id']}").wait_for()
        assert await anna.page.evaluate(LOOKED_AT) == looked_at, "what comes in leaves the map where it was moved"
        await anna.of("map-all").click()
        await expect(anna.of("map-all")).to_have_count(0)
        assert await anna.page.evaluate(LOOKED_AT) != looked_at

        await anna.of(f"map-row-{fire['id']}").focus()
        await anna.page.wait_for_function(DRAWN, arg="chosen-mark")
        await anna.press("Enter")
        await expect(anna.of("incident")).to_have_attribute("data-id", fire["id"])
        await anna.of("place-map").scroll_into_view_if_needed()
        await anna.page.wait_for_function(DRAWN, arg="incidents")

        await anna.of("nav-map").click()
        await anna.page.wait_for_function(DRAWN, arg="incidents")
        file.unlink()
        await anna.page.evaluate(CLOSER)
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


async def test_a_plan_is_laid_on_the_map_by_keyboard_and_lies_there_in_an_alarm(
    tmp_path: Path, browser: Browser
) -> None:
    harbour(tmp_path)
    async with (
        serving(tmp_path, staff={"sofia": Role.SUPERVISOR}, more=MORE) as house,
        seat(browser, "sofia") as sofia,
    ):
        (school,) = (await house.api.get("/accounts", account="1001"))["items"]
        await sofia.sign_in(house.url)
        await sofia.page.goto(f"{house.url}/sites/{school['id']}")
        await sofia.of("plan-new-label").fill("Ground floor")
        picture: FilePayload = {"name": "ground.png", "mimeType": "image/png", "buffer": plan()}
        await sofia.of("plan-file").set_input_files(picture)
        await sofia.of("plan-add").click()
        form = sofia.of("plan-form")
        await expect(form).to_be_visible()
        await sofia.of("plan-width").fill("60")
        await sofia.of("plan-turn").fill("30")
        await sofia.of("plan-middle").fill("51.5010, -0.1240")
        await sofia.press("Enter")
        await expect(form).to_be_hidden()
        (kept,) = (await house.api.get(f"/accounts/{school['id']}/floor-plans"))["items"]
        (south, west), (north, east) = kept["corners"][3], kept["corners"][1]
        assert (south + north) / 2 == pytest.approx(51.5010, abs=1e-6)
        assert (west + east) / 2 == pytest.approx(-0.1240, abs=1e-6)

        await house.panel("1001").contact_id("1110", "007")
        fire = await house.api.wait_open("1001")
        await sofia.page.goto(f"{house.url}/dispatch")
        await sofia.of("dispatch").wait_for()
        await sofia.page.locator(f'[data-row="{fire["id"]}"]').click()
        await expect(sofia.of("floor")).to_have_text("Ground floor")
        laid = await (await sofia.page.wait_for_function(LAID)).json_value()
        assert laid[1] == pytest.approx([east, north])
        assert await in_every_look(sofia, "dispatch with a floor") == {}
        await sofia.of("floor-none").focus()
        await sofia.press("Enter")
        await sofia.page.wait_for_function(NOT_LAID)

        await sofia.of("cover-open").click()
        await expect(sofia.of("cover-said")).to_contain_text("nothing is covered")
        assert await in_every_look(sofia, "cover") == {}
