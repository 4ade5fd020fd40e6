"""Watches over whoever works alone: reminds him, then tells the room, then everybody (`domain.lone`).

What is due follows from the units as they are folded, so a restart forgets none. The room is told by a signal whose
name holds the unit, the person and the deadline: said before a crash and again after it, it is one. Who goes off duty
is watched no more. The reminder goes to his own phones too, which may sleep: a notice in the append of the reminder.
"""

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

import structlog

from belfry.centre.notices import NoticeBook
from belfry.centre.units.book import UnitNow, UnitsNow
from belfry.domain.facts import Entry, notice_subject, unit_subject
from belfry.domain.field_facts import CheckMissed, Missed
from belfry.domain.lone import Gone, LoneCheck, due_at, next_stage
from belfry.domain.notice_facts import NoticeAsked
from belfry.domain.notices import CHECK
from belfry.domain.presets import Rules
from belfry.domain.reach import Audience, Channel
from belfry.domain.signal import Arrival, Category, Method, Receipt, Signal, SignalState
from belfry.ports import Chance, Clock, Expect, Journal, JournalError, KeysUnavailable, Stale
from belfry.ports.outbox import Push
from belfry.ports.push import PushTarget
from belfry.ports.units import UnitBook
from belfry.safeguards import push

log = structlog.get_logger()

LOOK_EVERY_S: Final = 1.0
RECEIVER: Final = "centre"
KIND: Final = {Missed.MISSED: "PERS.LONE.MISSED", Missed.ALARM: "PERS.LONE.ALARM"}


class LoneWatch:
    """`gone`: when nobody was here to hear anybody; `language`: of what his phone says. `run` is its task, `step` one
    round of it, `compose` what the outbox sends."""

    def __init__(
        self,
        units: UnitsNow,
        journal: Journal,
        deliver: Callable[[Arrival], "Future[Receipt] | Awaitable[Receipt]"],
        *,
        book: UnitBook,
        notices: NoticeBook,
        language: str,
        gone: Sequence[Gone],
        rules: Rules,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._units, self._journal, self._deliver, self._book = units, journal, deliver, book
        self._notices, self._language = notices, language
        self._gone, self._rules, self._clock, self._chance = gone, rules, clock, chance
        self.beats = 0

    async def run(self) -> None:
        while True:
            try:
                await self.step(self._clock())
            except (JournalError, KeysUnavailable) as error:
                log.warning("the watch over who works alone waits for the journal", error=str(error))
            self.beats += 1
            await asyncio.sleep(LOOK_EVERY_S)

    async def step(self, now: datetime) -> None:
        """Say what is due. Raises what intake and journal raise; what is due stays due."""
        for unit, check in list(self._watched()):
            stage = next_stage(check, due := self.due(check), now, after_s=self._after_s)
            if stage is not None:
                await self._miss(unit, check, stage, due)

    def due(self, check: LoneCheck) -> datetime:
        return due_at(check, self._gone)

    @property
    def _after_s(self) -> Sequence[int]:
        return self._rules.lone_missed_s, self._rules.lone_alarm_s

    def _watched(self) -> Iterable[tuple[UnitNow, LoneCheck]]:
        return ((unit, check) for unit in self._units.on_duty() for check in unit.checks)

    async def _miss(self, unit: UnitNow, check: LoneCheck, stage: Missed, due: datetime) -> None:
        if stage is not Missed.REMINDED:
            await self._deliver(self._arrival(unit.unit, check, stage, due))
        fact = CheckMissed(unit=unit.unit, user=check.user, stage=stage, due_at=due)
        subject = unit_subject(unit.unit)
        entries = [Entry(id=self._chance(16), subject=subject, at=self._clock(), facts=(fact,))]
        if stage is Missed.REMINDED:
            entries.append(self._reminder(unit.unit, check))
        try:
            positions = await self._journal.append(entries, Expect(subject, unit.head))
        except Stale:
            return  # he was heard of, or signed off: looked at again by what he is then
        self._units.fold(positions[0], entries[0])
        for position, entry in zip(positions[1:], entries[1:], strict=True):
            self._notices.fold(position, entry)

    # -- his phone

    async def compose(self, notice_id: str) -> Push | None:
        """What his phone asks him. None: he was heard of meanwhile, or is watched no more."""
        notice = self._notices.get(notice_id)
        unit = None if notice is None else self._units.of(notice.asked.to)
        if notice is None or unit is None:
            return None
        if not any(one.stage is not None and _name(unit.unit, one) == notice_id for one in unit.checks):
            return None
        title, body = push.check(self._language)
        return Push(title, body, target=PushTarget(why=CHECK, priority=1))

    def _reminder(self, unit_id: str, check: LoneCheck) -> Entry:
        asked = NoticeAsked(
            notice=_name(unit_id, check),
            audience=Audience.UNIT,
            channel=Channel.PUSH,
            to=check.user,
            why=CHECK,
            account_id=check.site,
        )
        return Entry(id=self._chance(16), subject=notice_subject(asked.notice), at=self._clock(), facts=(asked,))

    # -- the room

    def _arrival(self, unit_id: str, check: LoneCheck, stage: Missed, due: datetime) -> Arrival:
        unit = self._book.by_id(unit_id)
        signal = Signal(
            method=Method.SYSTEM,
            receiver=RECEIVER,
            received_at=self._clock(),
            occurred_at=due,
            zone=unit_id if unit is None else unit.call_sign,
            category=Category.PANIC,
            subtype="checkin",
            state=SignalState.ALARM,
            kind=KIND[stage],
            site=check.site,
            part=unit_id,
        )
        name = f"idem lone {unit_id} {check.user} {check.said_at.isoformat()} {stage}"
        return Arrival(signals=(signal,), identity=name.encode())


def _name(unit_id: str, check: LoneCheck) -> str:
    """Of the notice of one missed check, whoever looks at it: what he is called stands in the notice alone."""
    said = sha256(f"{check.user} {check.said_at.isoformat()}".encode()).hexdigest()[:16]
    return f"{CHECK}.{unit_id}.{said}"
