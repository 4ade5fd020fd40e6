"""An incident's record on paper: what it was, how it ended, who was called, and its story line by line."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from belfry.web.paper.page import Sheet
from belfry.web.paper.story import LabelOf, outcome, short, stage, told, what
from belfry.web.paper.words import Say, stamp
from belfry.web.record_views import IncidentRecord, RecordedDeed
from belfry.web.views import TimelineItem

SIGNALS_MOST: Final = 100
"""Signals that are printed; all of them are in the JSON form. A line of a table takes some milliseconds to set."""
LINES_MOST: Final = 300


def incident_paper(record: IncidentRecord, language: str, label: LabelOf = str) -> bytes:
    """Return the record as PDF. Times are by the clock of the site, where there is one."""
    say, zone = Say(language), _zone(record)
    name = say("number", number=record.number)
    made = say("made", at=stamp(record.made_at.astimezone(zone)), by=record.made_by)
    sheet = Sheet(
        say,
        head=f"{record.centre} · {say('incident')}",
        aside=name,
        foot=f"{made}. {_clock(say, record)}",
        alarm=say("training") if record.training else "",
    )
    sheet.title_line(f"{name}: {record.label}", f"{record.kind} · {record.definition}")
    if record.unreadable:
        sheet.paragraph(say("unreadable"), warn=True)
    sheet.facts(_facts(record, say, zone))
    _end(sheet, record, say, zone)
    _merged(sheet, record, say, zone)
    _plan(sheet, record, say, zone)
    _deeds(sheet, record.deeds, say, zone)
    _units(sheet, record, say, zone)
    _story(sheet, record, say, zone, label)
    _signals(sheet, record.timeline, say, zone)
    _notices(sheet, record, say, zone)
    at = record.positions
    sheet.ln(3)
    sheet.paragraph(say("positions", first=at.first, last=at.last, entries=at.entries))
    return sheet.done()


def _facts(record: IncidentRecord, say: Say, zone: tzinfo) -> list[tuple[str, str]]:
    began = record.queued_at or record.opened_at

    def after(at: datetime | None) -> str:
        return "–" if at is None else say("after", at=short(at, zone), span=say.span(at - began))

    site = record.site
    where = f"{site.name}\n{site.address}" if site is not None else record.place or ""
    pairs = [
        (say("site"), where or "–"),
        (say("point"), _point(record.area, record.zone, record.area_name, record.zone_name) or "–"),
        (say("priority"), f"{record.priority} · {say.word('method', record.method)}"),
        (say("score"), "–" if record.score is None else str(record.score)),
        (say("raised"), stamp(record.opened_at.astimezone(zone))),
        (say("taken"), after(record.first_taken_at)),
        (say("acted"), after(record.first_act_at)),
        (say("closed"), after(record.closed_at)),
    ]
    if record.account is not None:
        pairs[0] = (say("site"), f"{where}\n{say('account', account=record.account)}".strip())
    if record.caller is not None:
        pairs.append((say("caller"), record.caller))
    return pairs


def _end(sheet: Sheet, record: IncidentRecord, say: Say, zone: tzinfo) -> None:
    end = record.end
    if end is None:
        return
    sheet.heading(say("end"))
    cause = "–" if end.cause is None else say.word("cause", end.cause)
    sheet.facts(
        [
            (say("ended_as"), say.word("disposition", end.disposition)),
            (say("cause"), cause),
            (say("counts_as"), say.word("ending", end.group)),
            (say("by"), f"{end.by or say('by_rule')}, {short(end.at, zone)}"),
        ]
    )
    if end.words:
        sheet.paragraph(f"{say('comment')}: {end.words}")
    if end.unrestored:
        sheet.paragraph(say("unrestored"), warn=True)


def _merged(sheet: Sheet, record: IncidentRecord, say: Say, zone: tzinfo) -> None:
    if not record.merged:
        return
    sheet.heading(say("merged"))
    rows = []
    for one in record.merged:
        where = one.site.name if one.site is not None else one.place or "–"
        whose = [say("account", account=one.account)] if one.account else []
        whose += [f"{say('caller')}: {one.caller}"] if one.caller else []
        at = f"{one.positions.first} – {one.positions.last}"
        rows.append((str(one.number), one.label, "\n".join([where, *whose]), short(one.opened_at, zone), at))
    sheet.rows((say("nr"), say("kind"), say("site"), say("raised"), say("at_positions")), rows, (8, 28, 30, 18, 16))


def _plan(sheet: Sheet, record: IncidentRecord, say: Say, zone: tzinfo) -> None:
    settled = [step for step in record.steps if step.state != "passed"]
    if not settled:
        return
    sheet.heading(say("steps"))
    names = ", ".join(f"{plan.name or plan.id} ({plan.version})" for plan in record.plans)
    if names:
        sheet.paragraph(f"{say('plan')}: {names}")
    rows = []
    for step in settled:
        came = say("skipped") if step.state == "skipped" else outcome(step.outcome, say)
        who = "" if step.by is None else f"{step.by}\n{short(step.at, zone)}"
        rows.append((f"{say.word('do', step.do)}\n{step.text}".strip(), came, step.words or "", who))
    sheet.rows((say("step"), say("outcome"), say("words"), say("who")), rows, (40, 17, 25, 18))


def _deeds(sheet: Sheet, deeds: Sequence[RecordedDeed], say: Say, zone: tzinfo) -> None:
    named = [deed for deed in deeds if deed.to is not None or deed.step is None or deed.arrives_at is not None]
    if not named:
        return
    sheet.heading(say("deeds"))
    rows = []
    for deed in named:
        came = outcome(deed.outcome, say) if deed.outcome else say("skipped")
        if deed.arrives_at is not None:
            came = f"{came} → {short(deed.arrives_at, zone)}"
        to = deed.to or "–"
        if deed.of is not None:
            to = f"{to} ({say.t('merged.of', n=deed.of)})"
        rows.append((short(deed.at, zone), say.word("do", deed.do), to, came, deed.by or ""))
    sheet.rows((say("when"), say("what"), say("to"), say("outcome"), say("who")), rows, (16, 22, 26, 22, 14))


def _units(sheet: Sheet, record: IncidentRecord, say: Say, zone: tzinfo) -> None:
    """Each unit with every status and its time; how many people were alerted, never who."""
    told = record.alerts
    if not record.units and not told.alerts:
        return
    sheet.heading(say("units"))
    if told.alerts:
        sheet.paragraph(say("alerted", n=told.told, accepted=told.accepted, refused=told.refused))
    rows = []
    for one in record.units:
        sign = one.call_sign if one.role is None else f"{one.call_sign}\n{say.word('unit_role', one.role)}"
        if one.of is not None:
            sign = f"{sign} ({say.t('merged.of', n=one.of)})"
        times = [f"{say.word('unit_status', status)} {short(at, zone)}" for status, at in one.times.items()]
        rows.append((sign, "\n".join(times), "–" if one.left_at is None else short(one.left_at, zone), one.by))
    if rows:
        sheet.rows((say("unit"), say("statuses"), say("left"), say("sent_by")), rows, (24, 42, 18, 16))


def _story(sheet: Sheet, record: IncidentRecord, say: Say, zone: tzinfo, label: LabelOf) -> None:
    sheet.heading(say("story"))
    older = record.left_out + max(0, len(record.timeline) - LINES_MOST)
    if older:
        sheet.paragraph(say("older", n=older))
    rows = [
        (short(item.at, zone), what(item, say), told(item, say, zone, label), item.by or "")
        for item in record.timeline[-LINES_MOST:]
    ]
    sheet.rows((say("when"), say("what"), say("words"), say("who")), rows, (16, 24, 46, 14))


def _signals(sheet: Sheet, story: Sequence[TimelineItem], say: Say, zone: tzinfo) -> None:
    signals = [(item.signal, item.of) for item in story if item.signal is not None]
    if not signals:
        return
    sheet.heading(say("signals"))
    shown = signals[-SIGNALS_MOST:]
    if len(signals) > len(shown):
        sheet.paragraph(say("more_signals", n=len(signals) - len(shown)))
    rows = []
    for one, of in shown:
        point = _point(one.area, one.zone)
        if of is not None:
            point = f"{point} ({say.t('merged.of', n=of)})".strip()
        rows.append((short(one.received_at, zone), one.code or "", one.name or one.category or "", point))
    sheet.rows((say("when"), say("code"), say("what"), say("point")), rows, (18, 12, 48, 22))


def _notices(sheet: Sheet, record: IncidentRecord, say: Say, zone: tzinfo) -> None:
    if not record.notices:
        return
    sheet.heading(say("notices"))
    rows = [
        (
            short(one.asked_at, zone),
            one.to or say.word("level", one.level),
            say.word("clock", one.why),
            stage(one, say, zone),
        )
        for one in record.notices
    ]
    sheet.rows((say("when"), say("to"), say("what"), say("outcome")), rows, (18, 32, 22, 28))


def _point(area: str | None, zone: str | None, area_name: str | None = None, zone_name: str | None = None) -> str:
    named = [f"{number} {name or ''}".strip() for number, name in ((area, area_name), (zone, zone_name)) if number]
    return " / ".join(named)


def _zone(record: IncidentRecord) -> tzinfo:
    try:
        return UTC if record.site is None else ZoneInfo(record.site.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _clock(say: Say, record: IncidentRecord) -> str:
    return say("utc") if record.site is None else say("zone", zone=record.site.time_zone)
