"""The description of the API is whole: types for every body and answer, and it says what really comes."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import msgspec

from belfry.web.openapi import document, document_bytes
from tests.web.kit import BASE, Rig

A_FILE = {
    ("/api/v1/imports", "post"),
    ("/api/v1/exports/{kind}", "get"),
    ("/api/v1/reports/{which}/file", "get"),
    ("/api/v1/plans/schema", "get"),
    ("/api/v1/mappings/schema", "get"),
    ("/api/v1/incidents/record/schema", "get"),
    ("/api/v1/incidents/{incident_id}/record.pdf", "get"),
    ("/api/v1/map/style.json", "get"),
    ("/api/v1/accounts/{account_id}/floor-plans", "post"),
    ("/api/v1/accounts/{account_id}/floor-plans/{plan_id}/picture", "get"),
    ("/api/v1/incidents/{incident_id}/floor-plans/{plan_id}/picture", "get"),
    ("/api/v1/map/tiles/{name}", "get"),
    ("/api/v1/incidents/{incident_id}/pictures", "post"),
    ("/api/v1/reports/{signal}/pictures", "post"),
}
"""Takes or gives a sheet, a page to print, or a schema, which has no type here."""
NO_BODY = {
    ("/api/v1/imports/{import_id}/apply", "post"),
    ("/api/v1/incidents/next", "post"),
    ("/api/v1/me/push/{phone_id}/test", "post"),
    ("/api/v1/calls/begin", "post"),
    ("/api/v1/calls/{call_id}/location", "post"),
    ("/api/v1/incidents/{incident_id}/crew/site", "post"),
    *((f"/api/v1/incidents/{{incident_id}}/accounting/{what}", "post") for what in ("start", "end")),
    *((f"/api/v1/me/check/{what}", "post") for what in ("confirm", "end")),
    ("/api/v1/reports/{signal}/withdraw", "post"),
    ("/api/v1/tests/{test_id}/end", "post"),
    ("/api/v1/storms/{storm_id}/end", "post"),
    ("/api/v1/training/{exercise_id}/end", "post"),
    ("/api/v1/technician/end", "post"),
    ("/api/v1/agreements/{agreement_id}/end", "post"),
    *((f"/api/v1/desk/{what}", "post") for what in ("ready", "pause", "by-hand")),
}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                yield path, method, operation


def refs(value: object) -> Iterator[str]:
    match value:
        case dict():
            for key, inner in value.items():
                if key == "$ref" and isinstance(inner, str):
                    yield inner
                yield from refs(inner)
        case list():
            for inner in value:
                yield from refs(inner)
        case _:
            pass


async def test_it_is_served_to_anybody_and_is_the_one_that_is_printed(rig: Rig) -> None:
    served = await rig.client().get(f"{BASE}/api/v1/openapi.json")
    assert served.status_code == 200
    assert served.headers["content-type"] == "application/json"
    assert served.content == document_bytes()


def test_it_can_be_printed_where_no_centre_runs() -> None:
    printed = subprocess.run([sys.executable, "-m", "belfry.web.openapi"], capture_output=True, check=True).stdout
    assert msgspec.json.decode(printed) == document()


def test_it_is_openapi_3_1_and_every_reference_leads_somewhere() -> None:
    told = document()
    assert told["openapi"].startswith("3.1")
    known = {f"#/components/schemas/{name}" for name in told["components"]["schemas"]}
    assert set(refs(told)) <= known


def test_every_operation_of_the_contract_is_there() -> None:
    found = {(path.removeprefix("/api/v1"), method) for path, method, _ in operations()}
    acts = [
        "take",
        "takeover",
        "release",
        "hold",
        "note",
        "reclassify",
        "close",
        "reopen",
        "assign",
        "do",
        "skip",
        "arrived",
        "undo",
        "score",
        "merge",
        "unmerge",
    ]
    assert found == {
        *((f"/incidents/{{incident_id}}/{act}", "post") for act in acts),
        ("/follow-ups", "get"),
        ("/tests", "get"),
        ("/tests", "post"),
        ("/tests/{test_id}", "get"),
        *((f"/tests/{{test_id}}/{act}", "post") for act in ("extend", "expect", "end")),
        ("/accounts/{account_id}/tests", "get"),
        ("/technician-codes", "get"),
        ("/technician-codes", "post"),
        ("/technician-codes/{code_id}", "delete"),
        ("/technician", "get"),
        ("/technician/session", "post"),
        ("/technician/session", "delete"),
        *((f"/technician/{act}", "post") for act in ("test", "extend", "expect", "end")),
        ("/session", "get"),
        ("/session", "post"),
        ("/session", "delete"),
        ("/setup", "get"),
        ("/setup", "post"),
        ("/users", "get"),
        ("/archive/incidents", "get"),
        ("/archive/signals", "get"),
        ("/reports/response", "get"),
        ("/reports/load", "get"),
        ("/staffing", "get"),
        ("/cover", "get"),
        ("/places", "get"),
        ("/calls", "get"),
        ("/calls/questions", "get"),
        ("/calls/begin", "post"),
        ("/calls/{call_id}", "get"),
        ("/calls/{call_id}", "patch"),
        ("/calls/{call_id}/offers", "get"),
        ("/calls/{call_id}/location", "post"),
        ("/calls/{call_id}/join", "post"),
        ("/calls/{call_id}/end", "post"),
        ("/offers", "get"),
        ("/units", "get"),
        ("/unit-statuses", "get"),
        ("/me/duty", "get"),
        ("/incidents/{incident_id}/crew/site", "post"),
        ("/incidents/{incident_id}/crew/note", "post"),
        ("/me/alerts", "get"),
        ("/me/push", "get"),
        ("/me/push", "post"),
        ("/me/push/{phone_id}", "delete"),
        ("/me/push/{phone_id}/test", "post"),
        ("/push/delivered", "post"),
        ("/me/alerts/{alert}", "post"),
        ("/incidents/{incident_id}/alerts", "get"),
        ("/incidents/{incident_id}/recommendation", "get"),
        ("/units/{unit_id}", "get"),
        ("/units/{unit_id}/crew", "post"),
        ("/units/{unit_id}/crew/leave", "post"),
        ("/units/{unit_id}/status", "post"),
        ("/units/{unit_id}/position", "post"),
        ("/incidents/{incident_id}/units", "get"),
        ("/incidents/{incident_id}/units", "post"),
        ("/incidents/{incident_id}/units/{unit_id}/release", "post"),
        ("/incidents/{incident_id}/level", "post"),
        ("/incidents/{incident_id}/accounting", "get"),
        ("/incidents/{incident_id}/accounting/start", "post"),
        ("/incidents/{incident_id}/accounting/call", "post"),
        ("/incidents/{incident_id}/accounting/answer", "post"),
        ("/incidents/{incident_id}/accounting/end", "post"),
        ("/me/distress", "post"),
        ("/units/{unit_id}/distress/end", "post"),
        ("/me/check", "get"),
        ("/me/check", "post"),
        ("/me/check/confirm", "post"),
        ("/me/check/end", "post"),
        ("/reports/{signal}", "get"),
        ("/reports/{signal}/withdraw", "post"),
        ("/reports/{signal}/pictures", "post"),
        ("/accounts/{account_id}/floor-plans", "get"),
        ("/accounts/{account_id}/floor-plans", "post"),
        ("/accounts/{account_id}/floor-plans/{plan_id}", "put"),
        ("/accounts/{account_id}/floor-plans/{plan_id}", "delete"),
        ("/accounts/{account_id}/floor-plans/{plan_id}/picture", "get"),
        ("/incidents/{incident_id}/floor-plans", "get"),
        ("/incidents/{incident_id}/floor-plans/{plan_id}/picture", "get"),
        ("/incidents/{incident_id}/pictures", "get"),
        ("/incidents/{incident_id}/pictures", "post"),
        ("/incidents/{incident_id}/pictures/{picture_id}/look", "post"),
        ("/accounts/{account_id}/looks", "get"),
        ("/fleet", "get"),
        ("/fleet/{row_id}/changes", "get"),
        ("/units", "post"),
        ("/units/{unit_id}", "put"),
        ("/units/{unit_id}", "delete"),
        ("/stations", "post"),
        ("/stations/{station_id}", "put"),
        ("/stations/{station_id}", "delete"),
        ("/shifts", "get"),
        ("/shifts", "post"),
        ("/shifts/{shift_id}", "put"),
        ("/shifts/{shift_id}", "delete"),
        ("/shifts/{shift_id}/offer", "post"),
        ("/shifts/{shift_id}/answer", "post"),
        ("/shifts/{shift_id}/agree", "post"),
        ("/reports/accounts", "get"),
        ("/reports/{which}/file", "get"),
        ("/accounts/{account_id}/record", "get"),
        ("/incidents/record/schema", "get"),
        ("/incidents/{incident_id}/record", "get"),
        ("/incidents/{incident_id}/record.pdf", "get"),
        ("/notices", "get"),
        ("/signals", "get"),
        ("/signals", "post"),
        ("/reports", "post"),
        ("/calls", "post"),
        ("/incidents", "get"),
        ("/incidents/next", "post"),
        ("/incidents/bulk", "post"),
        ("/incidents/bulk/{act_id}", "get"),
        ("/desk", "get"),
        *((f"/desk/{what}", "post") for what in ("ready", "pause", "by-hand")),
        ("/floor", "get"),
        ("/wall", "get"),
        ("/map", "get"),
        ("/map/style.json", "get"),
        ("/map/tiles/{name}", "get"),
        ("/abilities", "get"),
        ("/abilities/{name}", "put"),
        ("/incidents/{incident_id}", "get"),
        ("/incidents/{incident_id}/timeline", "get"),
        ("/stream", "get"),
        ("/accounts", "get"),
        ("/accounts", "post"),
        ("/accounts/{account_id}", "get"),
        ("/accounts/{account_id}", "patch"),
        ("/accounts/{account_id}/changes", "get"),
        ("/accounts/{account_id}/confirm", "post"),
        ("/accounts/{account_id}/words", "put"),
        ("/accounts/{account_id}/words/check", "post"),
        ("/accounts/{account_id}/access-code", "post"),
        ("/accounts/{account_id}/schedule/extend", "post"),
        ("/imports", "get"),
        ("/imports", "post"),
        ("/imports/{import_id}/apply", "post"),
        ("/exports/{kind}", "get"),
        ("/calendars", "get"),
        ("/calendars/{name}", "put"),
        ("/calendars/{name}", "delete"),
        ("/districts", "get"),
        ("/districts", "put"),
        ("/kinds", "get"),
        ("/decode", "post"),
        ("/centre", "get"),
        ("/supervision", "get"),
        ("/storms", "get"),
        ("/storms", "post"),
        ("/storms/{storm_id}", "get"),
        ("/storms/{storm_id}/renew", "post"),
        ("/storms/{storm_id}/end", "post"),
        ("/storms/{storm_id}/review", "post"),
        ("/runaways", "get"),
        ("/incidents/{incident_id}/plan", "get"),
        ("/plans", "get"),
        ("/plans", "post"),
        ("/plans/{plan_id}", "get"),
        ("/plans/{plan_id}", "put"),
        ("/plans/{plan_id}", "delete"),
        ("/plans/{plan_id}/versions", "get"),
        ("/plans/schema", "get"),
        ("/plans/check", "post"),
        ("/devices", "get"),
        ("/devices", "post"),
        ("/devices/{device_id}", "get"),
        ("/devices/{device_id}", "put"),
        ("/devices/{device_id}", "delete"),
        ("/devices/{device_id}/days", "get"),
        ("/devices/{device_id}/secret", "post"),
        ("/devices/{device_id}/login", "put"),
        ("/devices/{device_id}/prove", "post"),
        ("/devices/listen", "post"),
        ("/devices/listen/{listening_id}", "get"),
        ("/devices/listen/{listening_id}", "delete"),
        ("/mappings", "get"),
        ("/mappings/schema", "get"),
        ("/mappings/try", "post"),
        ("/mappings/{name}", "put"),
        ("/mappings/{name}", "delete"),
        ("/agreements", "get"),
        ("/agreements", "post"),
        ("/agreements/{agreement_id}/end", "post"),
        ("/warnings", "get"),
        ("/accounts/{account_id}/warnings", "get"),
        ("/plans/dry-run", "post"),
        ("/plans/skipped", "get"),
        ("/incidents/{incident_id}/calls", "get"),
        ("/handover", "get"),
        ("/handover", "post"),
        ("/handover/waiting", "get"),
        ("/handover/{sheet_id}", "get"),
        ("/handover/{sheet_id}/sign", "post"),
        ("/handovers", "get"),
        ("/training", "get"),
        ("/training", "post"),
        ("/training/{exercise_id}/end", "post"),
    }


def test_every_body_and_answer_has_a_type() -> None:
    for path, method, operation in operations():
        is_file = (path, method) in A_FILE
        if method in {"post", "put", "patch"} and (path, method) not in NO_BODY:
            for content in operation["requestBody"]["content"].values():
                typed = set(refs(content)) or content["schema"].get("type") == "array"
                assert typed or is_file, (path, method)
        good = [answer for status, answer in operation["responses"].items() if status in {"200", "201", "202"}]
        assert good or "204" in operation["responses"], (path, method)
        for answer in good:
            if path.endswith(("/stream", "/look")) or method == "delete" or (method == "get" and is_file):
                continue
            assert list(refs(answer)), (path, method)


def test_every_refusal_is_a_problem() -> None:
    for path, method, operation in operations():
        for status, answer in operation["responses"].items():
            if status.startswith("4"):
                assert list(answer["content"]) == ["application/problem+json"], (path, method, status)


def test_a_row_says_its_closed_words() -> None:
    schemas = document()["components"]["schemas"]
    assert schemas["Row"]["properties"]["clocks"] == {"$ref": "#/components/schemas/Clocks"}
    state = schemas["Row"]["properties"]["state"]
    named = schemas[state["$ref"].rsplit("/", 1)[1]] if "$ref" in state else state
    assert set(named["enum"]) == {"pending", "waiting", "taken", "held", "closed"}
