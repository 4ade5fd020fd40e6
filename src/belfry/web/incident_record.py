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

from belfry.domain.closing import group_of
from belfry.domain.facts import Closed, Part, Sealed, incident_subject
from belfry.domain.incident import Incident
from belfry.domain.notices import TRAINING
from belfry.domain.step_facts import StepDone
from belfry.ports import Pruned, Stored
from belfry.web.bodies import Asked
from belfry.web.front import Front, front
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import seen, staff_of, texts_in
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
    RecordedDeed,
    RecordedEnd,
    RecordedPositions,
)
from belfry.web.rights import Right
from belfry.web.story import sealed_parts
from belfry.web.story import timeline as lines_of
from belfry.web.telling import Texts

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
    paper = await asyncio.to_thread(incident_paper, record, language_of(request))
    return Response(paper, media_type="application/pdf", headers=_named(record, "pdf"))


def _named(record: IncidentRecord, form: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="incident-{record.number}.{form}"'}


async def _given_out(request: Asked, incident_id: str, form: str) -> IncidentRecord:
    desk = front(request)
    found = await seen(desk, request, incident_id)
    await desk.house.desk.record_shown(found.id, staff_of(request), form=form)
    return await _record(request, desk, found)


async def _record(request: Asked, desk: Front, found: Incident) -> IncidentRecord:
    house, language = desk.house, language_of(request)
    entries = await house.journal.read(incident_subject(found.id), limit=ENTRIES_MOST + 1)
    over = len(entries) > ENTRIES_MOST
    entries = entries[-ENTRIES_MOST:]
    kept = [one for one in entries if isinstance(one, Stored)]
    parts = [*sealed_parts(entries), *found.first.sealed]
    texts = await texts_in(house, parts, found.id)
    told = await with_notices(desk, found.id, lines_of(desk.teller, entries, found, texts or {}))
    items = items_for(request, told)
    plan, site = await plan_view(request, found), await at_site(desk, found)
    row = desk.teller.fields(found, language)
    words = house.kinds.words(found.kind, language)
    return IncidentRecord(
        format=FORMAT,
        version=FORMAT_VERSION,
        made_at=house.clock(),
        made_by=visitor_of(request).user.name,
        centre=house.name,
        training=TRAINING in found.flags,
        **{name: row[name] for name in _OF_THE_ROW},
        definition=words.definition,
        queued_at=found.due_at,
        first_act_at=found.first_act_at,
        merged_into=found.merged_into,
        caller=_said(parts, Part.CALLER, texts),
        place=_said(parts, Part.PLACE, texts) or _said(parts, Part.POSITION, texts),
        timeline=list(items),
        left_out=await _left_out(desk, found, entries) if over else 0,
        signals=[item.signal for item in items if item.signal is not None],
        plans=[*plan.refs],
        steps=plan.steps,
        deeds=_deeds(kept, texts or {}, site),
        score=_score(found, kept),
        notices=[notice for item in items for notice in item.data.get("notices", [])],
        end=_end(found, kept, texts or {}),
        positions=RecordedPositions(str(entries[0].position), str(entries[-1].position), len(entries)),
        unreadable=texts is None,
    )


_OF_THE_ROW: Final = (
    *("id", "number", "kind", "label", "priority", "state", "method", "opened_at", "first_taken_at", "closed_at"),
    *("silent", "life", "flags", "account", "account_id", "site", "area", "zone", "area_name", "zone_name", "clocks"),
)


async def _left_out(desk: Front, found: Incident, shown: Sequence[Stored | Pruned]) -> int:
    """How many entries are older than the oldest that is shown."""
    older = await desk.house.journal.read(incident_subject(found.id), before=shown[0].position)
    return len(older)


def _deeds(entries: Sequence[Stored], texts: Texts, site: AtSite) -> list[RecordedDeed]:
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
            words=_typed(fact.sealed, texts),
        )
        for stored in entries
        for fact in stored.entry.facts
        if isinstance(fact, StepDone)
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
