"""Units, from signing on to the clearing of an incident, as dispatchers and crews say it over HTTP."""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import httpx
import pytest
from msgspec.structs import replace

from belfry.domain.commands import Staff
from belfry.domain.unit import Service, Station, Unit, UnitEquipment, UnitSkill, UnitType
from belfry.ports.staff import Role
from tests.stories.kit import Desk, Town, open_town, until_told


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path) as opened:
        yield opened


async def a_unit(town: Town, sign: str, service: Service = Service.FIRE, **more: Any) -> str:
    fields = {"type": UnitType.ENGINE, "skills": frozenset({UnitSkill.FIREFIGHTING}), **more}
    made = await town.centre.units.put_unit(Unit(id="", call_sign=sign, service=service, **fields), by="test")
    return made.id


async def an_incident(town: Town, desk: Desk) -> str:
    await town.say("school", "1110", zone="007")
    (row,) = await desk.incidents("waiting")
    return str(row["id"])


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["title"]


async def test_a_unit_is_sent_says_what_it_does_and_is_free_again(town: Town) -> None:
    room, crew = await town.operator("anna"), await town.operator("cleo", Role.RESPONDER)
    engine = await a_unit(town, "E 1", crew_least=2)
    assert (await crew.get("/units"))["items"] == [], "whoever is off duty sees no unit"
    on = (await crew.post(f"/units/{engine}/crew")).json()
    assert (on["status"], on["free"], on["short"], on["crew"][0]["user"]) == ("available_station", True, True, "cleo")

    incident = await an_incident(town, room)
    sent = await room.post(f"/incidents/{incident}/units", unit="e1", eta_s=200)
    assert sent.status_code == 200, sent.text
    (mine,) = (await crew.get("/units"))["items"]
    assert (mine["status"], mine["incident"], mine["free"]) == ("offered", incident, False)
    for status in ("accepted", "en_route", "on_scene"):
        town.clock.wait(seconds=60)
        said = await crew.post(f"/units/{engine}/status", status=status, assignment=mine["assignment"])
        assert said.status_code == 200, said.text
    town.clock.wait(seconds=600)
    assert (await crew.post(f"/units/{engine}/status", status="available_mobile")).json()["incident"] is None
    (at,) = (await room.get(f"/incidents/{incident}/units"))["items"]
    assert list(at["times"]) == ["offered", "accepted", "en_route", "on_scene", "available_mobile"]
    assert at["left_at"] is not None

    await town.settled()
    story = [(line["type"], line["data"].get("status")) for line in (await room.detail(incident))["timeline"]]
    assert [line for line in story if line[0].startswith("unit")] == [
        ("unit_sent", None),
        ("unit_told", "accepted"),
        ("unit_told", "en_route"),
        ("unit_told", "on_scene"),
        ("unit_told", "available_mobile"),
    ]


async def test_units_are_as_they_were_after_a_restart(town: Town) -> None:
    room, crew = await town.operator("anna"), await town.operator("cleo", Role.RESPONDER)
    engine = await a_unit(town, "E1")
    await crew.post(f"/units/{engine}/crew")
    incident = await an_incident(town, room)
    await room.post(f"/incidents/{incident}/units", unit="E1")
    before = await room.get(f"/units/{engine}")
    await town.restart()
    room = await town.operator("anna")
    assert await room.get(f"/units/{engine}") == before


async def test_whoever_comes_second_is_shown_the_unit_as_it_is(town: Town) -> None:
    room, crew = await town.operator("anna"), await town.operator("cleo", Role.RESPONDER)
    engine = await a_unit(town, "E1")
    await crew.post(f"/units/{engine}/crew")
    incident = await an_incident(town, room)
    await room.post(f"/incidents/{incident}/units", unit="E1")
    again = await room.post(f"/incidents/{incident}/units", unit="E1")
    assert refused(again) == (409, "E1 is there already")
    assert again.json()["unit"]["status"] == "offered"
    off = await crew.post(f"/units/{engine}/crew/leave")
    assert refused(off) == (409, "E1 is busy: offered")
    assert (await room.post(f"/incidents/{incident}/units/E1/release", reason="false alarm")).status_code == 200
    late = await crew.post(f"/units/{engine}/status", status="accepted", assignment=again.json()["unit"]["assignment"])
    assert refused(late) == (409, "E1 is not sent there any more")


async def test_who_is_in_the_field_speaks_for_his_own_unit_alone(town: Town) -> None:
    room, crew = await town.operator("anna"), await town.operator("cleo", Role.RESPONDER)
    other = await town.operator("dora", Role.RESPONDER)
    engine, ladder = await a_unit(town, "E1"), await a_unit(town, "L1")
    await crew.post(f"/units/{engine}/crew")
    await other.post(f"/units/{ladder}/crew")
    assert (await crew.post(f"/units/{ladder}/status", status="out_of_service")).status_code == 404
    assert (await crew.post(f"/units/{engine}/crew", user="dora")).status_code == 403
    incident = await an_incident(town, room)
    assert (await crew.post(f"/incidents/{incident}/units", unit="E1")).status_code == 403
    for unit in ("E1", "L1"):
        await room.post(f"/incidents/{incident}/units", unit=unit)
    both = (await crew.get("/units"))["items"]
    assert [one["call_sign"] for one in both] == ["E1", "L1"], "who is at the same incident is seen"
    assert (await crew.post(f"/units/{ladder}/status", status="en_route")).status_code == 403


async def test_a_first_position_on_another_continent_than_its_station_is_passed_over(town: Town) -> None:
    home = await town.centre.units.put_station(
        Station(id="", name="Mill Street", latitude=51.5, longitude=-0.12), by="test"
    )
    room, crew = await town.operator("anna"), await town.operator("cleo", Role.RESPONDER)
    engine = await a_unit(town, "E1", station=home.id)
    assert (await crew.post(f"/units/{engine}/crew")).status_code == 200
    for latitude, longitude, seen in ((-33.87, 151.2, False), (51.52, -0.1, True)):
        said = await crew.post(f"/units/{engine}/position", latitude=latitude, longitude=longitude)
        assert said.status_code == 204, said.text
        assert ((await room.get(f"/units/{engine}"))["where"] is not None) is seen, latitude


async def test_a_room_of_one_tenant_signs_on_its_own_people_and_learns_nothing_of_anybody_else(town: Town) -> None:
    room = await town.operator("nora", Role.DISPATCHER, "north")
    for name, tenants in (("sue", ["south"]), ("bo", ["north", "south"]), ("ned", ["north"]), ("wim", [])):
        await town.operator(name, Role.RESPONDER, *tenants)
    await town.operator("audrey", Role.AUDITOR, "north")
    units = town.centre.units
    north = Unit(id="", call_sign="N1", type=UnitType.TEAM, service=Service.FIRE, tenant="north")
    mine = await units.put_unit(north, by="test")
    south = await units.put_unit(replace(north, call_sign="Shadow 9", tenant="south"), by="test")
    dispatch = town.centre.dispatch
    for name in ("sue", "bo"):
        await dispatch.sign_on(south.id, name, Staff(name, "responder"))

    async def refused(name: str) -> tuple[int, str, str]:
        answer = await room.post(f"/units/{mine.id}/crew", user=name)
        return answer.status_code, answer.json()["title"], answer.text

    nobody = await refused("nobody")
    for name in ("sue", "wim", "audrey"):
        found = await refused(name)
        assert (found[:2], found[2].replace(name, "nobody")) == (nobody[:2], nobody[2])
    assert await refused("bo") == (409, "bo is on duty elsewhere: he has to sign off there first", ANY)
    assert "Shadow" not in (await refused("bo"))[2]
    assert (await room.post(f"/units/{mine.id}/crew", user="NED")).status_code == 200
    assert [one.user for one in dispatch.now.get(mine.id).crew] == ["ned"]


async def test_a_position_is_seen_by_the_room_and_is_on_no_disk(town: Town) -> None:
    room, crew = await town.operator("anna"), await town.operator("cleo", Role.RESPONDER)
    engine = await a_unit(town, "E1")
    await crew.post(f"/units/{engine}/crew")
    said = await crew.post(f"/units/{engine}/position", latitude=53.123456, longitude=9.987654)
    assert said.status_code == 204
    where = (await room.get(f"/units/{engine}"))["where"]
    assert (where["latitude"], where["longitude"], where["old"]) == (53.1235, 9.9877, False)
    far = await crew.post(f"/units/{engine}/position", latitude=-33.0, longitude=151.0)
    assert far.status_code == 204
    assert (await room.get(f"/units/{engine}"))["where"] == where, "nobody is on another continent within a second"
    wrong = await crew.post(f"/units/{engine}/position", latitude=91, longitude=0)
    assert (wrong.status_code, wrong.json()["field"]) == (400, "latitude")
    await crew.post(f"/units/{engine}/status", status="available_mobile")
    await crew.post(f"/units/{engine}/crew/leave")
    assert (await room.get(f"/units/{engine}"))["where"] is None
    await town.stop()
    assert holding(Path(town.settings.data), b"53.123") == []
    await town.start()


async def test_the_stream_tells_of_units_to_those_who_may_know(town: Town) -> None:
    room, crew = await town.operator("anna"), await town.operator("cleo", Role.RESPONDER)
    engine, ladder = await a_unit(town, "E1"), await a_unit(town, "L1")
    async with room.client.stream("GET", "/stream") as heard, crew.client.stream("GET", "/stream") as his:
        of_room, of_crew = heard.aiter_lines(), his.aiter_lines()
        await anext(of_room), await anext(of_crew)
        assert refused(await room.post(f"/units/{ladder}/crew", user="nobody"))[0] == 400
        await room.post(f"/units/{ladder}/crew", user="anna")
        assert json.loads(await event(of_room, "unit"))["call_sign"] == "L1"
        await crew.post(f"/units/{engine}/crew")
        assert json.loads(await event(of_room, "unit"))["call_sign"] == "E1"
        assert json.loads(await event(of_crew, "unit"))["call_sign"] == "E1", "and nothing of L1 before it"


def holding(folder: Path, text: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text in path.read_bytes()]


async def event(lines: AsyncIterator[str], name: str) -> str:
    """The data of the next event of a name."""
    async for line in lines:
        if line == f"event: {name}":
            return (await anext(lines)).removeprefix("data: ")
    raise AssertionError("the stream has ended")


async def test_who_leaves_an_incident_is_none_of_the_others_there_any_more(town: Town) -> None:
    room, crew = await town.operator("anna"), await town.operator("cleo", Role.RESPONDER)
    other = await town.operator("dora", Role.RESPONDER)
    engine, ladder = await a_unit(town, "E1"), await a_unit(town, "L1")
    await crew.post(f"/units/{engine}/crew")
    await other.post(f"/units/{ladder}/crew")
    incident = await an_incident(town, room)
    for unit in ("E1", "L1"):
        await room.post(f"/incidents/{incident}/units", unit=unit)
    async with crew.client.stream("GET", "/stream") as his:
        of_crew = his.aiter_lines()
        await anext(of_crew)
        await room.post(f"/incidents/{incident}/units/L1/release")
        assert json.loads(await event(of_crew, "unit_gone")) == {"id": ladder}
    assert [one["call_sign"] for one in (await crew.get("/units"))["items"]] == ["E1"]


async def test_what_is_recommended_is_sent_in_two_requests_and_fills_its_role(town: Town) -> None:
    room = await town.operator("anna")
    school = next(one for one in town.centre.book.all() if one.latitude is not None)
    assert school.latitude is not None
    assert school.longitude is not None
    north = Station(id="", name="North", latitude=school.latitude, longitude=school.longitude)
    station = await town.centre.units.put_station(north, by="test")
    crews = {}
    fleet: dict[str, dict[str, Any]] = {
        "E1": {"station": station.id},
        "L1": {"type": UnitType.LADDER, "equipment": frozenset({UnitEquipment.AERIAL})},
        "M1": {"type": UnitType.AMBULANCE, "service": Service.EMS, "station": station.id},
    }
    for sign, more in fleet.items():
        unit = await a_unit(town, sign, **more)
        crews[sign] = await town.operator(f"crew {sign}", Role.RESPONDER)
        await crews[sign].post(f"/units/{unit}/crew")
    incident = await an_incident(town, room)
    told = await room.get(f"/incidents/{incident}/recommendation")
    assert [(one["call_sign"], one["role"]) for one in told["items"]] == [("E1", "engine")]
    assert told["place_known"]
    assert "reckoned from its station" in told["items"][0]["reasons"]
    assert told["complete_s"] == told["items"][0]["eta_s"]
    german = await room.client.get(f"/incidents/{incident}/recommendation", headers={"Accept-Language": "de"})
    assert "rückt in 60 s aus" in german.json()["items"][0]["reasons"]
    first = told["items"][0]
    asked = {"unit": first["unit"], "role": first["role"], "rank": 1, "eta_s": first["eta_s"], "way": first["way"]}
    assert (await room.post(f"/incidents/{incident}/units", **asked)).status_code == 200
    assert (await room.get(f"/incidents/{incident}/recommendation"))["needs"] == []
    (mine,) = [one for one in (await room.get("/units"))["items"] if one["call_sign"] == "E1"]
    assert mine["eta_at"] is not None


async def test_a_guard_is_not_told_of_a_medical_incident_unless_somebody_asked_for_that(town: Town) -> None:
    room, guard = await town.operator("anna"), await town.operator("gus", Role.RESPONDER)
    unit = await a_unit(town, "G1", Service.GUARD, type=UnitType.GUARD)
    await guard.post(f"/units/{unit}/crew")
    await town.say("care", "1100", zone="012")
    (row,) = await room.incidents("waiting")
    assert row["kind"].startswith("MED.")
    assert (await room.get(f"/incidents/{row['id']}/recommendation"))["items"] == []
    plain = await room.post(f"/incidents/{row['id']}/units", unit="G1")
    assert (plain.status_code, plain.json()["field"]) == (400, "reason")
    asked = await room.post(f"/incidents/{row['id']}/units", unit="G1", reason="crew asks for protection")
    assert asked.status_code == 200, asked.text


async def test_who_asks_for_more_lifts_the_level_and_the_queue_says_who_is_there(town: Town) -> None:
    room, crew = await town.operator("anna"), await town.operator("cleo", Role.RESPONDER)
    engine = await a_unit(town, "E1")
    await a_unit(town, "E2")
    await crew.post(f"/units/{engine}/crew")
    incident = await an_incident(town, room)
    assert (await room.detail(incident))["units"] is None
    await room.post(f"/incidents/{incident}/units", unit="E1")
    offered = await room.get(f"/units/{engine}")
    since = datetime.fromisoformat(offered["since"])
    assert datetime.fromisoformat(offered["overdue_at"]) - since == timedelta(seconds=60)

    await crew.post(f"/units/{engine}/status", status="on_scene", needs_more=True)
    (row,) = (await room.get("/incidents"))["items"]
    assert row["units"] == {"count": 1, "call_sign": "E1", "status": "on_scene", "needs_more": True}
    assert (await room.get(f"/units/{engine}"))["needs_more"] is True

    before = (await room.detail(incident))["version"]
    for _ in range(2):
        assert (await room.post(f"/incidents/{incident}/level", level=2)).status_code == 200
    assert refused(await room.post(f"/incidents/{incident}/level", level=6))[0] == 400
    assert (await crew.post(f"/incidents/{incident}/level", level=3)).status_code == 403
    after = await room.detail(incident)
    assert (after["alarm_level"], after["version"]) == (2, before), "nobody's act is refused for it"
    assert [line["data"] for line in after["timeline"] if line["type"] == "level"] == [{"level": 2, "was": 1}]
    assert (await room.get(f"/incidents/{incident}/recommendation"))["level"] == 2
    first = await room.get(f"/incidents/{incident}/recommendation?level=1")
    assert first["needs"] == [], "who was sent as nothing in particular fills what he is fit for"
    await town.restart()
    assert (await (await town.operator("anna")).detail(incident))["alarm_level"] == 2


async def test_the_record_tells_every_sending_with_its_times_and_of_alerts_how_many(town: Town) -> None:
    room, crew = await town.operator("anna"), await town.operator("cleo", Role.RESPONDER)
    engine = await a_unit(town, "E1")
    await crew.post(f"/units/{engine}/crew")
    incident = await an_incident(town, room)
    await room.post(f"/incidents/{incident}/units", unit="E1", role="engine")
    for status in ("accepted", "en_route", "on_scene"):
        town.clock.wait(seconds=60)
        await crew.post(f"/units/{engine}/status", status=status)
    await town.settled()
    record = await room.get(f"/incidents/{incident}/record")
    (unit,) = record["units"]
    assert (unit["call_sign"], unit["role"], unit["by"], unit["of"]) == ("E1", "engine", "anna", None)
    assert list(unit["times"]) == ["offered", "accepted", "en_route", "on_scene"]
    assert set(record["alerts"]) == {"alerts", "told", "accepted", "refused"}, "and no names"
    assert record["roll_calls"] == []
    await room.post(f"/units/{engine}/status", status="available_mobile")
    await room.act(incident, "take")
    await room.skip_all(incident)
    seen = (await room.detail(incident))["signals_seq"]
    await room.act(incident, "close", disposition="false_alarm", cause="unknown", seen_upto=seen, reason="no restore")

    async def archived() -> bool:
        return bool((await room.get("/archive/incidents"))["items"])

    await until_told(archived)
    (over,) = (await room.get("/archive/incidents"))["items"]
    assert (over["units"], over["first_sent_at"], over["first_on_scene_at"]) == (
        1,
        unit["times"]["offered"],
        unit["times"]["on_scene"],
    )
    for language in ("en", "de", "fr", "es"):
        paper = await room.client.get(f"/incidents/{incident}/record.pdf", headers={"Accept-Language": language})
        assert paper.content[:5] == b"%PDF-"
