"""A wall tells the room what is open, what waits longest and who is here, and gives nobody's secret away."""

from belfry.ports.staff import Role
from tests.stories.kit import Town


async def test_a_wall_shows_what_is_open_and_names_no_site_of_a_person(town: Town) -> None:
    anna, boss = await town.operator("anna"), await town.operator("boss", Role.SUPERVISOR)
    await town.say("school", "1110", "007", text="Corridor west")
    await town.say("care", "1101", "012")
    await town.say("pharmacy", "1152", "002")
    wall = await anna.get("/wall")
    assert {row["kind"]: row["site"] for row in wall["rows"]} == {
        "FIRE.ALARM.AUTO": "Linden School",
        "MED.ALARM.CARE": None,
        "TECH.COLD": "Pharmacy Anderby",
    }
    assert sum(one["open"] for one in wall["priorities"]) == 3
    assert all(one["oldest_at"] for one in wall["priorities"] if one["waiting"])
    assert "Corridor" not in str(wall)

    town.clock.wait(minutes=5)
    assert (await anna.get("/wall"))["priorities"][0]["overdue"]
    taken = (await anna.post("/incidents/next")).json()["incident"]
    shown = next(row for row in (await boss.get("/wall"))["rows"] if row["id"] == taken["id"])
    assert (shown["by"], shown["state"]) == ("anna", "taken")


async def test_whoever_asks_for_a_wall_is_nobody_at_a_desk_and_sees_no_exercise(town: Town) -> None:
    anna, boss = await town.operator("anna"), await town.operator("boss", Role.SUPERVISOR)
    assert (await anna.post("/training", scenario="bank")).status_code == 201
    wall = await boss.get("/wall")
    assert (wall["rows"], wall["people"]["here"], wall["warnings"]) == ([], 0, ["nobody_here"])
    assert wall["people"]["names"] == []
    assert (await anna.get("/wall"))["people"]["names"] is None, "by name to supervisors alone"


async def test_a_wall_is_for_those_who_may_act(town: Town) -> None:
    for name, role in (("ruth", Role.RESPONDER), ("ida", Role.INSTALLER), ("al", Role.AUDITOR)):
        somebody = await town.operator(name, role)
        assert (await somebody.client.get("/wall")).status_code == 403
