"""Looks after the centre itself: whether it can keep things, how much room is left, whether it and its clock go on.

What is wrong is raised as TECH.CENTRE (`centre.own_faults`). Nothing of this stands in a signal's way: a look is taken
every few seconds, and only there the disk is asked.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from belfry.app import diary
from belfry.app.machine import Machine
from belfry.app.stores import Stores
from belfry.app.tasks import Tasks
from belfry.centre.intake import Intake, Refusing
from belfry.centre.own_faults import OwnFaults
from belfry.centre.seals import Seals
from belfry.domain.facts import Downtime, Entry, Retention
from belfry.domain.facts import Part as Sealing
from belfry.domain.forecast import Forecast, runs_out
from belfry.domain.own_faults import (
    CLOCK_STEP,
    FILLING,
    MIB,
    ROUNDS_FAILED,
    STOOD_STILL,
    STUCK,
    Part,
    Why,
    has_reserve,
    is_little,
)
from belfry.domain.own_faults import Space as Room
from belfry.ports import Chance, Clock, JournalError, KeysUnavailable, Unusable

log = structlog.get_logger()

LOOK: Final = timedelta(seconds=5)
"""How soon room on a disk that was full is found, and how late a clock that jumped."""

MEASURE: Final = timedelta(hours=1)
"""How often the stores are measured for the forecast."""

OWN_ROUND: Final = "health"
LATE_S: Final = (LOOK + STOOD_STILL).total_seconds()


class Health:
    """One look after the other; `round_ended` is told of the rounds of others."""

    def __init__(
        self,
        *,
        stores: Stores,
        folder: Path,
        intake: Intake,
        seals: Seals,
        faults: OwnFaults,
        machine: Machine,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._stores, self._folder = stores, folder
        self._intake, self._seals, self._faults = intake, seals, faults
        self._machine, self._clock, self._chance = machine, clock, chance
        self.forecast: Forecast | None = None
        """How long the disk lasts, as of the last measuring."""
        self._measured_at: datetime | None = None
        self._looked: tuple[float, float] | None = None
        self._failed: Counter[str] = Counter()
        self._followers: dict[str, Callable[[], int]] = {}
        self._ways: dict[str, Callable[[], datetime | None]] = {}
        """By the part that is at fault while one of them is away."""
        self._beats: dict[str, tuple[int, float]] = {}
        """How far each follower had come when it was last seen to go on, and when that was."""

    def begin(self, tasks: Tasks) -> None:
        tasks.every(OWN_ROUND, LOOK, self.look)

    def follow(self, name: str, beats: Callable[[], int]) -> None:
        """Watch one who watches deadlines: `beats` grows as long as it goes on."""
        self._followers[name] = beats

    def watch(self, name: str, away_since: Callable[[], datetime | None], part: Part = Part.BROKER) -> None:
        """Watch what a receiver hears its devices through, or another part that may be away."""
        self._ways[f"{part}/{name}"] = away_since

    async def look(self) -> None:
        """One round: clocks, followers, room, stores, then say what is to be said."""
        before = self._looked
        self._look_at_clocks()
        self._look_at_followers(late=before is not None and self._machine.steady() - before[1] > LATE_S)
        self._look_at_ways()
        await self._look_at_disk()
        await self._faults.step(self._clock())

    # -- the disk

    async def _look_at_disk(self) -> None:
        room = await asyncio.to_thread(self._room)
        if room is not None:
            self._look_at_room(room)
            await self._measure(room)
        if not getattr(self._stores.journal, "usable", True) and self._intake.refusing is None:
            self._intake.refuse(Unusable("the journal is closed"))
        refusing = self._intake.refusing
        if refusing is not None:
            self._faults.begin(Part.STORAGE, refusing.since)
            if refusing.why is not Why.FAILED and (room is None or has_reserve(room)):
                await self._try_to_keep(refusing)

    def _room(self) -> Room | None:
        try:
            return self._machine.space(self._folder)
        except OSError as error:  # what a store cannot do is told by the store
            log.warning("the disk does not say how much room it has", error=str(error))
            return None

    def _look_at_room(self, room: Room) -> None:
        if is_little(room, warned=self._faults.holds(Part.ROOM)):
            self._faults.begin(Part.ROOM, self._clock(), count=room.free_bytes // MIB)
        else:
            self._faults.end(Part.ROOM, self._clock())

    async def _measure(self, room: Room) -> None:
        """Now and again see how fast the stores grow, and say so before there is little room."""
        now = self._clock()
        if self._measured_at is None or not timedelta() <= now - self._measured_at < MEASURE:
            self._measured_at = now
            try:
                self.forecast = await asyncio.to_thread(diary.look, self._folder, room, now)
            except OSError as error:
                log.warning("the stores cannot be measured", error=str(error))
        told = self.forecast
        filling = told is not None and runs_out(told, warned=self._faults.holds(FILLING))
        if filling and told is not None and not self._faults.holds(Part.ROOM):
            self._faults.begin(FILLING, now, count=told.days_left)
        else:
            self._faults.end(FILLING, now)

    async def _try_to_keep(self, refusing: Refusing) -> None:
        """Find out, without waiting for a signal, whether things are kept again; journal how long they were not."""
        now = self._clock()
        fact = Downtime(part="journal", since=refusing.since, until=now)
        try:
            if refusing.why is Why.KEYS:  # of no entry: its key expires as any other
                await self._seals.seal([(Sealing.NOTE, Retention.SIGNAL, "")])
            await self._stores.journal.append([Entry(id=self._chance(16), subject="centre", at=now, facts=(fact,))])
        except (JournalError, KeysUnavailable) as error:
            self._intake.refuse(error)
            log.error("still nothing can be kept", why=str(error), since=refusing.since.isoformat())
            return
        self._intake.resume()
        self._faults.end(Part.STORAGE, now, count=refusing.count)
        log.info("signals are kept again", refused_since=refusing.since.isoformat(), refused=refusing.count)

    # -- clocks

    def _look_at_clocks(self) -> None:
        """A wall clock that went otherwise than the steady one was set; a look that is late was held up, or slept."""
        before, (wall, steady) = self._looked, (self._machine.wall(), self._machine.steady())
        self._looked = wall, steady
        if before is None:
            return
        went, now = timedelta(seconds=steady - before[1]), self._clock()
        jumped = timedelta(seconds=wall - before[0]) - went
        if went > LOOK + STOOD_STILL:
            self._faults.happened(Part.AWAY, now - went, now)
        if abs(jumped) > CLOCK_STEP:
            self._faults.happened(Part.CLOCK, now, now, count=round(jumped.total_seconds()))

    def _look_at_followers(self, *, late: bool) -> None:
        """Whether everybody who watches deadlines goes on. Where this look is late itself all of us stood still."""
        now_s = self._machine.steady()
        for name, beats in self._followers.items():
            count, part = beats(), f"{Part.FOLLOWER}/{name}"
            seen = self._beats.get(name)
            if seen is None or seen[0] != count or late:
                self._beats[name] = (count, now_s)
                if seen is not None and seen[0] != count:
                    self._faults.end(part, self._clock())
            elif now_s - seen[1] > STUCK.total_seconds():
                self._faults.begin(part, self._clock())

    def _look_at_ways(self) -> None:
        for part, away_since in self._ways.items():
            since = away_since()
            if since is None:
                self._faults.end(part, self._clock())
            else:
                self._faults.begin(part, since)

    # -- what others tell

    def was_away(self, since: datetime, until: datetime) -> None:
        """The run before this one did not end in order."""
        self._faults.happened(Part.AWAY, since, until)

    def round_ended(self, name: str, well: bool) -> None:
        """A round of upkeep is over. While nothing can be kept most of them fail, and that is said already."""
        part = f"{Part.UPKEEP}/{name}"
        if well:
            self._failed.pop(name, None)
            self._faults.end(part, self._clock())
        elif self._intake.refusing is None and name != OWN_ROUND:
            self._failed[name] += 1
            if self._failed[name] >= ROUNDS_FAILED:
                self._faults.begin(part, self._clock())
