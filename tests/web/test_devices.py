"""Devices over HTTP: kept up by installers, believed by a secret, proved point by point."""

from typing import Any

import httpx
import pytest

from belfry.ports.staff import Role
from tests.web.kit import Rig
from tests.web.sites_kit import site


def a_device(site_id: str, **other: Any) -> dict[str, Any]:
    points = [{"point": "smoke", "zone": "7"}, {"point": "sound/fire_alarm", "zone": "7", "switches": ["sound"]}]
    where = {"account_id": site_id, "receiver": "panels", "wire": "zigbee2mqtt", "address": "z/hall"}
    return {**where, "name": "Hall", "points": points, **other}


@pytest.fixture
def account_id(rig: Rig) -> str:
    return site(rig, account="1042", name="Mill")


async def added(client: httpx.AsyncClient, account_id: str, **other: Any) -> dict[str, Any]:
    answer = await client.post("/devices", json=a_device(account_id, **other))
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_an_installer_adds_a_device_proves_its_points_and_takes_it_out(rig: Rig, account_id: str) -> None:
    client = rig.token(Role.INSTALLER)
    told = await added(client, account_id)
    assert (told["account"], told["site"], told["unproved"], told["has_login"]) == ("1042", "Mill", 2, False)
    where = f"/devices/{told['id']}"
    assert (await client.get(where)).json() == told
    await client.post(f"{where}/prove", json={"point": "smoke"})
    proved = (await client.post(f"{where}/prove", json={"point": "sound/fire_alarm"})).json()
    assert proved["unproved"] == 0
    unproved = (await client.get("/devices?unproved=true")).json()
    assert unproved == {"items": [], "next": None}
    changed = await client.put(where, json=a_device(account_id, name="Loft", version=proved["version"]))
    assert (changed.json()["name"], changed.json()["unproved"]) == ("Loft", 0)
    stale = await client.put(where, json=a_device(account_id, version=told["version"]))
    assert (stale.status_code, stale.json()["type"]) == (409, "belfry:changed")
    assert (await client.delete(f"{where}?version={changed.json()['version']}")).status_code == 204
    assert (await client.get(where)).status_code == 404


async def test_a_secret_is_shown_and_renewed_and_who_saw_it_is_written_down(rig: Rig, account_id: str) -> None:
    client = rig.token(Role.INSTALLER)
    where = f"/devices/{(await added(client, account_id))['id']}"
    shown = (await client.post(f"{where}/secret", json={})).json()
    assert rig.devices.book.by_secret("panels", shown["secret"]) is not None
    assert shown["path"] == f"/d/{shown['secret']}"
    renewed = (await client.post(f"{where}/secret", json={"renew": True})).json()
    assert rig.devices.book.by_secret("panels", shown["secret"]) is None
    assert renewed["signing_key"] != shown["signing_key"]
    assert shown["secret"] not in (await client.get(where)).text
    fields = [one.fields for one in rig.registry.changes(0) if one.table == "device"]
    assert fields == [("added",), ("secret shown",), ("secret",)]


async def test_a_login_is_taken_and_never_shown(rig: Rig, account_id: str) -> None:
    client = rig.token(Role.INSTALLER)
    where = f"/devices/{(await added(client, account_id, host='https://192.0.2.7'))['id']}"
    assert (await client.put(f"{where}/login", json={"user": "a", "password": "canary"})).status_code == 204
    told = await client.get(where)
    assert told.json()["has_login"] is True
    assert "canary" not in told.text
    assert (await client.put(f"{where}/login", json={"user": None})).status_code == 204
    assert (await client.get(where)).json()["has_login"] is False


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"account_id": "nobody"}, "account_id"),
        ({"receiver": "elsewhere"}, "receiver"),
        ({"address": ""}, "address"),
        ({"interval_s": 1}, "interval_s"),
        ({"host": "ftp://x"}, "host"),
        ({"wire": "mapping"}, "mapping"),
        ({"points": [{"point": "a", "above": 3.0}]}, "points[0].above"),
        ({"points": [{"point": "a"}, {"point": "a"}]}, "points[1]"),
        ({"points": [{"point": "a", "observed": "face"}]}, "points[0].observed"),
    ],
)
async def test_what_cannot_be_kept_is_named(rig: Rig, account_id: str, other: dict[str, Any], field: str) -> None:
    answer = await rig.token(Role.INSTALLER).post("/devices", json=a_device(account_id, **other))
    assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text


async def test_an_address_is_one_device_s(rig: Rig, account_id: str) -> None:
    client = rig.token(Role.INSTALLER)
    await added(client, account_id)
    answer = await client.post("/devices", json=a_device(account_id))
    assert (answer.status_code, answer.json()["type"]) == (409, "belfry:taken")


async def test_operators_read_devices_and_change_none(rig: Rig, account_id: str) -> None:
    told = await added(rig.token(Role.SUPERVISOR), account_id)
    operator, where = rig.token(Role.OPERATOR), f"/devices/{told['id']}"
    assert (await operator.get("/devices")).json()["items"] == [told]
    assert (await operator.get(f"{where}/days")).json() == {"items": []}
    assert (await operator.post(f"{where}/secret", json={})).status_code == 403
    assert (await operator.post("/devices", json=a_device(account_id))).status_code == 403
    for role in (Role.RESPONDER, Role.AUDITOR):
        assert (await rig.token(role).get("/devices")).status_code == 403


async def test_a_long_list_goes_on_from_its_cursor(rig: Rig, account_id: str) -> None:
    client = rig.token(Role.SUPERVISOR)
    ids = sorted([(await added(client, account_id, address=f"z/{n}"))["id"] for n in range(5)])
    first = (await client.get("/devices?limit=3")).json()
    rest = (await client.get(f"/devices?limit=3&after={first['next']}")).json()
    assert [one["id"] for one in (*first["items"], *rest["items"])] == ids
    assert rest["next"] is None
