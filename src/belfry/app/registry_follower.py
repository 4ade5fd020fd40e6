"""Follows the change rows of the registry, whoever wrote them: this program, `belfry import` beside it, another node.

Two followers, so that neither waits for the other. One takes changes over into memory: accounts, their parts, sessions.
The other writes each change down in the journal, exactly once: every `Changed` names its change row, all of them stand
under one subject, and the newest of those says how far it came. So there is no second note of it that could differ
after a crash; and who would write the same row a second time names an entry (`expect`) that is no longer the newest.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import structlog

from belfry.centre.schedules import Schedules
from belfry.centre.supervision import Supervision
from belfry.domain.facts import REGISTRY_SUBJECT, Changed, Entry
from belfry.domain.premises import NO_PARTS
from belfry.ports import Chance, Clock, Expect, Journal, Stale, Stored
from belfry.registry import Change, Registry
from belfry.registry.agreement_rows import AgreementsDoor
from belfry.registry.book import AccountBook
from belfry.registry.device_door import DevicesDoor
from belfry.registry.doors import SessionsDoor
from belfry.registry.plan_door import PlansDoor
from belfry.registry.unit_door import UnitsDoor

log = structlog.get_logger()

KEPT: Final = frozenset({"account", "area", "zone", "path", "code_rule", "schedule", "detail"})
"""Tables of what is in memory of an account."""
ENTRY_BYTES: Final = 60_000
"""Of an entry's 65 535 bytes; the rest is its frame."""
PAGE: Final = 1_000
REST_S: Final = 0.05
"""Between two pages: a large import must not stand in the way of signals."""
TAKEN_OVER: Final = 250
TAKEN_OVER_REST_S: Final = 0.02
"""The same of memory: so many accounts at once hold the loop for some milliseconds, and between them alarms are
answered. A hundred thousand imported accounts are known within half a minute."""
READ_BACK: Final = 64


@dataclass(slots=True, kw_only=True)
class Memory:
    """Takes over into memory what changed. `seen` is the last change row that was taken over."""

    registry: Registry
    book: AccountBook
    supervision: Supervision
    schedules: Schedules
    sessions: SessionsDoor
    plans: PlansDoor
    devices: DevicesDoor
    agreements: AgreementsDoor
    units: UnitsDoor
    clock: Clock
    seen: int

    async def look(self) -> None:
        while changes := await asyncio.to_thread(self.registry.changes, self.seen, TAKEN_OVER):
            await self._take_over(changes)
            self.seen = changes[-1].id
            await asyncio.sleep(TAKEN_OVER_REST_S)

    async def _take_over(self, changes: Sequence[Change]) -> None:
        ids = list(dict.fromkeys(change.account_id for change in changes if change.table in KEPT and change.account_id))
        found, parts = await asyncio.to_thread(self.registry.some_sites, ids)
        parents = await asyncio.to_thread(self.registry.parents, ids)
        accounts = {account.id: account for account in found}
        if any(change.table == "calendar" for change in changes):
            self.book.put_calendars(await asyncio.to_thread(self.registry.calendars))
            self.schedules.plan_anew()
        for account_id in ids:
            if account_id in accounts:
                self.book.put(accounts[account_id])
            else:
                self.book.remove(account_id)
                for device in self.devices.book.of_account(account_id):
                    self.devices.book.remove(device.id)
            self.book.put_parts(account_id, parts.get(account_id, NO_PARTS))
            self.book.put_parent(account_id, parents.get(account_id))
            self.supervision.changed(account_id)
            self.schedules.changed(account_id)
        if plans := {change.row for change in changes if change.table == "plan"}:
            await self.plans.refresh(plans)
        if devices := {change.row for change in changes if change.table == "device"}:
            await self.devices.refresh(devices)
        if any(change.table == "mapping" for change in changes):
            await self.devices.refresh_mappings()
        if any(change.table == "agreement" for change in changes):
            await self.agreements.refresh()  # what it let out ends with it
        rows = {name: {one.row for one in changes if one.table == name} for name in ("unit", "station", "shift")}
        await self.units.refresh(rows["unit"], rows["station"], rows["shift"])
        if any(change.table == "user" for change in changes):
            await self.sessions.refresh(self.clock())  # a disabled user is out at once


@dataclass(slots=True, kw_only=True)
class Record:
    """Writes each change row down once, as a `Changed`: who, when, which row, which fields - never a value."""

    registry: Registry
    journal: Journal
    clock: Clock
    chance: Chance
    _written: int | None = field(default=None, init=False)
    """The last change row in the journal; None: to be read there."""
    _head: int = field(default=0, init=False)
    """Position of the newest entry of the subject, 0 where there is none."""

    async def look(self) -> None:
        if self._written is None:
            self._written, self._head = await self._read_back()
            await asyncio.to_thread(self.registry.count_changes_from, self._written)
        while changes := await asyncio.to_thread(self.registry.changes, self._written, PAGE):
            await self._write(changes)
            await asyncio.sleep(REST_S)

    async def _write(self, changes: Sequence[Change]) -> None:
        now = self.clock()
        entries = [
            Entry(id=self.chance(16), subject=REGISTRY_SUBJECT, at=now, facts=facts)
            for facts in in_entries([a_fact(change) for change in changes])
        ]
        self._written = None  # until it is known to be stored, only the journal can say
        try:
            positions = await self.journal.append(entries, Expect(REGISTRY_SUBJECT, self._head))
        except Stale:  # another node was quicker: go on behind what it wrote
            self._written, self._head = await self._read_back()
            return
        self._written, self._head = changes[-1].id, positions[-1]

    async def _read_back(self) -> tuple[int, int]:
        """Return the newest change row that is in the journal, and the position of its newest entry; 0 for none."""
        head, before = 0, None
        while stored := await self.journal.read(REGISTRY_SUBJECT, before=before, limit=READ_BACK):
            head = head or stored[-1].position
            for one in reversed(stored):
                facts = one.entry.facts if isinstance(one, Stored) else ()
                if rows := [fact.change for fact in facts if isinstance(fact, Changed)]:
                    return max(rows), head
            before = stored[0].position
        return 0, head


def a_fact(change: Change) -> Changed:
    return Changed(
        change=change.id,
        changed_at=change.at,
        by=change.by,
        table=change.table,
        row=change.row,
        account_id=change.account_id,
        version=change.version,
        fields=change.fields,
    )


def in_entries(facts: Sequence[Changed]) -> Iterator[tuple[Changed, ...]]:
    """Cut facts so that each piece fits into an entry."""
    some: list[Changed] = []
    size = 0
    for fact in facts:
        more = len(msgspec.json.encode(fact)) + 1
        if some and size + more > ENTRY_BYTES:
            yield tuple(some)
            some, size = [], 0
        some.append(fact)
        size += more
    if some:
        yield tuple(some)
