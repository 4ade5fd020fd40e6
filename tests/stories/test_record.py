"""A site's false alarms lead to the zone that needs repair, and an incident's whole record leaves with a trace."""

from typing import Any

from belfry.ports.staff import Role
from tests.stories.kit import Desk, Row, Town, until_told


async def end(desk: Desk, incident: str, disposition: str, cause: str | None = None, **words: Any) -> Row:
    """Take it, leave out whatever its plan demands, and close it."""
    await desk.act(incident, "take")
    await desk.skip_all(incident)
    seen = (await desk.detail(incident))["signals_seq"]
    said = {"cause": cause} if cause is not None else {}
    return await desk.act(incident, "close", disposition=disposition, seen_upto=seen, **said, **words)


async def alarm(town: Town, desk: Desk, role: str, code: str, zone: str) -> str:
    await town.say(role, code, zone)
    (row,) = await desk.incidents("open")
    found: str = row["id"]
    return found


async def archived(desk: Desk, count: int) -> None:
    """The archive is a moment behind the journal."""

    async def there() -> bool:
        return len((await desk.get("/archive/incidents", limit=1_000))["items"]) == count

    await until_told(there)


async def test_a_zone_that_keeps_crying_wolf_is_named_with_what_would_help(town: Town) -> None:
    anna = await town.operator("anna")
    for _ in range(4):
        incident = await alarm(town, anna, "shop", "1134", "007")
        await end(anna, incident, "false_alarm", "equipment_defect")
        town.clock.wait(hours=1)
    await end(anna, await alarm(town, anna, "shop", "1134", "002"), "false_alarm", "animal")
    town.clock.wait(hours=1)
    await end(anna, await alarm(town, anna, "shop", "1134", "002"), "genuine", "break_in")
    town.clock.wait(hours=1)
    await end(anna, await alarm(town, anna, "shop", "1134", "003"), "test")
    await archived(anna, 7)

    shop = (await anna.get("/accounts", account="2002"))["items"][0]["id"]
    record = await anna.get(f"/accounts/{shop}/record")
    assert (record["incidents"], record["alarms"], record["false"], record["genuine"]) == (7, 6, 5, 1)
    assert (record["rate"], record["left_out"]) == (5 / 6, 1)
    assert record["groups"] == {"equipment": 4, "environment": 1}
    (repair,) = record["repairs"]
    assert {name: repair[name] for name in ("zone", "false", "of", "group", "advice")} == {
        "zone": "007",
        "false": 4,
        "of": 5,
        "group": "equipment",
        "advice": "repair",
    }
    assert [(one["zone"], one["alarms"], one["false"]) for one in record["zones"]] == [("007", 4, 4), ("002", 2, 1)]
    assert len(record["months"]) == 12
    assert (record["months"][-1]["month"], record["months"][-1]["false"]) == ("2026-03", 5)
    assert {one["rate"] for one in record["months"][:-1]} == {None}


async def test_what_stands_for_a_person_is_counted_by_no_point(town: Town) -> None:
    anna = await town.operator("anna")
    await end(anna, await alarm(town, anna, "bank", "1122", "005"), "false_alarm", "user_mistake")
    await archived(anna, 1)
    bank = (await anna.get("/accounts", account="3003"))["items"][0]["id"]
    record = await anna.get(f"/accounts/{bank}/record")
    assert (record["false"], record["unplaced"], record["zones"], record["codes"]) == (1, 1, [], [])


async def test_a_site_of_another_tenant_has_no_record(town: Town) -> None:
    anna = await town.operator("anna")
    shop = (await anna.get("/accounts", account="2002"))["items"][0]["id"]
    other = await town.operator("olga", Role.INSTALLER, "elsewhere")
    answer = await other.client.get(f"/accounts/{shop}/record")
    assert answer.status_code == 404


async def test_closing_names_what_is_missing_and_then_takes_it(town: Town) -> None:
    anna = await town.operator("anna")
    fire = await alarm(town, anna, "school", "1111", "007")
    await anna.act(fire, "take")
    detail = await anna.detail(fire)
    offered = {one["disposition"]: one for one in detail["closing"]}
    assert (offered["genuine"]["key"], offered["false_alarm"]["key"], offered["user_error"]["key"]) == ("1", "2", "3")
    assert "comms_fault" not in offered
    assert offered["false_alarm"]["causes"][:2] == ["cooking", "dust_or_steam"]
    assert (offered["genuine"]["needs"], offered["false_alarm"]["needs"]) == (["told"], ["cause"])
    await anna.skip_all(fire)

    async def close(**words: Any) -> tuple[int, str | None]:
        version = (await anna.detail(fire))["version"]
        answer = await anna.post(
            f"/incidents/{fire}/close", version=version, seen_upto=1, reason="is replaced", **words
        )
        return answer.status_code, answer.json().get("field")

    assert await close(disposition="false_alarm") == (400, "cause")
    assert await close(disposition="false_alarm", cause="of tomorrow") == (400, "cause")
    assert await close(disposition="false_alarm", cause="dust_or_steam", comment="Sawing") == (200, None)
    (item,) = [item for item in (await anna.detail(fire))["timeline"] if item["type"] == "closed"]
    assert item["text"] == "is replaced\nSawing"


async def test_the_whole_record_of_an_incident_and_the_trace_that_it_left(town: Town) -> None:
    anna = await town.operator("anna")
    fire = await alarm(town, anna, "school", "1111", "007")
    await anna.act(fire, "take")
    await anna.act(fire, "note", text="Der Hausmeister öffnet – à gauche, señor → Tor 2")
    await anna.act(fire, "do", step="brigade", outcome="passed", reference="F-17")
    await anna.skip_all(fire)
    await anna.act(fire, "close", disposition="genuine", cause="fire", seen_upto=1, reason="still hot")

    record = await anna.get(f"/incidents/{fire}/record")
    assert (record["format"], record["version"], record["made_by"]) == ("belfry/incident-record", 1, "anna")
    assert (record["number"], record["kind"], record["state"]) == (1, "FIRE.ALARM.AUTO", "closed")
    assert record["site"]["name"]
    assert {name: record["end"][name] for name in ("disposition", "cause", "group", "words", "unrestored")} == {
        "disposition": "genuine",
        "cause": "fire",
        "group": "genuine",
        "words": "still hot",
        "unrestored": True,
    }
    assert [item["text"] for item in record["timeline"] if item["type"] == "note"] == [
        "Der Hausmeister öffnet – à gauche, señor → Tor 2"
    ]
    (told,) = [deed for deed in record["deeds"] if deed["do"] == "notify" and deed["outcome"] == "passed"]
    assert told["words"] == "F-17"
    assert {step["id"]: step["state"] for step in record["steps"]}["brigade"] == "done"
    assert [one["code"] for one in record["signals"]] == ["1111"]
    assert (record["training"], record["left_out"], record["unreadable"]) == (False, 0, False)
    assert int(record["positions"]["first"]) < int(record["positions"]["last"])

    paper = await anna.client.get(f"/incidents/{fire}/record.pdf", headers={"Accept-Language": "de"})
    assert paper.status_code == 200
    assert (paper.headers["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert 'filename="incident-1.pdf"' in paper.headers["content-disposition"]

    shown = [item for item in (await anna.detail(fire))["timeline"] if item["type"] == "record"]
    assert [(item["by"], item["data"]["form"]) for item in shown] == [("anna", "json"), ("anna", "pdf")]
    assert (await anna.detail(fire))["state"] == "closed"


async def test_the_record_of_a_case_holds_what_was_merged_into_it_also_when_it_is_long_over(town: Town) -> None:
    anna = await town.operator("anna")
    lead = await alarm(town, anna, "shop", "1130", "001")
    town.clock.wait(seconds=1)
    await town.say("kiosk", "1130", "007")
    other = next(row["id"] for row in await anna.incidents("open") if row["id"] != lead)
    await anna.act(other, "note", text="The back door of the kiosk")
    await anna.act(lead, "take")
    await anna.act(other, "merge", into=lead)
    await anna.skip_all(lead)
    seen = (await anna.detail(lead))["signals_seq"]
    await anna.act(lead, "close", disposition="genuine", cause="break_in", seen_upto=seen)
    town.clock.wait(hours=25)
    await town.restart()
    anna = await town.operator("anna")

    record = await anna.get(f"/incidents/{lead}/record")

    (part,) = record["merged"]
    assert (part["id"], part["number"], part["account"]) == (other, 2, "2003")
    assert ("note", 2, "The back door of the kiosk") in [
        (item["type"], item.get("of"), item["text"]) for item in record["timeline"]
    ]
    assert [one["zone"] for one in record["signals"]] == ["001", "007"]
    assert int(part["positions"]["first"]) > int(record["positions"]["first"])
    paper = (await anna.client.get(f"/incidents/{lead}/record.pdf")).content
    assert paper.startswith(b"%PDF-")
    # It left with the other one's words, so that one says so too.
    traces = [item for item in (await anna.get(f"/incidents/{other}"))["timeline"] if item["type"] == "record"]
    assert [item["data"]["form"] for item in traces] == ["json", "pdf"]


async def test_the_record_of_an_exercise_says_so(town: Town) -> None:
    anna = await town.operator("anna")
    answer = await anna.post("/training", scenario="school-fire")
    assert answer.status_code == 201, answer.text

    async def is_there() -> bool:
        return bool(await anna.incidents("open"))

    await until_told(is_there)
    incident = (await anna.incidents("open"))[0]["id"]
    record = await anna.get(f"/incidents/{incident}/record")
    assert (record["training"], record["flags"]) == (True, ["training"])
    paper = await anna.client.get(f"/incidents/{incident}/record.pdf")
    assert paper.content.startswith(b"%PDF-")


async def test_who_may_not_act_gets_no_record_and_leaves_no_trace(town: Town) -> None:
    anna = await town.operator("anna")
    fire = await alarm(town, anna, "school", "1111", "007")
    for role in (Role.RESPONDER, Role.AUDITOR, Role.INSTALLER):
        program = await town.program(role, name=str(role))
        answer = await program.client.get(f"/incidents/{fire}/record")
        assert answer.status_code == 403, role
    assert [item["type"] for item in (await anna.detail(fire))["timeline"]] == ["opened"]


async def test_the_schema_of_a_record_is_published(town: Town) -> None:
    anna = await town.operator("anna")
    schema = await anna.get("/incidents/record/schema")
    assert schema["$ref"].endswith("/IncidentRecord")
    assert {"timeline", "deeds", "positions"} <= set(schema["$defs"]["IncidentRecord"]["properties"])


async def test_a_record_survives_a_restart_and_says_who_had_the_one_before(town: Town) -> None:
    anna = await town.operator("anna")
    fire = await alarm(town, anna, "school", "1111", "007")
    await anna.get(f"/incidents/{fire}/record")
    await town.restart()
    anna = await town.operator("anna")
    record = await anna.get(f"/incidents/{fire}/record")
    assert [item["type"] for item in record["timeline"]] == ["opened", "record", "record"]
