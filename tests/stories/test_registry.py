"""The registry behind a running centre: a rule that changes while signals come, and the same centre on PostgreSQL."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from belfry.app import centre as composition
from belfry.app import upkeep
from belfry.domain.facts import REGISTRY_SUBJECT, Changed
from belfry.ports import Stored
from belfry.ports.staff import Role
from tests.postgres import postgresql, postgresql_server
from tests.stories.kit import ROOMY, SITES, Clock, Desk, Town, until, until_told

__all__ = ["postgresql", "postgresql_server"]


@pytest.fixture(autouse=True)
def the_registry_is_looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "REGISTRY_LOOK", upkeep.REGISTRY_LOOK / 80)
    monkeypatch.setattr(composition, "REGISTERED_LOOK", composition.REGISTERED_LOOK / 80)


async def site_of(desk: Desk, town: Town, role: str) -> dict[str, Any]:
    found = await desk.get("/accounts", account=town.player.role(role))
    site: dict[str, Any] = await desk.get(f"/accounts/{found['items'][0]['id']}")
    return site


async def recorded(town: Town) -> list[Changed]:
    """Every change of the registry that is in the journal."""
    stored = await town.centre._stores.journal.read(REGISTRY_SUBJECT)
    return [
        fact
        for one in stored
        if isinstance(one, Stored)
        for fact in one.entry.facts
        if isinstance(fact, Changed) and fact.by == "head"
    ]


async def test_what_is_open_under_a_number_is_the_accounts_as_soon_as_that_is_registered(town: Town) -> None:
    head, anna = await town.operator("head", Role.SUPERVISOR), await town.operator("anna")
    panel = town.panel("shop")
    panel.account = "9070"
    await panel.say("1122", zone="003")
    await panel.say("1111", zone="007")
    await town.settled()
    before = await anna.incidents()
    holdup, fire = before
    await anna.act(holdup["id"], "take")
    body = {"account": {"account": "9070", "name": "New school", "type": "school"}}
    answer = await head.client.post("/accounts", json=body)
    assert answer.status_code == 201, answer.text
    await until(lambda: all(one.account_id is not None for one in town.centre.board.queue()))
    rows = await anna.incidents()
    assert [row["site"]["name"] for row in rows] == ["New school"] * 2
    assert [row["silent_site"] for row in rows] == [True, True], "and nobody calls the premises"
    assert [row["version"] for row in rows] == [2, 2], "an act that was begun meanwhile still goes"
    assert {row["taken_by"] for row in rows} == {"anna"}
    detail = await anna.detail(fire["id"])
    assert (detail["fire_order"], detail["restore"]["need"]) == ("pass_at_once", "required")
    assert detail["proposals"] == []
    assigned = [line for line in detail["timeline"] if line["type"] == "assigned"]
    assert [(line["by"], line["data"]["account_id"]) for line in assigned] == [(None, answer.json()["account"]["id"])]
    assert len(rows) == len(before), "and nothing else happened"

    await town.restart()
    desk = await town.operator("anna")
    assert [row["site"]["name"] for row in await desk.incidents()] == ["New school"] * 2


async def test_two_panels_of_one_building_are_handled_as_one_site(town: Town) -> None:
    head, anna = await town.operator("head", Role.SUPERVISOR), await town.operator("anna")
    shop, kiosk = await site_of(head, town, "shop"), await site_of(head, town, "kiosk")
    for site, details in ((shop, {}), (kiosk, {"parent": shop["id"]})):
        body = {"version": site["version"], "account": {"building": "Arcade"}, "details": details}
        answer = await head.client.patch(f"/accounts/{site['id']}", json=body)
        assert answer.status_code == 200, answer.text
    await until(lambda: town.centre.book.site(kiosk["id"]) == shop["id"])
    await town.say("shop", "WA", zone="005")
    await town.say("kiosk", "1122", zone="003")
    await town.say("kiosk", "MA", zone="004")
    rows = {row["kind"]: row for row in await anna.incidents("open")}
    assert {kind: row["silent_site"] for kind, row in rows.items()} == dict.fromkeys(rows, True)
    assert (await head.get(f"/accounts/{shop['id']}"))["silent_site"] is True
    await anna.act(rows["PERS.ALARM.HOLDUP"]["id"], "take")
    whose = {row["kind"]: row["taken_by"] for row in await anna.incidents("open")}
    assert whose == {"PERS.ALARM.HOLDUP": "anna", "TECH.WATERLEAK": "anna", "MED.ALARM": None}
    assert len(whose) == len(rows) == 3, "and nothing else happened"

    await town.restart()
    desk = await town.operator("anna")
    water = next(row for row in await desk.incidents("open") if row["kind"] == "TECH.WATERLEAK")
    assert (await desk.detail(water["id"]))["site_owner"] == "anna"


async def test_a_rule_that_changes_while_signals_come_counts_from_then_on_and_is_written_down_once(town: Town) -> None:
    head = await town.operator("head", Role.SUPERVISOR)
    await town.say("shop", "UA", zone="005")
    before = await head.told()
    site = await site_of(head, town, "shop")
    rule = {"wire": "sia", "code": "UA", "zone": "005", "kind": "TECH.FAULT", "priority": 4}
    path = f"/accounts/{site['id']}"
    answer = await head.client.patch(path, json={"version": site["version"], "codes": [rule]})
    assert answer.status_code == 200, answer.text
    await until(lambda: bool(town.centre.book.parts(site["id"]).codes))
    assert await head.told() == before, "what was decided stays decided"

    await town.say("library", "UA", zone="005")
    await town.say("shop", "UA", zone="005")
    after = await head.told()
    assert [line for line in after if line.startswith("TECH.FAULT 4")] == [
        f"TECH.FAULT 4 waiting {town.player.role('shop')}"
    ]
    assert len(after) == len(before) + 2, "and nothing else happened"

    fenced = {"wire": "sia", "code": "FA", "act": "log"}
    version = answer.json()["version"]
    refused = await head.client.patch(path, json={"version": version, "codes": [fenced]})
    assert refused.status_code in {400, 422}
    await until_told(lambda: _are(town, 1))
    await town.restart()
    await until_told(lambda: _are(town, 1))
    (fact,) = await recorded(town)
    assert (fact.table, fact.row, fact.fields, fact.account_id, fact.version) == (
        "code_rule", "sia/UA//005", ("added",), site["id"], version,
    )  # fmt: skip


async def _are(town: Town, count: int) -> bool:
    return len(await recorded(town)) == count


async def test_the_same_centre_runs_on_postgresql(tmp_path: Path, postgresql: str) -> None:
    town = Town(tmp_path, Clock(), SITES, ROOMY)
    town.settings = msgspec.structs.replace(town.settings, database=postgresql)
    await town.start()
    try:
        head = await town.operator("head", Role.SUPERVISOR)
        site = await site_of(head, town, "shop")
        contact = {"order": 1, "name": "Manager", "numbers": [{"number": "030 4455"}]}
        path = f"/accounts/{site['id']}"
        changed = await head.client.patch(path, json={"version": site["version"], "contacts": [contact]})
        assert changed.status_code == 200, changed.text
        again = await head.client.patch(path, json={"version": site["version"], "contacts": []})
        assert again.status_code == 409
        await town.say("shop", "BA", zone="003")
        await town.restart()
        head = await town.operator("head", Role.SUPERVISOR)
        (row,) = await head.incidents()
        assert row["kind"] == "PROP.ALARM.INTR"
        found = await head.get("/accounts", search="030 4455")
        assert [one["id"] for one in found["items"]] == [site["id"]]
        await until_told(lambda: _are(town, 1))
        assert not (town.settings.data / "registry.sqlite3").exists()
    finally:
        await town.stop()
