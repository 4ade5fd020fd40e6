"""Reports as files: CSV for a spreadsheet, PDF to print or to send. Both say honestly where there is nothing."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final, Literal

from belfry.web.notice_views import ResponseReport
from belfry.web.paper.page import Sheet
from belfry.web.paper.words import Say, stamp
from belfry.web.report_views import AccountsReport, LoadReport

Which = Literal["load", "accounts", "response"]
Form = Literal["csv", "pdf"]
Report = LoadReport | AccountsReport | ResponseReport

PRINTED_MOST: Final = 200
"""Sites on paper; all of them are in the CSV form."""
_CLOCKS: Final = ("take", "act", "told", "arrive")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(report: Report, language: str) -> bytes:
    """UTF-8 with a mark, as spreadsheets want it; a text that a spreadsheet would reckon with is set off by a quote.
    Each text stands in quotation marks, so that a semicolon in it begins no cell where one separates them."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    for row in _rows(report, Say(language)):
        writer.writerow([_plain(cell) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _plain(cell: object) -> object:
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _rows(report: Report, say: Say) -> list[Sequence[object]]:
    match report:
        case LoadReport():
            rows: list[Sequence[object]] = [(say.t("reports.hour"), say.t("reports.incidents"))]
            rows += enumerate(report.hours)
            rows += [(), (say.t("reports.day"), say.t("reports.incidents"))]
            rows += [(one.day.isoformat(), one.incidents) for one in report.days]
            rows += [(), (say.t("reports.hazard"), say.t("reports.incidents"))]
            rows += [(one.label, one.incidents) for one in report.groups]
            rows += [(), (say.t("reports.place"), "", say.t("reports.incidents"))]
            rows += [(one.latitude, one.longitude, one.incidents) for one in report.places]
            rows += [(say.t("reports.elsewhere"), "", report.elsewhere), (say.t("reports.medical"), "", report.medical)]
            return rows
        case AccountsReport():
            names = [
                say.t(f"{'record' if one in ('false', 'share') else 'reports'}.{one}")
                for one in ("site", "signals", "incidents", "genuine", "false", "share", "taken50", "taken90")
            ]
            return [
                ("", *names),
                *((one.account, one.name or say.t("reports.unknown"), *_numbers(one)) for one in report.items),
                ("", say.t("reports.all"), *_numbers(report.whole)),
            ]
        case ResponseReport():
            ranks = [say.t("reports.rank", n=say.number(rank)) for rank in report.ranks]
            head = [say.t(f"reports.{one}") for one in ("by", "incidents", "clock", "count", "never")]
            return [
                [*head, *ranks, say.t("reports.longest"), say.t("reports.in_limit")],
                *(
                    (
                        group.label or group.key or say.t("reports.all"),
                        group.incidents,
                        say.t(f"reports.clock.{one.clock}"),
                        *(one.count, one.never, one.p80, one.p90, one.p95, one.p98_5, one.longest, one.in_limit),
                    )
                    for group in report.groups
                    for one in group.figures
                ),
            ]


def _numbers(one: object) -> Sequence[object]:
    names = ("signals", "incidents", "genuine", "false", "rate", "taken_p50", "taken_p90")
    return [getattr(one, name) for name in names]


# -- paper ------------------------------------------------------------------------------------------------------------


def as_pdf(
    report: Report, language: str, *, centre: str, zone: tzinfo, made_at: datetime, without_persons: bool = False
) -> bytes:
    say = Say(language)
    which = title(report, say)
    span = say("report_span", since=_day(report.since, zone), until=_day(_last(report.until), zone))
    foot = f"{say.t('reports.about')} {stamp(made_at.astimezone(zone))}"
    sheet = Sheet(say, head=f"{centre} · {say.t('reports.title')}", aside=f"{which}, {span}", foot=foot)
    sheet.title_line(f"{say.t('reports.title')}: {which}", f"{span} · {zone}")
    if without_persons:
        sheet.paragraph(say("without_persons"))
    if is_empty(report):
        sheet.paragraph(say.t("reports.none"))
        return sheet.done()
    match report:
        case LoadReport():
            _load(sheet, report, say)
        case AccountsReport():
            _accounts(sheet, report, say)
        case ResponseReport():
            _response(sheet, report, say)
    return sheet.done()


def title(report: Report, say: Say) -> str:
    match report:
        case LoadReport():
            return say.t("reports.load")
        case AccountsReport():
            return say.t("reports.accounts")
        case ResponseReport():
            return say.t("reports.response")


def is_empty(report: Report) -> bool:
    """Whether nothing was closed in its span: no number is shown then, since there is none."""
    match report:
        case LoadReport():
            return report.incidents == 0
        case AccountsReport():
            return not report.items
        case ResponseReport():
            return all(group.incidents == 0 for group in report.groups)


def in_short(report: Report, say: Say) -> str:
    """One line that says the most, for who reads it on a telephone."""
    if is_empty(report):
        return say.t("reports.none")
    match report:
        case LoadReport():
            return f"{say.t('reports.incidents')}: {say.number(report.incidents)}"
        case AccountsReport():
            incidents, false = say.number(report.whole.incidents), say.number(report.whole.false)
            share = say.share(report.whole.rate)
            return f"{say.t('reports.incidents')}: {incidents}, {say.t('record.false')}: {false} ({share})"
        case ResponseReport():
            incidents = say.number(report.groups[-1].incidents)
            return f"{say.t('reports.incidents')}: {incidents}. {say.t('reports.mean')}"


def _load(sheet: Sheet, report: LoadReport, say: Say) -> None:
    sheet.facts(
        [
            (say.t("reports.incidents"), say.number(report.incidents)),
            (say.t("reports.medical"), say.number(report.medical)),
        ]
    )
    if report.left_out:
        sheet.paragraph(say.t("reports.left_out", n=report.left_out))
    if report.detections:
        sheet.paragraph(say.t("reports.detections", n=report.detections))
    sheet.heading(say.t("reports.hours"))
    sheet.bars(report.hours, [str(hour) for hour in range(24)])
    sheet.heading(say.t("reports.weekdays"))
    sheet.bars(report.weekdays, [say.weekday(day) for day in range(7)])
    if any(day.incidents for day in report.days) and len(report.days) > 1:
        sheet.heading(say.t("reports.days"))
        sheet.bars([day.incidents for day in report.days], [str(day.day.day) for day in report.days])
    sheet.heading(say.t("reports.groups"))
    head = (say.t("reports.hazard"), say.t("reports.incidents"))
    sheet.rows(head, [(one.label, say.number(one.incidents)) for one in report.groups], (75, 25), right=(1,))
    sheet.heading(say.t("reports.places"))
    sheet.paragraph(say.t("reports.places.about"))
    rows = [(f"{one.latitude:.3f}, {one.longitude:.3f}", say.number(one.incidents)) for one in report.places]
    rows.append((say.t("reports.elsewhere"), say.number(report.elsewhere)))
    rows.append((say.t("reports.medical"), say.number(report.medical)))
    sheet.rows((say.t("reports.place"), say.t("reports.incidents")), rows, (75, 25), right=(1,))


def _accounts(sheet: Sheet, report: AccountsReport, say: Say) -> None:
    head = [say.t(f"reports.{one}") for one in ("site", "signals", "incidents")]
    head += [say.t("record.false"), say.t("record.share"), say.t("reports.taken90")]
    rows = [
        (
            f"{one.account} {one.name}".strip() or say.t("reports.unknown"),
            *_printed(one, say),
        )
        for one in report.items[:PRINTED_MOST]
    ]
    rows.append((say.t("reports.all"), *_printed(report.whole, say)))
    sheet.rows(head, rows, (40, 12, 12, 12, 11, 13), right=(1, 2, 3, 4, 5))
    unseen = report.more + max(0, len(report.items) - PRINTED_MOST)
    if unseen:
        sheet.paragraph(say("left_out_sites", n=unseen))


def _printed(one: object, say: Say) -> Sequence[str]:
    signals, incidents, _, false, rate, _, taken = _numbers(one)
    assert isinstance(signals, int)
    assert isinstance(incidents, int)
    assert isinstance(false, int)
    shown = say.share(rate if isinstance(rate, float) else None)
    span = say.span(taken if isinstance(taken, float) else None)
    return say.number(signals), say.number(incidents), say.number(false), shown, span


def _response(sheet: Sheet, report: ResponseReport, say: Say) -> None:
    sheet.paragraph(say.t("reports.mean"))
    if report.left_out:
        sheet.paragraph(say.t("reports.left_out", n=report.left_out))
    ranks = [say.t("reports.rank", n=say.number(rank)) for rank in report.ranks]
    head = [say.t("reports.clock"), say.t("reports.count"), say.t("reports.never"), *ranks]
    head += [say.t("reports.longest"), say.t("reports.in_limit")]
    for group in report.groups:
        name = group.label or group.key or say.t("reports.all")
        if report.by == "priority" and group.key:
            name = f"{say.t('reports.by.priority')} {group.key}"
        sheet.heading(f"{name} ({say.number(group.incidents)})")
        rows = [
            (
                say.t(f"reports.clock.{one.clock}"),
                str(one.count),
                str(one.never),
                *(say.span(value) for value in (one.p80, one.p90, one.p95, one.p98_5, one.longest)),
                say.share(one.in_limit),
            )
            for one in group.figures
            if one.count or one.never
        ]
        sheet.rows(head, rows, (16, 10, 8, 11, 11, 11, 11, 11, 11), right=range(1, 9))


def _day(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d}"


def _last(until: datetime) -> datetime:
    return until - timedelta(microseconds=1)
