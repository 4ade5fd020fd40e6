"""The plan of an incident over HTTP: as it stands, and the acts `do`, `skip` and `arrived`."""

from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody
from msgspec import structs

from belfry.centre.board import load
from belfry.centre.duress import duress_alarm
from belfry.centre.replanning import Skipped
from belfry.domain.call_list import able
from belfry.domain.commands import DoStep, SayArrived, SkipStep, TakeBack
from belfry.domain.contacts import Authority
from belfry.domain.facts import Part
from belfry.domain.incident import Incident
from belfry.domain.plan import Outcome, StepType
from belfry.domain.plan_choice import text_of
from belfry.domain.plan_run import step_of
from belfry.domain.site_file import SiteFile
from belfry.domain.step_facts import StepDone
from belfry.ports import KeysUnavailable, Stored
from belfry.safeguards.sealing import SealError
from belfry.web.bodies import Asked, takes
from belfry.web.front import Front, front
from belfry.web.identity import need
from belfry.web.incidents import ACT, Limit, act_on, rows_of, seen
from belfry.web.plan_asks import ArrivedBody, DoBody, SkipBody, UndoBody
from belfry.web.plan_telling import at_site, callees_of, plan_view, texts_of
from belfry.web.plan_views import PlanView, SkippedList, SkippedView
from belfry.web.problems import refused_field, told
from belfry.web.rights import Right
from belfry.web.sight import sees
from belfry.web.spoken import heard_as
from belfry.web.views import Detail

SKIPPED_SHOWN: Final = 100


@get(
    "/incidents/{incident_id:str}/plan",
    guards=[need(Right.QUEUE)],
    responses={404: told("There is no such incident")},
    summary="What an incident asks for, and how far it is",
)
async def plan_of(request: Asked, incident_id: FromPath[str]) -> PlanView:
    """Its steps with their texts and states, and who is to be called or told now. Without a plan it has no steps."""
    return await plan_view(request, await seen(front(request), request, incident_id))


@post("/incidents/{incident_id:str}/do", opt=takes(DoBody), **ACT)
async def do_step(request: Asked, incident_id: FromPath[str], data: JSONBody[DoBody]) -> Detail:
    """Write down what was done of the plan, or beside it, and what came of it. Duress opens a silent alarm there."""
    desk = front(request)
    found = await seen(desk, request, incident_id)
    site = await at_site(desk, found)
    if site.file is not None and data.contact not in (None, *(one.id for one in site.file.contacts)):
        raise refused_field("contact", "contact: there is no such contact at this site", value=data.contact)
    if site.file is not None and data.agency not in (None, *(one.id for one in site.agencies)):
        raise refused_field("agency", "agency: nobody of this id is dialled for this site", value=data.agency)
    step = None if found.plan is None else step_of(found.plan, data.step)
    names = None
    if step is not None and step.do is StepType.CALL_CONTACT and site.file is not None:
        names = able(callees_of(found, step, site, silent=desk.silent.of(found)))
    score = desk.teller.score(found)
    command = DoStep(
        **structs.asdict(data),
        listed=names,
        tells=next((one.type for one in site.agencies if one.id == data.agency), None),
        two_calls=site.file is not None and site.file.details.two_calls,
        authorised=site.file is not None and may_cancel(site.file, data.contact),
        score=None if score is None else score.level,
        score_rules=None if score is None else score.rules,
    )
    done = await act_on(request, incident_id, command)
    if data.outcome is Outcome.DURESS and site.account is not None:
        named = found.account or heard_as(desk.house, site.account)
        await desk.house.intake.deliver(duress_alarm(site.account, desk.house.clock(), named))
    return done


@post("/incidents/{incident_id:str}/skip", opt=takes(SkipBody), **ACT)
async def skip_step(request: Asked, incident_id: FromPath[str], data: JSONBody[SkipBody]) -> Detail:
    """Leave a step of the plan out, with a reason that the supervisor reads."""
    return await act_on(request, incident_id, SkipStep(data.version, data.step, data.reason))


@post("/incidents/{incident_id:str}/undo", opt=takes(UndoBody), **ACT)
async def take_back(request: Asked, incident_id: FromPath[str], data: JSONBody[UndoBody]) -> Detail:
    """Take one's own answer of the last 20 seconds back; not what others know already, nor what was left out."""
    return await act_on(request, incident_id, TakeBack(data.version, data.step))


@post("/incidents/{incident_id:str}/arrived", opt=takes(ArrivedBody), **ACT)
async def say_arrived(request: Asked, incident_id: FromPath[str], data: JSONBody[ArrivedBody]) -> Detail:
    """Who accepted to come is there, or does not come any more."""
    return await act_on(request, incident_id, SayArrived(data.version, data.contact, data.given_up, data.reason))


@get("/plans/skipped", guards=[need(Right.PLANS)], summary="Steps that were left out, the newest first")
async def skipped(request: Asked, limit: Limit = SKIPPED_SHOWN) -> SkippedList:
    """Of what is open and of what was closed within a day, with their reasons; older ones stand in their incidents."""
    desk = front(request)
    found: list[tuple[Skipped, Incident]] = []
    for one in desk.house.skipped():
        incident = await load(desk.house.board, desk.house.journal, one.incident)
        if incident is not None and sees(request, incident):
            found.append((one, incident))
        if len(found) == limit:
            break
    rows = await rows_of(desk, request, [incident for _, incident in found])
    items = []
    for (one, incident), row in zip(found, rows, strict=True):
        run, deed = incident.plan, one.deed
        plans = await texts_of(desk, run)
        refs = () if run is None else run.refs
        _, text, _ = text_of(deed.step or "", next(iter(refs), None), plans)
        items.append(
            SkippedView(
                incident=row,
                step=deed.step or "",
                do=deed.do,
                text=text,
                demanded=deed.demanded,
                by=deed.by or "",
                at=deed.at,
                reason=await _reason(desk, deed.position),
            )
        )
    return SkippedList(items)


def may_cancel(file: SiteFile, contact: str | None) -> bool:
    """Whether a word of a contact is one that ends an alarm."""
    return any(one.id == contact and Authority.CANCEL in one.authority for one in file.contacts)


async def _reason(desk: Front, position: int) -> str | None:
    """What was written with a step that was left out; None where its key is gone."""
    entries = await desk.house.journal.page(position - 1, 1)
    for stored in islice(entries, 1):
        for fact in stored.entry.facts if isinstance(stored, Stored) and stored.position == position else ():
            if isinstance(fact, StepDone):
                return await _opened(desk, fact.sealed)
    return None


async def _opened(desk: Front, sealed: Sequence[Any]) -> str | None:
    try:
        return (await desk.house.seals.open(sealed)).get(Part.NOTE)
    except (KeysUnavailable, SealError):
        return None


def router() -> Router:
    handlers: list[Any] = [plan_of, do_step, skip_step, take_back, say_arrived, skipped]
    return Router("/", route_handlers=handlers, tags=["plans"])
