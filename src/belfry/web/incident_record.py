"""An incident's whole record, as JSON and as a document to print. Whoever may act on it may have it.

It holds what is sealed, as the incident's own page does, and leaves the console; so each is written down in the journal
before it leaves: who, when, in which form (`facts.RecordShown`).
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from litestar import Response, Router, get
from litestar.params import FromPath
from msgspec import structs

from belfry.centre.board import load
from belfry.domain.closing import group_of
from belfry.domain.dispatch_facts import Answer, RollCall
from belfry.domain.facts import Closed, Part, Sealed, incident_subject
from belfry.domain.incident import Incident
from belfry.domain.notices import TRAINING
from belfry.domain.step_facts import StepDone
from belfry.ports import Pruned, Stored
from belfry.web.bodies import Asked
from belfry.web.front import Front, front
from belfry.web.identity import need, visitor_of
from belfry.web.incident_story import texts_in
from belfry.web.incidents import seen, staff_of
from belfry.web.languages import language_of
from belfry.web.near import items_for
from belfry.web.notices import with_notices
from belfry.web.paper.incident import incident_paper
from belfry.web.plan_telling import AtSite, at_site, plan_view
from belfry.web.problems import told
from belfry.web.record_views import (
    FORMAT,
    FORMAT_VERSION,
    IncidentRecord,
    RecordedAlerts,
    RecordedDeed,
    RecordedEnd,
    RecordedPart,
    RecordedPositions,
    RecordedRoll,
    RecordedUnit,
)
from belfry.web.rights import Right
from belfry.web.sight import sees
from belfry.web.story import sealed_parts
from belfry.web.story import timeline as lines_of
from belfry.web.telling import Texts
from belfry.web.views import TimelineItem

ENTRIES_MOST: Final = 5_000
_MISSING: Final = {404: told("There is no such incident"), 410: told("It was erased, since its time was over")}


@get("/incidents/record/schema", guards=[need(Right.QUEUE)], summary="What a record is, as JSON schema")
async def record_schema(request: Asked) -> dict[str, Any]:
    """JSON Schema 2020-12 of an incident's record."""
    return msgspec.json.schema(IncidentRecord)


@get("/incidents/{incident_id:str}/record", guards=[need(Right.ACT)], responses=_MISSING, summary="The whole record")
async def incident_record(request: Asked, incident_id: FromPath[str]) -> Response[IncidentRecord]:
    """Everything that is kept of it. That it was given out is in the journal, and in its story."""
    record = await _given_out(request, incident_id, "json")
    return Response(record, headers=_named(record, "json"))


@get(
    "/incidents/{incident_id:str}/record.pdf",
    guards=[need(Right.ACT)],
    responses=_MISSING,
    media_type="application/pdf",
    summary="The whole record, to print",
)
async def incident_record_pdf(request: Asked, incident_id: FromPath[str]) -> Response[bytes]:
    """The same as a document, in the language of whoever asks."""
    record = await _given_out(request, incident_id, "pdf")
    kinds, language = front(request).house.kinds, language_of(request)

    def label(kind: str) -> str:
        return kinds.words(kind, language).label if kind in kinds else kind

    paper = await asyncio.to_thread(incident_paper, record, language, label)
    return Response(paper, media_type="application/pdf", headers=_named(record, "pdf"))


def _named(record: IncidentRecord, form: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="incident-{record.number}.{form}"'}


async def _given_out(request: Asked, incident_id: str, form: str) -> IncidentRecord:
    """Each incident that it holds keeps a line of its own of it."""
    desk = front(request)
    found = await seen(desk, request, incident_id)
    under = await _merged(desk, request, found)
    for one in (found, *under):
        await desk.house.desk.record_shown(one.id, staff_of(request), form=form)
    return await _record(request, desk, found, under)


async def _merged(desk: Front, request: Asked, found: Incident) -> list[Incident]:
    """What was handled under an incident, whole: the board forgets what is long over, the journal does not."""
    known = [await load(desk.house.board, desk.house.journal, one.id) for one in found.merged]
    under = (one for one in known if one is not None and one.merged_into == found.id and sees(request, one))
    return sorted(under, key=lambda one: one.number)


class _Kept(msgspec.Struct):
    """What is kept of one incident: the newest ENTRIES_MOST entries, told line by line."""

    found: Incident
    entries: Sequence[Stored | Pruned]
    parts: list[Sealed]
    texts: Texts | None
    items: list[TimelineItem]
    left_out: int

    @property
    def facts(self) -> list[Stored]:
        return [one for one in self.entries if isinstance(one, Stored)]


async def _kept(request: Asked, desk: Front, found: Incident) -> _Kept:
    house, subject = desk.house, incident_subject(found.id)
    entries = await house.journal.read(subject, limit=ENTRIES_MOST + 1)
    left_out = 0
    if len(entries) > ENTRIES_MOST:
        entries = entries[-ENTRIES_MOST:]
        left_out = len(await house.journal.read(subject, before=entries[0].position))
    parts = [*sealed_parts(entries), *found.first.sealed]
    texts = await texts_in(house, parts, found.id)
    told = await with_notices(desk, found.id, lines_of(desk.teller, entries, found, texts or {}))
    return _Kept(found, entries, parts, texts, items_for(request, told), left_out)


async def _record(request: Asked, desk: Front, found: Incident, under: Sequence[Incident]) -> IncidentRecord:
    house, language = desk.house, language_of(request)
    kept = await _kept(request, desk, found)
    others = [await _kept(request, desk, one) for one in under]
    items = sorted(
        (*kept.items, *(structs.replace(item, of=one.found.number) for one in others for item in one.items)),
        key=lambda item: (int(item.position), item.index),
    )
    deeds = _deeds(kept, await at_site(desk, found), None)
    for one in others:
        deeds += _deeds(one, await at_site(desk, one.found), one.found.number)
    plan, row = await plan_view(request, found), desk.teller.fields(found, language)
    return IncidentRecord(
        format=FORMAT,
        version=FORMAT_VERSION,
        made_at=house.clock(),
        made_by=visitor_of(request).user.name,
        centre=house.name,
        training=TRAINING in found.flags,
        **{name: row[name] for name in _OF_THE_ROW},
        definition=house.kinds.words(found.kind, language).definition,
        queued_at=found.due_at,
        first_act_at=found.first_act_at,
        merged_into=found.merged_into,
        caller=_said(kept.parts, Part.CALLER, kept.texts),
        place=_said(kept.parts, Part.PLACE, kept.texts) or _said(kept.parts, Part.POSITION, kept.texts),
        merged=[_part(desk, one, language) for one in others],
        timeline=items,
        left_out=kept.left_out + sum(one.left_out for one in others),
        signals=[item.signal for item in items if item.signal is not None],
        plans=[*plan.refs],
        steps=plan.steps,
        deeds=sorted(deeds, key=lambda deed: int(deed.position)),
        units=sorted((unit for one in (kept, *others) for unit in _units(one, found)), key=lambda one: one.sent_at),
        alerts=_alerts([one.found for one in (kept, *others)]),
        roll_calls=sorted((roll for one in (kept, *others) for roll in _rolls(one, found)), key=lambda one: one.at),
        score=_score(found, kept.facts),
        notices=[notice for item in items for notice in item.data.get("notices", [])],
        end=_end(found, kept.facts, kept.texts or {}),
        positions=_positions(kept),
        unreadable=any(one.texts is None for one in (kept, *others)),
    )


def _part(desk: Front, one: _Kept, language: str) -> RecordedPart:
    row = desk.teller.fields(one.found, language)
    fields = {name: row[name] for name in ("id", "number", "kind", "label", "opened_at", "account", "site")}
    place = _said(one.parts, Part.PLACE, one.texts) or _said(one.parts, Part.POSITION, one.texts)
    caller = _said(one.parts, Part.CALLER, one.texts)
    return RecordedPart(**fields, caller=caller, place=place, positions=_positions(one))


def _positions(kept: _Kept) -> RecordedPositions:
    return RecordedPositions(str(kept.entries[0].position), str(kept.entries[-1].position), len(kept.entries))


_OF_THE_ROW: Final = (
    *("id", "number", "kind", "label", "priority", "state", "method", "opened_at", "first_taken_at", "closed_at"),
    *("silent", "life", "flags", "account", "account_id", "site", "area", "zone", "area_name", "zone_name", "clocks"),
)


def _deeds(kept: _Kept, site: AtSite, of: int | None) -> list[RecordedDeed]:
    names = {} if site.file is None else {one.id: one.name for one in site.file.contacts}
    names |= {one.id: one.name for one in site.agencies}
    return [
        RecordedDeed(
            position=str(stored.position),
            at=stored.entry.at,
            by=fact.by,
            do=fact.do,
            step=fact.step,
            outcome=fact.outcome,
            to=names.get(fact.contact or fact.agency or ""),
            arrives_at=fact.arrives_at,
            words=_typed(fact.sealed, kept.texts or {}),
            of=of,
        )
        for stored in kept.facts
        for fact in stored.entry.facts
        if isinstance(fact, StepDone)
    ]


def _units(kept: _Kept, lead: Incident) -> list[RecordedUnit]:
    of = None if kept.found.id == lead.id else kept.found.number
    return [
        RecordedUnit(
            assignment=one.assignment,
            call_sign=one.call_sign,
            status=one.status,
            sent_at=one.sent_at,
            by=one.by,
            role=one.role,
            times=dict(one.times),
            needs_more=one.needs_more,
            left_at=one.left_at,
            of=of,
        )
        for one in kept.found.units
    ]


def _alerts(incidents: Sequence[Incident]) -> RecordedAlerts:
    """As far as the incidents remember them, which is nearly always all."""
    alerts = [alert for one in incidents for alert in one.alerts]
    answers = [answer for alert in alerts for answer in alert.answers.values()]
    return RecordedAlerts(
        alerts=len(alerts),
        told=len({name for alert in alerts for name in alert.to}),
        accepted=answers.count(Answer.ACCEPTED),
        refused=answers.count(Answer.REFUSED),
    )


def _rolls(kept: _Kept, lead: Incident) -> list[RecordedRoll]:
    signs = {one.unit: one.call_sign for one in kept.found.units}
    return [
        RecordedRoll(
            at=stored.entry.at,
            what=fact.what,
            call_sign=None if fact.unit is None else signs.get(fact.unit),
            by=fact.by,
            reasons=list(fact.reasons),
            of=None if kept.found.id == lead.id else kept.found.number,
        )
        for stored in kept.facts
        for fact in stored.entry.facts
        if isinstance(fact, RollCall)
    ]


def _score(found: Incident, entries: Sequence[Stored]) -> int | None:
    if found.score_set is not None:
        return found.score_set
    told_as = [fact.score for stored in entries for fact in stored.entry.facts if isinstance(fact, StepDone)]
    return next((score for score in reversed(told_as) if score is not None), None)


def _end(found: Incident, entries: Sequence[Stored], texts: Texts) -> RecordedEnd | None:
    """The last closing, unless it was taken up again since."""
    for stored in reversed(() if found.open else entries):
        for fact in stored.entry.facts:
            if isinstance(fact, Closed):
                return RecordedEnd(
                    at=stored.entry.at,
                    by=fact.by,
                    disposition=fact.disposition,
                    cause=fact.cause,
                    group=str(group_of(fact.disposition, fact.cause)),
                    words=_typed(fact.sealed, texts),
                    unrestored=fact.unrestored,
                )
    return None


def _typed(parts: Sequence[Sealed], texts: Texts) -> str | None:
    return next((texts[one.key] for one in parts if one.part is Part.NOTE and one.key in texts), None)


def _said(parts: Sequence[Sealed], part: Part, texts: Texts | None) -> str | None:
    found = (texts[one.key] for one in reversed(parts) if one.part is part and texts and one.key in texts)
    return next(found, None)


def router() -> Router:
    handlers: list[Any] = [record_schema, incident_record, incident_record_pdf]
    return Router("/", route_handlers=handlers, tags=["incidents"])
