"""Every refusal as problem+json (RFC 9457): a title for a person, a status for a program, the field where there is one.

No trace back, no class name and no value of a secret field leaves the house. What is our own fault says only that it
is; the log says what.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, ValidationException
from litestar.openapi import ResponseSpec
from msgspec import UNSET, Struct, UnsetType, structs

from belfry.domain import refusals
from belfry.domain.plan import Plan
from belfry.ports import Full, JournalError, KeysUnavailable, Stale, Unusable
from belfry.ports.staff import StaffUnavailable
from belfry.web.call_taking_views import TakenCall
from belfry.web.headers import SECURE
from belfry.web.languages import language_of
from belfry.web.site_views import EditedView, FlawView, SiteFileView, whole
from belfry.web.unit_views import UnitView
from belfry.web.views import Detail

log = logging.getLogger(__name__)

PROBLEM_JSON: Final = "application/problem+json"

_TITLES: Final = {
    400: "This cannot be read as it is",
    401: "Sign in first",
    403: "Not allowed",
    404: "There is nothing here",
    405: "Not in this way",
    408: "Too slow",
    413: "Too large",
    414: "Address too long",
    415: "Not in this format",
    429: "Too many attempts",
    503: "Not now",
}


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457. `type` is a stable name for programs; `incident` is how the one in the way is now."""

    status: int
    title: str
    type: str = "about:blank"
    detail: str | UnsetType = UNSET
    field: str | UnsetType = UNSET
    """The field of the body, or the parameter, that was refused; dotted."""
    value: str | UnsetType = UNSET
    limit: str | UnsetType = UNSET
    incident: Detail | UnsetType = UNSET
    flaws: list[FlawView] | UnsetType = UNSET
    """Every value that cannot be kept of a site; `field` names the first."""
    current: SiteFileView | UnsetType = UNSET
    """How a site is that somebody else changed meanwhile."""
    plan: Plan | UnsetType = UNSET
    """How a plan is that somebody else changed meanwhile."""
    steps: list[str] | UnsetType = UNSET
    """Ids of the steps that are owed before it may be closed."""
    unit: UnitView | UnsetType = UNSET
    """How a unit is that could not be sent, or cannot be what was said of it."""
    call: TakenCall | UnsetType = UNSET
    """How a call is that was changed elsewhere meanwhile."""
    changes: list[EditedView] | UnsetType = UNSET
    """What was changed of it since it was seen: who, which fields, when."""


class Refused(Exception):
    """An answer other than the one asked for."""

    def __init__(self, problem: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(problem.title)
        self.problem, self.headers = problem, headers or {}


def refused(
    status: int,
    title: str | None = None,
    *,
    kind: str = "about:blank",
    detail: str | UnsetType = UNSET,
    headers: Mapping[str, str] | None = None,
) -> Refused:
    """Return a refusal that names no field."""
    return Refused(Problem(status=status, type=kind, title=title or title_of(status), detail=detail), headers)


def refused_field(field: str, title: str, *, value: object = UNSET, limit: str | UnsetType = UNSET) -> Refused:
    """Return a 400 about one field."""
    shown: str | UnsetType = UNSET if value is UNSET else short(value)
    return Refused(Problem(status=400, type="belfry:field", title=title, field=field, value=shown, limit=limit))


def told(words: str) -> ResponseSpec:
    """What the description of the API says of a refusal."""
    return ResponseSpec(Problem, description=words, generate_examples=False)


def short(value: object) -> str:
    """A refused value as it is repeated to whoever sent it."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode().strip('"')
    return text if len(text) <= 60 else f"{text[:57]}..."


def title_of(status: int) -> str:
    return _TITLES.get(status, "This went wrong here" if status >= 500 else "Refused")


def answer(
    request: Request[Any, Any, Any], problem: Problem, headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    """A problem in the language of whoever asked; `type` and `field` are the same in all of them."""
    return reply(_in_words(problem, language_of(request)), headers)


def reply(problem: Problem, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    shown: object = problem
    if problem.current is not UNSET:  # the parts of a site are written out whole, as where it is asked for
        shown = msgspec.to_builtins(structs.replace(problem, current=UNSET)) | {"current": whole(problem.current)}
    return Response(
        msgspec.json.encode(shown),
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers={**SECURE, "Cache-Control": "no-store", **(headers or {})},
    )


def _in_words(problem: Problem, language: str) -> Problem:
    flaws = problem.flaws
    if flaws is not UNSET:
        flaws = [structs.replace(one, limit=refusals.say(one.limit, language)) for one in flaws]
    return structs.replace(
        problem,
        title=refusals.say(problem.title, language),
        limit=UNSET if problem.limit is UNSET else refusals.say(problem.limit, language),
        flaws=flaws,
    )


# -- handlers ---------------------------------------------------------------------------------------------------------


def on_refused(request: Request[Any, Any, Any], error: Refused) -> Response[bytes]:
    return answer(request, error.problem, error.headers)


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """What Litestar itself refuses: no such route, wrong method, a parameter, a body that is too large."""
    headers = dict(error.headers or {}) if isinstance(error, MethodNotAllowedException) else {}
    if isinstance(error, ValidationException) and isinstance(error.extra, list) and error.extra:
        first = error.extra[0]
        field, what = str(first.get("key", "")), str(first.get("message", ""))
        if field == "data":
            return answer(request, Problem(status=400, type="belfry:json", title="The body is missing"))
        field = _as_asked(request, field)
        return answer(request, refused_field(field, f"{field}: {what}").problem)
    return answer(request, Problem(status=error.status_code, title=title_of(error.status_code)), headers)


def _as_asked(request: Request[Any, Any, Any], name: str) -> str:
    """A parameter's name in the address, where the handler calls it otherwise."""
    parameter = request.route_handler.parsed_fn_signature.parameters.get(name)
    return getattr(getattr(parameter, "kwarg_definition", None), "name", None) or name


def on_journal(request: Request[Any, Any, Any], error: JournalError) -> Response[bytes]:
    """Nothing was kept, and the sender must know it: a panel or a program tries again."""
    log.error("The journal refused an entry: %s", type(error).__name__)
    match error:
        case Full():
            title, kind = "The disk of the centre is full: nothing was kept", "belfry:journal-full"
        case Unusable():
            title, kind = "The journal of the centre is closed: nothing was kept", "belfry:journal-closed"
        case Stale():
            return answer(request, Problem(status=409, type="belfry:stale", title="Somebody was quicker: look again"))
        case _:
            return answer(request, Problem(status=500, title=title_of(500)))
    return answer(request, Problem(status=503, type=kind, title=title), {"Retry-After": "5"})


def on_keys(request: Request[Any, Any, Any], error: KeysUnavailable) -> Response[bytes]:
    """What a person said is kept sealed or not at all."""
    log.error("The key store failed: %s", type(error).__name__)
    title = "The key store of the centre fails: what a person said can be neither kept nor read"
    return answer(request, Problem(status=503, type="belfry:keys", title=title), {"Retry-After": "5"})


def on_staff(request: Request[Any, Any, Any], error: StaffUnavailable) -> Response[bytes]:
    """Most often the disk is full: who is signed in stays so, and nobody else can come in."""
    log.error("The staff store failed: %s", type(error).__name__, exc_info=error)
    title = "The registry of the centre fails, or its disk is full: nobody can sign in or out now"
    return answer(request, Problem(status=503, type="belfry:registry", title=title), {"Retry-After": "5"})


def on_bug(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Our own fault: loud in the log, quiet on the wire."""
    log.error("A request failed: %s", type(error).__name__, exc_info=error)
    return answer(request, Problem(status=500, title=title_of(500)))


HANDLERS: Final[Mapping[int | type[Exception], Any]] = {
    Refused: on_refused,
    HTTPException: on_http,
    JournalError: on_journal,
    KeysUnavailable: on_keys,
    StaffUnavailable: on_staff,
    Exception: on_bug,
}
"""What answers an error; the nearest of its classes counts."""


def on_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The answer to an error where no framework looks for its handler."""
    handler = next(HANDLERS[kind] for kind in type(error).__mro__ if kind in HANDLERS)
    found: Response[bytes] = handler(request, error)
    return found
