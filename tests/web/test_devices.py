"""Devices over HTTP: kept up by installers, believed by a secret, proved point by point."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from belfry.centre.devices.listening import LISTENERS_MOST
from belfry.domain.reading import Disposition, Observed, PointState, Reading, Said, Switch
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


async def test_a_recorder_s_offset_is_kept_and_reaches_its_reader(rig: Rig, account_id: str) -> None:
    told = await added(rig.token(Role.INSTALLER), account_id, wire="isapi", channel_offset=32)
    assert told["channel_offset"] == 32
    known = rig.devices.book.by_id(told["id"])
    assert known is not None
    assert known.channel_offset == 32


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
        ({"channel_offset": -1}, "channel_offset"),
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


# -- listening


async def test_an_installer_sees_live_what_came_and_what_was_stripped(rig: Rig, account_id: str) -> None:
    client = rig.token(Role.INSTALLER)
    told = await added(client, account_id)
    device = rig.devices.book.by_id(told["id"])
    assert device is not None
    listening = (await client.post("/devices/listen", json={"device_id": device.id})).json()
    smoke = Reading(observed=Observed.SMOKE, point="smoke", state=PointState.ACTIVE)
    cross = Reading(observed=Observed.PERIMETER, point="line", state=PointState.ACTIVE, switch=Switch.LINE)
    dropped = ("faces.age", "somebody.by.name")
    said = Said(disposition=Disposition.ACCEPT, readings=(smoke, cross), dropped=dropped)
    await rig.device_desk.hear(device, said, rig.now)
    rig.device_desk.stranger("panels", device.wire, said, rig.now)
    answer = await client.get(f"/devices/listen/{listening['id']}")
    (event,) = answer.json()["items"]
    assert (event["device_id"], event["disposition"]) == (device.id, "accept")
    assert (event["dropped"], event["dropped_others"]) == (["faces.age"], 1)
    assert "somebody" not in answer.text
    reading, crossed = event["readings"]
    assert (reading["point"], reading["category"], reading["zone"]) == ("smoke", "fire", "7")
    assert (crossed["became"], crossed["switch"], reading["switch"]) == ("switched-off", "line", None)
    assert (await client.delete(f"/devices/listen/{listening['id']}")).status_code == 204
    assert (await client.get(f"/devices/listen/{listening['id']}")).status_code == 404
    heard = (await client.get(f"/devices/{device.id}")).json()
    assert heard["heard_at"] is not None


async def test_who_asks_for_news_waits_for_it_and_it_ends_by_itself(
    rig: Rig, account_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("belfry.web.device_listening.WAIT_S", 0)
    client = rig.token(Role.INSTALLER)
    told = await added(client, account_id)
    listening = (await client.post("/devices/listen", json={"device_id": told["id"]})).json()
    answer = (await client.get(f"/devices/listen/{listening['id']}")).json()
    assert answer == {"items": [], "missed": 0, "over": False}
    rig.now += timedelta(minutes=31)
    await rig.device_desk.turn()
    assert (await client.get(f"/devices/listen/{listening['id']}")).json()["over"] is True


async def test_only_so_many_listen_and_to_one_thing_each(rig: Rig, account_id: str) -> None:
    client = rig.token(Role.INSTALLER)
    for body, field in (({}, "device_id"), ({"receiver": "elsewhere"}, "receiver")):
        answer = await client.post("/devices/listen", json=body)
        assert (answer.status_code, answer.json()["field"]) == (400, field)
    for _ in range(LISTENERS_MOST):
        assert (await client.post("/devices/listen", json={"receiver": "panels"})).status_code == 201
    assert (await client.post("/devices/listen", json={"receiver": "panels"})).status_code == 429


# -- mappings

LEAK = {"tests": [{"path": "type", "values": ["leak"]}], "observed": "water", "point": "leak"}


async def test_a_mapping_is_tried_kept_changed_and_taken_out(rig: Rig, account_id: str) -> None:
    client = rig.token(Role.SUPERVISOR)
    mapping: dict[str, Any] = {"name": "acme", "rules": [LEAK]}
    tried = await client.post("/mappings/try", json={"mapping": mapping, "message": '{"type": "leak", "who": "Ann"}'})
    assert (tried.json()["disposition"], tried.json()["readings"][0]["observed"]) == ("accept", "water")
    assert "Ann" not in tried.text
    kept = (await client.put("/mappings/acme", json={"mapping": mapping})).json()
    assert kept["version"] == 1
    assert (await client.get("/mappings")).json()["items"] == [kept]
    stale = await client.put("/mappings/acme", json={"mapping": mapping})
    assert (stale.status_code, stale.json()["type"]) == (409, "belfry:changed")
    other = await client.put("/mappings/other", json={"mapping": mapping})
    assert (other.status_code, other.json()["field"]) == (400, "mapping.name")
    named = await added(client, account_id, wire="mapping", mapping="acme")
    used = await client.delete("/mappings/acme?version=1")
    assert (used.status_code, used.json()["type"]) == (409, "belfry:in-use")
    await client.delete(f"/devices/{named['id']}?version=1")
    assert (await client.delete("/mappings/acme?version=1")).status_code == 204
    assert (await client.delete("/mappings/acme?version=1")).status_code == 404


async def test_what_is_wrong_with_a_mapping_is_named(rig: Rig) -> None:
    bad = {"name": "acme", "rules": [{**LEAK, "observed": "unreadable"}]}
    client = rig.token(Role.SUPERVISOR)
    tried = (await client.post("/mappings/try", json={"mapping": bad, "message": "{}"})).json()
    assert [flaw["field"] for flaw in tried["flaws"]] == ["rules[0].observed"]
    kept = await client.put("/mappings/acme", json={"mapping": bad})
    assert (kept.status_code, kept.json()["field"]) == (400, "rules[0].observed")
    copying = {"name": "acme", "rules": [{**LEAK, "text": {"path": "note"}}]}
    refused = await client.put("/mappings/acme", json={"mapping": copying})
    assert (refused.status_code, refused.json()["field"]) == (400, "mapping.rules[0].text")


async def test_a_mapping_is_changed_by_supervisors_of_all_tenants_alone(rig: Rig) -> None:
    body = {"mapping": {"name": "acme", "rules": [LEAK]}}
    assert (await rig.token(Role.INSTALLER).put("/mappings/acme", json=body)).status_code == 403
    assert (await rig.token(Role.SUPERVISOR, tenant="north").put("/mappings/acme", json=body)).status_code == 403
    assert (await rig.token(Role.SUPERVISOR, tenant="north").delete("/mappings/acme?version=1")).status_code == 403
    assert (await rig.token(Role.INSTALLER).get("/mappings")).status_code == 200
