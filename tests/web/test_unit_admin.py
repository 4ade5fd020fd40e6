"""Units, stations and the rota over HTTP: who keeps them up, what is refused by name, and shifts that are traded."""

from datetime import timedelta
from typing import Any

import httpx

from belfry.ports.staff import Role
from tests.web.kit import PASSWORD, Rig

ENGINE = {"call_sign": "E 1", "type": "engine", "service": "fire", "skills": ["firefighting"], "crew_least": 4}
NORTH = {"name": "North station", "latitude": 54.07, "longitude": -0.21}


def hours(rig: Rig, begins: int, lasts: int = 8) -> dict[str, str]:
    since = rig.now + timedelta(hours=begins)
    return {"since": since.isoformat(), "until": (since + timedelta(hours=lasts)).isoformat()}


async def made(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    kept: dict[str, Any] = answer.json()
    return kept


async def crew(rig: Rig, *names: str) -> list[httpx.AsyncClient]:
    return [await rig.browser(name, Role.RESPONDER) for name in names]


async def test_a_supervisor_keeps_up_units_and_stations_and_the_room_reads_them(rig: Rig) -> None:
    boss, room = rig.token(Role.SUPERVISOR, "sue"), rig.token(Role.DISPATCHER)
    station = await made(boss, "/stations", NORTH)
    unit = await made(boss, "/units", {**ENGINE, "station": station["id"]})
    assert (unit["version"], unit["turnout_s"], unit["travels"], unit["enabled"]) == (1, 60, "lights", True)
    assert (await room.get("/fleet")).json() == {"units": [unit], "stations": [station]}
    changed = await boss.put(
        f"/units/{unit['id']}", json={**ENGINE, "station": station["id"], "turnout_s": 90, "version": 1}
    )
    assert (changed.status_code, changed.json()["version"], changed.json()["turnout_s"]) == (200, 2, 90)
    late = await boss.put(f"/units/{unit['id']}", json={**ENGINE, "version": 1})
    assert (late.status_code, late.json()["type"]) == (409, "belfry:changed")
    named = await boss.delete(f"/stations/{station['id']}?version=1")
    assert (named.status_code, named.json()["type"]) == (409, "belfry:in-use")
    moved = await boss.put(f"/stations/{station['id']}", json={**NORTH, "latitude": 54.08, "version": 1})
    assert moved.json()["latitude"] == 54.08
    told = (await room.get(f"/fleet/{unit['id']}/changes")).json()["items"]
    assert [(one["by"], one["table"], one["fields"]) for one in told] == [
        ("sue", "unit", ["turnout_s"]),
        ("sue", "unit", ["added"]),
    ]
    assert (await boss.delete(f"/units/{unit['id']}?version=2")).status_code == 204
    assert (await boss.delete(f"/stations/{station['id']}?version=2")).status_code == 204
    assert (await room.get("/fleet")).json() == {"units": [], "stations": []}
    assert (await boss.delete(f"/units/{unit['id']}?version=2")).status_code == 404


async def test_what_cannot_be_kept_is_refused_by_field_value_and_limit(rig: Rig) -> None:
    boss = rig.token(Role.ADMINISTRATOR)
    kept = await made(boss, "/units", ENGINE)
    for changes, field in (
        ({"call_sign": "E_2"}, "call_sign"),
        ({"call_sign": "x" * 17}, "call_sign"),
        ({"call_sign": "L 1", "crew_least": 0}, "crew_least"),
        ({"call_sign": "L 1", "turnout_s": 3601}, "turnout_s"),
        ({"call_sign": "L 1", "station": "nowhere"}, "station"),
        ({"call_sign": "L 1", "skills": ["opinion"]}, "skills[0]"),
        ({"call_sign": "L 1", "note": "x"}, "note"),
    ):
        answer = await boss.post("/units", json={**ENGINE, **changes})
        assert (answer.status_code, answer.json().get("field")) == (400, field), answer.text
    taken = await boss.post("/units", json={**ENGINE, "call_sign": "e-1"})
    assert (taken.status_code, taken.json()["type"], taken.json()["field"]) == (409, "belfry:taken", "call_sign")
    for station in ({**NORTH, "latitude": 91}, {**NORTH, "longitude": -181}, {**NORTH, "name": " "}):
        assert (await boss.post("/stations", json=station)).status_code == 400
    unversioned = await boss.put(f"/units/{kept['id']}", json=ENGINE)
    assert (unversioned.status_code, unversioned.json()["field"]) == (400, "version")
    assert (await boss.get("/fleet")).json() == {"units": [kept], "stations": []}


async def test_nobody_else_keeps_them_up(rig: Rig) -> None:
    boss = rig.token(Role.SUPERVISOR)
    unit = await made(boss, "/units", ENGINE)
    for role in (Role.OPERATOR, Role.DISPATCHER, Role.RESPONDER):
        other = rig.token(role)
        assert (await other.post("/units", json={**ENGINE, "call_sign": "E 2"})).status_code == 403
        assert (await other.put(f"/units/{unit['id']}", json={**ENGINE, "version": 1})).status_code == 403
        assert (await other.delete(f"/units/{unit['id']}?version=1")).status_code == 403
        assert (await other.post("/stations", json=NORTH)).status_code == 403
    for role in (Role.RESPONDER, Role.INSTALLER, Role.HOLDER, Role.AUDITOR):
        assert (await rig.token(role).get("/fleet")).status_code == 403
    for role in (Role.INSTALLER, Role.HOLDER):
        assert (await rig.token(role).get("/shifts")).status_code == 403


async def test_a_rota_has_nobody_at_two_places_at_once(rig: Rig) -> None:
    boss = rig.token(Role.SUPERVISOR)
    rig.add_user("anna", Role.RESPONDER)
    engine, ladder = await made(boss, "/units", ENGINE), await made(boss, "/units", {**ENGINE, "call_sign": "L 1"})
    first = await made(boss, "/shifts", {"unit": engine["id"], "user": "anna", **hours(rig, 0)})
    second = await boss.post("/shifts", json={"unit": ladder["id"], "user": "anna", **hours(rig, 4)})
    assert (second.status_code, second.json()["field"], second.json()["value"]) == (400, "user", "'anna'")
    assert first["id"] in second.json()["limit"]
    assert "E 1" in second.json()["limit"]
    after = await made(boss, "/shifts", {"unit": ladder["id"], "user": "Anna", "on_call": True, **hours(rig, 8)})
    for body, field in (
        ({"unit": ladder["id"], "user": "nobody", **hours(rig, 0)}, "user"),
        ({"unit": "nowhere", "user": "anna", **hours(rig, 30)}, "unit"),
        ({"unit": ladder["id"], "user": "anna", **hours(rig, 30, 0)}, "until"),
        ({"unit": ladder["id"], "user": "anna", **hours(rig, 30, 24 * 15)}, "until"),
    ):
        answer = await boss.post("/shifts", json=body)
        assert (answer.status_code, answer.json().get("field")) == (400, field), answer.text
    rota = (await rig.token(Role.OPERATOR).get("/shifts")).json()
    assert rota["items"] == [first, after]
    assert "anna" in rota["people"]
    moved = {"unit": ladder["id"], "user": "anna", "version": 1, **hours(rig, 10)}
    assert (await boss.put(f"/shifts/{after['id']}", json=moved)).json()["version"] == 2
    assert (await boss.delete(f"/shifts/{after['id']}?version=1")).status_code == 409
    assert (await boss.delete(f"/shifts/{after['id']}?version=2")).status_code == 204
    assert (await boss.delete(f"/units/{engine['id']}?version=1")).json()["type"] == "belfry:in-use"


async def test_a_unit_that_somebody_is_signed_on_to_is_not_taken_out(rig: Rig) -> None:
    boss = rig.token(Role.SUPERVISOR)
    rig.add_user("anna", Role.RESPONDER)
    unit = await made(boss, "/units", ENGINE)
    signed = await boss.post(f"/units/{unit['id']}/crew", json={"user": "anna"})
    assert signed.status_code == 200, signed.text
    await rig.settled()
    refused = await boss.delete(f"/units/{unit['id']}?version=1")
    assert (refused.status_code, refused.json()["type"], refused.json()["limit"]) == (409, "belfry:in-use", "no people")
    left = await boss.post(f"/units/{unit['id']}/crew/leave", json={"user": "anna"})
    assert left.status_code == 200, left.text
    await rig.settled()
    assert (await boss.delete(f"/units/{unit['id']}?version=1")).status_code == 204


async def test_a_shift_is_traded_once_both_and_a_supervisor_agree(rig: Rig) -> None:
    boss = rig.token(Role.SUPERVISOR, "sue")
    anna, bert, carl = await crew(rig, "anna", "bert", "carl")
    unit = await made(boss, "/units", ENGINE)
    shift = await made(boss, "/shifts", {"unit": unit["id"], "user": "anna", **hours(rig, 4)})
    path = f"/shifts/{shift['id']}"
    assert [one["id"] for one in (await anna.get("/shifts")).json()["items"]] == [shift["id"]]
    assert (await bert.get("/shifts")).json()["items"] == []
    assert (await bert.post(f"{path}/offer", json={"to": "bert", "version": 1})).status_code == 404
    offered = await anna.post(f"{path}/offer", json={"to": "bert", "version": 1})
    assert (offered.status_code, offered.json()["offered_to"], offered.json()["user"]) == (200, "bert", "anna")
    assert [one["id"] for one in (await bert.get("/shifts")).json()["items"]] == [shift["id"]]
    assert (await carl.post(f"{path}/answer", json={"take": True, "version": 2})).status_code == 404
    assert (await anna.post(f"{path}/answer", json={"take": True, "version": 2})).status_code == 403
    assert (await bert.post(f"{path}/answer", json={"take": True, "version": 1})).status_code == 409
    taken = (await bert.post(f"{path}/answer", json={"take": True, "version": 2})).json()
    assert (taken["user"], taken["accepted"]) == ("anna", True)
    assert (await bert.post(f"{path}/agree", json={"agree": True, "version": 3})).status_code == 403
    agreed = (await boss.post(f"{path}/agree", json={"agree": True, "version": 3})).json()
    assert (agreed["user"], agreed["was"], agreed["offered_to"], agreed["accepted"]) == ("bert", "anna", None, False)
    assert (await anna.get("/shifts")).json()["items"] == []
    told = (await boss.get(f"/fleet/{shift['id']}/changes")).json()["items"]
    assert [(one["by"], one["fields"]) for one in told] == [
        ("sue", ["user", "was", "offered_to", "accepted"]),
        ("bert", ["accepted"]),
        ("anna", ["offered_to"]),
        ("sue", ["added"]),
    ]
    again = await boss.post(f"{path}/agree", json={"agree": True, "version": 4})
    assert (again.status_code, again.json()["field"]) == (400, "agree")


async def test_who_is_elsewhere_then_takes_nothing_over(rig: Rig) -> None:
    boss = rig.token(Role.SUPERVISOR)
    anna, bert = await crew(rig, "anna", "bert")
    unit, other = await made(boss, "/units", ENGINE), await made(boss, "/units", {**ENGINE, "call_sign": "E 2"})
    shift = await made(boss, "/shifts", {"unit": unit["id"], "user": "anna", **hours(rig, 1, 4)})
    await made(boss, "/shifts", {"unit": other["id"], "user": "bert", **hours(rig, 2)})
    path = f"/shifts/{shift['id']}"
    await anna.post(f"{path}/offer", json={"to": "bert", "version": 1})
    refused = await bert.post(f"{path}/answer", json={"take": True, "version": 2})
    assert (refused.status_code, refused.json().get("field")) == (400, "user")
    declined = (await bert.post(f"{path}/answer", json={"take": False, "version": 2})).json()
    assert (declined["user"], declined["offered_to"]) == ("anna", None)
    rig.wait(hours=6)
    over = await anna.post(f"{path}/offer", json={"to": "bert", "version": 3})
    assert (over.status_code, over.json()["field"]) == (400, "until")


async def test_who_is_of_some_tenants_keeps_up_theirs_alone(rig: Rig) -> None:
    boss, north = rig.token(Role.SUPERVISOR), rig.token(Role.SUPERVISOR, tenant="north")
    rig.registry.users.add("nils", Role.RESPONDER, PASSWORD, by="test", tenants=["north"])
    rig.registry.users.add("sven", Role.RESPONDER, PASSWORD, by="test", tenants=["south"])
    everybodys = await made(boss, "/units", {**ENGINE, "call_sign": "C 1"})
    southern = await made(boss, "/units", {**ENGINE, "call_sign": "S 1", "tenant": "south"})
    there = await made(boss, "/stations", {**NORTH, "tenant": "south"})
    watch = await made(boss, "/shifts", {"unit": southern["id"], "user": "sven", **hours(rig, 0)})
    own = await made(north, "/units", {**ENGINE, "call_sign": "N 1", "tenant": "north"})
    assert [one["id"] for one in (await north.get("/fleet")).json()["units"]] == [everybodys["id"], own["id"]]
    assert (await north.get("/fleet")).json()["stations"] == []
    rota = (await north.get("/shifts")).json()
    assert (rota["items"], rota["people"]) == ([], ["nils"])
    body = {**ENGINE, "version": 1}
    assert (await north.put(f"/units/{southern['id']}", json={**body, "tenant": "north"})).status_code == 404
    assert (await north.put(f"/units/{everybodys['id']}", json=body)).status_code == 403
    assert (await north.get(f"/fleet/{southern['id']}/changes")).status_code == 404
    for tenant in ("", "south"):
        answer = await north.post("/units", json={**ENGINE, "tenant": tenant})
        assert (answer.status_code, answer.json()["field"]) == (400, "tenant")
    at = await north.post("/units", json={**ENGINE, "tenant": "north", "station": there["id"]})
    assert (at.status_code, at.json()["field"]) == (400, "station")
    for path in (f"/units/{southern['id']}", f"/stations/{there['id']}", f"/shifts/{watch['id']}"):
        assert (await north.delete(f"{path}?version=1")).status_code == 404
    assert (await north.get(f"/fleet/{watch['id']}/changes")).status_code == 404
    for unit, user, field in ((southern["id"], "nils", "unit"), (own["id"], "sven", "user")):
        answer = await north.post("/shifts", json={"unit": unit, "user": user, **hours(rig, 0)})
        assert (answer.status_code, answer.json().get("field")) == (400, field), answer.text
    assert (await north.post(f"/shifts/{watch['id']}/agree", json={"agree": True, "version": 1})).status_code == 404
    await made(north, "/shifts", {"unit": own["id"], "user": "nils", **hours(rig, 0)})
