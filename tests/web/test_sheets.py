"""Sheets over HTTP: a dry run that writes nothing, then exactly what it told, and exports that come in again."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from belfry.ports.sheets import SheetKind
from belfry.ports.staff import Role
from belfry.registry import sheet_door
from tests.web.kit import Rig, centre
from tests.web.sites_kit import change, site

ZONES = "Acct No,Zone Nr,Zone Desc,Colour\n7001,1,Front door,red\n7001,2,Cellar,blue\n"


def head(rig: Rig) -> httpx.AsyncClient:
    return rig.token(Role.SUPERVISOR, name="sofia")


async def tried(client: httpx.AsyncClient, kind: str, content: str | bytes, **query: Any) -> dict[str, Any]:
    raw = content.encode() if isinstance(content, str) else content
    answer = await client.post("/imports", params={"kind": kind, **query}, content=raw)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_a_dry_run_writes_nothing_and_applying_it_does_what_it_told(tmp_path: Path) -> None:
    async with centre(tmp_path) as rig:
        mill = site(rig)
        client = head(rig)
        told = await tried(client, "zones", ZONES, name="zones.csv")
        assert (told["rows"], told["added"], told["problems"], told["applied"]) == (2, 2, [], False)
        taken = {one["header"]: (one["column"], one["samples"]) for one in told["columns"]}
        assert taken["Acct No"] == ("account", ["7001"])
        assert taken["Zone Nr"][0] == "zone"
        assert taken["Zone Desc"][0] == "name"
        assert taken["Colour"] == (None, ["red", "blue"])
        file = rig.registry.site(mill)
        assert file is not None
        assert file.parts.zones == ()
        answer = await client.post(f"/imports/{told['id']}/apply")
        assert (answer.status_code, answer.json()["applied"], answer.json()["added"]) == (200, True, 2)
        file = rig.registry.site(mill)
        assert file is not None
        assert [zone.name for zone in file.parts.zones] == ["Front door", "Cellar"]
        assert rig.registry.changes(0)[-1].by == "sofia"
        assert (await client.post(f"/imports/{told['id']}/apply")).status_code == 404


async def test_columns_may_be_chosen_and_left_out(tmp_path: Path) -> None:
    async with centre(tmp_path) as rig:
        site(rig)
        told = await tried(head(rig), "zones", ZONES, columns=json.dumps({"Zone Desc": None, "Colour": "name"}))
        taken = {one["header"]: one["column"] for one in told["columns"]}
        assert taken == {"Acct No": "account", "Zone Nr": "zone", "Zone Desc": None, "Colour": "name"}


async def test_a_problem_is_told_by_row_and_by_the_column_of_the_file_and_cannot_be_applied(tmp_path: Path) -> None:
    async with centre(tmp_path) as rig:
        site(rig)
        client = head(rig)
        told = await tried(client, "zones", "Acct No,Zone No,Zone Type\n7001,1,fire\n7009,2,gas\n7001,3,wind\n")
        (first,) = told["problems"]
        assert (first["row"], first["column"]) == (4, "Zone Type")
        assert "wants one of fire, gas" in first["reason"]
        told = await tried(client, "zones", "Acct No,Zone No\n7001,1\n7009,2\n")
        assert [(one["row"], one["reason"]) for one in told["problems"]] == [(3, "there is no account '7009'")]
        answer = await client.post(f"/imports/{told['id']}/apply")
        assert (answer.status_code, answer.json()["type"]) == (409, "belfry:import-problems")


async def test_what_would_do_something_else_by_now_is_refused(tmp_path: Path) -> None:
    async with centre(tmp_path) as rig:
        mill, other = site(rig), site(rig, account="7002")
        client = head(rig)
        told = await tried(client, "zones", ZONES)
        await change(client, other, account={"name": "Something else"})
        assert (await client.post(f"/imports/{told['id']}/apply")).status_code == 200
        told = await tried(client, "zones", ZONES.replace("Cellar", "Attic"))
        await change(client, mill, zones=[{"number": "1", "name": "Gate"}])
        answer = await client.post(f"/imports/{told['id']}/apply")
        assert (answer.status_code, answer.json()["type"]) == (409, "belfry:changed")
        file = rig.registry.site(mill)
        assert file is not None
        assert [zone.name for zone in file.parts.zones] == ["Gate"]


async def test_a_large_sheet_is_read_by_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_door, "BESIDE_BYTES", 10)
    async with centre(tmp_path) as rig:
        mill = site(rig)
        client = head(rig)
        told = await tried(client, "zones", ZONES)
        assert (told["added"], told["problems"]) == (2, [])
        answer = await client.post(f"/imports/{told['id']}/apply")
        assert answer.status_code == 200, answer.text
        file = rig.registry.site(mill)
        assert file is not None
        assert len(file.parts.zones) == 2


async def test_a_large_export_is_written_by_a_process_of_its_own_and_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with centre(tmp_path) as rig:
        site(rig)
        site(rig, account="8001", name="Hidden", tenant="south")
        rig.registry.users.add("nora", Role.SUPERVISOR, "correct horse battery", by="test", tenants=("north",))
        clients = head(rig), await rig.browser("nora")
        paths = [f"/exports/{kind}?format={form}" for kind in ("accounts", "contacts") for form in ("csv", "json")]
        here = [(await client.get(path)).content for client in clients for path in paths]
        monkeypatch.setattr(sheet_door, "EXPORT_BESIDE", 0)
        beside = [(await client.get(path)).content for client in clients for path in paths]
        assert beside == here
        assert b"Hidden" in beside[0]
        assert b"Hidden" not in beside[len(paths)]


async def test_somebody_of_one_tenant_brings_in_and_gets_out_his_own_accounts_alone(tmp_path: Path) -> None:
    async with centre(tmp_path) as rig:
        site(rig)
        site(rig, account="8001", name="Hidden", tenant="south")
        rig.registry.users.add("nora", Role.SUPERVISOR, "correct horse battery", by="test", tenants=("north",))
        client = await rig.browser("nora")
        told = await tried(client, "zones", "account,zone\n8001,1\n")
        assert [one["reason"] for one in told["problems"]] == ["there is no account '8001'"]
        told = await tried(client, "accounts", "account,tenant\n7005,south\n8001,north\n")
        assert [(one["row"], one["column"]) for one in told["problems"]] == [(2, "tenant"), (3, "account")]
        assert "Hidden" not in str(told)
        told = await tried(client, "accounts", "account,name\n7005,New\n")
        assert (await client.post(f"/imports/{told['id']}/apply")).status_code == 200
        assert {one.account: one.tenant for one in rig.registry.accounts()}["7005"] == "north"
        exported = (await client.get("/exports/accounts")).text
        assert "Old mill" in exported
        assert "Hidden" not in exported
        assert (await head(rig).post(f"/imports/{told['id']}/apply")).status_code == 404


@pytest.mark.parametrize("form", ["csv", "json"])
async def test_an_export_comes_in_again_as_nothing_new(tmp_path: Path, form: str) -> None:
    async with centre(tmp_path) as rig:
        site(rig)
        client = head(rig)
        for kind in SheetKind:
            answer = await client.get(f"/exports/{kind}", params={"format": form})
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-disposition"] == f'attachment; filename="{kind}.{form}"'
            told = await tried(client, kind, answer.content)
            assert (told["added"], told["changed"], told["problems"]) == (0, 0, []), kind


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SERVICE, Role.SUPERVISOR, Role.ADMINISTRATOR}))
async def test_others_neither_import_nor_export(tmp_path: Path, role: Role) -> None:
    async with centre(tmp_path) as rig:
        client = rig.token(role)
        assert (await client.post("/imports?kind=zones", content=b"account\n")).status_code == 403
        assert (await client.get("/exports/accounts")).status_code == 403


async def test_bad_questions_are_told(tmp_path: Path) -> None:
    async with centre(tmp_path) as rig:
        client = head(rig)
        for query, field in (
            ({"kind": "people"}, "kind"),
            ({"kind": "zones", "profile": "nobody's"}, "profile"),
            ({"kind": "zones", "columns": "[1]"}, "columns"),
        ):
            answer = await client.post("/imports", params=query, content=b"x")
            assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text
        told = await tried(client, "zones", b"\xff\xfe\x00")
        assert told["problems"]
        assert (await client.get("/exports/people")).status_code in {400, 404}
        choices = (await client.get("/imports")).json()
        assert {one["name"] for one in choices["profiles"]} == {"semicolon_de", "week_columns"}
        assert choices["kinds"][0]["columns"][0] == "account"


async def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("belfry.web.sheets.SHEET_MOST_BYTES", 100)
    async with centre(tmp_path) as rig:
        answer = await head(rig).post("/imports?kind=zones", content=b"x" * 200)
        assert answer.status_code == 413
