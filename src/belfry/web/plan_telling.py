"""An incident's plan as whoever asks may see it: its steps with their texts, and who is called or told now.

What a step says is kept by the registry, in the version that the incident follows; what was written with a step is
sealed in its entry. Whoever may not act sees neither names nor numbers.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from belfry.domain.call_list import Callee, called_list, calls, listed, round_of
from belfry.domain.calling import withheld_numbers
from belfry.domain.contacts import Number
from belfry.domain.facts import Part, incident_subject
from belfry.domain.handling import owed_of
from belfry.domain.incident import Incident
from belfry.domain.phone import digits_of
from belfry.domain.plan import OUTCOMES, Level, Plan, PlanRef, Step, StepType
from belfry.domain.plan_choice import text_of
from belfry.domain.plan_run import Deed, PlanRun, ahead, present
from belfry.domain.plan_steps import ROUNDS, deeds_of, waits_until
from belfry.domain.reach import Audience, Channel, withheld
from belfry.domain.reasons import say_all
from belfry.domain.site import Account
from belfry.domain.site_file import Agency, SiteFile
from belfry.domain.step_facts import PlanChosen, StepDone
from belfry.ports import KeysUnavailable, Stored
from belfry.ports.staff import StaffUnavailable
from belfry.safeguards.sealing import SealError
from belfry.web.bodies import Asked
from belfry.web.front import Front, front
from belfry.web.identity import visitor_of
from belfry.web.languages import language_of
from belfry.web.plan_views import (
    AgencyCallView,
    CallView,
    ComingView,
    PlanRefView,
    PlanStepView,
    PlanView,
)
from belfry.web.rights import Right, may

log = logging.getLogger(__name__)

ENTRIES_READ: Final = 200
"""The newest entries of an incident, in which the words to its steps are looked for."""
_DIALLED: Final = frozenset({StepType.NOTIFY, StepType.SEND})


class AtSite(Struct, frozen=True):
    """What a step needs of the site. Empty where there is none, or where the registry does not answer: an operator goes
    on with what he knows."""

    account: Account | None = None
    file: SiteFile | None = None
    agencies: Sequence[Agency] = ()
    local: datetime | None = None
    holidays: Collection[date] = ()


async def plan_view(request: Asked, found: Incident) -> PlanView:
    """The plan of an incident, for whoever asks."""
    desk, run = front(request), found.plan
    silent = desk.silent.of(found)
    acts = may(visitor_of(request).user.role, Right.ACT)
    step = present(run, silent=silent)
    site = await at_site(desk, found) if acts else AtSite()
    plans = await texts_of(desk, run)
    if not acts:  # what a site's own plan says is about its people, as its notes are
        plans = {plan_id: plan for plan_id, plan in plans.items() if plan.level is not Level.ACCOUNT}
    reasons, words = await _told(desk, found, words=acts)
    owed = [] if not found.open else [one.id for one in owed_of(found, silent=silent)]
    deeds = [] if step is None else deeds_of(found, step)
    callees = [] if step is None else callees_of(found, step, site, silent=silent)
    return PlanView(
        incident=found.id,
        version=found.version,
        at=None if step is None else step.id,
        steps=[] if run is None else _steps(found, run, plans, step, owed, words, silent=silent),
        refs=[] if run is None else [ref_view(desk, ref, plans) for ref in run.refs],
        below=[] if run is None else [ref_view(desk, ref, plans) for ref in run.below],
        reasons=say_all(reasons, language_of(request)),
        owed=owed,
        changed_since=desk.house.planner is not None and desk.house.planner.changed_since(found),
        silent_site=silent,
        called_list=None if step is None or step.do is not StepType.CALL_CONTACT else called_list(step, found.kind),
        round=round_of(callees),
        rounds=ROUNDS,
        calls=[_call(one, deeds, _hidden(site, silent=silent)) for one in callees],
        premises=[] if silent else _premises(step, site),
        agencies=[] if step is None or step.do not in _DIALLED else [_agency(one) for one in _dialled(step, site)],
        coming=_coming(found, site, desk.house.clock(), names=acts),
    )


async def at_site(desk: Front, found: Incident) -> AtSite:
    """What the registry has of the site of an incident."""
    account = None if found.account_id is None else desk.house.accounts.by_id(found.account_id)
    if account is None:
        return AtSite()
    try:
        file = await desk.house.sites.site(account.id)
        agencies = await desk.house.sites.agencies_for(account)
        names = set() if file is None else {one.holidays for one in file.parts.schedules if one.holidays}
        holidays = await desk.house.sites.holidays(names) if names else ()
    except StaffUnavailable as error:
        log.error("The site of %s cannot be read: %s", found.id, error)
        return AtSite(account)
    return AtSite(account, file, agencies, _local(account, desk.house.clock()), holidays)


def callees_of(found: Incident, step: Step, site: AtSite, *, silent: bool) -> Sequence[Callee]:
    """Who is on the list of a step, as they stand now; none of another type of step."""
    if step.do is not StepType.CALL_CONTACT or site.file is None or site.local is None:
        return []
    contacts = listed(site.file.contacts, called_list(step, found.kind), step.roles)
    return calls(contacts, deeds_of(found, step), site.local, site.holidays, but=_hidden(site, silent=silent))


async def texts_of(desk: Front, run: PlanRun | None) -> Mapping[str, Plan]:
    """The plans of an incident as they were, by id; without those that nobody knows."""
    if run is None or desk.house.plans is None:
        return {}
    try:
        found = await desk.house.plans.texts({(ref.id, ref.version) for ref in (*run.refs, *run.below)})
    except StaffUnavailable as error:
        log.error("The texts of a plan cannot be read: %s", error)
        return {}
    return {plan_id: plan for (plan_id, _), plan in found.items()}


def ref_view(desk: Front, ref: PlanRef, plans: Mapping[str, Plan]) -> PlanRefView:
    plan, planner = plans.get(ref.id), desk.house.planner
    changed = planner is not None and planner.current(ref.id) != ref.version
    return PlanRefView(id=ref.id, version=ref.version, level=ref.level, name=plan.name if plan else "", changed=changed)


def _steps(
    found: Incident,
    run: PlanRun,
    plans: Mapping[str, Plan],
    now: Step | None,
    owed: Sequence[str],
    words: Mapping[int, str],
    *,
    silent: bool,
) -> list[PlanStepView]:
    to_come = ahead(run, silent=silent)
    shown = []
    for step in run.steps:
        plan, text, added = text_of(step.id, run.refs[0] if run.refs else None, plans)
        deeds = [deed for deed in found.deeds if deed.step == step.id]
        last = deeds[-1] if deeds else None
        shown.append(
            PlanStepView(
                id=step.id,
                do=step.do,
                text=text,
                plan=plan,
                added=added,
                state=_state(run, step, now, to_come),
                demanded=step.demanded,
                owed=step.id in owed,
                outcomes=list(OUTCOMES[step.do]),
                withheld=_withheld(step, silent=silent),
                contacts=step.contacts,
                roles=list(step.roles),
                arrival=step.arrival,
                agency=step.agency,
                reference=step.reference,
                unit=step.unit,
                wait_s=step.wait_s,
                on=step.on,
                waits_until=waits_until(found, step),
                then=dict(step.then),
                attempts=len(deeds),
                outcome=None if last is None else last.outcome,
                by=None if last is None else last.by,
                at=None if last is None else last.at,
                words=None if last is None else words.get(last.position),
            )
        )
    return shown


def _state(run: PlanRun, step: Step, now: Step | None, to_come: Collection[str]) -> str:
    if step.id in run.settled:
        return "done" if run.settled[step.id] else "skipped"
    if now is not None and step.id == now.id:
        return "now"
    return "open" if step.id in to_come else "passed"


def _withheld(step: Step, *, silent: bool) -> str | None:
    if step.do is not StepType.CALL_PREMISES:
        return None
    return withheld(Audience.PREMISES, Channel.CALL, silent=silent)


def _hidden(site: AtSite, *, silent: bool) -> frozenset[str]:
    """The numbers, by their digits, that nobody is shown now, whoever's they are."""
    premises = () if site.file is None else site.file.details.premises
    return withheld_numbers((one.number for one in premises), silent=silent)


def _call(one: Callee, deeds: Sequence[Deed], hidden: Collection[str] = ()) -> CallView:
    contact = one.contact
    mine = [deed for deed in deeds if deed.contact == contact.id]
    return CallView(
        contact=contact.id,
        name=contact.name,
        role=contact.role,
        language=contact.language,
        numbers=[
            structs.replace(number, number="") if digits_of(number.number) in hidden else number
            for number in contact.numbers
        ],
        available=one.why is None,
        why=one.why,
        attempts=one.attempts,
        outcome=mine[-1].outcome if mine else None,
        next=one.next,
    )


def _premises(step: Step | None, site: AtSite) -> list[Number]:
    if step is None or step.do is not StepType.CALL_PREMISES or site.file is None:
        return []
    return list(site.file.details.premises)


def _dialled(step: Step, site: AtSite) -> Sequence[Agency]:
    return [one for one in site.agencies if step.agency is None or one.type is step.agency]


def _agency(one: Agency) -> AgencyCallView:
    return AgencyCallView(
        id=one.id, type=one.type, name=one.name, number=one.number, permit=one.permit, response=one.response
    )


def _coming(found: Incident, site: AtSite, now: datetime, *, names: bool) -> list[ComingView]:
    contacts = {} if site.file is None or not names else {one.id: one.name for one in site.file.contacts}
    services = {one.id: one.name for one in site.agencies} if names else {}
    return [
        ComingView(
            at=one.at,
            contact=one.contact,
            name=services.get(one.agency or "") if one.contact is None else contacts.get(one.contact),
            since=one.since,
            late=one.at < now,
        )
        for one in found.coming
    ]


async def _told(desk: Front, found: Incident, *, words: bool) -> tuple[Sequence[str], Mapping[int, str]]:
    """Why this plan was chosen, and what was written with its steps, by the position of their entries."""
    if found.plan is None:
        return (), {}
    entries = await desk.house.journal.read(incident_subject(found.id), limit=ENTRIES_READ)
    reasons: Sequence[str] = ()
    sealed = {}
    for stored in entries:
        for fact in stored.entry.facts if isinstance(stored, Stored) else ():
            if isinstance(fact, PlanChosen):
                reasons = fact.reasons
            elif isinstance(fact, StepDone) and fact.sealed:
                sealed[stored.position] = fact.sealed
    if not words or not sealed:
        return reasons, {}
    try:
        opened = await desk.house.seals.open_each(list(sealed.values()))
    except (KeysUnavailable, SealError) as error:
        log.error("Sealed words of %s cannot be read: %s", found.id, type(error).__name__)
        return reasons, {}
    said = {position: parts.get(Part.NOTE) for position, parts in zip(sealed, opened, strict=True)}
    return reasons, {position: text for position, text in said.items() if text is not None}


def _local(account: Account, now: datetime) -> datetime:
    try:
        return now.astimezone(ZoneInfo(account.time_zone))
    except (ValueError, OSError, LookupError):  # of a registry that was written elsewhere
        return now
