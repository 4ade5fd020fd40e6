"""Plans over HTTP: the plan of an incident and its acts, adding and changing plans, and trying one."""

from typing import Any

import httpx
import msgspec
import pytest

from belfry.domain.plan import Plan
from belfry.ports.staff import Role
from tests.web.kit import Rig
from tests.web.sites_kit import change, site

PREMISES = {
    "id": "premises",
    "do": "call_premises",
    "text": "Call the shop",
    "then": {"wrong_word": "police", "reached": "end"},
}
HOLDER = {"id": "holder", "do": "call_contact", "text": "Who comes?", "arrival": True}
POLICE = {"id": "police", "do": "notify", "text": "Tell them", "agency": "police", "demanded": True, "reference": True}
NUMBERS = [{"number": "+44 20 7946 0001"}]
CONTACTS = [
    {"order": 1, "name": "Anna Ash", "role": "holder", "numbers": NUMBERS},
    {"order": 2, "name": "Ben Birch", "role": "deputy", "numbers": NUMBERS, "lists": ["intrusion"]},
    {"order": 3, "name": "Cleo Cedar", "role": "other", "numbers": NUMBERS, "lists": ["fire"]},
    {"order": 4, "name": "Dan Dogwood", "role": "other"},
]
AGENCIES = [
    {"type": "police", "name": "Harbour police", "number": "110"},
    {"type": "brigade", "name": "Brigade", "number": "112"},
]


def a_plan(*steps: dict[str, Any], kinds: tuple[str, ...] = ("PROP",), **fields: Any) -> dict[str, Any]:
    body = {"id": "intr", "name": "Intrusion", "when": {"kinds": list(kinds)}, "steps": list(steps)}
    return {"plan": {**body, **fields}}


async def kept(rig: Rig, *steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = await rig.token(Role.SUPERVISOR, "sue").post("/plans", json=a_plan(*steps, **fields))
    assert answer.status_code == 201, answer.text
    plan: dict[str, Any] = answer.json()
    return plan


async def taken(rig: Rig, client: httpx.AsyncClient, code: str = "BA", account: str = "2002") -> str:
    incident = await rig.alarm(client, code, account)
    answer = await client.post(f"/incidents/{incident}/take", json={"version": 1})
    assert answer.status_code == 200, answer.text
    return incident


async def act(client: httpx.AsyncClient, incident: str, name: str, **words: Any) -> httpx.Response:
    version = (await plan_of(client, incident))["version"]
    return await client.post(f"/incidents/{incident}/{name}", json={"version": version, **words})


async def plan_of(client: httpx.AsyncClient, incident: str) -> dict[str, Any]:
    answer = await client.get(f"/incidents/{incident}/plan")
    assert answer.status_code == 200, answer.text
    plan: dict[str, Any] = answer.json()
    return plan


def states(plan: dict[str, Any]) -> dict[str, str]:
    return {step["id"]: step["state"] for step in plan["steps"]}


async def test_whoever_takes_an_incident_has_its_plan_with_it(rig: Rig) -> None:
    await kept(rig, PREMISES, HOLDER, POLICE)
    anna = await rig.browser("anna")
    incident = await rig.alarm(anna)
    assert (await plan_of(anna, incident))["steps"] == []
    await anna.post(f"/incidents/{incident}/take", json={"version": 1})
    plan = await plan_of(anna, incident)
    assert (plan["at"], plan["owed"], plan["changed_since"]) == ("premises", ["police"], False)
    assert [(step["text"], step["state"]) for step in plan["steps"]] == [
        ("Call the shop", "now"),
        ("Who comes?", "open"),
        ("Tell them", "open"),
    ]
    assert plan["steps"][0]["outcomes"][:2] == ["reached", "no_answer"]
    assert [ref["name"] for ref in plan["refs"]] == ["Intrusion"]
    assert plan["reasons"] == ["intr 1 of the centre counts: for PROP"]
    stored = await rig.journal.page(0, 1_000)
    assert "Call the shop" not in repr(stored)


async def test_a_step_is_done_with_an_outcome_and_the_next_one_comes(rig: Rig) -> None:
    await kept(rig, PREMISES, HOLDER, POLICE)
    anna = await rig.browser("anna")
    incident = await taken(rig, anna)
    done = await act(anna, incident, "do", step="premises", outcome="wrong_word", text="He did not know it")
    assert (done.status_code, done.json()["timeline"][-1]["type"]) == (200, "step")
    plan = await plan_of(anna, incident)
    assert (plan["at"], states(plan)) == ("police", {"premises": "done", "holder": "passed", "police": "now"})
    assert plan["steps"][0]["words"] == "He did not know it"
    refused = await act(anna, incident, "do", step="police", outcome="passed")
    assert (refused.status_code, refused.json()["field"]) == (400, "reference")
    await act(anna, incident, "do", step="police", outcome="passed", reference="HP-17", text="Two cars")
    plan = await plan_of(anna, incident)
    assert (plan["at"], plan["owed"]) == (None, [])
    assert plan["steps"][2]["words"] == "HP-17\nTwo cars"


async def test_closing_names_what_is_owed(rig: Rig) -> None:
    await kept(rig, PREMISES, POLICE)
    anna = await rig.browser("anna")
    incident = await taken(rig, anna)
    refused = await act(anna, incident, "close", seen_upto=1, disposition="user_error")
    assert refused.status_code == 409
    assert {name: refused.json()[name] for name in ("type", "title", "steps")} == {
        "type": "belfry:owed",
        "title": "1 step of the plan owed",
        "steps": ["police"],
    }
    assert (await act(anna, incident, "skip", step="police", reason="They rang us")).status_code == 200
    assert (await act(anna, incident, "close", seen_upto=1, disposition="user_error")).status_code == 200
    listed = (await rig.token(Role.SUPERVISOR).get("/plans/skipped")).json()["items"]
    told = [(one["step"], one["text"], one["demanded"], one["by"], one["reason"]) for one in listed]
    assert told == [("police", "Tell them", True, "anna", "They rang us")]
    assert (await anna.get("/plans/skipped")).status_code == 403


async def test_who_is_to_be_called_is_told_in_the_order_of_the_list(rig: Rig) -> None:
    await kept(rig, HOLDER, POLICE)
    boss = await rig.browser("boss", Role.ADMINISTRATOR)
    own = site(rig, account="7100", name="Open mill")
    away = {"since": "2026-03-14T00:00:00Z", "until": "2026-03-15T00:00:00Z"}
    third = {**CONTACTS[1], "order": 5, "name": "Eve Elm", "absences": [away]}
    await change(boss, own, contacts=[*CONTACTS, third], agencies=AGENCIES)
    incident = await taken(rig, boss, account="7100")
    plan = await plan_of(boss, incident)
    assert (plan["called_list"], plan["round"], plan["rounds"]) == ("intrusion", 1, 3)
    told = [(one["name"], one["why"], one["next"]) for one in plan["calls"]]
    assert told == [
        ("Anna Ash", None, True),
        ("Ben Birch", None, False),
        ("Dan Dogwood", "no_number", False),
        ("Eve Elm", "absent", False),
    ]
    first, second = (one["contact"] for one in plan["calls"][:2])
    for contact in (first, second) * 3:
        answer = await act(boss, incident, "do", step="holder", outcome="no_answer", contact=contact)
        assert answer.status_code == 200, answer.text
    plan = await plan_of(boss, incident)
    assert (plan["at"], plan["steps"][0]["attempts"]) == ("police", 6)
    assert [one["name"] for one in plan["agencies"]] == ["Harbour police"]
    stranger = await act(boss, incident, "do", step="holder", outcome="reached", contact="nobody")
    assert (stranger.status_code, stranger.json()["field"]) == (400, "contact")


async def test_who_comes_is_told_until_he_is_there(rig: Rig) -> None:
    await kept(rig, HOLDER, POLICE)
    boss = await rig.browser("boss", Role.ADMINISTRATOR)
    own = site(rig, account="7100", name="Open mill")
    await change(boss, own, contacts=CONTACTS)
    incident = await taken(rig, boss, account="7100")
    contact = (await plan_of(boss, incident))["calls"][0]["contact"]
    at = "2026-03-14T02:30:00Z"
    await act(boss, incident, "do", step="holder", outcome="reached", contact=contact, arrives_at=at)
    rig.wait(minutes=20)
    (coming,) = (await plan_of(boss, incident))["coming"]
    assert (coming["name"], coming["at"], coming["late"]) == ("Anna Ash", at, True)
    assert "arrived" in (await boss.get(f"/incidents/{incident}")).json()["acts"]
    assert (await act(boss, incident, "arrived", contact=contact)).status_code == 200
    assert (await plan_of(boss, incident))["coming"] == []


async def test_at_a_silent_site_no_number_of_the_premises_is_told_and_no_step_calls_there(rig: Rig) -> None:
    await kept(rig, {**PREMISES, "then": {"no_answer": "police"}}, HOLDER, POLICE)
    boss = await rig.browser("boss", Role.ADMINISTRATOR)
    own = site(rig, account="7100", name="Open mill")
    await change(boss, own, details={"premises": NUMBERS})
    incident = await taken(rig, boss, account="7100")
    assert (await plan_of(boss, incident))["premises"][0]["number"] == NUMBERS[0]["number"]
    await rig.alarm(boss, "HA", "7100")
    plan = await plan_of(boss, incident)
    assert (plan["silent_site"], plan["at"], plan["premises"]) == (True, "police", [])
    assert plan["steps"][0]["withheld"] is not None
    refused = await act(boss, incident, "do", step="premises", outcome="reached")
    assert (refused.status_code, "silent alarm" in refused.json()["title"]) == (409, True)


async def test_at_a_silent_site_a_contact_whose_number_rings_there_is_shown_without_it(rig: Rig) -> None:
    await kept(rig, HOLDER, POLICE)
    boss = await rig.browser("boss", Role.ADMINISTRATOR)
    own = site(rig, account="7100", name="Open mill")
    inside = {**CONTACTS[0], "numbers": [{"number": "+44 7700 900 111"}, *NUMBERS]}
    await change(boss, own, details={"premises": NUMBERS}, contacts=[inside])
    incident = await taken(rig, boss, account="7100")
    await rig.alarm(boss, "HA", "7100")
    (called,) = (await plan_of(boss, incident))["calls"]
    assert [number["number"] for number in called["numbers"]] == ["+44 7700 900 111", ""]


async def test_duress_on_a_call_opens_a_silent_alarm_at_the_site(rig: Rig) -> None:
    await kept(rig, PREMISES, POLICE)
    anna = await rig.browser("anna")
    incident = await taken(rig, anna)
    done = await act(anna, incident, "do", step="premises", outcome="duress")
    assert done.status_code == 200
    await rig.settled()
    assert [one.kind for one in rig.board.silent()] == ["PERS.ALARM.DURESS"]


async def test_who_is_in_the_middle_of_a_plan_finishes_the_one_that_he_began(rig: Rig) -> None:
    plan = await kept(rig, PREMISES, POLICE)
    anna, sue = await rig.browser("anna"), rig.token(Role.SUPERVISOR, "sue")
    incident = await taken(rig, anna)
    other = {"plan": {**plan, "steps": [HOLDER, POLICE]}}
    assert (await sue.put("/plans/intr", json=other)).json()["version"] == 2
    mine = await plan_of(anna, incident)
    assert (mine["changed_since"], mine["refs"][0]["changed"], mine["refs"][0]["version"]) == (True, True, 1)
    assert [step["text"] for step in mine["steps"]] == ["Call the shop", "Tell them"]
    next_one = await taken(rig, anna, account="1001")
    assert [step["id"] for step in (await plan_of(anna, next_one))["steps"]] == ["holder", "police"]


async def test_a_signal_that_makes_it_something_else_brings_another_plan(rig: Rig) -> None:
    await kept(rig, HOLDER, POLICE, kinds=("=FIRE.ALARM.AUTO",), id="first")
    await kept(rig, POLICE, {**PREMISES, "then": {}}, kinds=("FIRE.ALARM.CONF",), id="second")
    anna = await rig.browser("anna")
    incident = await taken(rig, anna, "FA", "1001")
    await act(anna, incident, "do", step="police", outcome="passed", reference="7")
    await rig.alarm(anna, "FA", "1001", zone="44")
    await rig.settled()
    while (plan := await plan_of(anna, incident))["refs"][0]["id"] == "first":
        pass
    assert (plan["refs"][0]["id"], plan["at"], states(plan)["police"]) == ("second", "premises", "done")
    told = (await anna.get(f"/incidents/{incident}")).json()["timeline"]
    assert [line["type"] for line in told].count("plan") == 2


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        ([{**HOLDER, "then": {"busy": "holder"}}], "steps[0].then"),
        ([{**HOLDER, "then": {"busy": "nobody"}}], "steps[0].then.busy"),
        ([HOLDER], None),
    ],
)
async def test_a_plan_is_looked_over_before_it_is_kept(rig: Rig, steps: list[Any], field: str | None) -> None:
    sue = rig.token(Role.SUPERVISOR)
    plan = a_plan(*steps, kinds=("PROP.ALARM.OUTDOOR",))
    checked = (await sue.post("/plans/check", json=plan)).json()
    assert [flaw["field"] for flaw in checked["flaws"]] == ([] if field is None else [field])
    answer = await sue.post("/plans", json=plan)
    assert answer.status_code == (201 if field is None else 400)
    if field is not None:
        assert answer.json()["field"] == field


async def test_a_word_that_no_plan_knows_is_refused_by_its_name(rig: Rig) -> None:
    sue = rig.token(Role.SUPERVISOR)
    for steps in ([{**HOLDER, "do": "arrest"}], [{**HOLDER, "then": {"shrugged": "end"}}], [{**HOLDER, "who": "x"}]):
        answer = await sue.post("/plans", json=a_plan(*steps))
        assert (answer.status_code, answer.json()["type"]) == (400, "belfry:field")
        assert answer.json()["field"].startswith("plan.steps")


async def test_two_who_change_one_plan_do_not_overwrite_each_other(rig: Rig) -> None:
    plan = await kept(rig, PREMISES, POLICE)
    sue, sam = rig.token(Role.SUPERVISOR, "sue"), rig.token(Role.SUPERVISOR, "sam")
    assert (await sue.put("/plans/intr", json={"plan": {**plan, "name": "Hers"}})).status_code == 200
    refused = await sam.put("/plans/intr", json={"plan": {**plan, "name": "His"}})
    assert (refused.status_code, refused.json()["type"]) == (409, "belfry:changed")
    assert (refused.json()["plan"]["name"], refused.json()["plan"]["version"]) == ("Hers", 2)
    assert (await sam.delete("/plans/intr?version=1")).status_code == 409
    assert (await sam.delete("/plans/intr?version=2")).status_code == 204
    assert (await sam.get("/plans/intr")).status_code == 404
    told = (await sue.get("/plans/intr/versions")).json()["items"]
    assert [(one["version"], one["by"], one["plan"] is None) for one in told] == [
        (1, "sue", False),
        (2, "sue", False),
        (3, "sam", True),
    ]


async def test_operators_read_plans_and_change_none(rig: Rig) -> None:
    plan = await kept(rig, PREMISES, POLICE)
    anna = await rig.browser("anna")
    (line,) = (await anna.get("/plans")).json()["items"]
    assert (line["id"], line["steps"], line["adds"], line["library"]) == ("intr", 2, False, False)
    assert (await anna.get("/plans/intr")).json() == plan
    assert (await anna.get("/plans", params={"kind": "FIRE.ALARM.AUTO"})).json()["items"] == []
    for answer in (
        await anna.post("/plans", json={"plan": plan}),
        await anna.put("/plans/intr", json={"plan": plan}),
        await anna.delete("/plans/intr?version=1"),
        await anna.post("/plans/dry-run", json={"kind": "PROP.ALARM.INTR"}),
    ):
        assert answer.status_code == 403


async def test_the_schema_is_that_of_the_plans_which_are_taken(rig: Rig) -> None:
    told = (await rig.token(Role.OPERATOR).get("/plans/schema")).json()
    assert told == msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(Plan)))
    assert set(told["$defs"]["Step"]["properties"]) == set(
        msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(Plan)))["$defs"]["Step"]["properties"]
    )


async def test_a_plan_is_tried_against_what_was_done_at_an_incident_and_nothing_is_kept(rig: Rig) -> None:
    await kept(rig, PREMISES, HOLDER, POLICE)
    anna, sue = await rig.browser("anna"), rig.token(Role.SUPERVISOR, "sue")
    incident = await taken(rig, anna)
    await act(anna, incident, "do", step="premises", outcome="wrong_word")
    await act(anna, incident, "do", step="police", outcome="passed", reference="7")
    before = rig.journal.position
    other = a_plan({**PREMISES, "then": {"wrong_word": "guard"}}, {**POLICE, "id": "guard", "agency": "guard"}, HOLDER)
    tried = (await sue.post("/plans/dry-run", json={"incident": incident, **other})).json()
    assert tried["walked"] == ["premises", "guard", "holder"]
    assert [(step["id"], step["outcome"]) for step in tried["steps"]] == [
        ("premises", "wrong_word"),
        ("guard", "passed"),
        ("holder", None),
    ]
    assert (tried["owed"], tried["kind"]) == ([], "PROP.ALARM.INTR")
    as_it_is = (await sue.post("/plans/dry-run", json={"incident": incident})).json()
    assert as_it_is["walked"] == ["premises", "police"]
    elsewhere = (await sue.post("/plans/dry-run", json={"kind": "FIRE.ALARM.AUTO"})).json()
    assert (elsewhere["steps"], elsewhere["reasons"]) == ([], [])
    assert rig.journal.position == before
    end_of_time = {"kind": "PROP.THEFT", "at": "9999-12-31T23:59:59Z"}
    for body in ({}, {"kind": "NO.SUCH"}, {"kind": "PROP.THEFT", "account_id": "nobody"}, end_of_time):
        assert (await sue.post("/plans/dry-run", json=body)).status_code == 400
