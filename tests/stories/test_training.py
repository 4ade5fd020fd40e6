"""An operator practises: marked, behind every real alarm, gone by itself - and nothing of it ever leaves."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from belfry.centre.silent import SilentSites, Withheld
from belfry.domain.facts import Entry, notice_subject
from belfry.domain.notice_facts import NoticeAsked
from belfry.domain.reach import Audience, Channel
from belfry.domain.site_handling import site_of
from belfry.domain.training import RECEIVER
from belfry.ports.staff import Role
from belfry.settings import ReceiverTable, Settings
from tests.stories.kit import Desk, Row, Town, until, until_told
from tests.stories.paging import paged


async def begun(desk: Desk, scenario: str, **words: object) -> Row:
    answer = await desk.post("/training", scenario=scenario, **words)
    assert answer.status_code == 201, answer.text
    found: Row = answer.json()
    return found


async def exercise_rows(desk: Desk, many: int) -> list[Row]:
    async def are_there() -> bool:
        return len(await desk.incidents("open")) >= many

    await until_told(are_there)
    return await desk.incidents("open")


async def _is(wanted: object, told: Callable[[], Awaitable[object]]) -> bool:
    return await told() == wanted


async def test_an_exercise_is_marked_waits_for_its_trainee_alone_and_a_real_alarm_comes_before(town: Town) -> None:
    anna, boris = await town.operator("anna"), await town.operator("boris")
    await begun(anna, "school-fire")
    (row,) = await exercise_rows(anna, 1)
    assert (row["kind"], row["priority"], row["flags"], row["trainee"]) == ("FIRE.ALARM.AUTO", 1, ["training"], "anna")
    assert (row["account_id"], row["site"], row["account"]) == (None, None, "EXERCISE 1")

    await town.say("library", "1130", "001")
    assert [one["trainee"] for one in await anna.incidents("open")] == [None, "anna"], "priority 2 before priority 1"
    assert (await boris.post("/incidents/next")).json()["incident"]["trainee"] is None
    assert (await boris.post("/incidents/next")).status_code == 204, "nobody else is handed an exercise"
    refused = await boris.post(f"/incidents/{row['id']}/take", version=row["version"])
    assert (refused.status_code, refused.json()["title"]) == (409, "An exercise of anna")

    taken = (await anna.post("/incidents/next")).json()["incident"]
    assert taken["id"] == row["id"]
    town.clock.wait(seconds=20)
    await until(lambda: town.centre.board.get(row["id"]).kind == "FIRE.ALARM.CONF")  # type: ignore[union-attr]
    await town.say("kiosk", "1130", "001")
    next_ = (await anna.post("/incidents/next")).json()
    assert (next_["incident"]["trainee"], next_["parked"]) == (None, [row["id"]]), "the exercise is put aside for it"


async def test_it_ends_by_itself_and_closes_what_it_left_also_after_a_restart(town: Town) -> None:
    anna = await town.operator("anna")
    await begun(anna, "care", minutes=5)
    await exercise_rows(anna, 1)
    town.clock.wait(seconds=10)
    await town.restart()
    anna = await town.operator("anna")
    town.clock.wait(seconds=10)
    rows = await exercise_rows(anna, 2)
    assert [row["zone"] for row in rows] == ["012", "031"], "nothing is said twice"
    town.clock.wait(minutes=5)
    await until(lambda: len(town.centre.board) == 0)
    over = await anna.incidents("closed")
    assert [(row["disposition"], row["flags"]) for row in over] == [("test", ["training"])] * 2
    (view,) = (await anna.get("/training"))["items"]
    assert (view["running"], view["ended_by"]) == (False, None)

    async def archived() -> list[bool]:
        return [row["training"] for row in (await anna.get("/archive/incidents"))["items"]]

    await until_told(lambda: _is([True, True], archived))
    sheet = await anna.get("/handover")
    assert (sheet["counts"]["opened"], sheet["counts"]["closed"]) == (0, 0)


async def test_what_is_left_out_in_an_exercise_goes_to_no_supervisor(town: Town) -> None:
    anna, head = await town.operator("anna"), await town.operator("hilda", Role.SUPERVISOR)
    await begun(anna, "school-fire")
    (row,) = await exercise_rows(anna, 1)
    await anna.act(row["id"], "take")
    await anna.skip_all(row["id"])
    for _ in range(2):
        assert (await head.get("/floor"))["skipped"] == []
        assert (await head.get("/plans/skipped"))["items"] == []
        assert (await head.get("/handover"))["counts"]["skipped"] == 0
        await town.restart()
        head = await town.operator("hilda", Role.SUPERVISOR)


async def test_a_supervisor_begins_it_for_somebody_and_an_operator_only_for_himself(town: Town) -> None:
    anna, head = await town.operator("anna"), await town.operator("hilda", Role.SUPERVISOR)
    assert (await anna.post("/training", scenario="shop", trainee="hilda")).status_code == 403
    assert (await head.post("/training", scenario="shop", trainee="nobody")).status_code == 400
    exercise = await begun(head, "shop", trainee="anna")
    twice = await anna.post("/training", scenario="bank")
    assert (twice.status_code, twice.json()["title"]) == (409, "anna is in an exercise already")
    await exercise_rows(anna, 1)
    assert (await anna.post(f"/training/{exercise['id']}/end")).status_code == 200
    await until(lambda: len(town.centre.board) == 0)


async def test_a_supervisor_of_some_tenants_knows_their_people_alone(town: Town) -> None:
    head, north = await town.operator("hilda", Role.SUPERVISOR), await town.operator("nora", Role.SUPERVISOR, "north")
    await town.operator("nils", Role.OPERATOR, "north")
    await town.operator("otto", Role.AUDITOR)
    exercise = await begun(head, "shop")
    assert (await north.get("/training"))["items"] == []
    assert (await north.post(f"/training/{exercise['id']}/end")).status_code == 404
    for trainee in ("hilda", "otto"):
        assert (await north.post("/training", scenario="shop", trainee=trainee)).status_code == 400
    assert (await head.post("/training", scenario="shop", trainee="otto")).status_code == 400, "who handles nothing"
    await begun(north, "shop", trainee="nils")
    assert [one["trainee"] for one in (await north.get("/training"))["items"]] == ["nils"]
    assert len((await head.get("/training"))["items"]) == 2


async def test_an_exercise_is_never_one_case_with_a_real_alarm_and_no_agency_has_a_reference(town: Town) -> None:
    head = await town.operator("hilda", Role.SUPERVISOR)
    await town.say("shop", "1130", "001")
    await begun(head, "shop")
    rows = await exercise_rows(head, 2)
    real, exercise = rows
    await head.act(real["id"], "take")
    answer = await head.post(
        f"/incidents/{exercise['id']}/merge", version=exercise["version"], into=real["id"], reason="The same street"
    )
    assert answer.json()["title"] == "An exercise is never one case with what is real"
    taken = await head.act(exercise["id"], "take")
    told = await head.post(
        f"/incidents/{exercise['id']}/do", version=taken["version"], do="notify", outcome="passed", reference="F-17"
    )
    assert told.status_code == 409
    assert "None" not in told.json()["title"]


async def test_no_leave_is_given_for_an_exercise_and_a_planted_notice_is_dropped(tmp_path: Path) -> None:
    async with paged(tmp_path) as (town, phones):
        anna = await town.operator("anna")
        await begun(anna, "bank")
        (row,) = await exercise_rows(anna, 1)
        centre = town.centre
        incident = centre.board.get(row["id"])
        assert incident is not None
        silent = SilentSites(centre.board, centre.book, town.clock)
        for audience in Audience:
            for channel in Channel:
                with pytest.raises(Withheld):
                    silent.may_reach(site_of(incident), audience, channel)

        await town.pass_time(minutes=3)
        assert (await anna.detail(row["id"]))["escalated"] == [], "it climbs to nobody"
        planted = NoticeAsked(
            notice="planted", audience=Audience.ROOM, channel=Channel.PUSH, to="Sam", why="take", incident=incident.id
        )
        entry = Entry(id=b"p" * 16, subject=notice_subject(planted.notice), at=town.clock(), facts=(planted,))
        await centre._stores.journal.append([entry])

        async def is_dropped() -> bool:
            notices = (await anna.get("/notices"))["items"]
            return [(one["stage"], one["reason"]) for one in notices] == [("dropped", "training")]

        await until_told(is_dropped)
        assert [phone.told for phone in phones.values()] == [[], []]


async def test_no_signal_of_an_exercise_counts_and_none_can_come_from_outside(town: Town) -> None:
    anna = await town.operator("anna")
    await begun(anna, "shop")
    await exercise_rows(anna, 1)
    forged = await anna.post("/signals", account="EXERCISE 2", receiver=RECEIVER, code="BA")
    assert forged.status_code == 400
    forged = await anna.post("/signals", account="0001", receiver=RECEIVER, code="BA")
    assert forged.status_code == 400
    assert not [key for key in town.centre.triage.conditions if key.receiver == RECEIVER]


def test_no_receiver_is_called_as_exercises_are() -> None:
    with pytest.raises(ValueError, match="kept for exercises"):
        msgspec.structs.replace(Settings(), receiver=(ReceiverTable(type="dc09", name=RECEIVER),))


async def test_two_who_practise_the_same_scene_are_not_in_each_others_way(town: Town) -> None:
    anna, boris = await town.operator("anna"), await town.operator("boris")
    for desk in (anna, boris):
        await begun(desk, "shop")
    rows = {row["trainee"]: row for row in await exercise_rows(anna, 2)}
    for desk in (anna, boris):
        handed = (await desk.post("/incidents/next")).json()["incident"]
        assert handed["id"] == rows[desk.name]["id"]
    assert {row["trainee"]: row["taken_by"] for row in await anna.incidents("open")} == {
        "anna": "anna",
        "boris": "boris",
    }
    await anna.act(rows["anna"]["id"], "release")
    assert (await boris.detail(rows["boris"]["id"]))["taken_by"] == "boris"
