"""Hands the next incident to operators who said that they are ready, so that nobody has to look for it.

Whoever is ready, at a console and has nothing is handed the first that waits (`domain.abilities.choose`), a moment
after the last one (`rules.feed_grace_s`); what has waited for as long as its priority wants ends that moment. Who let
one lie until it went back to the queue is not handed another one before he says that he is there. One task hands out,
and the desk takes for one person at a time, so no two get the same.

Nothing of it is written down: who sits ready is nobody's record. After a restart nobody is; a console that was ready a
moment ago says so anew.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import structlog
from msgspec import Struct

from belfry.centre.board import Board
from belfry.centre.desk import Desk
from belfry.domain.abilities import GENERALIST, Abilities, Candidate, choose, is_overdue
from belfry.domain.commands import Refusal, Staff
from belfry.domain.incident import Incident, State
from belfry.domain.presets import Rules, span
from belfry.ports import Clock, JournalError

log = structlog.get_logger()

LOOK_EVERY_S: Final = 0.5
"""The longest wait between two looks: graces end, and clocks may be set."""
AFTER_CHANGE_S: Final = 0.02
"""So long a burst of changes is waited for, so that thousands of them are one look."""
AGAIN_S: Final = 1.0


class Duty(StrEnum):
    """What somebody said of himself."""

    BY_HAND = "by_hand"
    """He takes what he wants."""
    READY = "ready"
    PAUSED = "paused"


IDLE: Final = "idle"
"""Paused, since what he had went back to the queue untouched."""
AWAY: Final = "away"
"""Back at a console after so long that he has to say anew that he is ready."""


class Standing(Struct):
    """How it stands with one person."""

    staff: Staff
    duty: Duty
    since: datetime
    why: str | None = None
    """`idle` or `away`, where the centre paused him."""
    free_since: datetime | None = None
    """When his last incident left him."""
    handed: str | None = None
    """The incident that he was handed last, and has."""
    lost_at: datetime | None = None
    """Since when he has no console."""


Sees = Callable[[str, Incident], bool]
Told = Callable[[str], None]


class Feed:
    """Build it once the board is folded; `run` is its task. `sees` and `abilities` are asked by name, `tell` is called
    with the name of whoever's standing changed."""

    def __init__(
        self,
        board: Board,
        desk: Desk,
        *,
        rules: Rules,
        clock: Clock,
        abilities: Callable[[str], Abilities] = lambda _: GENERALIST,
    ) -> None:
        self._board, self._desk, self._rules, self._clock = board, desk, rules, clock
        self.abilities = abilities
        self.sees: Sees = lambda _, __: False
        """Nobody is shown anything before there is a hub that knows who listens."""
        self.tell: Told = lambda _: None
        self._standings: dict[str, Standing] = {}
        self._holders: dict[str, str] = {}
        self._has: dict[str, set[str]] = {}
        self._woken = asyncio.Event()
        for incident in board.queue():
            self._note(incident)
        board.listen(self._heard)

    # -- what people say

    def ready(self, staff: Staff) -> Standing:
        """Somebody wants to be handed incidents, the first at once."""
        return self._say(staff, Duty.READY)

    def pause(self, staff: Staff) -> Standing:
        """A break: what he has stays with him, and nothing more comes."""
        return self._say(staff, Duty.PAUSED)

    def by_hand(self, staff: Staff) -> Standing:
        """He takes what he wants."""
        return self._say(staff, Duty.BY_HAND)

    def of(self, name: str) -> Standing | None:
        """How it stands with somebody; None: he never said anything."""
        return self._standings.get(name)

    def all(self) -> dict[str, Standing]:
        return dict(self._standings)

    def has(self, name: str) -> frozenset[str]:
        """The ids of what somebody has taken."""
        return frozenset(self._has.get(name, ()))

    def grace_until(self, name: str) -> datetime | None:
        """Until when somebody is left alone; None: he is not."""
        standing = self._standings.get(name)
        if standing is None or standing.duty is not Duty.READY or standing.free_since is None or self.has(name):
            return None
        until = standing.free_since + span(self._rules.feed_grace_s)
        return until if until > self._clock() else None

    def _say(self, staff: Staff, duty: Duty) -> Standing:
        now, before = self._clock(), self._standings.get(staff.name)
        if before is not None and before.duty is duty:
            before.staff, before.why = staff, None
            standing = before
        else:
            lost_at = None if before is None else before.lost_at
            standing = self._standings[staff.name] = Standing(staff, duty, now, lost_at=lost_at)
        self._changed(staff.name)
        return standing

    # -- what the web and the deadlines tell

    def console_lost(self, name: str) -> None:
        standing = self._standings.get(name)
        if standing is not None:
            standing.lost_at = self._clock()
            self._changed(name)

    def console_back(self, name: str) -> None:
        """He goes on as before where his browser was only loaded anew."""
        standing = self._standings.get(name)
        if standing is None or standing.lost_at is None:
            return
        gone, standing.lost_at = self._clock() - standing.lost_at, None
        if standing.duty is Duty.READY and gone > timedelta(seconds=self._rules.console_lost_s):
            self._put_aside(standing, AWAY)
        self._changed(name)

    def left_lying(self, name: str) -> None:
        """What somebody had went back to the queue, since he did nothing."""
        standing = self._standings.get(name)
        if standing is not None and standing.duty is Duty.READY:
            self._put_aside(standing, IDLE)
            self._changed(name)

    def _put_aside(self, standing: Standing, why: str) -> None:
        standing.duty, standing.why, standing.since = Duty.PAUSED, why, self._clock()

    # -- the task

    async def run(self) -> None:
        """Hand out, for ever."""
        while True:
            try:
                await self.step()
            except JournalError as error:
                log.warning("nothing can be handed out", error=str(error))
                await asyncio.sleep(AGAIN_S)
            await self._wait()

    async def step(self) -> int:
        """Hand out all that can be; returns how many. Raises JournalError."""
        handed = 0
        quicker: set[tuple[str, int]] = set()
        while (pair := self._pair(quicker)) is not None:
            incident, standing = pair
            seen = (incident.id, incident.version)
            try:
                await self._desk.hand(incident, standing.staff)
            except Refusal:
                quicker.add(seen)
                continue
            handed += 1
            standing.handed = incident.id
            self.tell(standing.staff.name)
        return handed

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._woken.wait()
        except TimeoutError:
            return
        await asyncio.sleep(AFTER_CHANGE_S)
        self._woken.clear()

    def _pair(self, but: set[tuple[str, int]]) -> tuple[Incident, Standing] | None:
        now = self._clock()
        free = sorted(filter(self._is_free, self._standings.values()), key=lambda one: one.free_since or one.since)
        if not free:
            return None
        people = [Candidate(one.staff.name, self.abilities(one.staff.name)) for one in free]

        def may(incident: Incident, person: Candidate) -> bool:
            standing = self._standings[person.name]
            if (incident.id, incident.version) in but or not self._desk.is_for(incident, standing.staff, now):
                return False
            if self._rests(standing, now) and not is_overdue(incident, now, self._rules):
                return False
            return self.sees(person.name, incident)

        waiting = (one for one in self._board.queue() if one.state is State.WAITING)
        language = self._desk.language_of
        found = choose(waiting, people, may=may, language=language, now=now, rules=self._rules)
        return None if found is None else (found[0], self._standings[found[1].name])

    def _is_free(self, standing: Standing) -> bool:
        name = standing.staff.name
        return (
            standing.duty is Duty.READY
            and standing.lost_at is None
            and not self._has.get(name)
            and not self._desk.is_taking(name)
        )

    def _rests(self, standing: Standing, now: datetime) -> bool:
        since = standing.free_since
        return since is not None and since <= now < since + span(self._rules.feed_grace_s)

    # -- who has what

    def _heard(self, incident: Incident, _: int) -> None:
        self._note(incident)
        if incident.state is State.WAITING:
            self._woken.set()

    def _note(self, incident: Incident) -> None:
        # What is merged is not in his hands: whoever has the leading one has it there.
        own = incident.state is State.TAKEN and incident.merged_into is None
        holder = incident.taken_by if own else None
        before = self._holders.get(incident.id)
        if holder == before:
            return
        if before is not None:
            self._has[before].discard(incident.id)
            if not self._has[before]:
                del self._has[before]
                self._freed(before)
        if holder is None:
            self._holders.pop(incident.id, None)
        else:
            self._holders[incident.id] = holder
            self._has.setdefault(holder, set()).add(incident.id)

    def _freed(self, name: str) -> None:
        standing = self._standings.get(name)
        if standing is not None:
            standing.free_since, standing.handed = self._clock(), None
            self._changed(name)

    def _changed(self, name: str) -> None:
        self._woken.set()
        self.tell(name)
