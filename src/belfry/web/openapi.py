"""The OpenAPI 3.1 document, made from the handlers themselves. `python -m belfry.web.openapi` prints it, for whoever
generates types from it; no centre need run.
"""

import sys
from collections.abc import Iterator, Mapping
from functools import cache
from inspect import cleandoc
from types import ModuleType
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import Method
from litestar.types.internal_types import PathParameterDefinition
from msgspec import Struct

from belfry import __version__
from belfry.ports import places as places_door
from belfry.ports.sheets import SheetForm
from belfry.web import (
    agreement_asks,
    agreements,
    alert_asks,
    alert_views,
    asks,
    call_taking_asks,
    call_taking_views,
    call_views,
    centre_views,
    cover_views,
    device_asks,
    device_views,
    field_asks,
    field_views,
    floor_plan_views,
    gazetteer_views,
    handover_views,
    map_views,
    notice_views,
    on_test_asks,
    on_test_views,
    plan_asks,
    plan_views,
    push_views,
    record_views,
    report_views,
    responder_views,
    schedule_asks,
    score_asks,
    sheet_views,
    site_asks,
    site_views,
    staffing_views,
    storm_asks,
    storm_views,
    together_asks,
    together_views,
    training_views,
    unit_admin_asks,
    unit_admin_views,
    unit_asks,
    unit_statuses,
    unit_views,
    views,
    wall_views,
    warnings,
)
from belfry.web.bodies import Asked
from belfry.web.identity import COOKIE
from belfry.web.problems import PROBLEM_JSON, Problem
from belfry.web.routes import PREFIX, api

_REF: Final = "#/components/schemas/{name}"
_PROBLEM: Final = {PROBLEM_JSON: {"schema": {"$ref": _REF.format(name="Problem")}}}
_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})
_OPEN: Final = frozenset({f"{PREFIX}/setup", f"{PREFIX}/technician/session", f"{PREFIX}/push/delivered"})
"""Paths that need no sign-in; POST and DELETE of the session are the others."""

Json = dict[str, Any]


@cache
def document() -> Mapping[str, Any]:
    """Return the document as JSON values."""
    config = OpenAPIConfig(
        title="Belfry",
        version=__version__,
        description="An open alarm receiving and dispatch centre. Positions, ids and cursors are opaque text.",
        components=Components(
            security_schemes={
                "token": SecurityScheme(type="http", scheme="bearer"),
                "session": SecurityScheme(type="apiKey", name=COOKIE, security_scheme_in="cookie"),
            }
        ),
        operation_id_creator=_operation_id,
        render_plugins=[JsonRenderPlugin()],
    )
    app = Litestar([api()], request_class=Asked, openapi_config=config, logging_config=None)
    told: Json = app.openapi_schema.to_schema()
    _say_types(told)
    _add_signal_body(told)
    _add_sheet_body(told)
    _add_map_files(told)
    _add_picture_bodies(told)
    for path, method, operation in _operations(told):
        _say_problems(path, method, operation)
    described: Json = msgspec.json.decode(msgspec.json.encode(told))  # a default that is a tuple is a list to others
    return described


@cache
def document_bytes() -> bytes:
    return msgspec.json.format(msgspec.json.encode(document()), indent=1)


def _operation_id(handler: HTTPRouteHandler, _: Method, __: list[str | PathParameterDefinition]) -> str:
    """What a generator of clients calls the operation: our own name for it."""
    return handler.fn.__name__


def _operations(told: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in told["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                yield path, method, operation


def _say_types(told: Json) -> None:
    """Describe every body and answer by msgspec itself, which knows patterns, limits and words that Litestar drops."""
    answers = [
        kind
        for module in (
            views,
            centre_views,
            site_views,
            on_test_views,
            sheet_views,
            storm_views,
            notice_views,
            plan_views,
            device_views,
            warnings,
            agreements,
            record_views,
            report_views,
            staffing_views,
            cover_views,
            call_taking_asks,
            call_taking_views,
            call_views,
            handover_views,
            together_views,
            training_views,
            unit_admin_views,
            responder_views,
            unit_views,
            unit_statuses,
            alert_views,
            push_views,
            wall_views,
            map_views,
            floor_plan_views,
            gazetteer_views,
            field_views,
            places_door,
        )
        for kind in _structs(module)
    ]
    bodies = [
        kind
        for module in (
            asks,
            site_asks,
            on_test_asks,
            schedule_asks,
            storm_asks,
            plan_asks,
            score_asks,
            together_asks,
            device_asks,
            unit_admin_asks,
            agreement_asks,
            unit_asks,
            alert_asks,
            field_asks,
        )
        for kind in _structs(module)
    ]
    kinds = [*answers, *bodies, Problem, SheetForm]
    _, schemas = msgspec.json.schema_components(kinds, ref_template=_REF)
    for kind in answers:  # an answer leaves nothing out, whatever has a default
        schemas[kind.__name__]["required"] = list(schemas[kind.__name__]["properties"])
    for schema in schemas.values():
        if "description" in schema:
            schema["description"] = cleandoc(schema["description"])
    told["components"]["schemas"] = dict(sorted(schemas.items()))


def _structs(module: ModuleType) -> list[type[Struct]]:
    found = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, Struct)]
    return [kind for kind in found if kind.__module__ == module.__name__ and kind.__struct_fields__]


def _add_signal_body(told: Json) -> None:
    """`POST /signals` reads its body by itself."""
    signal, event = (_REF.format(name=kind.__name__) for kind in (asks.SignalBody, asks.CloudEvent))
    batch = {"type": "array", "minItems": 1, "maxItems": asks.EVENTS_MOST, "items": {"$ref": event}}
    told["paths"][f"{PREFIX}/signals"]["post"]["requestBody"] = {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": signal}},
            "application/cloudevents+json": {"schema": {"$ref": event}},
            "application/cloudevents-batch+json": {"schema": batch},
        },
    }


def _add_sheet_body(told: Json) -> None:
    """`POST /imports` takes a file as it is, and an export gives one."""
    sheet = {"schema": {"type": "string", "format": "binary"}}
    export: Json = told["paths"][f"{PREFIX}/exports/{{kind}}"]["get"]
    export["responses"]["200"]["content"] = {"text/csv": sheet, "application/json": {"schema": {}}}
    told["paths"][f"{PREFIX}/imports"]["post"]["requestBody"] = {
        "required": True,
        "content": {"text/csv": sheet, "application/octet-stream": sheet},
    }


def _add_map_files(told: Json) -> None:
    """A style is JSON of another's schema, and an archive gives bytes of itself."""
    paths, file = told["paths"], {"schema": {"type": "string", "format": "binary"}}
    paths[f"{PREFIX}/map/style.json"]["get"]["responses"]["200"]["content"] = {"application/json": {"schema": {}}}
    answers: Json = paths[f"{PREFIX}/map/tiles/{{name}}"]["get"]["responses"]
    answers["200"]["content"] = {"application/vnd.pmtiles": file}
    answers["206"] = {**answers["200"], "description": "The range that was asked for"}


def _add_picture_bodies(told: Json) -> None:
    """A picture comes as it is, and is shown as blocks."""
    paths, file = told["paths"], {"schema": {"type": "string", "format": "binary"}}
    kinds = ("image/jpeg", "image/png", "image/webp", "application/octet-stream")
    site_plans = "/accounts/{account_id}/floor-plans"
    for path in ("/incidents/{incident_id}/pictures", "/reports/{signal}/pictures", site_plans):
        body = {"required": True, "content": dict.fromkeys(kinds, file)}
        paths[f"{PREFIX}{path}"]["post"]["requestBody"] = body
    look: Json = paths[f"{PREFIX}/incidents/{{incident_id}}/pictures/{{picture_id}}/look"]["post"]
    look["responses"]["200"]["content"] = {"image/png": file}
    for path in (site_plans, "/incidents/{incident_id}/floor-plans"):
        shown: Json = paths[f"{PREFIX}{path}/{{plan_id}}/picture"]["get"]
        shown["responses"]["200"]["content"] = {"image/png": file}


_ANYWHERE: Final = {"503": "The registry, the journal or the key store fails, or too many ask at once"}
_SIGNED_IN: Final = {"401": "Not signed in", "403": "The role may not, or another site's page asked"}
_WITH_BODY: Final = {
    "400": "The body is no JSON, or a field is unknown, missing or outside its limit",
    "403": "Another site's page asked",
    "408": "The body did not come in time",
    "413": "The body is too large",
    "415": "The body is not in this format",
}
"""What every operation may answer besides its own."""
_OWN: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("post", "/incidents/next"): {"204": "Nothing waits"},
    ("post", "/setup"): {"409": "The centre is set up already"},
    ("post", "/technician/session"): {"401": "No code, or it is over"},
    ("get", "/archive/incidents"): {"404": "There is no such account"},
    ("get", "/archive/signals"): {"404": "There is no such account"},
    ("get", "/staffing"): {"422": "More incidents than one plan is made of"},
    ("get", "/reports/response"): {"422": "More incidents than one report is made of"},
}


def _say_problems(path: str, method: str, operation: Json) -> None:
    """Every refusal is a Problem, whatever the handler's own description says."""
    responses: Json = operation["responses"]
    refusals = dict(_ANYWHERE)
    if path not in _OPEN:
        refusals |= _SIGNED_IN
    if "requestBody" in operation:
        refusals = _WITH_BODY | refusals
    for status, words in refusals.items():
        responses.setdefault(status, {"description": words})
    for status, response in responses.items():
        if status.startswith(("4", "5")):
            response["content"] = _PROBLEM
            response.pop("headers", None)
        elif status == "204":
            response.pop("content", None)
    for status, words in _OWN.get((method, path.removeprefix(PREFIX)), {}).items():
        responses[status] = {"description": words, **({"content": _PROBLEM} if status >= "4" else {})}


if __name__ == "__main__":
    sys.stdout.buffer.write(document_bytes() + b"\n")
