"""What people bring that is wrong: one bad row of many, a contact without a number, another tenant's panel number."""

from typing import Any, Final

import pytest

from belfry.app import upkeep
from belfry.ports.staff import Role
from tests.stories.kit import Town, until, until_told
from tests.stories.test_sites import card, change

MANY: Final = 20_000
"""Rows of a sheet here; the bench brings in a hundred thousand."""
BAD: Final = 17_356


@pytest.fixture(autouse=True)
def the_registry_is_looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "REGISTRY_LOOK", upkeep.REGISTRY_LOOK / 80)


async def test_one_bad_row_in_twenty_thousand_is_named_and_keeps_all_of_them_out(town: Town) -> None:
    head, anna = await town.operator("head", Role.SUPERVISOR), await town.operator("anna")
    known = len(town.centre.book)
    rows = [f"N{n:05},Site {n},{'shoop' if n == BAD else 'shop'}" for n in range(MANY)]
    sheet = "\n".join(["account,name,type", *rows]).encode()
    answer = await head.client.post("/imports", params={"kind": "accounts"}, content=sheet)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    (problem,) = told["problems"]
    assert (told["rows"], problem["row"], problem["column"]) == (MANY, BAD + 2, "type")
    assert "shoop" in problem["reason"] or "one of" in problem["reason"]

    refused = await head.post(f"/imports/{told['id']}/apply")
    assert (refused.status_code, refused.json()["type"]) == (409, "belfry:import-problems")
    assert await town.say("bank", "BA", "003") == "ACK"
    assert await anna.told() == ["PROP.ALARM.INTR 2 waiting 3003"], "and alarms came as always"
    assert len(town.centre.book) == known
    assert (await head.get("/accounts", account="N00001"))["items"] == [], "nothing of it came in"


async def test_a_contact_without_a_number_is_shown_and_never_called(town: Town) -> None:
    head, anna = await town.operator("head", Role.SUPERVISOR), await town.operator("anna")
    contacts = [
        {"order": 1, "name": "Old Neighbour", "role": "caretaker", "authority": ["cancel"]},
        {"order": 2, "name": "Manager", "role": "caretaker", "numbers": [{"number": "030 4455"}]},
    ]
    site = await change(head, await card(head, town, "shop"), contacts=contacts)
    shown = await anna.get(f"/accounts/{site['id']}")
    first, _ = shown["contacts"]
    assert (first["name"], first["numbers"]) == ("Old Neighbour", [])
    assert any(flaw["field"].startswith("contacts") for flaw in shown["warnings"]), "his card says so"

    await town.say("shop", "BA", "003")
    (row,) = await anna.incidents()
    await anna.act(row["id"], "take")
    plan = await anna.plan(row["id"])
    for _ in range(20):
        if plan["called_list"] is not None or plan["at"] is None:
            break
        step = next(one for one in plan["steps"] if one["id"] == plan["at"])
        await anna.act(row["id"], "skip", step=step["id"], reason="on the way to the calls")
        plan = await anna.plan(row["id"])
    calls = {one["name"]: (one["why"], one["next"]) for one in plan["calls"]}
    assert calls["Old Neighbour"] == ("no_number", False)
    assert calls["Manager"] == (None, True), "whoever can be reached is called first, and nobody waits for the other"


async def test_a_panel_number_that_another_tenant_has_too_is_two_sites_by_their_receivers(town: Town) -> None:
    """Each sees his own; who asks for the other's whole line is refused, and not told whose it is."""
    head = await town.operator("head", Role.SUPERVISOR)
    north = {"account": "7700", "name": "North mill", "tenant": "north", "receiver": "panels"}
    south = {"account": "7700", "name": "South mill", "tenant": "south", "receiver": "elsewhere"}
    for fields in (north, south):
        answer = await head.client.post("/accounts", json={"account": fields})
        assert answer.status_code == 201, answer.text
    greedy = await head.client.post("/accounts", json={"account": {**south, "receiver": "panels"}})
    assert (greedy.status_code, greedy.json()["type"]) == (409, "belfry:taken")
    assert "North" not in greedy.text
    assert "north" not in greedy.text

    nora = await town.operator("nora", Role.OPERATOR, "north")
    sven = await town.operator("sven", Role.OPERATOR, "south")
    await until(lambda: sum(one.account == "7700" for one in town.centre.book.all()) == 2)
    panel = town.panel("shop")
    panel.account = "7700"
    await panel.say("1130", zone="003")
    await town.settled()
    (mine,) = await nora.incidents()
    assert mine["site"]["name"] == "North mill"
    assert await sven.incidents() == []
    assert [one["name"] for one in (await sven.get("/accounts", account="7700"))["items"]] == ["South mill"]

    async def is_listed() -> bool:
        return [one["name"] for one in (await nora.get("/accounts", account="7700"))["items"]] == ["North mill"]

    await until_told(is_listed)
    assert (await sven.client.get(f"/incidents/{mine['id']}")).status_code == 404
    assert len(await head.incidents()) == 1, "and nothing else happened"
