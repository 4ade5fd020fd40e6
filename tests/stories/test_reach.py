"""Who sees what: medical incidents are nobody's lead, and what is led by others is not one's own (SCOPE)."""

from belfry.domain.kinds import load
from belfry.domain.unit import Service
from belfry.simulator import scenes
from tests.stories.field import on_duty
from tests.stories.kit import Row, Town, until
from tests.stories.screen import Screen, watching


def is_of_the_brigade(row: Row) -> bool:
    kind = load()[row["kind"]]
    return kind.reach == "group" and "fire" in kind.lead


async def test_medical_incidents_are_nobodys_lead(town: Town) -> None:
    """A firefighter sees the fire and not the fall; by list, by address or by story."""
    anna, crew = await town.operator("anna"), await on_duty(town, "rosa", Service.FIRE)
    await town.play(scenes.TECHNICAL)
    await town.play(scenes.CARE)
    every = await anna.incidents("open")
    medical = [row for row in every if row["group"] == "MED"]
    assert len(medical) == 3
    wanted = {row["id"] for row in every if is_of_the_brigade(row)}
    assert {row["id"] for row in await crew.incidents()} == wanted
    assert wanted
    for row in medical:
        for path in (f"/incidents/{row['id']}", f"/incidents/{row['id']}/timeline"):
            assert (await crew.client.get(path)).status_code == 404
    assert (await crew.client.get("/incidents", params={"kind": "MED"})).json()["items"] == []
    assert (await crew.client.get("/signals")).status_code == 403
    assert (await crew.post(f"/incidents/{medical[0]['id']}/take", version=1)).status_code == 403


async def test_no_medical_incident_is_on_a_responders_screen(town: Town) -> None:
    anna, crew = await town.operator("anna"), await on_duty(town, "rosa", Service.FIRE)
    room, field = Screen(), Screen()
    async with watching(anna, room), watching(crew, field):
        await town.play(scenes.CARE)
        await town.play(scenes.TECHNICAL)
        await until(lambda: len(room.rows) == 10)
        wanted = {row["id"] for row in room.rows.values() if is_of_the_brigade(row)}
        await until(lambda: set(field.rows) == wanted)
    assert {row["group"] for row in room.rows.values()} == {"FIRE", "MED", "PROP", "TECH"}
    assert {row["group"] for row in field.rows.values()} == {"FIRE"}
