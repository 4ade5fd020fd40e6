"""The OpenAPI 3.1 document, made from the handlers themselves. `python -m belfry.web.openapi` prints it, for whoever
generates types from it; no centre need run.
"""

import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from belfry import __version__
from belfry.web.asks import CloudEvent, CloudEvents, SignalBody
from belfry.web.bodies import Asked
from belfry.web.identity import COOKIE
from belfry.web.problems import PROBLEM_JSON, Problem
from belfry.web.routes import PREFIX, api
from belfry.web.views import Pulse, Row

_REF: Final = "#/components/schemas/{name}"
_PROBLEM: Final = {PROBLEM_JSON: {"schema": {"$ref": _REF.format(name="Problem")}}}
_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})
_OPEN: Final = frozenset({f"{PREFIX}/setup"})
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
        render_plugins=[JsonRenderPlugin()],
    )
    app = Litestar([api()], request_class=Asked, openapi_config=config, logging_config=None)
    told: Json = app.openapi_schema.to_schema()
    _add_signal_bodies(told)
    for path, _, operation in _operations(told):
        _say_problems(path, operation)
    return told


@cache
def document_bytes() -> bytes:
    return msgspec.json.format(msgspec.json.encode(document()), indent=1)


def _operations(told: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in told["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                yield path, method, operation


def _add_signal_bodies(told: Json) -> None:
    """`POST /signals` reads its body by itself, and the stream's data are in no answer: both are described here."""
    bodies, extra = msgspec.json.schema_components(
        [SignalBody, CloudEvent, CloudEvents, Problem, Row, Pulse], ref_template=_REF
    )
    signal, event, events, *_ = bodies
    known = told["components"]["schemas"]
    for name, schema in extra.items():
        known.setdefault(name, schema)
    told["paths"][f"{PREFIX}/signals"]["post"]["requestBody"] = {
        "required": True,
        "content": {
            "application/json": {"schema": signal},
            "application/cloudevents+json": {"schema": event},
            "application/cloudevents-batch+json": {"schema": events},
        },
    }


def _say_problems(path: str, operation: Json) -> None:
    """Every refusal is a Problem, whatever the handler's own description says."""
    responses: Json = operation["responses"]
    if path not in _OPEN:
        responses.setdefault("401", {"description": "Not signed in"})
    for status, response in responses.items():
        if status.startswith(("4", "5")):
            response["content"] = _PROBLEM
            response.pop("headers", None)


if __name__ == "__main__":
    sys.stdout.buffer.write(document_bytes() + b"\n")
