"""The queue and its acts as two desks see them."""

import asyncio
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import httpx
import pytest

from belfry.domain.signal import Method
from belfry.ports.staff import Role
from tests.web.kit import Rig

FALSE_ALARM = {"disposition": "false_alarm", "cause": "animal"}


async def rows(client: httpx.AsyncClient, query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(f"/incidents{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def told(client: httpx.AsyncClient, incident: str) -> dict[str, Any]:
    answer = await client.get(f"/incidents/{incident}")
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def act(client: httpx.AsyncClient, incident: str, name: str, **body: object) -> httpx.Response:
    return await client.post(f"/incidents/{incident}/{name}", json=body)


async def many(rig: Rig, client: httpx.AsyncClient) -> list[str]:
    """Three incidents: intrusion 2, fire 1, a technical one, in the order in which they came."""
    found = []
    for code, account in (("BA", "2002"), ("FA", "1001"), ("YT", "4004")):
        found.append(await rig.alarm(client, code, account))
        rig.wait(seconds=1)
    return found


async def test_the_queue_is_by_priority_then_age_and_pages_without_gap_or_repeat(rig: Rig) -> None:
    client = rig.token()
    intrusion, fire, technical = await many(rig, client)
    first = (await client.get("/incidents?state=open&limit=2")).json()
    assert [row["id"] for row in first["items"]] == [fire, intrusion]
    second = (await client.get("/incidents", params={"state": "open", "limit": 2, "after": first["next"]})).json()
    assert [row["id"] for row in second["items"]] == [technical]
    assert second["next"] is None
    wrong = await client.get("/incidents?after=nonsense")
    assert (wrong.status_code, wrong.json()["field"]) == (400, "after")


@pytest.mark.parametrize("place", [b'["o",1,3,"2026-03-14T02:14:00",1]', b'["c","2026-03-14T02:14:00",1]'])
async def test_a_cursor_whose_time_has_no_zone_is_none_of_ours(rig: Rig, place: bytes) -> None:
    client = rig.token()
    await many(rig, client)
    answer = await client.get("/incidents", params={"after": urlsafe_b64encode(place).decode()})
    assert answer.status_code == 400
    assert answer.json()["field"] == "after"


async def test_a_list_can_be_asked_for_states_kinds_and_ones_own(rig: Rig) -> None:
    client = rig.token(name="anna")
    intrusion, fire, technical = await many(rig, client)
    await act(client, fire, "take", version=1)
    assert [row["id"] for row in await rows(client, "?state=taken")] == [fire]
    assert [row["id"] for row in await rows(client, "?state=waiting&state=taken")] == [fire, intrusion, technical]
    assert [row["id"] for row in await rows(client, "?mine=true")] == [fire]
    assert [row["id"] for row in await rows(client, "?kind=PROP")] == [intrusion]
    assert [row["id"] for row in await rows(client, "?kind=PROP.ALARM.INTR&kind=FIRE")] == [fire, intrusion]


async def test_closed_ones_follow_newest_first_and_their_site_is_not_listed(rig: Rig) -> None:
    client = rig.token(name="anna")
    intrusion, fire, technical = await many(rig, client)
    for incident in (technical, intrusion):
        await act(client, incident, "take", version=1)
        rig.wait(seconds=5)
        closed = await act(client, incident, "close", version=2, seen_upto=1, reason="seen to", **FALSE_ALARM)
        assert closed.status_code == 200, closed.text
    assert [row["id"] for row in await rows(client)] == [fire, intrusion, technical]
    assert [row["id"] for row in await rows(client, "?state=closed")] == [intrusion, technical]
    assert [row["site"] for row in await rows(client, "?state=closed")] == [None, None]
    assert (await told(client, intrusion))["site"]["name"] == "Shop"
    page = (await client.get("/incidents?state=closed&limit=1")).json()
    rest = (await client.get("/incidents", params={"state": "closed", "after": page["next"]})).json()
    assert [row["id"] for row in rest["items"]] == [technical]


async def test_a_row_has_everything_that_the_queue_shows(rig: Rig) -> None:
    client = rig.token()
    await rig.alarm(client, "FA", "1001")
    (row,) = await rows(client)
    assert (row["number"], row["kind"], row["group"], row["priority"]) == (1, "FIRE.ALARM.AUTO", "FIRE", 1)
    assert row["label"] == "Automatic fire alarm, unconfirmed"
    assert row["clocks"]["take"] == {
        "target_at": "2026-03-14T02:14:30Z",
        "limit_at": "2026-03-14T02:15:00Z",
        "done_at": None,
        "at_once": False,
    }
    assert row["clocks"]["told"]["at_once"] is True
    assert (row["queued_at"], row["escalated"]) == (row["opened_at"], [])
    assert row["restore"] == {"need": "required", "restored": False, "open_points": 1}
    assert row["site"] == {
        "id": "school",
        "name": "School",
        "address": "Mill Lane 1",
        "latitude": 52.1,
        "longitude": 13.2,
        "time_zone": "Europe/Berlin",
        "type": "school",
    }
    assert (row["version"], row["signals_seq"], row["state"], row["life"]) == (1, 1, "waiting", True)
    assert row["updated"] == row["rings"] == "2"
    assert row["signals"][0]["act"] == "open"


async def test_labels_come_in_the_language_that_the_browser_prefers(rig: Rig) -> None:
    client = rig.token()
    incident = await rig.alarm(client, "FA", "1001")
    for header, language in (("de-AT,en;q=0.5", "de"), ("nl, fr;q=0.8, en;q=0.7", "fr"), ("nl", "en"), ("", "en")):
        answer = await client.get(f"/incidents/{incident}", headers={"Accept-Language": header})
        assert answer.json()["label"] == rig.kinds.words("FIRE.ALARM.AUTO", language).label


async def test_of_two_who_press_at_once_one_gets_it_and_the_other_reads_who(rig: Rig) -> None:
    anna, bert = await rig.browser("anna"), await rig.browser("bert")
    incident = await rig.alarm(rig.token(), "FA", "1001")
    answers = await asyncio.gather(*(act(one, incident, "take", version=1) for one in (anna, bert)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    won = next(answer for answer in answers if answer.status_code == 200).json()
    lost = next(answer for answer in answers if answer.status_code == 409).json()
    winner = won["taken_by"]
    assert (won["state"], won["version"]) == ("taken", 2)
    assert lost["title"] == f"Taken by {winner} 0 s ago"
    assert (lost["incident"]["taken_by"], lost["incident"]["version"]) == (winner, 2)
    assert lost["incident"]["acts"] == ["takeover", "note"]


async def test_next_takes_the_first_and_parks_lesser_work_for_a_priority_one(rig: Rig) -> None:
    anna = await rig.browser("anna")
    robot = rig.token(name="robot")
    assert (await anna.post("/incidents/next")).status_code == 204
    technical = await rig.alarm(robot, "YT", "2002")
    taken = (await anna.post("/incidents/next")).json()
    assert (taken["incident"]["id"], taken["parked"]) == (technical, [])
    fire = await rig.alarm(robot, "FA", "1001")
    taken = (await anna.post("/incidents/next")).json()
    assert (taken["incident"]["id"], taken["parked"]) == (fire, [technical])
    assert (await told(anna, technical))["state"] == "held"


async def test_the_whole_story_of_an_incident_is_in_its_timeline(rig: Rig) -> None:
    anna, bert, robot = await rig.browser("anna"), await rig.browser("bert"), rig.token(name="robot")
    incident = await rig.alarm(robot, "BA")
    await act(anna, incident, "take", version=1)
    await act(anna, incident, "note", text="called the shop")
    until = (rig.now + timedelta(minutes=5)).isoformat()
    await act(anna, incident, "hold", version=2, until=until)
    await rig.alarm(robot, "BR")
    await act(bert, incident, "takeover", version=3, reason="shift is over")
    await act(bert, incident, "release", version=4)
    await act(bert, incident, "take", version=5)
    await act(bert, incident, "reclassify", version=6, kind="PROP.ALARM.INTR.CONF", reason="window broken")
    seen = (await told(bert, incident))["signals_seq"]
    closed = await act(bert, incident, "close", version=7, seen_upto=seen, disposition="genuine", cause="break_in")
    assert closed.status_code == 200, closed.text
    await act(bert, incident, "reopen", version=8, reason="they came back")
    story = (await told(anna, incident))["timeline"]
    lines = [(line["type"], line["by"], line["text"]) for line in story]
    assert lines == [
        ("opened", None, None),
        ("taken", "anna", None),
        ("note", "anna", "called the shop"),
        ("held", "anna", None),
        ("restored", None, None),
        ("takeover", "bert", "shift is over"),
        ("released", "bert", None),
        ("taken", "bert", None),
        ("reclassified", "bert", "window broken"),
        ("closed", "bert", None),
        ("reopened", "bert", "they came back"),
    ]
    assert story[0]["signal"]["code"] == "BA"
    assert story[0]["reasons"]
    assert story[3]["data"]["until"] == "2026-03-14T02:19:00Z"
    assert story[5]["data"] == {"over": "anna"}
    assert story[9]["data"] == {"disposition": "genuine", "cause": "break_in"}
    assert story[4]["signal"]["act"] == "annotate"
    assert len({(line["position"], line["index"]) for line in story}) == len(story)


async def test_closing_over_unseen_signals_is_refused_with_their_number(rig: Rig) -> None:
    client = rig.token(name="anna")
    incident = await rig.alarm(client, "BA")
    await act(client, incident, "take", version=1)
    await rig.alarm(client, "BA", zone="13")
    await rig.alarm(client, "BA", zone="14")
    refused = await act(client, incident, "close", version=2, seen_upto=1, **FALSE_ALARM)
    assert (refused.status_code, refused.json()["title"]) == (409, "2 signals unseen")
    assert refused.json()["type"] == "belfry:unseen"
    assert refused.json()["incident"]["signals_seq"] == 3


async def test_a_cascade_of_signals_never_blocks_an_act(rig: Rig) -> None:
    client = rig.token(name="anna")
    incident = await rig.alarm(client, "BA")
    body = {"account": "2002", "code": "BA", "area": "1"}
    flood = [client.post("/signals", json={**body, "zone": str(zone)}) for zone in range(20, 60)]
    answers = await asyncio.gather(*flood, act(client, incident, "take", version=1))
    assert answers[-1].status_code == 200
    assert answers[-1].json()["taken_by"] == "anna"


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("take", {}, "version"),
        ("takeover", {"version": 1}, "reason"),
        ("hold", {"version": 2}, "until"),
        ("hold", {"version": 2, "until": "2026-03-14T02:20:00"}, "until"),
        ("hold", {"version": 2, "until": "2027-01-01T00:00:00Z"}, "until"),
        ("note", {"text": " "}, "text"),
        ("reclassify", {"version": 2, "kind": "NO.SUCH", "reason": "x"}, "kind"),
        ("close", {"version": 2, "seen_upto": 1, "disposition": "boring"}, "disposition"),
        ("close", {"version": 2, "seen_upto": 1}, "disposition"),
        ("close", {"version": 2, "seen_upto": 9, "disposition": "test"}, "seen_upto"),
    ],
)
async def test_a_field_outside_its_limit_is_named(rig: Rig, name: str, body: dict[str, object], field: str) -> None:
    client = rig.token(name="anna")
    incident = await rig.alarm(client, "BA")
    await act(client, incident, "take", version=1)
    refused = await act(client, incident, name, **body)
    assert (refused.status_code, refused.json()["field"]) == (400, field)


async def test_who_may_only_look_can_do_nothing(rig: Rig) -> None:
    incident = await rig.alarm(rig.token(), "FA")
    responder = rig.token(Role.RESPONDER, name="ida")
    await rig.on_duty("ida")
    assert (await told(responder, incident))["acts"] == []
    assert (await act(responder, incident, "take", version=1)).status_code == 403
    assert (await responder.post("/incidents/next")).status_code == 403


async def test_medical_incidents_are_invisible_to_those_who_are_not_in_the_room(rig: Rig) -> None:
    robot, responder = rig.token(), rig.token(Role.RESPONDER, name="ida")
    await rig.on_duty("ida")
    medical = await rig.alarm(robot, "MA", "4004")
    fire = await rig.alarm(robot, "FA", "1001")
    assert [row["id"] for row in await rows(robot)] == [medical, fire]
    assert [row["id"] for row in await rows(responder)] == [fire]
    assert (await responder.get(f"/incidents/{medical}")).status_code == 404
    assert (await responder.get(f"/incidents/{medical}/timeline")).status_code == 404
    beside = await rig.alarm(robot, "FA", "4004")
    assert [row["id"] for row in (await told(robot, beside))["siblings"]] == [medical]
    assert (await told(responder, beside))["siblings"] == []


async def test_an_incident_that_is_not_there_is_said_so(rig: Rig) -> None:
    client = rig.token()
    assert (await client.get("/incidents/i999")).status_code == 404
    assert (await act(client, "i999", "take", version=1)).status_code == 404


async def test_what_else_is_open_at_the_account_stands_beside_it(rig: Rig) -> None:
    client = rig.token()
    fire = await rig.alarm(client, "FA", "1001")
    technical = await rig.alarm(client, "YT", "1001")
    assert [row["id"] for row in (await told(client, fire))["siblings"]] == [technical]


async def test_a_long_story_is_read_in_pages_from_the_newest_back(rig: Rig) -> None:
    client = rig.token(name="anna")
    incident = await rig.alarm(client, "BA")
    for number in range(205):
        assert (await act(client, incident, "note", text=f"note {number}")).status_code == 200
    detail = await told(client, incident)
    assert len(detail["timeline"]) == 200
    assert detail["note"] == detail["timeline"][-1]["text"] == "note 204"
    before, older = detail["timeline_before"], list[dict[str, Any]]()
    while before is not None:
        answer = await client.get(f"/incidents/{incident}/timeline", params={"before": before, "limit": 4})
        page = answer.json()
        older = page["items"] + older
        before = page["next"]
    whole = older + detail["timeline"]
    assert [line["type"] for line in whole] == ["opened"] + ["note"] * 205
    assert [line["text"] for line in whole[1:]] == [f"note {number}" for number in range(205)]


async def test_an_erased_note_leaves_its_line_without_its_words(rig: Rig) -> None:
    client = rig.token(name="anna")
    incident = await rig.alarm(client, "BA")
    await act(client, incident, "note", text="the guest in room 12")
    await rig.keys.expire(rig.now + timedelta(days=31))
    line = (await told(client, incident))["timeline"][-1]
    assert (line["type"], line["by"], line["text"]) == ("note", "anna", None)


async def test_one_that_is_over_for_long_is_read_from_the_journal(rig: Rig) -> None:
    client = rig.token(name="anna")
    incident = await rig.alarm(client, "BA")
    await act(client, incident, "take", version=1)
    await act(client, incident, "close", version=2, seen_upto=1, **FALSE_ALARM)
    await rig.settled()
    rig.wait(hours=25)
    rig.board.forget(rig.now)
    detail = await told(rig.token(), incident)
    assert (detail["state"], detail["disposition"], len(detail["timeline"])) == ("closed", "false_alarm", 3)
    assert detail["acts"] == []


async def test_no_list_says_anything_sealed(rig: Rig) -> None:
    client = rig.token(name="anna")
    incident = await rig.alarm(client, "BA")
    await act(client, incident, "note", text="a secret word")
    assert "secret" not in (await client.get("/incidents")).text
    assert all(row["note"] is None for row in await rows(client))
    assert (await rows(client))[0]["method"] == Method.EQUIPMENT
