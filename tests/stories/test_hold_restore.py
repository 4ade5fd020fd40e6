"""Held until it is restored: the restore wakes it, and so does all that is worse; it overtakes nothing new."""

from tests.stories.kit import Desk, Row, Town, until
from tests.stories.test_plans import furnish, take_next


async def held_on_restore(desk: Desk) -> str:
    incident = str((await take_next(desk))["id"])
    row = await desk.act(incident, "hold", on="restore")
    assert (row["state"], row["held_on"]) == ("held", "restore")
    return incident


async def state(desk: Desk, incident: str) -> tuple[str, bool]:
    row: Row = await desk.detail(incident)
    return row["state"], row["restore"]["restored"]


async def test_a_restore_wakes_what_is_held_for_it_and_its_plan_waits_no_longer(town: Town) -> None:
    """N 1 D; when it is restored: N C ^Enter."""
    anna = await town.operator("anna")
    await furnish(town, "shop")
    await town.say("shop", "1301", "000")  # mains
    town.clock.wait(minutes=40)
    await town.settled()
    power = (await take_next(anna))["id"]
    plan = await anna.do(power, "reached", contact=(await anna.plan(power))["calls"][0]["contact"])
    assert plan["at"] == "restore"
    row = await anna.act(power, "hold", step="restore")
    assert (row["state"], row["held_on"]) == ("held", "restore")
    assert await state(anna, power) == ("held", False)

    town.clock.wait(minutes=10)
    await town.say("shop", "3301", "000")
    await town.settled()
    assert await state(anna, power) == ("waiting", True)
    taken = await take_next(anna)
    assert (taken["id"], taken["ending"]) == (power, "technical_fault")
    plan = await anna.plan(power)
    assert (plan["at"], plan["owed"]) == (None, [])
    steps = [item for item in (await anna.detail(power))["timeline"] if item["type"] == "step"]
    assert [(one["by"], one["data"]["outcome"], one["reasons"]) for one in steps][-1] == (
        None, "over", ["everything that it waits for is restored"],
    )  # fmt: skip
    await anna.act(power, "close", disposition="technical_fault", seen_upto=taken["signals_seq"])
    assert [row["state"] for row in await anna.incidents()] == ["closed"]


async def test_half_a_restore_wakes_nothing_and_another_alarm_does(town: Town) -> None:
    anna = await town.operator("anna")
    await town.say("school", "1111", "007")
    await town.say("school", "1111", "008")
    fire = (await take_next(anna))["id"]
    await anna.skip_all(fire)
    await anna.act(fire, "hold", on="restore", reason="The brigade is there")
    await town.say("school", "3111", "007")
    await town.settled()
    assert await state(anna, fire) == ("held", False)
    await town.say("school", "1111", "009")
    await town.settled()
    assert await state(anna, fire) == ("waiting", False)
    assert len([row for row in await anna.incidents("open") if row["id"] == fire]) == 1


async def test_trouble_at_the_site_wakes_it_too(town: Town) -> None:
    anna = await town.operator("anna")
    await town.say("school", "1111", "007")
    fire = (await take_next(anna))["id"]
    await anna.skip_all(fire)
    await anna.act(fire, "hold", on="restore", reason="The brigade is there")
    await town.say("school", "1373", "012")  # a fault of the fire loop
    await town.settled()
    assert (await state(anna, fire))[0] == "waiting"


async def test_what_wakes_stands_behind_what_came_meanwhile(town: Town) -> None:
    anna, boris = await town.operator("anna"), await town.operator("boris")
    await town.say("shop", "1130", "001")
    first = await held_on_restore(anna)
    town.clock.wait(seconds=60)
    await town.say("school", "1130", "001")
    town.clock.wait(seconds=60)
    await town.say("shop", "3130", "001")
    await town.settled()
    assert await state(anna, first) == ("waiting", True)
    second = (await take_next(boris))["id"]
    assert second != first
    assert (await take_next(anna))["id"] == first


async def test_its_time_wakes_it_as_far_as_the_priority_allows(town: Town) -> None:
    anna = await town.operator("anna")
    await town.say("shop", "1130", "001")
    incident = await held_on_restore(anna)
    town.clock.wait(minutes=14, seconds=59)
    await town.settled()
    assert (await state(anna, incident))[0] == "held"
    town.clock.wait(seconds=2)
    await town.settled()
    assert await state(anna, incident) == ("waiting", False)


async def test_what_is_restored_is_not_held_for_it(town: Town) -> None:
    anna = await town.operator("anna")
    await town.say("shop", "1130", "001")
    taken = await take_next(anna)
    await town.say("shop", "3130", "001")
    await town.settled()
    answer = await anna.post(f"/incidents/{taken['id']}/hold", version=taken["version"], on="restore")
    assert (answer.status_code, answer.json()["field"]) == (400, "on")


async def test_a_restore_that_comes_while_somebody_sits_before_it_ends_the_wait(town: Town) -> None:
    anna = await town.operator("anna")
    await furnish(town, "school")
    await town.say("school", "1111", "007")
    fire = (await take_next(anna))["id"]
    await anna.do(fire, "passed", reference="CF-1")
    plan = await anna.do(fire, "reached", contact=(await anna.plan(fire))["calls"][0]["contact"])
    assert plan["at"] == "restore"
    version = (await anna.detail(fire))["version"]
    await town.say("school", "3111", "007")
    await until(lambda: (one := town.centre.board.get(fire)) is not None and one.plan is not None and not one.plan.at)
    plan = await anna.plan(fire)
    assert (plan["at"], plan["version"]) == (None, version)  # nobody decided anything: an act that is under way counts
