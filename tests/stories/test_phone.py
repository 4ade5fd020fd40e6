"""A responder's telephone, as the API knows it: signing on, where the unit is sent, what its crew reads and writes."""

from datetime import timedelta
from typing import Any, Final

import httpx

from belfry.domain.unit import Service, Shift, Unit, UnitType
from belfry.ports.staff import Role
from tests.stories.field import on_duty
from tests.stories.kit import Desk, Row, Town

NOTE: Final = "Second floor, no smoke"
DANGER: Final = "Gas bottles in the yard"
CODE: Final = "4711"


async def burning(town: Town, room: Desk) -> Row:
    """A fire at the school, of which dangers and a key safe are known."""
    account = next(one for one in town.sites if one.role == "school").account
    (site,) = (await room.get("/accounts", account=account))["items"]
    card = await room.get(f"/accounts/{site['id']}")
    asked = {"version": card["version"], "details": {"hazards": DANGER, "access": "Gate to the left"}}
    assert (await room.client.patch(f"/accounts/{site['id']}", json=asked)).status_code == 200
    words = await room.client.put(f"/accounts/{site['id']}/words", json={"access_code": CODE})
    assert words.status_code == 200, words.text
    await town.say("school", "1110", zone="007")
    await town.settled()
    (row,) = await room.incidents("open")
    return row


async def noted(crew: Desk, incident: str, key: str, text: str = NOTE) -> httpx.Response:
    return await crew.client.post(
        f"/incidents/{incident}/crew/note", json={"text": text}, headers={"Idempotency-Key": key}
    )


async def lines(town: Town, room: Desk, incident: str, wanted: str) -> list[Any]:
    await town.settled()
    return [line for line in (await room.detail(incident))["timeline"] if line["type"] == wanted]


async def test_off_duty_a_phone_offers_ones_shifts_first_and_then_the_units_of_ones_tenants(town: Town) -> None:
    units = town.centre.units
    made = [
        await units.put_unit(
            Unit(id="", call_sign=sign, service=Service.FIRE, type=UnitType.ENGINE, tenant=tenant), by="test"
        )
        for sign, tenant in (("A 1", "north"), ("B 1", "north"), ("C 1", "south"))
    ]
    crew = await town.operator("cleo", Role.RESPONDER, "north")
    now = town.clock()
    shift = Shift(id="", unit=made[1].id, user="cleo", since=now - timedelta(hours=1), until=now + timedelta(hours=7))
    await units.put_shift(shift, by="test")
    duty = await crew.get("/me/duty")
    assert (duty["unit"], duty["incident"]) == (None, None)
    assert [(one["call_sign"], one["until"] is not None) for one in duty["units"]] == [("B 1", True), ("A 1", False)]
    on = await crew.post(f"/units/{made[1].id}/crew", until=duty["units"][0]["until"])
    assert on.status_code == 200, on.text
    duty = await crew.get("/me/duty")
    assert (duty["unit"]["call_sign"], duty["units"]) == ("B 1", [])


async def test_dangers_and_the_way_in_are_shown_after_acceptance_and_each_showing_is_written_down(town: Town) -> None:
    room, crew = await town.operator("hilda", Role.SUPERVISOR), await on_duty(town, "fritz", Service.FIRE)
    other = await on_duty(town, "frida", Service.FIRE)
    row = await burning(town, room)
    path = f"/incidents/{row['id']}/crew/site"
    assert (await crew.post(path)).status_code == 409, "nobody sent them"
    assert (await room.post(f"/incidents/{row['id']}/units", unit="fritz")).status_code == 200
    early = await crew.post(path)
    assert (early.status_code, early.json()["title"]) == (409, "Say first that your unit comes")
    assert DANGER not in early.text
    duty = (await crew.get("/me/duty"))["incident"]
    assert (duty["accepted"], duty["has_site"], row["site"]["name"] in duty["place"]) == (False, True, True)
    assert await lines(town, room, row["id"], "access") == []

    await crew.post("/units/fritz/status", status="accepted", assignment=duty["assignment"])
    shown = await crew.post(path)
    assert shown.status_code == 200, shown.text
    assert (shown.json()["hazards"], shown.json()["access_code"]) == (DANGER, CODE)
    assert [line["by"] for line in await lines(town, room, row["id"], "access")] == ["fritz"]
    assert (await other.post(path)).status_code == 409
    assert (await crew.get("/me/duty"))["incident"]["accepted"] is True

    await crew.post("/units/fritz/status", status="available_mobile")
    assert (await crew.post(path)).status_code == 409
    assert len(await lines(town, room, row["id"], "access")) == 1


async def test_a_note_that_a_phone_sends_five_times_is_kept_once_and_after_a_restart_too(town: Town) -> None:
    room, crew = await town.operator("hilda", Role.SUPERVISOR), await on_duty(town, "fritz", Service.FIRE)
    row = await burning(town, room)
    assert (await noted(crew, row["id"], "k1")).status_code == 409, "nobody sent them"
    await room.post(f"/incidents/{row['id']}/units", unit="fritz")
    told = [(await noted(crew, row["id"], "k1")).json()["again"] for _ in range(5)]
    assert told == [False, True, True, True, True]
    assert (await noted(crew, row["id"], "k2", "x" * 2_001)).json()["field"] == "text"
    assert (await crew.post(f"/incidents/{row['id']}/crew/note", text="no key")).status_code == 400
    await town.restart()
    room, crew = await town.operator("hilda"), await town.operator("fritz")
    assert (await noted(crew, row["id"], "k1")).json()["again"] is True
    await crew.post("/units/fritz/status", status="available_mobile")
    late = await noted(crew, row["id"], "k3", "Key is back in the safe")
    assert late.status_code == 200, "what was written without a net is not lost"
    said = [(line["by"], line["text"]) for line in await lines(town, room, row["id"], "note")]
    assert said == [("fritz", NOTE), ("fritz", "Key is back in the safe")]
    town.clock.wait(hours=13)
    crew = await town.operator("fritz")
    assert (await noted(crew, row["id"], "k4")).status_code in (404, 409)
