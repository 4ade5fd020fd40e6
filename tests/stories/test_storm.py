"""A storm and a runaway: what is held back, what is counted, and that nothing else waits for it."""

from typing import Any

from belfry.ports.staff import Role
from belfry.simulator import scenes
from tests.stories.kit import Desk, Town, until

GROUPS = ["power", "path", "environment"]
FLOOD = 200
"""Signals of one detector; each fiftieth is followed by a fire somewhere else."""


async def begun(desk: Desk, minutes: int = 60) -> str:
    answer = await desk.post("/storms", groups=GROUPS, minutes=minutes, reason="Gale over the harbour")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def storm_of(desk: Desk, storm: str) -> dict[str, Any]:
    found: dict[str, Any] = await desk.get(f"/storms/{storm}")
    return found


async def test_in_a_gale_only_the_fire_rings_and_at_the_end_only_what_is_in_trouble_does(town: Town) -> None:
    sue = await town.operator("sue", Role.SUPERVISOR)
    anna = await town.operator("anna")
    storm = await begun(sue, minutes=30)
    for step in scenes.GALE.steps:
        town.clock.wait(seconds=2)
        await town.say(step.role, step.code, step.zone)
    assert await anna.told() == ["FIRE.ALARM.AUTO 1 waiting 5101"]
    held = await storm_of(anna, storm)
    assert sorted((one["account"], one["kind"], one["now"]) for one in held["items"]) == [
        ("4721", "TECH.POWER", "in_trouble"),
        ("5102", "TECH.WATERLEAK", "in_trouble"),
        ("5501", "TECH.POWER", "restored"),
    ]
    town.clock.wait(minutes=31)
    storms = town.centre.triage.storms
    await until(lambda: not storms.running() and len(town.centre.board) == 3)
    assert await anna.told() == [
        "FIRE.ALARM.AUTO 1 waiting 5101",
        "TECH.WATERLEAK 3 waiting 5102 [late]",
        "TECH.POWER 4 pending 4721 [late]",
    ]
    over = await storm_of(anna, storm)
    assert (over["how"], over["in_trouble"], over["held"], over["reviewed_by"]) == ("time", 2, 3, None)
    answered = await sue.post(f"/storms/{storm}/review", words="Called the museum and the office")
    assert answered.json()["reviewed_by"] == "sue"
    assert len(await anna.incidents()) == 3


async def test_a_restart_in_the_middle_of_a_storm_loses_nothing_of_it(town: Town) -> None:
    sue = await town.operator("sue", Role.SUPERVISOR)
    storm = await begun(sue)
    await town.say("office", "1301")
    await town.restart()
    sue = await town.operator("sue", Role.SUPERVISOR)
    await town.say("depot", "1301")
    held = await storm_of(sue, storm)
    assert (held["running"], held["held"]) == (True, 2)
    assert await sue.told() == []


async def test_a_panel_that_floods_the_centre_is_one_row_and_each_of_the_others_rings(town: Town) -> None:
    anna = await town.operator("anna")
    others = ("shop", "kiosk", "pharmacy", "museum")
    for role in others:
        for _ in range(FLOOD // len(others)):
            await town.say("library", "1154", "007")
        await town.say(role, "1110", "001")
    rows = await anna.incidents()
    assert sorted(row["kind"] for row in rows if row["account"] != "5101") == ["FIRE.ALARM.AUTO"] * len(others)
    assert sorted(row["kind"] for row in rows if row["account"] == "5101") == ["TECH.RUNAWAY", "TECH.WATERLEAK"]
    (water,) = [row for row in rows if row["kind"] == "TECH.WATERLEAK"]
    assert (water["signals_seq"], water["flags"]) == (FLOOD, ["runaway"])
    listed = await anna.get("/runaways")
    assert [(one["account"], one["zone"], one["count"], one["incident"]) for one in listed["items"]] == [
        ("5101", "007", FLOOD, water["id"]),
    ]
    assert [one["account"] for one in listed["floods"]] == ["5101"]


async def test_two_fires_in_one_street_are_shown_beside_each_other_and_stay_two(town: Town) -> None:
    anna, boris = await town.operator("anna"), await town.operator("boris")
    await town.say("school", "1110", "007")
    await town.say("library", "1110", "009")  # a hundred metres north of it
    await town.say("museum", "1110", "001")  # at the other end of the town
    rows = {row["account"]: row for row in await anna.incidents()}
    school, library = rows["1001"], rows["5101"]
    assert {number: row["neighbours"] for number, row in rows.items()} == {"1001": 1, "5101": 1, "5102": 0}
    assert [one["id"] for one in (await boris.detail(school["id"]))["neighbours_open"]] == [library["id"]]
    await anna.act(school["id"], "take")
    await boris.act(library["id"], "take")
    assert {row["taken_by"] for row in await anna.incidents()} == {"anna", "boris", None}
    await town.pass_time(minutes=16)
    await town.say("museum", "1110", "002")
    assert len(await anna.incidents()) == 3
