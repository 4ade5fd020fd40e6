"""Plans over HTTP: those that there are, adding and changing them, their checks, and trying one before it counts.

Whoever is of some tenants reads the plans of the centre and of account types, and keeps up those of his own tenants and
their accounts.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import Router, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from belfry.centre.plans import Planner
from belfry.domain.incident import Incident
from belfry.domain.plan import OUTCOMES, Level, Outcome, Plan
from belfry.domain.plan_checks import check, fits_kind, warnings
from belfry.domain.plan_choice import Case, choose, text_of
from belfry.domain.plan_run import begin, leads, owed, present, settle
from belfry.domain.reasons import say_all
from belfry.domain.site import Account
from belfry.domain.step_facts import PlanChosen, StepDone
from belfry.domain.templates import load as account_types
from belfry.ports.plans import NoSuchPlan, PlanChanged, Plans, PlanTaken, PlanUnfit
from belfry.web.bodies import Asked, takes
from belfry.web.front import Front, front
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import LIMIT, Limit, seen
from belfry.web.instants import check_instant
from belfry.web.languages import language_of
from belfry.web.plan_asks import DryRunBody, PlanBody
from belfry.web.plan_telling import ref_view
from belfry.web.plan_views import (
    DryRunView,
    DryStepView,
    PlanChecked,
    PlanLine,
    PlanList,
    PlanVersionList,
    PlanVersionView,
)
from belfry.web.problems import Problem, Refused, refused, refused_field, told
from belfry.web.rights import Right
from belfry.web.sight import sees_site
from belfry.web.sites import flaw_view, unfit
from belfry.web.tenants import tenants_of

_REFUSED: Final = {
    400: told("Something in it cannot be kept: `flaws` names all of it"),
    403: told("The role may not, or the plan is of all tenants and the user of some"),
    404: told("There is no such plan"),
    409: told("Somebody else changed it since: `plan` is how it is now; or there is one of this id"),
}
_CHANGE: Final[dict[str, Any]] = {"guards": [need(Right.PLANS)], "responses": _REFUSED}


# -- reading ----------------------------------------------------------------------------------------------------------


@get("/plans", guards=[need(Right.SILENCE)], summary="Plans that hold now")
async def plans(
    request: Asked,
    level: FromQuery[Level | None] = None,
    of: Annotated[str | None, QueryParameter(max_length=120)] = None,
    kind: Annotated[str | None, QueryParameter(max_length=60)] = None,
    limit: Limit = LIMIT,
    after: Annotated[str | None, QueryParameter(max_length=60)] = None,
) -> PlanList:
    """By id. `kind` lists those that are for a kind; `level` and `of` those of a tenant, a type, an account."""
    desk, kept = front(request), _plans(request)
    found = [
        plan
        for plan in kept.book.all()
        if (after is None or plan.id > after)
        and (level is None or plan.level is level)
        and (of is None or plan.of == of)
        and (kind is None or fits_kind(plan, kind))
        and _sees(request, plan)
    ]
    page = found[: limit + 1]
    library = await kept.of_library() if page else frozenset()
    items = [_line(desk, plan, library=plan.id in library) for plan in page[:limit]]
    return PlanList(items, page[limit - 1].id if len(page) > limit else None)


@get("/plans/schema", guards=[need(Right.SILENCE)], summary="What a plan is, as JSON schema")
async def plan_schema(request: Asked) -> dict[str, Any]:
    """JSON Schema 2020-12 of a plan, in JSON or TOML."""
    return msgspec.json.schema(Plan)


@get("/plans/{plan_id:str}", guards=[need(Right.SILENCE)], responses={404: _REFUSED[404]}, summary="One plan")
async def plan(request: Asked, plan_id: FromPath[str]) -> Plan:
    return _known(request, plan_id)


@get(
    "/plans/{plan_id:str}/versions",
    guards=[need(Right.SILENCE)],
    responses={404: _REFUSED[404]},
    summary="Every version of a plan, oldest first",
)
async def plan_versions(request: Asked, plan_id: FromPath[str]) -> PlanVersionList:
    """Also of one that was taken out."""
    found = await _plans(request).versions(plan_id)
    last = next((one.plan for one in reversed(found) if one.plan is not None), None)
    if last is None or not _sees(request, last):
        raise _nothing()
    return PlanVersionList([PlanVersionView(version=one.version, at=one.at, by=one.by, plan=one.plan) for one in found])


# -- changing ---------------------------------------------------------------------------------------------------------


@post("/plans", status_code=201, opt=takes(PlanBody), summary="Add a plan", **_CHANGE)
async def add_plan(request: Asked, data: JSONBody[PlanBody]) -> Plan:
    """It counts for what is taken from now on."""
    _must_own(request, data.plan)
    try:
        return await _plans(request).add(data.plan, by=visitor_of(request).user.name)
    except PlanUnfit as error:
        raise unfit(error.flaws) from None
    except PlanTaken:
        raise Refused(
            Problem(status=409, type="belfry:taken", title="There is a plan of this id", field="plan.id")
        ) from None


@put("/plans/{plan_id:str}", opt=takes(PlanBody), summary="Change a plan", **_CHANGE)
async def change_plan(request: Asked, plan_id: FromPath[str], data: JSONBody[PlanBody]) -> Plan:
    """In place of the version that it names. Whoever is in the middle of it finishes the one that he began."""
    if data.plan.id != plan_id:
        raise refused_field("plan.id", "plan.id: is not the one of the address", value=data.plan.id)
    _must_own(request, _known(request, plan_id))
    _must_own(request, data.plan)
    try:
        return await _plans(request).change(data.plan, by=visitor_of(request).user.name)
    except PlanUnfit as error:
        raise unfit(error.flaws) from None
    except PlanChanged as error:
        raise _changed(error) from None
    except NoSuchPlan:
        raise _nothing() from None


@delete("/plans/{plan_id:str}", status_code=204, summary="Take a plan out", **_CHANGE)
async def remove_plan(request: Asked, plan_id: FromPath[str], version: Annotated[int, QueryParameter(ge=1)]) -> None:
    """Its versions stay for those who are in the middle of it, and for the record."""
    _must_own(request, _known(request, plan_id))
    try:
        await _plans(request).remove(plan_id, version, by=visitor_of(request).user.name)
    except PlanChanged as error:
        raise _changed(error) from None
    except NoSuchPlan:
        raise _nothing() from None


@post("/plans/check", status_code=200, guards=[need(Right.PLANS)], opt=takes(PlanBody), summary="Look a plan over")
async def check_plan(request: Asked, data: JSONBody[PlanBody]) -> PlanChecked:
    """What would have to be mended before it is kept, and what may be meant and is worth a look. Keeps nothing."""
    kinds = front(request).house.kinds
    flaws = check(data.plan, kinds, types=frozenset(account_types()))
    return PlanChecked(
        flaws=[flaw_view(one) for one in flaws], warnings=[flaw_view(one) for one in warnings(data.plan, kinds)]
    )


# -- trying -----------------------------------------------------------------------------------------------------------


@post(
    "/plans/dry-run",
    status_code=200,
    guards=[need(Right.PLANS)],
    opt=takes(DryRunBody),
    responses=_REFUSED,
    summary="Try what would be asked for",
)
async def try_plan(request: Asked, data: JSONBody[DryRunBody]) -> DryRunView:
    """For an incident that there was, with what was done there, or for a kind at a site. Keeps nothing."""
    check_instant("at", data.at)
    desk, planner = front(request), _planner(request)
    incident = None if data.incident is None else await seen(desk, request, data.incident)
    account = _account(request, data, incident)
    at = data.at or (desk.house.clock() if incident is None else incident.first_taken_at or incident.opened_at)
    case = _case(request, data, incident, account, at)
    if data.plan is not None:
        _must_own(request, data.plan)
        flaws = check(data.plan, desk.house.kinds, types=frozenset(account_types()))
        if flaws:
            raise unfit(flaws)
    held = _with(planner.plans_of(account), data.plan, account)
    chosen, reasons = choose(held, case)
    fact = PlanChosen(incident="", steps=chosen.steps, refs=chosen.refs, below=chosen.below)
    run, walked = begin(fact, None), list[str]()
    went = _went(incident)
    while (step := present(run)) is not None:
        walked.append(step.id)
        outcome = went.get(step.id.rpartition(":")[2]) or went.get(step.do)
        if outcome is None or outcome not in OUTCOMES[step.do]:
            break
        n = chosen.steps.index(step)
        done = StepDone(
            incident="", by="", do=step.do, step=step.id, outcome=outcome, next=leads(chosen.steps, n, outcome)
        )
        run = settle(run, done)
    texts = {one.id: one for one in held}
    return DryRunView(
        kind=case.kind,
        account_id=None if account is None else account.id,
        at=at,
        steps=[_dry_step(n, chosen.steps, chosen.refs, texts, went, walked) for n in range(len(chosen.steps))],
        refs=[ref_view(desk, one, texts) for one in chosen.refs],
        below=[ref_view(desk, one, texts) for one in chosen.below],
        reasons=say_all(reasons, language_of(request)),
        walked=walked,
        owed=[one.id for one in owed(run)],
    )


def _went(incident: Incident | None) -> dict[str, Outcome]:
    """What came of steps at an incident: by the id of the step, and by its type where another plan called it else."""
    found: dict[str, Outcome] = {}
    for deed in () if incident is None else incident.deeds:
        if deed.outcome is not None:
            found[deed.do] = deed.outcome
            if deed.step is not None:
                found[deed.step.rpartition(":")[2]] = deed.outcome
    return found


def _dry_step(
    n: int, steps: Any, refs: Any, texts: dict[str, Plan], went: dict[str, Outcome], walked: Sequence[str]
) -> DryStepView:
    step = steps[n]
    plan_id, text, added = text_of(step.id, refs[0] if refs else None, texts)
    outcome = (went.get(step.id.rpartition(":")[2]) or went.get(step.do)) if step.id in walked else None
    return DryStepView(
        id=step.id,
        do=step.do,
        text=text,
        plan=plan_id,
        added=added,
        demanded=step.demanded,
        outcomes=list(OUTCOMES[step.do]),
        leads={each: leads(steps, n, each) for each in OUTCOMES[step.do]},
        outcome=outcome if outcome in OUTCOMES[step.do] else None,
    )


def _account(request: Asked, data: DryRunBody, incident: Incident | None) -> Account | None:
    account_id = data.account_id or (None if incident is None else incident.account_id)
    account = None if account_id is None else front(request).house.accounts.by_id(account_id)
    if account_id is not None and (account is None or not sees_site(request, account)):
        raise refused_field("account_id", "account_id: there is no such site", value=account_id)
    return account


def _case(request: Asked, data: DryRunBody, incident: Incident | None, account: Account | None, at: datetime) -> Case:
    planner, kinds = _planner(request), front(request).house.kinds
    kind = data.kind or (None if incident is None else incident.kind)
    if kind is None:
        raise refused_field("kind", "kind: needed where no incident is named")
    if kind not in kinds:
        raise refused_field("kind", "kind: not in the closed list of kinds", value=kind)
    if incident is not None and data.kind is None and data.account_id is None:
        return planner.case_of(incident, at)
    areas = frozenset[str]() if data.area is None else frozenset({data.area})
    return planner.case(kind, account, at, areas=areas)


def _with(held: Any, plan: Plan | None, account: Account | None) -> list[Plan]:
    """The plans of an account, as if one more were kept."""
    if plan is None:
        return list(held)
    own = {Level.CENTRE: ""}
    if account is not None:
        own |= {Level.TENANT: account.tenant, Level.TYPE: account.type, Level.ACCOUNT: account.id}
    others = [one for one in held if one.id != plan.id]
    return [*others, plan] if own.get(plan.level) == plan.of else others


# -- whose ------------------------------------------------------------------------------------------------------------


def _plans(request: Asked) -> Plans:
    found = front(request).house.plans
    if found is None:
        raise refused(503, "This centre keeps no plans")
    return found


def _planner(request: Asked) -> Planner:
    found = front(request).house.planner
    if found is None:
        raise refused(503, "This centre keeps no plans")
    return found


def _known(request: Asked, plan_id: str) -> Plan:
    found = _plans(request).book.get(plan_id)
    if found is None or not _sees(request, found):
        raise _nothing()
    return found


def _sees(request: Asked, plan: Plan) -> bool:
    tenants = tenants_of(visitor_of(request).user)
    return tenants is None or plan.level in (Level.CENTRE, Level.TYPE) or _owns(request, plan)


def _owns(request: Asked, plan: Plan) -> bool:
    tenants = tenants_of(visitor_of(request).user)
    if tenants is None:
        return True
    if plan.level is Level.TENANT:
        return plan.of in tenants
    account = front(request).house.accounts.by_id(plan.of) if plan.level is Level.ACCOUNT else None
    return account is not None and (account.tenant in tenants or account.id in tenants)


def _must_own(request: Asked, plan: Plan) -> None:
    if not _owns(request, plan):
        raise refused(403, "This plan is not only for your tenants", kind="belfry:role")


def _changed(error: PlanChanged) -> Refused:
    title = "Somebody took it out" if error.current is None else f"It is at version {error.current.version} by now"
    now = msgspec.UNSET if error.current is None else error.current
    return Refused(Problem(status=409, type="belfry:changed", title=title, plan=now))


def _nothing() -> Refused:
    return refused(404, "There is no such plan", kind="belfry:plan")


def _line(desk: Front, plan: Plan, *, library: bool) -> PlanLine:
    account = desk.house.accounts.by_id(plan.of) if plan.level is Level.ACCOUNT else None
    return PlanLine(
        id=plan.id,
        name=plan.name,
        level=plan.level,
        of=plan.of,
        of_name=plan.of if account is None else f"{account.account} {account.name}".strip(),
        when=plan.when,
        adds=plan.adds,
        steps=len(plan.steps),
        version=plan.version,
        library=library,
    )


def router() -> Router:
    handlers: list[Any] = [
        plans,
        plan_schema,
        plan,
        plan_versions,
        add_plan,
        change_plan,
        remove_plan,
        check_plan,
        try_plan,
    ]
    return Router("/", route_handlers=handlers, tags=["plans"])
