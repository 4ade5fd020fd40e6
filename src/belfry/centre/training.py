"""Exercises: begun by people, played by the centre's own clock, ended by itself. Folded from the journal by the walk.

Nothing of an exercise comes in by a door for equipment, and nothing of it goes out. What is due is derived from what
the journal has of it, so that a restart neither repeats nor forgets a signal.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, get_args

import structlog
from msgspec import Struct, structs

from belfry.centre.board import Board, catch_up, expect_of
from belfry.domain.closing import Disposition
from belfry.domain.facts import Closed, Entry, Fact, incident_subject, training_subject
from belfry.domain.incident import Incident
from belfry.domain.training import MINUTES_MOST, SCENARIOS, Exercise, due, is_over, said
from belfry.domain.training_facts import AboutTraining, TrainingBegan, TrainingEnded
from belfry.ports import Chance, Clock, Expect, Full, Journal, Stale

log = structlog.get_logger()

ABOUT_TRAINING: Final = frozenset(get_args(AboutTraining))

LOOK_EVERY_S: Final = 1.0
TRIES: Final = 8
KEPT_MOST: Final = 100
"""Exercises at hand that are over."""
RUNNING_MOST: Final = 20


class CannotTrain(ValueError):
    """It cannot be now; the message is a title for people."""


class NoSuchExercise(LookupError): ...


class TrainingState(Struct):
    """What a snapshot keeps."""

    exercises: list[Exercise] = []


class Exercises:
    """Written by folding alone."""

    def __init__(self) -> None:
        self._known: dict[str, Exercise] = {}

    def get(self, exercise: str) -> Exercise | None:
        return self._known.get(exercise)

    def all(self) -> Iterable[Exercise]:
        """Newest first."""
        return reversed(self._known.values())

    def running(self) -> Sequence[Exercise]:
        return [one for one in self._known.values() if one.ended_at is None]

    def fold(self, position: int, entry: Entry) -> None:
        """Take one entry of an exercise's subject."""
        known = self._known.get(entry.subject.partition("/")[2])
        if known is not None and position <= known.head:
            return
        for fact in entry.facts:
            if isinstance(fact, TrainingBegan):
                known = Exercise(
                    id=fact.training,
                    scenario=fact.scenario,
                    trainee=fact.trainee,
                    by=fact.by,
                    since=fact.since,
                    until=fact.until,
                    head=position,
                )
            elif known is None:
                return
            elif isinstance(fact, TrainingEnded):
                known = structs.replace(known, head=position, ended_at=entry.at, ended_by=fact.by)
            else:
                known = structs.replace(known, head=position, sent=known.sent + 1)
        if known is not None:
            self._known[known.id] = known
            self._forget()

    def state(self) -> TrainingState:
        return TrainingState(list(self._known.values()))

    def restore(self, state: TrainingState) -> None:
        """Begin from a snapshot; only on a new book."""
        self._known = {one.id: one for one in state.exercises}

    def _forget(self) -> None:
        over = [key for key, one in self._known.items() if one.ended_at is not None]
        for key in over[:-KEPT_MOST]:
            del self._known[key]


class TrainingDesk:
    """Begins exercises and plays them; `run` is its task, `step` one round of it."""

    def __init__(self, book: Exercises, board: Board, journal: Journal, *, clock: Clock, chance: Chance) -> None:
        self.book, self._board, self._journal = book, board, journal
        self._clock, self._chance = clock, chance
        self._alone = asyncio.Lock()
        self.beats = 0

    async def begin(self, scenario: str, trainee: str, minutes: int, *, by: str) -> Exercise:
        """Raises CannotTrain, JournalError."""
        if scenario not in SCENARIOS:
            raise CannotTrain(f"There is no scene {scenario!r}")
        if not 1 <= minutes <= MINUTES_MOST:
            raise CannotTrain(f"An exercise lasts at most {MINUTES_MOST} minutes")
        async with self._alone:
            running = self.book.running()
            if any(one.trainee == trainee for one in running):
                raise CannotTrain(f"{trainee} is in an exercise already")
            if len(running) >= RUNNING_MOST:
                raise CannotTrain(f"{RUNNING_MOST} exercises run already")
            now = self._clock()
            fact = TrainingBegan(
                training=f"x{self._chance(8).hex()}",
                scenario=scenario,
                trainee=trainee,
                by=by,
                since=now,
                until=now + timedelta(minutes=minutes),
            )
            await self._write(fact.training, 0, fact)
        await self.step(self._clock())
        return self._known(fact.training)

    async def end(self, exercise: str, *, by: str | None) -> Exercise:
        """End it now, and close what it left. Raises NoSuchExercise, CannotTrain, JournalError."""
        async with self._alone:
            known = self._known(exercise)
            if known.ended_at is not None:
                raise CannotTrain("The exercise is over")
            await self._write(exercise, known.head, TrainingEnded(training=exercise, by=by))
        await self._close_left()
        return self._known(exercise)

    async def run(self) -> None:
        """Raises JournalError when the journal closes."""
        while True:
            try:
                await self.step(self._clock())
            except Full:  # nothing can be kept now; it is told elsewhere
                log.warning("exercises wait for the journal")
            self.beats += 1
            await asyncio.sleep(LOOK_EVERY_S)

    async def step(self, now: datetime) -> None:
        """Say what is due, and end what is over. Raises JournalError."""
        for exercise in self.book.running():
            if is_over(exercise, now):
                try:
                    await self.end(exercise.id, by=None)
                except CannotTrain:
                    continue  # somebody was quicker
                continue
            async with self._alone:
                while (known := self._known(exercise.id)).ended_at is None and (steps := due(known, now)):
                    await self._write(known.id, known.head, said(known, steps[0], now))
        await self._close_left()

    async def _close_left(self) -> None:
        """Close what exercises left open that are over; also what triage opened behind their end."""
        running = {one.id for one in self.book.running()}
        left = [one for one in self._board.every() if one.trainee is not None and _exercise_of(one) not in running]
        for incident in left:
            await self._close(incident.id)

    async def _close(self, incident_id: str) -> None:
        for _ in range(TRIES):
            incident = self._board.get(incident_id)
            if incident is None or not incident.open:
                return
            fact = Closed(
                incident=incident_id,
                disposition=Disposition.TEST,
                seen_upto=incident.signals_seq,
                reasons=("the exercise is over",),
            )
            subject = incident_subject(incident_id)
            entry = Entry(id=self._chance(16), subject=subject, at=self._clock(), facts=(fact,))
            try:
                (position,) = await self._journal.append([entry], expect_of(incident))
            except Stale:
                await catch_up(self._board, self._journal, incident_id)
                continue
            self._board.fold(position, entry)
            return

    def _known(self, exercise: str) -> Exercise:
        known = self.book.get(exercise)
        if known is None:
            raise NoSuchExercise(exercise)
        return known

    async def _write(self, exercise: str, head: int, fact: Fact) -> None:
        subject = training_subject(exercise)
        entry = Entry(id=self._chance(16), subject=subject, at=self._clock(), facts=(fact,))
        (position,) = await self._journal.append([entry], Expect(subject, head))
        self.book.fold(position, entry)


def _exercise_of(incident: Incident) -> str:
    """The exercise that an incident is of (`training.group_of`)."""
    return (incident.group or "||").split("|")[1]
