"""Storms, runaways and neighbours over HTTP: who may, what is answered, and what the queue shows."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from belfry.domain.site import Account
from belfry.ports.staff import Role
from tests.web.kit import BASE, Rig, centre, fields

BODY = {"groups": ["power", "environment"], "minutes": 60, "reason": "Gale over the coast"}


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with centre(tmp_path) as opened:
        yield opened


async def begun(client: httpx.AsyncClient, **fields: object) -> dict[str, Any]:
    answer = await client.post("/storms", json={**BODY, **fields})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def say(rig: Rig, code: str, account: str = "2002", **fields: object) -> None:
    answer = await rig.token().post("/signals", json={"account": account, "code": code, **fields})
    assert answer.status_code == 202, answer.text
    await rig.settled()


async def test_a_storm_from_its_start_to_its_review(rig: Rig) -> None:
    sue = rig.token(Role.SUPERVISOR, name="sue")
    storm = await begun(sue)
    assert (storm["running"], storm["by"], storm["reason"]) == (True, "sue", "Gale over the coast")
    await say(rig, "AT", zone="1")
    await say(rig, "WA", zone="7")
    await say(rig, "WH", zone="7")
    assert (await sue.get("/incidents?state=open")).json()["items"] == []
    path = f"/storms/{storm['id']}"
    now = (await rig.token().get(path)).json()
    assert (now["held"], now["in_trouble"]) == (2, 1)
    assert {one["group"]: one["now"] for one in now["items"]} == {"power": "in_trouble", "environment": "restored"}
    early = await sue.post(f"{path}/review", json={"words": "All gone through"})
    assert (early.status_code, early.json()["type"]) == (409, "belfry:storm-over")
    ended = (await sue.post(f"{path}/end")).json()
    await rig.settled()
    assert {one["group"]: one["now"] for one in ended["items"]} == {"power": "left", "environment": "restored"}
    assert [one["kind"] for one in (await sue.get("/incidents?state=open")).json()["items"]] == ["TECH.POWER"]
    done = (await sue.post(f"{path}/review", json={"words": "All gone through"})).json()
    assert (done["reviewed_by"], done["review"]) == ("sue", "All gone through")
    listed = (await sue.get("/storms")).json()
    assert (listed["started"], len(listed["items"]), listed["items"][0]["items"]) == (1, 1, [])
    assert {entry["act"] for entry in (await sue.get("/signals")).json()["items"]} >= {"storm"}


async def test_who_may_start_one(rig: Rig) -> None:
    for role in (Role.OPERATOR, Role.DISPATCHER):
        assert (await rig.token(role).post("/storms", json=BODY)).status_code == 403
        assert (await rig.token(role).get("/storms")).status_code == 200
    assert (await rig.token(Role.RESPONDER).get("/storms")).status_code == 403
    rig.registry.users.add("nora", Role.SUPERVISOR, "correct horse battery", by="test", tenants=("north",))
    nora = await rig.browser("nora")
    storm = await begun(rig.token(Role.SUPERVISOR))
    for answer in (
        await nora.post("/storms", json=BODY),
        await nora.post(f"/storms/{storm['id']}/renew", json={"minutes": 30}),
        await nora.post(f"/storms/{storm['id']}/end"),
        await nora.post(f"/storms/{storm['id']}/review", json={"words": "Looked at"}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (403, "belfry:role")


async def test_what_is_outside_its_limit_is_refused(rig: Rig) -> None:
    sue = rig.token(Role.SUPERVISOR)
    wrongs: list[dict[str, Any]] = [
        {"minutes": 121},
        {"minutes": 0},
        {"groups": []},
        {"groups": ["fire"]},
        {"reason": ""},
    ]
    refused = [await sue.post("/storms", json={**BODY, **wrong}) for wrong in wrongs]
    assert [answer.status_code for answer in refused] == [400] * 5
    assert fields(refused[:1]) == ["minutes"]
    storm = await begun(sue)
    assert (await sue.post("/storms", json=BODY)).status_code == 409
    assert (await sue.post(f"/storms/{storm['id']}/renew", json={"minutes": 121})).status_code == 400
    assert (await sue.post("/storms/s0/end")).json()["type"] == "belfry:storm"


async def test_starts_are_counted_in_public(rig: Rig) -> None:
    await begun(rig.token(Role.SUPERVISOR))
    async with rig.client() as anybody:
        text = (await anybody.get(f"{BASE}/metrics")).text
    assert "belfry_storms_started_total 1.0" in text
    assert "belfry_storms_running 1.0" in text


async def test_a_detector_that_runs_away_is_listed_with_its_incident(rig: Rig) -> None:
    for _ in range(9):
        await say(rig, "WA", zone="7")
        await say(rig, "WH", zone="7")
    await say(rig, "FA", zone="9")
    listed = (await rig.token().get("/runaways")).json()
    (one,) = listed["items"]
    assert (one["account_id"], one["zone"], one["count"], listed["floods"]) == ("shop", "7", 9, [])
    incidents = (await rig.token().get("/incidents?state=open")).json()["items"]
    assert [row["kind"] for row in incidents] == ["FIRE.ALARM.AUTO", "TECH.WATERLEAK"]
    assert one["incident"] == incidents[1]["id"]
    rig.wait(minutes=31)
    assert (await rig.token().get("/runaways")).json()["items"] == []


# -- neighbours


def house(number: str, north_m: float = 0.0, **fields: Any) -> Account:
    at = {"latitude": 52.1 + north_m / 111_195, "longitude": 13.2, **fields}
    return Account(id=f"h{number}", account=number, name=f"House {number}", **at)


async def near(rig: Rig, incident: str, client: httpx.AsyncClient | None = None) -> list[str]:
    detail = (await (client or rig.token()).get(f"/incidents/{incident}")).json()
    assert detail["neighbours"] == len(detail["neighbours_open"])
    return [one["account"] for one in detail["neighbours_open"]]


async def test_the_same_hazard_close_by_is_shown_beside_and_never_merged(rig: Rig) -> None:
    for account in (house("8001"), house("8002", 290), house("8003", 620), house("8004", 100)):
        rig.book.put(account)
    client = rig.token()
    first = await rig.alarm(client, "FA", "8001")
    second = await rig.alarm(client, "FA", "8002")
    far = await rig.alarm(client, "FA", "8003")
    other = await rig.alarm(client, "WA", "8004")
    assert await near(rig, first) == ["8002"]
    assert await near(rig, second) == ["8001"]
    assert [await near(rig, one) for one in (far, other)] == [[], []]
    rows = {row["id"]: row["neighbours"] for row in (await client.get("/incidents?state=open")).json()["items"]}
    assert rows == {first: 1, second: 1, far: 0, other: 0}
    rig.wait(minutes=16)
    late = await rig.alarm(client, "FA", "8004")
    assert await near(rig, late) == []


async def test_a_call_is_offered_whatever_is_open_near_it_and_the_other_way_round(rig: Rig) -> None:
    for account in (house("8001"), house("8002", 290), house("8003", 100)):
        rig.book.put(account)
    client = rig.token()
    burglar = await rig.alarm(client, "BA", "8002")
    pendant = await rig.alarm(client, "MA", "8003")
    said = {"kind": "FIRE.STRUCT", "place": {"site": "h8001"}}
    answer = await client.post("/calls", json=said)
    assert answer.status_code == 202, answer.text
    call = next(
        row["id"] for row in (await client.get("/incidents?state=open")).json()["items"] if row["kind"] == "FIRE.STRUCT"
    )
    assert await near(rig, call) == ["8002"]
    assert len(await near(rig, burglar)) == 1
    assert await near(rig, pendant) == []
    rig.wait(minutes=16)
    later = await rig.alarm(client, "BA", "8003")
    assert call not in [one["id"] for one in (await client.get(f"/incidents/{later}")).json()["neighbours_open"]]


async def test_one_building_is_close_whatever_the_registry_lacks(rig: Rig) -> None:
    for number in ("8001", "8002"):
        rig.book.put(house(number, latitude=None, longitude=None, building="tower"))
    one = await rig.alarm(rig.token(), "FA", "8001")
    rig.wait(minutes=40)
    await rig.alarm(rig.token(), "FA", "8002")
    assert await near(rig, one) == ["8002"]


async def test_what_is_medical_is_nobodys_neighbour(rig: Rig) -> None:
    for account in (house("8001"), house("8002", 50)):
        rig.book.put(account)
    one = await rig.alarm(rig.token(), "MA", "8001")
    await rig.alarm(rig.token(), "MA", "8002")
    assert await near(rig, one) == []


async def test_a_neighbour_of_another_tenant_is_shown_to_nobody_of_one(rig: Rig) -> None:
    rig.book.put(house("8001", tenant="north"))
    rig.book.put(house("8002", 50, tenant="south"))
    one = await rig.alarm(rig.token(), "FA", "8001")
    await rig.alarm(rig.token(), "FA", "8002")
    rig.registry.users.add("nora", Role.SUPERVISOR, "correct horse battery", by="test", tenants=("north",))
    nora = await rig.browser("nora")
    assert await near(rig, one) == ["8002"]
    assert await near(rig, one, nora) == []
    rows = (await nora.get("/incidents?state=open")).json()["items"]
    assert [(row["account"], row["neighbours"]) for row in rows] == [("8001", 0)]


async def test_a_neighbour_that_is_closed_is_none(rig: Rig) -> None:
    for account in (house("8001"), house("8002", 50)):
        rig.book.put(account)
    client = rig.token()
    one, other = await rig.alarm(client, "BA", "8001"), await rig.alarm(client, "BA", "8002")
    taken = (await client.post(f"/incidents/{other}/take", json={"version": 1})).json()
    body = {"version": taken["version"], "seen_upto": taken["signals_seq"], "disposition": "genuine",
            "reason": "Seen"}  # fmt: skip
    closed = await client.post(f"/incidents/{other}/close", json=body)
    assert closed.status_code == 200, closed.text
    assert await near(rig, one) == []
