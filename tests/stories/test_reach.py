"""Who sees what: medical incidents are nobody's lead (SCOPE)."""

from belfry.ports.staff import Role
from belfry.simulator import scenes
from tests.stories.kit import Town, until
from tests.stories.screen import Screen, watching


async def test_medical_incidents_are_nobodys_lead(town: Town) -> None:
    """A responder sees the fire and not the fall; by list, by address or by story."""
    anna = await town.operator("anna")
    responder = await town.operator("rosa", Role.RESPONDER)
    await town.play(scenes.TECHNICAL)
    await town.play(scenes.CARE)
    medical = [row for row in await anna.incidents() if row["group"] == "MED"]
    assert len(medical) == 3
    seen = await responder.incidents()
    assert len(seen) == len(await anna.incidents()) - 3
    assert all(row["group"] != "MED" for row in seen)
    for row in medical:
        for path in (f"/incidents/{row['id']}", f"/incidents/{row['id']}/timeline"):
            assert (await responder.client.get(path)).status_code == 404
    assert (await responder.client.get("/incidents", params={"kind": "MED"})).json()["items"] == []
    assert (await responder.client.get("/signals")).status_code == 403
    assert (await responder.post(f"/incidents/{medical[0]['id']}/take", version=1)).status_code == 403


async def test_no_medical_incident_is_on_a_responders_screen(town: Town) -> None:
    anna, responder = await town.operator("anna"), await town.operator("rosa", Role.RESPONDER)
    room, field = Screen(), Screen()
    async with watching(anna, room), watching(responder, field):
        await town.play(scenes.CARE)
        await town.play(scenes.TECHNICAL)
        await until(lambda: len(room.rows) == 10)
        await until(lambda: len(field.rows) == 7)
    assert {row["group"] for row in room.rows.values()} == {"FIRE", "MED", "PROP", "TECH"}
    assert {row["group"] for row in field.rows.values()} == {"FIRE", "PROP", "TECH"}
