"""The whole OpenAPI document against a centre that runs: `belfry serve` in a process of its own, with real stores.

    python -m fuzz.api                     1000 requests of each operation
    python -m fuzz.api --examples 5000 'POST /api/v1/reports'

Schemathesis makes the requests, half of them as the document wants them and half not. They are sent by a role that is
drawn, and by nobody; every other one is about what there is, an incident at the version that it has. No answer is a
5xx, and each has a status, a content type and a shape that the document names. Exit status: 0 clean, 1 found something.
"""

import argparse
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec
import requests
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from belfry.ports.staff import Role
from belfry.web.openapi import document, document_bytes
from faults.centres import COMMAND
from tests.app.child import furnish, token

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
STREAM: Final = "/api/v1/stream"
"""Never ends, so it has tests of its own."""
ROLES: Final = (Role.OPERATOR, Role.ADMINISTRATOR, Role.RESPONDER, Role.AUDITOR, None)
ANSWER_WITHIN_S: Final = 20
SEED: Final = 3


@dataclass
class Centre:
    """A running centre: where it is, and a bearer token a role."""

    url: str
    tokens: Mapping[Role, str]
    incident: str = ""
    site: str = ""
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)

    def ask(self, role: Role, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.tokens[role]}"}
        return requests.request(method, self.url + path, headers=headers, timeout=ANSWER_WITHIN_S, **more)


@contextmanager
def serving(folder: Path) -> Iterator[Centre]:
    """`belfry serve` with sites and one open incident. AssertionError where its log holds a trace back or a warning."""
    config = furnish(folder)
    tokens: dict[Role, str] = {role: token(config, role) for role in ROLES if role is not None}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*COMMAND, "serve", "--config", config], stdout=subprocess.PIPE, stderr=log)
    try:
        assert process.stdout is not None
        first = process.stdout.readline().decode().strip()
        assert first.startswith("console: "), (folder / "log").read_text()
        centre = Centre(first.removeprefix("console: ").rstrip("/"), tokens)
        body = {"account": "1001", "code": "FA", "zone": "7"}
        assert centre.ask(Role.OPERATOR, "POST", "/api/v1/signals", json=body).status_code == 202
        centre.site = centre.ask(Role.OPERATOR, "GET", "/api/v1/accounts").json()["items"][0]["id"]
        while not centre.incident:
            rows = centre.ask(Role.OPERATOR, "GET", "/api/v1/incidents").json()["items"]
            centre.incident = rows[0]["id"] if rows else ""
        yield centre
        process.terminate()
        assert process.wait(ANSWER_WITHIN_S) == 0
        told = (folder / "log").read_text()
        assert "Traceback" not in told, told[-4_000:]
        assert "WARNING" not in told, told[-4_000:]
    finally:
        process.kill()
        process.communicate()


def operations() -> dict[str, Any]:
    """Every operation of the document but the stream, by its label: `GET /api/v1/incidents`."""
    schema = from_dict(msgspec.json.decode(document_bytes()))
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    return {operation.label: operation for operation in found if operation.path != STREAM}


def labels() -> list[str]:
    paths = document()["paths"]
    return [f"{method.upper()} {path}" for path, item in paths.items() for method in item if path != STREAM]


def examine(centre: Centre, operation: Any, examples: int) -> None:
    """Send so many requests of one operation. Raises what schemathesis says of the first answer that is not well."""
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @seed(SEED)
        @settings(
            max_examples=max(1, examples // 2),
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), role=st.sampled_from(ROLES), real=st.booleans())
        def send(case: Case[Any], role: Role | None, real: bool) -> None:
            if real:
                _make_real(centre, case)
            headers = {} if role is None else {"Authorization": f"Bearer {centre.tokens[role]}"}
            answer = case.call(base_url=centre.url, headers=headers, timeout=ANSWER_WITHIN_S)
            centre.answers[operation.label, answer.status_code] += 1
            case.validate_response(answer, checks=CHECKS)

        try:
            send()
        except Exception as error:
            if "unsatisfiable" in type(error).__name__.lower():  # nothing can be wrong about a request without parts
                continue
            raise


def _make_real(centre: Centre, case: Case[Any]) -> None:
    """Let a request be about what is there: a code, a kind, the incident as it is now."""
    body = case.body if isinstance(case.body, dict) else {}
    if isinstance(body.get("kind"), str):
        body["kind"] = "FIRE.BATTERY"
    if isinstance(body.get("account"), str):
        body |= {"account": "1001", "receiver": "api", "code": "BA"}
        for name in ("category", "subtype", "state"):
            body.pop(name, None)
    if "account_id" in (case.path_parameters or {}):
        case.path_parameters["account_id"] = centre.site
        if isinstance(body.get("version"), int):
            body["version"] = centre.ask(Role.OPERATOR, "GET", f"/api/v1/accounts/{centre.site}").json()["version"]
        if isinstance(body.get("incident"), str):
            body["incident"] = centre.incident
    if "incident_id" in (case.path_parameters or {}):
        case.path_parameters["incident_id"] = centre.incident
        if isinstance(body.get("version"), int):
            now = centre.ask(Role.OPERATOR, "GET", f"/api/v1/incidents/{centre.incident}").json()
            body["version"] = now["version"]
            if "seen_upto" in body:
                body["seen_upto"] = now["signals_seq"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m fuzz.api", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("operation", nargs="*", help="as 'GET /api/v1/incidents'; without one, all of them")
    parser.add_argument("--examples", type=int, default=1_000, help="requests of each operation (1000)")
    asked = parser.parse_args()
    found = 0
    with TemporaryDirectory(prefix="belfry-api-") as folder, serving(Path(folder) / "centre") as centre:
        for label, operation in operations().items():
            if asked.operation and label not in asked.operation:
                continue
            began = time.monotonic()
            try:
                examine(centre, operation, asked.examples)
            except (Exception, FailureGroup) as error:
                found += 1
                print(f"FOUND {label}\n{error}\n")
            answers = {status: n for (name, status), n in sorted(centre.answers.items()) if name == label}
            print(f"{label:48} {sum(answers.values()):6} in {time.monotonic() - began:4.0f} s  {answers}", flush=True)
    print(f"{sum(centre.answers.values())} requests, {found} operations with findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
