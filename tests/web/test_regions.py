"""Calendars and districts over HTTP: of all sites, so nobody of some tenants changes them."""

from typing import Any

import pytest

from belfry.ports.staff import Role
from tests.web.kit import PASSWORD, Rig
from tests.web.sites_kit import card, change, site, supervisor

SQUARE = [[52.0, 13.0], [52.0, 14.0], [53.0, 14.0], [53.0, 13.0]]
BRIGADE: dict[str, Any] = {"type": "brigade", "name": "Brigade", "number": "112", "polygon": SQUARE}


async def test_a_calendar_is_kept_and_a_schedule_may_name_it(rig: Rig) -> None:
    head, mill = supervisor(rig), site(rig)
    opening = {"days": [0], "opens_from": 420, "opens_until": 540, "closes_from": 1080, "closes_until": 1200}
    schedules = [{"name": "Hours", "openings": [opening], "holidays": "berlin"}]
    assert (await change(head, mill, schedules=schedules)).status_code == 400
    answer = await head.put("/calendars/berlin", json={"days": ["2026-12-25", "2026-01-01"]})
    assert answer.status_code == 200, answer.text
    assert (await head.get("/calendars")).json()["items"] == [{"name": "berlin", "days": ["2026-01-01", "2026-12-25"]}]
    assert (await change(head, mill, schedules=schedules)).status_code == 200


async def test_agencies_of_a_district_are_dialled_behind_the_sites_own(rig: Rig) -> None:
    head, mill = supervisor(rig), site(rig)
    await change(head, mill, agencies=[{"type": "police", "name": "Police North", "number": "110"}])
    answer = await head.put("/districts", json={"items": [BRIGADE]})
    assert answer.status_code == 200, answer.text
    assert answer.json() == (await head.get("/districts")).json()
    assert [agency["name"] for agency in (await card(head, mill))["dialled"]] == ["Police North", "Brigade"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/calendars/a b", {"days": []}, "name"),
        ("/calendars/x", {"days": ["2026-01-01", "2026-01-01"]}, "days[1]"),
        ("/calendars/x", {"days": ["01.01.2026"]}, "days[0]"),
        ("/districts", {"items": [{**BRIGADE, "polygon": SQUARE[:2]}]}, "agencies[0].polygon"),
        ("/districts", {"items": [{**BRIGADE, "id": "gunknown"}]}, "agencies[0].id"),
    ],
)
async def test_what_cannot_be_kept_is_told_by_its_field(rig: Rig, path: str, body: Any, field: str) -> None:
    answer = await supervisor(rig).put(path, json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["field"] == field


async def test_a_user_of_some_tenants_reads_them_and_changes_none(rig: Rig) -> None:
    rig.registry.users.add("nora", Role.SUPERVISOR, PASSWORD, by="test", tenants=["north"])
    nora = await rig.browser("nora")
    for path, name in (("/calendars/x", "days"), ("/districts", "items")):
        assert (await nora.put(path, json={name: []})).json()["type"] == "belfry:role"
        assert (await nora.get(path.removesuffix("/x"))).status_code == 200
    operator = rig.token(Role.OPERATOR)
    assert (await operator.put("/districts", json={"items": []})).status_code == 403
