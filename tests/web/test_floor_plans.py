"""Plans of a building over HTTP: who keeps them up, who is shown them, and what is no plan."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from belfry.domain.floor_plan import FLOOR_PLANS_MOST
from belfry.domain.unit import Service, Unit, UnitType
from belfry.ports.staff import Role
from tests.safeguards.test_floor_plan import bomb, plan
from tests.web.kit import PASSWORD, Rig, centre
from tests.web.sites_kit import NORTH, site

CORNERS: Final = [[52.101, 13.2], [52.101, 13.202], [52.1, 13.202], [52.1, 13.2]]


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with centre(tmp_path) as one:
        yield one


async def upload(client: httpx.AsyncClient, where: str, raw: bytes = b"", **more: str) -> httpx.Response:
    headers = {"content-type": more.pop("type", "image/png")}
    label = more.pop("label", "Ground floor")
    return await client.post(f"/accounts/{where}/floor-plans", params={"label": label}, content=raw, headers=headers)


async def added(client: httpx.AsyncClient, where: str, **more: str) -> dict[str, Any]:
    answer = await upload(client, where, plan(), **more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_plan_is_drawn_anew_placed_named_and_removed_and_its_changes_are_known(rig: Rig) -> None:
    mill, sofia = site(rig), rig.token(Role.SUPERVISOR, name="sofia")
    new = await added(sofia, mill)
    assert (new["label"], new["width"], new["height"], new["corners"], new["version"]) == (
        "Ground floor",
        400,
        300,
        None,
        1,
    )
    assert (await added(sofia, mill))["id"] == new["id"], "the same one again is one"
    where = f"/accounts/{mill}/floor-plans/{new['id']}"
    picture = await sofia.get(f"{where}/picture")
    assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    placed = await sofia.put(where, json={"label": "Cellar", "corners": CORNERS, "version": 1})
    assert (placed.status_code, placed.json()["version"], placed.json()["corners"]) == (200, 2, CORNERS)

    late = await sofia.put(where, json={"label": "Attic", "corners": None, "version": 1})
    assert (late.status_code, late.json()["type"]) == (409, "belfry:changed")
    (kept,) = (await sofia.get(f"/accounts/{mill}/floor-plans")).json()["items"]
    assert (kept["label"], kept["version"]) == ("Cellar", 2)
    changes = (await sofia.get(f"/accounts/{mill}/changes")).json()["items"]
    assert [one["fields"] for one in changes if one["part"] == "floor_plan"] == [["added"], ["label", "corners"]]

    assert (await sofia.delete(where, params={"version": "1"})).status_code == 409
    assert (await sofia.delete(where, params={"version": "2"})).status_code == 204
    assert (await sofia.get(f"{where}/picture")).status_code == 404


@pytest.mark.parametrize(
    ("raw", "form", "status", "kind"),
    [
        (plan()[:-100], "image/png", 400, "belfry:picture"),
        (bomb(10_000, 10_000), "image/png", 400, "belfry:picture"),
        (bomb(30_000, 30_000), "image/png", 400, "belfry:picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png", 400, "belfry:picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", 415, "about:blank"),
        (b"\0" * 50_000_000, "image/png", 413, "about:blank"),
    ],
    ids=["cut", "100 megapixels", "a bomb", "SVG as PNG", "SVG", "50 MB"],
)
async def test_a_bad_file_is_refused_and_the_site_has_what_it_had(
    rig: Rig, raw: bytes, form: str, status: int, kind: str
) -> None:
    mill, sofia = site(rig), rig.token(Role.SUPERVISOR, name="sofia")
    before = await added(sofia, mill)
    answer = await upload(sofia, mill, raw, type=form, label="First floor")
    assert (answer.status_code, answer.json().get("type", "about:blank")) == (status, kind)
    assert [one["id"] for one in (await sofia.get(f"/accounts/{mill}/floor-plans")).json()["items"]] == [before["id"]]


@pytest.mark.parametrize(
    "corners",
    [
        CORNERS[:3],
        [*CORNERS[:3], [91, 13.2]],
        [CORNERS[0], CORNERS[2], CORNERS[1], CORNERS[3]],
        [CORNERS[0]] * 4,
        [[53.1, 13.2], *CORNERS[1:]],
        "everywhere",
    ],
    ids=["three", "off the earth", "crossed", "a point", "a hundred kilometres", "words"],
)
async def test_corners_that_no_building_has_are_refused(rig: Rig, corners: object) -> None:
    mill, sofia = site(rig), rig.token(Role.SUPERVISOR, name="sofia")
    new = await added(sofia, mill)
    body = {"label": "Cellar", "corners": corners, "version": 1}
    answer = await sofia.put(f"/accounts/{mill}/floor-plans/{new['id']}", json=body)
    assert (answer.status_code, answer.json()["type"]) == (400, "belfry:field")
    assert answer.json()["field"].startswith("corners")


async def test_a_site_has_twenty_at_most(rig: Rig) -> None:
    mill, sofia = site(rig), rig.token(Role.SUPERVISOR, name="sofia")
    for n in range(FLOOR_PLANS_MOST):
        await added(sofia, mill, label=f"Floor {n}")
    full = await upload(sofia, mill, plan(), label="One more")
    assert (full.status_code, full.json()["type"]) == (409, "belfry:too-many")


async def test_operators_read_and_installers_of_the_site_keep_them_up(rig: Rig) -> None:
    mill = site(rig)
    rig.registry.users.add("ines", Role.INSTALLER, PASSWORD, by="test", tenants=(mill,))
    rig.registry.users.add("igor", Role.INSTALLER, PASSWORD, by="test", tenants=("elsewhere",))
    ines, igor, olga = await rig.browser("ines"), await rig.browser("igor"), rig.token(Role.OPERATOR)
    new = await added(ines, mill)
    listed = (await ines.get(f"/accounts/{mill}/floor-plans")).json()
    assert (listed["may_edit"], len(listed["items"]), listed["most"]) == (True, 1, FLOOR_PLANS_MOST)
    assert (await igor.get(f"/accounts/{mill}/floor-plans")).status_code == 404
    assert (await upload(igor, mill, plan())).status_code == 404
    assert (await olga.get(f"/accounts/{mill}/floor-plans")).json()["may_edit"] is False
    assert (await olga.get(f"/accounts/{mill}/floor-plans/{new['id']}/picture")).status_code == 200
    assert (await upload(olga, mill, plan())).status_code == 403


async def test_who_is_in_the_field_is_shown_them_once_his_unit_has_accepted(rig: Rig) -> None:
    mill, sofia, room = site(rig), rig.token(Role.SUPERVISOR, name="sofia"), rig.token(Role.OPERATOR, name="olga")
    await added(sofia, mill, label="Not placed")
    new = await added(sofia, mill)
    await sofia.put(
        f"/accounts/{mill}/floor-plans/{new['id']}", json={"label": "Cellar", "corners": CORNERS, "version": 1}
    )
    for sign in ("E1", "E2"):
        unit = Unit(id="", call_sign=sign, type=UnitType.ENGINE, service=Service.FIRE, tenant=NORTH)
        await rig.units.put_unit(unit, by="test")
    rig.registry.users.add("fritz", Role.RESPONDER, PASSWORD, by="test")
    rig.registry.users.add("gerd", Role.RESPONDER, PASSWORD, by="test")
    fritz, gerd = await rig.browser("fritz"), await rig.browser("gerd")
    for client, sign in ((fritz, "E1"), (gerd, "E2")):
        assert (await client.post(f"/units/{sign}/crew", json={})).status_code == 200
    fire = await rig.alarm(sofia, "FA", "7001")
    here = f"/incidents/{fire}/floor-plans"
    (shown,) = (await room.get(here)).json()["items"]
    assert shown["label"] == "Cellar"
    picture = f"{here}/{new['id']}/picture"
    for client in (fritz, gerd):
        assert (await client.get(here)).status_code in {403, 404}, "he may know of the fire, and not what is inside"
        assert (await client.get(picture)).status_code in {403, 404}
        assert (await client.get(f"/accounts/{mill}/floor-plans")).status_code == 403

    assert (await room.post(f"/incidents/{fire}/units", json={"unit": "E1"})).status_code == 200
    assert (await fritz.get(picture)).status_code == 403, "he has not said that he comes"
    (mine,) = [one for one in (await fritz.get("/units")).json()["items"] if one["call_sign"] == "E1"]
    said = {"status": "accepted", "assignment": mine["assignment"]}
    assert (await fritz.post(f"/units/{mine['id']}/status", json=said)).status_code == 200
    assert [one["id"] for one in (await fritz.get(here)).json()["items"]] == [new["id"]]
    assert [(await fritz.get(picture)).content[:4] for _ in range(3)] == [b"\x89PNG"] * 3, "a map asks anew"
    assert (await room.get(picture)).status_code == 200
    assert (await fritz.get(f"{here}/another/picture")).status_code == 404
    told = (await room.get(f"/incidents/{fire}")).json()["timeline"]
    looks = [(line["by"], line["data"]) for line in told if line["type"] == "access"]
    assert looks == [("fritz", {"floor_plan": new["id"]})], "once of each plan, and of what he was shown alone"
    assert (await gerd.get(picture)).status_code in {403, 404}
    other = await rig.alarm(sofia, "FA", "1001")
    assert (await room.get(f"/incidents/{other}/floor-plans/{new['id']}/picture")).status_code == 404
