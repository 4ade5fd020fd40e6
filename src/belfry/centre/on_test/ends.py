"""Tests end by themselves, and a panel's own test mode is told of after eight hours.

Every time is derived from the sessions in memory, so a restart forgets none, and what came due while the centre was
away is due at once. A clock that is set back ends the tests that were running: nobody knows how long they have lasted,
and a test that ends too early is a row that rings, one that ends too late an alarm that nobody hears.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from belfry.centre.on_test import Mode, OnTest
from belfry.centre.on_test.desk import ended
from belfry.domain.codes import Codes
from belfry.domain.facts import Entry, HowEnded, on_test_subject
from belfry.domain.on_test import Session
from belfry.domain.presets import Rules, span
from belfry.domain.signal import AccountKey, Arrival, Method, Receipt, Signal
from belfry.ports import Chance, Clock, Expect, Journal, JournalError, KeysUnavailable, Stale

log = structlog.get_logger()

LOOK_AFTER_S: Final = 0.01
LOOK_EVERY_S: Final = 1.0
"""The longest wait between two looks at the clock, which may be set at any time."""
SET_BACK: Final = timedelta(minutes=1)
"""A clock that is corrected by less makes no test last too long."""


class Ends:
    """Watches what is on test. `run` is its task, `step` one round of it."""

    def __init__(
        self,
        on_test: OnTest,
        journal: Journal,
        deliver: Callable[[Arrival], Future[Receipt]],
        *,
        codes: Codes,
        rules: Rules,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._on_test, self._journal, self._deliver = on_test, journal, deliver
        self._codes, self._rules, self._clock, self._chance = codes, rules, clock, chance
        self._looked = clock()
        self.beats = 0
        """Grows with every step; whoever watches the followers sees that this one goes on."""
        self._sooner = asyncio.Event()
        on_test.listen(self._sooner.set)

    async def run(self) -> None:
        """End every test in time, for ever."""
        while True:
            try:
                await self.step(self._clock())
            except (JournalError, KeysUnavailable) as error:
                log.warning("tests that are over wait for the journal", error=str(error))
                await asyncio.sleep(LOOK_EVERY_S)
            await self._wait()

    async def step(self, now: datetime) -> int:
        """End what is over; returns how many. Raises JournalError; what is due stays due."""
        self.beats += 1
        set_back = self._looked - now > SET_BACK
        due = [(one, how) for one in self._on_test.running() if (how := _why(one, now, set_back)) is not None]
        for session, how in due:
            await self._end(session, how, now)
        self._looked = now
        await self._tell_modes(now)
        self._on_test.forget(now)
        return len(due)

    async def _wait(self) -> None:
        self._sooner.clear()
        ends = [one.until for one in self._on_test.running()]
        ahead = (min(ends) - self._clock()).total_seconds() if ends else LOOK_EVERY_S
        try:
            async with asyncio.timeout(min(max(ahead, LOOK_AFTER_S), LOOK_EVERY_S)):
                await self._sooner.wait()
        except TimeoutError:
            pass

    async def _end(self, session: Session, how: HowEnded, now: datetime) -> None:
        fact = ended(session, how, self._codes, by=None)
        subject = on_test_subject(session.id)
        entry = Entry(id=self._chance(16), subject=subject, at=now, facts=(fact,))
        try:
            (position,) = await self._journal.append([entry], Expect(subject, session.head))
        except Stale:  # somebody was quicker: look again
            await self._on_test.folded(self._journal.position)
            return
        await self._on_test.folded(position)
        log.info("test ended", test=session.id, how=how, position=position)

    async def _tell_modes(self, now: datetime) -> None:
        """Say of a panel that it was in a mode of its own for too long, through the door of every signal."""
        most = span(self._rules.panel_test_s)
        over = [
            (key, mode)
            for key, modes in self._on_test.modes.items()
            for mode in modes.values()
            if not mode.told and now - mode.since >= most
        ]
        for key, mode in over:
            await self._deliver(_over(key, mode, now))
            mode.told = True


def _why(session: Session, now: datetime, set_back: bool) -> HowEnded | None:
    """Why a test is over at `now`; None: it goes on."""
    if now >= session.until:
        return HowEnded.TIME
    if set_back or session.newest_at - now > SET_BACK:
        return HowEnded.CLOCK
    return None


def _over(key: AccountKey, mode: Mode, now: datetime) -> Arrival:
    """The panel's own code once more, said by the centre: the table then knows that it was for over eight hours."""
    said = mode.signal
    signal = Signal(
        method=Method.SYSTEM,
        receiver=key.receiver,
        received_at=now,
        prefix=key.prefix,
        account=key.account,
        area=said.area,
        zone=said.zone,
        wire=said.wire,
        code=said.code,
        category=said.category,
        subtype=said.subtype,
        state=said.state,
    )
    name = f"idem mode {key.receiver} {key.prefix or ''} {key.account} {said.code} {mode.since.isoformat()}"
    return Arrival(signals=(signal,), identity=name.encode())
