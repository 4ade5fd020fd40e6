"""Who must know of an incident knows: everybody on duty whom its kind reaches, nobody else, until somebody accepts."""

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from belfry.domain.chains import Chain, ChainStep
from belfry.domain.unit import Service, Unit, UnitType
from belfry.ports.staff import Role
from belfry.settings import Settings
from tests.stories.kit import Desk, Row, Town, open_town, until, until_told


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path) as opened:
        yield opened


async def a_unit(town: Town, sign: str, service: Service = Service.FIRE) -> str:
    made = Unit(id="", call_sign=sign, type=UnitType.ENGINE, service=service)
    return (await town.centre.units.put_unit(made, by="test")).id


async def on_duty(town: Town, name: str, unit: str) -> Desk:
    """Somebody in the field who signs on to a unit."""
    desk = await town.operator(name, Role.RESPONDER)
    said = await desk.post(f"/units/{unit}/crew")
    assert said.status_code == 200, said.text
    return desk


async def alerts(desk: Desk) -> list[Row]:
    items: list[Row] = (await desk.get("/me/alerts"))["items"]
    return items


async def told(*desks: Desk) -> list[Row]:
    """The newest alert of each, as soon as each has one."""

    async def all_have() -> bool:
        return all([await alerts(one) for one in desks])

    await until_told(all_have)
    return [(await alerts(one))[0] for one in desks]


async def report(desk: Desk, kind: str, **more: Any) -> httpx.Response:
    answer = await desk.post("/reports", kind=kind, place=more.pop("place", {"text": "Behind the mill"}), **more)
    assert answer.status_code == 202, answer.text
    return answer


async def told_of(town: Town, incident: str) -> Sequence[str]:
    """Everybody who was ever told of an incident, as the board remembers it."""
    known = town.centre.board.get(incident)
    assert known is not None
    return [name for alert in known.alerts for name in alert.to]


async def test_of_twelve_people_the_nine_on_duty_know_and_one_accepts(town: Town) -> None:
    room = await town.operator("anna")
    units = [await a_unit(town, f"E{number}") for number in range(3)]
    crews = [await on_duty(town, f"crew{number}", units[number % 3]) for number in range(9)]
    off = [await town.operator(f"off{number}", Role.RESPONDER) for number in range(2)]
    gone = await on_duty(town, "gone", units[0])
    assert (await gone.post(f"/units/{units[0]}/crew/leave")).status_code == 200

    await report(crews[0], "FIRE.STRUCT", note="Flames at the back")
    found = await told(*crews)
    assert {one["alert"] for one in found} == {found[0]["alert"]}
    first = found[0]
    assert (first["kind"], first["needs"], first["accepted"], first["answer"]) == ("FIRE.STRUCT", 1, 0, None)
    assert "Flames" not in json.dumps(found), "never the note"
    assert [await alerts(one) for one in (*off, gone)] == [[], [], []]

    said = await crews[3].post(f"/me/alerts/{first['alert']}", answer="accepted", eta_s=240)
    assert (said.status_code, said.json()["accepted"], said.json()["answer"]) == (200, 1, "accepted")
    again = await crews[3].post(f"/me/alerts/{first['alert']}", answer="accepted", eta_s=240)
    assert again.json() == said.json(), "the same again changes nothing"
    assert (await off[0].post(f"/me/alerts/{first['alert']}", answer="accepted")).status_code == 404
    (seen,) = await alerts(crews[1])
    assert (seen["accepted"], seen["taken_by"]) == (1, ["E0"]), "who is told sees who has taken it, by call sign"

    await town.pass_time(minutes=5)
    (state,) = (await room.get(f"/incidents/{first['incident']}/alerts"))["items"]
    assert (state["over"], state["accepted"], state["rounds"], len(state["people"])) == ("enough", 1, 1, 9)
    assert sorted(await told_of(town, first["incident"])) == sorted(f"crew{number}" for number in range(9))

    sent = await room.post(f"/incidents/{first['incident']}/units", unit=units[2])
    assert sent.status_code == 200, sent.text
    assert [one["taken_by"] for one in await alerts(crews[1])] == [["E0"]], "who was sent has not taken it yet"
    assert (await room.post(f"/units/{units[2]}/status", status="en_route")).status_code == 200
    assert [one["taken_by"] for one in await alerts(crews[1])] == [["E0", "E2"]]


async def test_police_and_guards_are_told_of_no_medical_incident_but_where_a_person_sends_them(town: Town) -> None:
    room = await town.operator("anna")
    nurse = await on_duty(town, "nora", await a_unit(town, "N1", Service.EMS))
    patrol = await a_unit(town, "P1", Service.POLICE)
    police = await on_duty(town, "paul", patrol)
    await report(room, "MED.MCI")
    ((first,),) = [await told(nurse)]
    assert await alerts(police) == []
    sent = await room.post(f"/incidents/{first['incident']}/units", unit=patrol, reason="The crew asks for protection")
    assert sent.status_code == 200, sent.text
    (mine,) = await told(police)
    assert (mine["call_sign"], mine["needs"]) == ("P1", 1)


async def test_whoever_accepts_what_his_unit_was_sent_to_says_so_of_the_unit_and_who_refuses_last_refuses(
    town: Town,
) -> None:
    room = await town.operator("anna")
    engine, ladder = await a_unit(town, "E1"), await a_unit(town, "L1")
    cleo, dora, emil = [
        await on_duty(town, name, unit) for name, unit in (("cleo", engine), ("dora", engine), ("emil", ladder))
    ]
    await town.say("school", "1110", zone="007")
    (row,) = await room.incidents("waiting")
    for unit in (engine, ladder):
        await room.post(f"/incidents/{row['id']}/units", unit=unit)

    async def of_unit(desk: Desk) -> Row:
        async def has_one() -> bool:
            return any(one["assignment"] for one in await alerts(desk))

        await until_told(has_one)
        return next(one for one in await alerts(desk) if one["assignment"])

    mine = await of_unit(cleo)
    assert (await cleo.post(f"/me/alerts/{mine['alert']}", answer="refused")).status_code == 200
    assert (await room.get(f"/units/{engine}"))["status"] == "offered", "one of the crew is left"
    assert (await dora.post(f"/me/alerts/{mine['alert']}", answer="accepted", eta_s=90)).status_code == 200
    assert (await room.get(f"/units/{engine}"))["status"] == "accepted"
    other = await of_unit(emil)
    assert (await emil.post(f"/me/alerts/{other['alert']}", answer="refused")).status_code == 200
    assert (await room.get(f"/units/{ladder}"))["incident"] is None

    await room.post(f"/incidents/{row['id']}/units", unit=ladder)

    async def a_new_one() -> bool:
        return any(one["assignment"] and one["alert"] != other["alert"] for one in await alerts(emil))

    await until_told(a_new_one)
    newer = next(one for one in await alerts(emil) if one["assignment"])
    assert (await room.post(f"/incidents/{row['id']}/units/L1/release", reason="enough there")).status_code == 200
    late = await emil.post(f"/me/alerts/{newer['alert']}", answer="accepted")
    assert (late.status_code, late.json()["title"]) == (409, "It is over, or the unit was called back")
    assert all(one["alert"] != newer["alert"] for one in await alerts(emil)), "it is taken back"


async def test_an_alarm_of_unknown_kind_stays_in_the_room_until_a_person_picks_one(town: Town) -> None:
    room = await town.operator("anna")
    crew = await on_duty(town, "cleo", await a_unit(town, "E1"))
    await town.say("school", "1999", zone="001")
    (row,) = await room.incidents("waiting")
    assert row["kind"] == "ADM.UNKNOWN"
    await town.pass_time(seconds=5)
    assert await alerts(crew) == []
    await room.act(row["id"], "take")
    await room.act(row["id"], "reclassify", kind="FIRE.STRUCT", reason="The caretaker sees flames")
    (mine,) = await told(crew)
    assert mine["kind"] == "FIRE.STRUCT"


async def test_who_was_told_of_smoke_is_told_once_more_where_it_is_a_fire_and_the_story_counts_people(
    town: Town,
) -> None:
    room = await town.operator("anna")
    cleo = await on_duty(town, "cleo", await a_unit(town, "E1"))
    await report(room, "FIRE.SMOKE")
    (first,) = await told(cleo)
    await room.act(first["incident"], "take")
    town.clock.wait(seconds=20)
    await room.act(first["incident"], "reclassify", kind="FIRE.STRUCT", reason="flames")

    async def told_anew() -> bool:
        newest = (await alerts(cleo))[0]
        return bool(newest["alert"] != first["alert"] and newest["kind"] == "FIRE.STRUCT")

    await until_told(told_anew)
    story = (await room.detail(first["incident"]))["timeline"]
    said = [one["data"] for one in story if one["type"] == "alerted"]
    assert [(one["count"], one.get("again", False)) for one in said] == [(1, False), (1, False)]
    await town.pass_time(seconds=30)
    assert len([one for one in await alerts(cleo) if not one["over"]]) == 1, "one word of hers is enough"


async def test_a_group_with_nobody_on_duty_reaches_the_supervisor_at_once_and_is_shown(town: Town) -> None:
    room = await town.operator("anna")
    await a_unit(town, "E1")
    await report(room, "FIRE.STRUCT")

    async def escalated() -> bool:
        return any("alert:supervisor" in one["escalated"] for one in await room.incidents())

    await until_told(escalated)
    (row,) = await room.incidents()
    (state,) = (await room.get(f"/incidents/{row['id']}/alerts"))["items"]
    assert state["people"] == []


async def test_nobody_accepts_so_they_are_called_again_and_then_the_supervisor(town: Town) -> None:
    room = await town.operator("anna")
    engine = await a_unit(town, "E1")
    cleo = await on_duty(town, "cleo", engine)
    await report(room, "FIRE.STRUCT")
    (mine,) = await told(cleo)
    dora = await on_duty(town, "dora", engine)
    assert await alerts(dora) == [], "who comes later is told with the next round"

    def rounds() -> int:
        known = town.centre.board.get(mine["incident"])
        return 0 if known is None else known.alerts[0].rounds

    await town.pass_time(seconds=61)
    await until(lambda: rounds() == 2)
    await told(dora)
    await town.pass_time(seconds=61)
    await until(lambda: rounds() == 3)
    await town.pass_time(seconds=61)
    await until(lambda: rounds() == 4)
    (row,) = await room.incidents()
    assert "alert:supervisor" in row["escalated"]
    await town.pass_time(minutes=10)
    assert rounds() == 4, "and nothing else happened"


async def test_where_several_must_confirm_one_word_is_not_enough_and_those_who_refuse_do_not_count(
    tmp_path: Path,
) -> None:
    again = ChainStep(who="again", after_s=60, repeat=1)
    chain = Chain(name="two", kinds=("FIRE.STRUCT",), needs=2, step=(again, ChainStep(who="supervisor", after_s=60)))

    def change(settings: Settings) -> Settings:
        return msgspec.structs.replace(settings, chain=(chain,))

    async with open_town(tmp_path, change=change) as town:
        room = await town.operator("anna")
        crew = [await on_duty(town, f"crew{number}", await a_unit(town, f"E{number}")) for number in range(3)]
        await report(room, "FIRE.STRUCT")
        first = (await told(*crew))[0]
        assert first["needs"] == 2

        async def state() -> Row:
            found: Row = (await room.get(f"/incidents/{first['incident']}/alerts"))["items"][0]
            return found

        async def round_of(number: int) -> None:
            async def reached() -> bool:
                return bool((await state())["rounds"] == number)

            await until_told(reached)

        path = f"/me/alerts/{first['alert']}"
        assert (await crew[0].post(path, answer="accepted")).status_code == 200
        assert (await crew[1].post(path, answer="refused")).status_code == 200
        assert ((await state())["over"], (await state())["accepted"]) == (None, 1)
        await town.pass_time(seconds=61)
        await round_of(2)
        assert (await crew[2].post(path, answer="accepted")).status_code == 200
        assert ((await state())["over"], (await state())["accepted"]) == ("enough", 2)
        await town.pass_time(minutes=10)
        assert (await state())["rounds"] == 2, "nobody is called any more"


async def test_alerts_are_as_they_were_after_a_restart_and_nobody_is_told_twice(town: Town) -> None:
    room = await town.operator("anna")
    engine = await a_unit(town, "E1")
    cleo = await on_duty(town, "cleo", engine)
    await report(room, "FIRE.STRUCT")
    (mine,) = await told(cleo)
    await cleo.post(f"/me/alerts/{mine['alert']}", answer="accepted")
    before = await alerts(cleo)
    await town.restart()
    await town.settled()
    cleo = await town.operator("cleo", Role.RESPONDER)
    assert await alerts(cleo) == before
    assert await told_of(town, mine["incident"]) == ["cleo"]


async def test_the_stream_tells_each_of_his_own_alerts_alone(town: Town) -> None:
    cleo = await on_duty(town, "cleo", await a_unit(town, "E1"))
    guard = await on_duty(town, "gus", await a_unit(town, "G1", Service.GUARD))
    async with cleo.client.stream("GET", "/stream") as his, guard.client.stream("GET", "/stream") as theirs:
        of_cleo, of_guard = his.aiter_lines(), theirs.aiter_lines()
        await anext(of_cleo), await anext(of_guard)
        await report(cleo, "FIRE.STRUCT", place={"text": "Behind the mill"})
        said = json.loads(await event(of_cleo, "alert"))
        assert (said["kind"], said["place"], said["answer"]) == ("FIRE.STRUCT", "Behind the mill", None)
        await cleo.post(f"/me/alerts/{said['alert']}", answer="accepted")
        assert json.loads(await event(of_cleo, "alert"))["answer"] == "accepted"
        assert await alerts(guard) == []
        await report(guard, "PROP.DAMAGE")
        await town.settled()
        await guard.post(f"/units/{(await guard.get('/units'))['items'][0]['id']}/status", status="out_of_service")
        heard = [line async for line in until_event(of_guard, "unit")]
        assert "event: alert" not in heard, "and nothing else"


async def event(lines: AsyncIterator[str], name: str) -> str:
    async for line in lines:
        if line == f"event: {name}":
            return (await anext(lines)).removeprefix("data: ")
    raise AssertionError("the stream ended")


async def until_event(lines: AsyncIterator[str], name: str) -> AsyncIterator[str]:
    async for line in lines:
        yield line
        if line == f"event: {name}":
            return
