"""Every scene of the simulator, from its panels to the list that an operator reads - and nothing else happened.

RULES 5, as far as it needs no plan. An incident is told as kind, priority, state, account and flags, in the order of
the list.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import pytest

from belfry.simulator import scenes
from belfry.simulator.scenes import SCENES
from tests.stories.kit import Town, told

AFTERWARDS: Final[Mapping[str, Sequence[str]]] = {
    "school-fire": ["FIRE.ALARM.CONF 1 waiting 1001 [restored]"],
    "shop": ["PROP.ALARM.INTR 2 waiting 2002"],
    "shop-one-point": ["PROP.ALARM.INTR 4 waiting 2003 [cancelled]"],
    "bank": ["PERS.ALARM.HOLDUP 1 waiting 3003"],
    "care": ["MED.ALARM.CARE 1 waiting 4004", "MED.ALARM.CARE 1 waiting 4004"],
    "runaway": ["FIRE.ALARM.AUTO 1 waiting 5101", "TECH.WATERLEAK 3 waiting 5101 [restored runaway]"],
    "late-to-close": ["PROP.CLOSE.LATE 3 waiting 4721"],
    "unknown-account": ["PROP.ALARM.INTR 2 waiting 4712 [unknown_account]"],
    "technical": [
        "MED.ALARM.FALL 1 waiting 5801",
        "FIRE.ALARM.GAS 1 waiting 5601",
        "FIRE.ALARM.CO 1 waiting 5701",
        "TECH.COLD 2 waiting 5201",
        "PROP.DOOR.FORCED 2 waiting 5501",
        "TECH.WATERLEAK 3 waiting 5102",
        "FIRE.FAULT 3 waiting 5401",
        "TECH.POWER 4 pending 5301",
    ],
    "quiet-night": [],
    "technicians-test": ["PROP.ALARM.INTR 2 waiting 5301"],
}


def test_every_scene_has_its_story_here() -> None:
    assert set(AFTERWARDS) == set(SCENES)


@pytest.mark.parametrize("name", SCENES)
async def test_a_scene_becomes_these_incidents_and_nothing_else(town: Town, name: str) -> None:
    desk = await town.operator("anna")
    scene = SCENES[name]

    answers = await town.play(scene)

    assert set(answers) == {"ACK"}
    assert await desk.told() == AFTERWARDS[name]
    signals = await desk.signals()
    said = [(town.player.role(step.role), step.code) for step in sorted(scene.steps, key=lambda one: one.at_s)]
    assert [(one["account"], one["code"]) for one in signals] == said  # kept once each, in order, and no other
    assert all(one["act"] for one in signals)  # and each is settled
    joined = sum(row["signals_seq"] for row in await desk.incidents())
    assert joined == sum(one["incident"] is not None for one in signals)


async def test_the_school_fire_rings_again_when_the_call_point_confirms_it(town: Town) -> None:
    desk = await town.operator("anna")
    detector, call_point, *_ = scenes.SCHOOL_FIRE.steps
    await town.say(detector.role, detector.code, detector.zone)
    (before,) = await desk.incidents()
    assert told(before) == "FIRE.ALARM.AUTO 1 waiting 1001"
    town.clock.wait(seconds=20)
    await town.say(call_point.role, call_point.code, call_point.zone)
    (after,) = await desk.incidents()
    assert told(after) == "FIRE.ALARM.CONF 1 waiting 1001"
    assert int(after["rings"]) > int(before["rings"])


async def test_a_fire_that_is_silenced_and_restored_stays_open_until_a_person_closes_it(town: Town) -> None:
    desk = await town.operator("anna")
    await town.play(scenes.SCHOOL_FIRE)
    (row,) = await desk.incidents()
    assert row["restore"] == {"need": "required", "restored": True, "open_points": 0}
    taken = await desk.act(row["id"], "take")
    await desk.skip_all(row["id"])
    closed = await desk.act(row["id"], "close", disposition="genuine", cause="cooking", seen_upto=taken["signals_seq"])
    told_levels = [item["data"]["level"] for item in closed["timeline"] if item["type"] == "escalated"]
    assert told_levels == ["desk", "supervisor", "outside"]
    story = [item["type"] for item in closed["timeline"] if item["type"] != "escalated"]
    assert story == ["opened", "raised", "signal", "restored", "restored", "taken", "plan", "skipped", "closed"]
    assert await desk.told() == ["FIRE.ALARM.CONF 1 closed 1001 [restored]"]


async def test_a_silent_hold_up_is_marked_silent(town: Town) -> None:
    desk = await town.operator("anna")
    await town.play(scenes.BANK)
    (row,) = await desk.incidents()
    assert (row["silent"], row["rank"], row["site"]["name"]) == (True, 1, "Savings Bank")


async def test_an_unknown_account_names_the_near_one_and_shows_no_site(town: Town) -> None:
    desk = await town.operator("anna")
    await town.play(scenes.UNKNOWN)
    (row,) = await desk.incidents()
    found = await desk.detail(row["id"])
    assert found["site"] is None
    assert "near: 4721" in found["reasons"]
    (signal,) = await desk.signals()
    assert (signal["account_id"], signal["incident"]) == (None, row["id"])


async def test_a_runaway_point_rings_no_more_and_its_neighbour_rings_at_once(town: Town) -> None:
    desk = await town.operator("anna")
    first, *repeats, fire = scenes.RUNAWAY.steps
    await town.say(first.role, first.code, first.zone)
    (opened,) = await desk.incidents()
    for step in repeats:
        town.clock.wait(seconds=2)
        await town.say(step.role, step.code, step.zone)
    (water,) = await desk.incidents()
    assert water["rings"] == opened["rings"]
    await town.say(fire.role, fire.code, fire.zone)
    assert [row["kind"] for row in await desk.incidents()] == ["FIRE.ALARM.AUTO", "TECH.WATERLEAK"]


async def test_a_mains_failure_that_lasts_comes_to_the_queue_and_one_that_ends_is_never_seen(town: Town) -> None:
    desk = await town.operator("anna")
    await town.say("workshop", "1301")
    await town.say("depot", "1301")
    assert await desk.told() == ["TECH.POWER 4 pending 5301", "TECH.POWER 4 pending 5501"]
    town.clock.wait(minutes=10)
    await town.say("depot", "3301")
    await town.pass_time(minutes=1)
    assert await desk.told() == ["TECH.POWER 4 pending 5301", "TECH.POWER 4 closed 5501 [restored]"]
