"""Calls, as call-takers take them over HTTP: from the first field to the incident, whatever breaks in between."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from belfry.centre.erasing import expire
from belfry.domain.call_taking import ENDED_AFTER
from belfry.domain.sealed import Retention
from belfry.ports import Full
from belfry.ports.staff import Role
from belfry.protocols.aml import EXAMPLE
from tests.stories.kit import Desk, Row, Town, open_town, until

SCHOOL_ROLE: Final = "school"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path) as opened:
        yield opened


async def begun(desk: Desk) -> Row:
    answer = await desk.post("/calls/begin")
    assert answer.status_code == 201, answer.text
    call: Row = answer.json()
    return call


async def say(desk: Desk, call: Row, **words: Any) -> Row:
    """Say something of a call as it was shown last; it must be taken."""
    answer = await desk.client.patch(f"/calls/{call['id']}", json={"seen": call["seen"], **words})
    assert answer.status_code == 200, answer.text
    after: Row = answer.json()
    return after


async def end(desk: Desk, call: Row, how: str = "done") -> Row:
    answer = await desk.post(f"/calls/{call['id']}/end", how=how)
    assert answer.status_code == 200, answer.text
    over: Row = answer.json()
    return over


async def now(desk: Desk, call: Row) -> Row:
    found: Row = await desk.get(f"/calls/{call['id']}")
    return found


async def kinds(desk: Desk) -> list[tuple[str, int]]:
    return [(one["kind"], one["priority"]) for one in await desk.incidents()]


def holding(folder: Path, words: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and words in path.read_bytes()]


def near(town: Town) -> dict[str, float]:
    """A place some hundred metres from the school."""
    number = town.player.role(SCHOOL_ROLE)
    account = next(one for one in town.centre.book.all() if one.account == number)
    assert account.latitude is not None
    assert account.longitude is not None
    return {"latitude": account.latitude + 0.001, "longitude": account.longitude}


async def test_a_call_is_an_incident_while_the_caller_is_still_speaking(town: Town) -> None:
    anna, bert = await town.operator("anna"), await town.operator("bert")
    call = await begun(anna)
    assert (call["kind"], call["incident"]) == (None, None)
    call = await say(anna, call, place={"text": "Linden Walk 2", "latitude": 54.07, "longitude": -0.21})
    await town.settled()
    assert await kinds(anna) == [], "a place alone sends nobody"
    (other,) = (await bert.get("/calls"))["items"]
    assert (other["mine"], other["by"], other["place"]["text"], other["caller"]) == (
        False,
        "anna",
        "Linden Walk 2",
        None,
    )

    call = await say(anna, call, tree="fire")
    assert (call["kind"], call["next"], call["passed_at"] is not None) == ("FIRE.SMOKE", "what", True)
    await town.settled()
    assert await kinds(anna) == [("FIRE.SMOKE", 2)]
    call = await say(anna, call, answers={"what": "vehicle"})
    call = await say(anna, call, answers={"what": "vehicle", "inside": "yes"}, people=2)
    await town.settled()
    assert await kinds(anna) == [("FIRE.VEHICLE", 1)], "answers say kind and priority anew"
    assert call["say"][0].startswith("If you cannot get out")
    assert "People inside: Yes" in call["read_back"]

    call = await say(anna, await now(anna, call), caller={"name": "Ida Moss", "number": "0151 2"}, note="At the gate.")
    over = await end(anna, call)
    assert over["how"] == "done"
    await town.settled()
    (row,) = await anna.incidents()
    detail = await anna.detail(row["id"])
    assert detail["caller"] == "Ida Moss\n0151 2"
    assert "At the gate." in str(detail["timeline"])
    assert row["place"] == "Linden Walk 2"
    assert over["incident_number"] == row["number"]
    assert (await bert.get("/calls"))["items"] == []


async def test_a_caller_who_hangs_up_at_once_leaves_a_signal_and_a_mistake_leaves_none(town: Town) -> None:
    anna = await town.operator("anna")
    await end(anna, await begun(anna), "mistake")
    await town.settled()
    assert await kinds(anna) == []
    call = await say(anna, await begun(anna), place={"text": "behind the mill"})
    refused = await anna.post(f"/calls/{call['id']}/end", how="mistake")
    assert refused.status_code == 409, "something was said"
    await end(anna, call, "hung_up")
    await end(anna, call, "hung_up")
    await town.settled()
    (row,) = await anna.incidents()
    assert (row["kind"], row["place"]) == ("ADM.CALL", "behind the mill")


async def test_where_help_is_needed_a_place_is_enough_and_later_the_kind_follows(town: Town) -> None:
    anna = await town.operator("anna")
    call = await say(anna, await begun(anna), place={"text": "harbour, pier 3"}, help=True)
    await town.settled()
    assert await kinds(anna) == [("ADM.CALL", 4)]
    call = await say(anna, call if call["passed_at"] is None else await now(anna, call), tree="rescue")
    await say(anna, await now(anna, call), answers={"where": "water"})
    await town.settled()
    assert await kinds(anna) == [("RES.WATER", 1)]


async def test_the_call_taker_sets_another_priority_with_a_reason_and_a_dispatcher_is_not_overruled(town: Town) -> None:
    anna, dora = await town.operator("anna"), await town.operator("dora", Role.DISPATCHER)
    call = await say(anna, await begun(anna), tree="technical", answers={"what": "water"})
    bare = await anna.client.patch(f"/calls/{call['id']}", json={"seen": call["seen"], "priority": 1})
    assert (bare.status_code, bare.json()["field"]) == (400, "reason")
    call = await say(anna, call, priority=2, reason="It runs into the switch room")
    await town.settled()
    assert await kinds(anna) == [("TECH.WATERLEAK", 2)]
    (row,) = await anna.incidents()
    await dora.act(row["id"], "take")
    await dora.act(row["id"], "reclassify", kind="TECH.ELECHAZ", reason="sparks")
    await say(anna, await now(anna, call), answers={"what": "water", "inside": "no"}, priority=None)
    await town.settled()
    assert await kinds(anna) == [("TECH.ELECHAZ", 1)], "what a person judged since stands"


async def test_another_kind_than_the_answers_say_wants_a_reason_and_the_story_tells_both(
    town: Town, tmp_path: Path
) -> None:
    anna = await town.operator("anna")
    call = await say(anna, await begun(anna), place={"latitude": 54.07, "longitude": -0.21}, tree="fire")
    assert call["read_back"].endswith("54.07000, -0.21000"), "a place without words is read back too"
    call = await say(anna, call, answers={"what": "building"})
    assert call["kind"] == "FIRE.STRUCT"
    bare = await anna.client.patch(f"/calls/{call['id']}", json={"seen": call["seen"], "kind": "FIRE.VEHICLE"})
    assert (bare.status_code, bare.json()["field"]) == (400, "reason")
    call = await say(anna, call, kind="FIRE.VEHICLE", reason="It is the car in front of it")
    call = await say(anna, await now(anna, call), priority=4, reason="It is out already")
    await town.settled()
    assert await kinds(anna) == [("FIRE.VEHICLE", 4)]
    (row,) = await anna.incidents()
    raised = [one for one in (await anna.detail(row["id"]))["timeline"] if one["type"] == "raised"]
    assert raised[-2]["text"].endswith("Why otherwise: It is the car in front of it")
    assert raised[-1]["text"] == "Why otherwise: It is out already"
    assert "the call-taker makes it priority 4" in raised[-1]["reasons"]
    assert not holding(tmp_path, b"out already"), "a reason is sealed as a note is"

    call = await say(anna, await now(anna, call), kind=None, priority=None)
    assert (call["kind"], call["priority"], call["overridden"]) == ("FIRE.STRUCT", 1, False)
    first = await say(anna, await begun(anna), kind="FIRE.VEHICLE")
    assert first["kind"] == "FIRE.VEHICLE", "where nobody was asked anything there is nothing to overrule"


async def test_the_browser_dies_in_mid_call_and_nothing_is_lost(town: Town) -> None:
    anna = await town.operator("anna")
    call = await say(anna, await begun(anna), place={"text": "Linden Walk 2"}, caller={"number": "0151"}, note="hello")
    await anna.client.aclose()
    again = await town.operator("anna")
    (found,) = (await again.get("/calls"))["items"]
    assert (found["id"], found["mine"], found["note"], found["caller"]["number"]) == (call["id"], True, "hello", "0151")
    await town.restart()
    again = await town.operator("anna")
    assert (await again.get("/calls"))["items"] == [found]


async def test_a_kill_between_what_was_said_and_the_signal_says_it_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await town.operator("anna")
    call = await begun(anna)

    async def killed(*_: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(town.centre.calls, "_deliver", killed)
    with pytest.raises(Exception, match=r".*"):
        await say(anna, call, tree="fire")
    monkeypatch.undo()
    await town.restart()
    anna = await town.operator("anna")
    await until(lambda: not list(town.centre.walk.calls.unsaid()))
    await town.settled()
    assert await kinds(anna) == [("FIRE.SMOKE", 2)]
    await town.centre.calls.look()
    await town.restart()
    anna = await town.operator("anna")
    await town.settled()
    (row,) = await anna.incidents()
    assert (await now(anna, call))["incident"] == row["id"]
    assert len(await anna.signals()) == 1


async def test_what_was_said_is_kept_where_it_cannot_go_out_and_goes_out_later(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await town.operator("anna")
    call = await begun(anna)

    async def full(*_: object) -> None:
        raise Full

    monkeypatch.setattr(town.centre.calls, "_deliver", full)
    call = await say(anna, call, tree="fire")
    assert (call["kind"], call["passed_at"]) == ("FIRE.SMOKE", None)
    monkeypatch.undo()
    await town.centre.calls.look()
    await town.settled()
    assert await kinds(anna) == [("FIRE.SMOKE", 2)]


async def test_what_is_open_near_is_offered_and_joined_by_the_call_taker_alone(town: Town) -> None:
    anna = await town.operator("anna")
    await town.say(SCHOOL_ROLE, "1110", zone="007")
    (alarm,) = await anna.incidents()
    call = await say(anna, await begun(anna), place={"text": "the school", **near(town)})
    (offer,) = (await anna.get(f"/calls/{call['id']}/offers"))["items"]
    assert offer["id"] == alarm["id"]
    assert 80 < offer["metres"] < 150
    joined = await anna.post(f"/calls/{call['id']}/join", incident=alarm["id"])
    assert joined.status_code == 200, joined.text
    call = await say(anna, joined.json(), tree="fire")
    await town.settled()
    (row,) = await anna.incidents()
    assert (row["id"], row["kind"], row["priority"]) == (alarm["id"], "FIRE.ALARM.AUTO", 1), (
        "one incident, its kind stays"
    )
    assert (await now(anna, call))["incident"] == alarm["id"]
    await say(anna, await now(anna, call), answers={"what": "building"})
    await town.settled()
    assert len(await anna.incidents()) == 1
    assert len(await anna.signals()) == 3

    town.clock.wait(minutes=16)
    later = await say(anna, await begun(anna), place={"text": "the school", **near(town)})
    assert (await anna.get(f"/calls/{later['id']}/offers"))["items"] == [], "it began too long ago"


async def test_a_call_that_is_out_already_is_merged_by_one_key_and_given_back(town: Town) -> None:
    anna, dora = await town.operator("anna"), await town.operator("dora", Role.DISPATCHER)
    await town.say(SCHOOL_ROLE, "1110", zone="007")
    (alarm,) = await anna.incidents()
    await dora.act(alarm["id"], "take")
    call = await say(anna, await begun(anna), tree="fire")
    call = await say(
        anna, await now(anna, call), place={"text": "the school", **near(town)}, answers={"what": "building"}
    )
    await town.settled()
    (offer,) = (await anna.get(f"/calls/{call['id']}/offers"))["items"]
    assert offer["id"] == alarm["id"]
    joined = await anna.post(f"/calls/{call['id']}/join", incident=alarm["id"])
    assert joined.status_code == 200, joined.text
    assert (joined.json()["incident"], joined.json()["joined"]) == (alarm["id"], True)
    await town.settled()
    lead = await dora.detail(alarm["id"])
    assert (lead["taken_by"], len(lead["merged"])) == ("dora", 1), "whoever leads it keeps it"
    await say(anna, await now(anna, call), note="children are out")
    await town.settled()
    assert "children are out" in str((await dora.detail(alarm["id"]))["timeline"])
    alone = await anna.post(f"/calls/{call['id']}/join", incident=None)
    assert (alone.status_code, alone.json()["joined"]) == (200, False)


async def test_whoever_is_of_one_tenant_sees_no_call_and_no_offer_of_another(town: Town) -> None:
    anna, nora = await town.operator("anna"), await town.operator("nora", Role.OPERATOR, "north")
    await town.say(SCHOOL_ROLE, "1110", zone="007")
    (alarm,) = await anna.incidents()
    call = await say(anna, await begun(anna), tree="fire", place={"text": "the school", **near(town)})
    own = await say(nora, await begun(nora), place={"text": "the school", **near(town)})
    await town.settled()
    assert [one["id"] for one in (await nora.get("/calls"))["items"]] == [own["id"]]
    assert (await nora.client.get(f"/calls/{call['id']}")).status_code == 404
    at = "{latitude},{longitude}".format(**near(town))
    assert {one["id"] for one in (await anna.get("/offers", near=at))["items"]} >= {alarm["id"]}
    hers = {one["id"] for one in await nora.incidents()}
    for path, query in (("/offers", {"near": at}), (f"/calls/{own['id']}/offers", {})):
        assert {one["id"] for one in (await nora.get(path, **query))["items"]} <= hers


async def test_two_tabs_on_one_call_never_overwrite_each_other(town: Town) -> None:
    anna, bert = await town.operator("anna"), await town.operator("bert")
    call = await begun(anna)
    await say(anna, call, note="first tab")
    await say(anna, call, people=2)
    second = await anna.client.patch(f"/calls/{call['id']}", json={"seen": call["seen"], "note": "second tab"})
    assert (second.status_code, second.json()["type"]) == (409, "belfry:elsewhere")
    assert (second.json()["call"]["note"], second.json()["call"]["people"]) == ("first tab", 2)
    theirs = await bert.client.patch(f"/calls/{call['id']}", json={"seen": call["seen"], "note": "not mine"})
    assert theirs.status_code == 404
    assert (await bert.post(f"/calls/{call['id']}/end", how="done")).status_code == 404


async def test_a_text_without_end_and_a_code_of_three_words_are_refused_and_the_rest_stays(town: Town) -> None:
    anna = await town.operator("anna")
    call = await say(anna, await begun(anna), note="a gate")
    for note, status in (("x" * 1_048_576, 413), ("x" * 100_000, 400)):
        answer = await anna.client.patch(f"/calls/{call['id']}", json={"seen": call["seen"], "note": note})
        assert (answer.status_code, "2000" in answer.text) == (status, status == 400)
    words = {"seen": call["seen"], "place": {"text": "///filled.count.soap"}}
    three = await anna.client.patch(f"/calls/{call['id']}", json=words)
    assert three.status_code == 400
    assert "three words" in three.json()["limit"]
    for wrong in ({"tree": "assembly"}, {"kind": "PROTEST"}, {"dangers": ["crowd"]}, {"place": {"latitude": 1.0}}):
        answer = await anna.client.patch(f"/calls/{call['id']}", json={"seen": call["seen"], **wrong})
        assert answer.status_code == 400, wrong
    assert (await now(anna, call))["note"] == "a gate"


async def test_phone_and_network_say_where_and_nobody_keeps_whose_phone_it_is(town: Town) -> None:
    anna = await town.operator("anna")
    call = await begun(anna)
    path = f"/calls/{call['id']}/location"
    found = await anna.client.post(path, content=EXAMPLE, headers={"Content-Type": "text/plain"})
    assert found.status_code == 200, found.text
    place = found.json()["place"]
    assert (place["latitude"], place["radius_m"], place["source"]) == (54.0725, 50.0, "aml")
    assert place["taken_at"].startswith("2026-03-14T02:14")
    bad = await anna.client.post(path, content="lt=1", headers={"Content-Type": "text/plain"})
    assert bad.status_code == 400
    assert (await anna.client.post(path, content="{}", headers={"Content-Type": "text/html"})).status_code == 415
    await end(anna, found.json(), "hung_up")
    await town.settled()
    folder = Path(town.settings.data)
    await town.stop()
    assert holding(folder, b"001010123456789") == []
    await town.start()


async def test_a_call_that_nobody_ends_is_asked_about_and_ended_with_what_is_known(town: Town) -> None:
    anna = await town.operator("anna")
    call = await say(anna, await begun(anna), place={"text": "the quay"})
    empty = await begun(anna)
    await town.pass_time(seconds=(ENDED_AFTER / 2).total_seconds())
    assert (await now(anna, call))["asks"]
    await town.pass_time(seconds=ENDED_AFTER.total_seconds())
    await town.centre.calls.look()
    await town.settled()
    assert [(one["kind"], one["place"]) for one in await anna.incidents()] == [("ADM.CALL", "the quay")]
    assert [(await now(anna, one))["how"] for one in (call, empty)] == ["idle", "mistake"]


async def test_the_caller_is_erased_when_due_and_the_incident_stays(town: Town) -> None:
    anna = await town.operator("anna")
    call = await say(anna, await begun(anna), tree="fire", caller={"name": "Ida Moss"}, place={"text": "the quay"})
    call = await end(anna, await now(anna, call))
    await town.settled()
    caller, incident = (town.settings.retention.of(one) for one in (Retention.CALLER, Retention.INCIDENT))
    assert caller < incident
    town.clock.now += caller + timedelta(hours=2)
    keys, journal = town.centre._stores.keys, town.centre._stores.journal
    assert await expire(keys, journal, town.clock, secrets.token_bytes) > 0
    anna = await town.operator("anna")
    assert "Ida Moss" not in (await anna.client.get(f"/calls/{call['id']}")).text
    (row,) = await anna.incidents()
    words = str(await anna.detail(row["id"]))
    assert "Ida Moss" not in words
    assert row["kind"] == "FIRE.SMOKE"
