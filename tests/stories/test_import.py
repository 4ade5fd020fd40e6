"""A sheet comes into a running centre: first told, then done whole, and the next signal of its sites knows them."""

from typing import Any

import pytest

from belfry.app import upkeep
from belfry.domain.facts import REGISTRY_SUBJECT, Changed
from belfry.ports import Stored
from belfry.ports.sheets import ImportReport
from belfry.ports.staff import Role
from belfry.registry import parse_sheet
from tests.stories.kit import Desk, Town, until

ACCOUNTS = "account,name,type,tenant\n0990,Ferry landing,transport,\n0991,Fish market,shop,\n"
ZONES = "account,zone,name,hazard\n0990,7,Ticket hall,fire\n0991,1,Cold store,technical\n"


@pytest.fixture(autouse=True)
def the_registry_is_looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "REGISTRY_LOOK", upkeep.REGISTRY_LOOK / 80)


async def tried(desk: Desk, kind: str, content: str) -> dict[str, Any]:
    answer = await desk.client.post("/imports", params={"kind": kind}, content=content.encode())
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def imported(desk: Desk, kind: str, content: str) -> None:
    told = await tried(desk, kind, content)
    assert told["problems"] == []
    answer = await desk.post(f"/imports/{told['id']}/apply")
    assert answer.status_code == 200, answer.text


async def test_sites_that_were_imported_are_known_with_their_next_signal(town: Town) -> None:
    head = await town.operator("head", Role.SUPERVISOR)
    known = len(town.centre.book)
    assert await town.say("0990", "FA", "007") == "ACK"
    (before,) = await head.incidents()
    assert before["site"] is None

    told = await tried(head, "accounts", ACCOUNTS.replace("shop", "shoop"))
    assert [(one["row"], one["column"]) for one in told["problems"]] == [(3, "type")]
    assert (await head.post(f"/imports/{told['id']}/apply")).status_code == 409
    assert len(town.centre.book) == known, "and nothing of it came in"

    await imported(head, "accounts", ACCOUNTS)
    await imported(head, "zones", ZONES)
    ferry = town.centre.book
    await until(lambda: len(ferry) == known + 2)
    landing = next(one for one in ferry.all() if one.account == "0990")
    await until(lambda: bool(ferry.parts(landing.id).zones))
    assert await town.say("0990", "FA", "008") == "ACK"
    named = [row["site"]["name"] for row in await head.incidents() if row["site"]]
    assert named == ["Ferry landing"] * 2, "the alarm that came before it was known is shown there too"


async def test_each_imported_account_is_written_down_once_by_whom_and_without_a_value(town: Town) -> None:
    head = await town.operator("head", Role.SUPERVISOR)
    await imported(head, "accounts", ACCOUNTS)
    await imported(head, "zones", ZONES)

    async def recorded() -> list[tuple[str, str, tuple[str, ...]]]:
        stored = await town.centre._stores.journal.read(REGISTRY_SUBJECT)
        facts = [fact for one in stored if isinstance(one, Stored) for fact in one.entry.facts]
        return [
            (one.by, one.table, tuple(one.fields)) for one in facts if isinstance(one, Changed) and one.by == "head"
        ]

    found = await recorded()
    while len(found) < 4:
        found = await recorded()
    assert found == [("head", "account", ("added",))] * 2 + [("head", "account", ("zones",))] * 2


async def test_an_import_by_the_command_line_beside_a_centre_is_taken_over(town: Town) -> None:
    async with town._registry() as registry:
        report: ImportReport = registry.bring([parse_sheet(ACCOUNTS)], by="command line")
    assert report.added == 2
    await until(lambda: {"Ferry landing", "Fish market"} <= {one.name for one in town.centre.book.all()})
