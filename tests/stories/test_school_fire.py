"""A school fire from the first detector to its record: three ways in, one incident, three units, one story."""

from typing import Any

from belfry.domain.unit import Service, Station, Unit, UnitEquipment, UnitSkill, UnitType
from belfry.ports.staff import Role
from tests.stories.kit import Desk, Row, Town, until_told

CREWS = {"E1": "cleo", "L1": "dora", "M1": "eva"}


async def furnish(town: Town) -> tuple[dict[str, str], tuple[float, float]]:
    """A station two streets from the school, with an engine, a ladder and an ambulance; their ids, and the school."""
    school = next(one for one in town.centre.book.all() if one.account == "1001")
    assert school.latitude is not None
    assert school.longitude is not None
    at = (school.latitude, school.longitude)
    place = Station(id="", name="Mill Street", latitude=at[0] + 0.004, longitude=at[1])
    station = await town.centre.units.put_station(place, by="test")
    fleet: dict[str, dict[str, Any]] = {
        "E1": {"type": UnitType.ENGINE, "service": Service.FIRE},
        "L1": {
            "type": UnitType.LADDER,
            "service": Service.FIRE,
            "equipment": frozenset({UnitEquipment.AERIAL}),
            "skills": frozenset({UnitSkill.INCIDENT_COMMAND}),
        },
        "M1": {"type": UnitType.AMBULANCE, "service": Service.EMS},
    }
    made = {}
    for sign, fields in fleet.items():
        unit = Unit(id="", call_sign=sign, station=station.id, **fields)
        made[sign] = (await town.centre.units.put_unit(unit, by="test")).id
    return made, at


async def only(desk: Desk, method: str) -> Row:
    (row,) = [row for row in await desk.incidents("waiting", "taken") if row["method"] == method]
    return row


async def neighbours(desk: Desk, incident: str, count: int) -> list[Row]:
    """What is offered beside an incident, once it is."""

    async def there() -> bool:
        return len((await desk.detail(incident))["neighbours_open"]) == count

    await until_told(there)
    found: list[Row] = (await desk.detail(incident))["neighbours_open"]
    return found


async def taken_again(desk: Desk, incident: str) -> None:
    """Whoever does nothing for two minutes has given it back."""
    if (await desk.detail(incident))["state"] != "taken":
        await desk.act(incident, "take")


async def test_a_school_fire_from_the_first_detector_to_its_record(town: Town) -> None:
    anna = await town.operator("anna", Role.DISPATCHER)
    units, school = await furnish(town)
    crews = {sign: await town.operator(name, Role.RESPONDER) for sign, name in CREWS.items()}
    for sign, crew in crews.items():
        assert (await crew.post(f"/units/{units[sign]}/crew")).status_code == 200

    # the panel: two detectors, so it is confirmed and rings everybody
    await town.say("school", "1110", "007")
    town.clock.wait(seconds=20)
    await town.say("school", "1110", "012")
    fire = await only(anna, "equipment")
    assert (fire["kind"], fire["priority"]) == ("FIRE.ALARM.CONF", 1)
    await anna.act(fire["id"], "take")

    # a caller across the street, and a guard on duty
    beside = {"latitude": school[0] + 0.0004, "longitude": school[1]}
    called = await anna.post("/calls", kind="FIRE.STRUCT", place={"position": beside}, note="flames at the roof")
    assert called.status_code == 202, called.text
    seen = await crews["M1"].post("/reports", kind="FIRE.SMOKE", place={"position": beside}, note="black smoke")
    assert seen.status_code == 202, seen.text
    await town.settled()
    call, report = await only(anna, "call"), await only(anna, "duty")
    offered = await neighbours(anna, fire["id"], 2)
    assert {row["id"] for row in offered} == {call["id"], report["id"]}

    # joined by one key each
    for row in (call, report):
        await anna.act(row["id"], "take")
        await anna.act(row["id"], "merge", into=fire["id"])
    assert [row["number"] for row in await anna.incidents("open")] == [fire["number"]]
    lead = await anna.detail(fire["id"])
    assert lead["leads"] == 2

    # recommended with reasons, sent
    told = await anna.get(f"/incidents/{fire['id']}/recommendation")
    assert {(one["call_sign"], one["role"]) for one in told["items"] if one["role"]} == {
        ("E1", "engine"),
        ("L1", "aerial"),
    }
    assert told["unfilled"] == ["command"]
    assert all(one["reasons"] for one in told["items"])
    for rank, one in enumerate((one for one in told["items"] if one["role"]), start=1):
        sent = {name: one[name] for name in ("unit", "role", "eta_s", "way")}
        assert (await anna.post(f"/incidents/{fire['id']}/units", rank=rank, **sent)).status_code == 200
    assert (await anna.post(f"/incidents/{fire['id']}/units", unit="M1")).status_code == 200
    for sign in ("L1", "M1"):
        assert (await anna.post(f"/incidents/{fire['id']}/units/{sign}/release")).status_code == 200

    # accepted on a phone, en route, on scene, cleared
    crew = crews["E1"]
    (mine,) = [one for one in (await crew.get("/units"))["items"] if one["call_sign"] == "E1"]
    for status in ("accepted", "en_route", "on_scene"):
        town.clock.wait(seconds=90)
        said = await crew.post(f"/units/{units['E1']}/status", status=status, assignment=mine["assignment"])
        assert said.status_code == 200, said.text
    await taken_again(anna, fire["id"])
    early = await anna.post(
        f"/incidents/{fire['id']}/close",
        disposition="genuine",
        cause="fire",
        seen_upto=(await anna.detail(fire["id"]))["signals_seq"],
        version=(await anna.detail(fire["id"]))["version"],
        reason="out",
    )
    assert (early.status_code, early.json()["type"]) == (409, "belfry:units-there")
    assert early.json()["title"] == "E1 is not released"
    town.clock.wait(minutes=40)
    assert (await crew.post(f"/units/{units['E1']}/status", status="available_mobile")).json()["free"]

    # closed, and its record tells the whole story
    await town.say("school", "3110", "007")
    await town.say("school", "3110", "012")
    await taken_again(anna, fire["id"])
    await anna.skip_all(fire["id"])
    now = await anna.detail(fire["id"])
    await anna.act(
        fire["id"],
        "close",
        disposition="genuine",
        cause="fire",
        seen_upto=now["signals_seq"],
        comment="roof",
        reason="out",
    )
    await town.settled()
    assert await anna.incidents("open") == []
    record = await anna.get(f"/incidents/{fire['id']}/record")
    text = str(record)
    for word in ("E1", "accepted", "en_route", "on_scene", "available_mobile", "flames at the roof", "black smoke"):
        assert word in text, word
