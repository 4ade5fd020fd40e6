"""Calling over HTTP: who is called at an incident, on which number, and what came of every call so far.

A call is written down by the act `do`, with the step of the plan or with none. Nothing here dials: a console opens a
`tel:` link, or the address in the settings, and nobody sees a number who does not handle the incident.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from litestar import Router, get
from litestar.params import FromPath, QueryParameter
from msgspec import structs

from belfry.domain import calling
from belfry.domain.call_list import SILENT, Callee, called_list, calls, listed
from belfry.domain.calling import NEVER, Called, Tried
from belfry.domain.contacts import CallList, Contact, Number
from belfry.domain.incident import Incident, State
from belfry.domain.phone import digits_of
from belfry.domain.plan import Step, StepType
from belfry.domain.plan_checks import list_of
from belfry.domain.plan_run import Deed, present
from belfry.domain.plan_steps import CALLS, ROUNDS, deeds_of
from belfry.domain.reach import Audience, Channel, withheld
from belfry.domain.read_out import Said, spoken, to_agency, to_contact
from belfry.domain.site_file import Agency
from belfry.web.bodies import Asked
from belfry.web.call_views import (
    AgencyReadOut,
    CalledView,
    CallNumberView,
    CallPersonView,
    CallsView,
    ReadOutView,
    TwoCallsView,
)
from belfry.web.front import Front, front
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import seen
from belfry.web.languages import language_of
from belfry.web.plan_telling import AtSite, at_site
from belfry.web.problems import told
from belfry.web.rights import Right


@get(
    "/incidents/{incident_id:str}/calls",
    guards=[need(Right.ACT)],
    responses={404: told("There is no such incident")},
    summary="Whom to call, on which number, and what came of it",
)
async def calls_of(
    request: Asked,
    incident_id: FromPath[str],
    which: Annotated[CallList | None, QueryParameter(name="list")] = None,
) -> CallsView:
    """Of the present step of the plan; with `list`, or where no call is asked for, of a list of the site: attempts are
    then all calls of this incident. Numbers are there for who has taken it."""
    desk = front(request)
    found = await seen(desk, request, incident_id)
    silent = desk.silent.of(found)
    step = _step(found, StepType.CALL_CONTACT, silent=silent) if which is None else None
    at_premises = _step(found, StepType.CALL_PREMISES, silent=silent)
    site = await at_site(desk, found)
    name = which or (list_of(found.kind) if step is None else called_list(step, found.kind))
    deeds = _deeds(found, step)
    numbers = [] if site.file is None else [one.number for one in site.file.details.premises]
    hidden = calling.withheld_numbers(numbers, silent=silent)
    callees = _callees(site, name, step, deeds, hidden)
    tried = calling.tally(deeds)
    holds = found.state is State.TAKEN and found.taken_by == visitor_of(request).user.name
    language = language_of(request)
    said = partial(_said, desk, found, site)
    return CallsView(
        incident=found.id,
        version=found.version,
        step=None if step is None else step.id,
        premises_step=None if at_premises is None else at_premises.id,
        called_list=name,
        silent_site=silent,
        withheld=withheld(Audience.PREMISES, Channel.CALL, silent=silent),
        shown=holds,
        standing=calling.standing(callees, deeds, arrival=step is None or step.arrival),
        round=calling.round_at(callees),
        rounds=ROUNDS,
        premises=_premises(site, calling.tally(found.deeds), hidden, shown=holds),
        people=[_person(one, deeds, tried, hidden, said, language, shown=holds) for one in callees],
        next=next((one.contact.id for one in callees if one.next), None),
        again=_again(calling.last_called(found.deeds)),
        two_calls=_two_calls(found, site, silent=silent),
        agencies=[
            AgencyReadOut(
                agency=one.id,
                type=one.type,
                text=to_agency(structs.replace(said(language), permit=one.permit), language),
            )
            for one in site.agencies
        ],
        dialler=desk.house.dialler,
    )


def _step(found: Incident, do: StepType, *, silent: bool) -> Step | None:
    """The present step, where it is a call of this type."""
    step = present(found.plan, silent=silent)
    return step if step is not None and step.do is do else None


def _deeds(found: Incident, step: Step | None) -> Sequence[Deed]:
    """The calls that count for this list: those of the step, or all."""
    deeds = found.deeds if step is None else deeds_of(found, step)
    return [deed for deed in deeds if deed.do in CALLS]


def _callees(
    site: AtSite, name: CallList, step: Step | None, deeds: Sequence[Deed], hidden: Collection[str]
) -> Sequence[Callee]:
    if site.file is None or site.local is None:
        return []
    roles = () if step is None else step.roles
    contacts = listed(site.file.contacts, name, roles)
    return calls(contacts, deeds, site.local, site.holidays, but=hidden)


def _person(
    one: Callee,
    deeds: Sequence[Deed],
    tried: Mapping[Called, Tried],
    hidden: Collection[str],
    said: Callable[[str], Said],
    language: str,
    *,
    shown: bool,
) -> CallPersonView:
    contact: Contact = one.contact
    mine = [deed for deed in deeds if deed.contact == contact.id]
    now = calling.next_number(contact, tried, but=hidden)
    words = to_contact(said(spoken(contact.language, language)), contact.language, language)
    return CallPersonView(
        contact=contact.id,
        name=contact.name,
        role=contact.role,
        language=contact.language,
        authority=list(contact.authority),
        numbers=[
            _number(n, number, tried.get((contact.id, n), NEVER), hidden, shown=shown, now=n == now)
            for n, number in enumerate(contact.numbers)
        ],
        available=one.why is None,
        why=one.why,
        attempts=one.attempts,
        outcome=mine[-1].outcome if mine else None,
        next=one.next,
        read_out=ReadOutView(words.language, words.greeting, words.message),
    )


def _premises(
    site: AtSite, tried: Mapping[Called, Tried], hidden: Collection[str], *, shown: bool
) -> list[CallNumberView]:
    numbers = () if site.file is None else site.file.details.premises
    least = min((tried.get((None, n), NEVER).attempts for n in range(len(numbers))), default=0)
    first = next((n for n in range(len(numbers)) if tried.get((None, n), NEVER).attempts == least), None)
    return [
        _number(n, number, tried.get((None, n), NEVER), hidden, shown=shown, now=n == first)
        for n, number in enumerate(numbers)
    ]


def _number(n: int, number: Number, tried: Tried, hidden: Collection[str], *, shown: bool, now: bool) -> CallNumberView:
    barred = digits_of(number.number) in hidden
    return CallNumberView(
        n=n,
        number=number.number if shown and not barred else "",
        label=number.label,
        texts=number.texts,
        attempts=tried.attempts,
        outcome=tried.outcome,
        at=tried.at,
        withheld=SILENT if barred else None,
        next=now and not barred,
    )


def _read_out(one: Agency, said: Said, language: str) -> AgencyReadOut:
    text = to_agency(structs.replace(said, permit=one.permit), language)
    return AgencyReadOut(agency=one.id, type=one.type, text=text)


def _again(called: Called | None) -> CalledView | None:
    return None if called is None else CalledView(*called)


def _two_calls(found: Incident, site: AtSite, *, silent: bool) -> TwoCallsView | None:
    wanted = site.file is not None and site.file.details.two_calls
    if not wanted or silent or not calling.wants_two_calls(found.kind):
        return None
    return TwoCallsView(len(calling.tally(found.deeds)), calling.unverified(found, silent=silent))


def _said(desk: Front, found: Incident, site: AtSite, language: str) -> Said:
    """What is read out, as the incident stands."""
    account, level = site.account, desk.teller.score(found)
    area, zone = desk.teller.names(found)
    at: datetime = found.opened_at if site.local is None else found.opened_at.astimezone(site.local.tzinfo)
    return Said(
        centre=desk.house.name,
        site="" if account is None else account.name,
        address="" if account is None else account.address,
        label=desk.house.kinds.words(found.kind, language).label,
        zone=zone or area or "",
        time=f"{at:%H:%M}",
        number=found.number,
        level=None if level is None else level.level,
        why="" if level is None else "; ".join(desk.teller.said_of(level, language)),
        life=found.life,
    )


def router() -> Router:
    handlers: list[Any] = [calls_of]
    return Router("/", route_handlers=handlers, tags=["plans"])
