"""Sites over HTTP: found, read whole, added, changed by two at once - and nothing secret is ever read back."""

from base64 import urlsafe_b64encode
from typing import Any

import httpx
import pytest

from belfry.ports.staff import Role
from tests.web.kit import START, Rig
from tests.web.sites_kit import ANNA, MILL, card, change, contact_of, follow, site, supervisor

PARTS: dict[str, Any] = {
    "details": {"notes": "Ring twice", "hazards": "Gas bottles in the yard", "access": "Gate to the left", "risk": "2"},
    "areas": [{"number": "1", "name": "Shop"}],
    "zones": [{"number": "12", "area": "1", "name": "Back door", "hazard": "intrusion"}],
    "paths": [{"name": "tcp", "technology": "ip", "category": "SP4", "provider": "Telco"}],
    "codes": [{"wire": "sia", "code": "BA", "zone": "12", "priority": 3}],
    "schedules": [
        {
            "name": "Shop hours",
            "openings": [
                {"days": [0, 1], "opens_from": 420, "opens_until": 540, "closes_from": 1080, "closes_until": 1200}
            ],
        }
    ],
    "contacts": [ANNA],
    "agencies": [{"type": "police", "name": "Police North", "number": "110"}],
}


def is_problem(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == kind, problem
    return problem


async def test_a_site_that_was_written_is_read_back_whole(rig: Rig) -> None:
    editor, mill = supervisor(rig), site(rig)
    written = await change(editor, mill, **PARTS)
    assert written.status_code == 200, written.text
    found = await card(editor, mill)
    assert found["version"] == 2
    for name, sent in PARTS.items():
        kept = found[name] if isinstance(found[name], list) else [found[name]]
        for was, now in zip(sent if isinstance(sent, list) else [sent], kept, strict=True):
            assert (
                was.items() <= {**now, **{name: was[name] for name in ("openings", "numbers") if name in was}}.items()
            )
    assert found["zones"][0]["outdoor"] is False, "what has a default is said too"
    assert [agency["name"] for agency in found["dialled"]] == ["Police North"]
    assert found["local_time"] == "2026-03-14T03:14:00+01:00"
    assert found["account"]["name"] == "Old mill"


async def test_what_a_card_answers_may_be_sent_back_as_it_is(rig: Rig) -> None:
    editor, mill = supervisor(rig), site(rig)
    await change(editor, mill, **PARTS)
    before = await card(editor, mill)
    again = await change(editor, mill, **{name: before[name] for name in PARTS})
    assert again.status_code == 200, again.text
    assert again.json()["version"] == before["version"], "nothing was changed"


async def test_the_second_of_two_editors_is_told_what_changed_and_overwrites_nothing(rig: Rig) -> None:
    first, second, mill = supervisor(rig), rig.token(Role.ADMINISTRATOR, name="adam"), site(rig)
    seen = (await card(second, mill))["version"]
    rig.wait(minutes=1)
    assert (await change(first, mill, account={"name": "New mill"}, contacts=[ANNA])).status_code == 200
    mine = {"account": {"address": "Mill Lane 11"}}
    problem = is_problem(await change(second, mill, version=seen, **mine), 409, "belfry:changed")
    assert problem["current"]["version"] == seen + 1
    assert problem["current"]["account"]["name"] == "New mill"
    assert problem["current"]["contacts"][0]["hours"] == [], "written out whole"
    assert {(one["by"], one["part"], *one["fields"][:1]) for one in problem["changes"]} >= {
        ("sofia", "account", "name")
    }
    assert all(one["at"] == "2026-03-14T02:15:00Z" for one in problem["changes"])
    assert (await card(first, mill))["account"]["address"] == "Mill Lane 9", "nothing was written"
    done = await change(second, mill, version=problem["current"]["version"], **mine)
    assert done.status_code == 200
    kept = await card(second, mill)
    assert (kept["account"]["name"], kept["account"]["address"]) == ("New mill", "Mill Lane 11")


async def test_every_change_is_listed_with_who_and_which_fields_and_never_a_value(rig: Rig) -> None:
    editor, mill = supervisor(rig), site(rig)
    await change(editor, mill, account={"name": "Secret garden", "keys": ["00" * 16]}, details={"notes": "Ring twice"})
    listed = (await editor.get(f"/accounts/{mill}/changes")).json()
    said = {(one["by"], one["part"], tuple(sorted(one["fields"]))) for one in listed["items"]}
    assert ("test", "account", ("added",)) in said
    assert ("sofia", "account", ("keys", "name")) in said
    text = str(listed)
    assert "Secret garden" not in text
    assert "Ring twice" not in text


async def test_an_aes_key_is_set_and_never_read(rig: Rig) -> None:
    editor, mill = supervisor(rig), site(rig)
    key = "0123456789abcdef" * 2
    answer = await change(editor, mill, account={"keys": [key]})
    assert answer.json()["account"]["keyed"] is True
    for path in (f"/accounts/{mill}", "/accounts", "/accounts?search=mill", f"/accounts/{mill}/changes"):
        assert key not in (await editor.get(path)).text, path
    refused = await change(editor, mill, account={"keys": ["not a key at all"]})
    assert "not a key" not in str(is_problem(refused, 400, "belfry:field"))


async def test_all_that_cannot_be_kept_is_named_with_field_value_and_limit_and_nothing_is(rig: Rig) -> None:
    editor, mill = supervisor(rig), site(rig)
    body = {
        "account": {"time_zone": "Mars/Olympus", "name": "Never"},
        "zones": [{"number": "12"}, {"number": "a word"}],
        "contacts": [ANNA, {"order": 2, "name": "", "numbers": [{"number": "no number"}]}],
    }
    problem = is_problem(await change(editor, mill, **body), 400, "belfry:field")
    fields = {flaw["field"]: flaw for flaw in problem["flaws"]}
    assert {"account.time_zone", "zones[1].number", "contacts[1].name", "contacts[1].numbers[0].number"} <= set(fields)
    assert "Mars/Olympus" in fields["account.time_zone"]["value"]
    assert all(flaw["limit"] for flaw in fields.values())
    assert problem["field"] in fields
    assert (await card(editor, mill))["account"]["name"] == "Old mill"


async def test_a_contact_without_a_number_is_kept_and_the_card_warns(rig: Rig) -> None:
    editor, mill = supervisor(rig), site(rig)
    answer = await change(editor, mill, contacts=[{"order": 1, "name": "Otto"}])
    assert answer.status_code == 200, answer.text
    assert [warning["field"] for warning in answer.json()["warnings"]] == ["contacts[0].numbers"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"account": {"colour": "red"}}, "account.colour"),
        ({"zones": [{"number": "1"}, {"number": "2", "colour": "red"}]}, "zones[1].colour"),
        ({"contacts": [{**ANNA, "numbers": [{"number": "110", "colour": "red"}]}]}, "contacts[0].numbers[0].colour"),
        ({"details": {"notes": "", "religion": "none"}}, "details.religion"),
    ],
)
async def test_a_field_that_there_is_not_is_refused_by_its_name(rig: Rig, body: dict[str, Any], field: str) -> None:
    editor, mill = supervisor(rig), site(rig)
    assert is_problem(await change(editor, mill, **body), 400, "belfry:field")["field"] == field


async def test_a_number_that_is_taken_is_refused_without_saying_whose_it_is(rig: Rig) -> None:
    editor, mill = supervisor(rig), site(rig)
    site(rig, account="7002", name="Hidden villa", tenant="south")
    problem = is_problem(await change(editor, mill, account={"account": "7002"}), 409, "belfry:taken")
    assert problem["field"] == "account.account"
    assert "villa" not in str(problem)
    again = await editor.post("/accounts", json={"account": {"account": "7002"}})
    assert is_problem(again, 409, "belfry:taken")["field"] == "account.account"


async def test_a_new_site_begins_with_its_template_and_counts_for_signals(rig: Rig) -> None:
    editor = supervisor(rig)
    body = {"account": {"account": "8001", "name": "Corner shop"}, "template": "shop"}
    answer = await editor.post("/accounts", json=body)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["account"]["type"] == "shop"
    follow(rig)
    incident = await rig.alarm(editor, "BA", "8001")
    shown = await card(editor, made["id"])
    assert [row["id"] for row in shown["incidents"]] == [incident]
    unknown = await editor.post("/accounts", json={**body, "template": "castle", "account": {"account": "8002"}})
    assert is_problem(unknown, 400, "belfry:field")["field"] == "template"


@pytest.mark.parametrize("said", ["7001", "old mill", "lane 9", "mill 9", "030 1234567", "+49 30 1234567", "OLD"])
async def test_a_site_is_found_by_number_name_address_and_a_contacts_telephone(rig: Rig, said: str) -> None:
    editor, mill = supervisor(rig), site(rig)
    site(rig, account="9009", name="Bakery", address="High Street 1")
    await contact_of(editor, mill)
    found = await editor.get("/accounts", params={"search": said})
    assert [one["id"] for one in found.json()["items"]] == [mill]


async def test_a_search_finds_no_words_of_people_and_no_names_of_contacts(rig: Rig) -> None:
    editor, mill = supervisor(rig), site(rig)
    await change(editor, mill, details={"notes": "Wednesday"}, contacts=[ANNA])
    for said in ("Wednesday", "Anna Holder", "nothing like it"):
        assert (await editor.get("/accounts", params={"search": said})).json()["items"] == []


async def test_a_search_goes_on_from_its_cursor_and_refuses_one_that_is_none(rig: Rig) -> None:
    editor = supervisor(rig)
    for n in range(5):
        site(rig, account=f"61{n}", name=f"Row house {n}", address="")
    seen: list[str] = []
    query = {"search": "row house", "limit": "2"}
    while True:
        page = (await editor.get("/accounts", params=query)).json()
        seen += [one["account"] for one in page["items"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert seen == [f"61{n}" for n in range(5)]
    huge = urlsafe_b64encode(b'[9223372036854775808,"1","2"]').decode("ascii").rstrip("=")
    for after in ("what", "\x00", "bm8", huge):
        answer = await editor.get("/accounts", params={"search": "row", "after": after})
        assert is_problem(answer, 400, "belfry:field")["field"] == "after"


async def test_operators_keep_contacts_schedules_and_notes_and_nothing_else(rig: Rig) -> None:
    editor, operator, mill = supervisor(rig), rig.token(name="otto"), site(rig)
    await change(editor, mill, details=PARTS["details"])
    for name in ("contacts", "schedules"):
        assert (await change(operator, mill, **{name: PARTS[name]})).status_code == 200
    shown = await card(operator, mill)
    assert shown["may_edit"] == ["contacts", "details.notes", "schedules"]
    noted = await change(operator, mill, details={**shown["details"], "notes": "The bell is broken"})
    assert noted.status_code == 200, noted.text
    for name in ("areas", "zones", "paths", "codes", "agencies"):
        assert is_problem(await change(operator, mill, **{name: PARTS[name]}), 403, "belfry:role")["field"] == name
    refused = await change(operator, mill, account={"name": "Mine"})
    assert is_problem(refused, 403, "belfry:role")["field"] == "account"
    await change(editor, mill, details={**shown["details"], "premises": [{"number": "030 99"}], "notes": "Ring"})
    numbered = (await card(operator, mill))["details"]
    blind = await change(operator, mill, details={**numbered, "premises": [], "notes": "The bell is broken"})
    assert blind.json()["details"] == {**numbered, "notes": "The bell is broken"}, "numbers he was not shown stay"
    await change(editor, mill, details={**shown["details"], "notes": "The bell is broken"})
    more = await change(operator, mill, details={**shown["details"], "notes": "", "access": "Window"})
    assert is_problem(more, 403, "belfry:role")["field"] == "details"
    assert (await card(operator, mill))["details"] == {**shown["details"], "notes": "The bell is broken"}
    assert (await operator.post("/accounts", json={"account": {"account": "1"}})).status_code == 403
    for role in (Role.INSTALLER, Role.HOLDER, Role.AUDITOR, Role.RESPONDER):
        assert (await rig.token(role).patch(f"/accounts/{mill}", json={"version": 1})).status_code == 403, role


async def test_a_card_says_whether_the_site_is_on_test_and_when_it_was_heard(rig: Rig) -> None:
    editor, mill = supervisor(rig), site(rig)
    quiet = await card(editor, mill)
    assert (quiet["on_test"], quiet["heard"], quiet["incidents"]) == (None, [], [])
    begun = await editor.post("/tests", json={"account_id": mill, "minutes": 30})
    assert begun.status_code == 201, begun.text
    shown = await card(editor, mill)
    assert shown["on_test"] == {"tests": 1, "until": "2026-03-14T02:44:00Z", "whole_site": True}


async def test_what_is_not_there_is_a_404_wherever_it_is_asked_for(rig: Rig) -> None:
    editor = supervisor(rig)
    word = {"word": "sunflower"}
    answers = [
        await editor.get("/accounts/nothing"),
        await editor.get("/accounts/nothing/changes"),
        await editor.patch("/accounts/nothing", json={"version": 1}),
        await editor.put("/accounts/nothing/words", json={"contact": "c", **word}),
        await editor.post("/accounts/nothing/words/check", json=word),
        await editor.post("/accounts/nothing/access-code", json={"incident": "i1"}),
    ]
    for answer in answers:
        is_problem(answer, 404, "belfry:site")


async def test_a_site_with_a_zone_nobody_knows_any_more_has_a_time_all_the_same(rig: Rig) -> None:
    """Such as one that was written by another release's table of time zones."""
    assert MILL["time_zone"] == "Europe/Berlin"
    from belfry.domain.site import Account
    from belfry.web.sites import local_time

    assert local_time(Account(id="a", account="1", time_zone="Nowhere/At_All"), START) == "2026-03-14T02:14:00+00:00"
