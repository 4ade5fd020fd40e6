"""The registry behind a running centre: a rule that changes while signals come, and the same centre on PostgreSQL."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

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
