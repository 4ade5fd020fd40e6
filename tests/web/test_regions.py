"""Calendars and districts over HTTP: of all sites, so nobody of some tenants changes them."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
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
    answer = await head.put("/calendars/berlin", json={"mark": "", "days": ["2026-12-25", "2026-01-01"]})
    assert answer.status_code == 200, answer.text
    assert (await head.get("/calendars")).json()["items"] == [answer.json()]
    assert (answer.json()["name"], answer.json()["days"]) == ("berlin", ["2026-01-01", "2026-12-25"])
    assert (await change(head, mill, schedules=schedules)).status_code == 200


async def test_agencies_of_a_district_are_dialled_behind_the_sites_own(rig: Rig) -> None:
    head, mill = supervisor(rig), site(rig)
    await change(head, mill, agencies=[{"type": "police", "name": "Police North", "number": "110"}])
    answer = await head.put("/districts", json=await districts(head, BRIGADE))
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
    head = supervisor(rig)
    mark = (await districts(head))["mark"] if path == "/districts" else ""
    answer = await head.put(path, json={"mark": mark, **body})
    assert answer.status_code == 400, answer.text
    assert answer.json()["field"] == field


async def test_the_second_of_two_who_edit_a_list_overwrites_nothing(rig: Rig) -> None:
    head = supervisor(rig)
    seen = await districts(head)
    first = await head.put("/districts", json={**seen, "items": [BRIGADE]})
    second = await head.put("/districts", json={**seen, "items": [{**BRIGADE, "name": "Another"}]})
    assert (second.status_code, second.json()["type"]) == (409, "belfry:changed")
    assert (await head.get("/districts")).json()["items"] == first.json()["items"]
    days = {"mark": "", "days": ["2026-01-01"]}
    kept = (await head.put("/calendars/berlin", json=days)).json()
    assert (await head.put("/calendars/berlin", json={**days, "days": []})).status_code == 409
    assert (await head.delete("/calendars/berlin", params={"mark": "0"})).status_code == 409
    assert (await head.get("/calendars")).json()["items"] == [kept]


async def test_a_calendar_goes_when_no_schedule_names_it_any_more(rig: Rig) -> None:
    head, mill = supervisor(rig), site(rig)
    kept = (await head.put("/calendars/berlin", json={"mark": "", "days": ["2026-01-01"]})).json()
    opening = {"days": [0], "opens_from": 420, "opens_until": 540, "closes_from": 1080, "closes_until": 1200}
    schedules = [{"name": "Hours", "openings": [opening], "holidays": "berlin"}]
    assert (await change(head, mill, schedules=schedules)).status_code == 200
    refused = await head.delete("/calendars/berlin", params={"mark": kept["mark"]})
    assert (refused.status_code, refused.json()["type"]) == (409, "belfry:in-use")
    assert (await change(head, mill, schedules=[])).status_code == 200
    assert (await head.delete("/calendars/berlin", params={"mark": kept["mark"]})).status_code == 204
    assert (await head.delete("/calendars/berlin", params={"mark": kept["mark"]})).status_code == 404
    told = [(one.by, one.table, one.row, one.fields) for one in rig.registry.changes(0) if one.table == "calendar"]
    assert told == [("sofia", "calendar", "berlin", (what,)) for what in ("added", "removed")]


async def test_a_card_names_the_holidays_around_today_where_hours_of_contacts_ask_for_them(rig: Rig) -> None:
    head, mill = supervisor(rig), site(rig, time_zone="Pacific/Auckland")
    today = rig.clock().astimezone(ZoneInfo("Pacific/Auckland")).date()
    days = [str(today + timedelta(days=n)) for n in (-2, -1, 1, 2)]
    assert (await head.put("/calendars/nz", json={"mark": "", "days": days})).status_code == 200
    opening = {"days": [0], "opens_from": 420, "opens_until": 540, "closes_from": 1080, "closes_until": 1200}
    contact = {"order": 1, "name": "Anna", "hours": [{"days": [7]}]}
    warned = await change(head, mill, contacts=[contact])
    assert warned.json()["holidays"] == []
    assert [flaw["field"] for flaw in warned.json()["warnings"]] == ["contacts[0].numbers", "contacts[0].hours"]
    with_calendar = await change(head, mill, schedules=[{"name": "Hours", "openings": [opening], "holidays": "nz"}])
    assert with_calendar.json()["holidays"] == days[1:3]
    assert [flaw["field"] for flaw in with_calendar.json()["warnings"]] == ["contacts[0].numbers"]


async def test_a_user_of_some_tenants_reads_them_and_changes_none(rig: Rig) -> None:
    rig.registry.users.add("nora", Role.SUPERVISOR, PASSWORD, by="test", tenants=["north"])
    nora = await rig.browser("nora")
    for path, name in (("/calendars/x", "days"), ("/districts", "items")):
        assert (await nora.put(path, json={"mark": "", name: []})).json()["type"] == "belfry:role"
        listed = await nora.get(path.removesuffix("/x"))
        assert (listed.status_code, listed.json()["may_edit"]) == (200, False)
    assert (await nora.delete("/calendars/x", params={"mark": ""})).json()["type"] == "belfry:role"
    operator = rig.token(Role.OPERATOR)
    assert (await operator.put("/districts", json={"mark": "", "items": []})).status_code == 403
    assert (await rig.token(Role.HOLDER).get("/districts")).status_code == 403


async def districts(client: httpx.AsyncClient, *items: dict[str, Any]) -> dict[str, Any]:
    """What is sent to keep these in place of those that there are."""
    return {"mark": (await client.get("/districts")).json()["mark"], "items": list(items)}
