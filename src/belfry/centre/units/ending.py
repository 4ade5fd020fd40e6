"""Ends what nobody ended: the duty of whose shift is over, and the binding of a unit to what is closed.

Whoever is at the end of his shift is asked, and has ASKED_FOR to say that he stays on; then he is signed off - never
while his unit is busy, and never before he could be asked: for a shift that ended while the centre was down, or whose
unit was busy, the time counts from when that was over. All is derived from the units as they are, so that a restart
forgets nothing; an act that comes between is decided anew by the desk.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator
from datetime import datetime, timedelta
from typing import Final

import structlog

from belfry.centre.dispatch.desk import DispatchDesk
from belfry.centre.units.book import UnitNow
from belfry.domain.commands import Conflict
from belfry.domain.unit import BUSY, CrewMember
from belfry.ports import Clock
from belfry.ports.units import NoSuchUnit

log = structlog.get_logger()

ASKED_FOR: Final = timedelta(minutes=15)
"""So long somebody whose shift is over is asked, before he is signed off."""

SHIFT_OVER: Final = "the shift is over"
ACCOUNT_OVER: Final = "the account is disabled"
ELSEWHERE: Final = "signed on to another unit"
UNIT_GONE: Final = "the unit was taken out"
INCIDENT_OVER: Final = "the incident is closed"

Active = Callable[[], Awaitable[Collection[str]]]


class Ending:
    """`look` is one round. `active` tells the names of accounts that may be on duty; `ask` is told once of each whose
    shift is over: the unit, and his name."""

    def __init__(
        self, desk: DispatchDesk, *, clock: Clock, active: Active, ask: Callable[[str, str], None] = lambda *_: None
    ) -> None:
        self._desk, self._clock, self._active, self._ask = desk, clock, active, ask
        self._asked: dict[tuple[str, str, datetime], datetime] = {}
        """Since when somebody is asked, by unit, name and end of his shift."""

    async def look(self) -> None:
        """Raises JournalError; what is due stays due."""
        active, now = await self._active(), self._clock()
        units = list(self._desk.now.on_duty())
        newest = _newest(units)
        self._forget(units, now)
        for unit in units:
            if unit.incident is not None:
                await self._quietly(self._desk.free(unit.unit, INCIDENT_OVER))
            for member, why in list(self._due(self._desk.now.get(unit.unit), active, newest, now)):
                log.info("signed off by the centre", unit=unit.unit, reason=why)
                await self._quietly(self._desk.sign_off(unit.unit, member.user, None, reasons=(why,)))

    def _due(
        self, unit: UnitNow, active: Collection[str], newest: dict[str, tuple[datetime, str]], now: datetime
    ) -> Iterator[tuple[CrewMember, str]]:
        if unit.incident is not None or unit.status in BUSY:
            for key in [key for key in self._asked if key[0] == unit.unit]:
                del self._asked[key]  # his time begins once the unit is free
            return
        gone = self._desk.book.by_id(unit.unit) is None
        for member in unit.crew:
            if gone:
                yield member, UNIT_GONE
            elif member.user not in active:
                yield member, ACCOUNT_OVER
            elif newest[member.user][1] != unit.unit:
                yield member, ELSEWHERE
            elif self._is_over(unit.unit, member, now):
                yield member, SHIFT_OVER

    def _is_over(self, unit: str, member: CrewMember, now: datetime) -> bool:
        if member.until is None or now < member.until:
            return False
        key = (unit, member.user, member.until)
        if key not in self._asked:
            self._asked[key] = now
            self._ask(unit, member.user)
        self._asked[key] = min(self._asked[key], now)  # a clock that was set back lets nobody wait for hours
        return now - self._asked[key] >= ASKED_FOR

    def _forget(self, units: Collection[UnitNow], now: datetime) -> None:
        there = {(one.unit, member.user, member.until) for one in units for member in one.crew}
        self._asked = {key: at for key, at in self._asked.items() if key in there and key[2] <= now}

    async def _quietly(self, act: Awaitable[object]) -> None:
        try:
            await act
        except (Conflict, NoSuchUnit) as error:
            log.info("left as it is", reason=str(error))


def _newest(units: Collection[UnitNow]) -> dict[str, tuple[datetime, str]]:
    """Where each person signed on last: two nodes may have put one on duty twice in the same moment."""
    found: dict[str, tuple[datetime, str]] = {}
    for unit in units:
        for member in unit.crew:
            found[member.user] = max(found.get(member.user, (member.since, unit.unit)), (member.since, unit.unit))
    return found
