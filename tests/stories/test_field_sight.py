"""Who is in the field sees what his unit has to do with: by list, by address, by story, by stream; and nothing else."""

import json
from datetime import UTC, datetime
from typing import Any, Final

from belfry.domain.dispatch_facts import Alerted
from belfry.domain.facts import Entry, incident_subject
from belfry.domain.unit import Service
from belfry.ports.staff import Role
from tests.stories.field import on_duty
from tests.stories.kit import Desk, Row, Town, until, until_told
from tests.stories.screen import Screen, watching

NOTE: Final = "He is diabetic"
NOWHERE: Final = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)


async def opened(town: Town, room: Desk, site: str, code: str, zone: str) -> Row:
    known = {row["id"] for row in await room.incidents("open")}
    await town.say(site, code, zone=zone)
    await town.settled()
    (row,) = [row for row in await room.incidents("open") if row["id"] not in known]
    return row


async def answers(desk: Desk, incident: str) -> str:
    """Everything that the API says to somebody in the field, one after the other."""
    paths = (
        "/incidents?limit=1000&state=open&state=closed",
        "/incidents?kind=MED",
        f"/incidents/{incident}",
        f"/incidents/{incident}/timeline",
        f"/incidents/{incident}/units",
        f"/incidents/{incident}/plan",
        "/follow-ups",
        "/units",
        "/shifts",
        "/centre",
        "/map",
        "/session",
        "/me/duty",
    )
    return "\n".join([(await desk.client.get(path)).text for path in paths])


async def sent(room: Desk, incident: str, sign: str, **words: Any) -> None:
    answer = await room.post(f"/incidents/{incident}/units", unit=sign, **words)
    assert answer.status_code == 200, answer.text


async def test_a_medical_incident_is_in_no_answer_to_guards_until_their_unit_is_sent_there(town: Town) -> None:
    room = await town.operator("anna")
    guard, nurse = await on_duty(town, "gus", Service.GUARD), await on_duty(town, "nora", Service.CARE)
    fire = await on_duty(town, "fritz", Service.FIRE)
    screens = [Screen() for _ in range(3)]
    async with (
        watching(guard, screens[0]),
        watching(nurse, screens[1]),
        watching(fire, screens[2]),
    ):
        medical = await opened(town, room, "care", "1100", "012")
        burning = await opened(town, room, "school", "1110", "007")
        traces = [medical["id"], medical["site"]["name"], medical["site"]["id"], NOTE]
        await room.act(medical["id"], "note", text=NOTE)
        await town.settled()
        await until(lambda: burning["id"] in screens[2].rows)
        for desk in (guard, nurse, fire):
            said = await answers(desk, medical["id"])
            assert [one for one in traces if one in said.replace(f"/incidents/{medical['id']}", "")] == []
        assert (await guard.get("/incidents"))["items"] == [], "a fire is led by the fire brigade"
        assert [row["id"] for row in (await fire.get("/incidents"))["items"]] == [burning["id"]]

        await sent(room, medical["id"], "nora")
        await until(lambda: medical["id"] in screens[1].rows)
        (seen,) = (await nurse.get("/incidents"))["items"]
        assert seen["id"] == medical["id"]
        assert NOTE not in await answers(nurse, medical["id"]), "what is sealed waits for her yes"
        (mine,) = (await nurse.get("/units"))["items"]
        await nurse.post(f"/units/{mine['id']}/status", status="accepted", assignment=mine["assignment"])
        assert NOTE in (await nurse.client.get(f"/incidents/{medical['id']}")).text

        await sent(room, medical["id"], "gus", reason="the crew asks for protection")
        await until(lambda: medical["id"] in screens[0].rows)
        assert (await guard.get(f"/incidents/{medical['id']}"))["kind"].startswith("MED.")
        await room.post(f"/incidents/{medical['id']}/units/gus/release", reason="not needed")
        await town.settled()
        assert (await guard.client.get(f"/incidents/{medical['id']}")).status_code == 404
        assert [one for one in traces if one in await answers(guard, "none")] == []
    assert set(screens[2].rows) == {burning["id"]}


async def test_off_duty_nobody_sees_any_and_signing_on_has_the_phone_load_anew(town: Town) -> None:
    room = await town.operator("anna")
    fire = await on_duty(town, "fritz", Service.FIRE)
    burning = await opened(town, room, "school", "1110", "007")
    assert [row["id"] for row in await fire.incidents("open")] == [burning["id"]]
    async with fire.client.stream("GET", "/stream", timeout=None) as heard:
        lines = heard.aiter_lines()
        await event(lines, "centre")
        assert (await fire.post("/units/fritz/crew/leave")).status_code == 200
        await event(lines, "reset")
        assert await fire.incidents() == []
        assert (await fire.client.get(f"/incidents/{burning['id']}")).status_code == 404
        assert burning["site"]["name"] not in await answers(fire, "none")


async def test_who_is_alerted_sees_it_but_a_guard_not_what_is_medical(town: Town) -> None:
    """The alert is written as the centre writes it; whom it reaches is another room's."""
    room = await town.operator("anna")
    guard, nurse = await on_duty(town, "gus", Service.GUARD), await on_duty(town, "nora", Service.CARE)
    medical = await opened(town, room, "care", "1100", "012")
    told = Alerted(incident=medical["id"], alert="a1", reach="nearest", to=("gus", "nora"))
    subject = incident_subject(medical["id"])
    await town.centre._stores.journal.append(
        [Entry(id=b"alert-of-a-story", subject=subject, at=NOWHERE, facts=(told,))]
    )
    await town.settled()
    assert [row["id"] for row in await nurse.incidents()] == [medical["id"]]
    assert await guard.incidents() == []
    assert (await guard.client.get(f"/incidents/{medical['id']}")).status_code == 404


async def test_another_tenants_fire_is_seen_by_who_is_sent_there_alone(town: Town) -> None:
    room = await town.operator("hilda", Role.SUPERVISOR)
    home = await on_duty(town, "fritz", Service.FIRE, "north")
    away = await on_duty(town, "frida", Service.FIRE, "south")
    account = next(one for one in town.sites if one.role == "school").account
    (site,) = (await room.get("/accounts", account=account))["items"]
    card = await room.get(f"/accounts/{site['id']}")
    asked = {"version": card["version"], "account": {"tenant": "north"}}
    assert (await room.client.patch(f"/accounts/{site['id']}", json=asked)).status_code == 200

    async def moved() -> bool:
        return bool((await room.get("/accounts", account=account))["items"][0]["tenant"] == "north")

    await until_told(moved)
    burning = await opened(town, room, "school", "1110", "007")
    assert [row["id"] for row in await home.incidents()] == [burning["id"]]
    assert await away.incidents() == []
    assert (await away.client.get(f"/incidents/{burning['id']}")).status_code == 404
    await sent(room, burning["id"], "frida")
    assert [row["id"] for row in await away.incidents()] == [burning["id"]]


async def test_what_becomes_medical_leaves_the_guards_screen(town: Town) -> None:
    room, police = await town.operator("anna"), await on_duty(town, "pol", Service.POLICE)
    call = await room.post("/calls", kind="RES.LIFT", place={"text": "Mill road 3"})
    assert call.status_code == 202, call.text
    await town.settled()
    (row,) = await room.incidents("open")
    assert await police.incidents() == []
    told = Alerted(incident=row["id"], alert="a1", reach="group", to=("pol",))
    entry = Entry(id=b"alert-of-a-story", subject=incident_subject(row["id"]), at=NOWHERE, facts=(told,))
    await town.centre._stores.journal.append([entry])
    await town.settled()
    assert [one["id"] for one in await police.incidents()] == [row["id"]]
    async with police.client.stream("GET", "/stream", timeout=None) as heard:
        lines = heard.aiter_lines()
        await event(lines, "centre")
        await room.act(row["id"], "take")
        assert json.loads(await event(lines, "incident"))["id"] == row["id"]
        await room.act(row["id"], "reclassify", kind="MED.FALL", reason="he fell")
        await event(lines, "reset")
    assert await police.incidents() == []


async def event(lines: Any, wanted: str) -> str:
    """The data of the next event of a name."""
    name = ""
    async for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data" and name == wanted:
            return str(value)
    raise AssertionError(f"the stream ended without {wanted}")
