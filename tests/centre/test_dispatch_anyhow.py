"""Whatever people do to units and incidents, in whatever order and on two nodes: both sides tell the same.

Two desks write to one SQLite journal; each learns of the other's acts only when it reads along, or when the journal
refuses it. After each step everything is folded anew from the journal, and the promises are held against that.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belfry.centre.board import Board, BoardState
from belfry.centre.desk import Desk, NoSuchIncident
from belfry.centre.dispatch import DispatchDesk, Send
from belfry.centre.seals import Seals
from belfry.centre.units import UnitsNow, UnitState
from belfry.centre.units.ending import Ending
from belfry.domain.commands import Close, Command, Hold, Merge, Refusal, Release, Reopen, Staff, Take, TakeOver, Unmerge
from belfry.domain.dispatch_facts import UnitSent, UnitTold
from belfry.domain.dispatching import Said
from belfry.domain.facts import Entry, incident_subject
from belfry.domain.incident import Incident
from belfry.domain.kinds import load
from belfry.domain.presets import Rules
from belfry.domain.sent import here
from belfry.domain.signal import AccountKey
from belfry.domain.unit import BUSY, ORDER, WITH_PATIENT, Service, Unit, UnitStatus, UnitType
from belfry.domain.unit_facts import SignedOff, SignedOn, StatusSet
from belfry.journal.sqlite import SqliteJournal
from belfry.ports import Journal, Stored
from tests.centre.staffed import PERIODS, MemoryKeys
from tests.centre.test_dispatch import Book
from tests.domain.incidents import ANNA, NOON, an_opening

UNITS: Final = ("u1", "u2", "u3")
INCIDENTS: Final = ("i1", "i2", "i3")
PEOPLE: Final = tuple(Staff(name, "responder") for name in ("cleo", "dora", "emil", "fay"))
ROOM: Final = ANNA
SAYABLE: Final = tuple(one for one in UnitStatus if one not in (UnitStatus.OFFERED, UnitStatus.CANCELLED))
AT_WORK: Final = frozenset(ORDER) - WITH_PATIENT
BOOK: Final = Book(
    *(Unit(id=one, call_sign=one.upper(), type=UnitType.TEAM, service=Service.FIRE) for one in UNITS),
)


class Node:
    """One centre: what it knows, and the desks that act on it."""

    def __init__(self, town: "Town") -> None:
        self.town, self.board, self.units, self.at = town, Board(), UnitsNow(), 0
        seals = Seals(town.keys, town.chance, town.clock, PERIODS)
        self.desk = Desk(
            self.board, town.journal, seals, kinds=load(), rules=Rules(), clock=town.clock, chance=town.chance
        )
        self.dispatch = DispatchDesk(
            self.units, self.board, town.journal, seals, book=BOOK, kinds=load(), clock=town.clock, chance=town.chance
        )
        self.ending = Ending(self.dispatch, clock=town.clock, active=town.active)

    async def hear(self) -> "Node":
        while page := await self.town.journal.page(self.at, 500):
            for stored in page:
                self.at = stored.position
                if isinstance(stored, Stored):
                    if stored.entry.subject.startswith("unit/"):
                        self.units.fold(stored.position, stored.entry)
                    else:
                        self.board.fold(stored.position, stored.entry)
            self.board.position = self.at
        return self

    async def restarted(self, *, snapshot: bool) -> "Node":
        after = Node(self.town)
        if snapshot:
            board, units = msgspec.msgpack.encode(self.board.state()), msgspec.msgpack.encode(self.units.state())
            after.board.restore(msgspec.msgpack.decode(board, type=BoardState))
            after.units.restore(msgspec.msgpack.decode(units, type=UnitState))
            after.at = self.at
        return await after.hear()


class Town:
    def __init__(self, journal: Journal) -> None:
        self.journal, self.keys, self.now = journal, MemoryKeys(), NOON
        self.chance = random.Random(7).randbytes
        self.disabled: set[str] = set()
        self.nodes: list[Node] = []

    def clock(self) -> datetime:
        return self.now

    async def active(self) -> set[str]:
        return {one.name for one in PEOPLE} - self.disabled

    async def open(self) -> None:
        for number, one in enumerate(INCIDENTS, start=1):
            fact = an_opening(one, number=number, account=AccountKey("panels", None, f"47{number}"), restore="none")
            entry = Entry(id=self.chance(16), subject=incident_subject(one), at=self.now, facts=(fact,))
            await self.journal.append([entry])
        self.nodes = [await Node(self).hear(), await Node(self).hear()]

    # -- what may happen

    async def do(self, step: tuple[int, ...]) -> None:
        what, which, a, b, c = step
        node = self.nodes[which % 2]
        unit, incident, person = UNITS[a % 3], INCIDENTS[b % 3], PEOPLE[c % 4]
        match what % 16:
            case 0 | 1:
                until = self.now + timedelta(minutes=10) if b % 2 else None
                await allowed(node.dispatch.sign_on(unit, person.name, person, until=until))
            case 2:
                await allowed(node.dispatch.sign_off(unit, person.name, person))
            case 3 | 4 | 5:
                await allowed(node.dispatch.send(incident, Send(unit=unit, divert=bool(c % 2)), ROOM))
            case 6 | 7 | 8:
                by = ROOM if c % 5 == 0 else next(iter(self.crew(node, unit)), person)
                past = self.assignments(node, incident)
                assignment = past[c % len(past)] if past and c % 3 == 0 else None
                said = Said(status=SAYABLE[b * 4 + c % 4 if b < 4 else c % len(SAYABLE)], assignment=assignment)
                await allowed(node.dispatch.say(unit, said, by))
            case 9:
                await allowed(node.dispatch.release(incident, unit, ROOM))
            case 10:
                await self.act(node, incident, a)
            case 11:
                other = INCIDENTS[(b + 1 + a) % 3]
                known = node.board.get(incident)
                if known is not None:
                    merges: Command = Merge(other, known.version) if c % 2 else Unmerge(known.version)
                    await allowed(node.desk.act(incident, merges, ROOM))
            case 12:  # two at once: who closes, and who sends there
                await asyncio.gather(
                    self.close(node, incident),
                    allowed(self.nodes[a % 2].dispatch.send(incident, Send(unit=unit), ROOM)),
                )
            case 13:  # one person on two units at once
                await asyncio.gather(
                    *(allowed(self.nodes[c % 2].dispatch.sign_on(one, person.name, person)) for one in UNITS[:2])
                )
            case 14:
                self.now += timedelta(minutes=(-3, 2, 5, 20)[c % 4])
                self.disabled ^= {person.name} if b == 0 else set()
                await node.hear()
                await node.ending.look()
            case _:
                self.nodes[which % 2] = await (node.restarted(snapshot=bool(c % 2)) if a % 2 else node.hear())

    def crew(self, node: Node, unit: str) -> list[Staff]:
        return [Staff(one.user, "responder") for one in node.units.get(unit).crew]

    def assignments(self, node: Node, incident: str) -> list[str]:
        known = node.board.get(incident)
        return [] if known is None else [one.assignment for one in known.units]

    async def act(self, node: Node, incident: str, a: int) -> None:
        known = node.board.get(incident)
        if known is None:
            return
        acts: Sequence[Command] = (
            Take(known.version),
            Release(known.version),
            Hold(known.version, self.now + timedelta(minutes=3)),
            Reopen("again", known.version),
            TakeOver("mine", known.version),
        )
        if a % 7 > 4:
            await self.close(node, incident)
        else:
            await allowed(node.desk.act(incident, acts[a % 7 % 5], ROOM))

    async def close(self, node: Node, incident: str) -> None:
        known = node.board.get(incident)
        if known is not None and known.taken_by is None:
            await allowed(node.desk.act(incident, Take(known.version), ROOM))
        known = node.board.get(incident)
        if known is not None:
            close = Close(known.signals_seq, known.version, "false_alarm", cause="unknown", reason="x")
            await allowed(node.desk.act(incident, close, ROOM))

    # -- what is promised

    async def hold(self) -> None:
        truth = await Node(self).hear()
        bound = {(one.incident, one.assignment, one.unit) for one in truth.units.all() if one.incident is not None}
        known = [one for one in map(truth.board.get, INCIDENTS) if one is not None]
        there = [(one.id, each.assignment, each.unit) for one in known for each in here(one.units)]
        assert sorted(there) == sorted(bound), "whoever is bound has not left, and whoever has not left is bound"
        for incident in known:
            self._hold_one(truth, incident)
        for unit in truth.units.all():
            assert unit.incident is None or unit.on_duty, "nobody is sent and off duty"
        await self._hold_statuses()
        again = await (await Node(self).hear()).restarted(snapshot=True)
        assert again.units.state() == truth.units.state()
        assert [*map(again.board.get, INCIDENTS)] == [*map(truth.board.get, INCIDENTS)]
        assert [one.id for one in again.board.queue()] == [one.id for one in truth.board.queue()]

    def _hold_one(self, truth: Node, incident: Incident) -> None:
        for each in here(incident.units):
            now = truth.units.get(each.unit)
            assert each.status is now.status
            if not incident.open:
                assert each.status not in AT_WORK or now.patient, "what is closed holds nobody who is at work"

    async def _hold_statuses(self) -> None:
        """Each status is told once on both sides, and nobody but his crew took a patient's unit away."""
        told: dict[str, list[UnitStatus]] = defaultdict(list)
        for incident in INCIDENTS:
            for stored in await self.journal.read(incident_subject(incident)):
                for fact in stored.entry.facts if isinstance(stored, Stored) else ():
                    if isinstance(fact, UnitSent):
                        told[fact.assignment].append(UnitStatus.OFFERED)
                    elif isinstance(fact, UnitTold):
                        told[fact.assignment].append(fact.status)
        said: dict[str, list[UnitStatus]] = defaultdict(list)
        for unit in UNITS:
            bound: str | None = None
            was, crew = UnitStatus.OFF_DUTY, set[str]()
            for stored in await self.journal.read(f"unit/{unit}"):
                for fact in stored.entry.facts if isinstance(stored, Stored) else ():
                    match fact:
                        case SignedOn():
                            crew.add(fact.user)
                        case SignedOff():
                            crew.discard(fact.user)
                        case StatusSet():
                            assert fact.was is was
                            leaves = bound is not None and fact.assignment != bound
                            if leaves and was in WITH_PATIENT:
                                assert fact.by in crew, "only the crew frees a unit with a patient"
                            if bound is not None and fact.assignment is not None and leaves:
                                said[bound].append(UnitStatus.CANCELLED)
                            elif leaves and bound is not None:
                                said[bound].append(fact.status)
                            if fact.assignment is not None:
                                said[fact.assignment].append(fact.status)
                            was, bound = fact.status, fact.assignment
        assert said == told

    async def come_to_rest(self) -> None:
        """Once everybody has heard of everything, all know the same, and nobody is at two places."""
        for _ in range(2):
            for node in self.nodes:
                await node.hear()
                await node.ending.look()
        for node in self.nodes:
            await node.hear()
        truth = await Node(self).hear()
        for node in self.nodes:
            for unit in UNITS:
                assert node.units.get(unit) == truth.units.get(unit)
            for incident in INCIDENTS:
                assert node.board.get(incident) == truth.board.get(incident)
        free = [one for one in truth.units.all() if one.incident is None and one.status not in BUSY]
        names = [member.user for one in free for member in one.crew]
        assert len(names) == len(set(names)), "nobody is on duty with two units"


async def allowed(act: Awaitable[object]) -> None:
    with suppress(Refusal, NoSuchIncident):
        await act


async def play(steps: Sequence[tuple[int, ...]], folder: Path) -> None:
    journal = await SqliteJournal.open(folder)
    try:
        town = Town(journal)
        await town.open()
        for step in steps:
            await town.do(step)
            await town.hold()
        await town.come_to_rest()
        await town.hold()
    finally:
        await journal.close()


SPANS: Final = (15, 1, 6, 5, 19)
STEP = st.tuples(*(st.integers(0, most) for most in SPANS))


@pytest.mark.parametrize("seed", range(3))
async def test_both_sides_tell_the_same_through_a_long_night(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    await play([tuple(chance.randint(0, most) for most in SPANS) for _ in range(80)], tmp_path)


@settings(max_examples=15, deadline=None)
@given(st.lists(STEP, min_size=5, max_size=60))
def test_both_sides_tell_the_same_whatever_happens(steps: Sequence[tuple[int, ...]]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(play(steps, Path(folder)))
