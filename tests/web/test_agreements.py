"""Agreements over HTTP: who makes, ends and reads them, and what is refused."""

from datetime import timedelta
from typing import Any

from belfry.ports.staff import Role
from tests.web.kit import Rig


def body(rig: Rig, **changes: Any) -> dict[str, Any]:
    said = {
        "partner": "City fire brigade",
        "kinds": ["FIRE"],
        "fields": ["account", "kind"],
        "why": "They come",
        "ends": (rig.now + timedelta(days=30)).isoformat(),
    }
    return said | changes


async def test_an_administrator_makes_and_ends_one_and_who_oversees_reads_it(rig: Rig) -> None:
    boss = rig.token(Role.ADMINISTRATOR, "boss")
    made = await boss.post("/agreements", json=body(rig))
    assert made.status_code == 201, made.text
    kept = made.json()
    assert (kept["holds"], kept["medical"], kept["tenant"], kept["ended_at"]) == (True, False, None, None)
    for role in (Role.SUPERVISOR, Role.OVERSEER, Role.ADMINISTRATOR):
        assert (await rig.token(role).get("/agreements")).json()["items"] == [kept]
    ended = await boss.post(f"/agreements/{kept['id']}/end")
    assert (ended.status_code, ended.json()["holds"]) == (200, False)
    again = await boss.post(f"/agreements/{kept['id']}/end")
    assert (again.status_code, again.json()["type"]) == (409, "belfry:over")
    assert (await boss.post("/agreements/nobody/end")).status_code == 404
    assert [one["id"] for one in (await boss.get("/agreements")).json()["items"]] == [kept["id"]]


async def test_nobody_else_makes_ends_or_reads_one(rig: Rig) -> None:
    boss = rig.token(Role.ADMINISTRATOR)
    kept = (await boss.post("/agreements", json=body(rig))).json()
    some = rig.token(Role.ADMINISTRATOR, tenant="north")
    for client in (rig.token(Role.SUPERVISOR), rig.token(Role.OVERSEER), some):
        assert (await client.post("/agreements", json=body(rig))).status_code == 403
        assert (await client.post(f"/agreements/{kept['id']}/end")).status_code == 403
    for role in (Role.OPERATOR, Role.RESPONDER, Role.INSTALLER, Role.HOLDER):
        assert (await rig.token(role).get("/agreements")).status_code == 403


async def test_who_is_of_some_tenants_reads_those_that_his_sites_are_covered_by(rig: Rig) -> None:
    boss = rig.token(Role.ADMINISTRATOR)
    for tenant in (None, "north", "south"):
        assert (await boss.post("/agreements", json=body(rig, tenant=tenant))).status_code == 201
    seen = (await rig.token(Role.SUPERVISOR, tenant="north").get("/agreements")).json()["items"]
    assert {one["tenant"] for one in seen} == {None, "north"}


async def test_what_goes_too_far_is_refused_by_name(rig: Rig) -> None:
    boss = rig.token(Role.ADMINISTRATOR)
    late = (rig.now + timedelta(days=367)).isoformat()
    for changes, field in (
        ({"kinds": ["MED"]}, "kinds[0]"),
        ({"kinds": ["PERS.ALARM"]}, "kinds[0]"),
        ({"fields": ["user"]}, "fields[0]"),
        ({"ends": late}, "ends"),
        ({"why": ""}, "why"),
    ):
        answer = await boss.post("/agreements", json=body(rig, **changes))
        assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text
    assert (await boss.get("/agreements")).json()["items"] == []
