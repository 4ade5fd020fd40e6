"""Reports that are made by themselves: asked of the outbox once a span is over, made when they are sent.

The name of a notice holds the report and its span, and the journal takes each name once: whatever restarts between,
nothing is sent twice. A centre that was down over several spans sends the newest.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import structlog

from belfry.centre.outbox import Outbox
from belfry.centre.reports.spans import Span, last_before, span_named
from belfry.ports import Clock
from belfry.ports.outbox import FILES_MOST_BYTES, Attached, Push, Wanted
from belfry.settings import ReportTable
from belfry.web.front import Front
from belfry.web.outlet import Audience
from belfry.web.paper.words import Say
from belfry.web.report_files import Report, as_csv, as_pdf, in_short, title
from belfry.web.report_making import Asked, accounts_report, load_report, response_of

log = structlog.get_logger()

WHY: Final = "report"
SITES_MOST: Final = 20_000


class Reporting:
    """`look` asks for what is due; `compose` makes it. `open` says where reports are made from."""

    def __init__(
        self, tables: Sequence[ReportTable], outbox: Outbox, *, name: str, language: str, clock: Clock
    ) -> None:
        self._tables: Mapping[str, ReportTable] = {table.name: table for table in tables}
        self._outbox, self._clock = outbox, clock
        self._name, self._language = name, language
        self._asked: set[str] = set()
        self._front: asyncio.Future[Front] = asyncio.get_running_loop().create_future()
        outbox.composes[WHY] = self.compose

    def open(self, front: Front) -> None:
        """From now on reports can be made; what was asked for before waits for it."""
        if not self._front.done():
            self._front.set_result(front)

    async def look(self) -> None:
        """Ask for each report whose span is over. Raises JournalError."""
        now = self._clock()
        for table in self._tables.values():
            span = last_before(now, table.every, table.at_minute, self._outbox.rota.zone)
            notice = f"{WHY}.{table.name}.{span.name}"
            if notice in self._asked:
                continue
            await self._outbox.want(Wanted(notice=notice, to=table.to, why=WHY))
            self._asked.add(notice)

    async def compose(self, notice: str) -> Push | None:
        """The report as files. None where the settings do not know it any more."""
        _, name, span_name = notice.split(".", 2)
        table = self._tables.get(name)
        if table is None:
            return None
        span = span_named(span_name, self._outbox.rota.zone)
        front, persons = await asyncio.shield(self._front), self._carries_persons(table.to)
        report = await self._made(front, table, span, persons=persons)
        return await asyncio.to_thread(self._push, report, table, span, self._clock(), persons)

    async def _made(self, front: Front, table: ReportTable, span: Span, *, persons: bool) -> Report:
        audience = Audience(self._language, medical=persons, acts=False)
        asked = Asked(audience, span.since, span.until, persons)
        if table.which == "load":
            return await load_report(front, asked, self._language)
        if table.which == "accounts":
            return await accounts_report(front, asked, SITES_MOST)
        return await response_of(front, asked, "priority", self._language)

    def _carries_persons(self, to: str) -> bool:
        rota = self._outbox.rota
        row = rota.row(to)
        way = None if row is None else rota.ways.get(row.notifier)
        return way is not None and way.persons

    def _push(self, report: Report, table: ReportTable, span: Span, now: datetime, persons: bool) -> Push:
        say, zone = Say(self._language), self._outbox.rota.zone
        paper = as_pdf(report, self._language, centre=self._name, zone=zone, made_at=now, without_persons=not persons)
        files = [
            Attached(f"{table.name}-{span.name}.pdf", "application/pdf", paper),
            Attached(f"{table.name}-{span.name}.csv", "text/csv", as_csv(report, self._language)),
        ]
        while len(files) > 1 and sum(len(one.content) for one in files) > FILES_MOST_BYTES:
            files.pop()
        lines = [in_short(report, say), *([] if persons else [say("without_persons")])]
        return Push(f"{self._name}: {title(report, say)} {span.name}", "\n".join(lines), tuple(files))
